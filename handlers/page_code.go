package handlers

import (
	"errors"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// halfCookie carries the half log-in between the password and the code.
const halfCookie = "kfdesk_half"

// codePage asks for the code after the right password.
type codePage struct {
	Next     string
	Keep     bool
	Login    string
	Problems problems
}

// askCode gives this browser a half log-in and asks for the code; way is as of
// login. It is answered with a page of its own, so that going back does not send a password.
func (c *Console) askCode(ctx *fiber.Ctx, a *store.Agent, d *loginPage, way string) error {
	secret, err := c.Store.HalfLogin(ctx.UserContext(), a, way)
	if err != nil {
		return orOut(err)
	}
	c.setHalf(ctx, secret)
	to := "/login/code?next=" + url.QueryEscape(d.Next)
	if d.Keep {
		to += "&keep=1"
	}
	return see(ctx, to)
}

func (c *Console) setHalf(ctx *fiber.Ctx, secret string) {
	ctx.Cookie(c.hostCookie(ctx, halfCookie, secret))
}

func (c *Console) renderCode(ctx *fiber.Ctx, d *codePage) error {
	half, err := c.Store.Half(ctx.UserContext(), ctx.Cookies(c.hosted(ctx, halfCookie)))
	if errors.Is(err, store.ErrNotFound) {
		return c.logInAgain(ctx, d.Next)
	}
	if err != nil {
		return err
	}
	d.Login = half.Login
	p := c.page(ctx, "people.code.title")
	p.D = d
	if len(d.Problems) > 0 {
		return again(ctx, "code", p)
	}
	return ctx.Render("code", p)
}

// logInAgain is for who took too long with the code.
func (c *Console) logInAgain(ctx *fiber.Ctx, next string) error {
	if next == "/" {
		return see(ctx, "/login")
	}
	return see(ctx, "/login?next="+url.QueryEscape(next))
}

func (c *Console) pageCode(ctx *fiber.Ctx) error {
	return c.renderCode(ctx, &codePage{Next: localPath(ctx.Query("next")), Keep: ctx.Query("keep") != ""})
}

func (c *Console) postCode(ctx *fiber.Ctx) error {
	d := &codePage{Next: localPath(ctx.FormValue("next")), Keep: ctx.FormValue("keep") != ""}
	done, err := c.Store.SecondStep(ctx.UserContext(), ctx.Cookies(c.hosted(ctx, halfCookie)), ctx.FormValue("code"), c.clientIP(ctx), ctx.Cookies(knownCookie))
	var rule *store.Refusal
	switch {
	case errors.As(err, &rule):
		d.Problems = problems{"code": c.codeProblem(ctx, rule)}
		return c.renderCode(ctx, d)
	case errors.Is(err, store.ErrNotFound):
		return c.logInAgain(ctx, d.Next)
	case err != nil:
		return err
	}
	c.setHalf(ctx, "")
	if err := c.login(ctx, &done.Agent, d.Keep, done.Way); err != nil {
		return err
	}
	if done.Recovery {
		return see(ctx, "/profile/two-step?recovery="+itoa(int64(done.Left)))
	}
	return see(ctx, d.Next)
}

// codeProblem is loginProblem for a code.
func (c *Console) codeProblem(ctx *fiber.Ctx, rule *store.Refusal) string {
	switch {
	case rule.Code == "login_wait":
		return c.loginProblem(ctx, rule)
	case rule.Detail["left"] == int64(0):
		return c.text(ctx, "people.code.locked")
	case rule.Detail["left"] == int64(1), rule.Detail["left"] == int64(2):
		return c.text(ctx, "people.code.left", "n", rule.Detail["left"])
	}
	return c.errorText(ctx, explain(rule))
}
