package handlers

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

type loginPage struct {
	Team     string // the official account, when there is just one
	Next     string
	Login    string
	Keep     bool
	OIDC     string // what stands on the button, "": there is none
	Problems problems
}

func (c *Console) pageLogin(ctx *fiber.Ctx) error {
	if who(ctx) != nil {
		return see(ctx, localPath(ctx.Query("next")))
	}
	agents, err := c.Store.Agents(ctx.UserContext())
	if err != nil {
		return err
	}
	if len(agents) == 0 {
		return see(ctx, "/setup")
	}
	p, err := c.loginPage(ctx, &loginPage{Next: localPath(ctx.Query("next")), Keep: true})
	if err != nil {
		return err
	}
	return ctx.Render("login", p)
}

func (c *Console) loginPage(ctx *fiber.Ctx, d *loginPage) (*Page, error) {
	accounts, err := c.Store.Accounts(ctx.UserContext())
	if err != nil {
		return nil, err
	}
	if len(accounts) == 1 {
		d.Team = accounts[0].Name
	}
	rules, err := c.Store.Security(ctx.UserContext())
	if err != nil {
		return nil, err
	}
	if rules.OIDC.On {
		d.OIDC = c.oidcButton(ctx, &rules.OIDC)
	}
	p := c.page(ctx, "page.login.title")
	p.D = d
	return p, nil
}

func (c *Console) postLogin(ctx *fiber.Ctx) error {
	d := &loginPage{Next: localPath(ctx.FormValue("next")), Login: ctx.FormValue("login"), Keep: ctx.FormValue("keep") != ""}
	agent, err := c.Store.Login(ctx.UserContext(), d.Login, ctx.FormValue("password"), c.clientIP(ctx), ctx.Cookies(knownCookie))
	var rule *store.Refusal
	if errors.As(err, &rule) {
		d.Problems = problems{"password": c.loginProblem(ctx, rule)}
		p, err := c.loginPage(ctx, d)
		if err != nil {
			return err
		}
		return again(ctx, "login", p)
	}
	if err != nil {
		return err
	}
	if agent.TOTP {
		return c.askCode(ctx, &agent, d, "")
	}
	if err := c.login(ctx, &agent, d.Keep, ""); err != nil {
		return err
	}
	return see(ctx, d.Next)
}

// loginProblem warns of the wait only when it is near: most people mistype once.
func (c *Console) loginProblem(ctx *fiber.Ctx, rule *store.Refusal) string {
	switch {
	case rule.Code == "login_wait":
		seconds, _ := rule.Detail["seconds"].(int64)
		return c.text(ctx, "page.login.wait", "n", max(1, (seconds+59)/60))
	case rule.Detail["left"] == int64(0):
		return c.text(ctx, "page.login.locked")
	case rule.Detail["left"] == int64(1), rule.Detail["left"] == int64(2):
		return c.text(ctx, "page.login.left", "n", rule.Detail["left"])
	}
	return c.errorText(ctx, explain(rule))
}

func (c *Console) postLogout(ctx *fiber.Ctx) error {
	if err := c.logout(ctx); err != nil {
		return err
	}
	return see(ctx, "/login")
}
