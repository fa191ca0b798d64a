package store

import "context"

// Block puts a customer on the official account's block list, or takes them off
// it; WeChat is told. A conversation that waits ends with it, and waits again
// when the customer is taken off soon after. Who is served by somebody else is
// theirs, or a supervisor's ("not_yours").
func (s *Store) Block(ctx context.Context, a *Agent, customerID int64, on bool) (Conversation, error) {
	return s.customer(ctx, a, customerID, func(t *tx, v *Conversation) error {
		was := v.Customer.BlockedAt
		if on == (was > 0) {
			return errUnchanged
		}
		if v.State == "open" && v.Agent != a.ID && !a.Supervisor() {
			return refuse("not_yours", "agent", v.Agent)
		}
		kind, at := "unblocked", int64(0)
		if on {
			kind, at = "blocked", t.now
		}
		if err := t.exec("update customer set blocked_at = $1 where id = $2", at, customerID); err != nil {
			return err
		}
		if err := t.blockWaiting(v, was); err != nil {
			return err
		}
		if err := t.story(a, v, kind, body{}); err != nil {
			return err
		}
		return t.errand(customerID, "blocked", 0)
	})
}

// blockWaiting ends the waiting conversation of who is blocked now, or lets it
// wait again that ended with the block, at was.
func (t *tx) blockWaiting(v *Conversation, was int64) error {
	if was == 0 {
		return t.exec(`update conversation set state = 'closed', closed_at = $1, waiting_since = 0, raised_at = 0, unread = 0
			where id = $2 and state = 'waiting'`, t.now, v.ID)
	}
	within, err := t.reopenWithin()
	if err != nil || v.State != "closed" || v.ClosedAt != was || t.now-was > within {
		return err
	}
	return t.exec(`update conversation set state = 'waiting', closed_at = 0,
		waiting_since = coalesce((select min(m.at) from message m where m.customer_id = $1 and m.conversation_id = $2 and m.dir = 'in'), 0),
		unread = (select count(*) from message m where m.customer_id = $1 and m.conversation_id = $2 and m.dir = 'in')
		where id = $2`, v.Customer.ID, v.ID)
}
