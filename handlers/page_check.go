package handlers

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// check is one line of the connection check, with what to do if it failed.
type check struct {
	State          string // ok, bad, warn, skip
	Title, Text    string
	Steps          []string
	Copy, CopyName string
	At             int64
	Took           string
}

// Icon is the drawing for the state.
func (k check) Icon() string {
	return map[string]string{"ok": "circle-check", "bad": "circle-x", "warn": "triangle-alert", "skip": "circle-dashed"}[k.State]
}

// postAccountCheck asks WeChat for a token and for the kf list, and tells how
// far it came.
func (c *Console) postAccountCheck(ctx *fiber.Ctx) error {
	account, err := c.Store.Account(ctx.UserContext(), pathID(ctx))
	if err != nil {
		return err
	}
	began := time.Now()
	failure := c.WeChat.Check(ctx.UserContext(), account.ID)
	took := c.text(ctx, "page.check.took", "ms", time.Since(began).Milliseconds())
	list, err := c.Store.KFAccounts(ctx.UserContext(), account.ID)
	if err != nil {
		return err
	}
	d := c.accountPage(ctx, account)
	d.Checks = append(c.apiChecks(ctx, failure, len(list), took), c.callbackChecks(ctx, &account)...)
	d.CheckedAt = c.Store.Now().UnixMilli()
	for _, k := range d.Checks {
		if k.State == "bad" {
			d.Failed++
		}
	}
	p, err := c.accountView(ctx, d)
	if err != nil {
		return err
	}
	return ctx.Render("account", p)
}

// apiChecks judges the outcome of a sync: was WeChat reached, did it give a
// token, did it give the list.
func (c *Console) apiChecks(ctx *fiber.Ctx, failure error, count int, took string) []check {
	tokenOK := check{State: "ok", Title: c.text(ctx, "page.check.token_ok"), Text: c.text(ctx, "page.check.token_ok_desc"), Took: took}
	skipped := check{State: "skip", Title: c.text(ctx, "page.check.kf_ok"), Text: c.text(ctx, "page.check.skipped")}
	var said *wechat.Error
	switch {
	case failure == nil && count == 0:
		return []check{tokenOK, {State: "warn", Title: c.text(ctx, "page.check.kf_none"), Text: c.text(ctx, "page.check.kf_none_desc")}}
	case failure == nil:
		return []check{tokenOK, {State: "ok", Title: c.text(ctx, "page.check.kf_ok"), Text: c.text(ctx, "page.check.kf_ok_desc", "n", count)}}
	case !errors.As(failure, &said):
		return []check{{State: "bad", Title: c.text(ctx, "page.check.unreachable"), Text: c.text(ctx, "page.check.unreachable_desc"), Took: took}, skipped}
	case strings.HasSuffix(said.Path, "token"):
		return []check{c.tokenFailure(ctx, said), skipped}
	}
	return []check{tokenOK, {State: "bad", Title: c.text(ctx, "page.check.kf_bad"), Text: c.wechatError(ctx, said), Steps: c.texts(ctx, "page.check.kf_step.", 2)}}
}

// addressInError finds the address that WeChat refused (40164 invalid ip …).
var addressInError = regexp.MustCompile(`\b\d{1,3}(?:\.\d{1,3}){3}\b`)

func (c *Console) tokenFailure(ctx *fiber.Ctx, said *wechat.Error) check {
	k := check{State: "bad", Title: c.text(ctx, "page.check.token_bad"), Text: c.wechatError(ctx, said)}
	switch said.Code {
	case 40164:
		k.Title, k.Steps = c.text(ctx, "page.check.ip_bad"), c.texts(ctx, "page.check.ip_step.", 3)
		k.Copy, k.CopyName = addressInError.FindString(said.Msg), c.text(ctx, "page.check.ip")
	case 40001, 40013, 40125, 41002, 41004:
		k.Steps = c.texts(ctx, "page.check.secret_step.", 2)
	}
	return k
}

func (c *Console) callbackChecks(ctx *fiber.Ctx, a *store.Account) []check {
	state := func(name string, at int64) check {
		if at == 0 {
			return check{State: "skip", Title: c.text(ctx, "page.callback.un"+name), Text: c.text(ctx, "page.callback.un"+name+"_desc")}
		}
		return check{State: "ok", Title: c.text(ctx, "page.callback."+name), Text: c.text(ctx, "page.callback."+name+"_desc"), At: at}
	}
	return []check{state("verified", a.VerifiedAt), state("pushed", a.PushedAt)}
}

// texts gives the texts prefix1 to prefixN.
func (c *Console) texts(ctx *fiber.Ctx, prefix string, n int) (list []string) {
	for i := 1; i <= n; i++ {
		list = append(list, c.text(ctx, prefix+itoa(int64(i))))
	}
	return list
}

// wechatError is a refusal of WeChat in plain words, with its code.
func (c *Console) wechatError(ctx *fiber.Ctx, e *wechat.Error) string {
	key := "wxerr." + itoa(int64(e.Code))
	if !c.Texts.Has(DefaultLang, key) {
		return c.text(ctx, "wxerr.other", "errmsg", e.Msg, "code", e.Code)
	}
	return c.text(ctx, "page.check.code", "text", c.text(ctx, key), "code", e.Code)
}

// syncFailure says why a sync did not work.
func (c *Console) syncFailure(ctx *fiber.Ctx, err error) string {
	var said *wechat.Error
	if errors.As(err, &said) {
		return c.wechatError(ctx, said)
	}
	return c.text(ctx, "page.check.unreachable_desc")
}
