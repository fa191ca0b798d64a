// Package store keeps everything kfdesk knows, in one SQLite file and a folder
// of media beside it. It is the truth: every change is one transaction that
// also appends an event, and a commit rings a bell that says "look again".
//
// A public method is one transaction. Times are UTC milliseconds.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the database engine, pure Go
)

// Store is one data directory: its database, its media, its key.
type Store struct {
	// Now is the clock. Tests and the sandbox set it before use.
	Now func() time.Time

	dir    string
	unlock func() // nil: shared
	key    *sealer
	read   *sql.DB
	stmts  sync.Map // SQL text → *sql.Stmt on read
	writer *writer
	bell   bell
	index  *index // nil: shared
	cache  accountCache
	fresh  freshFiles
	lost   atomic.Int64 // see Lost
	slow   *slow
	closed sync.Once
}

// Options say how to open a data directory.
type Options struct {
	Key []byte           // 32 bytes that seal secrets; nil: <dir>/key, made when missing
	Now func() time.Time // nil: time.Now
	// Shared opens beside a server that runs on the same directory, as the
	// command line does; otherwise a second server is refused.
	Shared bool
	Log    *slog.Logger // nil: silent; only what goes on by itself is logged
	// Slow is how long a statement or a transaction may take before it is logged;
	// 0: 200 ms.
	Slow time.Duration
	// Committed is told of each transaction of the writer, and must not wait: how
	// many changes it had and how long it took. Nil: nobody is told.
	Committed func(changes int, took time.Duration)
}

// Open opens the data directory, makes what is missing and migrates the
// database. Errors a person can mend are *OpenError.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	s := &Store{Now: o.Now, dir: dir, slow: newSlow(o)}
	if s.Now == nil {
		s.Now = time.Now
	}
	if !o.Shared {
		unlock, err := lockDir(dir)
		if err != nil {
			return nil, err
		}
		s.unlock = unlock
		failed, err := settleRestored(dir)
		if err != nil {
			unlock()
			return nil, openError("not_writable", dir, err)
		}
		if err := clearData(dir); err != nil && o.Log != nil { // a folder of backups may be elsewhere, and not be writable now
			o.Log.Warn("what was left half made could not all be removed", "error", err)
		}
		if failed != nil && o.Log != nil {
			o.Log.Error("a backup could not be restored, the data are as they were", "error", failed)
		}
	}
	if err := s.open(ctx, o.Key); err != nil {
		s.Close()
		return nil, Unusable(dir, err)
	}
	if !o.Shared {
		s.index = newIndex(s, o.Log)
		s.index.start()
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, key []byte) error {
	path := filepath.Join(s.dir, "kfdesk.db")
	fresh, err := missing(path)
	if err != nil {
		return openError("database_unreadable", path, err)
	}
	if (fresh || blank(path)) && worn(s.dir) { // a new one would hide that the old is lost
		return openError("database_missing", path, nil)
	}
	if s.key, err = openKey(s.dir, key, fresh); err != nil {
		return err
	}
	if fresh {
		if err := private(path); err != nil {
			return openError("not_writable", path, err)
		}
	}
	if s.read, err = sql.Open("sqlite", dsn(path, "query_only(1)")); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(8)
	s.read.SetMaxIdleConns(8)
	if s.writer, err = newWriter(ctx, path, s.now, s.committed); err != nil {
		return err
	}
	if err := s.migrate(ctx, migrations); err != nil {
		return err
	}
	s.writer.watch.slow = s.slow
	s.writer.start()
	return s.checkKey(ctx)
}

// Close waits for the changes that were taken, then closes the files.
func (s *Store) Close() (err error) {
	s.closed.Do(func() {
		if s.index != nil {
			s.index.close()
		}
		if s.writer != nil {
			s.writer.stop()
		}
		if s.read != nil { // before the writer, who closes the database and tidies up
			s.stmts.Range(func(_, st any) bool { st.(*sql.Stmt).Close(); return true })
			err = s.read.Close()
		}
		if s.writer != nil {
			err = errors.Join(err, s.writer.close())
		}
		if s.unlock != nil {
			s.unlock()
		}
	})
	return err
}

// committed tells who waits for it that there is news.
func (s *Store) committed(n news) {
	if n.account {
		s.cache.forget()
	}
	s.bell.ring(n.work)
}

// Dir is the data directory.
func (s *Store) Dir() string { return s.dir }

func (s *Store) now() int64 { return s.Now().UnixMilli() }

// dsn gives the connection settings: FULL because "received" is answered after
// the commit and must hold through a power cut; mmap instead of a large cache; a log
// of 16 MiB, for the pages that change again and again are then copied less often;
// what is deleted is overwritten, so that the files of a store hold it no longer.
// Of a name that is here and in more, the driver takes whichever it likes.
func dsn(path string, more ...string) string {
	q := url.Values{"_txlock": {"immediate"}}
	for _, p := range append([]string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)",
		"foreign_keys(1)", "secure_delete(1)", "cache_size(-2048)", "mmap_size(1073741824)", "wal_autocheckpoint(4000)", "temp_store(2)"}, more...) {
		q.Add("_pragma", p)
	}
	return fileURI(path) + "?" + q.Encode()
}

func fileURI(path string) string { return "file:" + (&url.URL{Path: path}).EscapedPath() }

// prepared returns the statement for reading, prepared once.
func (s *Store) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if st, ok := s.stmts.Load(query); ok {
		return st.(*sql.Stmt), nil
	}
	st, err := s.read.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	if old, dup := s.stmts.LoadOrStore(query, st); dup {
		st.Close()
		return old.(*sql.Stmt), nil
	}
	return st, nil
}

// rows reads all rows of a query through scan. A limit is written "$n + 0":
// SQLite prepares a statement anew for every value of a bare parameter there.
func rows[T any](ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	if s, ok := q.(*Store); ok { // the writer looks after its own
		defer s.slow.since(query, time.Now())
	}
	rs, err := q.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	var out []T
	for rs.Next() {
		v, err := scan(rs)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rs.Err()
}

// row reads the first row; ErrNotFound when there is none.
func row[T any](ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	all, err := rows(ctx, q, scan, query, args...)
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return all[0], nil
}

// scanner is a row that can be read; querier is the store or a transaction.
type scanner interface{ Scan(...any) error }
type querier interface {
	query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func (s *Store) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := s.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

func one[T any](r scanner) (T, error) {
	var v T
	err := r.Scan(&v)
	return v, err
}
