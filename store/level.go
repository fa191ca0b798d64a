package store

import (
	"context"
	"errors"
)

// level is what a customer's level counts under the rules: one that was taken
// away counts as the highest that is left.
func (r *Rules) level(vip int) int { return max(0, min(vip, len(r.Levels))) }

// target is how many milliseconds a customer of a level may wait for an answer;
// 0: nothing is promised.
func (r *Rules) target(vip int) int64 {
	minutes := r.Target
	if n := r.level(vip); n > 0 {
		minutes = r.Levels[n-1].Target
	}
	return int64(minutes) * 60_000
}

// SetVIP sets a customer's level, 0 for none, and gives their newest
// conversation: nil when they have none. Who sees the official account may.
// Refusal: bad_level, for a level that its rules do not have.
func (s *Store) SetVIP(ctx context.Context, a *Agent, customerID int64, level int) (v *Conversation, err error) {
	err = s.write(ctx, func(t *tx) error {
		account, err := txOne[int64](t, "select account_id from customer where id = $1", customerID)
		if err != nil || !a.Sees(account) {
			return orElse(err, ErrNotFound)
		}
		r, err := t.rules(account)
		if err != nil {
			return err
		}
		if level < 0 || level > len(r.Levels) {
			return refuse("bad_level", "field", "level", "most", len(r.Levels))
		}
		if err := t.setVIP(customerID, level); err != nil {
			return err
		}
		newest, err := txRow(t, scanConversation, selectConversation+"where c.id = $1 and v.id = c.conversation_id", customerID)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		v = &newest
		return err
	})
	return v, err
}

// setVIP changes a level, and says so only when it is another.
func (t *tx) setVIP(customerID int64, level int) error {
	n, err := t.affect("update customer set vip = $1 where id = $2 and vip <> $1", level, customerID)
	if err != nil || n == 0 {
		return err
	}
	return t.touchNewest(customerID)
}
