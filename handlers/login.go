package handlers

import (
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

const (
	cookieName  = "kfdesk"
	knownCookie = "kfdesk_known" // see Store.Device
	// How long a log-in holds: for one working day, or when asked to stay.
	shortLogin = 12 * time.Hour
	longLogin  = 30 * 24 * time.Hour
)

// hosted is the name of a cookie of ours that opens something. Over TLS browsers let
// nobody else set one of that name: no neighbour below the same domain, and nobody on
// the way who answers without TLS.
func (c *Console) hosted(ctx *fiber.Ctx, name string) string {
	if c.secure(ctx) {
		return "__Host-" + name
	}
	return name
}

// hostCookie makes such a cookie, until the browser is closed; "" ends it.
func (c *Console) hostCookie(ctx *fiber.Ctx, name, value string) *fiber.Cookie {
	cookie := &fiber.Cookie{Name: c.hosted(ctx, name), Value: value, Path: "/", HTTPOnly: true, Secure: c.secure(ctx), SameSite: "Lax", SessionOnly: true}
	if value == "" {
		cookie.SessionOnly, cookie.Expires = false, time.Unix(1, 0)
	}
	return cookie
}

// login makes a browser session and its cookie, and lets the browser be known for the
// agent's. way is "oidc" where the provider has checked who it is.
func (c *Console) login(ctx *fiber.Ctx, a *store.Agent, stay bool, way string) error {
	life := shortLogin
	if stay {
		life = longLogin
	}
	secret, err := c.Store.LogIn(ctx.UserContext(), a, store.Session{Way: way, Name: cut(ctx.Get(fiber.HeaderUserAgent), 200), IP: c.clientIP(ctx)}, life)
	if err != nil {
		return orOut(err)
	}
	c.setSession(ctx, secret, stay, life)
	ctx.Cookie(&fiber.Cookie{Name: knownCookie, Value: c.Store.Device(a), Path: "/login", HTTPOnly: true, Secure: c.secure(ctx), SameSite: "Strict",
		MaxAge: year})
	return nil
}

// setSession gives the browser the secret of its session, for longer than it is open
// when it is to stay.
func (c *Console) setSession(ctx *fiber.Ctx, secret string, stay bool, life time.Duration) {
	cookie := c.hostCookie(ctx, cookieName, secret)
	if stay {
		cookie.SessionOnly, cookie.MaxAge = false, int(life.Seconds())
	}
	ctx.Cookie(cookie)
}

// renew gives this browser's session another secret, when it opens more than before or
// others may know the old one.
func (c *Console) renew(ctx *fiber.Ctx) error {
	s, _ := ctx.Locals("session").(store.Session)
	if s.Kind != "browser" {
		return nil
	}
	secret, err := c.Store.RenewSession(ctx.UserContext(), s.Hash)
	if err != nil {
		return orOut(err)
	}
	left := time.Duration(s.ExpiresAt-c.Store.Now().UnixMilli()) * time.Millisecond
	c.setSession(ctx, secret, s.ExpiresAt-s.CreatedAt > shortLogin.Milliseconds(), left)
	return nil
}

// orOut: who was checked and put out before that was done is not logged in.
func orOut(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return refused(fiber.StatusUnauthorized, "login_needed")
	}
	return err
}

// logout ends the session of this browser.
func (c *Console) logout(ctx *fiber.Ctx) error {
	ctx.Cookie(c.hostCookie(ctx, cookieName, ""))
	if s, ok := ctx.Locals("session").(store.Session); ok && s.Kind == "browser" {
		return c.Store.LogOut(ctx.UserContext(), s.Hash)
	}
	return nil
}
