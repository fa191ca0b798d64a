package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// cspHeader lets a page load only what this server sends, and run no text as code.
const cspHeader = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"media-src 'self' blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " +
	"trusted-types app lit-html; report-uri /csp-report"

// frame gives every request a deadline and the headers of safety.
func (c *Console) frame(ctx *fiber.Ctx) error {
	work, cancel := context.WithTimeout(ctx.UserContext(), deadline)
	defer cancel()
	ctx.SetUserContext(work)
	c.head(ctx)
	return ctx.Next()
}

// safeHeaders are on every answer. What may be kept says so itself.
var safeHeaders = [][2]string{
	{"Content-Security-Policy", cspHeader},
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"},
	{"Referrer-Policy", "no-referrer"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"}, // a neighbour's page is sent our cookies too
	{"Permissions-Policy", "camera=(), geolocation=(), microphone=(self)"},
	{"Cache-Control", "no-store"},
}

// head sets the headers of safety.
func (c *Console) head(ctx *fiber.Ctx) {
	if ctx.Locals("request") == nil { // refused before the first handler
		c.number(ctx)
	}
	ctx.Set("X-Request-Id", ctx.Locals("request").(string))
	for _, h := range safeHeaders {
		ctx.Set(h[0], h[1])
	}
	if c.secure(ctx) {
		ctx.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// recovered turns a panic into an error of this request.
func (c *Console) recovered(ctx *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
			err = c.fail(ctx, err)
		}
	}()
	return ctx.Next()
}

// sameOrigin refuses a change that another site's page asks a browser for.
// What carries a bearer token comes from no browser's cookie.
func (c *Console) sameOrigin(ctx *fiber.Ctx) error {
	switch ctx.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return ctx.Next()
	}
	if bearer(ctx) != "" {
		return ctx.Next()
	}
	if site := ctx.Get("Sec-Fetch-Site"); site != "" {
		if site == "same-origin" {
			return ctx.Next()
		}
		return refused(fiber.StatusForbidden, "foreign_origin")
	}
	if c.ownOrigin(ctx) {
		return ctx.Next()
	}
	return refused(fiber.StatusForbidden, "foreign_origin")
}

// ownOrigin tells whether the Origin header names this server, as the browser
// reached it or as it is reached from outside. Over TLS a page without TLS is another
// site: anybody on the way can have written it.
func (c *Console) ownOrigin(ctx *fiber.Ctx) bool {
	origin, err := url.Parse(ctx.Get(fiber.HeaderOrigin))
	if err != nil || origin.Host == "" || c.tls(ctx) && origin.Scheme != "https" {
		return false
	}
	if own, err := url.Parse(c.URL); err == nil && own.Host != "" && strings.EqualFold(origin.Host, own.Host) && origin.Scheme == own.Scheme {
		return true
	}
	return strings.EqualFold(origin.Host, string(ctx.Context().Host()))
}

func bearer(ctx *fiber.Ctx) string {
	secret, ok := strings.CutPrefix(ctx.Get(fiber.HeaderAuthorization), "Bearer ")
	if !ok {
		return ""
	}
	return secret
}

// identify finds out who asks, from the bearer token or the session cookie.
func (c *Console) identify(ctx *fiber.Ctx) error {
	secret := bearer(ctx)
	if secret == "" {
		secret = ctx.Cookies(c.hosted(ctx, cookieName))
	}
	if secret == "" {
		return ctx.Next()
	}
	session, agent, err := c.Store.Session(ctx.UserContext(), secret)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return ctx.Next()
	case err != nil:
		return err
	}
	agent.From = c.clientIP(ctx)
	ctx.Locals("session", session)
	ctx.Locals("agent", &agent)
	ctx.Locals("secret", secret)
	return ctx.Next()
}

// who is the agent who asks; nil when nobody is logged in.
func who(ctx *fiber.Ctx) *store.Agent {
	a, _ := ctx.Locals("agent").(*store.Agent)
	return a
}

func (c *Console) actor(ctx *fiber.Ctx) store.Actor {
	by := store.Actor{IP: c.clientIP(ctx)}
	if a := who(ctx); a != nil {
		by.AgentID = a.ID
	}
	return by
}

// member lets in who is logged in, even if they have yet to set up the second
// step that their role must have.
func (c *Console) member(ctx *fiber.Ctx) error {
	if who(ctx) == nil {
		return refused(fiber.StatusUnauthorized, "login_needed")
	}
	return ctx.Next()
}

// agent lets in who is logged in and has all that their log-in must have.
func (c *Console) agent(ctx *fiber.Ctx) error {
	if err := c.whole(ctx); err != nil {
		return err
	}
	return ctx.Next()
}

// supervisor lets in supervisors and admins.
func (c *Console) supervisor(ctx *fiber.Ctx) error {
	if err := c.whole(ctx); err != nil {
		return err
	}
	if !who(ctx).Supervisor() {
		return refused(fiber.StatusForbidden, "supervisor_needed")
	}
	return ctx.Next()
}

// admin lets in admins.
func (c *Console) admin(ctx *fiber.Ctx) error {
	if err := c.whole(ctx); err != nil {
		return err
	}
	if !who(ctx).Admin() {
		return refused(fiber.StatusForbidden, "admin_needed")
	}
	return ctx.Next()
}

// whole tells what a log-in still lacks.
func (c *Console) whole(ctx *fiber.Ctx) error {
	if who(ctx) == nil {
		return refused(fiber.StatusUnauthorized, "login_needed")
	}
	must, err := c.mustSetUp(ctx)
	if err == nil && must {
		err = refused(fiber.StatusForbidden, "totp_needed")
	}
	return err
}

// mustSetUp tells whether this browser opens nothing before a second step is
// set up. Tokens are for programs; who came through OIDC was checked there.
func (c *Console) mustSetUp(ctx *fiber.Ctx) (bool, error) {
	s, _ := ctx.Locals("session").(store.Session)
	a := who(ctx)
	if a.TOTP || s.Kind != "browser" || s.Way == "oidc" {
		return false, nil
	}
	return c.Store.MustTwoStep(ctx.UserContext(), a.Role)
}

// player lets in who may play the sandbox's phones: an admin, or a person at
// this very machine.
func (c *Console) player(ctx *fiber.Ctx) error {
	if c.local(ctx) {
		return ctx.Next()
	}
	if a := who(ctx); a == nil || !a.Admin() {
		return refused(fiber.StatusForbidden, "admin_needed")
	}
	return c.admin(ctx)
}

// cut shortens a text to at most n bytes, on a character's boundary.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
