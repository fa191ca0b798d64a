package e2e

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// watch sees all that a page says to its developers. What is wrong fails the
// test, unless the test expects it.
type watch struct {
	mu       sync.Mutex
	lines    []string
	wrong    []string
	expected []*regexp.Regexp
}

// expect names trouble that belongs to the test.
func (w *watch) expect(pattern string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.expected = append(w.expected, regexp.MustCompile(pattern))
}

func (w *watch) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		w.note(e.Type == "error" || e.Type == "assert", "console %s: %s", e.Type, arguments(e.Args))
	case *runtime.EventExceptionThrown:
		w.note(true, "exception: %s", exception(e.ExceptionDetails))
	case *log.EventEntryAdded:
		// What the network says comes with the answers below.
		w.note(e.Entry.Level == "error" && e.Entry.Source != "network", "%s %s: %s %s", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL)
	case *network.EventResponseReceived:
		w.note(e.Response.Status >= 400, "answer %d %s", int(e.Response.Status), e.Response.URL)
	case *network.EventRequestWillBeSent:
		w.note(false, "%s %s", e.Request.Method, e.Request.URL)
	case *network.EventLoadingFailed:
		w.note(e.BlockedReason == "csp", "failed: %s %s", e.ErrorText, e.BlockedReason)
	case *network.EventWebSocketFrameReceived:
		w.note(false, "frame: %.300s", e.Response.PayloadData)
	case *network.EventWebSocketClosed:
		w.note(false, "socket closed")
	}
}

func (w *watch) note(wrong bool, format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, line)
	if wrong {
		w.wrong = append(w.wrong, line)
	}
}

// trouble is what nobody expected.
func (w *watch) trouble() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
next:
	for _, line := range w.wrong {
		for _, pattern := range w.expected {
			if pattern.MatchString(line) {
				continue next
			}
		}
		out = append(out, line)
	}
	return out
}

func (w *watch) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.lines, "\n")
}

func arguments(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		if a.Description != "" {
			words = append(words, a.Description)
		} else {
			words = append(words, string(a.Value))
		}
	}
	return strings.Join(words, " ")
}

func exception(d *runtime.ExceptionDetails) string {
	if d.Exception != nil {
		return d.Text + " " + d.Exception.Description
	}
	return d.Text
}
