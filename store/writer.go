package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// batchMost bounds how many changes share one commit.
const batchMost = 256

// From one commit to the next goes so long for each change that the last one carried,
// and not more: under load commits carry more. Who comes alone does not wait.
const pauseEach, pauseMost = 100 * time.Microsecond, 3 * time.Millisecond

// writer is the one goroutine that changes the database. It takes all changes
// that wait, makes them in one transaction in which one that fails takes back
// nothing but its own, commits once and then answers all of them. It waits
// for no more than pauseMost, and where it empties the log.
type writer struct {
	path    string
	db      *sql.DB
	conn    *sql.Conn
	now     func() int64
	tell    func(news)
	stmts   map[string]*sql.Stmt
	rules   map[int64]readRules // by official account
	changes chan change
	done    chan struct{} // nil until started
	walMost int64
	written atomic.Int64 // commits with events
	watch   watch

	mu      sync.RWMutex // keeps changes from being closed under a send
	stopped bool
}

// change is what one caller wants done. A push of WeChat may be done again, for it
// keeps nothing of a time that was taken back.
type change struct {
	do     func(*tx) error
	push   bool
	answer chan error
}

// tx is a change's view of the transaction. It is valid only inside the change.
type tx struct {
	w    *writer
	now  int64
	last struct{ event, message int64 } // newest ids: rows name each other, so ids are given here
	news news
}

// news is what a change has to tell after the commit: it appended an event, one
// about an account, or what the courier may have to act upon.
type news struct{ event, account, work bool }

func newWriter(ctx context.Context, path string, now func() int64, tell func(news)) (*writer, error) {
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		db.Close()
		return nil, openError("database_unreadable", path, err)
	}
	return &writer{path: path, db: db, conn: conn, now: now, tell: tell, stmts: map[string]*sql.Stmt{}, rules: map[int64]readRules{},
		changes: make(chan change, batchMost), walMost: walMost}, nil
}

func (w *writer) start() {
	w.done = make(chan struct{})
	go w.run()
}

// stop refuses new changes and finishes those that wait.
func (w *writer) stop() {
	w.mu.Lock()
	w.stopped = true
	w.mu.Unlock()
	close(w.changes)
	if w.done != nil {
		<-w.done
	}
}

func (w *writer) close() error {
	for _, st := range w.stmts {
		st.Close()
	}
	w.conn.Close()
	return w.db.Close()
}

// write runs do in a transaction. When ctx ends before the change is taken it
// is not made; once taken, the answer is awaited, for the caller must know.
func (s *Store) write(ctx context.Context, do func(*tx) error) error {
	return s.change(ctx, change{do: do, answer: make(chan error, 1)})
}

func (s *Store) change(ctx context.Context, c change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := s.writer
	w.mu.RLock()
	if w.stopped {
		w.mu.RUnlock()
		return ErrClosed
	}
	select {
	case w.changes <- c:
		w.mu.RUnlock()
		return <-c.answer
	case <-ctx.Done():
		w.mu.RUnlock()
		return ctx.Err()
	}
}

func (w *writer) run() {
	defer close(w.done)
	batch := make([]change, 0, batchMost)
	var began time.Time
	for c := range w.changes {
		if n := len(batch); n > 1 {
			time.Sleep(min(time.Duration(n)*pauseEach, pauseMost) - time.Since(began))
		}
		began = time.Now()
		batch = append(batch[:0], c)
	more:
		for len(batch) < batchMost {
			select {
			case c, ok := <-w.changes:
				if !ok {
					break more
				}
				batch = append(batch, c)
			default:
				break more
			}
		}
		w.commit(batch)
		w.emptyWAL()
	}
}

// commit makes the changes of a batch and answers each.
func (w *writer) commit(batch []change) {
	errs := make([]error, len(batch))
	began := time.Now()
	n, err := w.transact(batch, errs)
	w.watch.end(len(batch), began)
	if n.event && err == nil {
		w.written.Add(1)
		w.tell(n)
	}
	for i, c := range batch {
		if err != nil {
			errs[i] = err
		}
		c.answer <- errs[i]
	}
}

// transact makes the batch in one transaction. errs[i] tells why change i alone
// was taken back; the error tells why nothing was stored.
//
// Pushes come by the hundred and hardly ever fail. They are tried without a
// savepoint for each, which has SQLite copy every page that they share.
func (w *writer) transact(batch []change, errs []error) (news, error) {
	if len(batch) > 1 && !slices.ContainsFunc(batch, func(c change) bool { return !c.push }) {
		n, err := w.transaction(func(t *tx) error {
			for _, c := range batch {
				if err := protect(c, t); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			return n, nil
		}
	}
	if len(batch) == 1 { // the transaction is its savepoint
		n, err := w.transaction(func(t *tx) error { errs[0] = protect(batch[0], t); return errs[0] })
		if errs[0] != nil { // it is what was taken back
			err = nil
		}
		return n, err
	}
	return w.transaction(func(t *tx) error {
		for i, c := range batch {
			if err := t.under(c, &errs[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// transaction does all that do does, or nothing.
func (w *writer) transaction(do func(*tx) error) (n news, err error) {
	t := &tx{w: w, now: w.now()}
	if err := t.exec("begin immediate"); err != nil {
		return n, err
	}
	if err = t.ids(); err == nil {
		err = do(t)
	}
	if err == nil {
		err = t.exec("commit")
	}
	if err != nil {
		// Full disks and I/O errors may have ended it already.
		_, _ = w.conn.ExecContext(context.Background(), "rollback")
		return n, err
	}
	return t.news, nil
}

// under makes a change under a savepoint of its own. failed tells why it was taken
// back; the error, that the transaction has ended.
func (t *tx) under(c change, failed *error) error {
	if err := t.exec("savepoint change"); err != nil {
		return err
	}
	last, told := t.last, t.news
	if *failed = protect(c, t); *failed != nil {
		if err := t.exec("rollback to change"); err != nil {
			return errors.Join(*failed, err) // a full disk has ended the transaction
		}
		t.last, t.news = last, told
	}
	return t.exec("release change")
}

// ids reads the newest event's and message's id. Nobody else can add one while
// the transaction holds the write lock.
func (t *tx) ids() error {
	_, err := txRow(t, func(r scanner) (struct{}, error) { return struct{}{}, r.Scan(&t.last.event, &t.last.message) },
		`select coalesce((select seq from sqlite_sequence where name = 'event'), 0), coalesce((select seq from sqlite_sequence where name = 'message'), 0)`)
	return err
}

// protect makes a change, which is work for the courier unless it is a push, and
// turns a panic of it into its error: the others go on.
func protect(c change, t *tx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("store: panic in a change: %v\n%s", r, debug.Stack())
		}
	}()
	t.news.work = t.news.work || !c.push
	return c.do(t)
}

func (t *tx) stmt(query string) (*sql.Stmt, error) {
	t.w.watch.next(query)
	if st := t.w.stmts[query]; st != nil {
		return st, nil
	}
	st, err := t.w.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("prepare %.60q: %w", query, err)
	}
	t.w.stmts[query] = st
	return st, nil
}

func (t *tx) exec(query string, args ...any) error {
	_, err := t.affect(query, args...)
	return err
}

// affect is exec that tells how many rows it changed.
func (t *tx) affect(query string, args ...any) (int64, error) {
	st, err := t.stmt(query)
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// insert is exec that gives the new row's id.
func (t *tx) insert(query string, args ...any) (int64, error) {
	st, err := t.stmt(query)
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

func (t *tx) query(_ context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := t.stmt(query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(context.Background(), args...)
}

// txRow reads one row inside a transaction; ErrNotFound when there is none.
func txRow[T any](t *tx, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	var v T
	st, err := t.stmt(query)
	if err != nil {
		return v, err
	}
	v, err = scan(st.QueryRowContext(context.Background(), args...))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return v, err
}

func txOne[T any](t *tx, query string, args ...any) (T, error) {
	return txRow(t, one[T], query, args...)
}
