package store

import (
	"context"
	"errors"
)

// pushedMost is how many messages Pushed counts at most, the newest of its span.
const pushedMost = 10_000

// Pushed is what WeChat has pushed of an official account within a span of time.
type Pushed struct {
	N    int   // at most pushedMost
	Last int64 // when the last came, by WeChat's clock
}

// Pushed counts what was pushed of an official account and stored from a time on and
// before another. It is counted anew each time, for any span; only what cannot be known
// afterwards is kept, as Sizes are.
func (s *Store) Pushed(ctx context.Context, account, from, until int64) (Pushed, error) {
	first, err := s.messageFrom(ctx, from)
	if err != nil {
		return Pushed{}, err
	}
	end, err := s.messageFrom(ctx, until)
	if err != nil {
		return Pushed{}, err
	}
	// + keeps it from the index of all that the account was ever pushed
	return row(ctx, s, func(r scanner) (p Pushed, err error) { err = r.Scan(&p.N, &p.Last); return p, err },
		`select count(*), coalesce(max(n.at), 0) from (select m.at from message m where m.id >= $1 and m.id < $2 and +m.account_id = $3
			and m.dedupe is not null and m.imported = 0 order by m.id desc limit $4 + 0) n`, first, end, account, pushedMost)
}

// messageFrom is an id before which all messages are older than at, and from which on
// none is: they are numbered as they come, but for those that were imported.
func (s *Store) messageFrom(ctx context.Context, at int64) (int64, error) {
	last, err := row(ctx, s, one[int64], "select coalesce((select seq from sqlite_sequence where name = 'message'), 0)")
	low, high := int64(0), last+1
	for low < high && err == nil {
		middle := (low + high) / 2
		var m struct{ id, at int64 }
		m, err = row(ctx, s, func(r scanner) (m struct{ id, at int64 }, err error) { err = r.Scan(&m.id, &m.at); return m, err },
			"select m.id, m.at from message m where m.id >= $1 and m.id < $2 and m.imported = 0 order by m.id limit 1", middle, high)
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
