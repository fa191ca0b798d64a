package store

import (
	"context"
	"encoding/json"
	"errors"
)

// Block puts a customer on the official account's block list, or takes them off
// it; WeChat is told. A conversation that waits ends with it, and waits again
// when the customer is taken off soon after. Who is served by somebody else is
// theirs, or a supervisor's ("not_yours").
func (s *Store) Block(ctx context.Context, a *Agent, customerID int64, on bool) (Conversation, error) {
	return s.customer(ctx, a, customerID, func(t *tx, v *Conversation) error {
		if on == (v.Customer.BlockedAt > 0) {
			return errUnchanged
		}
		if v.State == "open" && v.Agent != a.ID && !a.Supervisor() {
			return refuse("not_yours", "agent", v.Agent)
		}
		name := "customer.unblock"
		if on {
			name = "customer.block"
		}
		if err := t.audit(a.actor(), deed{Name: name, Account: v.Account, Customer: customerID}); err != nil {
			return err
		}
		if err := t.block(a, v, on, body{}); err != nil {
			return err
		}
		return t.errand(customerID, "blocked", 0)
	})
}

func (t *tx) block(by *Agent, v *Conversation, on bool, b body) error {
	kind, at, was := "unblocked", int64(0), v.Customer.BlockedAt
	if on {
		kind, at = "blocked", t.now
	}
	if err := t.exec("update customer set blocked_at = $1 where id = $2", at, v.Customer.ID); err != nil {
		return err
	}
	if err := t.blockWaiting(v, was); err != nil {
		return err
	}
	return t.story(by, v, kind, b)
}

// TakeBlocked makes customers of an account blocked here who are on WeChat's list,
// and the others not: some of them, and more tells that there are others. What
// WeChat is still to be told, or has refused, stays as it is here; so between the
// reading of the list and this, WeChat must not be told anything.
func (s *Store) TakeBlocked(ctx context.Context, accountID int64, openids []string) (more bool, err error) {
	if openids == nil {
		openids = []string{}
	}
	list, err := json.Marshal(openids)
	if err != nil {
		return false, err
	}
	const differ = `select c.id from customer c where +c.account_id = $1 and c.blocked_at > 0
			and c.openid not in (select value from json_each($2)) and ` + blockTold + `
		union all select c.id from json_each($2) l cross join customer c on c.account_id = $1 and c.openid = l.value
			where c.blocked_at = 0 and ` + blockTold + ` limit $3 + 0`
	found, err := rows(ctx, s, one[int64], differ, accountID, string(list), 1)
	if err != nil || len(found) == 0 { // as it is nearly always: the writer need not wait
		return false, err
	}
	err = s.write(ctx, func(t *tx) error {
		found, err := rows(ctx, t, one[int64], differ, accountID, string(list), blockedAtOnce)
		if err != nil {
			return err
		}
		more = len(found) == blockedAtOnce
		for _, id := range found {
			if err := t.takeBlocked(id); err != nil {
				return err
			}
		}
		return nil
	})
	return more, err
}

// blockTold: WeChat knows whether customer c is blocked here.
const blockTold = "not exists (select 1 from errand r where r.customer_id = c.id and r.what = 'blocked')"

const blockedAtOnce = 100

// takeBlocked turns round whether a customer is blocked, as WeChat has it.
func (t *tx) takeBlocked(customerID int64) error {
	v, err := t.newest(customerID)
	if errors.Is(err, ErrNotFound) { // they have never been here
		return t.exec("update customer set blocked_at = case when blocked_at > 0 then 0 else $1 end where id = $2", t.now, customerID)
	}
	if err == nil {
		err = t.block(&Agent{}, &v, v.Customer.BlockedAt == 0, body{"reason": "wechat"})
	}
	if err == nil {
		err = t.touchCustomer(&v)
	}
	return err
}

// BlockedConversations lists a page of the newest conversations of blocked
// customers, who were blocked last first, before the one with this id (0: from
// the newest).
func (s *Store) BlockedConversations(ctx context.Context, a *Agent, before int64) ([]Conversation, error) {
	return rows(ctx, s, scanConversation, selectConversation+`where c.blocked_at > 0 and v.id = c.conversation_id and `+sees+` and ($3 = 0 or
		(c.blocked_at, c.id) < (select b.blocked_at, b.id from customer b join conversation o on o.customer_id = b.id where o.id = $3))
		order by c.blocked_at desc, c.id desc limit $4 + 0`, a.Admin(), a.ID, before, EndedPage)
}

// blockWaiting ends the waiting conversation of who is blocked now, or lets it
// wait again that ended with the block, at was: since the first word that has no
// answer, and with as much unread.
func (t *tx) blockWaiting(v *Conversation, was int64) error {
	if was == 0 {
		if v.State != "waiting" {
			return nil
		}
		return t.close(v.ID)
	}
	r, err := t.rules(v.Account)
	if err != nil || v.State != "closed" || v.ClosedAt != was || !r.reopens(was, t.now) {
		return err
	}
	if err := t.exec(`update conversation set state = 'waiting', closed_at = 0, unread = (select count(*) from message m
		where m.customer_id = $1 and m.conversation_id = $2 and m.dir = 'in' and m.imported = 0 and m.id > read_id) where id = $2`, v.Customer.ID, v.ID); err != nil {
		return err
	}
	return t.waitAgain(v.Customer.ID, v.ID)
}

// close ends a conversation that asks for nobody any more.
func (t *tx) close(id int64) error {
	return t.exec("update conversation set state = 'closed', closed_at = $1, waiting_since = 0, raised_at = 0, unread = 0 where id = $2", t.now, id)
}
