package sandbox

import (
	"testing"
	"time"
)

func TestWindows(t *testing.T) {
	type step struct {
		do    string        // text, follow, unfollow, scan, click, tap, pay, view, wait
		wait  time.Duration // before sending
		sends []int         // errcodes expected
	}
	cases := []struct {
		name    string
		profile string
		steps   []step
	}{
		{"never wrote", "", []step{{"wait", 0, []int{45015}}}},
		{"five, then a new message gives five more", "", []step{
			{"text", 0, []int{0, 0, 0, 0, 0, 45047, 45047}},
			{"text", 0, []int{0, 0, 0, 0, 0, 45047}},
		}},
		{"what was left is not added", "", []step{
			{"text", 0, []int{0, 0}},
			{"text", 0, []int{0, 0, 0, 0, 0, 45047}},
		}},
		{"48 hours", "", []step{
			{"text", 48*time.Hour - time.Second, []int{0}},
			{"wait", time.Second, []int{45015}},
		}},
		{"unfollow closes", "", []step{{"text", 0, []int{0}}, {"unfollow", 0, []int{45015}}}},
		{"follow: three in a minute", "", []step{
			{"unfollow", 0, nil},
			{"follow", 59 * time.Second, []int{0, 0, 0, 45047}},
			{"wait", time.Second, []int{45015}},
		}},
		{"scan", "", []step{{"scan", 0, []int{0, 0, 0, 45047}}, {"wait", time.Minute, []int{45015}}}},
		{"menu", "", []step{{"click", 0, []int{0, 0, 0, 45047}}, {"wait", time.Minute, []int{45015}}}},
		{"a menu link opens nothing", "", []step{{"view", 0, []int{45015}}}},
		{"a tap on a menu message is no message", "", []step{
			{"tap", 0, []int{0, 0, 0, 45047}},
			{"wait", time.Minute, []int{45015}},
		}},
		{"the short bucket is used first", "", []step{
			{"text", 0, []int{0, 0}},
			{"click", 0, []int{0, 0, 0, 0, 0, 0, 45047}},
		}},
		{"a tap keeps the long bucket", "", []step{
			{"text", 0, []int{0}},
			{"tap", time.Minute, []int{0, 0, 0, 0, 45047}},
		}},
		{"payment opens nothing", "", []step{{"pay", 0, []int{45015}}}},
		{"2021: twenty", "2021", []step{
			{"text", 0, []int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 45047}},
		}},
		{"2021: payment", "2021", []step{{"pay", 47 * time.Hour, []int{0}}}},
		{"legacy: a menu tap lasts 48 hours", "legacy", []step{{"click", 47 * time.Hour, []int{0}}}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			w.account.Profile = tc.profile
			w.must(w.AddAccount(w.account))
			for i, s := range tc.steps {
				if s.do != "wait" {
					_, err := w.Act(Action{OpenID: w.openid, Do: s.do, Text: "hello", Key: "K", MenuID: "101"})
					w.must(err)
				}
				w.Advance(s.wait)
				w.token, _, _ = w.client.StableToken(t.Context(), w.account.AppID, w.account.Secret, false)
				for n, want := range s.sends {
					if got := w.send("hi"); got != want {
						t.Errorf("step %d, send %d: errcode %d, want %d", i, n+1, got, want)
					}
				}
			}
		})
	}
}

func TestRefusedSendCostsNothing(t *testing.T) {
	w := newWorld(t)
	w.said("hello")
	for range 10 {
		w.send("") // refused
	}
	for n := range 5 {
		if got := w.send("hi"); got != 0 {
			t.Errorf("send %d: errcode %d", n, got)
		}
	}
}

func TestPayQuota(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.PayQuota = 2 })
	_, err := w.Act(Action{OpenID: w.openid, Do: "pay"})
	w.must(err)
	for n, want := range []int{0, 0, 45047} {
		if got := w.send("hi"); got != want {
			t.Errorf("send %d: errcode %d, want %d", n, got, want)
		}
	}
}
