package handlers

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// kfGroup is the mirror of one official account's kf accounts.
type kfGroup struct {
	Account  store.Account
	Rows     []store.KFAccount
	Shown    []kfRow // of the rows, those that are searched for
	SyncedAt int64
}

// Most is how many kf accounts WeChat lets an official account have.
func (kfGroup) Most() int { return store.KFMost }

// Full tells that no more can be added.
func (g kfGroup) Full() bool { return len(g.Rows) >= store.KFMost }

// kfRow is a kf account as the table shows it.
type kfRow struct {
	store.KFAccount
	Invite string // bound, waiting, expired, rejected, none
	Left   string // how long an invitation still waits, in words
}

// kfState is a filter by the state of the invitation, with how many it shows.
type kfState struct {
	Name  string
	Count int
}

// kfPage is the list of all kf accounts, with a dialog over it where one is open.
type kfPage struct {
	Groups   []kfGroup
	Query    string
	State    string
	States   []kfState
	Deeds    []store.KFDeed // not known to be done, or not done
	Dialog   string         // add, edit, invite, delete or ""
	Group    kfGroup        // of the dialog
	Form     kfForm
	Problems problems
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

func (c *Console) kfPage(ctx *fiber.Ctx, d *kfPage) (_ *Page, err error) {
	if d.Groups, err = c.kfGroups(ctx); err != nil {
		return nil, err
	}
	if d.Deeds, err = c.Store.KFDeeds(ctx.UserContext()); err != nil {
		return nil, err
	}
	d.Query, d.State = strings.TrimSpace(ctx.Query("q")), ctx.Query("state")
	counts := map[string]int{}
	for i := range d.Groups {
		g := &d.Groups[i]
		for _, k := range g.Rows {
			row := c.kfRow(ctx, k)
			counts[row.Invite]++
			counts[""]++
			if (d.State == "" || d.State == row.Invite) && row.has(d.Query) {
				g.Shown = append(g.Shown, row)
			}
		}
	}
	for _, name := range []string{"", "bound", "waiting", "expired", "rejected", "none"} {
		if n := counts[name]; n > 0 || slices.Contains([]string{"", "bound", "waiting", "expired", d.State}, name) {
			d.States = append(d.States, kfState{name, n})
		}
	}
	p := c.page(ctx, "page.kf.title")
	p.D = d
	return p, nil
}

// kfRow judges an invitation by the clock too: WeChat is asked once an hour.
func (c *Console) kfRow(ctx *fiber.Ctx, k store.KFAccount) kfRow {
	row, left := kfRow{KFAccount: k, Invite: "none"}, k.InviteUntil-c.Store.Now().UnixMilli()
	switch {
	case k.KFWx != "":
		row.Invite = "bound"
	case k.InviteStatus == "waiting" && k.InviteUntil > 0 && left <= 0:
		row.Invite = "expired"
	case slices.Contains([]string{"waiting", "expired", "rejected"}, k.InviteStatus):
		row.Invite = k.InviteStatus
	}
	if row.Invite == "waiting" && k.InviteUntil > 0 {
		hours, minutes := left/3600_000, max(1, left/60_000)
		row.Left = c.text(ctx, "kf.left.minutes", "n", minutes)
		if hours > 0 {
			row.Left = c.text(ctx, "kf.left.hours", "n", hours)
		}
	}
	return row
}

func (r *kfRow) has(query string) bool {
	query = strings.ToLower(query)
	return slices.ContainsFunc([]string{r.Nickname, r.KFAccount.KFAccount, r.KFWx, r.InviteWx, r.AgentName},
		func(s string) bool { return strings.Contains(strings.ToLower(s), query) })
}

func (c *Console) renderKF(ctx *fiber.Ctx, d *kfPage, alert *Alert) error {
	p, err := c.kfPage(ctx, d)
	if err != nil {
		return err
	}
	p.Alert = alert
	switch {
	case len(d.Problems) > 0:
		return again(ctx, "kf_accounts", p)
	case alert != nil:
		ctx.Status(fiber.StatusBadGateway)
	}
	return ctx.Render("kf_accounts", p)
}

func (c *Console) pageKFAccounts(ctx *fiber.Ctx) error { return c.renderKF(ctx, &kfPage{}, nil) }

// postKFSync fetches WeChat's list while the admin waits.
func (c *Console) postKFSync(ctx *fiber.Ctx) error {
	id, err := strconv.ParseInt(ctx.FormValue("account"), 10, 64)
	if err != nil {
		return refused(fiber.StatusBadRequest, "bad_request")
	}
	if _, err := c.Store.Account(ctx.UserContext(), id); err != nil {
		return err
	}
	if failure := c.WeChat.SyncKF(ctx.UserContext(), id); failure != nil {
		return c.renderKF(ctx, &kfPage{}, &Alert{Title: c.text(ctx, "page.kf.sync_failed"), Text: c.syncFailure(ctx, failure)})
	}
	return see(ctx, "/kf-accounts?done=synced")
}

// postKFDeedSeen forgets a deed that was not done.
func (c *Console) postKFDeedSeen(ctx *fiber.Ctx) error {
	if err := c.Store.DropKF(ctx.UserContext(), pathID(ctx)); err != nil {
		return err
	}
	return see(ctx, "/kf-accounts")
}

// undoneKF are the deeds that were cut off and that WeChat never did. Their own
// page tells them anyway.
func (c *Console) undoneKF(ctx *fiber.Ctx) ([]alarm, error) {
	if ctx.Path() == "/kf-accounts" {
		return nil, nil
	}
	list, err := c.Store.KFDeeds(ctx.UserContext())
	n := 0
	for _, d := range list {
		if d.Undone {
			n++
		}
	}
	if n == 0 {
		return nil, err
	}
	return []alarm{{Text: c.text(ctx, "kf.alarm.undone", "n", n), Link: "/kf-accounts", Warn: true}}, nil
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
