package store

import (
	"context"
	"errors"
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
// asked again until the customer follows anew.
func (s *Store) SetProfile(ctx context.Context, customerID int64, p *Profile) error {
	return s.write(ctx, func(t *tx) error {
		if p == nil {
			return t.exec("update customer set profile_at = $1 where id = $2", t.now, customerID)
		}
		err := t.exec(`update customer set profile_at = $1, following = $2, unionid = case when $3 <> '' then $3 else unionid end
			where id = $4`, t.now, p.Following, p.UnionID, customerID)
		if err == nil && p.Following {
			err = t.exec(`update customer set remark = $1, language = $2,
				subscribed_at = case when $3 > 0 then $3 else subscribed_at end,
				source = case when source = '' then $4 else source end where id = $5`,
				p.Remark, p.Language, p.SubscribedAt, p.Scene, customerID)
		}
		if err != nil {
			return err
		}
		return t.touchNewest(customerID)
	})
}

// touchNewest tells that a customer's row changed, by their newest conversation.
func (t *tx) touchNewest(customerID int64) error {
	v, err := txRow(t, scanConversation, selectConversation+"where v.id = c.conversation_id and c.id = $1", customerID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return t.touch(&v)
}
