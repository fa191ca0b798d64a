package store

import (
	"fmt"
	"testing"
	"time"
)

// What waits for the courier: what is held back by another reply of its customer is
// not due, and one that is sent again is due since then.
func TestBacklog(t *testing.T) {
	d := openDesk(t)
	is := func(what, want string) {
		t.Helper()
		b := must(d.Backlog(ctx))(t)
		since := int64(-1)
		if b.Since > 0 {
			since = d.now() - b.Since
		}
		equal(t, what, fmt.Sprint(b.Waiting, b.Later, b.Again, b.Sending, since), want)
	}
	is("at first", "0 0 0 0 -1")
	v := d.open(t, "o1", &d.li)
	m := d.say(t, &d.li, v.ID, "a")
	d.clock.advance(2 * time.Second)
	d.say(t, &d.li, v.ID, "b")
	d.clock.advance(time.Second)
	is("two for one customer", "2 0 0 0 3000")
	must(d.ClaimReplies(ctx, 10))(t)
	is("one is sent, the other held back", "1 0 0 1 -1")
	ok(t, d.Sent(ctx, m.ID, Result{State: "pending", ErrCode: -1, RetryAt: d.now() + 5000}))
	is("tried again later", "2 1 1 0 -1")
	d.clock.advance(6 * time.Second)
	is("its time has come", "2 0 1 0 1000")
	must(d.ClaimReplies(ctx, 10))(t)
	ok(t, d.Sent(ctx, m.ID, Result{State: "failed", ErrCode: 45015}))
	d.clock.advance(time.Hour)
	must(d.ClaimReplies(ctx, 10))(t)
	_, _, err := d.Resend(ctx, &d.li, m.ID, 2)
	ok(t, err)
	d.clock.advance(time.Second)
	is("sent again by a person", "1 0 1 1 1000")
}

// Tries that went wrong are counted by WeChat's code, with what became of their
// replies; those of long ago are not.
func TestMishaps(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	end := func(results ...Result) Message {
		t.Helper()
		m := d.reply(t, &d.li, v.ID)
		for _, r := range results {
			must(d.ClaimReplies(ctx, 1))(t)
			ok(t, d.Sent(ctx, m.ID, r))
		}
		return m
	}
	end(Result{State: "failed", ErrCode: 40003}) // before
	d.clock.advance(24 * time.Hour)
	d.receive(t, d.text("o1", "more"))
	since := d.now()
	d.clock.advance(time.Second)
	end(Result{State: "pending", ErrCode: -1}, Result{State: "pending", ErrCode: -1}, Result{State: "sent"})
	end(Result{State: "pending", ErrCode: -1}, Result{State: "failed", ErrCode: 45015})
	d.clock.advance(time.Second)
	end(Result{State: "unknown"})
	end(Result{State: "pending"}, Result{State: "sent"})
	got := must(d.Mishaps(ctx, since))(t)
	for i := range got {
		got[i].Last -= since
	}
	equal(t, "mishaps", fmt.Sprint(got), fmt.Sprint([]Mishap{
		{Code: -1, Tries: 3, Last: 1000, Sent: 1, Failed: 1},
		{Code: 0, Tries: 1, Last: 2000, Sent: 1},
		{Code: 0, Uncertain: true, Tries: 1, Last: 2000, Unknown: 1, Conversation: v.ID},
		{Code: 45015, Tries: 1, Last: 1000, Failed: 1},
	}))
}

func TestPulse(t *testing.T) {
	d := openDesk(t)
	d.receive(t, d.text("o1", "hello"))
	p := d.Pulse()
	if p.Database < 1000 || p.Log < 1000 || p.Search < 1000 || p.Waiting != 0 {
		t.Errorf("%+v", p)
	}
}

func TestCrowd(t *testing.T) {
	d := openDesk(t)
	d.receive(t, d.text("o1", "hello"))
	since := d.now()
	d.clock.advance(time.Minute)
	d.receive(t, d.text("o2", "hello"))
	d.open(t, "o3", &d.li)
	must(d.End(ctx, &d.li, d.open(t, "o4", &d.li).ID))(t)
	equal(t, "crowd", must(d.Crowd(ctx))(t), Crowd{Waiting: 2, Open: 1, Since: since})
}
