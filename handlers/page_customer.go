package handlers

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// customerPage is what is kept of a customer, for who takes it away or erases it.
type customerPage struct {
	store.Dossier
	Name     string
	Proof    string // what is to be typed before the customer is erased
	Dialog   string // erase or ""
	Problems problems
}

// Newest is the customer's newest conversation.
func (d *customerPage) Newest() int64 {
	if n := len(d.Services); n > 0 {
		return d.Services[n-1].ID
	}
	return 0
}

func (c *Console) pageCustomer(ctx *fiber.Ctx) error { return c.renderCustomer(ctx, "", nil) }

func (c *Console) pageCustomerErase(ctx *fiber.Ctx) error { return c.renderCustomer(ctx, "erase", nil) }

func (c *Console) renderCustomer(ctx *fiber.Ctx, dialog string, p problems) error {
	d, err := c.customerData(ctx)
	if err != nil {
		return err
	}
	d.Dialog, d.Problems = dialog, p
	page := c.page(ctx, "data.customer.title")
	page.D = d
	if len(p) > 0 {
		return again(ctx, "customer", page)
	}
	return ctx.Render("customer", page)
}

func (c *Console) customerData(ctx *fiber.Ctx) (*customerPage, error) {
	kept, err := c.Store.Dossier(ctx.UserContext(), who(ctx), pathID(ctx))
	if err != nil {
		return nil, err
	}
	openid := kept.Customer.OpenID
	return &customerPage{Dossier: kept, Name: c.customerName(c.lang(ctx), openid, kept.Customer.Remark), Proof: openid[max(0, len(openid)-4):]}, nil
}

// postCustomerErase erases for good, so the admin names whom: by the end of the
// openid, or by the name.
func (c *Console) postCustomerErase(ctx *fiber.Ctx) error {
	d, err := c.customerData(ctx)
	if err != nil {
		return err
	}
	typed := strings.TrimSpace(ctx.FormValue("proof"))
	if !strings.EqualFold(typed, d.Proof) && !strings.EqualFold(typed, d.Name) {
		return c.renderCustomer(ctx, "erase", problems{"proof": c.text(ctx, "data.erase.wrong")})
	}
	if err := c.Store.Erase(ctx.UserContext(), who(ctx), d.Customer.ID); err != nil {
		return err
	}
	if err := c.Store.Tidy(ctx.UserContext()); err != nil {
		c.Log.ErrorContext(ctx.UserContext(), "erasing goes on later", "customer", d.Customer.ID, "error", err)
	}
	return see(ctx, "/audit?kind=customer&done=customer_erased")
}
