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
	if err := c.Store.ChangeRules(ctx.UserContext(), c.actor(ctx), a.ID, func(r *store.Rules) error { return renew(ctx, r) }); err != nil {
		return err
	}
	return c.apiRules(ctx)
}

// renew changes what the body names. A list of it takes the place of the whole old
// one.
func renew(ctx *fiber.Ctx, r *store.Rules) error {
	old := *r
	r.Levels, r.Order, r.Reasons, r.Hours.Days, r.Hours.Holidays, r.Autos.Keywords = nil, nil, nil, nil, nil, nil
	if err := bodyOf(ctx, r); err != nil {
		return err
	}
	kept(&r.Levels, old.Levels)
	kept(&r.Order, old.Order)
	kept(&r.Reasons, old.Reasons)
	kept(&r.Hours.Days, old.Hours.Days)
	kept(&r.Hours.Holidays, old.Hours.Holidays)
	kept(&r.Autos.Keywords, old.Autos.Keywords)
	return nil
}

func kept[T any](list *[]T, old []T) {
	if *list == nil {
		*list = old
	}
}

// ownRules are rules that may be changed: those of an account are shared.
func ownRules(r store.Rules) store.Rules {
	r.Levels, r.Order, r.Reasons = slices.Clone(r.Levels), slices.Clone(r.Order), slices.Clone(r.Reasons)
	r.Hours.Days, r.Hours.Holidays, r.Autos.Keywords = slices.Clone(r.Hours.Days), slices.Clone(r.Hours.Holidays), slices.Clone(r.Autos.Keywords)
	return r
}
