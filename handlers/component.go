package handlers

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// platformBook is the push book of the third-party platform itself.
const platformBook = 0

// openComponent opens a push under the third-party platform's own keys, which are
// also those of its accounts: always in safe mode. named is what the log and the
// push book call it.
func (c *Console) openComponent(ctx *fiber.Ctx) (p store.Component, o opened, named *store.Account, err error) {
	named = &store.Account{ID: platformBook}
	p, err = c.Store.Component(ctx.UserContext())
	if errors.Is(err, store.ErrNotFound) {
		return p, o, named, c.turnAway(ctx, named, "no_component", "")
	}
	if err != nil {
		return p, o, named, err
	}
	named.AppID = p.AppID
	k := p.Keys()
	list, err := c.callbacks(k, wechat.Safe, p.AppID)
	if err != nil {
		return p, o, named, err
	}
	if o, err = c.openPush(ctx, named, list); err == nil && o.current && k.Unused() {
		err = c.Store.ComponentKeysUsed(ctx.UserContext(), p.ID)
	}
	return p, o, named, err
}

// receiveNotice takes what WeChat tells the third-party platform: its ticket, and
// which accounts have authorised it or withdrawn. A code is kept, and exchanged by
// the courier.
func (c *Console) receiveNotice(ctx *fiber.Ctx) error {
	p, o, named, err := c.openComponent(ctx)
	if err != nil {
		return err
	}
	n, err := wechat.ParseNotice(o.plain)
	if err != nil {
		c.Log.WarnContext(ctx.UserContext(), "a push could not be read", "appid", p.AppID, "bytes", len(o.plain))
		return success(ctx)
	}
	switch {
	case c.replays.Refused(callbackQuery(ctx), n.DedupeKey()):
		return c.turnAway(ctx, named, "nonce", "")
	case n.AppID != p.AppID:
		return c.turnAway(ctx, named, "component", cut(n.AppID, 32))
	}
	c.pushes.take(platformBook, c.Store.Now().UnixMilli(), c.clientIP(ctx))
	if err := c.notice(ctx, &p, n); err != nil {
		return errors.Join(errors.New("storing a push"), err)
	}
	return success(ctx)
}

func (c *Console) notice(ctx *fiber.Ctx, p *store.Component, n *wechat.Notice) error {
	at := n.CreateTime * 1000
	switch n.InfoType {
	case "component_verify_ticket":
		return c.Store.SetTicket(ctx.UserContext(), p.ID, n.Ticket, at)
	case "authorized", "updateauthorized":
		if n.Code == "" {
			return nil
		}
		return c.Store.AddAuthCode(ctx.UserContext(), store.AuthCode{Code: n.Code, AppID: n.Authorizer, At: at})
	case "unauthorized":
		account, err := c.Store.AccountByAppID(ctx.UserContext(), n.Authorizer)
		if errors.Is(err, store.ErrNotFound) {
			return nil // it withdraws before its code was exchanged
		}
		if err != nil {
			return err
		}
		return c.Store.Unauthorised(ctx.UserContext(), account.ID, at)
	}
	return nil // others concern those who register accounts for others
}

// receiveAuthorised takes a push of an account that has authorised the
// third-party platform.
func (c *Console) receiveAuthorised(ctx *fiber.Ctx) error {
	p, o, _, err := c.openComponent(ctx)
	if err != nil {
		return err
	}
	c.pushes.take(platformBook, c.Store.Now().UnixMilli(), c.clientIP(ctx))
	if push, err := wechat.ParsePush(o.plain); err == nil && wechat.IsReleaseTest(push.ToUserName) {
		return c.releaseTest(ctx, o, push)
	}
	account, err := c.Store.AccountByAppID(ctx.UserContext(), ctx.Params("appid"))
	if err != nil {
		return err
	}
	if account.Component != p.ID {
		return c.turnAway(ctx, &account, "not_authorised", "")
	}
	return c.keepPush(ctx, &account, o.plain)
}

// releaseTest answers the test that WeChat makes before a third-party platform
// goes live. Nothing of it is stored but the code to exchange.
func (c *Console) releaseTest(ctx *fiber.Ctx, o opened, push *wechat.Push) error {
	text, code := wechat.ReleaseTest(push)
	ctx.Set(fiber.HeaderContentType, "text/plain; charset=utf-8")
	if code != "" {
		if err := c.Store.AddAuthCode(ctx.UserContext(), store.AuthCode{Code: code, OpenID: push.FromUserName, At: push.CreateTime * 1000}); err != nil {
			return err
		}
	}
	if text == "" {
		return ctx.SendString("")
	}
	now := c.Store.Now().Unix()
	reply := wechat.Reply{ToUserName: push.FromUserName, FromUserName: push.ToUserName, CreateTime: now, MsgType: "text", Content: text}
	sealed, err := o.by.SealReply(o.cipher, reply.Marshal(), now, callbackQuery(ctx).Nonce)
	if err != nil {
		return err
	}
	ctx.Set(fiber.HeaderContentType, "application/xml; charset=utf-8")
	return ctx.Send(sealed)
}
