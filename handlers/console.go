// Package handlers is HTTP in: the list of all routes, the pages, the JSON API,
// the WeChat callback and the socket. A handler turns one request into one
// store call and a page or JSON; it never pushes, and calls WeChat only where
// an admin waits for the answer.
package handlers

import (
	"context"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"kfdesk/hub"
	"kfdesk/hub/courier"
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
	Backups      *store.Backups
	Meter        *Meter // nil: NewApp makes one
	// MetricsToken opens /metrics beside the pages; "": it is shut there.
	MetricsToken string

	replays wechat.Replays
	pushes  pushBook
	exams   exams
	oidcs   providers
	faults  faultBook
	sockets socketCount
	prober  prober
	sparse  sparse
}

// WeChat is what people wait for and the courier does.
type WeChat interface {
	// SyncKF makes the mirror of the kf accounts equal to WeChat's list.
	SyncKF(ctx context.Context, accountID int64) error
	// SyncArticles makes the mirror of the articles of a kind equal to WeChat's
	// list. Why WeChat refused is kept with the mirror.
	SyncArticles(ctx context.Context, accountID int64, kind string, whole bool) error
	// CloseSession ends the session that WeChat's own tool has with a customer.
	CloseSession(ctx context.Context, accountID int64, customer store.Customer) error
	// SyncTags takes over the list of WeChat's user tags.
	SyncTags(ctx context.Context, by store.Actor, accountID int64) error
	// Examine asks WeChat all that shows how an account is connected.
	Examine(ctx context.Context, accountID int64) (courier.Examination, error)
	// RID asks what WeChat kept of a call that it refused.
	RID(ctx context.Context, accountID int64, rid string) (wechat.RID, error)
	// Health and Clashes are what calls have shown, without a call.
	Health(accountID int64) courier.Health
	Clashes(accountID int64) []int64
	// Pulse and LastHour are how the courier does.
	Pulse() courier.Pulse
	LastHour() courier.Hour
	// Quota is what WeChat said last of an account's calls of custom/send today.
	Quota(accountID int64) (courier.Quota, bool)
	kfDesk
	Platform
}

// headerMost: other programs on localhost leave their cookies here too. Not more, for
// each connection holds as much.
const headerMost = 8 << 10

// NewApp makes the server with all its routes.
func NewApp(c *Console) *fiber.App {
	if c.Meter == nil {
		c.Meter = NewMeter()
	}
	app := fiber.New(fiber.Config{
		AppName:               "kfdesk",
		Immutable:             true, // strings outlive their request
		StreamRequestBody:     true, // see inflow, which bounds it
		ReadBufferSize:        headerMost,
		DisableStartupMessage: true,
		ErrorHandler:          c.fail,
		Views:                 c.Views,
		ReadTimeout:           readTimeout,
		WriteTimeout:          writeTimeout,
		IdleTimeout:           idleTimeout,
		CaseSensitive:         true, // a path is guarded and answered as it is written
		UnescapePath:          true,
		// Fiber would believe anybody's X-Forwarded headers; see proxied.
		EnableTrustedProxyCheck: true,
		// A form is parsed by who wants it, after its size was looked at.
		DisablePreParseMultipartForm: true,
	})
	c.routes(app)
	streamed(app)
	primed(app)
	return app
}

// primed lets Fiber make what its first render makes without a lock: after a
// restart, browsers come all at once.
func primed(app *fiber.App) {
	ctx := app.AcquireCtx(&fasthttp.RequestCtx{})
	defer app.ReleaseCtx(ctx)
	_ = ctx.Render("", nil) // there is no such page
}

// Static opens the folder of static files inside what main embeds.
func Static(all fs.FS) (fs.FS, error) { return fs.Sub(all, "static") }

// secure tells whether browsers speak TLS to us or to our proxy: all of them, or this
// one.
func (c *Console) secure(ctx *fiber.Ctx) bool {
	return strings.HasPrefix(c.URL, "https://") || c.tls(ctx)
}

// tls tells whether this request came over TLS to us or to our proxy.
func (c *Console) tls(ctx *fiber.Ctx) bool {
	return ctx.Secure() || c.proxied(ctx) && ctx.Get(fiber.HeaderXForwardedProto) == "https"
}

// proxied tells whether the request comes from a proxy that is believed.
func (c *Console) proxied(ctx *fiber.Ctx) bool { return c.believed(remote(ctx)) }

func (c *Console) believed(from netip.Addr) bool {
	return slices.ContainsFunc(c.Proxies, func(p netip.Prefix) bool { return p.Contains(from) })
}

// remote is the other end of the connection.
func remote(ctx *fiber.Ctx) netip.Addr {
	a, _ := netip.AddrFromSlice(ctx.Context().RemoteIP()) // always an address
	return a.Unmap()
}

// clientIP is the browser's address: from the connection back through the
// believed proxies, each of which added who called it.
func (c *Console) clientIP(ctx *fiber.Ctx) string {
	var calls []string
	for _, line := range ctx.Request().Header.PeekAll(fiber.HeaderXForwardedFor) {
		calls = append(calls, strings.Split(string(line), ",")...)
	}
	from := remote(ctx)
	for i := len(calls) - 1; i >= 0 && c.believed(from); i-- {
		before, err := netip.ParseAddr(strings.TrimSpace(calls[i]))
		if err != nil {
			break
		}
		from = before.Unmap()
	}
	return from.String()
}

// local tells whether a person sits at this machine: a loopback address, asked
// for by a loopback name, through no proxy. (Another site's page can reach us
// under that site's name, by letting it point to this machine.)
func (c *Console) local(ctx *fiber.Ctx) bool {
	if !remote(ctx).IsLoopback() {
		return false
	}
	for _, name := range []string{fiber.HeaderXForwardedFor, fiber.HeaderForwarded, fiber.HeaderVia, "X-Real-Ip"} {
		if ctx.Get(name) != "" {
			return false
		}
	}
	host := string(ctx.Context().Host())
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return host == "localhost" || host == "127.0.0.1" || host == "::1" || host == "[::1]"
}
