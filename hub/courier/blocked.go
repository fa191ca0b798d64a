package courier

import (
	"context"
	"fmt"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// dispatchBlocked reads WeChat's block lists when they are due: each at the start
// and then every few minutes. It is the crew of the errands that reads them, one
// after the other, so that WeChat is told nothing while a list is on its way.
func (c *Courier) dispatchBlocked(ctx context.Context) error {
	if c.errands.free() == 0 {
		return nil
	}
	list, err := c.o.Store.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.Refused != 0 || c.listed.held(a.ID, c.now()) {
			continue
		}
		c.listed.set(a.ID, c.now()+blockedAgain.Milliseconds())
		c.errands.run(func() { c.blocked(ctx, a) })
		return nil // the next one when this one is done
	}
	return nil
}

// blocked takes over the block list of an account.
func (c *Courier) blocked(ctx context.Context, a store.Account) {
	var openids []string
	err := c.call(ctx, a, func(token string) (err error) {
		ctx, cancel := context.WithTimeout(ctx, blockedDeadline)
		defer cancel()
		openids, err = blockedOf(ctx, c.o.API(a), token)
		return err
	})
	for more := err == nil; more && err == nil; {
		more, err = c.o.Store.TakeBlocked(ctx, a.ID, openids)
	}
	if err == nil || ctx.Err() != nil {
		return
	}
	if code := wechat.Code(err); code != 0 && wechat.ReasonOf(err) == "" { // it is not for this account
		c.listed.set(a.ID, c.now()+profileHold.Milliseconds())
	}
	c.o.Log.Warn("the block list could not be read", "appid", a.AppID, "code", wechat.Code(err), "err", err)
}

// blockedOf reads all pages of a block list. A part of it is none: it would let
// in again who is blocked.
func blockedOf(ctx context.Context, api *wechat.Client, token string) (list []string, err error) {
	for next := ""; ; {
		page, err := api.Blacklist(ctx, token, next)
		if err != nil {
			return nil, err
		}
		list = append(list, page.OpenIDs...)
		if page.Next == "" && len(list) < page.Total || page.Next == next && next != "" {
			return nil, fmt.Errorf("courier: %d of %d who are blocked", len(list), page.Total)
		}
		if next = page.Next; next == "" {
			return list, nil
		}
	}
}

const (
	blockedAgain    = 10 * time.Minute
	blockedDeadline = 30 * time.Second // for all pages
)
