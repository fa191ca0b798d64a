package handlers

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// dataPage is for how long things are kept, and the way to a customer's data.
type dataPage struct {
	Rows     []dataRow
	Asks     bool // before a stricter setting takes what Doomed counts
	Doomed   store.Doomed
	Looked   string // the customer who is looked for
	Found    []foundCustomer
	More     bool // more were found
	Problems problems
}

type dataRow struct {
	Name, Unit string // of the setting; days or months
	Value      string
}

type foundCustomer struct {
	store.CustomerRow
	Name string
}

var dataNames = []string{"message_months", "media_months", "audit_days"}

// pageData also looks for a customer, by q of the address.
func (c *Console) pageData(ctx *fiber.Ctx) error {
	r, err := c.Store.Retention(ctx.UserContext())
	if err != nil {
		return err
	}
	d := &dataPage{Looked: strings.TrimSpace(cut(ctx.Query("q"), 100))}
	list, more, err := c.Store.FindCustomers(ctx.UserContext(), d.Looked)
	if err != nil {
		return err
	}
	d.More = more
	for _, one := range list {
		d.Found = append(d.Found, foundCustomer{one, c.customerName(c.lang(ctx), one.OpenID, one.Remark)})
	}
	return c.renderData(ctx, d, []string{strconv.Itoa(r.MessageMonths), strconv.Itoa(r.MediaMonths), strconv.Itoa(r.AuditDays)})
}

func (c *Console) renderData(ctx *fiber.Ctx, d *dataPage, values []string) error {
	for i, name := range dataNames {
		unit := "months"
		if name == "audit_days" {
			unit = "days"
		}
		d.Rows = append(d.Rows, dataRow{Name: name, Unit: unit, Value: values[i]})
	}
	page := c.page(ctx, "data.title")
	page.D = d
	if len(d.Problems) > 0 {
		return again(ctx, "settings_data", page)
	}
	return ctx.Render("settings_data", page)
}

// pageDataConfirm asks before a stricter setting, which is in the address.
func (c *Console) pageDataConfirm(ctx *fiber.Ctx) error {
	number := func(name string) int { n, _ := strconv.Atoi(ctx.Query(name)); return n }
	r := store.Retention{MessageMonths: number("message_months"), MediaMonths: number("media_months"), AuditDays: number("audit_days")}
	doomed, err := c.Store.Doomed(ctx.UserContext(), r)
	if _, ok := c.refusal(ctx, err, ""); ok || err == nil && !doomed.Stricter {
		return see(ctx, "/settings/data")
	}
	if err != nil {
		return err
	}
	return c.renderData(ctx, &dataPage{Asks: true, Doomed: doomed},
		[]string{strconv.Itoa(r.MessageMonths), strconv.Itoa(r.MediaMonths), strconv.Itoa(r.AuditDays)})
}

// postData changes the settings; what is stricter than before only for who was
// told what that takes.
func (c *Console) postData(ctx *fiber.Ctx) error {
	r := store.Retention{MessageMonths: typedNumber(ctx, "message_months"), MediaMonths: typedNumber(ctx, "media_months"),
		AuditDays: typedNumber(ctx, "audit_days")}
	doomed, err := c.Store.Doomed(ctx.UserContext(), r)
	if err == nil && doomed.Stricter && ctx.FormValue("sure") == "" {
		v := url.Values{}
		for i, n := range []int{r.MessageMonths, r.MediaMonths, r.AuditDays} {
			v.Set(dataNames[i], strconv.Itoa(n))
		}
		return see(ctx, "/settings/data/confirm?"+v.Encode())
	}
	if err == nil {
		err = c.Store.SetRetention(ctx.UserContext(), c.actor(ctx), r)
	}
	if faults, ok := c.refusal(ctx, err, "audit_days"); ok {
		return c.renderData(ctx, &dataPage{Problems: faults}, []string{ctx.FormValue("message_months"), ctx.FormValue("media_months"), ctx.FormValue("audit_days")})
	}
	if err != nil {
		return err
	}
	return see(ctx, "/settings/data?done=data_saved")
}
