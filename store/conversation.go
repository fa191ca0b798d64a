package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Conversation is one stretch of service of a customer: waiting, then open
// with an agent, then closed.
type Conversation struct {
	ID           int64    `json:"id"`
	Account      int64    `json:"account"`
	State        string   `json:"state"` // waiting, open, closed
	Agent        int64    `json:"agent"` // 0: nobody
	Customer     Customer `json:"customer"`
	Unread       int      `json:"unread"`
	ReadID       int64    `json:"read_id"` // the last message the agent has seen
	WaitingSince int64    `json:"waiting_since"`
	CreatedAt    int64    `json:"created_at"`
	ClaimedAt    int64    `json:"claimed_at"`
	FirstReplyAt int64    `json:"first_reply_at"`
	ClosedAt     int64    `json:"closed_at"`
	ReturnedAt   int64    `json:"returned_at"` // when it came back to the queue from an agent; 0: it did not
	RaisedAt     int64    `json:"raised_at"`   // when a keyword moved it forward, for this wait; 0: none did
	Reason       string   `json:"reason"`      // of its end; "": none was given
	Last         Last     `json:"last"`
	Grants       Grants   `json:"grants"`
	Event        int64    `json:"event"`

	message, action Grant
}

// Customer is a WeChat user of an official account, as a conversation shows them.
type Customer struct {
	ID            int64  `json:"id"`
	OpenID        string `json:"openid"`
	Remark        string `json:"remark"`
	Language      string `json:"language"` // zh_CN, en, …; "" not known
	VIP           int    `json:"vip"`
	Following     bool   `json:"following"`
	Source        string `json:"source"`
	SubscribedAt  int64  `json:"subscribed_at"`
	Conversations int    `json:"conversations"`

	Session *KFSession `json:"session"` // nil: nobody holds them in WeChat's own tool

	session   KFSession
	Erased    bool  `json:"erased,omitempty"` // browsers drop them; nobody is shown them again
	BlockedAt int64 `json:"blocked_at"`       // when they were put on the block list; 0: they are not on it
	Tags      IDs   `json:"tags"`
	Event     int64 `json:"event"` // of the newest change of the customer

	tags string
}

// Last is a conversation's newest message as the list shows it.
type Last struct {
	ID    int64  `json:"id"`
	Dir   string `json:"dir"`
	Type  string `json:"type"`
	Text  string `json:"text"`
	State string `json:"state"`
	Agent int64  `json:"agent"`
	At    int64  `json:"at"`
}

// conversationFields are read with v conversation and c its customer.
const conversationFields = `v.id, v.account_id, v.state, v.agent_id, v.unread, v.read_id, v.waiting_since, v.created_at,
	v.claimed_at, v.first_reply_at, v.closed_at, v.returned_at, v.raised_at, v.last_id, v.last_dir, v.last_type, v.last_text, v.last_state, v.last_agent,
	v.last_at, v.event_id, v.reason, c.id, c.openid, c.remark, c.language, c.vip, c.following, c.source, c.subscribed_at, c.conversations,
	c.blocked_at, c.event_id, c.erased_at > 0, (select group_concat(g.tag_id) from customer_tag g where g.customer_id = c.id),
	c.message_left, c.message_total, c.message_since, c.message_until,
	c.action_left, c.action_total, c.action_since, c.action_until, c.action_cause, c.session_kf, c.session_at,
	case when c.session_kf = '' then '' else (select k.nickname from kf_account k where k.account_id = c.account_id and k.kf_account = c.session_kf) end`

const selectConversation = "select " + conversationFields + " from conversation v join customer c on c.id = v.customer_id "

func (v *Conversation) targets() []any {
	l, c, m, a := &v.Last, &v.Customer, &v.message, &v.action
	return []any{opt(&v.ID), opt(&v.Account), opt(&v.State), opt(&v.Agent), opt(&v.Unread), opt(&v.ReadID), opt(&v.WaitingSince),
		opt(&v.CreatedAt), opt(&v.ClaimedAt), opt(&v.FirstReplyAt), opt(&v.ClosedAt), opt(&v.ReturnedAt), opt(&v.RaisedAt), opt(&l.ID), opt(&l.Dir), opt(&l.Type),
		opt(&l.Text), opt(&l.State), opt(&l.Agent), opt(&l.At), opt(&v.Event), opt(&v.Reason), opt(&c.ID), opt(&c.OpenID), opt(&c.Remark),
		opt(&c.Language), opt(&c.VIP), opt(&c.Following), opt(&c.Source), opt(&c.SubscribedAt), opt(&c.Conversations),
		opt(&c.BlockedAt), opt(&c.Event), opt(&c.Erased), opt(&c.tags), opt(&m.Left), opt(&m.Total), opt(&m.Since), opt(&m.Until),
		opt(&a.Left), opt(&a.Total), opt(&a.Since), opt(&a.Until), opt(&a.Cause),
		opt(&c.session.KFAccount), opt(&c.session.Since), opt(&c.session.Nick)}
}

func (v *Conversation) finish() {
	v.Customer.Tags = parseIDs(v.Customer.tags)
	if g := v.message; g.Until > 0 {
		g.Cause = "message"
		v.Grants.Message = &g
	}
	if g := v.action; g.Until > 0 {
		v.Grants.Action = &g
	}
	if held := v.Customer.session; held.KFAccount != "" {
		v.Customer.Session = &held
	}
}

func scanConversation(r scanner) (v Conversation, err error) {
	if err = r.Scan(v.targets()...); err == nil {
		v.finish()
	}
	return v, err
}

// opt scans a column that an outer join may leave NULL: then it is the zero
// value. It is also the quicker way for every other column, for database/sql
// turns an integer into text and back.
func opt[T int | int64 | bool | string](to *T) sql.Scanner { return optional[T]{to} }

type optional[T int | int64 | bool | string] struct{ to *T }

func (o optional[T]) Scan(src any) error {
	var zero T
	*o.to = zero
	if src == nil {
		return nil
	}
	switch to := any(o.to).(type) {
	case *int64:
		if v, ok := src.(int64); ok {
			*to = v
			return nil
		}
	case *int:
		if v, ok := src.(int64); ok {
			*to = int(v)
			return nil
		}
	case *bool:
		if v, ok := src.(int64); ok {
			*to = v != 0
			return nil
		}
	case *string:
		if v, ok := src.(string); ok {
			*to = v
			return nil
		}
	}
	return fmt.Errorf("store: a column holds %T, not %T", src, zero)
}

// ActiveConversations lists all that wait or are open in the accounts the
// agent sees.
func (s *Store) ActiveConversations(ctx context.Context, a *Agent) ([]Conversation, error) {
	return rows(ctx, s, scanConversation, selectConversation+`where v.state in ('waiting', 'open') and `+sees+` order by v.id`, a.Admin(), a.ID)
}

// sees keeps the rows of accounts an agent ($2) may see, an admin ($1) all.
const sees = `($1 or v.account_id in (select account_id from agent_account where agent_id = $2))`

// EndedPage is how many closed conversations one page holds.
const EndedPage = 50

// EndedConversations lists a page of closed ones, the last closed first, before the
// one with this id (0: from the newest).
func (s *Store) EndedConversations(ctx context.Context, a *Agent, before int64) ([]Conversation, error) {
	return rows(ctx, s, scanConversation, selectConversation+`where v.state = 'closed' and c.erased_at = 0 and `+sees+` and ($3 = 0 or
		(v.closed_at, v.id) < (select b.closed_at, b.id from conversation b where b.id = $3))
		order by v.closed_at desc, v.id desc limit $4 + 0`, a.Admin(), a.ID, before, EndedPage)
}

// Ended is how many conversations were closed since a time, as of an event.
type Ended struct {
	Today int   `json:"ended_today"`
	Since int64 `json:"since"`
}

// EndedSince counts the conversations closed since a time.
func (s *Store) EndedSince(ctx context.Context, a *Agent, since int64) (Ended, error) {
	return row(ctx, s, func(r scanner) (e Ended, err error) { err = r.Scan(&e.Today, &e.Since); return e, err },
		`select count(*), coalesce((select seq from sqlite_sequence where name = 'event'), 0)
		from conversation v where v.state = 'closed' and v.closed_at >= $3 and `+sees, a.Admin(), a.ID, since)
}

// Conversation gives one that the agent may see.
func (s *Store) Conversation(ctx context.Context, a *Agent, id int64) (Conversation, error) {
	v, err := row(ctx, s, scanConversation, selectConversation+"where v.id = $1", id)
	if err == nil && (v.Customer.Erased || !a.Sees(v.Account)) {
		return Conversation{}, ErrNotFound
	}
	return v, err
}

// NewestConversation gives the newest one of a customer, found by openid.
func (s *Store) NewestConversation(ctx context.Context, accountID int64, openid string) (Conversation, error) {
	return row(ctx, s, scanConversation, selectConversation+"where c.account_id = $1 and c.openid = $2 and v.id = c.conversation_id",
		accountID, openid)
}

func (t *tx) conversation(a *Agent, id int64) (Conversation, error) {
	v, err := txRow(t, scanConversation, selectConversation+"where v.id = $1", id)
	if err == nil && (v.Customer.Erased || !a.Sees(v.Account)) {
		return v, ErrNotFound
	}
	return v, err
}
