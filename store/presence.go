package store

import (
	"context"
	"slices"
)

// presence is what a row tells of an agent's presence.
type presence struct{ now, by, wish string }

// SetPresence takes an agent's own word: online, busy or away. It holds while
// they are at the desk; busy holds when they come back, too. Refusal:
// bad_presence.
func (s *Store) SetPresence(ctx context.Context, agentID int64, to string) error {
	if !slices.Contains([]string{"online", "busy", "away"}, to) {
		return refuse("bad_presence", "field", "presence")
	}
	return s.write(ctx, func(t *tx) error {
		if err := t.exec("update agent set presence_wish = $1 where id = $2", to, agentID); err != nil {
			return err
		}
		return t.present(agentID, to, "hand")
	})
}

// Here notes that an agent is at the desk: who was idle or gone is again what
// they last said of themselves, but not away, for they came. Who set
// themselves away and never left stays so.
func (s *Store) Here(ctx context.Context, agentID int64) error {
	return s.write(ctx, func(t *tx) error {
		p, err := t.presence(agentID)
		if err != nil || p.by == "hand" || p.by == "here" {
			return err
		}
		if p.wish == "busy" {
			return t.present(agentID, "busy", "hand")
		}
		if err := t.exec("update agent set presence_wish = 'online' where id = $1", agentID); err != nil {
			return err
		}
		return t.present(agentID, "online", "here")
	})
}

// Idle makes an online agent away who has not touched the desk for a while.
// Who is busy said so, and stays busy.
func (s *Store) Idle(ctx context.Context, agentID int64) error {
	return s.write(ctx, func(t *tx) error {
		p, err := t.presence(agentID)
		if err != nil || p.now != "online" {
			return err
		}
		return t.present(agentID, "away", "idle")
	})
}

// Gone makes an agent away who has left the desk.
func (s *Store) Gone(ctx context.Context, agentID int64) error {
	return s.write(ctx, func(t *tx) error { return t.present(agentID, "away", "gone") })
}

func (t *tx) presence(agentID int64) (presence, error) {
	return txRow(t, func(r scanner) (p presence, err error) { err = r.Scan(&p.now, &p.by, &p.wish); return p, err },
		"select presence, presence_by, presence_wish from agent where id = $1", agentID)
}

// present changes an agent's presence and why it is so. presence_at is since
// when it is what it is: it stays where only the reason changes.
func (t *tx) present(agentID int64, to, by string) error {
	p, err := t.presence(agentID)
	if err != nil || p.now == to && p.by == by {
		return err
	}
	if p.now == to {
		return t.exec("update agent set presence_by = $1 where id = $2", by, agentID)
	}
	if err := t.exec("update agent set presence = $1, presence_by = $2, presence_at = $3 where id = $4", to, by, t.now, agentID); err != nil {
		return err
	}
	if err := t.note(Event{Kind: "agent", Agent: agentID}); err != nil || to != "online" {
		return err
	}
	return t.occupy(agentID)
}

// occupy gives an agent who is there now what waits.
func (t *tx) occupy(agentID int64) error {
	accounts, err := rows(context.Background(), t, one[int64], "select account_id from agent_account where agent_id = $1 and kf_account <> ''", agentID)
	for i := 0; err == nil && i < len(accounts); i++ {
		err = t.assign(accounts[i], 0)
	}
	return err
}
