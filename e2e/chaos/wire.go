package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"kfdesk/e2e/rig"
)

// wires are the ways between the program, WeChat and the agents. Each can be told
// to break the next few times.
type wires struct {
	cutCalls  atomic.Int32 // calls of custom/send, reset while their request is read
	cutPushes atomic.Int32 // pushes that break off before their end
	lostTold  atomic.Int32 // pushes whose answer does not reach WeChat
	lostDone  atomic.Int32 // agents' requests whose answer does not reach them
}

var errCut = errors.New("chaos: cut")

// strikes uses up one of the breaks that are planned.
func strikes(n *atomic.Int32) bool {
	for {
		left := n.Load()
		if left <= 0 {
			return false
		}
		if n.CompareAndSwap(left, left-1) {
			return true
		}
	}
}

func (w *wires) calm() {
	for _, n := range []*atomic.Int32{&w.cutCalls, &w.cutPushes, &w.lostTold, &w.lostDone} {
		n.Store(0)
	}
}

// carrier is an http.RoundTripper.
type carrier func(*http.Request) (*http.Response, error)

func (c carrier) RoundTrip(r *http.Request) (*http.Response, error) { return c(r) }

// pushes carries what WeChat pushes, and notes what it was told that we have.
func (c *chaos) pushes(next http.RoundTripper) carrier {
	return func(r *http.Request) (*http.Response, error) {
		sent, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		id := pushID(string(sent))
		if from := fromUser.FindSubmatch(sent); from != nil && id != "" {
			c.arrive(string(from[1]), id)
		}
		if r.Body = io.NopCloser(bytes.NewReader(sent)); strikes(&c.cutPushes) {
			r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(sent[:len(sent)/2]), broken{}))
		}
		began := time.Now()
		answer, err := next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		c.answered(began, r, answer)
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil {
			return nil, err
		}
		if strikes(&c.lostTold) {
			return nil, errCut
		}
		if id != "" && answer.StatusCode == http.StatusOK && string(body) == "success" && r.Context().Err() == nil {
			c.note(func() {
				if c.told[id].IsZero() {
					c.told[id] = time.Now()
				}
			})
		}
		answer.Body = io.NopCloser(bytes.NewReader(body))
		return answer, nil
	}
}

// broken is the end of a request that never comes.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errCut }

func (c *chaos) arrive(openid, id string) {
	c.note(func() {
		for _, known := range c.arrived[openid] {
			if known == id {
				return
			}
		}
		c.arrived[openid] = append(c.arrived[openid], id)
	})
}

// answered notes a request of which the program says that it failed. /healthz and its
// like say how the program is.
func (c *chaos) answered(began time.Time, r *http.Request, answer *http.Response) {
	if answer.StatusCode < 500 || strings.HasPrefix(r.URL.Path, "/health") {
		return
	}
	one := failure{span{began, time.Now()}, fmt.Sprintf("%s %s was answered %s", r.Method, r.URL.Path, answer.Status)}
	c.note(func() { c.failed = append(c.failed, one) })
}

// requests carries what the agents do.
func (c *chaos) requests(next http.RoundTripper) carrier {
	return func(r *http.Request) (*http.Response, error) {
		began := time.Now()
		answer, err := next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		if c.answered(began, r, answer); r.Method == http.MethodPost && strikes(&c.lostDone) {
			_ = answer.Body.Close()
			c.count("agents: answers that were lost")
			return nil, errCut
		}
		return answer, nil
	}
}

// calls stands before WeChat's API, and notes the calls of custom/send.
func (c *chaos) calls(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, sendPath) {
			next.ServeHTTP(w, r)
			return
		}
		seen, one := &rig.Witness{ResponseWriter: w}, &call{begun: time.Now()}
		most, short := int64(1<<20), strikes(&c.cutCalls)
		if short {
			most = r.ContentLength - 4
		}
		body, _ := io.ReadAll(io.LimitReader(r.Body, most))
		mark := agentMark.FindString(string(body))
		c.note(func() {
			if r := c.replies[mark]; r != nil {
				r.calls = append(r.calls, one)
			}
		})
		defer func() {
			lost := recover()
			c.note(func() { c.ended(one, mark, lost == nil, seen.Answer()) })
			if lost != nil {
				panic(lost)
			}
		}()
		if short {
			hangUp(seen)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(seen, r)
	})
}

// ended notes the end of a call. WeChat's word that nothing may be sent was an
// order of ours when the customer's windows say otherwise.
func (c *chaos) ended(one *call, mark string, whole bool, answer []byte) {
	one.ended, one.answered = time.Now(), whole && answer != nil
	var said struct{ ErrCode int }
	if r := c.replies[mark]; r != nil && json.Unmarshal(answer, &said) == nil && (said.ErrCode == 45015 || said.ErrCode == 45047) {
		c.shut[r.openid] = one.ended
	}
}

// hangUp resets a connection.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
