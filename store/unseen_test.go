package store

import (
	"errors"
	"fmt"
	"testing"
)

// A reply is held when the customer has said something that its author has not
// seen. Nothing is spent, and the same reply leaves when it shall.
func TestUnseen(t *testing.T) {
	for _, c := range []struct {
		name   string
		said   func(t *testing.T, d *desk) // after the author looked
		change func(draft *Draft)
		want   string
	}{
		{"nothing came", func(*testing.T, *desk) {}, nil, "taken"},
		{"one came", func(t *testing.T, d *desk) { d.receive(t, d.text("o1", "wait")) }, nil, "1 [3]"},
		{"two came", func(t *testing.T, d *desk) {
			d.receive(t, d.text("o1", "wait"))
			d.receive(t, d.text("o1", "another"))
		}, nil, "2 [3 4]"},
		{"not said what was seen", func(t *testing.T, d *desk) { d.receive(t, d.text("o1", "wait")) }, func(draft *Draft) { draft.Seen = 0 }, "taken"},
		{"anyway", func(t *testing.T, d *desk) { d.receive(t, d.text("o1", "wait")) }, func(draft *Draft) { draft.Anyway = true }, "taken"},
		{"a deed", func(t *testing.T, d *desk) { d.receive(t, d.event("o1", "view", "click")) }, nil, "taken"},
		{"another customer", func(t *testing.T, d *desk) { d.receive(t, d.text("o2", "hello")) }, nil, "taken"},
		{"our own", func(t *testing.T, d *desk) { d.reply(t, &d.li, 1) }, nil, "taken"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := openDesk(t)
			v := d.open(t, "o1", &d.li)
			draft := d.draft("the answer")
			draft.Seen = 2 // the claim
			c.said(t, d)
			if c.change != nil {
				c.change(&draft)
			}
			before := left(d.of(t, "o1"))
			_, _, _, err := d.Reply(ctx, &d.li, v.ID, draft)
			got := "taken"
			var r *Refusal
			if errors.As(err, &r) && r.Code == "unseen" {
				got = fmt.Sprint(r.Detail["n"], " ", r.Detail["messages"])
				equal(t, "left", left(d.of(t, "o1")), before)
				draft.Anyway = true
				_, _, again, err := d.Reply(ctx, &d.li, v.ID, draft)
				ok(t, err)
				equal(t, "taken already", again, false)
			} else {
				ok(t, err)
			}
			equal(t, "reply", got, c.want)
		})
	}
}

// A reply that was taken is not held by what came since, when its browser asks again.
func TestUnseenAfterItWasTaken(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	draft := d.draft("the answer")
	draft.Seen = 2
	_, _, _, err := d.Reply(ctx, &d.li, v.ID, draft)
	ok(t, err)
	d.receive(t, d.text("o1", "and"))
	_, _, again, err := d.Reply(ctx, &d.li, v.ID, draft)
	ok(t, err)
	equal(t, "again", again, true)
}
