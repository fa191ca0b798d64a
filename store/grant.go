package store

// A grant is WeChat's right to reply after a deed of the customer (客服消息下发规则).
// There are two buckets a customer: one for messages, one for the short deeds
// (menu tap, follow, scan, tap on a menu message). A new deed sets its bucket
// afresh, nothing is added on top.
type Grant struct {
	Left  int    `json:"left"`
	Total int    `json:"total"`
	Since int64  `json:"since"` // WeChat's time of the deed
	Until int64  `json:"until"` // 0: never had one
	Cause string `json:"cause"` // message, subscribe, scan, click, menu
}

// Grants are a customer's two buckets. Nil: never had one.
type Grants struct {
	Message *Grant `json:"message,omitempty"`
	Action  *Grant `json:"action,omitempty"`
}

// What WeChat grants since June 2023. The message window is closed a little
// early, for clocks differ.
const (
	messageReplies = 5
	messageWindow  = (48*60*60 - 45) * 1000
	actionReplies  = 3
	actionWindow   = 60 * 1000
)

// newGrant is what a deed of WeChat's time since grants; kind is "message" or
// "action".
func newGrant(kind, cause string, since int64) Grant {
	if kind == "action" {
		return Grant{actionReplies, actionReplies, since, since + actionWindow, cause}
	}
	return Grant{messageReplies, messageReplies, since, since + messageWindow, "message"}
}

// Verdict is the answer to "may one reply be sent now, and from which bucket".
type Verdict struct {
	OK     bool
	Kind   string // message, action: the bucket it spends
	Reason string // window_closed, quota_used, unsubscribed, no_window
}

// Decide is the one rule of the reply budget. The short bucket is spent first:
// it ends first. lib/budget.js mirrors it; both run the same cases.
func Decide(g Grants, following bool, now int64) Verdict {
	open := func(b *Grant) bool { return b != nil && b.Until > now }
	switch {
	case !following:
		return Verdict{Reason: "unsubscribed"}
	case open(g.Action) && g.Action.Left > 0:
		return Verdict{OK: true, Kind: "action"}
	case open(g.Message) && g.Message.Left > 0:
		return Verdict{OK: true, Kind: "message"}
	case open(g.Action) || open(g.Message):
		return Verdict{Reason: "quota_used"}
	case g.Action == nil && g.Message == nil:
		return Verdict{Reason: "no_window"}
	}
	return Verdict{Reason: "window_closed"}
}

// left is how many replies may be sent now, from both buckets.
func (g Grants) left(now int64) (n int) {
	for _, b := range []*Grant{g.Message, g.Action} {
		if b != nil && b.Until > now {
			n += b.Left
		}
	}
	return n
}

func (g Grants) bucket(kind string) *Grant {
	if kind == "action" {
		return g.Action
	}
	return g.Message
}

// grant sets a bucket afresh. A late delivery never shortens a window that a
// newer deed opened.
func (t *tx) grant(customerID int64, kind string, g Grant) error {
	if kind == "action" {
		return t.exec(`update customer set action_left = $1, action_total = $2, action_since = $3, action_until = $4, action_cause = $5
			where id = $6 and action_since <= $3`, g.Left, g.Total, g.Since, g.Until, g.Cause, customerID)
	}
	return t.exec(`update customer set message_left = $1, message_total = $2, message_since = $3, message_until = $4
		where id = $5 and message_since <= $3`, g.Left, g.Total, g.Since, g.Until, customerID)
}

// paid opens the message bucket after a payment, when the account's setting
// grants replies for it: 0 by default, as WeChat rules since 2023. It never
// takes away what a message has granted.
func (t *tx) paid(customerID int64, in *Incoming) error {
	quota, err := txOne[int](t, "select pay_quota from account where id = $1", in.Account)
	if err != nil || quota == 0 {
		return err
	}
	return t.exec(`update customer set message_left = $1, message_total = $1, message_since = $2, message_until = $3
		where id = $4 and (message_until <= $5 or message_left < $1) and message_since <= $2`,
		quota, in.At, in.At+messageWindow, customerID, t.now)
}

// spend takes one reply from a bucket.
func (t *tx) spend(customerID int64, kind string) error {
	return t.exec("update customer set "+kind+"_left = "+kind+"_left - 1 where id = $1", customerID)
}

// giveBack returns the reply a message held, unless the bucket was set afresh
// since, and forgets that the message held it.
func (t *tx) giveBack(m *Message) error {
	if m.spent == "" {
		return nil
	}
	if err := t.exec("update customer set "+m.spent+"_left = min("+m.spent+"_total, "+m.spent+"_left + 1) where id = $1 and "+
		m.spent+"_since = $2", m.Customer, m.spentSince); err != nil {
		return err
	}
	return t.exec("update message set spent = '', spent_since = 0 where id = $1", m.ID)
}

// shut takes WeChat's word over our count: "window" closes both buckets,
// "quota" empties them.
func (t *tx) shut(customerID int64, what string) error {
	switch what {
	case "window":
		return t.exec(`update customer set message_until = min(message_until, $1), action_until = min(action_until, $1)
			where id = $2`, t.now, customerID)
	case "quota":
		return t.exec("update customer set message_left = 0, action_left = 0 where id = $1", customerID)
	}
	return nil
}
