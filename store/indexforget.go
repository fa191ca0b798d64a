package store

import (
	"context"
	"encoding/json"
)

// forget takes out of the index what was erased in the store, and the words
// themselves out of its file. After a crash it goes on.
func (x *index) forget(ctx context.Context) error {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.db == nil {
		return nil
	}
	for _, kind := range []string{"message", "customer"} {
		for {
			list, err := rows(ctx, x.s, one[string], "select ref from leftover where kind = $1 order by ref limit $2 + 0", kind, indexAtOnce)
			if err != nil {
				return err
			}
			if len(list) == 0 {
				break
			}
			if err := x.takeOut(ctx, kind, list); err != nil {
				return err
			}
		}
		if err := x.pack(ctx, kind); err != nil {
			return err
		}
	}
	return nil
}

// takeOut removes rows; their words lie in the file until it is packed.
func (x *index) takeOut(ctx context.Context, kind string, refs []string) error {
	list, err := json.Marshal(refs)
	if err != nil {
		return err
	}
	if _, err := x.db.ExecContext(ctx, "delete from "+kind+" where rowid in (select cast(value as integer) from json_each($1))", string(list)); err != nil {
		return err
	}
	return x.s.write(ctx, func(t *tx) error {
		if err := t.exec("insert into leftover (kind, ref) values ('index', $1) on conflict do nothing", kind); err != nil {
			return err
		}
		return t.exec("delete from leftover where kind = $1 and ref in (select value from json_each($2))", kind, string(list))
	})
}

// pack writes a table anew from which something was taken out.
func (x *index) pack(ctx context.Context, table string) error {
	due, err := row(ctx, x.s, one[bool], "select exists (select 1 from leftover where kind = 'index' and ref = $1)", table)
	if err != nil || !due {
		return err
	}
	for _, query := range []string{"insert into " + table + " (" + table + ") values ('optimize')", "pragma wal_checkpoint(truncate)"} {
		if _, err := x.db.ExecContext(ctx, query); err != nil {
			return err
		}
	}
	return x.s.write(ctx, func(t *tx) error { return t.exec("delete from leftover where kind = 'index' and ref = $1", table) })
}
