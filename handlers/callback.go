package handlers

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/courier"
	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// callbackTolerance is how far the timestamp of a push may be from our clock.
// WeChat repeats within seconds; clocks may differ by minutes.
const callbackTolerance = 10 * time.Minute

// callback makes the codec of an account's settings.
func callback(a *store.Account) (*wechat.Callback, error) {
	cb := &wechat.Callback{Token: a.CallbackToken, Mode: wechat.Mode(a.Mode)}
	for _, key := range []string{a.AESKey, a.AESKeyPrevious} {
		if key == "" {
			continue
		}
		cipher, err := wechat.NewCipher(key, a.AppID)
		if err != nil {
			return nil, err
		}
		cb.Ciphers = append(cb.Ciphers, cipher)
	}
	return cb, nil
}

func callbackQuery(ctx *fiber.Ctx) wechat.Query {
	return wechat.Query{Signature: ctx.Query("signature"), Timestamp: ctx.Query("timestamp"), Nonce: ctx.Query("nonce"),
		EncryptType: ctx.Query("encrypt_type"), MsgSignature: ctx.Query("msg_signature"), EchoStr: ctx.Query("echostr")}
}

// verifyCallback answers WeChat's GET when the callback address is saved there.
func (c *Console) verifyCallback(ctx *fiber.Ctx) error {
	account, err := c.Store.AccountByAppID(ctx.UserContext(), ctx.Params("appid"))
	if err != nil {
		return err
	}
	cb, err := callback(&account)
	if err != nil {
		return err
	}
	q := callbackQuery(ctx)
	if err := cb.Verify(q); err != nil {
		return c.turnAway(&account, "its signature is not that of this account's token")
	}
	if err := c.Store.Verified(ctx.UserContext(), account.ID); err != nil {
		return err
	}
	ctx.Set(fiber.HeaderContentType, "text/plain; charset=utf-8")
	return ctx.SendString(q.EchoStr)
}

// receivePush takes a push: verified, opened, parsed, stored, and only then
// answered "success". When the store cannot take it the answer is 500, so that
// WeChat sends it again.
func (c *Console) receivePush(ctx *fiber.Ctx) error {
	account, err := c.Store.AccountByAppID(ctx.UserContext(), ctx.Params("appid"))
	if err != nil {
		return err
	}
	cb, err := callback(&account)
	if err != nil {
		return err
	}
	q := callbackQuery(ctx)
	plain, _, err := cb.Open(q, ctx.Body())
	if err != nil {
		return c.turnAway(&account, "it does not fit the account's token, mode or EncodingAESKey")
	}
	if now := c.Store.Now(); !wechat.Fresh(q.Timestamp, now, callbackTolerance) {
		return c.turnAway(&account, "its timestamp is too far from this server's clock", "timestamp", cut(q.Timestamp, 20), "clock", now.Unix())
	}
	push, err := wechat.ParsePush(plain)
	if err != nil {
		// WeChat signed it, so sending it again would change nothing, and an
		// error would show the customer a fault notice.
		c.Log.Warn("a push could not be read", "appid", account.AppID, "bytes", len(plain))
		return success(ctx)
	}
	if c.replays.Refused(q, push.DedupeKey()) {
		return c.turnAway(&account, "its nonce has brought another push")
	}
	if push.ToUserName != account.OriginalID {
		return c.turnAway(&account, "it is for another original id than the account's", "original_id", cut(push.ToUserName, 32))
	}
	if dir, typ := push.Kind(); dir == "event" && typ == "location" {
		return success(ctx) // reported every few seconds by the phone: no deed of the customer
	}
	if _, err := c.Store.Receive(ctx.UserContext(), courier.Incoming(account.ID, push)); err != nil {
		return errors.Join(errors.New("storing a push"), err)
	}
	return success(ctx)
}

// turnAway refuses a request to the callback, in the same words whatever was
// wrong. The log has the reason: when the settings are wrong it is WeChat that is
// turned away, the customers see a fault notice, and nothing else tells why.
func (c *Console) turnAway(a *store.Account, reason string, more ...any) error {
	c.Log.With("appid", a.AppID, "reason", reason).Warn("a request to the callback was refused", more...)
	return refused(fiber.StatusForbidden, "bad_signature")
}

func success(ctx *fiber.Ctx) error {
	ctx.Set(fiber.HeaderContentType, "text/plain; charset=utf-8")
	return ctx.SendString("success")
}

// health answers load balancers and monitors.
func (c *Console) health(ctx *fiber.Ctx) error {
	if _, _, err := c.Store.LastEvent(ctx.UserContext()); err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"ok": true, "version": c.Version})
}

// cspReport logs what a browser refused to load or run: a fault of ours, or an
// attack that came to nothing.
func (c *Console) cspReport(ctx *fiber.Ctx) error {
	var report struct {
		Body struct {
			Directive string `json:"violated-directive"`
			Document  string `json:"document-uri"`
			Blocked   string `json:"blocked-uri"`
		} `json:"csp-report"`
	}
	if json.Unmarshal(ctx.Body(), &report) == nil {
		c.Log.Warn("a browser reports a breach of the content policy", "directive", cut(report.Body.Directive, 100),
			"page", cut(report.Body.Document, 200), "blocked", cut(report.Body.Blocked, 200))
	}
	return ctx.SendStatus(fiber.StatusNoContent)
}
