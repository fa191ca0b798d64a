package main

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"sync"
	"time"
)

// ledger is what really happened, seen from outside of the program.
type ledger struct {
	mu      sync.Mutex
	said    map[string]string // mark → openid: customers wrote
	told    map[string]bool   // WeChat was told that we have it
	replies map[string]*reply // by mark
	kills   []time.Time
	counts  map[string]int // troubles, deeds
}

// reply is one that an agent wrote.
type reply struct {
	conversation int64
	begun        time.Time // first asked for
	accepted     bool      // the program said that it has it
	calls        []call
}

// call is one of custom/send.
type call struct {
	begun, ended time.Time
	answered     bool // a whole answer left
}

func newLedger() ledger {
	return ledger{said: map[string]string{}, told: map[string]bool{}, replies: map[string]*reply{}, counts: map[string]int{}}
}

func (l *ledger) count(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts[what]++
}

// Marks of customers and of agents, found in whatever carries them.
var (
	customerMark = regexp.MustCompile(`C\d+-\d+!`)
	agentMark    = regexp.MustCompile(`A\w+-\d+!`)
)

// witness carries pushes, and notes which were answered with success.
func (l *ledger) witness(next http.RoundTripper) http.RoundTripper { return pushes{l, next} }

type pushes struct {
	ledger *ledger
	next   http.RoundTripper
}

func (p pushes) RoundTrip(r *http.Request) (*http.Response, error) {
	sent, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(sent))
	answer, err := p.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	if mark := customerMark.FindString(string(sent)); mark != "" && answer.StatusCode == http.StatusOK && string(body) == "success" {
		p.ledger.mu.Lock()
		p.ledger.told[mark] = true
		p.ledger.mu.Unlock()
	}
	return answer, nil
}

// call notes the calls of custom/send.
func (l *ledger) call(body []byte, after, answered bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.replies[agentMark.FindString(string(body))]
	switch {
	case r == nil:
	case !after:
		r.calls = append(r.calls, call{begun: time.Now()})
	default:
		last := &r.calls[len(r.calls)-1]
		last.ended, last.answered = time.Now(), answered
	}
}

// doubtful tells whether the program could not know what became of a reply: an
// answer was lost, came too late, or the program was killed about then.
func (l *ledger) doubtful(r *reply) bool {
	const deadline, about = 9 * time.Second, 3 * time.Second
	for _, c := range r.calls {
		if !c.answered || c.ended.Sub(c.begun) > deadline {
			return true
		}
		for _, at := range l.kills {
			if at.After(c.begun.Add(-about)) && at.Before(c.ended.Add(about)) {
				return true
			}
		}
	}
	for _, at := range l.kills {
		if len(r.calls) == 0 && at.After(r.begun) {
			return true
		}
	}
	return false
}
