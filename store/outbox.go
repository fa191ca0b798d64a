package store

import (
	"context"
	"errors"
)

// unfinished is the condition of the outbox's index. A query that narrows it
// further says it all the same, or the index is not used.
const unfinished = "m.state in ('pending', 'sending')"

// replyWaits is the most that a reply waits for its time: for another try, or for its
// author to take it back. One that is due later than that was given its time by a
// clock that was wrong, and is due now.
const replyWaits = 2 * 60 * 1000

// ClaimReplies takes due replies for sending, at most limit: each waits for
// every earlier unfinished one of its customer, and the official accounts take
// turns, those with more on their way later. What is returned is noted as being
// sent before anything leaves.
func (s *Store) ClaimReplies(ctx context.Context, limit int) (list []Message, err error) {
	err = s.write(ctx, func(t *tx) error {
		ids, err := rows(ctx, t, one[int64], `select id from (
			select m.id, row_number() over (partition by m.account_id order by m.id) + coalesce(b.busy, 0) as turn
			from message m left join (select m.account_id, count(*) as busy from message m
				where `+unfinished+` and m.state = 'sending' group by m.account_id) b on b.account_id = m.account_id
			where `+unfinished+` and m.state = 'pending' and (m.retry_at <= $1 or m.retry_at > $3) and not exists (select 1 from message e
				where e.customer_id = m.customer_id and e.id < m.id and e.state in ('pending', 'sending')))
			order by turn, id limit $2 + 0`, t.now, limit, t.now+replyWaits)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := t.exec("update message set state = 'sending', attempts = attempts + 1 where id = $1", id); err != nil {
				return err
			}
			if err := t.exec(`insert into attempt (message_id, n, started_at)
				select id, attempts, $1 from message where id = $2`, t.now, id); err != nil {
				return err
			}
			m, err := t.message(id)
			if err == nil {
				err = t.respend(&m)
			}
			if err != nil {
				return err
			}
			list = append(list, m)
		}
		return nil
	})
	if err != nil {
		return nil, err // it is not noted, so nothing may leave
	}
	return list, nil
}

// respend lets a reply that leaves spend what WeChat will count it against now: since
// it was written the customer may have granted replies afresh, or its bucket may have
// ended. Where nothing is left WeChat has the word.
func (t *tx) respend(m *Message) error {
	if m.spent == "" {
		return nil
	}
	type granted struct {
		Grants
		following bool
	}
	g, err := txRow(t, func(r scanner) (g granted, err error) {
		g.Message, g.Action = new(Grant), new(Grant)
		err = r.Scan(&g.Message.Left, &g.Message.Total, &g.Message.Since, &g.Message.Until,
			&g.Action.Left, &g.Action.Total, &g.Action.Since, &g.Action.Until, opt(&g.following))
		return g, err
	}, `select message_left, message_total, message_since, message_until, action_left, action_total, action_since, action_until, following
		from customer where id = $1`, m.Customer)
	if err != nil {
		return err
	}
	held := g.bucket(m.spent)
	if held.Since == m.spentSince {
		held.Left++ // its own
	}
	now := Decide(g.Grants, g.following, t.now)
	if !now.OK || now.Kind == m.spent && held.Since == m.spentSince {
		return nil
	}
	if err := errors.Join(t.giveBack(m), t.spend(m.Customer, now.Kind)); err != nil {
		return err
	}
	b := g.bucket(now.Kind)
	m.spent, m.spentSince, m.Nth, m.Of = now.Kind, b.Since, b.Total-b.Left+1, b.Total
	return t.exec("update message set spent = $1, spent_since = $2, nth = $3, total = $4 where id = $5", m.spent, m.spentSince, m.Nth, m.Of, m.ID)
}

// NextReply gives the due time of the pending reply that is due first, which may
// be over; -1 when none is pending.
func (s *Store) NextReply(ctx context.Context) (at int64, err error) {
	return row(ctx, s, one[int64], `select coalesce(min(case when m.retry_at > $1 then 0 else m.retry_at end), -1) from message m
		where `+unfinished+" and m.state = 'pending'", s.now()+replyWaits)
}

// Outgoing is what sending a claimed reply needs besides its row.
type Outgoing struct {
	OpenID string
	Tries  int   // since a person sent it, this one included
	Until  int64 // when the customer's last reply window ends
}

// Outgoing gives it for a claimed reply.
func (s *Store) Outgoing(ctx context.Context, messageID int64) (Outgoing, error) {
	return row(ctx, s, func(r scanner) (o Outgoing, err error) { err = r.Scan(&o.OpenID, &o.Until, &o.Tries); return o, err },
		`select c.openid, max(c.message_until, c.action_until),
		(select count(*) from attempt a where a.message_id = m.id and a.n > coalesce((select max(b.n) from attempt b
			where b.message_id = m.id and b.outcome not in ('', 'pending')), 0))
		from message m join customer c on c.id = m.customer_id where m.id = $1`, messageID)
}

// Result is how a call of custom/send ended.
type Result struct {
	State   string // sent, failed, unknown, pending (try again at RetryAt)
	ErrCode int
	ErrMsg  string
	RetryAt int64
	Shut    string // WeChat's word on the budget: "window" (45015), "quota" (45047)
	// NotFollowing: WeChat says that the customer does not follow.
	NotFollowing bool
}

var errNotSending = errors.New("store: a result of a reply that is not being sent")

// Sent stores the result of a claimed reply: state, attempt, budget. A failed
// reply gives its grant back; WeChat's word on the budget overrides our count.
// It is an error to store a result twice.
func (s *Store) Sent(ctx context.Context, messageID int64, r Result) error {
	return s.write(ctx, func(t *tx) error {
		m, err := t.message(messageID)
		if err != nil {
			return err
		}
		if m.State != "sending" {
			return errNotSending
		}
		return t.finish(&m, r)
	})
}

func (t *tx) finish(m *Message, r Result) error {
	if err := t.exec(`update attempt set ended_at = $1, outcome = $2, errcode = $3, errmsg = $4 where message_id = $5 and n = $6`,
		t.now, r.State, r.ErrCode, r.ErrMsg, m.ID, m.Attempts); err != nil {
		return err
	}
	sentAt := int64(0)
	if r.State == "sent" {
		sentAt = t.now
	}
	if err := t.exec("update message set state = $1, errcode = $2, errmsg = $3, retry_at = $4, sent_at = $5 where id = $6",
		r.State, r.ErrCode, r.ErrMsg, r.RetryAt, sentAt, m.ID); err != nil {
		return err
	}
	if r.State == "failed" {
		if err := t.giveBack(m); err != nil {
			return err
		}
		if err := t.waitAgain(m.Customer, m.Conversation); err != nil {
			return err
		}
	}
	if err := t.shut(m.Customer, r.Shut); err != nil {
		return err
	}
	if r.NotFollowing {
		if err := t.exec("update customer set following = 0 where id = $1", m.Customer); err != nil {
			return err
		}
	}
	var v Conversation
	return t.settled(m, &v)
}

// waitAgain puts the customer back among those who wait, when the reply that
// failed was the answer they had: since their first word after the last reply
// that stands.
func (t *tx) waitAgain(customerID, conversationID int64) error {
	since, err := txOne[int64](t, `select coalesce(min(i.at), 0) from message i where i.customer_id = $1 and i.conversation_id = $2
		and i.dir = 'in' and i.imported = 0 and i.id > coalesce((select max(o.id) from message o where o.customer_id = $1 and o.conversation_id = $2
			and o.dir = 'out' and o.auto = '' and o.imported = 0 and o.state in ('pending', 'sending', 'sent', 'unknown')), 0)`, customerID, conversationID)
	if err != nil || since == 0 {
		return err
	}
	return t.exec("update conversation set waiting_since = $1 where id = $2 and state <> 'closed'", since, conversationID)
}

// Recover is for the start: a reply that was being sent when the program ended
// may have arrived, so it becomes uncertain. Nothing is sent twice.
func (s *Store) Recover(ctx context.Context) (n int, err error) {
	err = s.write(ctx, func(t *tx) error {
		list, err := rows(ctx, t, scanMessage, selectMessage+"where "+unfinished+" and m.state = 'sending'")
		if err != nil {
			return err
		}
		n = len(list)
		for i := range list {
			if err := t.finish(&list[i], Result{State: "unknown", ErrMsg: "the program ended while sending"}); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// SetPicURL puts the address of an uploaded picture into a news reply's body.
func (s *Store) SetPicURL(ctx context.Context, messageID int64, url string) error {
	return s.write(ctx, func(t *tx) error {
		n, err := t.affect("update message set body = json_set(body, '$.picurl', $1) where id = $2", url, messageID)
		if err == nil && n == 0 {
			return ErrNotFound
		}
		return err
	})
}
