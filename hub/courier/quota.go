package courier

import (
	"context"
	"sync"

	"kfdesk/hub/wechat"
)

// Quota is what an official account has left of a day's calls of custom/send.
type Quota struct {
	wechat.Quota
	At int64 // when WeChat said so, by the store's clock
}

type quotas struct {
	mu   sync.Mutex
	last map[int64]Quota
}

// AskQuota asks WeChat for it, for Quota.
func (c *Courier) AskQuota(ctx context.Context, accountID int64) error {
	a, err := c.o.Store.Account(ctx, accountID)
	if err != nil {
		return err
	}
	var q wechat.Quota
	err = c.tokens.call(ctx, a, false, func(token string) error {
		ctx, cancel := context.WithTimeout(ctx, listDeadline)
		defer cancel()
		q, err = c.o.API(a).Quota(ctx, token, quotaPaths(a)[0])
		return err
	})
	if err != nil {
		return err
	}
	c.quotas.mu.Lock()
	defer c.quotas.mu.Unlock()
	if c.quotas.last == nil {
		c.quotas.last = map[int64]Quota{}
	}
	c.quotas.last[accountID] = Quota{q, c.now()}
	return nil
}

// Quota gives what WeChat said last, without a call; ok is false when it has not.
func (c *Courier) Quota(accountID int64) (q Quota, ok bool) {
	c.quotas.mu.Lock()
	defer c.quotas.mu.Unlock()
	q, ok = c.quotas.last[accountID]
	return q, ok
}
