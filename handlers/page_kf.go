package handlers

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// kfGroup is the mirror of one official account's kf accounts.
type kfGroup struct {
	Account  store.Account
	Rows     []store.KFAccount
	SyncedAt int64
}

func (c *Console) kfGroups(ctx *fiber.Ctx) ([]kfGroup, error) {
	accounts, err := c.Store.Accounts(ctx.UserContext())
	if err != nil {
		return nil, err
	}
	groups := make([]kfGroup, len(accounts))
	for i, a := range accounts {
		rows, err := c.Store.KFAccounts(ctx.UserContext(), a.ID)
		if err != nil {
			return nil, err
		}
		groups[i] = kfGroup{Account: a, Rows: rows}
		for _, k := range rows {
			groups[i].SyncedAt = max(groups[i].SyncedAt, k.SyncedAt)
		}
	}
	return groups, nil
}

func (c *Console) kfPage(ctx *fiber.Ctx) (*Page, error) {
	groups, err := c.kfGroups(ctx)
	if err != nil {
		return nil, err
	}
	p := c.page(ctx, "page.kf.title")
	p.D = struct{ Groups []kfGroup }{groups}
	return p, nil
}

func (c *Console) pageKFAccounts(ctx *fiber.Ctx) error {
	p, err := c.kfPage(ctx)
	if err != nil {
		return err
	}
	return ctx.Render("kf_accounts", p)
}

// postKFSync fetches WeChat's list while the admin waits.
func (c *Console) postKFSync(ctx *fiber.Ctx) error {
	id, err := strconv.ParseInt(ctx.FormValue("account"), 10, 64)
	if err != nil {
		return refused(fiber.StatusBadRequest, "bad_request")
	}
	if _, err := c.Store.Account(ctx.UserContext(), id); err != nil {
		return err
	}
	failure := c.WeChat.SyncKF(ctx.UserContext(), id)
	p, err := c.kfPage(ctx)
	if err != nil {
		return err
	}
	if failure != nil {
		p.Alert = &Alert{Title: c.text(ctx, "page.kf.sync_failed"), Text: c.syncFailure(ctx, failure)}
		return ctx.Status(fiber.StatusBadGateway).Render("kf_accounts", p)
	}
	return see(ctx, "/kf-accounts?done=synced")
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
