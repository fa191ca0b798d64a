package store

import (
	"strings"
	"testing"
	"time"
)

// What a stricter setting would take is counted before it is set, and is what
// goes then.
func TestDoomed(t *testing.T) {
	d := openDesk(t)
	d.told(t) // in: two words and a picture; an answer and a note
	d.send(t, Result{State: "sent"})
	d.clock.advance(70 * 24 * time.Hour)
	d.receive(t, d.text("young", "fresh"))
	ask := func(months, media, days int) Doomed {
		t.Helper()
		return must(d.Doomed(ctx, Retention{days, months, media}))(t)
	}
	_, err := d.Doomed(ctx, Retention{10, 0, 0})
	refused(t, err, "bad_retention")
	equal(t, "as it is", ask(0, 0, 180), Doomed{})
	equal(t, "for longer", ask(0, 0, 365), Doomed{})
	said := must(row(ctx, d, one[int], "select count(*) from message where dir <> 'event'"))(t) - 1
	equal(t, "messages", ask(1, 0, 180), Doomed{Messages: Some{N: said}, Files: Some{N: 1}, Stricter: true})
	equal(t, "not so old", ask(3, 0, 180), Doomed{Stricter: true})
	equal(t, "files", ask(0, 1, 180), Doomed{Files: Some{N: 1}, Stricter: true})
	rows := must(row(ctx, d, one[int], "select count(*) from audit"))(t)
	equal(t, "rows of the log", ask(0, 0, 30), Doomed{Rows: Some{N: rows}, Stricter: true})

	ok(t, d.SetRetention(ctx, Actor{}, Retention{180, 2, 0}))
	ok(t, d.Retain(ctx))
	equal(t, "once they are gone", ask(1, 0, 180), Doomed{Stricter: true})
	equal(t, "less strict", ask(0, 0, 180), Doomed{})
}

// What takes many pieces wakes the index once, and then leaves nothing in its file.
func TestRetainGoesInPieces(t *testing.T) {
	d := openDesk(t)
	d.receive(t, d.text("o1", "first"))
	ok(t, d.write(ctx, func(t *tx) error {
		return t.exec(`with recursive n (i) as (select 1 union all select i + 1 from n where i < $1)
			insert into message (account_id, customer_id, conversation_id, dir, type, body, at, event_id)
			select m.account_id, m.customer_id, m.conversation_id, 'in', 'text', '{"content":"zyxword"}', m.at, m.event_id from n, message m where m.id = 1`,
			3*indexAtOnce)
	}))
	ok(t, d.Close())
	d.Store = openAt(t, d.Dir(), d.clock)
	d.indexed(t)
	d.clock.advance(70 * 24 * time.Hour)
	ok(t, d.SetRetention(ctx, Actor{}, Retention{180, 1, 0}))
	before := d.writer.written.Load()
	ok(t, d.Retain(ctx))
	equal(t, "times the index is woken", d.writer.written.Load()-before, 1)
	// A crash before the file of the index is packed loses nothing.
	d.indexed(t)
	d.forgot(t)
	ok(t, d.write(ctx, func(t *tx) error { return t.exec("insert into leftover (kind, ref) values ('index', 'message')") }))
	d.forgot(t)
	ok(t, d.Close())
	equal(t, "left", strings.Join(lies(t, d.Dir(), []string{"zyxword"}), ", "), "")
}
