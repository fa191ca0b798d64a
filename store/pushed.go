package store

import (
	"context"
	"errors"
)

// pushedMost is how many messages Pushed reads at most, the newest of its span.
const pushedMost = 10_000

// Pushed is what WeChat has pushed of an official account within a span of time.
type Pushed struct {
	N    int   // of those that were read: at most as many as there were
	Last int64 // when the last came, by WeChat's clock
}

// Pushed counts what was pushed and stored from a time on and before another, by
// official account. Of a span with very many messages it reads only the newest.
func (s *Store) Pushed(ctx context.Context, from, until int64) (map[int64]Pushed, error) {
	first, err := s.messageFrom(ctx, from)
	if err != nil {
		return nil, err
	}
	end, err := s.messageFrom(ctx, until)
	if err != nil {
		return nil, err
	}
	type one struct {
		account int64
		Pushed
	}
	list, err := rows(ctx, s, func(r scanner) (o one, err error) { err = r.Scan(&o.account, &o.N, &o.Last); return o, err },
		`select n.account_id, count(*), max(n.at) from (select m.account_id, m.at, m.dedupe, m.imported from message m
			where m.id >= $1 and m.id < $2 order by m.id desc limit $3 + 0) n where n.dedupe is not null and n.imported = 0 group by n.account_id`,
		first, end, pushedMost)
	pushed := map[int64]Pushed{}
	for _, o := range list {
		pushed[o.account] = o.Pushed
	}
	return pushed, err
}

// messageFrom is the first message that is not older than at, else the id after the
// last: messages are numbered as they come, but for those that were imported.
func (s *Store) messageFrom(ctx context.Context, at int64) (int64, error) {
	last, err := row(ctx, s, one[int64], "select coalesce((select seq from sqlite_sequence where name = 'message'), 0)")
	low, high := int64(0), last+1
	for low < high && err == nil {
		middle := (low + high) / 2
		var m struct{ id, at int64 }
		m, err = row(ctx, s, func(r scanner) (m struct{ id, at int64 }, err error) { err = r.Scan(&m.id, &m.at); return m, err },
			"select m.id, m.at from message m where m.id >= $1 and m.imported = 0 order by m.id limit 1", middle)
		switch {
		case errors.Is(err, ErrNotFound):
			high, err = middle, nil
		case m.at >= at:
			high = middle
		default:
			low = m.id + 1
		}
	}
	return high, err
}
