package handlers

import (
	"cmp"
	"errors"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// authorised is a row of the accounts that have authorised the platform.
type authorised struct {
	Account store.Account
	store.Authorizer
	State   string // fine, lacking, lost, withdrawn
	Rest    string // of the token
	Ended   bool   // the token
	Why     string
	Granted []string
	Lacking []string
	Active  int // conversations that have not ended
}

// neededScopes are the permission sets without which the console cannot serve:
// messages and customer service. The numbers of all others are unconfirmed, and
// what they allow shows when it is tried.
var neededScopes = []int{1, 6}

func (c *Console) authorised(ctx *fiber.Ctx, accounts []store.Account, z store.Authorizer, now int64) (a authorised, err error) {
	a = authorised{Authorizer: z, State: "fine"}
	if i := slices.IndexFunc(accounts, func(one store.Account) bool { return one.ID == z.Account }); i >= 0 {
		a.Account = accounts[i]
	}
	for _, id := range z.Scopes {
		a.Granted = append(a.Granted, c.scopeName(ctx, id))
	}
	for _, id := range neededScopes {
		if !slices.Contains(z.Scopes, id) {
			a.Lacking = append(a.Lacking, c.scopeName(ctx, id))
		}
	}
	if a.Lacking != nil {
		a.State = "lacking"
	}
	if z.Refused != 0 {
		a.State, a.Why = "lost", c.codeText(ctx, z.Refused, "")
		if z.Refused == store.Withdrawn {
			a.State = "withdrawn"
		}
		a.Active, err = c.Store.ActiveOf(ctx.UserContext(), z.Account)
	}
	if a.Ended = z.TokenUntil != 0 && z.TokenUntil <= now; z.TokenUntil > now {
		a.Rest = c.span(ctx, z.TokenUntil-now)
	}
	return a, err
}

func (c *Console) scopeName(ctx *fiber.Ctx, id int) string {
	key := "component.scope." + itoa(int64(id))
	if !c.Texts.Has(DefaultLang, key) {
		return c.text(ctx, "component.scope.other", "id", id)
	}
	return c.text(ctx, key)
}

// codeText is a code of WeChat's in plain words.
func (c *Console) codeText(ctx *fiber.Ctx, code int, msg string) string {
	if code == 0 {
		return c.text(ctx, "page.check.unreachable_desc")
	}
	return c.wechatError(ctx, &wechat.Error{Code: code, Msg: msg})
}

func (c *Console) pageAuthorise(ctx *fiber.Ctx) error {
	return c.renderComponent(ctx, func(d *componentPage) { d.Dialog = "authorise" }, nil)
}

// postAuthorise begins a way to WeChat's authorisation page: a code of WeChat's,
// and a value of our own with which the browser comes back. WeChat wants to see
// that it is this site which leads there, so the page tells its origin.
func (c *Console) postAuthorise(ctx *fiber.Ctx) error {
	p, err := c.Store.Component(ctx.UserContext())
	if err != nil {
		return err
	}
	code, life, err := c.WeChat.PreAuthCode(ctx.UserContext())
	if err != nil {
		return c.componentFailed(ctx, "component.authorise.failed", err)
	}
	state, err := c.Store.NewAuthState(ctx.UserContext(), who(ctx).ID, life)
	if err != nil {
		return err
	}
	back := url.QueryEscape(c.publicURL(ctx) + componentPath + "/return?state=" + state)
	code = url.QueryEscape(code)
	ctx.Set(fiber.HeaderReferrerPolicy, "origin")
	return c.renderComponent(ctx, func(d *componentPage) {
		d.Dialog, d.Until = "authorise", c.Store.Now().Add(life).UnixMilli()
		d.Desktop = way(cmp.Or(p.DesktopURL, desktopPage), p.AppID, code, back)
		d.Phone = way(cmp.Or(p.PhoneURL, phonePage), p.AppID, code, back)
	}, nil)
}

// pageAuthorised is where WeChat sends the browser after the consent. Who
// consents need not be an agent: the value that comes back says who began, and is
// good once.
func (c *Console) pageAuthorised(ctx *fiber.Ctx) error {
	failed := func(text string) error { return c.renderAuthorised(ctx, "", text) }
	agent, err := c.Store.UseAuthState(ctx.UserContext(), cut(ctx.Query("state"), 100))
	if store.Refused(err, "bad_state") {
		return failed(c.text(ctx, "component.return.bad_state"))
	}
	if err != nil {
		return err
	}
	code := ctx.Query("auth_code")
	if code == "" || len(code) > 512 {
		return failed(c.text(ctx, "component.return.no_code"))
	}
	account, err := c.WeChat.Authorise(ctx.UserContext(), store.Actor{AgentID: agent, IP: c.clientIP(ctx)}, code)
	if err != nil {
		return failed(c.componentFailure(ctx, err))
	}
	if account.ID == 0 {
		return failed(c.text(ctx, "component.return.no_code")) // an account of WeChat's own test
	}
	if err := c.WeChat.SyncKF(ctx.UserContext(), account.ID); err != nil {
		c.Log.WarnContext(ctx.UserContext(), "kf accounts could not be read from WeChat", "appid", account.AppID, "err", err)
	}
	return c.renderAuthorised(ctx, account.Name, "")
}

// renderAuthorised shows how the consent ended: an admin on the page, somebody
// else on one that says no more than that.
func (c *Console) renderAuthorised(ctx *fiber.Ctx, name, failure string) error {
	if me := who(ctx); me != nil && me.Admin() {
		if failure == "" {
			return see(ctx, componentPath+"?done=authorised&name="+url.QueryEscape(name))
		}
		err := c.renderComponent(ctx, func(*componentPage) {}, &Alert{Title: c.text(ctx, "component.authorise.failed"), Text: failure})
		ctx.Status(fiber.StatusUnprocessableEntity)
		return err
	}
	p := c.page(ctx, "component.return.title")
	p.D = struct{ Name, Failure string }{name, failure}
	if failure != "" {
		ctx.Status(fiber.StatusUnprocessableEntity)
	}
	return ctx.Render("component_return", p)
}

// alarmsOfComponent: the ticket is missed, pushes are turned away, accounts must be authorised again, or
// have withdrawn while conversations go on.
func (c *Console) alarmsOfComponent(ctx *fiber.Ctx) (list []alarm, err error) {
	p, err := c.Store.Component(ctx.UserContext())
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if since := c.Store.Now().UnixMilli() - p.TicketAt; p.TicketAt != 0 && since > ticketLate.Milliseconds() {
		list = append(list, alarm{Text: c.text(ctx, "component.alarm.ticket", "ago", c.span(ctx, since)), Link: componentPath,
			Warn: since < ticketLife.Milliseconds()})
	}
	pushed := c.pushes.read(platformBook, c.Store.Now().UnixMilli())
	if reason := pushed.deaf(p.KeysUsedAt); reason != "" {
		list = append(list, alarm{Text: c.text(ctx, "component.alarm.deaf", "why", c.text(ctx, "component.why."+reason)), Link: componentPath})
	}
	accounts, err := c.Store.Accounts(ctx.UserContext())
	if err != nil {
		return list, err
	}
	for _, a := range accounts {
		switch a.Refused {
		case 0:
		case store.Withdrawn:
			n, err := c.Store.ActiveOf(ctx.UserContext(), a.ID)
			if err != nil {
				return list, err
			}
			if n > 0 {
				list = append(list, alarm{Text: c.text(ctx, "component.alarm.withdrawn", "name", a.Name, "n", n), Link: componentPath, Warn: true})
			}
		default:
			list = append(list, alarm{Text: c.text(ctx, "component.alarm.lost", "name", a.Name), Link: componentPath})
		}
	}
	return list, nil
}
