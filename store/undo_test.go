package store

import (
	"errors"
	"testing"
	"time"
)

// A reply waits its seconds where there is time for it, and leaves at once where
// the window is nearly over or lasts a minute only.
func TestUndoUntil(t *testing.T) {
	for _, c := range []struct {
		name    string
		seconds int
		before  func(t *testing.T, d *desk)
		want    int64
	}{
		{"as the rules say", 3, nil, 3000},
		{"longer", 30, nil, 30_000},
		{"none", 0, nil, 0},
		{"eleven minutes left", 3, func(_ *testing.T, d *desk) { d.clock.advance(messageWindow*time.Millisecond - 11*time.Minute) }, 3000},
		{"ten minutes left", 3, func(_ *testing.T, d *desk) { d.clock.advance(messageWindow*time.Millisecond - 10*time.Minute) }, 0},
		{"a window of one minute", 3, func(t *testing.T, d *desk) { d.receive(t, d.event("o1", "view", "click")) }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := openDesk(t)
			d.undo(t, c.seconds)
			v := d.open(t, "o1", &d.li)
			if c.before != nil {
				c.before(t, d)
			}
			m := d.reply(t, &d.li, v.ID)
			due := m.RetryAt
			if due > 0 {
				due -= d.now()
			}
			equal(t, "wait", due, c.want)
			equal(t, "claimed at once", len(must(d.ClaimReplies(ctx, 10))(t)) == 1, c.want == 0)
			d.clock.advance(time.Duration(c.want) * time.Millisecond)
			if c.want > 0 {
				equal(t, "claimed when it is due", len(must(d.ClaimReplies(ctx, 10))(t)), 1)
			}
		})
	}
}

// Taken back, a reply leaves the desk as it was before: budget, waiting time,
// preview. What was written behind it still leaves, in its own time.
func TestUndo(t *testing.T) {
	d := openDesk(t)
	d.undo(t, 3)
	v := d.open(t, "o1", &d.li)
	before := d.of(t, "o1")
	m := d.reply(t, &d.li, v.ID)
	d.clock.advance(time.Second)
	next := d.reply(t, &d.li, v.ID)
	equal(t, "left", left(d.of(t, "o1")), "3 -")

	m, v, err := d.Undo(ctx, &d.li, m.ID)
	ok(t, err)
	equal(t, "state", m.State, "discarded")
	equal(t, "left", left(v), "4 -")
	equal(t, "waits", v.WaitingSince, 0)
	equal(t, "shown", v.Last.ID, next.ID)
	equal(t, "first reply", v.FirstReplyAt, next.At)
	d.clock.advance(2 * time.Second)
	equal(t, "claimed before its time", len(must(d.ClaimReplies(ctx, 10))(t)), 0)

	_, v, err = d.Undo(ctx, &d.li, next.ID)
	ok(t, err)
	equal(t, "left", left(v), left(before))
	equal(t, "waits", v.WaitingSince, before.WaitingSince)
	equal(t, "shown", v.Last, before.Last)
	equal(t, "first reply", v.FirstReplyAt, 0)
	equal(t, "timeline", lines(d.timeline(t, v.Customer.ID)), "in text@1, event claimed@1")
	d.clock.advance(time.Hour)
	equal(t, "claimed", len(must(d.ClaimReplies(ctx, 10))(t)), 0)
	equal(t, "next reply", must(d.NextReply(ctx))(t), -1)
}

// What nobody wrote is neither the first reply nor shown in the list.
func TestUndoAfterAnAutomaticReply(t *testing.T) {
	d := openDesk(t)
	d.rule(t, func(r *Rules) { r.Undo, r.Autos.Queued = 3, AutoText{true, "{n} ahead"} })
	v := d.receive(t, d.text("o1", "hello"))
	d.clock.advance(3 * time.Minute)
	ok(t, d.TellQueue(ctx))
	equal(t, "told by itself", d.autos(t, "o1"), `queued {"content":"0 ahead"} 1/5`)
	d.send(t, Result{State: "sent"})
	before := must(d.Claim(ctx, &d.li, v.ID))(t)
	_, v, err := d.Undo(ctx, &d.li, d.reply(t, &d.li, v.ID).ID)
	ok(t, err)
	equal(t, "first reply", v.FirstReplyAt, 0)
	equal(t, "shown", v.Last, before.Last)
}

// Later replies wait for one that can still be taken back, whatever their own time.
func TestUndoKeepsTheOrder(t *testing.T) {
	d := openDesk(t)
	d.undo(t, 30)
	v := d.open(t, "o1", &d.li)
	first := d.reply(t, &d.li, v.ID)
	d.undo(t, 0)
	second := d.reply(t, &d.li, v.ID)
	equal(t, "claimed", len(must(d.ClaimReplies(ctx, 10))(t)), 0)
	d.clock.advance(30 * time.Second)
	equal(t, "first", d.send(t, Result{State: "sent"}).ID, first.ID)
	equal(t, "second", d.send(t, Result{State: "sent"}).ID, second.ID)
}

func TestSendNow(t *testing.T) {
	d := openDesk(t)
	d.undo(t, 3)
	m := d.reply(t, &d.li, d.open(t, "o1", &d.li).ID)
	m, _, err := d.SendNow(ctx, &d.li, m.ID)
	ok(t, err)
	equal(t, "due", m.RetryAt, 0)
	equal(t, "sent", d.send(t, Result{State: "sent"}).ID, m.ID)
}

func TestUndoRefusals(t *testing.T) {
	for _, c := range []struct {
		name, want string
		before     func(t *testing.T, d *desk, m *Message) *Agent
	}{
		{"due, but not begun", "", func(_ *testing.T, d *desk, _ *Message) *Agent { d.clock.advance(time.Minute); return &d.li }},
		{"begun", "too_late", func(t *testing.T, d *desk, _ *Message) *Agent {
			d.clock.advance(3 * time.Second)
			must(d.ClaimReplies(ctx, 1))(t)
			return &d.li
		}},
		{"tried once", "too_late", func(t *testing.T, d *desk, _ *Message) *Agent {
			d.clock.advance(3 * time.Second)
			d.send(t, Result{State: "pending", RetryAt: d.now() + 1000})
			return &d.li
		}},
		{"sent", "too_late", func(t *testing.T, d *desk, _ *Message) *Agent {
			d.clock.advance(3 * time.Second)
			d.send(t, Result{State: "sent"})
			return &d.li
		}},
		{"taken back before", "too_late", func(t *testing.T, d *desk, m *Message) *Agent {
			_, _, err := d.Undo(ctx, &d.li, m.ID)
			ok(t, err)
			return &d.li
		}},
		{"another's", "not_yours", func(_ *testing.T, d *desk, _ *Message) *Agent { return &d.admin }},
		{"a customer's", "not found", func(_ *testing.T, d *desk, m *Message) *Agent { m.ID = 1; return &d.li }},
		{"a stranger's", "not found", func(t *testing.T, d *desk, _ *Message) *Agent {
			a := d.addAgent(t, "stranger", "agent", "")
			return &a
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := openDesk(t)
			d.undo(t, 3)
			m := d.reply(t, &d.li, d.open(t, "o1", &d.li).ID)
			a := c.before(t, d, &m)
			for name, do := range map[string]func() error{
				"undo": func() error { _, _, err := d.Undo(ctx, a, m.ID); return err },
				"now":  func() error { _, _, err := d.SendNow(ctx, a, m.ID); return err },
			} {
				if c.want == "" && name == "now" {
					continue
				}
				if got := outcome(do()); got != c.want {
					t.Errorf("%s: %q, want %q", name, got, c.want)
				}
			}
		})
	}
}

// The courier and the author reach for the same reply: one of them gets it.
func TestUndoAgainstTheCourier(t *testing.T) {
	d := openDesk(t)
	d.undo(t, 3)
	m := d.reply(t, &d.li, d.open(t, "o1", &d.li).ID)
	d.clock.advance(3 * time.Second)
	var claimed, undone int
	each(2, func(i int) {
		if i == 0 {
			list, err := d.ClaimReplies(ctx, 1)
			ok(t, err)
			claimed = len(list)
		} else if _, _, err := d.Undo(ctx, &d.li, m.ID); err == nil {
			undone = 1
		} else if !Refused(err, "too_late") {
			t.Error(err)
		}
	})
	equal(t, "winners", claimed+undone, 1)
	m = must(d.Message(ctx, &d.li, m.ID))(t)
	equal(t, "state", m.State, map[int]string{1: "discarded", 0: "sending"}[undone])
}

// outcome is the code of a refusal, "not found", or "" when all is well.
func outcome(err error) string {
	var r *Refusal
	switch {
	case errors.As(err, &r):
		return r.Code
	case errors.Is(err, ErrNotFound):
		return "not found"
	case err != nil:
		return err.Error()
	}
	return ""
}
