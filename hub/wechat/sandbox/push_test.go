package sandbox

import (
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"kfdesk/hub/wechat"
)

func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v := r.URL.Query()
	a := arrival{query: wechat.Query{
		Signature: v.Get("signature"), Timestamp: v.Get("timestamp"), Nonce: v.Get("nonce"),
		EncryptType: v.Get("encrypt_type"), MsgSignature: v.Get("msg_signature"), EchoStr: v.Get("echostr"),
	}}
	if r.Method == http.MethodGet {
		if c.cb.Verify(a.query) == nil {
			io.WriteString(w, a.query.EchoStr)
		}
		return
	}
	body, _ := io.ReadAll(r.Body)
	if a.plain, _, a.err = c.cb.Open(a.query, body); a.err == nil {
		a.push, a.err = wechat.ParsePush(a.plain)
	}
	c.mu.Lock()
	c.got = append(c.got, a)
	n := len(c.got)
	c.mu.Unlock()
	if c.answer != nil {
		c.answer(n, w, a)
		return
	}
	io.WriteString(w, "success")
}

func (w *world) settle() {
	w.t.Helper()
	w.must(w.Settle(w.t.Context()))
}

func (w *world) lastPush() Log {
	w.t.Helper()
	for _, l := range slices.Backward(w.Log()) {
		if l.Dir == "push" {
			return l
		}
	}
	w.t.Fatal("no push in the log")
	return Log{}
}

// faultNotice says whether the user saw that the service is faulty.
func (w *world) faultNotice() bool {
	return slices.ContainsFunc(w.History(w.openid), func(e Entry) bool { return e.Type == "fault" })
}

func TestPushReachesTheConsoleInEveryMode(t *testing.T) {
	for _, mode := range []wechat.Mode{wechat.Plain, wechat.Compatible, wechat.Safe} {
		t.Run(string(mode), func(t *testing.T) {
			w := newWorld(t)
			w.account.Mode = mode
			c := w.callback(nil)
			id := w.said("hello /::) <b>&</b>")
			w.settle()
			got := c.arrivals()
			if len(got) != 1 || got[0].err != nil {
				t.Fatalf("arrivals: %+v", got)
			}
			p := got[0].push
			if p.MsgID != id || p.Content != "hello /::) <b>&</b>" || p.FromUserName != w.openid || p.ToUserName != "gh_0123456789ab" || p.CreateTime != start.Unix() {
				t.Errorf("push: %+v", p)
			}
			if l := w.lastPush(); l.Verdict != "success" || len(l.Attempts) != 1 {
				t.Errorf("log: %+v", l)
			}
		})
	}
}

func TestVerify(t *testing.T) {
	w := newWorld(t)
	w.callback(nil)
	if ok, err := w.Verify(t.Context(), w.account.AppID); !ok || err != nil {
		t.Fatal(ok, err)
	}
	w.account.Token = "another"
	w.must(w.AddAccount(w.account))
	if ok, _ := w.Verify(t.Context(), w.account.AppID); ok {
		t.Fatal("a wrong token was taken")
	}
}

func TestRetryRule(t *testing.T) {
	cases := []struct {
		name     string
		answer   func(n int, w http.ResponseWriter, a arrival)
		attempts int
		verdict  string
		notice   bool
	}{
		{"good at once", nil, 1, "success", false},
		{"empty is good", func(int, http.ResponseWriter, arrival) {}, 1, "empty", false},
		{"500 twice, then good", func(n int, w http.ResponseWriter, _ arrival) {
			if n < 3 {
				w.WriteHeader(500)
				return
			}
			io.WriteString(w, "success")
		}, 3, "success", false},
		{"always 500", func(_ int, w http.ResponseWriter, _ arrival) { w.WriteHeader(500) }, 3, "failed", true},
		{"a redirect is not followed", func(_ int, w http.ResponseWriter, _ arrival) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(302)
		}, 3, "failed", true},
		{"connection breaks", func(int, http.ResponseWriter, arrival) { panic(http.ErrAbortHandler) }, 3, "failed", true},
		{"JSON is no answer", func(_ int, w http.ResponseWriter, _ arrival) { io.WriteString(w, `{"ok":true}`) }, 1, "invalid", true},
		{"success with a newline is no answer", func(_ int, w http.ResponseWriter, _ arrival) { io.WriteString(w, "success\n") }, 1, "invalid", true},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			c := w.callback(tc.answer)
			id := w.said("hello")
			w.settle()
			got := c.arrivals()
			if len(got) != tc.attempts {
				t.Fatalf("%d deliveries, want %d", len(got), tc.attempts)
			}
			nonces := map[string]bool{}
			for _, a := range got {
				if a.err != nil || a.push.MsgID != id {
					t.Errorf("delivery: %v %+v", a.err, a.push)
				}
				nonces[a.query.Nonce] = true
			}
			if len(nonces) != tc.attempts {
				t.Errorf("%d nonces in %d deliveries", len(nonces), tc.attempts)
			}
			l := w.lastPush()
			if l.Verdict != tc.verdict || len(l.Attempts) != tc.attempts || w.faultNotice() != tc.notice {
				t.Errorf("verdict %q, %d attempts, notice %v", l.Verdict, len(l.Attempts), w.faultNotice())
			}
		})
	}
}

func TestSlowConsoleIsGivenUp(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Timeout = 20 * time.Millisecond })
	hold := make(chan struct{})
	c := w.callback(func(int, http.ResponseWriter, arrival) { <-hold })
	w.said("hello")
	w.settle()
	close(hold)
	if n := len(w.lastPush().Attempts); n != 3 || !w.faultNotice() {
		t.Errorf("%d attempts, notice %v", n, w.faultNotice())
	}
	if len(c.arrivals()) == 0 {
		t.Error("nothing arrived")
	}
}

func TestPushesOfOneUserKeepTheirOrder(t *testing.T) {
	w := newWorld(t)
	c := w.callback(func(n int, rw http.ResponseWriter, _ arrival) {
		if n%3 == 0 {
			rw.WriteHeader(500) // makes some of them come again
		}
	})
	var want []string
	for range 40 {
		want = append(want, w.said("x"))
	}
	w.settle()
	var got []string
	for _, a := range c.arrivals() {
		if len(got) == 0 || got[len(got)-1] != a.push.MsgID {
			got = append(got, a.push.MsgID)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("order: %v", got)
	}
}

func TestPushFaults(t *testing.T) {
	texts := func(c *callback) (list []string) {
		for _, a := range c.arrivals() {
			if a.err != nil {
				list = append(list, "forged")
			} else {
				list = append(list, a.push.Content)
			}
		}
		return list
	}
	cases := []struct {
		kind string
		mode wechat.Mode
		want []string
	}{
		{"duplicate", wechat.Safe, []string{"one", "one", "two"}},
		{"reorder", wechat.Safe, []string{"two", "one"}},
		{"bad_signature", wechat.Safe, []string{"forged", "two"}},
		{"bad_signature", wechat.Compatible, []string{"forged", "two"}},
		{"bad_signature", wechat.Plain, []string{"forged", "two"}},
		{"wrong_appid", wechat.Safe, []string{"forged", "two"}},
		{"old_key", wechat.Safe, []string{"forged", "two"}},
	}
	for _, tc := range cases {
		t.Run(tc.kind+" "+string(tc.mode), func(t *testing.T) {
			w := newWorld(t)
			w.account.Mode = tc.mode
			w.account.OldAESKey = "0000000000000000000000000000000000000000000"
			c := w.callback(nil)
			w.AddFault(Fault{On: "push", Kind: tc.kind})
			w.said("one")
			w.said("two")
			w.settle()
			if got := texts(c); !slices.Equal(got, tc.want) {
				t.Errorf("arrived: %v", got)
			}
		})
	}
}

func TestTwoEventsInOneSecond(t *testing.T) {
	w := newWorld(t)
	c := w.callback(nil)
	w.must(w.Click(w.openid, "A"))
	w.Advance(10 * time.Second)
	w.AddFault(Fault{On: "push", Kind: "same_second"})
	w.must(w.Click(w.openid, "B"))
	w.settle()
	got := c.arrivals()
	if len(got) != 2 || got[0].push.CreateTime != got[1].push.CreateTime || got[0].push.DedupeKey() == got[1].push.DedupeKey() {
		t.Errorf("arrivals: %+v", got)
	}
}

func TestBlacklistedUserIsNotPushed(t *testing.T) {
	w := newWorld(t)
	c := w.callback(nil)
	u, _ := w.User(w.openid)
	u.Blocked = true
	w.must(w.SetUser(u))
	w.said("hello")
	w.settle()
	if n := len(c.arrivals()); n != 0 {
		t.Errorf("%d deliveries", n)
	}
}
