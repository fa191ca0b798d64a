package handlers

import (
	"crypto/rand"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// accountPage is the data of every page about one official account.
type accountPage struct {
	Step        int // of the set-up, where it is part of it
	Account     store.Account
	Form        store.Account // as typed; its Secret is never shown
	Problems    problems
	CallbackURL string
	URLProblem  string
	Many        bool // there are others too
	CanLeave    bool // the sandbox
	Dialog      string
	Doctor      bool // it shows what the doctor found
	Checks      []check
	CheckedAt   int64
	Took        string
	Failed      int
	Warned      int
	Report      string // the diagnosis, to be copied
	Pushes      pushes
	Span        string // in which they are counted, "" while none came
	SendQuota   string
	RID         ridView
}

func (c *Console) accountPage(ctx *fiber.Ctx, a store.Account) accountPage {
	base := c.publicURL(ctx)
	d := accountPage{Account: a, Form: a, CallbackURL: base + "/wechat/" + a.AppID, CanLeave: c.LeaveSandbox != nil}
	if problem := urlProblem(base); problem != "" && c.Phone == nil {
		d.URLProblem = c.text(ctx, "page.callback.problem."+problem)
	}
	return d
}

// examined adds what the doctor found.
func (p *accountPage) examined(c *Console, ctx *fiber.Ctx) {
	d, ok := c.diagnose(ctx, &p.Account)
	p.Pushes = d.pushed
	switch began := c.pushes.begin(); {
	case began == 0:
	case c.Store.Now().UnixMilli()-began < 24*time.Hour.Milliseconds():
		p.Span = c.text(ctx, "doctor.facts.since")
	default:
		p.Span = c.text(ctx, "doctor.facts.day")
	}
	if !ok {
		return
	}
	p.Doctor, p.Checks, p.CheckedAt, p.Failed, p.Warned, p.Report = true, d.list, d.x.At, d.count(checkBad), d.count(checkWarn), d.report()
	if p.Took = d.took(d.x.Took); d.x.Took >= time.Second {
		p.Took = c.text(ctx, "doctor.seconds", "s", fmt.Sprintf("%.1f", d.x.Took.Seconds()))
	}
	if len(d.x.Quotas) > 0 && d.x.Quotas[0].Good() {
		q := d.x.Quotas[0]
		p.SendQuota = c.text(ctx, "doctor.quota.send", "used", thousands(int64(q.Used)), "limit", thousands(int64(q.DailyLimit)))
	}
}

// publicURL is how the world reaches this server: as configured, else as this
// browser does.
func (c *Console) publicURL(ctx *fiber.Ctx) string {
	if c.URL != "" {
		return strings.TrimSuffix(c.URL, "/")
	}
	scheme := "http"
	if c.secure(ctx) {
		scheme = "https"
	}
	return scheme + "://" + string(ctx.Context().Host())
}

// urlProblem tells why WeChat could not call this address: it comes from
// outside, and to ports 80 and 443 only.
func urlProblem(base string) string {
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "localhost" || !strings.Contains(u.Hostname(), ".") {
		return "private"
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && (ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()) {
		return "private"
	}
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		return "port"
	}
	return ""
}

func (c *Console) pageAccounts(ctx *fiber.Ctx) error {
	accounts, err := c.Store.Accounts(ctx.UserContext())
	if err != nil {
		return err
	}
	if len(accounts) == 1 {
		return see(ctx, accountPath(accounts[0].ID))
	}
	list := make([]accountRow, len(accounts))
	for i := range accounts {
		d, _ := c.diagnose(ctx, &accounts[i])
		list[i] = accountRow{accounts[i], max(d.count(checkBad), len(c.accountAlarms(ctx, &accounts[i])))}
	}
	p := c.page(ctx, "page.accounts.title")
	p.D = struct {
		Accounts []accountRow
		CanLeave bool
	}{list, c.LeaveSandbox != nil}
	return ctx.Render("accounts", p)
}

// accountRow is an official account in the list of all.
type accountRow struct {
	store.Account
	Failed int // checks that failed, or alarms
}

func (c *Console) pageAccountNew(ctx *fiber.Ctx) error {
	p := c.page(ctx, "page.accounts.add")
	p.D = accountPage{Form: store.Account{Mode: "safe"}}
	return ctx.Render("account_new", p)
}

func (c *Console) postAccountNew(ctx *fiber.Ctx) error {
	return c.addAccount(ctx, "page.accounts.add", "account_new")
}

// addAccount stores a new official account with a callback token and key of our
// own making, and goes on to where they are shown.
func (c *Console) addAccount(ctx *fiber.Ctx, title, template string) error {
	a := typedAccount(ctx, store.Account{AppID: strings.TrimSpace(ctx.FormValue("appid"))})
	a.CallbackToken, a.AESKey = newKey(32), newKey(43)
	added, err := c.Store.AddAccount(ctx.UserContext(), c.actor(ctx), a)
	if faults, ok := c.refusal(ctx, err, "appid"); ok {
		p := c.page(ctx, title)
		a.ID = 0
		p.D = accountPage{Step: 2, Form: a, Problems: faults}
		return again(ctx, template, p)
	}
	if err != nil {
		return err
	}
	return see(ctx, "/setup/callback/"+itoa(added.ID))
}

// typedAccount takes over what the form says. An empty AppSecret keeps the old.
func typedAccount(ctx *fiber.Ctx, a store.Account) store.Account {
	a.Name, a.Typing = ctx.FormValue("name"), ctx.FormValue("typing") != ""
	if quota, err := strconv.Atoi(ctx.FormValue("pay_quota", "0")); err == nil {
		a.PayQuota = quota
	} else {
		a.PayQuota = -1 // refused by the store, at its field
	}
	if a.Component != 0 {
		return a // the rest is the third-party platform's
	}
	a.OriginalID, a.WechatID, a.Mode = ctx.FormValue("original_id"), ctx.FormValue("wechat_id"), ctx.FormValue("mode")
	a.TokenKind = ctx.FormValue("token_kind", a.TokenKind)
	a.AppID = strings.TrimSpace(ctx.FormValue("appid", a.AppID))
	if secret := strings.TrimSpace(ctx.FormValue("secret")); secret != "" {
		a.Secret = secret
	}
	return a
}

const keyLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// newKey makes n random letters and digits, as callback tokens (3 to 32) and
// EncodingAESKeys (43) have.
func newKey(n int) string {
	key := make([]byte, 0, n)
	for raw := make([]byte, n); len(key) < n; {
		_, _ = rand.Read(raw) // never fails
		for _, b := range raw {
			if b &= 63; int(b) < len(keyLetters) && len(key) < n {
				key = append(key, keyLetters[b])
			}
		}
	}
	return string(key)
}

func (c *Console) pageAccount(ctx *fiber.Ctx) error {
	return c.renderAccount(ctx, func(*accountPage) {})
}

func (c *Console) renderAccount(ctx *fiber.Ctx, add func(*accountPage)) error {
	account, err := c.Store.Account(ctx.UserContext(), pathID(ctx))
	if err != nil {
		return err
	}
	d := c.accountPage(ctx, account)
	add(&d)
	p, err := c.accountView(ctx, d)
	if err != nil {
		return err
	}
	return ctx.Render("account", p)
}

func (c *Console) accountView(ctx *fiber.Ctx, d accountPage) (*Page, error) {
	d.examined(c, ctx)
	if d.Account.Component == 0 {
		if err := c.Store.KeysSeen(ctx.UserContext(), c.actor(ctx), d.Account.ID); err != nil {
			return nil, err
		}
	}
	accounts, err := c.Store.Accounts(ctx.UserContext())
	if err != nil {
		return nil, err
	}
	d.Many = len(accounts) > 1
	p := c.page(ctx, "page.accounts.title")
	p.D = d
	return p, nil
}

func (c *Console) postAccount(ctx *fiber.Ctx) error {
	account, err := c.Store.Account(ctx.UserContext(), pathID(ctx))
	if err != nil {
		return err
	}
	typed := typedAccount(ctx, account)
	err = c.Store.UpdateAccount(ctx.UserContext(), c.actor(ctx), typed)
	if faults, ok := c.refusal(ctx, err, "name"); ok {
		d := c.accountPage(ctx, account)
		d.Form, d.Problems = typed, faults
		p, err := c.accountView(ctx, d)
		if err != nil {
			return err
		}
		return again(ctx, "account", p)
	}
	if err != nil {
		return err
	}
	c.exams.forget(account.ID)
	return see(ctx, accountPath(account.ID)+"?done=account_saved")
}

// accountState is what the page asks for while it waits for WeChat.
func (c *Console) accountState(ctx *fiber.Ctx) error {
	account, err := c.Store.Account(ctx.UserContext(), pathID(ctx))
	if err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"state": itoa(account.VerifiedAt) + "-" + itoa(account.PushedAt) + "-" + itoa(account.KeysUsedAt)})
}

func accountPath(id int64) string { return "/accounts/" + itoa(id) }
