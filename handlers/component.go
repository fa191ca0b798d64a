package handlers

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// componentCallback makes the codec of the third-party platform: always safe
// mode, and what closes each plain text is the platform's own appid, also in the
// pushes of its accounts.
func componentCallback(p *store.Component) (*wechat.Callback, error) {
	cb := &wechat.Callback{Token: p.CallbackToken, Mode: wechat.Safe}
	for _, key := range []string{p.AESKey, p.AESKeyPrevious} {
		if key == "" {
			continue
		}
		cipher, err := wechat.NewCipher(key, p.AppID)
		if err != nil {
			return nil, err
		}
		cb.Ciphers = append(cb.Ciphers, cipher)
	}
	return cb, nil
}

// componentOf gives the third-party platform with its codec, and itself as the
// account that the log names when a request is turned away.
func (c *Console) componentOf(ctx *fiber.Ctx) (p store.Component, cb *wechat.Callback, named *store.Account, err error) {
	p, err = c.Store.Component(ctx.UserContext())
	if errors.Is(err, store.ErrNotFound) {
		return p, nil, nil, c.turnAway(&store.Account{}, "no_component", "")
	}
	if err != nil {
		return p, nil, nil, err
	}
	cb, err = componentCallback(&p)
	return p, cb, &store.Account{AppID: p.AppID}, err
}

// receiveNotice takes what WeChat tells the third-party platform: its ticket, and
// which accounts have authorised it or withdrawn. A code is kept, and exchanged by
// the courier.
func (c *Console) receiveNotice(ctx *fiber.Ctx) error {
	p, cb, named, err := c.componentOf(ctx)
	if err != nil {
		return err
	}
	o, err := c.openPush(ctx, named, []*wechat.Callback{cb})
	if err != nil {
		return err
	}
	n, err := wechat.ParseNotice(o.plain)
	if err != nil {
		c.Log.Warn("a push could not be read", "appid", p.AppID, "bytes", len(o.plain))
		return success(ctx)
	}
	switch {
	case c.replays.Refused(callbackQuery(ctx), n.DedupeKey()):
		return c.turnAway(named, "nonce", "")
	case n.AppID != p.AppID:
		return c.turnAway(named, "component", cut(n.AppID, 32))
	}
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
	p, cb, named, err := c.componentOf(ctx)
	if err != nil {
		return err
	}
	o, err := c.openPush(ctx, named, []*wechat.Callback{cb})
	if err != nil {
		return err
	}
	if push, err := wechat.ParsePush(o.plain); err == nil && wechat.IsReleaseTest(push.ToUserName) {
		return c.releaseTest(ctx, cb, o.cipher, push)
	}
	account, err := c.Store.AccountByAppID(ctx.UserContext(), ctx.Params("appid"))
	if err != nil {
		return err
	}
	if account.Component != p.ID {
		return c.turnAway(&account, "not_authorised", "")
	}
	return c.keepPush(ctx, &account, o.plain)
}

// releaseTest answers the test that WeChat makes before a third-party platform
// goes live. Nothing of it is stored but the code to exchange.
func (c *Console) releaseTest(ctx *fiber.Ctx, cb *wechat.Callback, cipher *wechat.Cipher, push *wechat.Push) error {
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
	sealed, err := cb.SealReply(cipher, reply.Marshal(), now, callbackQuery(ctx).Nonce)
	if err != nil {
		return err
	}
	ctx.Set(fiber.HeaderContentType, "application/xml; charset=utf-8")
	return ctx.Send(sealed)
}
