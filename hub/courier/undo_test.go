package courier

import (
	"testing"
	"time"

	"kfdesk/store"
)

// undo sets the seconds in which replies of the first account can be taken back.
func (d *desk) undo(seconds int) {
	d.Helper()
	a := d.account(0)
	a.Rules.Undo = seconds
	ok(d, d.store.SetRules(ctx, store.Actor{}, a.ID, a.Rules))
}

// A reply that was taken back in time reaches WeChat with no call, and what was
// written behind it leaves.
func TestUndoneReplyIsNotSent(t *testing.T) {
	d := newDesk(t)
	d.undo(3)
	v := d.customer(0)
	d.run()
	first := d.reply(v, "too quick")
	d.sandbox.Advance(2 * time.Second)
	next := d.reply(v, "this one")
	m, _, err := d.store.Undo(ctx, &d.agent, first.ID)
	ok(t, err)
	equal(t, "state", m.State, "discarded")
	d.settled(next)
	equal(t, "calls", d.count(sendPath), 1)
	equal(t, "text", d.texts(v.Customer.OpenID)[0], "this one")
	equal(t, "budget", d.conversation(v).Grants.Message.Left, 4)
}

// Nothing leaves before its time, and a program that ends in between sends it
// once, when it is due.
func TestRestartWhileAReplyCanBeTakenBack(t *testing.T) {
	d := newDesk(t)
	d.undo(3)
	v := d.customer(0)
	stop := d.run()
	m := d.reply(v, "in a moment")
	due := m.RetryAt - d.sandbox.Now().UnixMilli()
	equal(t, "due", due, 3000)
	d.sandbox.Advance(time.Duration(due-1) * time.Millisecond)
	d.stranger(0) // its profile is asked for: the courier has looked again
	d.until("the courier has looked", func() bool { return d.count(infoPath) > 0 })
	equal(t, "calls before its time", d.count(sendPath), 0)
	stop()

	dir := d.store.Dir()
	ok(t, d.store.Close())
	d.store = d.open(dir)
	d.courier = d.newCourier(d.store)
	d.run()
	d.sandbox.Advance(time.Millisecond)
	equal(t, "state", d.settled(m).State, "sent")
	equal(t, "calls", d.count(sendPath), 1)
	equal(t, "texts", len(d.texts(v.Customer.OpenID)), 1)
}

func TestSendNowDoesNotWait(t *testing.T) {
	d := newDesk(t)
	d.undo(30)
	v := d.customer(0)
	d.run()
	m := d.reply(v, "no time to lose")
	_, _, err := d.store.SendNow(ctx, &d.agent, m.ID)
	ok(t, err)
	d.until("it is sent", func() bool { return d.message(m.ID).State == "sent" })
}
