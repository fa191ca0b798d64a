package handlers

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/courier"
	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// unreachableSpan is how long a call that WeChat did not answer raises an alarm:
// with the next one it may do.
const unreachableSpan = 10 * time.Minute

// ofAccount are the codes of a refused reply that say that no reply would go, and
// not only this one, for its customer, its kind or its kf account.
var ofAccount = []int{40001, 40014, 42001, 42007, 45009, 45087, 45093, 45094, 45102, 48001, 48004, 50001, 50004, 50007, 61003, 61007, 61023, 65400}

// wechatAlarms are the troubles between the official accounts and WeChat.
func wechatAlarms(c *Console, ctx *fiber.Ctx) (list []alarm, err error) {
	accounts, err := c.Store.Accounts(ctx.UserContext())
	for i := range accounts {
		list = append(list, c.accountAlarms(ctx, &accounts[i])...)
	}
	slices.SortStableFunc(list, func(a, b alarm) int { return map[bool]int{true: 1}[a.Warn] - map[bool]int{true: 1}[b.Warn] })
	return list, err
}

func (c *Console) accountAlarms(ctx *fiber.Ctx, a *store.Account) (list []alarm) {
	raise := func(warn bool, text string) {
		list = append(list, alarm{Text: text, Link: accountPath(a.ID), Warn: warn})
	}
	if a.Refused != 0 { // alarmsOfComponent speaks for it
		return nil
	}
	now := c.Store.Now().UnixMilli()
	h := c.WeChat.Health(a.ID)
	switch {
	case h.At == 0:
	case a.PushedAt == 0: // it is being set up
		raise(true, c.text(ctx, "doctor.alarm.new", "name", a.Name, "why", c.why(ctx, h)))
	case h.Code == 0:
		if now-h.Last < unreachableSpan.Milliseconds() {
			raise(true, c.text(ctx, "doctor.alarm.unreachable", "name", a.Name))
		}
	case h.Token || slices.Contains(ofAccount, h.Code):
		raise(false, c.text(ctx, "doctor.alarm.send", "name", a.Name, "why", c.why(ctx, h), "code", h.Code))
	}
	pushed := c.pushes.read(a.ID, now)
	// The rest of what an authorised account is pushed is the platform's to open.
	if reason := pushed.deaf(a.KeysUsedAt); reason != "" && (a.Component == 0 || reason == "original_id") {
		raise(false, c.text(ctx, "doctor.alarm.deaf", "name", a.Name, "why", c.text(ctx, "doctor.why."+reason)))
	}
	if n := len(c.WeChat.Clashes(a.ID)); n >= clashesMany {
		raise(true, c.text(ctx, "doctor.alarm.clash", "name", a.Name, "n", n))
	}
	return list
}

// why is the trouble of an account in a few words.
func (c *Console) why(ctx *fiber.Ctx, h courier.Health) string {
	if h.Code == 0 {
		return c.text(ctx, "doctor.why.silent")
	}
	key := "doctor.why." + itoa(int64(h.Code))
	if h.Code == 40001 && h.Token {
		key = "doctor.why.40125"
	}
	if c.Texts.Has(DefaultLang, key) {
		return c.text(ctx, key)
	}
	if wechat.For(h.Code) == wechat.Admin {
		return c.text(ctx, "doctor.why.refused")
	}
	return c.text(ctx, "doctor.why.other")
}
