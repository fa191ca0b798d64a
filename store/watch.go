package store

import (
	"context"
	"os"
	"path/filepath"
)

// Pulse is how the store does, without a look into the database.
type Pulse struct {
	Waiting               int   // changes that the writer has not taken yet
	Slow                  int64 // statements and transactions that took long, since the start
	Database, Log, Search int64 // bytes of the files: the write-ahead log is apart
}

// Pulse gives it.
func (s *Store) Pulse() Pulse {
	size := func(name string) int64 {
		info, err := os.Stat(filepath.Join(s.dir, name))
		if err != nil {
			return 0
		}
		return info.Size()
	}
	return Pulse{Waiting: len(s.writer.changes), Slow: s.slow.count.Load(), Database: size("kfdesk.db"), Log: s.writer.walSize(), Search: size("search.db")}
}

// Backlog is what the courier has yet to send.
type Backlog struct {
	Waiting int   // replies that are to be sent
	Later   int   // of them, those whose time is to come: they may be undone, or are tried again
	Again   int   // of them, those that were tried before
	Sending int   // replies that are being sent
	Since   int64 // since when the one that is due longest could have left; 0: none is due
}

// Backlog gives it, for all official accounts.
func (s *Store) Backlog(ctx context.Context) (Backlog, error) {
	return row(ctx, s, func(r scanner) (b Backlog, err error) {
		err = r.Scan(&b.Waiting, &b.Later, &b.Again, &b.Sending, &b.Since)
		return b, err
	}, `select count(*) filter (where m.state = 'pending'), count(*) filter (where m.state = 'pending' and m.retry_at > $1),
		count(*) filter (where m.state = 'pending' and m.attempts > 0), count(*) filter (where m.state = 'sending'),
		coalesce(min(max(coalesce(v.at, m.at), m.retry_at)) filter (where m.state = 'pending' and m.retry_at <= $1 and not exists (select 1 from message e
			where e.customer_id = m.customer_id and e.id < m.id and e.state in ('pending', 'sending'))), 0)
		from message m left join event v on v.id = m.event_id where `+unfinished, s.now())
}

// Mishap is one way in which tries to send replies went wrong.
type Mishap struct {
	Code         int   // WeChat's, 0: it did not answer, or was not reached
	Uncertain    bool  // the customer may have got it
	Tries        int   // that went so
	Last         int64 // when the last of them ended
	Sent, Open   int   // the replies whose state is now: sent; pending or sending
	Failed       int   // failed, or given up by an agent
	Unknown      int   // of them nobody has said whether they arrived
	Conversation int64 // of the newest of those, 0 none
}

// Mishaps lists the tries that ended badly since a time, the most frequent first.
func (s *Store) Mishaps(ctx context.Context, since int64) ([]Mishap, error) {
	return rows(ctx, s, func(r scanner) (m Mishap, err error) {
		err = r.Scan(&m.Code, &m.Uncertain, &m.Tries, &m.Last, &m.Sent, &m.Open, &m.Failed, &m.Unknown, &m.Conversation)
		return m, err
	}, `select a.errcode, a.outcome = 'unknown', count(*), max(a.ended_at),
		count(distinct m.id) filter (where m.state = 'sent'), count(distinct m.id) filter (where m.state in ('pending', 'sending')),
		count(distinct m.id) filter (where m.state in ('failed', 'discarded')), count(distinct m.id) filter (where m.state = 'unknown'),
		coalesce(max(m.conversation_id) filter (where m.state = 'unknown'), 0)
		from attempt a join message m on m.id = a.message_id
		where a.outcome not in ('', 'sent') and a.ended_at >= $1
		group by a.errcode, a.outcome = 'unknown' order by count(*) desc, a.errcode, a.outcome = 'unknown'`, since)
}

// Crowd is who is being served and who waits, over all official accounts.
type Crowd struct {
	Waiting, Open int   // conversations
	Since         int64 // since when the customer has waited who has waited longest; 0: none does
}

// Crowd gives it.
func (s *Store) Crowd(ctx context.Context) (Crowd, error) {
	return row(ctx, s, func(r scanner) (c Crowd, err error) { err = r.Scan(&c.Waiting, &c.Open, &c.Since); return c, err },
		`select count(*) filter (where v.state = 'waiting'), count(*) filter (where v.state = 'open'),
		coalesce(min(v.waiting_since) filter (where v.state = 'waiting' and v.waiting_since > 0), 0)
		from conversation v where v.state in ('waiting', 'open')`)
}
