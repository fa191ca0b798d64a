package store

import (
	"context"
	"errors"
	"slices"
)

// End closes a conversation. Only who serves it, or a supervisor, may
// ("not_yours").
func (s *Store) End(ctx context.Context, a *Agent, id int64) (Conversation, error) {
	return s.EndFor(ctx, a, id, "")
}

// EndFor closes a conversation for a reason, one of the account's rules
// ("bad_reason") or none.
func (s *Store) EndFor(ctx context.Context, a *Agent, id int64, reason string) (v Conversation, err error) {
	err = s.write(ctx, func(t *tx) error {
		if v, err = t.conversation(a, id); err != nil {
			return err
		}
		if err := t.end(a, &v, reason); err != nil {
			return err
		}
		return t.assign(v.Account, 0)
	})
	return v, err
}

// EndAll closes several at once and gives those that it closed. What has ended
// meanwhile, or is another's by now, is left as it is.
func (s *Store) EndAll(ctx context.Context, a *Agent, ids []int64, reason string) (list []Conversation, err error) {
	err = s.write(ctx, func(t *tx) error {
		var accounts []int64
		for _, id := range ids {
			v, err := t.conversation(a, id)
			if errors.Is(err, ErrNotFound) || err == nil && v.State == "closed" {
				continue
			}
			if err == nil {
				err = t.end(a, &v, reason)
			}
			if Refused(err, "not_yours") {
				continue
			}
			if err != nil {
				return err
			}
			list = append(list, v)
			if !slices.Contains(accounts, v.Account) {
				accounts = append(accounts, v.Account)
			}
		}
		for _, account := range accounts { // now, so that nobody is given what ends here
			if err := t.assign(account, 0); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

func (t *tx) end(a *Agent, v *Conversation, reason string) error {
	if v.State == "closed" {
		return nil
	}
	if v.Agent != a.ID && !a.Supervisor() {
		return refuse("not_yours", "agent", v.Agent)
	}
	if err := t.meddled(a, v, "conversation.end", 0); err != nil {
		return err
	}
	told := body{}
	if reason != "" {
		rules, err := t.rules(v.Account)
		if err != nil {
			return err
		}
		if !slices.Contains(rules.Reasons, reason) {
			return refuse("bad_reason", "field", "reason")
		}
		told["why"] = reason
	}
	if err := t.exec(`update conversation set state = 'closed', closed_at = $1, waiting_since = 0, raised_at = 0, unread = 0, reason = $2 where id = $3`,
		t.now, reason, v.ID); err != nil {
		return err
	}
	return t.story(a, v, "ended", told)
}
