// Package play puts the sandbox beside the console: the imitation of WeChat on
// a loopback port, a data directory of its own, one clock for both, and a demo
// shop with people and a past.
package play

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"kfdesk/hub/wechat"
	"kfdesk/hub/wechat/sandbox"
)

// Play is a running imitation of WeChat with its folder.
type Play struct {
	// Dir is the console's data directory while it plays.
	Dir string

	box *sandbox.Sandbox

	console   string            // its address
	component sandbox.Component // whose credentials the console is given
	listen    net.Listener
	server    *http.Server
	log       *slog.Logger
}

// Open makes the sandbox under data/sandbox. console is the address its pushes
// go to.
func Open(data, console string, log *slog.Logger) (*Play, error) {
	p := &Play{Dir: filepath.Join(data, "sandbox"), log: log, console: console}
	var err error
	if p.listen, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	p.box, err = sandbox.New(sandbox.Options{Dir: filepath.Join(p.Dir, "wechat"), Base: p.base(), Log: log,
		Callback: func(appid string) string { return console + "/wechat/" + appid }})
	if err != nil {
		p.listen.Close()
		return nil, err
	}
	p.server = &http.Server{Handler: p.box.API(), ReadHeaderTimeout: 10 * time.Second}
	return p, nil
}

func (p *Play) base() string { return "http://" + p.listen.Addr().String() }

// Now is the sandbox's clock, which the phone page can move.
func (p *Play) Now() time.Time { return p.box.Now() }

// Client calls the imitation in WeChat's place.
func (p *Play) Client() *wechat.Client { return &wechat.Client{Base: p.base()} }

// Control is what the phone page talks to.
func (p *Play) Control() http.Handler { return p.box.Control() }

// Run serves the API and delivers pushes until ctx ends.
func (p *Play) Run(ctx context.Context) error {
	parts, ctx := errgroup.WithContext(ctx)
	parts.Go(func() error { return p.box.Run(ctx) })
	parts.Go(func() error {
		if err := p.server.Serve(p.listen); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	parts.Go(func() error { <-ctx.Done(); return p.server.Close() })
	parts.Go(func() error {
		// As WeChat does when the callback is saved. The console may not answer
		// yet; it listens, so the question waits.
		if ok, err := p.box.Verify(ctx, sandbox.Demo().Account.AppID); !ok && ctx.Err() == nil {
			p.log.Warn("the sandbox could not verify the callback", "error", err)
		}
		return nil
	})
	return parts.Wait()
}

// Close saves what the sandbox knows.
func (p *Play) Close() error {
	p.listen.Close()
	return p.box.Close()
}
