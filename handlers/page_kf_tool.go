package handlers

import (
	"errors"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// recordDays is how many days of chat records are imported at once: the admin waits.
const recordDays = 7

// toolPage is what WeChat's own customer-service tool has at hand.
type toolPage struct {
	Accounts []store.Account
	Account  store.Account
	Serving  []toolGroup
	Waiting  []toolRow
	Count    int // of all who wait
	From, To string
	Most     int // days
	store.Imported
	Done     bool // records were imported
	Problems problems
}

// toolGroup are the customers whom a kf account serves there.
type toolGroup struct {
	KF   store.KFAccount
	Rows []toolRow
}

// toolRow is a customer of the tool; Conversation is their newest here, 0 for none.
type toolRow struct {
	Name         string
	Conversation int64
	View         string // of the inbox, where it is
	Since        int64
}

func (c *Console) pageKFTool(ctx *fiber.Ctx) error { return c.showTool(ctx, &toolPage{}) }

// showTool asks WeChat for what the tool has at hand, while the admin waits.
func (c *Console) showTool(ctx *fiber.Ctx, d *toolPage) (err error) {
	if d.Accounts, err = c.Store.Accounts(ctx.UserContext()); err != nil {
		return err
	}
	if len(d.Accounts) == 0 {
		return see(ctx, "/kf-accounts")
	}
	wanted := ctx.QueryInt("account")
	i := slices.IndexFunc(d.Accounts, func(a store.Account) bool { return a.ID == int64(wanted) })
	d.Account, d.Most = d.Accounts[max(i, 0)], recordDays
	today := c.Store.Now().In(beijing).Format(time.DateOnly)
	if d.From == "" {
		d.From, d.To = today, today
	}
	failure := c.fillTool(ctx, d)
	p := c.page(ctx, "kf.tool.title")
	p.D = d
	switch {
	case len(d.Problems) > 0:
		ctx.Status(fiber.StatusUnprocessableEntity)
	case failure != nil:
		p.Alert = &Alert{Title: c.text(ctx, "kf.tool.failed"), Text: c.syncFailure(ctx, failure)}
		ctx.Status(fiber.StatusBadGateway)
	}
	return ctx.Render("kf_tool", p)
}

func (c *Console) fillTool(ctx *fiber.Ctx, d *toolPage) error {
	open, waiting, count, err := c.WeChat.KFSessions(ctx.UserContext(), d.Account.ID)
	if err != nil {
		return err
	}
	kfs, err := c.Store.KFAccounts(ctx.UserContext(), d.Account.ID)
	if err != nil {
		return err
	}
	for _, k := range kfs {
		g := toolGroup{KF: k}
		for _, s := range open {
			if s.KFAccount == k.KFAccount {
				g.Rows = append(g.Rows, c.toolRow(ctx, d.Account.ID, s))
			}
		}
		if len(g.Rows) > 0 {
			d.Serving = append(d.Serving, g)
		}
	}
	d.Count = count
	for _, s := range waiting {
		d.Waiting = append(d.Waiting, c.toolRow(ctx, d.Account.ID, s))
	}
	return nil
}

// toolRow names a customer of the tool as the inbox does, and finds them there.
func (c *Console) toolRow(ctx *fiber.Ctx, account int64, s wechat.KFSession) toolRow {
	row := toolRow{Since: int64(max(s.CreateTime, s.LatestTime)) * 1000}
	v, err := c.Store.NewestConversation(ctx.UserContext(), account, s.OpenID)
	if err == nil {
		row.Conversation, row.View = v.ID, map[string]string{"waiting": "waiting", "open": "all", "closed": "ended"}[v.State]
	}
	row.Name = c.customerName(c.lang(ctx), s.OpenID, v.Customer.Remark)
	return row
}

// beijing is the time that WeChat's days are meant in, and those of the forms here.
var beijing = time.FixedZone("", 8*60*60)

// postKFRecords imports the chat records of some days.
func (c *Console) postKFRecords(ctx *fiber.Ctx) error {
	d := &toolPage{From: ctx.FormValue("from"), To: ctx.FormValue("to")}
	if _, err := c.Store.Account(ctx.UserContext(), int64(ctx.QueryInt("account"))); err != nil {
		return err
	}
	from, errFrom := time.ParseInLocation(time.DateOnly, d.From, beijing)
	to, errTo := time.ParseInLocation(time.DateOnly, d.To, beijing)
	to = to.AddDate(0, 0, 1)
	now := c.Store.Now()
	switch {
	case errFrom != nil || from.After(now):
		d.Problems = problems{"from": c.text(ctx, "kf.records.bad_from")}
	case errTo != nil || !to.After(from):
		d.Problems = problems{"to": c.text(ctx, "kf.records.bad_to")}
	case to.Sub(from) > recordDays*24*time.Hour:
		d.Problems = problems{"to": c.text(ctx, "kf.records.too_many", "most", recordDays)}
	}
	if d.Problems != nil {
		return c.showTool(ctx, d)
	}
	if to.After(now) {
		to = now
	}
	var err error
	var no *wechat.Error
	var lost *wechat.CallError
	d.Imported, err = c.WeChat.ImportRecords(ctx.UserContext(), c.actor(ctx), int64(ctx.QueryInt("account")), from, to)
	switch {
	case errors.As(err, &no):
		d.Problems = problems{"to": c.kfRefusal(ctx, no)}
	case errors.As(err, &lost):
		d.Problems = problems{"to": c.text(ctx, "kf.records.broke_off")}
	case err != nil:
		return err
	}
	d.Done = err == nil || d.Read > 0
	return c.showTool(ctx, d)
}
