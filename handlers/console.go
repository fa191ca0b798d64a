// Package handlers is HTTP in: the list of all routes, the pages, the JSON API,
// the WeChat callback and the socket. A handler turns one request into one
// store call and a page or JSON; it never pushes, and calls WeChat only where
// an admin waits for the answer.
package handlers

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub"
	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// Console is everything the handlers need.
type Console struct {
	Store   *store.Store
	Hub     *hub.Hub
	WeChat  WeChat
	Texts   *Catalogue
	Assets  *Assets
	Views   fiber.Views
	Log     *slog.Logger
	Version string

	URL       string         // how the world reaches us, "" when not known
	Proxies   []netip.Prefix // whose X-Forwarded-For is believed
	SetupCode string         // proves who installed this, while there is no agent
	Phone     http.Handler   // the sandbox's control API; nil: no sandbox
	// EnterSandbox restarts the program in the sandbox, with this admin; nil:
	// it is there already.
	EnterSandbox func(ctx context.Context, admin store.Agent) error
	// LeaveSandbox goes back to the real accounts; nil: not possible.
	LeaveSandbox func(ctx context.Context) error

	replays wechat.Replays
}

// WeChat is what an admin's deed needs of the courier.
type WeChat interface {
	// SyncKF makes the mirror of the kf accounts equal to WeChat's list.
	SyncKF(ctx context.Context, accountID int64) error
}

// bodyMost bounds every request: WeChat takes pictures up to 10 MB.
const bodyMost = 12 << 20

// NewApp makes the server with all its routes.
func NewApp(c *Console) *fiber.App {
	app := fiber.New(fiber.Config{
		AppName:               "kfdesk",
		Immutable:             true, // strings outlive their request
		BodyLimit:             bodyMost,
		DisableStartupMessage: true,
		ErrorHandler:          c.fail,
		Views:                 c.Views,
		ReadTimeout:           readTimeout,
		WriteTimeout:          writeTimeout,
		IdleTimeout:           idleTimeout,
		StrictRouting:         false,
		UnescapePath:          true,
	})
	c.routes(app)
	return app
}

// Static opens the folder of static files inside what main embeds.
func Static(all fs.FS) (fs.FS, error) { return fs.Sub(all, "static") }

// secure tells whether the browser speaks TLS to us or to our proxy.
func (c *Console) secure(ctx *fiber.Ctx) bool {
	if strings.HasPrefix(c.URL, "https://") {
		return true
	}
	return ctx.Protocol() == "https" || c.proxied(ctx) && ctx.Get(fiber.HeaderXForwardedProto) == "https"
}

// proxied tells whether the request comes from a proxy that is believed.
func (c *Console) proxied(ctx *fiber.Ctx) bool {
	from, ok := netip.AddrFromSlice(ctx.Context().RemoteIP())
	if !ok {
		return false
	}
	for _, p := range c.Proxies {
		if p.Contains(from.Unmap()) {
			return true
		}
	}
	return false
}

// clientIP is the browser's address: the last one a believed proxy added.
func (c *Console) clientIP(ctx *fiber.Ctx) string {
	if c.proxied(ctx) {
		list := strings.Split(ctx.Get(fiber.HeaderXForwardedFor), ",")
		if a, err := netip.ParseAddr(strings.TrimSpace(list[len(list)-1])); err == nil {
			return a.Unmap().String()
		}
	}
	return ctx.Context().RemoteIP().String()
}

// local tells whether a person sits at this machine: a loopback address, asked
// for by a loopback name, through no proxy.
func (c *Console) local(ctx *fiber.Ctx) bool {
	if !ctx.Context().RemoteIP().IsLoopback() || ctx.Get(fiber.HeaderXForwardedFor) != "" {
		return false
	}
	switch ctx.Hostname() {
	case "localhost", "127.0.0.1", "[::1]":
		return true
	}
	host, _, _ := strings.Cut(ctx.Hostname(), ":")
	return host == "localhost" || host == "127.0.0.1" || strings.HasPrefix(ctx.Hostname(), "[::1]:")
}
