package handlers

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/sync/singleflight"

	"kfdesk/store"
)

// Bounds of what is ready.
const (
	probeTime   = 2 * time.Second  // for a write, commit included
	probeAgain  = time.Second      // between two looks, however many ask
	beatMost    = 15 * time.Second // since the courier looked for work: a write may wait 5 s
	lagMost     = time.Minute      // that a reply is due and not taken
	tokenlessOK = time.Minute      // without a token: one call that failed is made again
)

// readiness is whether the parts do what they are for, as it was found at a time.
type readiness struct {
	At    time.Time
	Parts []part
	Write time.Duration // of the probe, while it goes on as long as it has lasted
	Beat  time.Time     // see courier.Pulse
	Queue store.Backlog
	Lag   time.Duration // since the reply that waits longest for the courier is due
	// Tokenless are the official accounts that have had no access token for a while.
	Tokenless []int64

	err error // of the write
}

// part is one of what must work: store, courier, tokens.
type part struct {
	Name string
	OK   bool
}

func (r *readiness) ok() bool {
	for _, p := range r.Parts {
		if !p.OK {
			return false
		}
	}
	return true
}

// prober looks whether all is ready, once for all who ask at the same time, and not
// again within a second. A write that hangs is waited for by one goroutine alone,
// which the store answers at its end at the latest.
type prober struct {
	mu     sync.Mutex
	last   readiness
	writes singleflight.Group
	looks  singleflight.Group
}

// ready tells how the parts are.
func (c *Console) ready() readiness {
	c.prober.mu.Lock()
	last := c.prober.last
	c.prober.mu.Unlock()
	if time.Since(last.At) < probeAgain {
		return last
	}
	v, _, _ := c.prober.looks.Do("", func() (any, error) {
		r := c.lookReady()
		c.prober.mu.Lock()
		defer c.prober.mu.Unlock()
		c.tellReady(&r)
		c.prober.last = r
		return r, nil
	})
	return v.(readiness)
}

func (c *Console) lookReady() readiness {
	r := readiness{}
	r.err = c.probe(&r)
	ctx, cancel := context.WithTimeout(context.Background(), probeTime)
	defer cancel()
	r.Parts = []part{{"store", r.err == nil}, {"courier", c.moving(ctx, &r)}, {"tokens", c.tokensGood(ctx, &r)}}
	r.At = time.Now()
	return r
}

// why is what the log says of a part that does not work.
func (r *readiness) why(part string) []any {
	switch part {
	case "store":
		return []any{"error", r.err}
	case "courier":
		return []any{"lag_ms", r.Lag.Milliseconds(), "beat", r.Beat.UTC()}
	}
	return []any{"accounts", r.Tokenless}
}

// tellReady logs parts that have become ready or are no longer.
func (c *Console) tellReady(r *readiness) {
	for i, p := range r.Parts {
		was := len(c.prober.last.Parts) == 0 || c.prober.last.Parts[i].OK
		switch {
		case was && !p.OK:
			c.Log.Error("not ready", append([]any{"part", p.Name}, r.why(p.Name)...)...)
		case p.OK && !was:
			c.Log.Info("ready again", "part", p.Name)
		}
	}
}

var errProbe = errors.New("a write takes too long")

// probe writes, for only that shows that it can be done.
func (c *Console) probe(r *readiness) error {
	began := time.Now()
	done := c.prober.writes.DoChan("", func() (any, error) {
		return nil, c.Store.SetSetting(context.Background(), "probed_at", strconv.FormatInt(began.UnixMilli(), 10))
	})
	defer func() { r.Write = time.Since(began) }()
	select {
	case v := <-done:
		if v.Err == nil {
			c.faults.mended()
		}
		c.faults.note(store.FaultOf(v.Err), c.Store.Now())
		return v.Err
	case <-time.After(probeTime):
		return errProbe
	}
}

// moving tells whether the courier carries: it looks for work, and takes what is due.
func (c *Console) moving(ctx context.Context, r *readiness) (ok bool) {
	var err error
	if r.Queue, err = c.Store.Backlog(ctx); err != nil {
		return false
	}
	if r.Queue.Since > 0 {
		r.Lag = max(0, time.Duration(c.Store.Now().UnixMilli()-r.Queue.Since)*time.Millisecond)
	}
	r.Beat = c.WeChat.Pulse().Beat
	return time.Since(r.Beat) < beatMost && r.Lag < lagMost
}

// tokensGood tells whether every official account that worked once has an access
// token, or may fetch one. One that was withdrawn from the third-party platform has
// none on purpose.
func (c *Console) tokensGood(ctx context.Context, r *readiness) bool {
	accounts, err := c.Store.Accounts(ctx)
	if err != nil {
		return false
	}
	now := c.Store.Now().UnixMilli()
	for _, a := range accounts {
		h := c.WeChat.Health(a.ID)
		if a.PushedAt > 0 && a.Refused == 0 && h.Token && now-h.At >= tokenlessOK.Milliseconds() {
			r.Tokenless = append(r.Tokenless, a.ID)
		}
	}
	return len(r.Tokenless) == 0
}

// healthReady says whether all parts work, in their names alone: anybody may ask.
func (c *Console) healthReady(ctx *fiber.Ctx) error {
	r := c.ready()
	if !r.ok() {
		ctx.Status(fiber.StatusServiceUnavailable)
	}
	parts := fiber.Map{}
	for _, p := range r.Parts {
		parts[p.Name] = map[bool]string{true: "ok", false: "failing"}[p.OK]
	}
	return ctx.JSON(fiber.Map{"ok": r.ok(), "parts": parts})
}

// health is what monitors of one address ask: as healthReady, without the parts.
func (c *Console) health(ctx *fiber.Ctx) error {
	r := c.ready()
	if !r.ok() {
		ctx.Status(fiber.StatusServiceUnavailable)
	}
	return ctx.JSON(fiber.Map{"ok": r.ok(), "version": c.Version})
}

// healthLive says that the process answers.
func (c *Console) healthLive(ctx *fiber.Ctx) error { return ctx.JSON(fiber.Map{"ok": true}) }
