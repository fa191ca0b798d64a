package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// index is the full-text index of messages and customers, in a file of its own.
// One goroutine fills it behind the store, so that nothing that is stored waits
// for it. It holds nothing that is not in the store: a file that is missing,
// torn or of another store is made again.
type index struct {
	s    *Store
	path string
	log  *slog.Logger
	stop context.CancelFunc
	done chan struct{}

	filling sync.Mutex
	torn    atomic.Bool // a search found the file damaged

	mu   sync.RWMutex // held by who uses the file; locked to open or drop it
	db   *sql.DB      // fills; nil until the file is open
	read *sql.DB      // searches
	most int          // messages that are looked at for a page of a search
	at   cursor       // of who fills
}

// cursor is how far the index has come. It is stored with the rows it speaks
// of, so that a crash neither loses one nor takes one twice.
type cursor struct {
	message  int64  // all messages up to here are in
	mark     string // of that message: it is still the same store
	customer int64  // all customers up to here are in
	event    int64  // changes of customers up to here are in
}

// indexVersion changes with the tables below, or with what words makes of a
// text.
const indexVersion = 2

// The tags of a row are its filters. The pairs and words of a message need no
// text beside them and do not change; customers do. One character is looked for
// by the index of beginnings.
var indexTables = []string{
	"create virtual table message using fts5(words, tags, content='', contentless_delete=1, prefix='1', tokenize='ascii')",
	"create virtual table customer using fts5(words, tags, prefix='1', tokenize='ascii')",
	`create table state (version integer not null, message integer not null, mark text not null, customer integer not null,
		event integer not null) strict`,
}

const (
	indexAtOnce = 500                    // rows in a transaction
	indexBehind = 200 * time.Millisecond // gathers what comes, so that transactions are large under load
	indexAgain  = 10 * time.Second       // after a fault
	indexYields = 4                      // rests so many times as long as it works while the store is written to
)

func newIndex(s *Store, log *slog.Logger) *index {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &index{s: s, path: filepath.Join(s.dir, "search.db"), log: log, done: make(chan struct{}), most: lookedMost}
}

func (x *index) start() {
	ctx, stop := context.WithCancel(context.Background())
	x.stop = stop
	go x.run(ctx)
}

// close ends the goroutine and waits for it.
func (x *index) close() {
	x.stop()
	<-x.done
	x.mu.Lock()
	defer x.mu.Unlock()
	x.shut()
}

func (x *index) run(ctx context.Context) {
	defer close(x.done)
	wake, stop := x.s.Watch()
	defer stop()
	for ctx.Err() == nil {
		pause := indexBehind
		if err := x.follow(ctx); err != nil && ctx.Err() == nil {
			x.log.Error("the search index could not be filled", "err", err)
			pause = indexAgain
		} else {
			select {
			case <-wake:
			case <-ctx.Done():
			}
		}
		rest(ctx, pause)
	}
}

func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// follow brings the index to where the store is. A file that turns out to be
// damaged is dropped, for the next time to begin anew.
func (x *index) follow(ctx context.Context) error {
	x.filling.Lock()
	defer x.filling.Unlock()
	if x.torn.Swap(false) {
		x.drop(errors.New("a search found it damaged"))
	}
	if err := x.ready(ctx); err != nil {
		return err
	}
	for {
		began, before := time.Now(), x.s.writer.written.Load()
		more, err := x.step(ctx)
		if err != nil {
			if damaged(err) {
				x.drop(err)
			}
			return err
		}
		if !more {
			break
		}
		took := time.Since(began)
		if x.s.writer.written.Load() > before { // somebody waits for the processor
			took *= indexYields
		}
		rest(ctx, took)
	}
	return x.forget(ctx)
}

// said is a message as the index takes it.
type said struct {
	id, account, agent int64
	dir, typ, body     string
}

// who is a customer as the index takes them.
type who struct {
	id, account    int64
	openid, remark string
}

// step indexes the next rows in one transaction. more: there may be others.
func (x *index) step(ctx context.Context) (more bool, err error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.db == nil {
		return false, nil
	}
	next := x.at
	list, err := rows(ctx, x.s, func(r scanner) (m said, err error) {
		err = r.Scan(&m.id, &m.account, &m.agent, &m.dir, &m.typ, &m.body)
		return m, err
	}, "select id, account_id, agent_id, dir, type, body from message where id > $1 order by id limit $2 + 0", next.message, indexAtOnce)
	if err != nil {
		return false, err
	}
	if len(list) > 0 {
		next.message = list[len(list)-1].id
		if next.mark, err = x.mark(ctx, next.message); err != nil {
			return false, err
		}
	}
	people, full, err := x.people(ctx, &next)
	if err != nil || next == x.at {
		return false, err
	}
	if err := x.put(ctx, list, people, next); err != nil {
		return false, err
	}
	x.at = next
	return full || len(list) == indexAtOnce, nil
}

// people are the customers who are new or changed, and moves the cursor over
// them. full: there may be others.
func (x *index) people(ctx context.Context, next *cursor) (list []who, full bool, err error) {
	const fields = "select c.id, c.account_id, c.openid, c.remark from customer c "
	scan := func(r scanner) (c who, err error) {
		err = r.Scan(&c.id, &c.account, &c.openid, &c.remark)
		return c, err
	}
	if err := x.s.reachable(ctx, next); err != nil {
		return nil, false, err
	}
	until, err := row(ctx, x.s, one[int64], "select coalesce(max(id), 0) from (select id from event where id > $1 order by id limit $2 + 0)",
		next.event, indexAtOnce)
	if err != nil {
		return nil, false, err
	}
	if until > 0 {
		list, err = rows(ctx, x.s, scan, fields+`where c.id in (select v.customer_id from event e join conversation v on v.id = e.conversation_id
			where e.id > $1 and e.id <= $2 and e.kind = 'conversation') and c.erased_at = 0`, next.event, until)
		if err != nil {
			return nil, false, err
		}
		full = until >= next.event+indexAtOnce
		next.event = until
	}
	fresh, err := rows(ctx, x.s, scan, fields+"where c.id > $1 and c.erased_at = 0 order by c.id limit $2 + 0", next.customer, indexAtOnce)
	if len(fresh) > 0 {
		next.customer = fresh[len(fresh)-1].id
	}
	return append(list, fresh...), full || len(fresh) == indexAtOnce, err
}

func (x *index) put(ctx context.Context, list []said, people []who, next cursor) error {
	tx, err := x.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after the commit
	insert, err := tx.PrepareContext(ctx, "insert into message (rowid, words, tags) values ($1, $2, $3)")
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, m := range list {
		words := words(saidIn(m.dir, m.typ, json.RawMessage(m.body)))
		if words == "" || m.dir == "event" {
			continue
		}
		tags := fmt.Sprintf("a%d g%d d%s t%s", m.account, m.agent, m.dir, m.typ)
		if _, err := insert.ExecContext(ctx, m.id, words, tags); err != nil {
			return err
		}
	}
	for _, c := range people {
		if err := putCustomer(ctx, tx, c); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "update state set message = $1, mark = $2, customer = $3, event = $4",
		next.message, next.mark, next.customer, next.event); err != nil {
		return err
	}
	return tx.Commit()
}

// putCustomer indexes a customer's remark and openid, whose end is found alone.
// The tag n is the number of the made-up name.
func putCustomer(ctx context.Context, tx *sql.Tx, c who) error {
	tail := c.openid[max(0, len(c.openid)-4):]
	words, tags := words(c.remark+" "+c.openid+" "+tail), fmt.Sprintf("a%d n%d", c.account, NameNumber(c.openid))
	var before string
	err := tx.QueryRowContext(ctx, "select words from customer where rowid = $1", c.id).Scan(&before)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		_, err = tx.ExecContext(ctx, "insert into customer (rowid, words, tags) values ($1, $2, $3)", c.id, words, tags)
	case err == nil && before != words: // most changes of a customer are others
		_, err = tx.ExecContext(ctx, "update customer set words = $1, tags = $2 where rowid = $3", words, tags, c.id)
	}
	return err
}
