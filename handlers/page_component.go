package handlers

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/courier"
	"kfdesk/store"
)

// Platform is what people wait for on the page of the third-party platform.
type Platform interface {
	// AskTicket asks WeChat to push a ticket.
	AskTicket(ctx context.Context) error
	// PreAuthCode begins a way to the authorisation page.
	PreAuthCode(ctx context.Context) (code string, life time.Duration, err error)
	// Authorise exchanges the code that a browser has brought back.
	Authorise(ctx context.Context, by store.Actor, code string) (store.Account, error)
	// SyncAuthorizers takes in what WeChat lists, and tells how many were new.
	SyncAuthorizers(ctx context.Context, by store.Actor) (int, error)
	// ComponentHealth is what is wrong with the platform's own token.
	ComponentHealth() courier.Health
}

const componentPath = "/settings/component"

// ticketLate is when a ticket is missed: WeChat pushes one every ten minutes.
const (
	ticketLate  = 30 * time.Minute
	ticketEvery = 10 * time.Minute
	ticketLife  = 12 * time.Hour
)

// componentPage is the data of the page of the third-party platform.
type componentPage struct {
	Component  store.Component
	Known      bool
	Form       store.Component // as typed; its Secret is never shown
	Problems   problems
	EventURL   string
	MessageURL string
	URLProblem string
	Checks     []check
	Late       bool // the ticket
	Accounts   []authorised
	Trouble    int
	Withdrawn  []authorised // not long ago

	Dialog        string // keys, authorise
	Direct        []store.Account
	Desktop       string // where the way begins, once it has one
	Phone         string
	Until         int64
	DesktopNormal string
	PhoneNormal   string
}

func (c *Console) componentPage(ctx *fiber.Ctx) (d componentPage, err error) {
	d.DesktopNormal, d.PhoneNormal = desktopPage, phonePage
	d.Component, err = c.Store.Component(ctx.UserContext())
	if d.Known = err == nil; err != nil && !errors.Is(err, store.ErrNotFound) {
		return d, err
	}
	d.Form = d.Component
	base := c.publicURL(ctx)
	d.EventURL, d.MessageURL = base+"/wechat/component", base+"/wechat/component/$APPID$"
	if problem := urlProblem(base); problem != "" && c.Phone == nil {
		d.URLProblem = c.text(ctx, "page.callback.problem."+problem)
	}
	now := c.Store.Now().UnixMilli()
	if d.Known {
		d.Checks, d.Late = c.componentChecks(ctx, &d.Component, now)
	}
	accounts, err := c.Store.Accounts(ctx.UserContext())
	if err != nil {
		return d, err
	}
	list, err := c.Store.Authorizers(ctx.UserContext())
	if err != nil {
		return d, err
	}
	for _, a := range accounts {
		if a.Component == 0 {
			d.Direct = append(d.Direct, a)
		}
	}
	for _, z := range list {
		one, err := c.authorised(ctx, accounts, z, now)
		if err != nil {
			return d, err
		}
		d.Accounts = append(d.Accounts, one)
		if one.State != "fine" {
			d.Trouble++
		}
		if one.State == "withdrawn" && now-z.RefusedAt < 7*24*time.Hour.Milliseconds() {
			d.Withdrawn = append(d.Withdrawn, one)
		}
	}
	return d, nil
}

func (c *Console) renderComponent(ctx *fiber.Ctx, change func(*componentPage), alert *Alert) error {
	d, err := c.componentPage(ctx)
	if err != nil {
		return err
	}
	change(&d)
	if d.Known {
		if err := c.Store.ComponentKeysSeen(ctx.UserContext(), c.actor(ctx)); err != nil {
			return err
		}
	}
	p := c.page(ctx, "component.title")
	p.D, p.Alert = d, alert
	if done := "component.done." + ctx.Query("done"); c.Texts.Has(p.Lang, done) {
		p.Notice = c.Texts.T(p.Lang, done, "name", cut(ctx.Query("name"), 60), "n", cut(ctx.Query("n"), 6))
	}
	switch {
	case d.Problems != nil:
		return again(ctx, "settings_component", p)
	case alert != nil:
		ctx.Status(fiber.StatusBadGateway)
	}
	return ctx.Render("settings_component", p)
}

func (c *Console) pageComponent(ctx *fiber.Ctx) error {
	return c.renderComponent(ctx, func(*componentPage) {}, nil)
}

// postComponent stores the credentials. The first time, a callback token and key
// are made.
func (c *Console) postComponent(ctx *fiber.Ctx) error {
	typed := store.Component{AppID: ctx.FormValue("appid"), Secret: ctx.FormValue("secret"), DesktopURL: ctx.FormValue("desktop_url"),
		PhoneURL: ctx.FormValue("phone_url")}
	_, err := c.Store.Component(ctx.UserContext())
	if errors.Is(err, store.ErrNotFound) {
		typed.CallbackToken, typed.AESKey, err = newKey(32), newKey(43), nil
	}
	if err == nil {
		_, err = c.Store.SetComponent(ctx.UserContext(), c.actor(ctx), typed)
	}
	if faults, ok := c.refusal(ctx, err, "appid"); ok {
		return c.renderComponent(ctx, func(d *componentPage) { d.Form, d.Problems = typed, faults }, nil)
	}
	if err != nil {
		return err
	}
	return see(ctx, componentPath+"?done=saved")
}

func (c *Console) pageComponentKeys(ctx *fiber.Ctx) error {
	return c.renderComponent(ctx, func(d *componentPage) { d.Dialog = "keys" }, nil)
}

// postComponentKeys makes a new callback token and AES key. The store keeps the
// old ones, for pushes under them may still come.
func (c *Console) postComponentKeys(ctx *fiber.Ctx) error {
	p, err := c.Store.Component(ctx.UserContext())
	if err != nil {
		return err
	}
	p.CallbackToken, p.AESKey = newKey(32), newKey(43)
	if _, err := c.Store.SetComponent(ctx.UserContext(), c.actor(ctx), p); err != nil {
		return err
	}
	return see(ctx, componentPath+"?done=keys")
}

func (c *Console) postComponentTicket(ctx *fiber.Ctx) error {
	if err := c.WeChat.AskTicket(ctx.UserContext()); err != nil {
		return c.componentFailed(ctx, "component.ticket.not_asked", err)
	}
	return see(ctx, componentPath+"?done=ticket")
}

func (c *Console) postComponentSync(ctx *fiber.Ctx) error {
	n, err := c.WeChat.SyncAuthorizers(ctx.UserContext(), c.actor(ctx))
	if err != nil {
		return c.componentFailed(ctx, "component.sync.failed", err)
	}
	return see(ctx, componentPath+"?done=synced&n="+itoa(int64(n)))
}

// componentFailed shows the page with what WeChat said.
func (c *Console) componentFailed(ctx *fiber.Ctx, title string, err error) error {
	return c.renderComponent(ctx, func(*componentPage) {}, &Alert{Title: c.text(ctx, title), Text: c.componentFailure(ctx, err)})
}

// componentFailure says in plain words what went wrong between WeChat and us.
func (c *Console) componentFailure(ctx *fiber.Ctx, err error) string {
	switch {
	case errors.Is(err, courier.ErrNoTicket):
		return c.text(ctx, "component.no_ticket")
	case errors.Is(err, courier.ErrMiniProgram):
		return c.text(ctx, "component.mini_program")
	case errors.Is(err, store.ErrNotFound):
		return c.text(ctx, "component.none")
	}
	return c.syncFailure(ctx, err)
}

// componentChecks tell how the ticket and the platform's own token are, and why
// pushes are turned away.
func (c *Console) componentChecks(ctx *fiber.Ctx, p *store.Component, now int64) (list []check, late bool) {
	since := now - p.TicketAt
	late = p.TicketAt != 0 && since > ticketLate.Milliseconds()
	ticket := check{State: "ok", Title: c.text(ctx, "component.ticket.came", "ago", c.span(ctx, since)), Text: c.text(ctx, "component.ticket.came_desc"),
		At: p.TicketAt}
	switch {
	case p.TicketAt == 0:
		ticket = check{State: "skip", Title: c.text(ctx, "component.ticket.none"), Text: c.text(ctx, "component.ticket.none_desc")}
	case late:
		ticket.State, ticket.Title = "bad", c.text(ctx, "component.ticket.late", "ago", c.span(ctx, since))
		ticket.Text = c.text(ctx, "component.ticket.late_desc", "rest", c.span(ctx, max(0, ticketLife.Milliseconds()-since)))
		if since > ticketLife.Milliseconds() {
			ticket.Text = c.text(ctx, "component.ticket.dead_desc")
		}
	}
	token := check{State: "skip", Title: c.text(ctx, "component.token.none"), Text: c.text(ctx, "component.token.none_desc")}
	if p.AccessToken != "" && p.AccessUntil > now {
		token = check{State: "ok", Title: c.text(ctx, "component.token.good"),
			Text: c.text(ctx, "component.token.good_desc", "rest", c.span(ctx, p.AccessUntil-now)), At: p.AccessAt}
	}
	if h := c.WeChat.ComponentHealth(); h.At != 0 {
		token = check{State: "bad", Title: c.text(ctx, "component.token.bad"), Text: c.codeText(ctx, h.Code, h.Msg)}
	}
	list = []check{ticket, token}
	pushed := c.pushes.read(platformBook, now)
	for _, r := range pushed.since(p.KeysUsedAt) {
		state := checkBad
		if r.Reason == "signature" { // anybody can send such a one
			state = checkWarn
		}
		list = append(list, check{State: state, Title: c.text(ctx, "component.refused", "why", c.text(ctx, "component.why."+r.Reason)),
			Text: c.text(ctx, "component.refused.text", "n", r.N), At: r.At})
	}
	rule := check{State: "skip", Title: c.text(ctx, "component.ticket.rule"), Text: c.text(ctx, "component.ticket.rule_desc")}
	return append(list, rule), late
}

// span is a stretch of time in words, to the minute.
func (c *Console) span(ctx *fiber.Ctx, ms int64) string {
	switch minutes := ms / time.Minute.Milliseconds(); {
	case minutes < 1:
		return c.text(ctx, "component.span.now")
	case minutes < 60:
		return c.text(ctx, "component.span.minutes", "n", minutes)
	case minutes < 48*60:
		return c.text(ctx, "component.span.hours", "h", minutes/60, "n", minutes%60)
	default:
		return c.text(ctx, "component.span.days", "n", minutes/60/24)
	}
}

// Addresses of WeChat's authorisation page. That of phones is unconfirmed, so
// both are settings.
const (
	desktopPage = "https://mp.weixin.qq.com/cgi-bin/componentloginpage?component_appid={component}&pre_auth_code={code}&redirect_uri={back}&auth_type=1"
	phonePage   = "https://open.weixin.qq.com/wxaopen/safe/bindcomponent?action=bindcomponent&no_scan=1&component_appid={component}" +
		"&pre_auth_code={code}&redirect_uri={back}&auth_type=1#wechat_redirect"
)

// way fills in such an address.
func way(address, component, code, back string) string {
	return strings.NewReplacer("{component}", component, "{code}", code, "{back}", back).Replace(address)
}
