package store

import "context"

// Errand is something that WeChat is to be told of a customer: what they are
// called, whether they are blocked, whether they have a tag. It says how things
// are now, so that telling it twice does no harm.
type Errand struct {
	Customer, Account int64
	OpenID            string
	What              string // remark, blocked, tag
	Remark            string
	On                bool  // blocked, or tagged
	WechatTag         int64 // 0: the tag is not WeChat's any more
	Attempts          int

	tag, event int64
}

// ErrandResult is how an errand ended: done, refused (RetryAt is -1), or to be
// tried again.
type ErrandResult struct {
	Done    bool
	ErrCode int
	ErrMsg  string
	RetryAt int64
}

// errand notes that WeChat is to be told. Its event is the next one: the deed
// appends it after its changes.
func (t *tx) errand(customerID int64, what string, tag int64) error {
	return t.exec(`insert into errand (customer_id, what, tag_id, event_id) values ($1,$2,$3,$4)
		on conflict (customer_id, what, tag_id) do update set event_id = excluded.event_id, errcode = 0, errmsg = '', attempts = 0, retry_at = 0`,
		customerID, what, tag, t.last.event+1)
}

// Errands lists those that are due, at most limit.
func (s *Store) Errands(ctx context.Context, limit int) ([]Errand, error) {
	return rows(ctx, s, func(r scanner) (e Errand, err error) {
		err = r.Scan(&e.Customer, &e.Account, &e.OpenID, &e.What, &e.Remark, &e.On, &e.WechatTag, &e.Attempts, &e.tag, &e.event)
		return e, err
	}, `select r.customer_id, c.account_id, c.openid, r.what, c.remark, case when r.what = 'blocked' then c.blocked_at > 0
			else exists (select 1 from customer_tag g where g.customer_id = r.customer_id and g.tag_id = r.tag_id) end,
			coalesce((select t.wechat_id from tag t where t.id = r.tag_id), 0), r.attempts, r.tag_id, r.event_id
		from errand r join customer c on c.id = r.customer_id where r.retry_at >= 0 and r.retry_at <= $1
		order by r.retry_at limit $2 + 0`, s.now(), limit)
}

// ErrandDone stores how an errand ended. When the customer was changed again
// meanwhile, that is told next.
func (s *Store) ErrandDone(ctx context.Context, e Errand, r ErrandResult) error {
	const same = "customer_id = $1 and what = $2 and tag_id = $3 and event_id = $4"
	return s.write(ctx, func(t *tx) error {
		was, err := txOne[int](t, "select count(*) from errand where "+same, e.Customer, e.What, e.tag, e.event)
		if err != nil || was == 0 {
			return err
		}
		if r.Done {
			return t.exec("delete from errand where "+same, e.Customer, e.What, e.tag, e.event)
		}
		if err := t.exec("update errand set errcode = $5, errmsg = $6, retry_at = $7, attempts = attempts + 1 where "+same,
			e.Customer, e.What, e.tag, e.event, r.ErrCode, r.ErrMsg, r.RetryAt); err != nil || r.RetryAt >= 0 {
			return err
		}
		return t.touchNewest(e.Customer)
	})
}

// Untold is what WeChat does not know of a customer, for it has refused it.
type Untold struct {
	What    string `json:"what"` // remark, blocked, tag
	Tag     int64  `json:"tag"`
	ErrCode int    `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
}

func (s *Store) untold(ctx context.Context, customerID int64) ([]Untold, error) {
	return rows(ctx, s, func(r scanner) (u Untold, err error) {
		err = r.Scan(&u.What, &u.Tag, &u.ErrCode, &u.ErrMsg)
		return u, err
	},
		"select what, tag_id, errcode, errmsg from errand where customer_id = $1 and retry_at = -1 order by what, tag_id", customerID)
}
