package handlers

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/courier"
	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// callbackTolerance is how far the timestamp of a push may be from our clock.
// WeChat repeats within seconds; clocks may differ by minutes.
const callbackTolerance = 10 * time.Minute

// formerKeys is how long pushes under the former callback token and AES key are
// still taken after the first under the new ones: WeChat repeats for seconds.
const formerKeys = time.Minute

// callbacks makes the codecs of the keys of an account or of the third-party
// platform: of those of now, and of the former token while pushes under it may
// come. Either opens with both AES keys. Each plain text ends with appid.
func (c *Console) callbacks(k store.Keys, mode wechat.Mode, appid string) ([]*wechat.Callback, error) {
	former := k.UsedAt == 0 || c.Store.Now().UnixMilli() < k.UsedAt+formerKeys.Milliseconds()
	keys, tokens := []string{k.AESKey}, []string{k.Token}
	if former {
		keys, tokens = append(keys, k.AESKeyPrevious), append(tokens, k.TokenPrevious)
	}
	var ciphers []*wechat.Cipher
	for _, key := range keys {
		if key == "" {
			continue
		}
		cipher, err := wechat.NewCipher(key, appid)
		if err != nil {
			return nil, err
		}
		ciphers = append(ciphers, cipher)
	}
	var list []*wechat.Callback
	for i, token := range tokens {
		if i == 0 || token != "" && token != k.Token {
			list = append(list, &wechat.Callback{Token: token, Mode: mode, Ciphers: ciphers})
		}
	}
	return list, nil
}

// opened is a push that was opened.
type opened struct {
	plain   []byte
	by      *wechat.Callback
	cipher  *wechat.Cipher // the one of by that opened it; nil: it was not encrypted
	current bool           // by the callback token and the AES key of now
}

// open opens a push with the first codec that it fits; why says what held against
// it.
func open(list []*wechat.Callback, q wechat.Query, body []byte) (o opened, why string) {
	for i, cb := range list {
		plain, used, err := cb.Open(q, body)
		if err == nil {
			return opened{plain, cb, used, i == 0 && (used == nil || used == cb.Ciphers[0])}, ""
		}
		if w := cb.Why(q, body); why == "" || why == "signature" {
			why = w
		}
	}
	return o, why
}

// openPush opens the push of a request, or turns it away.
func (c *Console) openPush(ctx *fiber.Ctx, account *store.Account, list []*wechat.Callback) (opened, error) {
	q := callbackQuery(ctx)
	o, why := open(list, q, ctx.Body())
	if why != "" {
		return o, c.turnAway(ctx, account, why, "")
	}
	if now := c.Store.Now(); !wechat.Fresh(q.Timestamp, now, callbackTolerance) {
		return o, c.turnAway(ctx, account, "clock", cut(q.Timestamp, 20), "clock", now.Unix())
	}
	return o, nil
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
	k := account.Keys()
	list, err := c.callbacks(k, wechat.Mode(account.Mode), account.AppID)
	if err != nil {
		return err
	}
	q := callbackQuery(ctx)
	i := slices.IndexFunc(list, func(cb *wechat.Callback) bool { return cb.Verify(q) == nil })
	if i < 0 {
		return c.turnAway(ctx, &account, "signature", "")
	}
	if i == 0 && k.Unused() && k.Token != k.TokenPrevious { // else it says nothing of the AES key
		if err := c.Store.KeysUsed(ctx.UserContext(), account.ID); err != nil {
			return err
		}
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
	k := account.Keys()
	list, err := c.callbacks(k, wechat.Mode(account.Mode), account.AppID)
	if err != nil {
		return err
	}
	o, err := c.openPush(ctx, &account, list)
	if err != nil {
		return err
	}
	if o.current && k.Unused() {
		if err := c.Store.KeysUsed(ctx.UserContext(), account.ID); err != nil {
			return err
		}
	}
	return c.keepPush(ctx, &account, o.plain)
}

// keepPush parses a push that was opened, and stores it.
func (c *Console) keepPush(ctx *fiber.Ctx, account *store.Account, plain []byte) error {
	push, err := wechat.ParsePush(plain)
	if err != nil {
		// WeChat signed it, so sending it again would change nothing, and an
		// error would show the customer a fault notice.
		c.Log.WarnContext(ctx.UserContext(), "a push could not be read", "appid", account.AppID, "bytes", len(plain))
		return success(ctx)
	}
	if c.replays.Refused(callbackQuery(ctx), push.DedupeKey()) {
		return c.turnAway(ctx, account, "nonce", "")
	}
	if push.ToUserName != account.OriginalID {
		return c.turnAway(ctx, account, "original_id", cut(push.ToUserName, 32))
	}
	c.pushes.take(account.ID, c.Store.Now().UnixMilli(), c.clientIP(ctx))
	if dir, typ := push.Kind(); dir == "event" && typ == "location" {
		return success(ctx) // reported every few seconds by the phone: no deed of the customer
	}
	if _, err := c.Store.Receive(ctx.UserContext(), courier.Incoming(account.ID, push)); err != nil {
		return errors.Join(errors.New("storing a push"), err)
	}
	return success(ctx)
}

// refusedFor says in the log why a request to the callback was refused.
var refusedFor = map[string]string{
	"signature":   "its signature is not that of this account's token",
	"mode":        "it is encrypted and the account is in plain mode, or the other way round",
	"key":         "it does not open with the account's EncodingAESKey and AppID",
	"clock":       "its timestamp is too far from this server's clock",
	"nonce":       "its nonce has brought another push",
	"original_id": "it is for another original id than the account's",

	// Of the third-party platform.
	"no_component":   "there is no third-party platform here",
	"component":      "it is for another third-party platform",
	"not_authorised": "the account has not authorised the third-party platform",
}

// turnAway refuses a request to the callback, in the same words whatever was
// wrong. The log and the doctor have the reason: when the settings are wrong it is
// WeChat that is turned away, the customers see a fault notice, and nothing else
// tells why.
func (c *Console) turnAway(ctx *fiber.Ctx, a *store.Account, reason, what string, more ...any) error {
	now := c.Store.Now()
	c.pushes.refuse(a.ID, now.UnixMilli(), reason, what)
	if quiet, ok := c.sparse.may(fmt.Sprint("callback ", a.ID, reason), now); ok {
		c.Log.With("appid", a.AppID, "reason", refusedFor[reason], "what", what, "more", quiet).WarnContext(ctx.UserContext(), "a request to the callback was refused", more...)
	}
	return refused(fiber.StatusForbidden, "bad_signature")
}

func success(ctx *fiber.Ctx) error {
	ctx.Set(fiber.HeaderContentType, "text/plain; charset=utf-8")
	return ctx.SendString("success")
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
	if json.Unmarshal(ctx.Body(), &report) != nil {
		return ctx.SendStatus(fiber.StatusNoContent)
	}
	if quiet, ok := c.sparse.may("content policy", c.Store.Now()); ok {
		c.Log.WarnContext(ctx.UserContext(), "a browser reports a breach of the content policy", "directive", cut(report.Body.Directive, 100),
			"page", cut(report.Body.Document, 200), "blocked", cut(report.Body.Blocked, 200), "more", quiet)
	}
	return ctx.SendStatus(fiber.StatusNoContent)
}
