package store

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// blocked are the openids of who is blocked, as a supervisor's list has them.
func (d *desk) blocked(t *testing.T) string {
	t.Helper()
	return openids(must(d.BlockedConversations(ctx, &d.su, 0))(t))
}

// take takes over WeChat's list, all of it.
func (d *desk) take(t *testing.T, openids ...string) {
	t.Helper()
	for more := true; more; {
		more = must(d.TakeBlocked(ctx, d.account, openids))(t)
	}
}

// What was done in WeChat's own page holds here, but for what we have not told
// yet.
func TestTakeBlocked(t *testing.T) {
	d := openDesk(t)
	waiting := d.receive(t, d.text("waiting", "buy!"))
	served := d.open(t, "served", &d.li)
	d.receive(t, d.text("other", "hello"))
	equal(t, "at first", d.blocked(t), "")
	d.clock.advance(time.Second)

	d.take(t, "waiting", "served", "nobody we know")
	equal(t, "blocked there", d.blocked(t), openids([]Conversation{served, waiting}))
	waiting = must(d.Store.Conversation(ctx, &d.su, waiting.ID))(t)
	equal(t, "who waited", fmt.Sprint(waiting.State, waiting.Customer.BlockedAt), fmt.Sprint("closed", d.now()))
	equal(t, "who is served", must(d.Store.Conversation(ctx, &d.su, served.ID))(t).State, "open")
	line := d.timeline(t, waiting.Customer.ID)
	last := line[len(line)-1]
	equal(t, "the story", fmt.Sprint(last.Type, last.Agent, string(last.Body)), `blocked0{"reason":"wechat"}`)
	equal(t, "nothing to tell", len(must(d.Errands(ctx, 10))(t)), 0)
	newest := d.newest(t)
	d.take(t, "served", "waiting")
	equal(t, "the same again changes nothing", d.newest(t), newest)

	// Ours go first, in both directions, until WeChat knows them; then its list holds.
	must(d.Block(ctx, &d.su, waiting.Customer.ID, false))(t)
	must(d.Block(ctx, &d.su, d.of(t, "other").Customer.ID, true))(t)
	d.take(t, "served", "waiting")
	equal(t, "not told yet", d.blocked(t), openids([]Conversation{d.of(t, "other"), served}))
	equal(t, "who waits again", d.of(t, "waiting").State, "waiting")
	for _, e := range must(d.Errands(ctx, 10))(t) {
		ok(t, d.ErrandDone(ctx, e, ErrandResult{ErrCode: 48001, RetryAt: -1}))
	}
	d.take(t, "served", "waiting")
	equal(t, "refused", d.blocked(t), openids([]Conversation{d.of(t, "other"), served}))
	must(d.Block(ctx, &d.su, waiting.Customer.ID, true))(t)
	must(d.Block(ctx, &d.su, waiting.Customer.ID, false))(t)
	must(d.Block(ctx, &d.su, d.of(t, "other").Customer.ID, false))(t)
	for _, e := range must(d.Errands(ctx, 10))(t) {
		ok(t, d.ErrandDone(ctx, e, ErrandResult{Done: true}))
	}
	d.take(t, "other")
	equal(t, "told", d.blocked(t), "other")
	equal(t, "not blocked any more", d.of(t, "served").Customer.BlockedAt, 0)
	d.take(t)
	equal(t, "an empty list", d.blocked(t), "")
}

// A blocked customer who is served does not go back to the queue: it ends.
func TestBlockedAndReleased(t *testing.T) {
	for name, do := range map[string]func(d *desk, t *testing.T, v Conversation) error{
		"returned": func(d *desk, _ *testing.T, v Conversation) error {
			_, err := d.Transfer(ctx, &d.li, v.ID, 0, "")
			return err
		},
		"returned by a supervisor": func(d *desk, _ *testing.T, v Conversation) error {
			_, err := d.Transfer(ctx, &d.admin, v.ID, 0, "")
			return err
		},
		"deactivated": func(d *desk, _ *testing.T, _ Conversation) error {
			return d.SetAgentActive(ctx, Actor{}, d.li.ID, false)
		},
		"silent": func(d *desk, t *testing.T, _ Conversation) error {
			d.rule(t, func(r *Rules) { r.Silence = 1 })
			d.clock.advance(time.Minute)
			return d.Route(ctx)
		},
		"away": func(d *desk, t *testing.T, _ Conversation) error {
			d.presence(t, &d.li, "away")
			d.clock.advance(3 * time.Minute)
			return d.Route(ctx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := openDesk(t)
			v := d.open(t, "o1", &d.li)
			must(d.Block(ctx, &d.li, v.Customer.ID, true))(t)
			d.clock.advance(time.Second)
			ok(t, do(d, t, v))
			v = d.of(t, "o1")
			equal(t, "it", fmt.Sprint(v.State, v.ClosedAt-d.now(), v.WaitingSince, v.Unread), "closed0 0 0")
			equal(t, "who served", d.servedBy(t, "o1")+d.agent(t, v.Agent).Login, "endedli")
			equal(t, "lines", lines(d.timeline(t, v.Customer.ID)), "in text@1, event claimed@1, event blocked@1")
			equal(t, "told", len(must(d.Mentions(ctx, &d.li))(t)), 0)
		})
	}
}

// Who was answered before, and is taken off the list, waits as they did.
func TestUnblockedWaitsAsBefore(t *testing.T) {
	d := openDesk(t)
	d.rule(t, func(r *Rules) { r.Autos.Queued = AutoText{true, "{n}"} })
	v := d.open(t, "o1", &d.li)
	d.clock.advance(time.Minute)
	d.reply(t, &d.li, v.ID)
	d.send(t, Result{State: "sent"})
	d.clock.advance(time.Minute)
	read := d.receive(t, d.text("o1", "read, not answered"))
	must(d.Read(ctx, &d.li, v.ID, read.Last.ID))(t)
	d.clock.advance(time.Minute)
	d.receive(t, d.text("o1", "not read"))
	must(d.Transfer(ctx, &d.li, v.ID, 0, ""))(t)
	d.clock.advance(3 * time.Minute)
	ok(t, d.TellQueue(ctx))
	equal(t, "told by itself", d.autos(t, "o1"), `queued {"content":"0"} 1/5`)
	before := d.of(t, "o1")
	equal(t, "before", fmt.Sprint(before.State, before.WaitingSince-start, before.Unread), "waiting120000 1")
	must(d.Block(ctx, &d.su, v.Customer.ID, true))(t)
	d.clock.advance(time.Minute)
	after := must(d.Block(ctx, &d.su, v.Customer.ID, false))(t)
	equal(t, "after", fmt.Sprint(after.State, after.WaitingSince-start, after.Unread), "waiting120000 1")
}

// A long list is taken over in several transactions, and shown in pages.
func TestTakeManyBlocked(t *testing.T) {
	d := openDesk(t)
	var list []string
	for i := range blockedAtOnce + EndedPage {
		list = append(list, fmt.Sprint("o", i))
		d.receive(t, d.text(list[i], "hello"))
	}
	d.take(t, list...)
	var got []string
	for before, page := int64(0), []Conversation(nil); before == 0 || len(page) == EndedPage; before = page[len(page)-1].ID {
		page = must(d.BlockedConversations(ctx, &d.su, before))(t)
		got = append(got, strings.Fields(openids(page))...)
		equal(t, "page", len(page) == EndedPage || len(got) == len(list), true)
		if len(page) == 0 {
			break
		}
	}
	equal(t, "shown", len(got), len(list))
	d.take(t)
	equal(t, "none", d.blocked(t), "")
}
