package handlers

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasthttp/websocket"

	"kfdesk/hub"
	"kfdesk/store"
)

func (l *live) newest(t *testing.T) int64 {
	t.Helper()
	newest, _, err := l.Store.LastEvent(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return newest
}

// What happened since comes first, in order, then what happens: one code path.
func TestSocketReplaysAndGoesOn(t *testing.T) {
	l := newLive(t)
	since := l.newest(t)
	path := l.says(t, 1, "o1", "hello")
	l.deed(t, "li", path+"/claim", nil)
	c := l.dial(t, "li", since)
	if beat := c.next(t); id(beat, "now") != noon {
		t.Errorf("the first frame is %v", beat)
	}
	shown := []string{}
	for last := since; last < l.newest(t); {
		frame := c.row(t)
		if id(frame, "id") <= last {
			t.Errorf("after %d comes %v", last, frame)
		}
		last = id(frame, "id")
		shown = append(shown, frame["kind"].(string))
	}
	if !slices.Equal(shown, []string{"account", "message", "message"}) {
		t.Errorf("replayed %v", shown)
	}
	l.says(t, 1, "o2", "live")
	if frame := c.row(t); id(frame, "id") != l.newest(t) || dig(frame, "conversation", "last", "text") != "live" || frame["message"] != nil {
		t.Errorf("live: %v", frame)
	}
	// Without since nothing of the past comes.
	fresh := l.dial(t, "li", -1)
	l.says(t, 1, "o3", "now")
	if frame := fresh.row(t); dig(frame, "conversation", "last", "text") != "now" {
		t.Errorf("from now on: %v", frame)
	}
}

func TestSocketResets(t *testing.T) {
	l := newLive(t)
	c := l.dial(t, "li", l.newest(t)+1000) // the store was restored from a backup
	if frame := c.next(t); frame["reset"] != true {
		t.Errorf("a cursor of the future: %v", frame)
	}
	c.ends(t)
	l.clock.Advance(1)
	l.says(t, 1, "o1", "hello")
	if err := l.Store.PruneEvents(t.Context(), -1); err != nil {
		t.Fatal(err)
	}
	c = l.dial(t, "li", 0)
	if frame := c.next(t); frame["reset"] != true {
		t.Errorf("a cursor of long ago: %v", frame)
	}
}

// A message itself goes to those who look at its customer, the row to all.
func TestSocketShowsWhatIsOpen(t *testing.T) {
	l := newLive(t)
	one, two := l.says(t, 1, "o1", "hello"), l.says(t, 1, "o2", "hello")
	foreign := l.says(t, 2, "o3", "hello")
	c := l.dial(t, "li", l.newest(t))
	arrives := func(customer, words string, shown bool) {
		t.Helper()
		l.says(t, 1, customer, words)
		frame := c.row(t)
		if got := dig(frame, "message", "body", "content"); (got == words) != shown || dig(frame, "conversation", "last", "text") != words {
			t.Errorf("%s of %s: %v", words, customer, frame)
		}
	}
	c.opens(t, one)
	arrives("o1", "a", true)
	arrives("o2", "b", false)
	c.opens(t, two)
	arrives("o1", "c", false)
	arrives("o2", "d", true)
	// What is no signal is ignored, another account's conversation too.
	for _, signal := range []string{"", "x", "[]", `{"open":"1"}`, `{"open":99}`, `{"shut":1}`, `{"open":` + strings.TrimPrefix(foreign, conversations) + `}`} {
		c.says(t, signal)
	}
	c.says(t, `{"open":0}`)
	c.opens(t, one) // the confirmation tells that all before was heard
	arrives("o2", "e", false)
	arrives("o1", "f", true)
}

func TestSocketShowsOnlyOnesOwnAccounts(t *testing.T) {
	l := newLive(t)
	wang, zhou := l.dial(t, "wang", l.newest(t)), l.dial(t, "zhou", l.newest(t))
	l.says(t, 1, "o1", "to the shop")
	l.says(t, 2, "o2", "to the cafe")
	// The first push of an account is an event of the account too.
	for _, tt := range []struct {
		line
		want string
	}{{wang, "to the cafe"}, {zhou, "to the shop"}, {zhou, "to the cafe"}} {
		frame := tt.row(t)
		for frame["kind"] == "account" {
			frame = tt.row(t)
		}
		if got := dig(frame, "conversation", "last", "text"); got != tt.want {
			t.Errorf("saw %v, want %s", got, tt.want)
		}
	}
}

func TestSocketEndsWithItsSession(t *testing.T) {
	l := newLive(t)
	signedOut, deactivated, other := l.dial(t, "li", -1), l.dial(t, "chen", -1), l.dial(t, "wang", -1)
	if got := l.browse(t, "li", "POST", "/logout"); got.status != 303 {
		t.Fatal(got.status)
	}
	if code := signedOut.ends(t); code != hub.CloseSession {
		t.Errorf("after the sign-out: %d", code)
	}
	if err := l.Store.SetAgentActive(t.Context(), store.Actor{}, l.ids["chen"], false); err != nil {
		t.Fatal(err)
	}
	if code := deactivated.ends(t); code != hub.CloseSession {
		t.Errorf("deactivated: %d", code)
	}
	l.says(t, 2, "o1", "hello")
	for other.row(t)["kind"] != "message" {
	}
}

// At the end of the program the browsers are told to come back, and nothing of
// their connections stays behind.
func TestSocketsAreLetGo(t *testing.T) {
	l := newLive(t)
	var lines []line
	for _, who := range []string{"li", "chen", "wang", "zhou", "li"} {
		c := l.dial(t, who, -1)
		c.next(t)
		lines = append(lines, c)
	}
	l.end()
	for _, c := range lines {
		if code := c.ends(t); code != hub.CloseRestart {
			t.Errorf("close code %d", code)
		}
		if _, err := io.Copy(io.Discard, c.UnderlyingConn()); err != nil { // until the server's end is closed
			t.Error(err)
		}
	}
	var stacks bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&stacks, 1); err != nil {
		t.Fatal(err)
	}
	if text := stacks.String(); strings.Contains(text, "kfdesk/hub.") || strings.Contains(text, "handlers.(*socket)") {
		t.Errorf("still at work: %s", text)
	}
	if _, _, err := l.dial(t, "li", -1).ReadMessage(); !websocket.IsCloseError(err, hub.CloseRestart) {
		t.Errorf("who comes too late: %v", err)
	}
}

// A browser that answers the close with pongs only must not hold up the end.
func TestPongsDoNotHoldUpTheEnd(t *testing.T) {
	l := newLive(t)
	c := l.dial(t, "li", -1)
	c.next(t)
	c.SetCloseHandler(func(int, string) error { return nil })
	ended := make(chan struct{})
	go func() { defer close(ended); l.end() }()
	if code := c.ends(t); code != hub.CloseRestart {
		t.Errorf("close code %d", code)
	}
	if err := c.UnderlyingConn().SetWriteDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	for pong := []byte{0x8a, 0x80, 0, 0, 0, 0}; ; {
		if _, err := c.UnderlyingConn().Write(pong); os.IsTimeout(err) {
			t.Error("the connection stays")
			_ = c.Close()
			break
		} else if err != nil {
			break
		}
	}
	<-ended
}

func TestSocketTakesSmallTextsOnly(t *testing.T) {
	l := newLive(t)
	for name, tt := range map[string]struct{ kind, size int }{
		"a long signal": {websocket.TextMessage, signalMost + 1},
		"bytes":         {websocket.BinaryMessage, 1},
	} {
		t.Run(name, func(t *testing.T) {
			c := l.dial(t, "li", -1)
			if err := c.WriteMessage(tt.kind, make([]byte, tt.size)); err != nil {
				t.Fatal(err)
			}
			for {
				if _, _, err := c.ReadMessage(); err != nil {
					if strings.Contains(err.Error(), "timeout") {
						t.Error("the connection stays")
					}
					return
				}
			}
		})
	}
}

// The library gives a connection's memory to the next one: what was one agent's
// must not reach another.
func TestSocketsAreNotMixedUp(t *testing.T) {
	l := newLive(t)
	for i := range 20 {
		li := l.dial(t, "li", -1)
		li.next(t)
		if err := li.Close(); err != nil {
			t.Fatal(err)
		}
		wang := l.dial(t, "wang", l.newest(t))
		wang.opens(t, l.says(t, 2, "o2", "hello"))
		l.says(t, 1, "o1", "secret of the shop")
		words := fmt.Sprintf("coffee %d", i)
		l.says(t, 2, "o2", words)
		for {
			frame := wang.row(t)
			if strings.Contains(fmt.Sprint(frame), "secret") {
				t.Fatalf("wang sees %v", frame)
			}
			if dig(frame, "message", "body", "content") == words {
				break
			}
		}
	}
}

func TestUpgradesThatAreRefused(t *testing.T) {
	l := newLive(t)
	cookie := cookieName + "=" + l.logins["li"]
	for name, tt := range map[string]struct {
		header http.Header
		status int
	}{
		"nobody":               {http.Header{"Origin": {l.base}}, 401},
		"another site":         {http.Header{"Cookie": {cookie}, "Origin": {"http://evil.example"}}, 403},
		"no origin":            {http.Header{"Cookie": {cookie}}, 403},
		"a hidden page":        {http.Header{"Cookie": {cookie}, "Origin": {"null"}}, 403},
		"a token of nobody":    {http.Header{"Authorization": {"Bearer x"}, "Cookie": {cookie}}, 401},
		"a token, no origin":   {http.Header{"Authorization": {"Bearer " + l.tokens["li"]}}, 101},
		"our page":             {http.Header{"Cookie": {cookie}, "Origin": {l.base}}, 101},
		"our page, own domain": {http.Header{"Cookie": {"__Host-" + cookie}, "Origin": {"https://desk.example"}}, 101},
	} {
		t.Run(name, func(t *testing.T) {
			l.URL = ""
			if strings.Contains(name, "domain") {
				l.URL = "https://desk.example"
			}
			conn, res, err := websocket.DefaultDialer.Dial(l.address(-1), tt.header)
			if err == nil {
				_ = conn.Close()
			}
			if res == nil || res.StatusCode != tt.status {
				t.Fatal(res, err)
			}
			headed(t, name, res.Header)
		})
	}
	l.URL = ""
	got := l.browse(t, "li", "GET", "/ws")
	got.refused(t, 426, "bad_request")
	conforms(t, "GET", "/ws", got)
}
