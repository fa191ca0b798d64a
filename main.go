// Command kfdesk is a console with which people answer the users of a WeChat
// official account. Here the parts are put together and nothing else is done.
package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"kfdesk/handlers"
	"kfdesk/handlers/cli"
	"kfdesk/hub"
	"kfdesk/hub/courier"
	"kfdesk/hub/upkeep"
	"kfdesk/hub/wechat"
	"kfdesk/hub/wechat/sandbox/play"
	"kfdesk/store"
)

//go:embed templates static
var files embed.FS

// program is one run of the binary.
type program struct {
	cli.Config
	texts  *handlers.Catalogue
	lang   string
	listen net.Listener
	scrape net.Listener   // for the metrics; nil: they have no address of their own
	carry  *store.Carried // the admin on the way into the sandbox
}

// gcPercent: a tenth less memory at the peak, for a little more CPU. GOGC is heeded.
const gcPercent = 75

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

func run(ctx context.Context, args []string) int {
	static, err := fs.Sub(files, "static")
	if err != nil {
		return complain(err.Error())
	}
	texts, err := handlers.LoadCatalogue(static)
	if err != nil {
		return complain(err.Error())
	}
	p := &program{texts: texts, lang: cli.Language(os.Getenv)}
	env := &cli.Env{Getenv: os.Getenv, In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Text: p.text, SyncKF: syncKF, Version: buildVersion()}
	if cli.Is(args) {
		return cli.Run(ctx, env, args)
	}
	var code int
	if p.Config, code = cli.Parse(env, buildVersion(), args); code >= 0 {
		return code
	}
	p.Log = handlers.Numbered(p.Log)
	if err := p.serve(ctx); err != nil {
		return complain(p.explain(store.Unusable(p.Data, err)))
	}
	return 0
}

func complain(text string) int {
	fmt.Fprintln(os.Stderr, "kfdesk: "+text)
	return 1
}

func (p *program) text(key string, args ...any) string { return p.texts.T(p.lang, key, args...) }

func buildVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}

// errPort is a listening address that cannot be had.
type errPort struct {
	addr string
	err  error
}

func (e errPort) Error() string { return e.err.Error() }

// explain is an error of the start in the person's words.
func (p *program) explain(err error) string {
	var open *store.OpenError
	var port errPort
	switch {
	case errors.As(err, &open):
		return cli.OpenText(p.text, open)
	case errors.As(err, &port):
		return p.text("open.port", "addr", port.addr, "detail", port.Error())
	}
	return err.Error()
}

// errTurn asks for another round: into the sandbox or out of it, or over what was restored.
var errTurn = errors.New("start again")

// serve runs the server until ctx ends. The sandbox has a data directory of its
// own, so entering and leaving it is to close one and open the other.
func (p *program) serve(ctx context.Context) error {
	for {
		inside, err := p.inSandbox(ctx)
		if ctx.Err() != nil {
			return nil // asked to end between two rounds
		}
		if err != nil {
			return err
		}
		if err = p.listens(); err != nil {
			return err
		}
		if err = p.round(ctx, inside); !errors.Is(err, errTurn) {
			return err
		}
	}
}

// listens opens the addresses: the first time any port, where that is asked for, and
// then the same, for browsers and monitors come back to it.
func (p *program) listens() (err error) {
	if p.listen, err = listen(&p.Addr); err == nil && p.Metrics != "" {
		if p.scrape, err = listen(&p.Metrics); err != nil {
			p.listen.Close()
		}
	}
	return err
}

func listen(addr *string) (net.Listener, error) {
	l, err := net.Listen("tcp", *addr)
	if err != nil {
		return nil, errPort{*addr, err}
	}
	if strings.HasSuffix(*addr, ":0") {
		*addr = l.Addr().String()
	}
	return l, nil
}

// inSandbox tells whether this run is of the sandbox: by flag, or because that
// was chosen in the browser.
func (p *program) inSandbox(ctx context.Context) (bool, error) {
	if p.Sandbox {
		return true, nil
	}
	s, err := store.Open(ctx, p.Data, store.Options{Log: p.Log}) // which settles a restore
	if err != nil {
		return false, err
	}
	defer s.Close()
	chosen, err := s.Setting(ctx, "sandbox")
	return chosen == "1", err
}

// round serves from one data directory until ctx ends or a turn is asked for.
func (p *program) round(ctx context.Context, inside bool) (err error) {
	defer p.listen.Close()
	if p.scrape != nil {
		defer p.scrape.Close()
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	meter := handlers.NewMeter()
	dir, now, base := p.Data, cli.Clock, p.WeChatAPI
	var box *play.Play
	if inside {
		if box, err = play.Open(p.Data, "http://"+p.listen.Addr().String(), p.Log); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, box.Close()) }()
		dir, now, base = box.Dir, box.Now, box.Client().Base
	}
	api := func(store.Account) *wechat.Client { return &wechat.Client{Base: base, Done: meter.Called} }
	s, err := store.Open(ctx, dir, store.Options{Now: now, Log: p.Log, Committed: meter.Committed})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	var logins play.Logins
	if inside {
		if logins, err = p.enter(ctx, s, box); err != nil {
			return err
		}
	}
	couriers := courier.New(courier.Options{Store: s, API: api, Log: p.Log})
	exchange := hub.New(s, p.Log)
	exchange.Typing = couriers.Typing
	presence := hub.NewPresence(s, p.Log)
	exchange.Tab, exchange.Touched = presence.Tab, presence.Touched
	console, err := p.console(ctx, s, exchange, couriers)
	if err != nil {
		return err
	}
	console.Meter, console.MetricsToken = meter, p.MetricsToken
	p.connectSandbox(console, s, box, cancel)
	console.Backups = store.NewBackups(s, buildVersion(), p.Log)
	console.Backups.Turn = func() { turn(cancel) }
	p.greet(console, logins)
	return p.together(ctx, cancel, console, exchange, presence, couriers, box)
}

// enter gives the sandbox its demo, and lets in the admin who chose it.
func (p *program) enter(ctx context.Context, s *store.Store, box *play.Play) (play.Logins, error) {
	addr, _ := p.listen.Addr().(*net.TCPAddr)
	logins, err := box.Seed(ctx, s, p.URL != "" || addr == nil || !addr.IP.IsLoopback())
	if err != nil || p.carry == nil {
		return logins, err
	}
	id, err := s.Settle(ctx, *p.carry)
	p.carry = nil
	if err != nil {
		return logins, err
	}
	return logins, box.Host(ctx, s, id)
}

// together runs all parts until ctx ends or the first of them fails, and waits
// for every one.
func (p *program) together(ctx context.Context, cancel context.CancelCauseFunc, console *handlers.Console, exchange *hub.Hub, presence *hub.Presence, couriers *courier.Courier, box *play.Play) error {
	app := handlers.NewApp(console)
	parts := &errgroup.Group{}
	part := func(run func(context.Context) error) {
		parts.Go(func() error {
			err := run(ctx)
			cancel(err) // the first to end takes the others along
			return err
		})
	}
	part(exchange.Run)
	part(presence.Run)
	// The sandbox answers until the courier has ended: what is being sent may finish.
	boxed, stopBox := context.WithCancel(context.WithoutCancel(ctx))
	part(func(ctx context.Context) error { defer stopBox(); return couriers.Run(ctx) })
	part(func(ctx context.Context) error { return upkeep.Sweep(ctx, console.Store, p.Log) })
	part(func(ctx context.Context) error { return upkeep.Clean(ctx, console.Store, p.Log) })
	part(console.Backups.Run)
	part(func(ctx context.Context) error { return upkeep.Mirror(ctx, console.Store, couriers, p.Log) })
	if box != nil {
		part(func(context.Context) error { return box.Run(boxed) })
	}
	part(func(context.Context) error { return app.Listener(p.listen) })
	if p.scrape != nil {
		part(func(ctx context.Context) error { return handlers.ServeMetrics(ctx, p.scrape, console) })
	}
	part(func(ctx context.Context) error {
		<-ctx.Done()
		defer p.listen.Close() // for a server that has not begun to serve, Shutdown does nothing
		err := app.ShutdownWithTimeout(shutdownTime)
		if errors.Is(err, context.DeadlineExceeded) { // somebody sends or reads too slowly; whoever stops us did nothing wrong
			p.Log.Warn("at the end requests were cut off", "after", shutdownTime)
			return nil
		}
		return err
	})
	if err := parts.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(context.Cause(ctx), errTurn) {
		return errTurn
	}
	return nil
}

// connectSandbox gives the console the phones, and the way into the sandbox or
// out of it.
func (p *program) connectSandbox(c *handlers.Console, s *store.Store, box *play.Play, cancel context.CancelCauseFunc) {
	switch {
	case box == nil:
		c.EnterSandbox = func(ctx context.Context, admin store.Agent) error {
			carried, err := s.Carry(ctx, admin.ID)
			if err != nil {
				return err
			}
			if err := s.ChangeSettings(ctx, store.Actor{AgentID: admin.ID, IP: admin.From}, []store.Setting{{Name: "sandbox", Value: "1"}}); err != nil {
				return err
			}
			p.carry = &carried
			turn(cancel)
			return nil
		}
	case p.Sandbox:
		c.Phone = box.Control()
	default:
		c.Phone = box.Control()
		c.LeaveSandbox = func(ctx context.Context) error {
			outside, err := store.Open(ctx, p.Data, store.Options{Shared: true})
			if err != nil {
				return err
			}
			defer outside.Close()
			if err := outside.ChangeSettings(ctx, store.Actor{}, []store.Setting{{Name: "sandbox", Value: "0"}}); err != nil {
				return err
			}
			turn(cancel)
			return nil
		}
	}
}

// turn starts the next round a moment later, so that the answer still leaves.
func turn(cancel context.CancelCauseFunc) {
	time.AfterFunc(300*time.Millisecond, func() { cancel(errTurn) })
}

const shutdownTime = 10 * time.Second

// console puts the handlers' parts together.
func (p *program) console(ctx context.Context, s *store.Store, h *hub.Hub, w *courier.Courier) (*handlers.Console, error) {
	var tree fs.FS = files
	if p.Dev {
		tree = os.DirFS(".")
	}
	static, err := fs.Sub(tree, "static")
	if err != nil {
		return nil, err
	}
	templates, err := fs.Sub(tree, "templates")
	if err != nil {
		return nil, err
	}
	c := &handlers.Console{Store: s, Hub: h, WeChat: w, Texts: p.texts, Log: p.Log, Version: buildVersion(), URL: p.URL, Proxies: p.Proxies}
	if c.Assets = handlers.NewDevAssets(static); !p.Dev {
		if c.Assets, err = handlers.NewAssets(static, p.texts); err != nil {
			return nil, err
		}
	}
	if c.Views, err = handlers.NewViews(templates, p.texts, c.Assets, p.Dev); err != nil {
		return nil, err
	}
	agents, err := s.Agents(ctx)
	if err != nil {
		return nil, err
	}
	if len(agents) == 0 {
		c.SetupCode = handlers.NewSetupCode()
	}
	return c, nil
}

// greet prints what to do next.
func (p *program) greet(c *handlers.Console, logins play.Logins) {
	url := c.URL
	if url == "" {
		url = "http://" + nearby(p.listen.Addr())
	}
	p.Log.Info("kfdesk serves", "version", c.Version, "go", runtime.Version())
	fmt.Fprintln(os.Stdout, p.text("cli.serving", "url", url))
	if p.scrape != nil {
		fmt.Fprintln(os.Stdout, p.text("cli.metrics", "url", "http://"+nearby(p.scrape.Addr())+"/metrics"))
	}
	if logins.Names != nil {
		fmt.Fprintln(os.Stdout, p.text("cli.sandbox", "phone", url+"/phone", "logins", strings.Join(logins.Names, ", "), "password", logins.Password))
	}
	if c.SetupCode != "" {
		fmt.Fprintln(os.Stdout, p.text("cli.setup", "url", url+"/setup", "code", c.SetupCode))
	}
}

// nearby is an address as a browser on this machine takes it: one that stands
// for all of the machine's is not one to open.
func nearby(addr net.Addr) string {
	if tcp, ok := addr.(*net.TCPAddr); ok && (tcp.IP == nil || tcp.IP.IsUnspecified()) {
		return fmt.Sprintf("localhost:%d", tcp.Port)
	}
	return addr.String()
}

// syncKF is for the command line, which has no server around it.
func syncKF(ctx context.Context, s *store.Store, api string, account store.Account) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	c := courier.New(courier.Options{Store: s, API: func(store.Account) *wechat.Client { return &wechat.Client{Base: api} }, Log: slog.New(slog.DiscardHandler)})
	return c.SyncKF(ctx, account.ID)
}
