package store

import "context"

// undoLeast is how much of a window must be left for a reply to wait: in its last
// minutes, and so in the one minute after a deed, the delay could cost the reply.
const undoLeast = 10 * 60 * 1000

// undoUntil is when a reply that is written now leaves for WeChat: after the
// seconds in which it can be taken back, or at once (0) where time is short.
func (t *tx) undoUntil(v *Conversation, kind string) (int64, error) {
	if v.Grants.bucket(kind).Until-t.now <= undoLeast {
		return 0, nil
	}
	r, err := t.rules(v.Account)
	if err != nil || r.Undo == 0 {
		return 0, err
	}
	return t.now + int64(r.Undo)*1000, nil
}

// Undo takes back a reply that nobody has begun to send: the row stays, discarded,
// and its grant is given back. Only its author may ("not_yours"); once the courier
// has it, it is "too_late".
func (s *Store) Undo(ctx context.Context, a *Agent, messageID int64) (m Message, v Conversation, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		if m, v, err = t.undoable(a, messageID); err != nil {
			return err
		}
		if err := t.exec("update message set state = 'discarded', retry_at = 0 where id = $1", m.ID); err != nil {
			return err
		}
		if err := t.giveBack(&m); err != nil {
			return err
		}
		if err := t.waitAgain(m.Customer, m.Conversation); err != nil {
			return err
		}
		if err := t.exec(`update conversation set first_reply_at = (select coalesce(min(o.at), 0) from message o where o.customer_id = $1
			and o.conversation_id = $2 and o.dir = 'out' and o.auto = '' and o.imported = 0 and o.state <> 'discarded') where id = $2 and first_reply_at = $3`,
			m.Customer, m.Conversation, m.At); err != nil {
			return err
		}
		if m.ID == v.Last.ID {
			if err := t.showBefore(&v); err != nil {
				return err
			}
		}
		return t.settled(&m, &v)
	})
	return m, v, err
}

// SendNow ends the wait of a reply that could still be taken back. Refusals: as Undo.
func (s *Store) SendNow(ctx context.Context, a *Agent, messageID int64) (m Message, v Conversation, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		if m, v, err = t.undoable(a, messageID); err != nil {
			return err
		}
		if err := t.exec("update message set retry_at = 0 where id = $1", m.ID); err != nil {
			return err
		}
		return t.settled(&m, &v)
	})
	return m, v, err
}

// undoable gives a reply of the agent's that was not tried yet.
func (t *tx) undoable(a *Agent, messageID int64) (m Message, v Conversation, err error) {
	if m, err = t.message(messageID); err != nil {
		return m, v, err
	}
	if v, err = t.conversation(a, m.Conversation); err != nil {
		return m, v, err
	}
	switch {
	case m.Dir != "out":
		return m, v, ErrNotFound
	case m.Agent != a.ID:
		return m, v, refuse("not_yours", "agent", m.Agent)
	case m.State != "pending" || m.Attempts > 0:
		return m, v, refuse("too_late")
	}
	return m, v, nil
}
