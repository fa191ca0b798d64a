package store

import (
	"fmt"
	"testing"
	"time"
)

// Pushes are counted by official account: neither what agents and the program write
// nor what was imported is one, and a repeat is none.
func TestPushed(t *testing.T) {
	d := openDesk(t)
	other := d.addAccount(t, "wxfedcba0987654321")
	is := func(what string, from, until time.Duration, want string) {
		t.Helper()
		text := ""
		for _, id := range []int64{d.account, other} {
			if p := must(d.Pushed(ctx, id, start+from.Milliseconds(), start+until.Milliseconds()))(t); p.N > 0 {
				text += fmt.Sprintf(" %d:%d@%d", id, p.N, (p.Last-start)/60_000)
			}
		}
		equal(t, what, text, want)
	}
	is("nothing", 0, time.Hour, "")
	first := d.now()
	equal(t, "the clock", first, int64(start))
	v := d.open(t, "o1", &d.li)
	again := d.text("o2", "hello")
	d.receive(t, again)
	equal(t, "a repeat", must(d.Receive(ctx, again))(t), true)
	d.clock.advance(10 * time.Minute)
	in := d.text("o3", "hello")
	in.Account = other
	must(d.Receive(ctx, in))(t)
	d.say(t, &d.li, v.ID, "how do you do")
	d.clock.advance(10 * time.Minute)
	d.receive(t, d.event("o1", "view", ""))
	must(d.End(ctx, &d.li, v.ID))(t)
	is("all", 0, time.Hour, fmt.Sprintf(" %d:3@20 %d:1@10", d.account, other))
	is("the first minutes", 0, 10*time.Minute, fmt.Sprintf(" %d:2@0", d.account))
	is("between", time.Minute, 20*time.Minute, fmt.Sprintf(" %d:1@10", other))
	is("after", 21*time.Minute, time.Hour, "")
	is("before", -time.Hour, 0, "")

	ok(t, d.write(ctx, func(t *tx) error {
		return t.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 20)
			insert into message (account_id, customer_id, conversation_id, dir, type, body, at, dedupe, imported)
			select m.account_id, m.customer_id, m.conversation_id, 'in', 'text', '{}', m.at - 86400000, 'n' || i, 1 from message m, n where m.id = 1`)
	}))
	ok(t, d.Close())
	d.Store = openAt(t, d.Dir(), d.clock) // which learns the last id
	d.clock.advance(10 * time.Minute)
	d.receive(t, d.text("o1", "more"))
	is("what was imported is not one", 15*time.Minute, time.Hour, fmt.Sprintf(" %d:2@30", d.account))
	is("nor in its own time", -48*time.Hour, 0, "")
}

// Of very many pushes only the newest are counted. Neither those of another account nor
// what was imported takes their place.
func TestPushedIsBounded(t *testing.T) {
	d := openDesk(t)
	quiet := d.addAccount(t, "wxfedcba0987654321")
	in := d.text("o2", "hello")
	in.Account = quiet
	must(d.Receive(ctx, in))(t)
	d.receive(t, d.text("o1", "hello"))
	fill := func(mark string, imported int) {
		t.Helper()
		ok(t, d.write(ctx, func(t *tx) error {
			return t.exec(fmt.Sprintf(`with recursive n(i) as (select 1 union all select i + 1 from n where i <= %d)
				insert into message (account_id, customer_id, conversation_id, dir, type, body, at, dedupe, imported)
				select m.account_id, m.customer_id, m.conversation_id, 'in', 'text', '{}', m.at + i, '%s' || i, %d from message m, n where m.id = 2`, pushedMost, mark, imported))
		}))
	}
	fill("i", 1)
	is := func(what string, account int64, want Pushed) {
		t.Helper()
		equal(t, what, must(d.Pushed(ctx, account, 0, start*2))(t), want)
	}
	d.receive(t, d.text("o1", "more"))
	is("around an import", d.account, Pushed{N: 2, Last: start})
	fill("n", 0)
	is("the busy one", d.account, Pushed{N: pushedMost, Last: start + pushedMost + 1})
	is("the quiet one", quiet, Pushed{N: 1, Last: start})
}
