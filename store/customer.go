package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// Profile is what user/info still tells of a customer. Of who does not follow
// it tells nothing else, but the union id.
type Profile struct {
	Following    bool
	UnionID      string
	Remark       string
	Language     string // zh_CN, en, …
	Scene        string // of the QR code, else subscribe_scene
	SubscribedAt int64
	Tags         []int64 // WeChat's own ids
}

// Stranger is a customer whose profile was not fetched yet.
type Stranger struct {
	ID      int64
	Account int64
	OpenID  string
}

// Strangers lists customers whose profile is wanted, after an id, at most limit.
func (s *Store) Strangers(ctx context.Context, after int64, limit int) ([]Stranger, error) {
	return rows(ctx, s, func(r scanner) (c Stranger, err error) { err = r.Scan(&c.ID, &c.Account, &c.OpenID); return c, err },
		"select id, account_id, openid from customer where profile_at = 0 and id > $1 order by id limit $2 + 0", after, limit)
}

// SetProfile stores a customer's profile. Nil: WeChat told nothing, and is not
// asked again until the customer follows anew. What WeChat is still to be told,
// or has refused, stays as it is here.
func (s *Store) SetProfile(ctx context.Context, customerID int64, p *Profile) error {
	return s.write(ctx, func(t *tx) error {
		if n, err := txOne[int](t, "select count(*) from customer where id = $1 and erased_at > 0", customerID); err != nil || n > 0 {
			return err
		}
		if p == nil {
			return t.exec("update customer set profile_at = $1 where id = $2", t.now, customerID)
		}
		err := t.exec(`update customer set profile_at = $1, following = $2, unionid = case when $3 <> '' then $3 else unionid end
			where id = $4`, t.now, p.Following, p.UnionID, customerID)
		if err == nil && p.Following {
			err = t.exec(`update customer set language = $2,
				remark = case when exists (select 1 from errand r where r.customer_id = $5 and r.what = 'remark') then remark else $1 end,
				subscribed_at = case when $3 > 0 then $3 else subscribed_at end,
				source = case when source = '' then $4 else source end where id = $5`,
				p.Remark, p.Language, p.SubscribedAt, p.Scene, customerID)
			if err == nil {
				err = t.wechatTags(customerID, p.Tags)
			}
			if err == nil { // what was refused may do better now that they follow
				err = t.exec("update errand set retry_at = 0, attempts = 0 where customer_id = $1 and retry_at = -1", customerID)
			}
		}
		if err != nil {
			return err
		}
		return t.touchNewest(customerID)
	})
}

// remarkMost is how many characters WeChat takes in a remark.
const remarkMost = 29

// SetRemark names a customer; WeChat is told. Refusal: long_remark.
func (s *Store) SetRemark(ctx context.Context, a *Agent, customerID int64, remark string) (Conversation, error) {
	remark = strings.Join(strings.Fields(remark), " ")
	if utf8.RuneCountInString(remark) > remarkMost {
		return Conversation{}, refuse("long_remark", "field", "remark", "limit", remarkMost)
	}
	return s.customer(ctx, a, customerID, func(t *tx, v *Conversation) error {
		if v.Customer.Remark == remark {
			return errUnchanged
		}
		if err := t.exec("update customer set remark = $1 where id = $2", remark, customerID); err != nil {
			return err
		}
		if err := t.changed(a, v, "customer.remark", ""); err != nil {
			return err
		}
		return t.errand(customerID, "remark", 0)
	})
}

// changed appends what an agent does to a customer; what they wrote is not told.
func (t *tx) changed(a *Agent, v *Conversation, name, detail string) error {
	return t.audit(a.actor(), deed{Name: name, Account: v.Account, Customer: v.Customer.ID, Detail: detail})
}

// SetVIP gives a customer a level of their official account's rules, or none
// (0). Refusal: bad_level.
func (s *Store) SetVIP(ctx context.Context, a *Agent, customerID int64, level int) (Conversation, error) {
	return s.customer(ctx, a, customerID, func(t *tx, v *Conversation) error {
		rules, err := t.rules(v.Account)
		if err != nil {
			return err
		}
		if level < 0 || level > len(rules.Levels) {
			return refuse("bad_level", "field", "level", "most", len(rules.Levels))
		}
		if v.Customer.VIP == level {
			return errUnchanged
		}
		if err := t.changed(a, v, "customer.vip", rules.levelName(v.Customer.VIP)+" → "+rules.levelName(level)); err != nil {
			return err
		}
		return t.exec("update customer set vip = $1 where id = $2", level, customerID)
	})
}

// errUnchanged ends a deed on a customer that changes nothing.
var errUnchanged = errors.New("store: nothing changes")

// customer does something to a customer whom the agent may see, tells it, and
// gives their newest conversation.
func (s *Store) customer(ctx context.Context, a *Agent, id int64, do func(*tx, *Conversation) error) (v Conversation, err error) {
	err = s.write(ctx, func(t *tx) error {
		if v, err = t.customer(a, id); err != nil {
			return err
		}
		err := do(t, &v)
		if err == errUnchanged {
			return nil
		}
		if err != nil {
			return err
		}
		return t.touchCustomer(&v)
	})
	return v, err
}

// customer gives the newest conversation of one whom the agent may see.
func (t *tx) customer(a *Agent, id int64) (Conversation, error) {
	v, err := t.newest(id)
	if err == nil && (v.Customer.Erased || !a.Sees(v.Account)) {
		err = ErrNotFound
	}
	return v, err
}

// newest gives a customer's newest conversation.
func (t *tx) newest(customerID int64) (Conversation, error) {
	return txRow(t, scanConversation, selectConversation+"where v.id = c.conversation_id and c.id = $1", customerID)
}

// touchNewest tells that a customer's row changed, by their newest conversation.
func (t *tx) touchNewest(customerID int64) error {
	v, err := t.newest(customerID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return t.touchCustomer(&v)
}

func (t *tx) touchCustomer(v *Conversation) error {
	if err := t.exec("update customer set event_id = $1 where id = $2", t.last.event+1, v.Customer.ID); err != nil {
		return err
	}
	return t.touch(v)
}

// Past is a conversation of a customer as their history shows it.
type Past struct {
	ID        int64  `json:"id"`
	State     string `json:"state"`
	Agent     int64  `json:"agent"` // who served it last; 0: nobody
	CreatedAt int64  `json:"created_at"`
	ClosedAt  int64  `json:"closed_at"`
	Reason    string `json:"reason"`   // of its end, if one was given
	Messages  int    `json:"messages"` // that were said
	First     int64  `json:"first"`    // its first message

	end int64 // the line of its last end
}

// Known is what a customer's panel shows besides their row.
type Known struct {
	Memos  []Memo   // the newest first
	Past   []Past   // all conversations, the newest first, at most pastMost
	Untold []Untold // what WeChat has refused
}

const pastMost = 50

// Customer gives it of one whom the agent may see.
func (s *Store) Customer(ctx context.Context, a *Agent, id int64) (k Known, err error) {
	account, err := row(ctx, s, one[int64], "select account_id from customer where id = $1 and erased_at = 0", id)
	if err == nil && !a.Sees(account) {
		err = ErrNotFound
	}
	if err == nil {
		k.Memos, err = s.memos(ctx, id)
	}
	if err == nil {
		k.Untold, err = s.untold(ctx, id)
	}
	if err == nil {
		k.Past, err = s.past(ctx, id)
	}
	return k, err
}

func (s *Store) past(ctx context.Context, customerID int64) ([]Past, error) {
	list, err := rows(ctx, s, func(r scanner) (p Past, err error) {
		err = r.Scan(&p.ID, &p.State, &p.Agent, &p.CreatedAt, &p.ClosedAt)
		return p, err
	}, `select v.id, v.state, v.agent_id, v.created_at, v.closed_at from conversation v where v.customer_id = $1
		order by v.id desc limit $2 + 0`, customerID, pastMost)
	if err != nil {
		return nil, err
	}
	said, err := rows(ctx, s, func(r scanner) (p Past, err error) { err = r.Scan(&p.ID, &p.Messages, &p.First, &p.end); return p, err },
		`select m.conversation_id, count(case when m.dir in ('in', 'out') and m.state <> 'discarded' then 1 end),
			coalesce(min(case when m.dir in ('in', 'out', 'note') and m.state <> 'discarded' then m.id end), min(m.id)),
			coalesce(max(case when m.dir = 'event' and m.type = 'ended' then m.id end), 0)
		from message m where m.customer_id = $1 group by m.conversation_id`, customerID)
	for _, m := range said {
		i := slices.IndexFunc(list, func(p Past) bool { return p.ID == m.ID })
		if i < 0 {
			continue
		}
		list[i].Messages, list[i].First = m.Messages, m.First
		if m.end > 0 && err == nil {
			list[i].Reason, err = row(ctx, s, one[string], "select coalesce(json_extract(m.body, '$.why'), '') from message m where m.id = $1", m.end)
		}
	}
	return list, err
}
