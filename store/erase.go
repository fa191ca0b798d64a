package store

import (
	"context"
	"fmt"
	"strconv"
)

// Erase forgets a customer: what is known of them, what was said, their files.
// Their conversations, who served them and when stay without any content, for
// counts and statistics. From here on nobody sees them; when they write again
// they are somebody new. An open conversation ends first. WeChat is told nothing.
// Much is left for Tidy.
func (s *Store) Erase(ctx context.Context, a *Agent, customerID int64) error {
	return s.write(ctx, func(t *tx) error {
		v, err := txRow(t, scanConversation, selectCustomer, customerID)
		if err == nil && (v.Customer.Erased || !a.Sees(v.Account)) {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		if v.ID != 0 {
			if err := t.end(a, &v, ""); err != nil {
				return err
			}
		}
		if err := t.audit(a.actor(), deed{Name: "customer.erase", Account: v.Account, Customer: customerID}); err != nil {
			return err
		}
		if err := t.exec("insert into erased (hash, at) values ($1, $2) on conflict (hash) do update set at = excluded.at",
			erasedHash(v.Account, v.Customer.OpenID), t.now); err != nil {
			return err
		}
		if err := t.eraseRows(customerID); err != nil {
			return err
		}
		if err := t.erased(customerID); err != nil {
			return err
		}
		return t.assign(v.Account, 0)
	})
}

// erasedHash is how it is remembered who was erased.
func erasedHash(accountID int64, openid string) string {
	return hashed(fmt.Sprint(accountID, " ", openid))
}

// eraseRows empties the customer's row, and removes those of which nothing is to
// stay.
func (t *tx) eraseRows(customerID int64) error {
	drafts, err := rows(context.Background(), t, scanSavedDraft, selectDraft+`where d.conversation_id in
		(select v.id from conversation v where v.customer_id = $1)`, customerID)
	if err != nil {
		return err
	}
	if err := t.exec(`update customer set openid = 'erased:' || id, unionid = '', remark = '', vip = 0, following = 0, source = '', subscribed_at = 0,
		language = '', session_kf = '', session_at = 0, blocked_at = 0, profile_at = $1, message_left = 0, message_until = 0, action_left = 0,
		action_until = 0, action_cause = '', erased_at = $1, erasing = 1 where id = $2`, t.now, customerID); err != nil {
		return err
	}
	for _, query := range []string{
		"update message set state = 'discarded', spent = '' where customer_id = $1 and state = 'pending'",
		"update conversation set last_text = '' where customer_id = $1",
		"delete from draft where conversation_id in (select v.id from conversation v where v.customer_id = $1)",
		"delete from mention where message_id in (select m.id from message m where m.customer_id = $1)",
		"delete from customer_tag where customer_id = $1",
		"delete from memo where customer_id = $1",
		"delete from errand where customer_id = $1",
	} {
		if err := t.exec(query, customerID); err != nil {
			return err
		}
	}
	for _, d := range drafts {
		for _, f := range d.Files {
			if err := t.dropMedia(f.Media.ID); err != nil {
				return err
			}
		}
	}
	return t.exec("insert into leftover (kind, ref) values ('customer', $1) on conflict do nothing", strconv.FormatInt(customerID, 10))
}

// erased tells the browsers to drop the customer.
func (t *tx) erased(customerID int64) error {
	v, err := t.newest(customerID)
	if err != nil {
		return orNone(err) // who has no conversation is in no browser
	}
	event, err := t.event(Event{Kind: "conversation", Account: v.Account, Conversation: v.ID})
	if err != nil {
		return err
	}
	return t.exec("update conversation set event_id = $1 where id = $2", event, v.ID)
}

// wipeNext wipes some messages of an erased customer. What is being sent now is
// waited for: its result is still to be written.
func (t *tx) wipeNext() (more bool, err error) {
	type work struct{ customer, from int64 }
	w, err := txRow(t, func(r scanner) (w work, err error) { err = r.Scan(&w.customer, &w.from); return w, err },
		"select c.id, c.erasing from customer c where c.erasing > 0 order by c.id limit 1")
	if err != nil {
		return false, orNone(err)
	}
	type one struct {
		id      int64
		sending bool
	}
	list, err := rows(context.Background(), t, func(r scanner) (m one, err error) { err = r.Scan(&m.id, &m.sending); return m, err },
		`select m.id, m.state = 'sending' from message m where m.customer_id = $1 and m.id >= $2 order by m.id limit $3 + 0`, w.customer, w.from, wipeAtOnce)
	if err != nil {
		return false, err
	}
	var ids []int64
	for _, m := range list {
		if m.sending {
			break
		}
		ids = append(ids, m.id)
	}
	if len(ids) > 0 {
		if err := t.wipe(ids); err != nil {
			return false, err
		}
		return len(ids) == len(list), t.exec("update customer set erasing = $1 where id = $2", ids[len(ids)-1]+1, w.customer)
	}
	if len(list) > 0 {
		return false, nil
	}
	if err := t.exec("update customer set erasing = 0 where id = $1", w.customer); err != nil {
		return false, err
	}
	t.news.event = true // the index looks again
	return true, t.exec("update conversation set last_text = '' where customer_id = $1", w.customer)
}

// orNone turns "there is none" into no error.
func orNone(err error) error {
	if err == ErrNotFound {
		return nil
	}
	return err
}
