package courier

import (
	"context"
	"slices"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// dispatchErrands tells WeChat what has changed of customers, one after the other.
func (c *Courier) dispatchErrands(ctx context.Context) error {
	if c.errands.free() == 0 {
		return nil
	}
	list, err := c.o.Store.Errands(ctx, errandsAtOnce)
	if err != nil || len(list) == 0 {
		return err
	}
	c.errands.run(func() {
		for _, e := range list {
			if ctx.Err() != nil {
				return
			}
			c.errand(ctx, e)
		}
	})
	return nil
}

// errand tells one thing. The calls say how things are, so that one of which
// nobody knows whether it arrived is simply made again.
func (c *Courier) errand(ctx context.Context, e store.Errand) {
	a, err := c.o.Store.Account(ctx, e.Account)
	if err != nil {
		c.o.Log.Error("an errand could not be read", "customer", e.Customer, "err", err)
		return
	}
	asked := false
	err = c.call(ctx, a, func(token string) error {
		asked = true
		ctx, cancel := context.WithTimeout(ctx, errandDeadline)
		defer cancel()
		return tell(ctx, c.o.API(a), token, e)
	})
	if err != nil && ctx.Err() != nil {
		return // it stays due
	}
	r := c.told(err, asked, e.Attempts+1)
	if err := c.o.Store.ErrandDone(context.WithoutCancel(ctx), e, r); err != nil {
		c.o.Log.Error("the end of an errand could not be stored", "customer", e.Customer, "what", e.What, "err", err)
		return
	}
	l := c.o.Log.With("appid", a.AppID, "customer", e.Customer, "what", e.What)
	if r.Done {
		l.Debug("WeChat was told")
		return
	}
	l.Warn("WeChat could not be told", "code", r.ErrCode, "retry_at", r.RetryAt, "err", err)
}

func tell(ctx context.Context, api *wechat.Client, token string, e store.Errand) error {
	switch {
	case e.What == "remark":
		return api.UpdateRemark(ctx, token, e.OpenID, e.Remark)
	case e.What == "blocked" && e.On:
		return api.AddBlacklist(ctx, token, e.OpenID)
	case e.What == "blocked":
		return api.RemoveBlacklist(ctx, token, e.OpenID)
	case e.WechatTag == 0: // it is not WeChat's any more
		return nil
	case e.On:
		return api.AddTag(ctx, token, e.WechatTag, e.OpenID)
	}
	return api.RemoveTag(ctx, token, e.WechatTag, e.OpenID)
}

// told judges the n-th try. asked: the call itself was made; else there was no
// token, and an admin may put that right.
func (c *Courier) told(err error, asked bool, n int) store.ErrandResult {
	if err == nil {
		return store.ErrandResult{Done: true}
	}
	r := store.ErrandResult{ErrCode: wechat.Code(err), ErrMsg: err.Error(), RetryAt: -1}
	if said, ok := refusal(err); ok {
		r.ErrMsg = said.Msg
	}
	passing := []wechat.Reason{wechat.Busy, wechat.MinuteLimit, wechat.DailyLimit, wechat.StaleToken}
	if !asked || wechat.Classify(err) != wechat.Refused || slices.Contains(passing, wechat.ReasonOf(err)) {
		r.RetryAt = c.now() + lasting(mediaWaits, n).Milliseconds()
	}
	return r
}

// SyncTags takes over the list of WeChat's user tags (tags/get). A person waits
// for it.
func (c *Courier) SyncTags(ctx context.Context, by store.Actor, accountID int64) error {
	a, err := c.o.Store.Account(ctx, accountID)
	if err != nil {
		return err
	}
	var list []wechat.Tag
	err = c.tokens.call(ctx, a, true, func(token string) error {
		ctx, cancel := context.WithTimeout(ctx, listDeadline)
		defer cancel()
		list, err = c.o.API(a).Tags(ctx, token)
		return err
	})
	if err != nil {
		return err
	}
	tags := make([]store.Tag, 0, len(list))
	for _, g := range list {
		if g.ID > platformTags && g.Name != "" {
			tags = append(tags, store.Tag{Name: g.Name, WechatID: int64(g.ID)})
		}
	}
	return c.o.Store.SetWechatTags(ctx, by, accountID, tags)
}

const (
	platformTags   = 2  // tags up to this id are the platform's own
	errandsAtOnce  = 20 // read at once
	errandDeadline = 10 * time.Second
)
