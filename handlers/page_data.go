package handlers

import (
	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// dataPage is for how long things are kept.
type dataPage struct {
	Rows     []dataRow
	Problems problems
}

type dataRow struct {
	Name, Unit string // of the setting; days or months
	Value      string
}

func (c *Console) pageData(ctx *fiber.Ctx) error {
	r, err := c.Store.Retention(ctx.UserContext())
	if err != nil {
		return err
	}
	return c.renderData(ctx, []string{itoa(int64(r.MessageMonths)), itoa(int64(r.MediaMonths)), itoa(int64(r.AuditDays))}, nil)
}

func (c *Console) renderData(ctx *fiber.Ctx, values []string, p problems) error {
	d := dataPage{Problems: p}
	for i, name := range []string{"message_months", "media_months", "audit_days"} {
		unit := "months"
		if name == "audit_days" {
			unit = "days"
		}
		d.Rows = append(d.Rows, dataRow{Name: name, Unit: unit, Value: values[i]})
	}
	page := c.page(ctx, "data.title")
	page.D = d
	if len(p) > 0 {
		return again(ctx, "settings_data", page)
	}
	return ctx.Render("settings_data", page)
}

func (c *Console) postData(ctx *fiber.Ctx) error {
	r := store.Retention{MessageMonths: typedNumber(ctx, "message_months"), MediaMonths: typedNumber(ctx, "media_months"),
		AuditDays: typedNumber(ctx, "audit_days")}
	err := c.Store.SetRetention(ctx.UserContext(), c.actor(ctx), r)
	if faults, ok := c.refusal(ctx, err, "audit_days"); ok {
		return c.renderData(ctx, []string{ctx.FormValue("message_months"), ctx.FormValue("media_months"), ctx.FormValue("audit_days")}, faults)
	}
	if err != nil {
		return err
	}
	return see(ctx, "/settings/data?done=data_saved")
}
