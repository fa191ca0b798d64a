package store

import (
	"context"
	"strings"
)

// Transfer gives a conversation to another agent, or back to the queue (to is
// 0), with a note for who serves it next. Only who serves it may, or a
// supervisor, who may also give away what waits. Refusals: ended, not_claimed,
// not_yours, cannot_receive, agent_away.
func (s *Store) Transfer(ctx context.Context, a *Agent, id, to int64, note string) (v Conversation, err error) {
	err = s.write(ctx, func(t *tx) error {
		if v, err = t.conversation(a, id); err != nil {
			return err
		}
		if err := t.mayHandOver(a, &v); err != nil {
			return err
		}
		if v.State == "waiting" && to == 0 || v.State == "open" && v.Agent == to {
			return nil
		}
		if to != 0 {
			if err := t.receiver(to, v.Account); err != nil {
				return err
			}
		}
		if note = strings.TrimSpace(note); note != "" {
			if err := t.addNote(a, &v, Note{Content: note}); err != nil {
				return err
			}
		}
		if err := t.meddled(a, &v, "conversation.transfer", to); err != nil {
			return err
		}
		if to == 0 {
			return t.toQueue(a, &v)
		}
		from := v.Agent
		if err := t.hand(a, &v, to, "transferred", body{"from": from, "to": to}); err != nil {
			return err
		}
		return t.tell(&v, a.ID, from, to)
	})
	return v, err
}

// TakeOver makes an agent serve what another serves. Supervisors may, and
// everybody where the rules say so. What waits is claimed. Refusals:
// may_not_take, ended, no_kf_account.
func (s *Store) TakeOver(ctx context.Context, a *Agent, id int64) (v Conversation, err error) {
	err = s.write(ctx, func(t *tx) error {
		if v, err = t.conversation(a, id); err != nil {
			return err
		}
		if v.State != "open" || v.Agent == a.ID {
			return t.claim(a, &v)
		}
		rules, err := t.rules(v.Account)
		if err != nil {
			return err
		}
		if rules.TakeOver != "all" && !a.Supervisor() {
			return refuse("may_not_take", "agent", v.Agent)
		}
		if _, err := t.speaker(a.ID, v.Account); err != nil {
			return err
		}
		if err := t.meddled(a, &v, "conversation.take_over", 0); err != nil {
			return err
		}
		from := v.Agent
		if err := t.hand(a, &v, a.ID, "taken", body{"from": from}); err != nil {
			return err
		}
		return t.tell(&v, a.ID, from)
	})
	return v, err
}

// Invite asks a colleague to look at a conversation: a line in it, and a notice
// for them. Who may transfer it may invite. Refusals: ended, not_claimed,
// not_yours, cannot_receive, agent_away.
func (s *Store) Invite(ctx context.Context, a *Agent, id, to int64) (v Conversation, err error) {
	err = s.write(ctx, func(t *tx) error {
		if v, err = t.conversation(a, id); err != nil {
			return err
		}
		if err := t.mayHandOver(a, &v); err != nil {
			return err
		}
		sees, err := txOne[int](t, `select count(*) from agent a where a.id = $1 and a.active = 1 and a.id <> $3 and (a.role = 'admin'
			or exists (select 1 from agent_account b where b.agent_id = a.id and b.account_id = $2))`, to, v.Account, a.ID)
		if err != nil {
			return err
		}
		if sees == 0 {
			return refuse("cannot_receive", "agent", to)
		}
		if err := t.atDesk(to); err != nil {
			return err
		}
		if err := t.story(a, &v, "invited", body{"to": to}); err != nil {
			return err
		}
		return t.tell(&v, a.ID, to)
	})
	return v, err
}

func (t *tx) mayHandOver(a *Agent, v *Conversation) error {
	switch {
	case v.State == "closed":
		return refuse("ended")
	case a.Supervisor() || v.State == "open" && v.Agent == a.ID:
		return nil
	case v.State == "waiting":
		return refuse("not_claimed")
	}
	return refuse("not_yours", "agent", v.Agent)
}

// receiver refuses an agent who cannot serve a conversation of an official
// account now.
func (t *tx) receiver(agentID, accountID int64) error {
	if _, err := t.speaker(agentID, accountID); Refused(err, "no_kf_account") {
		return refuse("cannot_receive", "agent", agentID)
	} else if err != nil {
		return err
	}
	return t.atDesk(agentID)
}

func (t *tx) atDesk(agentID int64) error {
	name, err := txOne[string](t, "select case when presence = 'away' then name else '' end from agent where id = $1", agentID)
	if err == nil && name != "" {
		return refuse("agent_away", "agent", agentID, "name", name)
	}
	return err
}

// hand makes an agent serve a conversation. The customer goes on waiting, and
// what was granted stays.
func (t *tx) hand(a *Agent, v *Conversation, to int64, story string, b body) error {
	if err := t.give(to, v); err != nil {
		return err
	}
	return t.story(a, v, story, b)
}

// toQueue returns a conversation to the queue because an agent decided so.
func (t *tx) toQueue(a *Agent, v *Conversation) error {
	from := v.Agent
	if err := t.release(a, v, body{"reason": "returned", "from": from}); err != nil {
		return err
	}
	if v.State == "closed" {
		return t.assign(v.Account, 0)
	}
	if err := t.tell(v, a.ID, from); err != nil {
		return err
	}
	return t.assign(v.Account, 0)
}

// tell marks the hand-over that was just written for the agents whom it concerns,
// other than who did it, until they see it. The newest of a conversation is enough.
func (t *tx) tell(v *Conversation, by int64, agents ...int64) error {
	message := t.last.message
	for _, id := range agents {
		if id == 0 || id == by {
			continue
		}
		if err := t.exec(`delete from mention where agent_id = $1 and exists (select 1 from message m
			where m.id = mention.message_id and m.conversation_id = $2 and m.dir = 'event')`, id, v.ID); err != nil {
			return err
		}
		if err := t.exec("insert into mention (agent_id, message_id) values ($1,$2)", id, message); err != nil {
			return err
		}
		if err := t.mentioned(id); err != nil {
			return err
		}
	}
	return nil
}
