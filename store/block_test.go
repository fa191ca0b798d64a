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
