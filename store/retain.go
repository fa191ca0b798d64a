package store

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// mediaTooOld is why a file is lost that was kept for as long as was wanted.
const mediaTooOld = "retention"

// Retention is for how long things are kept.
type Retention struct {
	AuditDays     int // 30 to 3650
	MessageMonths int // 0 to 240, 0: for ever
	MediaMonths   int // 0 to 240, 0: as long as their messages
}

type retained struct {
	name        string
	value       *int
	least, most int
}

func (r *Retention) settings() []retained {
	return []retained{{"message_months", &r.MessageMonths, 0, 240}, {"media_months", &r.MediaMonths, 0, 240}, {"audit_days", &r.AuditDays, 30, 3650}}
}

// Retention gives it.
func (s *Store) Retention(ctx context.Context) (r Retention, err error) {
	for _, one := range r.settings() {
		if *one.value, err = s.Number(ctx, one.name); err != nil {
			return r, err
		}
	}
	return r, nil
}

// SetRetention changes it. Refusal: bad_retention, of a field.
func (s *Store) SetRetention(ctx context.Context, by Actor, r Retention) error {
	if err := r.check(); err != nil {
		return err
	}
	var list []Setting
	for _, one := range r.settings() {
		list = append(list, Setting{one.name, strconv.Itoa(*one.value)})
	}
	return s.ChangeSettings(ctx, by, list)
}

func (r *Retention) check() error {
	for _, one := range r.settings() {
		if *one.value < one.least || *one.value > one.most {
			return refuse("bad_retention", "field", one.name, "least", one.least, "most", one.most)
		}
	}
	return nil
}

// keptFrom is the beginning of the day since which things are kept for so many
// months.
func (s *Store) keptFrom(months int) int64 {
	now := s.Now().In(beijing)
	return time.Date(now.Year(), now.Month()-time.Month(months), now.Day(), 0, 0, 0, 0, beijing).UnixMilli()
}

// Retain wipes messages, and drops files, that are older than is wanted: some at
// a time with rests between, up to a day's beginning, so that on most hours there
// is nothing to do. It may take long.
func (s *Store) Retain(ctx context.Context) error {
	for _, what := range []struct {
		months, done string
		drop         func(*tx, []int64) error
	}{{"message_months", "messages_wiped", (*tx).wipe}, {"media_months", "media_wiped", (*tx).dropOld}} {
		until, err := s.keptSince(ctx, what.months)
		if err != nil {
			return err
		}
		if until == 0 {
			continue
		}
		if err := s.pieces(ctx, func(t *tx) (bool, error) { return t.retain(what.done, until, what.drop) }); err != nil {
			return err
		}
		if what.months == "message_months" {
			if err := s.pieces(ctx, func(t *tx) (bool, error) { return t.retainImported(until) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// keptSince is the time since when things are kept, by a setting in months; 0: all.
func (s *Store) keptSince(ctx context.Context, setting string) (int64, error) {
	months, err := s.Number(ctx, setting)
	if err != nil || months == 0 {
		return 0, err
	}
	return s.keptFrom(months), nil
}

// pieces does a large piece of work as many small ones, until there is no more.
// After each it rests for as long as that one took: what people wait for is
// written meanwhile.
func (s *Store) pieces(ctx context.Context, piece func(*tx) (more bool, err error)) error {
	for {
		var more bool
		began := time.Now()
		if err := s.write(ctx, func(t *tx) (err error) { more, err = piece(t); return err }); err != nil || !more {
			return err
		}
		rest(ctx, time.Since(began))
	}
}

// retainImported does the next lines that were imported, which came later than
// they were said.
func (t *tx) retainImported(until int64) (more bool, err error) {
	ids, err := rows(context.Background(), t, one[int64], `select m.id from message m where m.imported = 1 and m.type <> 'erased' and m.at < $1
		order by m.at limit $2 + 0`, until, wipeAtOnce)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	t.news.event = true // the index looks again
	return len(ids) == wipeAtOnce, t.wipe(ids)
}

// retain does the next messages, which are in the order in which they came. done
// is the setting that keeps how far it is.
func (t *tx) retain(done string, until int64, drop func(*tx, []int64) error) (more bool, err error) {
	text, err := txOne[string](t, "select value from setting where name = $1", done)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return false, err
	}
	after, _ := strconv.ParseInt(text, 10, 64)
	type one struct{ id, at int64 }
	list, err := rows(context.Background(), t, func(r scanner) (m one, err error) { err = r.Scan(&m.id, &m.at); return m, err },
		"select m.id, m.at from message m where m.id > $1 order by m.id limit $2 + 0", after, wipeAtOnce)
	if err != nil {
		return false, err
	}
	var ids []int64
	for _, m := range list {
		if m.at >= until {
			break
		}
		ids = append(ids, m.id)
	}
	more = len(ids) > 0 && len(ids) == len(list)
	t.news.event = t.news.event || !more // the index looks again, once for all
	if len(ids) == 0 {
		return false, nil
	}
	if err := drop(t, ids); err != nil {
		return false, err
	}
	return more, t.setting(done, strconv.FormatInt(ids[len(ids)-1], 10))
}

// dropOld gives up the files of messages, where no newer message and nothing else
// needs them.
func (t *tx) dropOld(ids []int64) error {
	for _, id := range ids {
		media, err := rows(context.Background(), t, one[int64], `select m.media_id from message m where m.id = $1 and m.media_id is not null
			union select m.thumb_id from message m where m.id = $1 and m.thumb_id is not null`, id)
		if err != nil {
			return err
		}
		for _, d := range media {
			if err := t.giveUp(d, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// giveUp marks a medium as lost that no message after this one shows.
func (t *tx) giveUp(id, message int64) error {
	used, err := txOne[bool](t, `select exists (select 1 from message m where m.media_id = $1 and m.id > $2)
		or exists (select 1 from message m where m.thumb_id = $1 and m.id > $2) or `+mediaElsewhere, id, message)
	if err != nil || used {
		return err
	}
	hash, err := txOne[string](t, "select hash from media where id = $1", id)
	if err != nil {
		return err
	}
	if err := t.exec("update media set state = 'lost', error = $1, hash = '', size = 0 where id = $2", mediaTooOld, id); err != nil {
		return err
	}
	return t.dropFile(hash)
}
