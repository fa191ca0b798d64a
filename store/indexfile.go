package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
)

// ready opens the file, or makes it.
func (x *index) ready(ctx context.Context) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.db != nil {
		return nil
	}
	fresh, err := missing(x.path)
	if err != nil {
		return err
	}
	if !fresh {
		err := x.open(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		x.log.Warn("the search index is made anew", "why", err)
		if err := x.remove(); err != nil {
			return err
		}
	}
	if err := private(x.path); err != nil {
		return err
	}
	return x.make(ctx)
}

// connect opens the file. NORMAL: what a power cut takes is found again by the
// cursor.
func (x *index) connect() (err error) {
	with := strings.NewReplacer("synchronous%28FULL%29", "synchronous%28NORMAL%29")
	if x.db, err = sql.Open("sqlite", with.Replace(dsn(x.path))); err != nil {
		return err
	}
	x.db.SetMaxOpenConns(1)
	if x.read, err = sql.Open("sqlite", with.Replace(dsn(x.path, "query_only(1)"))); err == nil {
		x.read.SetMaxOpenConns(4)
	}
	return err
}

// open takes the file as it is, if it is an index of this store.
func (x *index) open(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			x.shut()
		}
	}()
	if err := x.connect(); err != nil {
		return err
	}
	var version int
	c := &x.at
	if err := x.db.QueryRowContext(ctx, "select version, message, mark, customer, event from state").
		Scan(&version, &c.message, &c.mark, &c.customer, &c.event); err != nil {
		return err
	}
	if version != indexVersion {
		return fmt.Errorf("version %d, not %d", version, indexVersion)
	}
	newest, err := x.s.lastMessage(ctx)
	if err != nil {
		return err
	}
	if n := c.message - newest; n > 0 {
		x.s.lost.Store(n)
		x.log.Error("the database lacks messages that the search index had: the write-ahead log was lost or damaged", "messages", n)
	}
	mark, err := x.mark(ctx, c.message)
	if err != nil {
		return err
	}
	if mark != c.mark {
		return errors.New("it belongs to another database")
	}
	return x.s.reachable(ctx, c)
}

// reachable starts customers anew when changes were forgotten meanwhile.
func (s *Store) reachable(ctx context.Context, c *cursor) error {
	newest, oldest, err := s.LastEvent(ctx)
	if err == nil && (c.event < oldest-1 || c.event > newest) {
		c.customer, c.event = 0, newest
	}
	return err
}

// mark tells a message from the one with the same id in another database, by what
// stays when it is wiped.
func (x *index) mark(ctx context.Context, id int64) (string, error) {
	if id == 0 {
		return "", nil
	}
	mark, err := row(ctx, x.s, one[string], `select m.at || ' ' || c.id || ' ' || c.created_at from message m
		join customer c on c.id = m.customer_id where m.id = $1`, id)
	if errors.Is(err, ErrNotFound) {
		return "missing", nil
	}
	return mark, err
}

func (x *index) make(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			x.shut()
			err = errors.Join(err, x.remove())
		}
	}()
	newest, _, err := x.s.LastEvent(ctx) // what changes from here on is followed, customers are read below
	if err != nil {
		return err
	}
	x.at = cursor{event: newest}
	if err := x.connect(); err != nil {
		return err
	}
	tx, err := x.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after the commit
	for _, table := range indexTables {
		if _, err := tx.ExecContext(ctx, table); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "insert into state values ($1, 0, '', 0, $2)", indexVersion, newest); err != nil {
		return err
	}
	return tx.Commit()
}

// drop forgets the file.
func (x *index) drop(why error) {
	x.log.Warn("the search index is made anew", "why", why)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.shut()
	if err := x.remove(); err != nil {
		x.log.Error("the search index could not be removed", "err", err)
	}
}

func (x *index) shut() {
	for _, db := range []**sql.DB{&x.read, &x.db} {
		if *db != nil {
			(*db).Close()
			*db = nil
		}
	}
}

func (x *index) remove() error {
	var errs []error
	for _, end := range []string{"-wal", "-shm", ""} {
		if err := os.Remove(x.path + end); !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func damaged(err error) bool {
	text := err.Error()
	return strings.Contains(text, "malformed") || strings.Contains(text, "not a database") || strings.Contains(text, "corrupt")
}
