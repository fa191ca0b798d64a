package courier

import (
	"context"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// noSession is WeChat's code for a session that has ended already.
const noSession = 65413

// otherAgent is WeChat's code for a session that another kf account holds.
const otherAgent = 65414

// CloseSession ends the session that WeChat's own tool has with a customer, so
// that what they say reaches us again. A person waits for it. When somebody else
// holds the customer by now, WeChat's refusal comes back and the store knows who.
func (c *Courier) CloseSession(ctx context.Context, accountID int64, customer store.Customer) error {
	a, err := c.o.Store.Account(ctx, accountID)
	if err != nil || customer.Session == nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, listDeadline)
	defer cancel()
	closed := c.tokens.call(ctx, a, true, func(token string) error {
		return c.o.API(a).CloseSession(ctx, token, customer.Session.KFAccount, customer.OpenID)
	})
	var now wechat.KFSession
	switch wechat.Code(closed) {
	case noSession:
		closed = nil
	case otherAgent:
		if err := c.tokens.call(ctx, a, true, func(token string) error {
			now, err = c.o.API(a).Session(ctx, token, customer.OpenID)
			return err
		}); err != nil {
			return err
		}
	default:
		if closed != nil {
			return closed
		}
	}
	if err := c.o.Store.SetSession(ctx, customer.ID, now.KFAccount); err != nil {
		return err
	}
	return closed
}
