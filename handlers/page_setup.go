package handlers

import (
	"crypto/subtle"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// The set-up: an admin, then an official account or the sandbox, then what is
// left to do. Step is the one the reader is at.
type setupPage struct {
	Step     int
	Code     string
	Login    string
	Problems problems
}

func (c *Console) pageSetup(ctx *fiber.Ctx) error {
	agents, err := c.Store.Agents(ctx.UserContext())
	if err != nil {
		return err
	}
	if len(agents) > 0 {
		return see(ctx, "/")
	}
	p := c.page(ctx, "page.setup.title")
	p.D = setupPage{Step: 1}
	return ctx.Render("setup", p)
}

func (c *Console) postSetup(ctx *fiber.Ctx) error {
	d := setupPage{Step: 1, Code: ctx.FormValue("code"), Login: ctx.FormValue("login")}
	p := c.page(ctx, "page.setup.title")
	if !sameCode(d.Code, c.SetupCode) {
		d.Problems = problems{"code": c.text(ctx, "page.setup.code_wrong")}
		p.D = d
		return again(ctx, "setup", p)
	}
	admin, err := c.Store.AddFirstAdmin(ctx.UserContext(), c.actor(ctx), store.Agent{Login: d.Login}, ctx.FormValue("password"))
	var ok bool
	if d.Problems, ok = c.refusal(ctx, err, "login"); ok {
		p.D = d
		return again(ctx, "setup", p)
	}
	if err != nil {
		return err
	}
	if err := c.login(ctx, &admin, true, ""); err != nil {
		return err
	}
	return see(ctx, "/setup/connect")
}

// sameCode compares in constant time, as a person types it: any case, with or
// without the dash. An empty code fits nothing.
func sameCode(typed, code string) bool {
	plain := func(s string) []byte {
		return []byte(strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(s)))
	}
	return code != "" && subtle.ConstantTimeCompare(plain(typed), plain(code)) == 1
}

func (c *Console) pageConnect(ctx *fiber.Ctx) error {
	p := c.page(ctx, "page.setup.title")
	p.D = setupPage{Step: 2}
	return ctx.Render("setup_connect", p)
}

func (c *Console) postConnect(ctx *fiber.Ctx) error {
	if ctx.FormValue("way") != "sandbox" {
		return see(ctx, "/setup/account")
	}
	if c.EnterSandbox == nil {
		return see(ctx, "/")
	}
	if err := c.EnterSandbox(ctx.UserContext(), *who(ctx)); err != nil {
		return err
	}
	return c.renderSwitch(ctx, "page.switch.enter")
}

func (c *Console) postLeaveSandbox(ctx *fiber.Ctx) error {
	if c.LeaveSandbox == nil {
		return see(ctx, "/")
	}
	if err := c.LeaveSandbox(ctx.UserContext()); err != nil {
		return err
	}
	return c.renderSwitch(ctx, "page.switch.leave")
}

// renderSwitch shows that the program starts again over other data, and goes on
// by itself once it is there.
func (c *Console) renderSwitch(ctx *fiber.Ctx, title string) error {
	p := c.page(ctx, title)
	p.D = setupPage{Step: 2}
	return ctx.Render("switch", p)
}

func (c *Console) pageSetupAccount(ctx *fiber.Ctx) error {
	p := c.page(ctx, "page.setup.title")
	p.D = accountPage{Step: 2, Form: store.Account{Mode: "safe"}}
	return ctx.Render("setup_account", p)
}

func (c *Console) postSetupAccount(ctx *fiber.Ctx) error {
	return c.addAccount(ctx, "page.setup.title", "setup_account")
}

func (c *Console) pageSetupCallback(ctx *fiber.Ctx) error {
	account, err := c.Store.Account(ctx.UserContext(), pathID(ctx))
	if err != nil {
		return err
	}
	if err := c.Store.KeysSeen(ctx.UserContext(), c.actor(ctx), account.ID); err != nil {
		return err
	}
	p := c.page(ctx, "page.setup.title")
	d := c.accountPage(ctx, account)
	d.Step = 2
	p.D = d
	return ctx.Render("setup_callback", p)
}

// setupDone is what is left to do before customers see who answers.
type setupDone struct {
	Step                          int
	KFAccounts, Bound, Colleagues bool
}

func (c *Console) pageSetupDone(ctx *fiber.Ctx) error {
	d := setupDone{Step: 3}
	groups, err := c.kfGroups(ctx)
	if err != nil {
		return err
	}
	for _, g := range groups {
		d.KFAccounts = d.KFAccounts || len(g.Rows) > 0
	}
	agents, err := c.Store.Agents(ctx.UserContext())
	if err != nil {
		return err
	}
	d.Colleagues = len(agents) > 1
	for _, b := range who(ctx).Bindings {
		d.Bound = d.Bound || b.KFAccount != ""
	}
	p := c.page(ctx, "page.setup.done_title")
	p.D = d
	return ctx.Render("setup_done", p)
}
