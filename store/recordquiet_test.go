package store

import (
	"fmt"
	"testing"
	"time"
)

// imports takes records over; they are said by o1, a minute ago.
func (d *desk) imports(t testing.TB, records ...Record) int {
	t.Helper()
	for i := range records {
		records[i].OpenID, records[i].KFAccount = "o1", "door@hemu"
		if records[i].At == 0 {
			records[i].At = d.now() - 60_000 + int64(i)*1000
		}
	}
	return must(d.ImportRecords(ctx, Actor{AgentID: d.admin.ID}, d.account, records))(t).New
}

var overThere = []Record{{Text: "asked over there"}, {Text: "answered over there", Out: true}, {Text: "thanks over there"}}

// What is imported stands last in the timeline and is no news: nothing is held by
// it, nobody waits for it, it is no answer of ours and not what was said last.
func TestImportedIsNoNews(t *testing.T) {
	for name, c := range map[string]func(t *testing.T, d *desk, v Conversation) string{
		"a reply is not held": func(t *testing.T, d *desk, v Conversation) string {
			draft := d.draft("the answer")
			draft.Seen = d.timeline(t, v.Customer.ID)[1].ID // the claim
			d.imports(t, overThere...)
			_, _, _, err := d.Reply(ctx, &d.li, v.ID, draft)
			return fmt.Sprint(err == nil)
		},
		"unread after reading": func(t *testing.T, d *desk, v Conversation) string {
			said := d.receive(t, d.text("o1", "more"))
			d.imports(t, overThere...)
			return fmt.Sprint(must(d.Read(ctx, &d.li, v.ID, said.Last.ID))(t).Unread == 0)
		},
		"a failed reply is awaited still": func(t *testing.T, d *desk, v Conversation) string {
			asked := d.timeline(t, v.Customer.ID)[0].At
			d.reply(t, &d.li, v.ID)
			d.imports(t, overThere[:2]...)
			d.send(t, Result{State: "failed"})
			return fmt.Sprint(d.of(t, "o1").WaitingSince == asked)
		},
		"nobody waits for it": func(t *testing.T, d *desk, v Conversation) string {
			d.reply(t, &d.li, v.ID)
			d.send(t, Result{State: "sent"})
			d.reply(t, &d.li, v.ID)
			d.imports(t, overThere...)
			d.send(t, Result{State: "failed"})
			return fmt.Sprint(d.of(t, "o1").WaitingSince == 0)
		},
		"a reply taken back": func(t *testing.T, d *desk, v Conversation) string {
			d.undo(t, 10)
			m := d.reply(t, &d.li, v.ID)
			d.imports(t, overThere...)
			_, v, err := d.Undo(ctx, &d.li, m.ID)
			ok(t, err)
			return fmt.Sprint(v.FirstReplyAt == 0, v.Last.ID == d.timeline(t, v.Customer.ID)[0].ID)
		},
		"block and release": func(t *testing.T, d *desk, _ Conversation) string {
			v := d.receive(t, d.text("o2", "hello"))
			records := []Record{{OpenID: "o2", Text: "over there", At: d.now()}, {OpenID: "o2", Text: "answered", Out: true, At: d.now()}}
			must(d.ImportRecords(ctx, Actor{}, d.account, records))(t)
			must(d.Block(ctx, &d.su, v.Customer.ID, true))(t)
			d.clock.advance(time.Second)
			must(d.Block(ctx, &d.su, v.Customer.ID, false))(t)
			after := d.of(t, "o2")
			return fmt.Sprint(after.Unread == v.Unread, after.WaitingSince == v.WaitingSince)
		},
	} {
		d := openDesk(t)
		d.addKF(t, d.account, "door@hemu")
		v := d.open(t, "o1", &d.li)
		d.clock.advance(time.Hour)
		if got := c(t, d, v); got != "true" && got != "true true" {
			t.Error(name, got)
		}
	}
}

// A search by time goes on behind imported lines, which stand later than they were
// said, and finds them at their time.
func TestSearchByTimeBehindImported(t *testing.T) {
	d := openDesk(t)
	d.addKF(t, d.account, "door@hemu")
	d.clock.advance(24 * time.Hour)
	old := d.now() + 1
	d.receive(t, d.text("o1", "apple yesterday"))
	d.clock.advance(24 * time.Hour)
	day := d.now()
	d.receive(t, d.text("o1", "apple today"))
	d.imports(t, Record{Text: "apple imported", At: old})
	d.receive(t, d.text("o1", "a pear"))
	d.indexed(t)
	equal(t, "from today", fmt.Sprint(d.texts(t, &d.li, Query{Text: "apple", From: day - 1000})), "[[apple] today]")
	equal(t, "until today", fmt.Sprint(d.texts(t, &d.li, Query{Text: "apple", To: day - 3_600_000})), "[[apple] imported [apple] yesterday]")
}
