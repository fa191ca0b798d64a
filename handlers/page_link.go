package handlers

import (
	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// renderLink shows a link that was made just now. It is on no other page.
func (c *Console) renderLink(ctx *fiber.Ctx, agent store.Agent, secret, kind string) error {
	return c.renderAgents(ctx, &agentsPage{Dialog: "link", Form: agent, Link: c.publicURL(ctx) + "/join/" + secret, LinkKind: kind})
}

func (c *Console) pageAgentReset(ctx *fiber.Ctx) error {
	agent, err := c.named(ctx)
	if err != nil {
		return err
	}
	return c.renderAgents(ctx, &agentsPage{Dialog: "reset", Form: agent})
}

// postAgentLink makes a link for who has not joined yet, or to reset.
func (c *Console) postAgentLink(ctx *fiber.Ctx) error {
	agent, err := c.named(ctx)
	if err != nil {
		return err
	}
	secret, err := c.Store.NewLink(ctx.UserContext(), c.actor(ctx), agent.ID, ctx.FormValue("totp_off") != "")
	if err != nil {
		return err
	}
	kind := "reset"
	if !agent.Joined {
		kind = "join"
	}
	return c.renderLink(ctx, agent, secret, kind)
}

func (c *Console) postAgentSignOut(ctx *fiber.Ctx) error {
	agent, err := c.named(ctx)
	if err != nil {
		return err
	}
	if err := c.Store.EndSessions(ctx.UserContext(), c.actor(ctx), agent.ID); err != nil {
		return err
	}
	return see(ctx, "/agents?done=agent_out")
}

// joinPage is what a link opens. Before the log-in it speaks the language of
// the browser.
type joinPage struct {
	Team     string
	Link     *store.Link // nil: it opens nothing any more
	Name     string
	Problems problems
}

func (c *Console) renderJoin(ctx *fiber.Ctx, d *joinPage) error {
	accounts, err := c.Store.Accounts(ctx.UserContext())
	if err != nil {
		return err
	}
	if len(accounts) == 1 {
		d.Team = accounts[0].Name
	}
	p := c.page(ctx, "people.join.title")
	p.D = d
	if d.Link != nil && d.Link.Kind == "reset" {
		p.Title = c.text(ctx, "people.reset.title")
	}
	switch {
	case d.Link == nil:
		p.Title = c.text(ctx, "people.join.dead")
		return ctx.Status(fiber.StatusGone).Render("join", p)
	case len(d.Problems) > 0:
		return again(ctx, "join", p)
	}
	return ctx.Render("join", p)
}

func (c *Console) pageJoin(ctx *fiber.Ctx) error {
	link, err := c.Store.Link(ctx.UserContext(), ctx.Params("secret"))
	if store.Refused(err, "link_dead") {
		return c.renderJoin(ctx, &joinPage{})
	}
	if err != nil {
		return err
	}
	return c.renderJoin(ctx, &joinPage{Link: &link, Name: link.Agent.Name})
}

// postJoin sets the password and logs in, whoever was logged in here before.
// Who still has a second step is asked for it.
func (c *Console) postJoin(ctx *fiber.Ctx) error {
	secret := ctx.Params("secret")
	link, err := c.Store.Link(ctx.UserContext(), secret)
	if store.Refused(err, "link_dead") {
		return c.renderJoin(ctx, &joinPage{})
	}
	if err != nil {
		return err
	}
	lang := ChooseLang("", ctx.Cookies("lang"), ctx.Get(fiber.HeaderAcceptLanguage))
	agent, err := c.Store.UseLink(ctx.UserContext(), c.clientIP(ctx), secret, ctx.FormValue("name"), lang, ctx.FormValue("password"))
	if store.Refused(err, "link_dead") {
		return c.renderJoin(ctx, &joinPage{})
	}
	if faults, ok := c.refusal(ctx, err, "password"); ok {
		return c.renderJoin(ctx, &joinPage{Link: &link, Name: ctx.FormValue("name"), Problems: faults})
	}
	if err != nil {
		return err
	}
	if err := c.logout(ctx); err != nil {
		return err
	}
	if agent.TOTP {
		return c.askCode(ctx, &agent, &loginPage{Next: "/"}, "")
	}
	if err := c.login(ctx, &agent, false, ""); err != nil {
		return err
	}
	return see(ctx, "/")
}
