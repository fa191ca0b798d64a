package store

import (
	"context"
)

// Event says which row changed. Readers show the row as it is now.
type Event struct {
	ID           int64
	At           int64
	Kind         string // message, conversation, agent, account, quickreply; for one agent alone: draft, mention
	Account      int64
	Conversation int64
	Message      int64
	Agent        int64
}

// event appends an event and gives its id, for the rows that carry it. Ids
// only go up.
func (t *tx) event(e Event) (int64, error) {
	t.last.event++
	t.news.event = true
	t.news.account = t.news.account || e.Kind == "account"
	return t.last.event, t.exec(`insert into event (id, at, kind, account_id, conversation_id, message_id, agent_id)
		values ($1,$2,$3,$4,$5,$6,$7)`, t.last.event, t.now, e.Kind, e.Account, e.Conversation, e.Message, e.Agent)
}

// note is event for rows that carry no id.
func (t *tx) note(e Event) error {
	_, err := t.event(e)
	return err
}

// Change is an event with the rows it speaks of, as they are now; nil when it
// speaks of none.
type Change struct {
	Event        Event
	Conversation *Conversation
	Message      *Message
}

// LastEvent gives the newest event's id, and the oldest that is kept: newest+1
// when none is.
func (s *Store) LastEvent(ctx context.Context) (newest, oldest int64, err error) {
	type span struct{ newest, oldest int64 }
	v, err := row(ctx, s, func(r scanner) (v span, err error) { err = r.Scan(&v.newest, &v.oldest); return v, err },
		`select coalesce((select seq from sqlite_sequence where name = 'event'), 0), coalesce((select min(id) from event), 0)`)
	if v.oldest == 0 {
		v.oldest = v.newest + 1
	}
	return v.newest, v.oldest, err
}

// Changes gives the events after since in order, at most limit.
func (s *Store) Changes(ctx context.Context, since int64, limit int) ([]Change, error) {
	return rows(ctx, s, scanChange, `select e.id, e.at, e.kind, e.account_id, e.conversation_id, e.message_id, e.agent_id, `+
		conversationFields+`, `+messageFields+` from event e
		left join conversation v on v.id = e.conversation_id left join customer c on c.id = v.customer_id
		left join message m on m.id = e.message_id `+mediaJoin+`
		where e.id > $1 order by e.id limit $2 + 0`, since, limit)
}

func scanChange(r scanner) (c Change, err error) {
	var v Conversation
	var m Message
	e := &c.Event
	targets := append([]any{&e.ID, &e.At, &e.Kind, &e.Account, &e.Conversation, &e.Message, &e.Agent}, v.targets()...)
	if err := r.Scan(append(targets, m.targets()...)...); err != nil {
		return c, err
	}
	if v.ID != 0 {
		v.finish()
		c.Conversation = &v
	}
	if m.ID != 0 {
		m.finish()
		c.Message = &m
	}
	return c, nil
}

// pruneAtOnce bounds how many events one change forgets: pushes wait for it.
const pruneAtOnce = 5000

// PruneEvents forgets events older than keep milliseconds. A browser whose
// cursor is older starts afresh.
func (s *Store) PruneEvents(ctx context.Context, keep int64) error {
	newest, _, err := s.LastEvent(ctx)
	if err != nil {
		return err
	}
	// Ids and times go up together, so that only what goes is looked at.
	kept, err := row(ctx, s, one[int64], "select coalesce((select id from event where at >= $1 order by id limit 1), $2)", s.now()-keep, newest+1)
	for more := true; more && err == nil; {
		err = s.write(ctx, func(t *tx) error {
			n, err := t.affect("delete from event where id < $1 and id < (select min(id) from event) + $2", kept, pruneAtOnce)
			more = n > 0
			return err
		})
	}
	return err
}

// Version changes when another process has changed the database: the command
// line works beside the server, and its commits ring no bell here.
func (s *Store) Version(ctx context.Context) (v int64, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		v, err = txOne[int64](t, "pragma data_version")
		return err
	})
	return v, err
}
