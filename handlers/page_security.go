package handlers

import (
	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// whoMust are the choices of who must have a second step.
var whoMust = []string{"", "admins", "supervisors", "all"}

// securityPage holds the rules of the log-in.
type securityPage struct {
	Form     store.Security
	Secret   bool // there is one
	Return   string
	WhoMust  []string
	Lacking  []store.Agent // who would have to set it up
	Problems problems
}

func (c *Console) renderSecurity(ctx *fiber.Ctx, d *securityPage) error {
	rules, err := c.Store.Security(ctx.UserContext())
	if err != nil {
		return err
	}
	agents, err := c.Store.Agents(ctx.UserContext())
	if err != nil {
		return err
	}
	for _, a := range agents {
		if a.Active && a.Joined && !a.TOTP && d.Form.Requires(a.Role) {
			d.Lacking = append(d.Lacking, a)
		}
	}
	d.Secret, d.WhoMust, d.Return = rules.OIDC.Secret != "", whoMust, c.publicURL(ctx)+oidcReturn
	p := c.page(ctx, "people.security.title")
	d.Form.OIDC.Secret = ""
	p.D = d
	if len(d.Problems) > 0 {
		return again(ctx, "settings_security", p)
	}
	return ctx.Render("settings_security", p)
}

func (c *Console) pageSecurity(ctx *fiber.Ctx) error {
	rules, err := c.Store.Security(ctx.UserContext())
	if err != nil {
		return err
	}
	return c.renderSecurity(ctx, &securityPage{Form: rules})
}

func (c *Console) postSecurity(ctx *fiber.Ctx) error {
	form := store.Security{TwoStep: ctx.FormValue("two_step"), OIDC: store.OIDC{On: ctx.FormValue("on") != "", Issuer: ctx.FormValue("issuer"),
		ClientID: ctx.FormValue("client_id"), Secret: ctx.FormValue("secret"), Button: ctx.FormValue("button"), Claim: ctx.FormValue("claim"), Domain: ctx.FormValue("domain"),
		Create: ctx.FormValue("create") != ""}}
	err := c.Store.SetSecurity(ctx.UserContext(), c.actor(ctx), form)
	if faults, ok := c.refusal(ctx, err, "issuer"); ok {
		return c.renderSecurity(ctx, &securityPage{Form: form, Problems: faults})
	}
	if err != nil {
		return err
	}
	return see(ctx, "/settings/security?done=security_saved")
}
