package store

import (
	"context"
	"encoding/json"
)

// forget takes out of the index what was erased in the store, and the words
// themselves out of its file. After a crash it is done again, which does no harm.
func (x *index) forget(ctx context.Context) error {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.db == nil {
		return nil
	}
	for _, kind := range []string{"message", "customer"} {
		var done []string
		for after := ""; ; {
			list, err := rows(ctx, x.s, one[string], "select ref from leftover where kind = $1 and ref > $2 order by ref limit $3 + 0", kind, after, indexAtOnce)
			if err != nil {
				return err
			}
			if len(list) == 0 {
				break
			}
			if err := x.takeOut(ctx, kind, list); err != nil {
				return err
			}
			done, after = append(done, list...), list[len(list)-1]
		}
		if len(done) == 0 {
			continue
		}
		for _, query := range []string{"insert into " + kind + " (" + kind + ") values ('optimize')", "pragma wal_checkpoint(truncate)"} {
			if _, err := x.db.ExecContext(ctx, query); err != nil {
				return err
			}
		}
		if err := x.s.forgotten(ctx, kind, done); err != nil {
			return err
		}
	}
	return nil
}

func (x *index) takeOut(ctx context.Context, kind string, refs []string) error {
	list, err := json.Marshal(refs)
	if err != nil {
		return err
	}
	_, err = x.db.ExecContext(ctx, "delete from "+kind+" where rowid in (select cast(value as integer) from json_each($1))", string(list))
	return err
}

// forgotten notes what the index does not hold any more.
func (s *Store) forgotten(ctx context.Context, kind string, refs []string) error {
	for len(refs) > 0 {
		n := min(len(refs), indexAtOnce)
		list, err := json.Marshal(refs[:n])
		if err != nil {
			return err
		}
		if err := s.write(ctx, func(t *tx) error {
			return t.exec("delete from leftover where kind = $1 and ref in (select value from json_each($2))", kind, string(list))
		}); err != nil {
			return err
		}
		refs = refs[n:]
	}
	return nil
}
