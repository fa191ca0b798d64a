package courier

import (
	"context"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// SyncKF makes the mirror of an account's kf accounts equal to WeChat's list
// (getkflist). A person waits for it.
func (c *Courier) SyncKF(ctx context.Context, accountID int64) error {
	a, err := c.o.Store.Account(ctx, accountID)
	if err != nil {
		return err
	}
	var list []wechat.KFAccount
	err = c.tokens.call(ctx, a, true, func(token string) error {
		ctx, cancel := context.WithTimeout(ctx, listDeadline)
		defer cancel()
		list, err = c.o.API(a).KFList(ctx, token)
		return err
	})
	if err != nil {
		return err
	}
	mirror := make([]store.KFAccount, 0, len(list))
	for _, k := range list {
		mirror = append(mirror, store.KFAccount{
			KFAccount: k.Account, Nickname: k.Nick, KFID: string(k.ID), KFWx: k.WX, AvatarURL: k.AvatarURL,
			InviteWx: k.InviteWX, InviteStatus: k.InviteStatus, InviteUntil: int64(k.InviteExpireTime) * 1000,
		})
	}
	return c.o.Store.SetKFAccounts(ctx, accountID, mirror)
}

// Check is SyncKF with a token that WeChat gives out now: one that is kept
// would hide for hours that the AppSecret or the whitelist is wrong.
func (c *Courier) Check(ctx context.Context, accountID int64) error {
	a, err := c.o.Store.Account(ctx, accountID)
	if err == nil {
		err = c.tokens.check(ctx, a)
	}
	if err != nil {
		return err
	}
	return c.SyncKF(ctx, accountID)
}
