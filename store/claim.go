package store

import (
	"context"
	"errors"
)

// Claim gives a waiting conversation to an agent. Exactly one wins; the others
// get "claimed" with the winner (detail.agent, detail.name). Claiming one's
// own again changes nothing. Other refusals: ended, no_kf_account.
func (s *Store) Claim(ctx context.Context, a *Agent, id int64) (v Conversation, err error) {
	err = s.write(ctx, func(t *tx) error {
		if v, err = t.conversation(a, id); err != nil {
			return err
		}
		return t.claim(a, &v)
	})
	return v, err
}

// ClaimNext claims the waiting conversation that is first in the queue.
// ErrNotFound when nobody waits.
func (s *Store) ClaimNext(ctx context.Context, a *Agent) (v Conversation, err error) {
	err = s.write(ctx, func(t *tx) error {
		if v, err = t.next(a.ID); err != nil {
			return err
		}
		return t.claim(a, &v)
	})
	return v, err
}

func (t *tx) claim(a *Agent, v *Conversation) error {
	switch {
	case v.State == "open" && v.Agent == a.ID:
		return nil
	case v.State == "open":
		name, err := txOne[string](t, "select name from agent where id = $1", v.Agent)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		return refuse("claimed", "agent", v.Agent, "name", name)
	case v.State == "closed":
		return refuse("ended")
	}
	if _, err := t.speaker(a.ID, v.Account); err != nil {
		return err
	}
	return t.take(a.ID, v, "claimed", body{})
}

// take gives a waiting conversation to an agent; a line tells how it came about.
func (t *tx) take(agentID int64, v *Conversation, how string, b body) error {
	if err := t.give(agentID, v); err != nil {
		return err
	}
	b["waited_ms"] = int64(0)
	if v.WaitingSince > 0 {
		b["waited_ms"] = t.now - v.WaitingSince
	}
	return t.story(&Agent{ID: agentID}, v, how, b)
}

// give makes an agent serve a conversation, whoever did before.
func (t *tx) give(agentID int64, v *Conversation) error {
	if err := t.exec(`update conversation set state = 'open', agent_id = $1, claimed_at = $2, returned_at = 0, returned_by = 0, raised_at = 0 where id = $3`,
		agentID, t.now, v.ID); err != nil {
		return err
	}
	return t.exec("update agent set served_at = $1 where id = $2", t.now, agentID)
}

// Reopen opens a customer's newest, closed conversation for the agent. When
// the customer has a newer one: "superseded".
func (s *Store) Reopen(ctx context.Context, a *Agent, id int64) (v Conversation, err error) {
	err = s.write(ctx, func(t *tx) error {
		if v, err = t.conversation(a, id); err != nil {
			return err
		}
		if v.State != "closed" {
			return t.claim(a, &v)
		}
		if _, err := t.speaker(a.ID, v.Account); err != nil {
			return err
		}
		newest, err := txOne[int64](t, "select conversation_id from customer where id = $1", v.Customer.ID)
		if err != nil {
			return err
		}
		if newest != v.ID {
			return refuse("superseded", "conversation", newest)
		}
		if err := t.exec(`update conversation set state = 'open', agent_id = $1, claimed_at = $2, closed_at = 0, reason = '' where id = $3`,
			a.ID, t.now, v.ID); err != nil {
			return err
		}
		return t.story(a, &v, "reopened", body{})
	})
	return v, err
}

// Read notes that the agent who serves a conversation has seen it up to a message.
func (s *Store) Read(ctx context.Context, a *Agent, id, messageID int64) (v Conversation, err error) {
	err = s.write(ctx, func(t *tx) error {
		if v, err = t.conversation(a, id); err != nil {
			return err
		}
		messageID = min(messageID, t.last.message)
		if v.Agent != a.ID || messageID <= v.ReadID {
			return nil
		}
		if err := t.exec(`update conversation set read_id = $1, unread = (select count(*) from message
			where customer_id = $2 and conversation_id = $3 and dir = 'in' and imported = 0 and id > $1) where id = $3`,
			messageID, v.Customer.ID, v.ID); err != nil {
			return err
		}
		return t.touch(&v)
	})
	return v, err
}

// speaker gives the kf_account that an agent speaks as, as it is now: what a
// request knows of its agent may be older than a deactivation.
func (t *tx) speaker(agentID, accountID int64) (Binding, error) {
	b, err := txRow(t, func(r scanner) (b Binding, err error) { err = r.Scan(&b.Account, &b.KFAccount, &b.Nick); return b, err },
		`select b.account_id, b.kf_account, coalesce(k.nickname, '') from agent_account b join agent a on a.id = b.agent_id
			left join kf_account k on k.account_id = b.account_id and k.kf_account = b.kf_account
			where a.id = $1 and a.active = 1 and b.account_id = $2 and b.kf_account <> ''`, agentID, accountID)
	if errors.Is(err, ErrNotFound) {
		err = refuse("no_kf_account")
	}
	return b, err
}

// requeue gives an agent's open conversations back to the queue: of one
// official account, or of all (0). Route finds others for them, when the
// agent is what they become.
func (t *tx) requeue(agentID, accountID int64, reason string) error {
	list, err := rows(context.Background(), t, scanConversation, selectConversation+
		"where v.state = 'open' and v.agent_id = $1 and ($2 = 0 or v.account_id = $2)", agentID, accountID)
	if err != nil {
		return err
	}
	for i := range list {
		if err := t.release(&Agent{ID: agentID}, &list[i], body{"reason": reason}); err != nil {
			return err
		}
	}
	return nil
}

// release gives an open conversation back to the queue, where it is first of
// its level, because of this agent. A blocked customer's ends: nobody can answer it.
func (t *tx) release(a *Agent, v *Conversation, b body) error {
	if v.Customer.BlockedAt > 0 {
		if err := t.close(v.ID); err != nil {
			return err
		}
		return t.touch(v)
	}
	if err := t.exec(`update conversation set state = 'waiting', agent_id = 0, claimed_at = 0, returned_at = $1, returned_by = $2
		where id = $3`, t.now, v.Agent, v.ID); err != nil {
		return err
	}
	return t.story(a, v, "queued", b)
}

// Lapse closes waiting conversations that hold nothing but a deed (a follow, a
// menu tap) whose minute is over: nobody has said anything that wants an answer.
func (s *Store) Lapse(ctx context.Context) error {
	return s.write(ctx, func(t *tx) error {
		list, err := rows(context.Background(), t, scanConversation, selectConversation+
			"where v.state = 'waiting' and v.last_dir = 'event' and c.action_until <= $1", t.now)
		if err != nil {
			return err
		}
		for i := range list {
			if err := t.exec("update conversation set state = 'closed', closed_at = $1, unread = 0, raised_at = 0 where id = $2", t.now, list[i].ID); err != nil {
				return err
			}
			if err := t.touch(&list[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// touch appends a conversation event and reads the row again.
func (t *tx) touch(v *Conversation) error {
	id, err := t.event(Event{Kind: "conversation", Account: v.Account, Conversation: v.ID, Agent: v.Agent})
	if err != nil {
		return err
	}
	if err := t.exec("update conversation set event_id = $1 where id = $2", id, v.ID); err != nil {
		return err
	}
	*v, err = txRow(t, scanConversation, selectConversation+"where v.id = $1", v.ID)
	return err
}
