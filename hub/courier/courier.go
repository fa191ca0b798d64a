// Package courier looks for pending work and carries it between the store and
// WeChat: replies out, media and profiles in. It is the only code that knows
// both.
//
// The store is the truth about what is to be done, so nothing is queued here: a
// ring of its bell, a call that ended or the next poll makes the courier look
// again.
package courier

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// Options are the settings of a courier.
type Options struct {
	Store    *store.Store
	API      func(store.Account) *wechat.Client // where an account's calls go
	Calls    int                                // replies on their way at once, at most; 16
	Deadline time.Duration                      // of one custom/send; 10 s, as the pages say
	Grace    time.Duration                      // for what is on its way when Run has to end; 8 s
	Log      *slog.Logger
}

// A Courier carries. Make one with New; its calls for people work without Run.
type Courier struct {
	o      Options
	tokens tokens
	health health
	held   holds         // accounts that may not be asked for profiles
	quiet  holds         // accounts that may not say that someone writes
	listed holds         // accounts whose block list was read
	typed  chan typed    // what agents do, for the goroutine of Run that tells customers
	poll   time.Duration // the most that a due time is noticed late
	freed  chan struct{} // holds one wake-up: a call has ended
	beat   atomic.Int64  // when work was looked for last, ms by the real clock; 0: not running
	times  times         // how long replies took
	quotas quotas        // what WeChat said of them

	replies, media, profiles, typists, errands, codes crew

	articles    singleflight.Group // syncs, by account and kind
	granting    singleflight.Group // authorisation codes
	released    releases
	kfs         turns      // deeds and syncs of an account's kf accounts, one after the other
	recordsPage int        // lines that are read with one call
	stranger    int64      // the last customer whose profile was considered
	scaling     sync.Mutex // one picture at a time: they are large in memory

	own, strict, local *http.Transport
}

// New makes a courier.
func New(o Options) *Courier {
	o.Calls = cmp.Or(o.Calls, 16)
	o.Deadline = cmp.Or(o.Deadline, 10*time.Second)
	o.Grace = cmp.Or(o.Grace, 8*time.Second)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c := &Courier{o: o, poll: time.Second, freed: make(chan struct{}, 1), typed: make(chan typed, typedMost)}
	c.tokens = tokens{store: o.Store, api: o.API, log: o.Log, health: &c.health}
	c.replies = newCrew(c, o.Calls)
	c.media = newCrew(c, max(1, o.Calls/4))
	c.profiles = newCrew(c, 1)
	c.typists = newCrew(c, 1)
	c.errands = newCrew(c, 1)
	c.codes = newCrew(c, 1)
	c.recordsPage = recordsPage
	c.own, _ = wechat.NewHTTP().Transport.(*http.Transport)
	c.strict, c.local = guarded(false), guarded(true)
	return c
}

// Run carries until ctx ends. Then it takes nothing new, gives what is being
// sent the grace to finish, and returns when all its goroutines have ended.
func (c *Courier) Run(ctx context.Context) error {
	n, err := c.o.Store.Recover(ctx)
	if err != nil {
		return fmt.Errorf("courier: %w", err)
	}
	if n > 0 {
		c.o.Log.Warn("replies were cut off by the last end of the program and may have arrived", "count", n)
	}
	// A reply that is being sent outlives ctx: cut off, it becomes uncertain.
	sending, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	c.typists.run(func() { c.tellTyping(ctx) })
	c.dispatchAll(ctx, sending)
	defer time.AfterFunc(c.o.Grace, cut).Stop()
	for _, crew := range []*crew{&c.replies, &c.media, &c.profiles, &c.typists, &c.errands, &c.codes} {
		crew.wg.Wait()
	}
	for _, t := range []*http.Transport{c.own, c.strict, c.local} {
		t.CloseIdleConnections()
	}
	return nil
}

// lookPause is the least time from one look for work to the next after a commit.
const lookPause = 4 * time.Millisecond

// dispatchAll looks for work until ctx ends. Due times follow the store's
// clock, which tests and the sandbox move, so they are polled and not awaited.
func (c *Courier) dispatchAll(ctx, sending context.Context) {
	bell, stop := c.o.Store.WatchWork()
	defer stop()
	poll := time.NewTicker(c.poll)
	defer poll.Stop()
	defer c.beat.Store(0)
	for polled := true; ctx.Err() == nil; {
		wake, looked := bell, time.Now()
		c.beat.Store(looked.UnixMilli())
		err := c.dispatchReplies(ctx, sending)
		if err == nil {
			err = c.dispatchMedia(ctx)
		}
		if err == nil {
			err = c.dispatchErrands(ctx)
		}
		if err == nil {
			err = c.dispatchCodes(ctx)
		}
		if err == nil && polled {
			err = c.dispatchProfiles(ctx)
		}
		if err == nil && polled {
			err = c.dispatchBlocked(ctx)
		}
		if err == nil && polled {
			err = c.tellHealth(ctx)
		}
		if err != nil && ctx.Err() == nil {
			c.o.Log.Error("courier: cannot read what is to be done", "err", err)
			wake = nil // a store in trouble is asked again at the next poll
		}
		polled = false
		select {
		case <-wake:
			select { // agents' deeds come by the hundred, and few bring work
			case <-time.After(lookPause - time.Since(looked)):
			case <-ctx.Done():
			}
		case <-c.freed:
		case <-poll.C:
			polled = true
		case <-ctx.Done():
		}
	}
}

func (c *Courier) dispatchReplies(ctx, sending context.Context) error {
	free := c.replies.free()
	if free == 0 {
		return nil
	}
	due, err := c.o.Store.NextReply(ctx)
	if err != nil || due < 0 || due > c.now() {
		return err
	}
	list, err := c.o.Store.ClaimReplies(ctx, free)
	for _, m := range list {
		c.replies.run(func() { c.deliver(sending, m) })
	}
	return err
}

// now is the store's time.
func (c *Courier) now() int64 { return c.o.Store.Now().UnixMilli() }

// crew is a bounded number of goroutines. Run alone starts them.
type crew struct {
	slots chan struct{}
	freed chan<- struct{}
	wg    *sync.WaitGroup
	log   *slog.Logger
}

func newCrew(c *Courier, most int) crew {
	return crew{slots: make(chan struct{}, most), freed: c.freed, wg: new(sync.WaitGroup), log: c.o.Log}
}

func (c *crew) free() int { return cap(c.slots) - len(c.slots) }

// run does a job in a goroutine. A job that panics is reported and lost; the
// program, with the conversations of everybody, goes on.
func (c *crew) run(job func()) {
	c.slots <- struct{}{}
	c.wg.Go(func() {
		defer func() {
			if r := recover(); r != nil {
				c.log.Error("courier: panic", "panic", r, "stack", string(debug.Stack()))
			}
			<-c.slots
			select {
			case c.freed <- struct{}{}:
			default:
			}
		}()
		job()
	})
}
