package courier

import (
	"context"
	"slices"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// SyncKF makes the mirror of an account's kf accounts equal to WeChat's lists
// (getkflist, getonlinekflist). A person waits for it.
func (c *Courier) SyncKF(ctx context.Context, accountID int64) error {
	return c.syncKF(ctx, accountID, true)
}

// MirrorKF is SyncKF for nobody who waits: it asks past no hold.
func (c *Courier) MirrorKF(ctx context.Context, accountID int64) error {
	return c.syncKF(ctx, accountID, false)
}

func (c *Courier) syncKF(ctx context.Context, accountID int64, person bool) error {
	done, err := c.kfs.take(ctx, accountID)
	if err != nil {
		return err
	}
	defer done()
	a, err := c.o.Store.Account(ctx, accountID)
	if err != nil {
		return err
	}
	var list []wechat.KFAccount
	var online []wechat.OnlineKF
	err = c.tokens.call(ctx, a, person, func(token string) error {
		ctx, cancel := context.WithTimeout(ctx, listDeadline)
		defer cancel()
		if list, err = c.o.API(a).KFList(ctx, token); err != nil {
			return err
		}
		online, err = c.o.API(a).OnlineKFList(ctx, token)
		if err != nil && wechat.ReasonOf(err) != wechat.StaleToken { // the list is worth more than who is online
			c.o.Log.WarnContext(ctx, "who is online in WeChat's own tool could not be read", "appid", a.AppID, "code", wechat.Code(err), "err", err)
			online, err = nil, nil
			for _, k := range list {
				online = append(online, wechat.OnlineKF{Account: k.Account, Status: -1})
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	mirror := make([]store.KFAccount, 0, len(list))
	for _, k := range list {
		m := store.KFAccount{
			KFAccount: k.Account, Nickname: k.Nick, KFID: string(k.ID), KFWx: k.WX, AvatarURL: k.AvatarURL,
			InviteWx: k.InviteWX, InviteStatus: k.InviteStatus, InviteUntil: int64(k.InviteExpireTime) * 1000,
		}
		if i := slices.IndexFunc(online, func(o wechat.OnlineKF) bool { return o.Account == k.Account }); i >= 0 {
			m.Online, m.Cases = int(online[i].Status), int(online[i].AcceptedCase)
		}
		mirror = append(mirror, m)
	}
	return c.o.Store.SetKFAccounts(ctx, accountID, mirror)
}
