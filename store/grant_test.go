package store

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestDecide runs the cases that lib/budget.js runs too.
func TestDecide(t *testing.T) {
	var cases []struct {
		Name         string
		Now          int64
		Conversation struct {
			Customer struct{ Following bool }
			Grants   Grants
		}
		Want struct {
			OK     bool
			Reason string
			Spend  string
		}
	}
	ok(t, json.Unmarshal(must(os.ReadFile("testdata/budget.json"))(t), &cases))
	if len(cases) < 20 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		got := Decide(c.Conversation.Grants, c.Conversation.Customer.Following, c.Now)
		equal(t, c.Name, got, Verdict{OK: c.Want.OK, Kind: c.Want.Spend, Reason: c.Want.Reason})
	}
}

// left tells what a customer's buckets hold: message, action; - for none.
func left(v Conversation) string {
	show := func(g *Grant) string {
		if g == nil {
			return "-"
		}
		return fmt.Sprint(g.Left)
	}
	return show(v.Grants.Message) + " " + show(v.Grants.Action)
}

// A step of the budget's story, and what is left after it.
type step struct {
	do   string // text, tap, reply, fail, sent, unknown, quota, window, gone
	wait time.Duration
	left string
	code string // the refusal of a reply
	nth  string // of the reply
}

func TestBudgetStories(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"five replies, the sixth is refused, a new message gives five again", []step{
			{do: "text", left: "5 -"},
			{do: "reply", left: "4 -", nth: "1/5"}, {do: "reply", left: "3 -", nth: "2/5"}, {do: "reply", left: "2 -", nth: "3/5"},
			{do: "reply", left: "1 -", nth: "4/5"}, {do: "reply", left: "0 -", nth: "5/5"},
			{do: "reply", left: "0 -", code: "quota_used"},
			{do: "text", wait: time.Minute, left: "5 -"}, {do: "reply", left: "4 -", nth: "1/5"},
		}},
		{"three in a minute, and then the window is closed", []step{
			{do: "tap", left: "- 3"},
			{do: "reply", left: "- 2", nth: "1/3"}, {do: "reply", left: "- 1", nth: "2/3"}, {do: "reply", left: "- 0", nth: "3/3"},
			{do: "reply", left: "- 0", code: "quota_used"},
			{do: "reply", wait: time.Minute, left: "- 0", code: "window_closed"},
		}},
		{"both buckets: the short one is spent first", []step{
			{do: "text", left: "5 -"}, {do: "tap", left: "5 3"},
			{do: "reply", left: "5 2", nth: "1/3"}, {do: "reply", left: "5 1"}, {do: "reply", left: "5 0", nth: "3/3"},
			{do: "reply", left: "4 0", nth: "1/5"},
			{do: "tap", left: "4 3"}, {do: "reply", left: "4 2"},
			{do: "reply", wait: time.Minute, left: "3 2", nth: "2/5"},
		}},
		{"the window ends 45 seconds early", []step{
			{do: "text", left: "5 -"},
			{do: "reply", wait: 48*time.Hour - 46*time.Second, left: "4 -"},
			{do: "reply", wait: time.Second, left: "4 -", code: "window_closed"},
		}},
		{"a failed reply gives back", []step{
			{do: "text", left: "5 -"}, {do: "reply", left: "4 -"}, {do: "fail", left: "5 -"},
			{do: "reply", left: "4 -", nth: "1/5"}, {do: "sent", left: "4 -"},
			{do: "reply", left: "3 -"}, {do: "unknown", left: "3 -"}, // it may have arrived
		}},
		{"but not into a bucket that was set afresh", []step{
			{do: "text", left: "5 -"}, {do: "reply", left: "4 -"},
			{do: "text", wait: time.Second, left: "5 -"}, {do: "reply", left: "4 -"},
			{do: "fail", left: "4 -"}, // the first one, of the old bucket
			{do: "fail", left: "5 -"},
		}},
		{"a reply that leaves after a new message is one of the new five", []step{
			{do: "text", left: "5 -"}, {do: "reply", left: "4 -"}, {do: "text", wait: time.Second, left: "5 -"},
			{do: "sent", left: "4 -"}, {do: "reply", left: "3 -", nth: "2/5"},
		}},
		{"one that leaves after a tap is one of its three", []step{
			{do: "text", left: "5 -"}, {do: "reply", left: "4 -"}, {do: "tap", left: "4 3"}, {do: "sent", left: "5 2"},
		}},
		{"one that leaves after the minute of a tap is one of the five", []step{
			{do: "text", left: "5 -"}, {do: "tap", left: "5 3"}, {do: "reply", left: "5 2"}, {do: "sent", wait: time.Minute, left: "4 3"},
		}},
		{"one that leaves when nothing is left any more keeps what it spent", []step{
			{do: "tap", left: "- 3"}, {do: "reply", left: "- 2"}, {do: "unknown", wait: time.Minute, left: "- 2"},
		}},
		{"into the bucket it came from", []step{
			{do: "text", left: "5 -"}, {do: "tap", left: "5 3"}, {do: "reply", left: "5 2"}, {do: "fail", left: "5 3"},
		}},
		{"WeChat says the quota is used", []step{
			{do: "text", left: "5 -"}, {do: "tap", left: "5 3"}, {do: "reply", left: "5 2"}, {do: "quota", left: "0 0"},
			{do: "reply", left: "0 0", code: "quota_used"},
			{do: "text", wait: time.Second, left: "5 0"}, {do: "reply", left: "4 0"},
		}},
		{"WeChat says the window is closed", []step{
			{do: "text", left: "5 -"}, {do: "reply", left: "4 -"}, {do: "window", left: "5 -"},
			{do: "reply", left: "5 -", code: "window_closed"},
			{do: "text", wait: time.Second, left: "5 -"}, {do: "reply", left: "4 -"},
		}},
		{"WeChat says the customer does not follow", []step{
			{do: "text", left: "5 -"}, {do: "reply", left: "4 -"}, {do: "gone", left: "5 -"},
			{do: "reply", left: "5 -", code: "unsubscribed"},
		}},
		{"a late delivery does not shorten the window", []step{
			{do: "text", wait: time.Hour, left: "5 -"}, {do: "reply", left: "4 -"}, {do: "late text", left: "4 -"},
			{do: "tap", left: "4 3"}, {do: "reply", left: "4 2"}, {do: "late tap", left: "4 2"},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := openDesk(t)
			var v Conversation
			for i, s := range c.steps {
				d.clock.advance(s.wait)
				what := fmt.Sprintf("step %d, %s", i+1, s.do)
				switch s.do {
				case "text", "tap", "late text", "late tap":
					in := d.text("o1", "hello")
					if strings.HasSuffix(s.do, "tap") {
						in = d.event("o1", "click", "click")
					}
					if strings.HasPrefix(s.do, "late") {
						in.At -= 60_000
					}
					d.receive(t, in)
					v = must(d.Claim(ctx, &d.li, d.of(t, "o1").ID))(t)
				case "reply":
					m, now, _, err := d.Reply(ctx, &d.li, v.ID, d.draft("answer"))
					if s.code != "" {
						refused(t, err, s.code)
						break
					}
					ok(t, err)
					if v = now; s.nth != "" {
						equal(t, what, fmt.Sprintf("%d/%d", m.Nth, m.Of), s.nth)
					}
				default:
					d.send(t, map[string]Result{
						"fail": {State: "failed", ErrCode: 45002}, "sent": {State: "sent"}, "unknown": {State: "unknown"},
						"quota": {State: "failed", ErrCode: 45047, Shut: "quota"}, "window": {State: "failed", ErrCode: 45015, Shut: "window"},
						"gone": {State: "failed", ErrCode: 43004, NotFollowing: true},
					}[s.do])
				}
				v = must(d.Conversation(ctx, &d.admin, v.ID))(t)
				equal(t, what, left(v), s.left)
			}
		})
	}
}

func TestNeverHadAWindow(t *testing.T) {
	d := openDesk(t)
	in := d.text("o1", "?")
	in.Grant = ""
	v := must(d.Claim(ctx, &d.li, d.receive(t, in).ID))(t)
	_, _, _, err := d.Reply(ctx, &d.li, v.ID, d.draft("answer"))
	refused(t, err, "no_window")
}

func TestRepliesAtOnceNeverOverspend(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	drafts := make([]Draft, 20)
	for i := range drafts {
		drafts[i] = d.draft(fmt.Sprint(i))
	}
	var taken, used atomic.Int32
	each(20, func(i int) {
		switch _, _, _, err := d.Reply(ctx, &d.li, v.ID, drafts[i]); {
		case err == nil:
			taken.Add(1)
		case Refused(err, "quota_used"):
			used.Add(1)
		default:
			t.Errorf("got %v", err)
		}
	})
	equal(t, "taken", taken.Load(), 5)
	equal(t, "refused", used.Load(), 15)
	equal(t, "left", left(d.of(t, "o1")), "0 -")
	seen := map[string]int{}
	for _, m := range d.timeline(t, v.Customer.ID) {
		if m.Dir == "out" {
			seen[fmt.Sprintf("%d/%d", m.Nth, m.Of)]++
		}
	}
	equal(t, "replies", fmt.Sprint(seen), "map[1/5:1 2/5:1 3/5:1 4/5:1 5/5:1]")
}

// A payment grants nothing, unless the account's setting says otherwise; then
// it never takes away what a message has granted.
func TestPaymentGrantsWhatTheSettingSays(t *testing.T) {
	d := openDesk(t)
	pay := func() Grants {
		t.Helper()
		in := d.event("o1", "unknown_event", "")
		in.Paid = true
		d.receive(t, in)
		return d.of(t, "o1").Grants
	}
	d.receive(t, d.text("o1", "hello"))
	d.clock.advance(49 * time.Hour)
	if g := pay(); g.Message.Until > d.now() {
		t.Errorf("a payment opened a window by default: %+v", g.Message)
	}
	a := must(d.Account(ctx, d.account))(t)
	for _, wrong := range []int{-1, 21} {
		a.PayQuota = wrong
		refused(t, d.UpdateAccount(ctx, Actor{}, a), "bad_pay_quota")
	}
	a.PayQuota = 2
	ok(t, d.UpdateAccount(ctx, Actor{}, a))
	d.clock.advance(time.Minute)
	g := pay()
	equal(t, "left", g.Message.Left, 2)
	equal(t, "until", g.Message.Until, d.now()+messageWindow)
	equal(t, "verdict", Decide(g, true, d.now()).Kind, "message")
	d.clock.advance(time.Minute)
	d.receive(t, d.text("o1", "and one more thing"))
	d.clock.advance(time.Minute)
	equal(t, "left of a message's five", pay().Message.Left, 5)
}
