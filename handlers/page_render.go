package handlers

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// pageRoutes lists the pages, which are read and submitted as plain forms, and
// who may use them.
func (c *Console) pageRoutes(app *fiber.App) {
	app.Get("/", c.agent, c.pageInbox)
	app.Get("/login", c.pageLogin)
	app.Post("/login", c.postLogin)
	app.Get("/login/oidc", c.startOIDC)
	app.Get(oidcReturn, c.returnOIDC)
	app.Get("/login/code", c.pageCode)
	app.Post("/login/code", c.postCode)
	app.Get("/join/:secret", c.pageJoin)
	app.Post("/join/:secret", c.postJoin)
	app.Post("/logout", c.postLogout)
	app.Post("/preferences", c.postPreferences)

	app.Get("/setup", c.pageSetup)
	app.Post("/setup", c.postSetup)
	app.Get("/setup/connect", c.admin, c.pageConnect)
	app.Post("/setup/connect", c.admin, c.postConnect)
	app.Get("/setup/account", c.admin, c.pageSetupAccount)
	app.Post("/setup/account", c.admin, c.postSetupAccount)
	app.Get("/setup/callback/:id<int>", c.admin, c.pageSetupCallback)
	app.Get("/setup/done", c.admin, c.pageSetupDone)
	app.Post("/sandbox/leave", c.admin, c.postLeaveSandbox)

	app.Get("/agents", c.admin, c.pageAgents)
	app.Get("/agents/new", c.admin, c.pageAgentNew)
	app.Post("/agents/new", c.admin, c.postAgentNew)
	app.Get("/agents/:id<int>", c.admin, c.pageAgent)
	app.Post("/agents/:id<int>", c.admin, c.postAgent)
	app.Get("/agents/:id<int>/password", c.admin, c.pageAgentPassword)
	app.Post("/agents/:id<int>/password", c.admin, c.postAgentPassword)
	app.Get("/agents/:id<int>/deactivate", c.admin, c.pageAgentDeactivate)
	app.Post("/agents/:id<int>/deactivate", c.admin, c.postAgentDeactivate)
	app.Post("/agents/:id<int>/activate", c.admin, c.postAgentActivate)
	app.Get("/agents/:id<int>/reset", c.admin, c.pageAgentReset)
	app.Post("/agents/:id<int>/link", c.admin, c.postAgentLink)
	app.Post("/agents/:id<int>/sign-out", c.admin, c.postAgentSignOut)

	app.Get("/accounts", c.admin, c.pageAccounts)
	app.Get("/accounts/new", c.admin, c.pageAccountNew)
	app.Post("/accounts/new", c.admin, c.postAccountNew)
	app.Get("/accounts/:id<int>", c.admin, c.pageAccount)
	app.Post("/accounts/:id<int>", c.admin, c.postAccount)
	app.Get("/accounts/:id<int>/keys", c.admin, c.pageAccountKeys)
	app.Post("/accounts/:id<int>/keys", c.admin, c.postAccountKeys)
	app.Post("/accounts/:id<int>/keys/end", c.admin, c.postAccountKeysEnd)
	app.Get("/accounts/:id<int>/secret", c.admin, c.pageAccountSecret)
	app.Post("/accounts/:id<int>/secret", c.admin, c.postAccountSecret)
	app.Post("/accounts/:id<int>/stable", c.admin, c.postAccountStable)
	app.Post("/accounts/:id<int>/rid", c.admin, c.pageAccountRID)
	app.Post("/accounts/:id<int>/check", c.admin, c.postAccountCheck)
	app.Get("/accounts/:id<int>/state", c.admin, c.accountState)

	app.Get("/audit", c.admin, c.pageAudit)
	app.Get("/audit/export", c.admin, c.exportAudit)
	app.Get("/audit/:id<int>", c.admin, c.pageAudit)

	app.Get("/customers/:id<int>", c.supervisor, c.pageCustomer)
	app.Get("/customers/:id<int>/export", c.supervisor, c.exportCustomer)
	app.Get("/customers/:id<int>/erase", c.admin, c.pageCustomerErase)
	app.Post("/customers/:id<int>/erase", c.admin, c.postCustomerErase)

	app.Get("/kf-accounts", c.admin, c.pageKFAccounts)
	app.Post("/kf-accounts/sync", c.admin, c.postKFSync)
	app.Post("/kf-accounts/deeds/:id<int>", c.admin, c.postKFDeedSeen)
	app.Get("/kf-accounts/sessions", c.admin, c.pageKFTool)
	app.Post("/kf-accounts/sessions", c.admin, c.postKFRecords)
	app.Get("/kf-accounts/:id<int>/new", c.admin, c.pageKFNew)
	app.Post("/kf-accounts/:id<int>/new", c.admin, c.withPicture, c.postKFNew)
	app.Get("/kf-accounts/:id<int>/:kf", c.admin, c.pageKF("edit"))
	app.Post("/kf-accounts/:id<int>/:kf", c.admin, c.withPicture, c.postKF)
	app.Get("/kf-accounts/:id<int>/:kf/invite", c.admin, c.pageKF("invite"))
	app.Post("/kf-accounts/:id<int>/:kf/invite", c.admin, c.postKFInvite)
	app.Get("/kf-accounts/:id<int>/:kf/delete", c.admin, c.pageKF("delete"))
	app.Post("/kf-accounts/:id<int>/:kf/delete", c.admin, c.postKFDelete)

	app.Get("/quick-replies", c.agent, c.pageQuick)
	app.Get("/quick-replies/new", c.agent, c.pageQuickNew)
	app.Post("/quick-replies/new", c.agent, c.postQuick)
	app.Get("/quick-replies/export", c.agent, c.exportQuick)
	app.Get("/quick-replies/import", c.agent, c.pageQuickImport)
	app.Post("/quick-replies/import", c.agent, c.postQuickImport)
	app.Get("/quick-replies/category", c.agent, c.pageQuickCategory)
	app.Post("/quick-replies/category", c.agent, c.postQuickCategory)
	app.Get("/quick-replies/:id<int>", c.agent, c.pageQuickOne(""))
	app.Post("/quick-replies/:id<int>", c.agent, c.postQuick)
	app.Get("/quick-replies/:id<int>/delete", c.agent, c.pageQuickOne("delete"))
	app.Post("/quick-replies/:id<int>/delete", c.agent, c.postQuickDelete)
	app.Post("/quick-replies/:id<int>/move", c.agent, c.postQuickMove)

	app.Get("/settings", c.agent, c.pageSettings)
	app.Get("/settings/routing", c.admin, c.pageRouting)
	app.Post("/settings/routing", c.admin, c.postRouting)
	app.Get("/settings/data", c.admin, c.pageData)
	app.Post("/settings/data", c.admin, c.postData)
	app.Get("/settings/data/confirm", c.admin, c.pageDataConfirm)
	app.Get("/settings/security", c.admin, c.pageSecurity)
	app.Post("/settings/security", c.admin, c.postSecurity)
	app.Get("/settings/tags", c.admin, c.pageTags)
	app.Post("/settings/tags", c.admin, c.postTag)
	app.Post("/settings/tags/sync", c.admin, c.postTagSync)
	app.Get("/settings/tags/:id<int>", c.admin, c.pageTag)
	app.Post("/settings/tags/:id<int>/delete", c.admin, c.postTagDelete)

	c.backupRoutes(app)
	app.Get(statusPath, c.admin, c.pageStatus)

	app.Get(componentPath, c.admin, c.pageComponent)
	app.Post(componentPath, c.admin, c.postComponent)
	app.Get(componentPath+"/keys", c.admin, c.pageComponentKeys)
	app.Post(componentPath+"/keys", c.admin, c.postComponentKeys)
	app.Post(componentPath+"/ticket", c.admin, c.postComponentTicket)
	app.Post(componentPath+"/sync", c.admin, c.postComponentSync)
	app.Get(componentPath+"/authorise", c.admin, c.pageAuthorise)
	app.Post(componentPath+"/authorise", c.admin, c.postAuthorise)
	app.Get(componentPath+"/return", c.pageAuthorised)

	app.Get("/profile", c.agent, c.pageProfile)
	app.Post("/profile", c.agent, c.postProfile)
	app.Get("/profile/password", c.agent, c.pageProfilePassword)
	app.Post("/profile/password", c.agent, c.postProfilePassword)
	app.Get("/profile/sign-out", c.agent, c.pageSignOut)
	app.Post("/profile/sign-out", c.agent, c.postSignOut)
	app.Post("/profile/sessions/:key/end", c.agent, c.postSessionEnd)
	app.Get("/profile/two-step", c.member, c.pageTwoStep)
	app.Post("/profile/two-step", c.member, c.postTwoStep)
	app.Post("/profile/two-step/start", c.member, c.postTwoStepStart)
	app.Post("/profile/two-step/cancel", c.member, c.postTwoStepCancel)
	app.Get("/profile/two-step/:deed", c.agent, c.pageTwoStepDeed)
	app.Post("/profile/two-step/:deed", c.agent, c.postTwoStepDeed)
}

// lang is the language of the answer.
func (c *Console) lang(ctx *fiber.Ctx) string {
	own := ""
	if a := who(ctx); a != nil {
		own = a.Lang
	}
	return ChooseLang(own, ctx.Cookies("lang"), ctx.Get(fiber.HeaderAcceptLanguage))
}

// text is a text in the language of the answer.
func (c *Console) text(ctx *fiber.Ctx, key string, args ...any) string {
	return c.Texts.T(c.lang(ctx), key, args...)
}

// page begins a page: everything but its own data.
func (c *Console) page(ctx *fiber.Ctx, title string) *Page {
	p := &Page{Lang: c.lang(ctx), Static: c.Assets.Base, Title: c.text(ctx, title), Path: ctx.Path(),
		Sandbox: c.Phone != nil, Version: c.Version, Alarms: c.alarms(ctx)}
	if theme := ctx.Cookies("theme"); theme == "light" || theme == "dark" {
		p.Theme = theme
	}
	if a := who(ctx); a != nil {
		p.Me = &Me{ID: a.ID, Name: a.Name, Login: a.Login, Role: a.Role, Avatar: avatarOf(a.Bindings)}
	}
	p.Boot = fiber.Map{"lang": p.Lang, "static": p.Static}
	if done := "page.done." + ctx.Query("done"); c.Texts.Has(p.Lang, done) {
		p.Notice = c.Texts.T(p.Lang, done)
	}
	return p
}

// avatarOf is the picture an agent is known by: that of the first kf_account
// which has one.
func avatarOf(bindings []store.Binding) int64 {
	for _, b := range bindings {
		if b.Avatar != 0 {
			return b.Avatar
		}
	}
	return 0
}

// see sends the browser on after a form.
func see(ctx *fiber.Ctx, path string) error { return ctx.Redirect(path, fiber.StatusSeeOther) }

// again shows a form with what is wrong in it.
func again(ctx *fiber.Ctx, template string, p *Page) error {
	return ctx.Status(fiber.StatusUnprocessableEntity).Render(template, p)
}

// refusal turns the store's no into a problem of the form's field; a rule about
// no field of its own is shown at other. ok is false for any other error.
func (c *Console) refusal(ctx *fiber.Ctx, err error, other string) (p problems, ok bool) {
	var rule *store.Refusal
	if !errors.As(err, &rule) {
		return nil, false
	}
	field, ok := rule.Detail["field"].(string)
	if !ok {
		field = other
	}
	return problems{field: c.errorText(ctx, explain(err))}, true
}

func pathID(ctx *fiber.Ctx) int64 {
	id, _ := strconv.ParseInt(ctx.Params("id"), 10, 64) // the route takes digits only; too many find nothing
	return id
}

// localPath is where to go on after a form: a path of this server, else "/".
// Browsers drop tabs and line ends, and take a backslash for a slash.
func localPath(path string) string {
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "\\\t\r\n") || strings.HasPrefix(path, "//") {
		return "/"
	}
	return path
}

// errorPage answers a person. The text of a known rule is shown; what is our
// fault shows the number under which it stands in the log.
func (c *Console) errorPage(ctx *fiber.Ctx, e *problemError) error {
	type data struct{ Title, Text, ID string }
	d := data{Text: c.errorText(ctx, e)}
	kind := "500"
	switch {
	case e.Status == fiber.StatusNotFound || e.Status == fiber.StatusMethodNotAllowed:
		kind = "404"
		d.Text = c.text(ctx, "page.error.404.text")
	case e.Status == fiber.StatusUnauthorized || e.Status == fiber.StatusForbidden:
		kind = "403"
	case e.Status < 500:
		kind = "400"
	default:
		d.ID, _ = ctx.Locals("request").(string)
	}
	p := c.page(ctx, "page.error."+kind+".title")
	d.Title = p.Title
	p.D = d
	return ctx.Status(e.Status).Render("error", p)
}

const year = 365 * 24 * 60 * 60

// postPreferences takes theme and language. The theme belongs to the browser;
// the language is also the agent's, wherever they log in.
func (c *Console) postPreferences(ctx *fiber.Ctx) error {
	if theme := ctx.FormValue("theme"); slices.Contains(themes, theme) {
		c.keep(ctx, "theme", theme)
	}
	if lang := ctx.FormValue("lang"); slices.Contains(Languages, lang) {
		c.keep(ctx, "lang", lang)
		if a := who(ctx); a != nil && a.Lang != lang {
			changed := *a
			changed.Lang = lang
			if err := c.Store.UpdateAgent(ctx.UserContext(), c.actor(ctx), changed); err != nil {
				return err
			}
		}
	}
	return see(ctx, localPath(ctx.FormValue("back")))
}

func (c *Console) keep(ctx *fiber.Ctx, name, value string) {
	ctx.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", MaxAge: year, Secure: c.secure(ctx), SameSite: "Lax"})
}
