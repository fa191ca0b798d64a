package handlers

import (
	"bytes"
	"encoding/hex"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

type profilePage struct {
	Dialog     string // password, sign-out, two-step or ""
	Deed       string // of the dialog two-step: change, off, codes
	Done       string // what was done, as a key of the catalogue
	TwoStep    *twoStep
	Name       string // as typed
	Role       string
	PasswordAt int64
	Bindings   []store.Binding
	OIDC       *oidcRow // nil: there is none
	Alert      *Alert
	Sessions   []sessionRow
	Problems   problems
	Events     []string // of which a browser tells its agent
	Sounds     []string
}

// As static/js/lib has them, in the order in which they are shown.
var (
	noticeEvents = []string{"waiting", "message", "called", "named", "target", "closing"} // notices.js
	noticeSounds = []string{"drop", "wood", "bell", "chime"}                              // chime.js
)

// sessionRow is a log-in as a person knows it. Key names it in addresses: the
// hash, which opens nothing.
type sessionRow struct {
	store.Session
	Key, Device, Icon string
	Here              bool
}

func (c *Console) renderProfile(ctx *fiber.Ctx, d profilePage) error {
	me := who(ctx)
	sessions, err := c.Store.Sessions(ctx.UserContext(), me.ID)
	if err != nil {
		return err
	}
	if d.Name == "" {
		d.Name = me.Name
	}
	d.Bindings = me.Bindings
	here, _ := ctx.Locals("session").(store.Session)
	for _, s := range sessions {
		row := sessionRow{Session: s, Key: hex.EncodeToString(s.Hash), Here: bytes.Equal(s.Hash, here.Hash)}
		row.Device, row.Icon = c.device(c.lang(ctx), &s)
		d.Sessions = append(d.Sessions, row)
	}
	if d.TwoStep == nil {
		two, err := c.twoStep(ctx)
		if err != nil {
			return err
		}
		d.TwoStep = &two
	}
	if d.OIDC, err = c.oidcRow(ctx); err != nil {
		return err
	}
	p := c.page(ctx, "page.profile.title")
	d.PasswordAt, d.Role = me.PasswordAt, me.Role
	if d.Done != "" {
		p.Notice = c.text(ctx, d.Done)
	}
	p.Entry = "profile.js"
	d.Events, d.Sounds = noticeEvents, noticeSounds
	p.D, p.Alert = d, d.Alert
	if len(d.Problems) > 0 || d.Alert != nil {
		return again(ctx, "profile", p)
	}
	return ctx.Render("profile", p)
}

// What is looked for in a browser's user agent, the more telling first.
var (
	systems = [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"HarmonyOS", "HarmonyOS"},
		{"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}}
	browsers = [][2]string{{"MicroMessenger", "WeChat"}, {"Edg", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"},
		{"FxiOS", "Firefox"}, {"CriOS", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
)

// device names a session: the browser and its system, or a token's purpose.
func (c *Console) device(lang string, s *store.Session) (name, icon string) {
	if s.Kind == "token" {
		return c.Texts.T(lang, "page.sessions.token") + " " + s.Name, "server"
	}
	find := func(list [][2]string) string {
		for _, entry := range list {
			if strings.Contains(s.Name, entry[0]) {
				return entry[1]
			}
		}
		return ""
	}
	system, browser := find(systems), find(browsers)
	icon = "monitor"
	if system == "iPhone" || system == "Android" || system == "HarmonyOS" {
		icon = "smartphone"
	}
	if system == "" || browser == "" {
		return c.Texts.T(lang, "page.sessions.unknown"), icon
	}
	return c.Texts.T(lang, "page.sessions.device", "system", system, "browser", browser), icon
}

func (c *Console) pageProfile(ctx *fiber.Ctx) error { return c.renderProfile(ctx, profilePage{}) }

func (c *Console) postProfile(ctx *fiber.Ctx) error {
	name := strings.TrimSpace(ctx.FormValue("name"))
	if name == "" {
		return c.renderProfile(ctx, profilePage{Problems: problems{"name": c.text(ctx, "page.profile.name_empty")}})
	}
	me := *who(ctx)
	me.Name = cut(name, 120)
	if err := c.Store.UpdateAgent(ctx.UserContext(), c.actor(ctx), me); err != nil {
		return err
	}
	return see(ctx, "/profile?done=profile_saved")
}

func (c *Console) pageProfilePassword(ctx *fiber.Ctx) error {
	return c.renderProfile(ctx, profilePage{Dialog: "password"})
}

// postProfilePassword asks for the old password again and keeps this browser logged
// in, by another secret than before.
func (c *Console) postProfilePassword(ctx *fiber.Ctx) error {
	me := who(ctx)
	err := c.prove(ctx)
	if !me.Password { // who comes through OIDC alone has none to change
		err = &store.Refusal{Code: "login_wrong"}
	}
	if err != nil {
		return c.passwordProblem(ctx, err, "old", profilePage{Dialog: "password"})
	}
	here, _ := ctx.Locals("session").(store.Session)
	if err := c.Store.SetPassword(ctx.UserContext(), c.actor(ctx), me.ID, ctx.FormValue("password"), here.Hash); err != nil {
		return c.passwordProblem(ctx, err, "password", profilePage{Dialog: "password"})
	}
	if err := c.renew(ctx); err != nil {
		return err
	}
	return see(ctx, "/profile?done=password_changed")
}

// passwordProblem shows a dialog again that asks for the password.
func (c *Console) passwordProblem(ctx *fiber.Ctx, err error, field string, dialog profilePage) error {
	faults, ok := c.passwordFaults(ctx, err, field)
	if !ok {
		return err
	}
	dialog.Problems = faults
	return c.renderProfile(ctx, dialog)
}

// passwordFaults is refusal for a field in which the password is asked for again.
func (c *Console) passwordFaults(ctx *fiber.Ctx, err error, field string) (problems, bool) {
	faults, ok := c.refusal(ctx, err, field)
	if store.Refused(err, "login_wrong") {
		faults[field] = c.text(ctx, "page.profile.password_wrong")
	}
	return faults, ok
}

func (c *Console) pageSignOut(ctx *fiber.Ctx) error {
	return c.renderProfile(ctx, profilePage{Dialog: "sign-out"})
}

func (c *Console) postSignOut(ctx *fiber.Ctx) error {
	if err := c.Store.EndSessions(ctx.UserContext(), c.actor(ctx), who(ctx).ID); err != nil {
		return err
	}
	return see(ctx, "/login")
}

// postSessionEnd ends one of the agent's own log-ins.
func (c *Console) postSessionEnd(ctx *fiber.Ctx) error {
	sessions, err := c.Store.Sessions(ctx.UserContext(), who(ctx).ID)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		if hex.EncodeToString(s.Hash) == ctx.Params("key") {
			if err := c.Store.EndSession(ctx.UserContext(), c.actor(ctx), s.Hash); err != nil {
				return err
			}
			break
		}
	}
	return see(ctx, "/profile?done=session_ended")
}
