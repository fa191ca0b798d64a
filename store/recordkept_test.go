package store

import (
	"fmt"
	"testing"
	"time"
)

// counts imports records of a customer, at times before now, and tells what became
// of them.
func (d *desk) counts(t testing.TB, openid string, ago ...time.Duration) string {
	t.Helper()
	var list []Record
	for _, before := range ago {
		list = append(list, Record{OpenID: openid, Text: fmt.Sprint("zyxrecord ", before), At: d.now() - before.Milliseconds()})
	}
	return fmt.Sprint(must(d.ImportRecords(ctx, Actor{}, d.account, list))(t))
}

// What is older than messages are kept is not imported, and what was imported goes
// when it is as old, however late it came.
func TestImportedIsKeptAsLong(t *testing.T) {
	const day = 24 * time.Hour
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	equal(t, "kept for ever", d.counts(t, "o1", 400*day), "{1 1 0}")
	ok(t, d.SetRetention(ctx, Actor{}, Retention{180, 2, 0}))
	equal(t, "two months", d.counts(t, "o1", 70*day, 50*day, 10*day), "{3 2 1}")
	equal(t, "of nobody", d.counts(t, "o2", 70*day), "{1 0 1}")
	equal(t, "who is nobody still", must(row(ctx, d, one[int], "select count(*) from customer where openid = 'o2'"))(t), 0)
	d.clock.advance(20 * day)
	d.receive(t, d.text("o1", "young"))
	ok(t, d.Retain(ctx))
	var types []string
	for _, m := range d.timeline(t, v.Customer.ID) {
		types = append(types, m.Type)
	}
	equal(t, "what is left", fmt.Sprint(types), "[text claimed erased erased text text]")
	d.forgot(t)
	equal(t, "found", len(must(d.Search(ctx, &d.li, Query{Text: "zyxrecord"}))(t).Hits), 1)
	equal(t, "again", d.counts(t, "o1", 70*day), "{1 0 1}")
}

// Who was erased does not come back by records of before; what they said since is
// that of somebody new.
func TestImportAfterErasure(t *testing.T) {
	d := openDesk(t)
	v := d.receive(t, d.text("zyxopenid", "hello"))
	ok(t, d.Erase(ctx, &d.admin, v.Customer.ID))
	ok(t, d.Tidy(ctx))
	d.clock.advance(time.Hour)
	equal(t, "before and after", d.counts(t, "zyxopenid", 2*time.Hour, time.Hour, time.Minute), "{3 1 2}")
	equal(t, "somebody new", d.of(t, "zyxopenid").Customer.ID == v.Customer.ID, false)
	equal(t, "elsewhere", must(row(ctx, d, one[int], "select count(*) from erased where hash = $1", erasedHash(d.account+1, "zyxopenid")))(t), 0)
}

// Who only spoke in WeChat's own tool is found like anybody else, asks for nobody,
// and can be erased.
func TestImportedStranger(t *testing.T) {
	d := openDesk(t)
	follow := d.event("only-follows", "subscribe", "")
	follow.Grant, follow.Cause = "", ""
	must(d.Receive(ctx, follow))(t) // a customer without a conversation
	for _, openid := range []string{"stranger", "only-follows"} {
		equal(t, openid, d.counts(t, openid, time.Minute, 2*time.Minute), "{2 2 0}")
		equal(t, "earlier ones", d.counts(t, openid, time.Hour), "{1 1 0}")
		v := d.of(t, openid)
		equal(t, "the row", fmt.Sprint(v.State, v.Unread, v.WaitingSince, v.Last.Text, v.ClosedAt == v.Last.At, v.Customer.Conversations),
			"closed0 0zyxrecord 1m0strue 1")
		d.indexed(t)
		f := must(d.Search(ctx, &d.li, Query{Text: openid}))(t)
		equal(t, "found by their id", len(f.Customers), 1)
		equal(t, "its conversation", f.Customers[0].Conversation.ID, v.ID)
		hits := must(d.Search(ctx, &d.li, Query{Text: "zyxrecord"}))(t).Hits
		equal(t, "found by what they said", len(hits), 3)
		equal(t, "in the conversation", hits[0].Conversation.ID, v.ID)
		equal(t, "the page", must(d.Dossier(ctx, &d.admin, v.Customer.ID))(t).Messages >= 3, true)
		ok(t, d.Erase(ctx, &d.admin, v.Customer.ID))
		ok(t, d.Tidy(ctx))
	}
	// A word after it asks for somebody, in a conversation of its own.
	d.counts(t, "talks", time.Minute)
	before := d.of(t, "talks")
	v := d.receive(t, d.text("talks", "hello"))
	equal(t, "a new one waits", fmt.Sprint(v.State, v.ID > before.ID), "waitingtrue")
}
