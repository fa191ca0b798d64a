package handlers

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

func (c *Console) apiRules(ctx *fiber.Ctx) error {
	a, err := c.account(ctx)
	if err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"rules": a.Rules})
}

// apiSetRules changes what the body names; the rest stays. Admins only: who does
// not see the account does not hear that it is there.
func (c *Console) apiSetRules(ctx *fiber.Ctx) error {
	a, err := c.account(ctx)
	if err != nil {
		return err
	}
	if !who(ctx).Admin() {
		return refused(fiber.StatusForbidden, "admin_needed")
	}
	rules := a.Rules
	rules.Levels, rules.Order, rules.Reasons = nil, nil, nil // not filled up from what was there
	if err := bodyOf(ctx, &rules); err != nil {
		return err
	}
	if rules.Levels == nil {
		rules.Levels = a.Rules.Levels
	}
	if rules.Order == nil {
		rules.Order = a.Rules.Order
	}
	if rules.Reasons == nil {
		rules.Reasons = a.Rules.Reasons
	}
	if err := c.Store.SetRules(ctx.UserContext(), c.actor(ctx), a.ID, rules); err != nil {
		return err
	}
	return c.apiRules(ctx)
}

// ownRules are rules that may be changed: those of an account are shared.
func ownRules(r store.Rules) store.Rules {
	r.Levels, r.Order, r.Reasons = slices.Clone(r.Levels), slices.Clone(r.Order), slices.Clone(r.Reasons)
	r.Hours.Days, r.Hours.Holidays, r.Autos.Keywords = slices.Clone(r.Hours.Days), slices.Clone(r.Hours.Holidays), slices.Clone(r.Autos.Keywords)
	return r
}
