package store

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What is thrown away comes again, and nothing is lost or twice, whenever the
// index ended.
func TestIndexIsMadeAgain(t *testing.T) {
	d := openDesk(t)
	say := func(n int) {
		for i := range n {
			d.receive(t, d.text(fmt.Sprint("o", i), "shade"))
		}
	}
	check := func(what string, want int) {
		t.Helper()
		d.indexed(t)
		q, got := Query{Text: "shade"}, 0
		for more := true; more; {
			f := must(d.Search(ctx, &d.li, q))(t)
			for _, h := range f.Hits {
				got++
				q.Before = h.Message.ID
			}
			more = f.More
		}
		equal(t, what, got, want)
		equal(t, what+", customers", len(must(d.Search(ctx, &d.li, Query{Text: "o39"}))(t).Customers), 1)
		equal(t, what+", behind", must(d.Search(ctx, &d.li, Query{Text: "o39"}))(t).Behind, 0)
	}
	reopen := func(between func(path string)) {
		t.Helper()
		ok(t, d.Close())
		between(filepath.Join(d.Dir(), "search.db"))
		d.Store = openAt(t, d.Dir(), d.clock)
	}
	write := func(b []byte) func(string) {
		return func(path string) { ok(t, os.WriteFile(path, b, 0o600)) }
	}
	say(40)
	check("at first", 40)
	reopen(func(string) {})
	say(5)
	check("after a restart", 45)
	reopen(func(path string) { ok(t, os.Remove(path)) })
	check("deleted", 45)
	reopen(write([]byte("this is no database, but a long text that stands in its place: " + strings.Repeat("x", 5000))))
	check("not a database", 45)
	reopen(write(nil))
	check("empty", 45)
	reopen(func(path string) { ok(t, os.Truncate(path, 8192)) })
	check("torn", 45)
	reopen(func(path string) {
		b := must(os.ReadFile(path))(t)
		for i := 4096; i < 12288; i++ { // the words of messages; what says how far it is stays
			b[i] = byte(i)
		}
		ok(t, os.WriteFile(path, b, 0o600))
	})
	d.indexed(t) // the file is open
	_, err := d.Search(ctx, &d.li, Query{Text: "shade"})
	if err == nil {
		t.Error("a search does not notice that the file is damaged")
	}
	check("damaged", 45)
	ok(t, d.Close())
	foreign := openDesk(t)
	for range 60 {
		foreign.receive(t, foreign.text("x", "shade of another"))
	}
	foreign.indexed(t)
	ok(t, foreign.Close())
	b := must(os.ReadFile(filepath.Join(foreign.Dir(), "search.db")))(t)
	reopen(write(b))
	check("of another store", 45)
}

// A transaction of the index that ends in the middle leaves no trace.
func TestIndexSurvivesACrash(t *testing.T) {
	d := openDesk(t)
	for range 30 {
		d.receive(t, d.text("o3", "shade"))
		stopped, stop := context.WithCancel(ctx)
		go stop()
		_ = d.index.follow(stopped)
	}
	d.indexed(t)
	equal(t, "found", len(d.texts(t, &d.li, Query{Text: "shade"})), 30)
}

// Changes of customers that were forgotten before the index saw them are found
// by reading all customers.
func TestIndexAfterEventsArePruned(t *testing.T) {
	d := openDesk(t)
	v := d.receive(t, d.text("o1", "hello"))
	d.indexed(t)
	dir := d.Dir()
	ok(t, d.Close())
	shared, err := Open(ctx, dir, Options{Now: d.clock.Now, Shared: true}) // no index runs
	ok(t, err)
	ok(t, shared.SetProfile(ctx, v.Customer.ID, &Profile{Following: true, Remark: "a regular"}))
	d.clock.advance(time.Hour)
	ok(t, shared.PruneEvents(ctx, 1))
	ok(t, shared.Close())
	d.Store = openAt(t, dir, d.clock)
	d.indexed(t)
	equal(t, "found", len(must(d.Search(ctx, &d.li, Query{Text: "regular"}))(t).Customers), 1)
}

// While somebody else holds the file, a search says how much it does not know;
// nothing that is stored waits for it.
func TestIndexSaysHowFarBehindItIs(t *testing.T) {
	d := openDesk(t)
	d.receive(t, d.text("o1", "shade"))
	d.indexed(t)
	behind := func(what string, hits int, want int64) {
		t.Helper()
		f := must(d.Search(ctx, &d.li, Query{Text: "shade"}))(t)
		equal(t, what, fmt.Sprint(len(f.Hits), f.Behind), fmt.Sprint(hits, want))
	}
	behind("at first", 1, 0)
	db := must(sql.Open("sqlite", dsn(filepath.Join(d.Dir(), "search.db"))))(t)
	defer db.Close()
	held := must(db.Begin())(t)
	defer held.Rollback()
	d.receive(t, d.text("o1", "shade"))
	d.receive(t, d.text("o2", "shade"))
	behind("held", 1, 3) // two messages and a customer
	ok(t, held.Rollback())
	d.indexed(t)
	behind("after it", 3, 0)
}
