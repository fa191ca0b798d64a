// Package hub is the exchange: it looks for new events in the store and writes
// them to the browsers, each from its own cursor and at its own pace. It holds
// no queue for anybody, so a slow browser is only behind.
package hub

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"kfdesk/store"
)

// Timing of the exchange.
const (
	beatEvery = 20 * time.Second // a sign of life with the newest id
	lookEvery = time.Second      // for commits of other processes
	pageSize  = 500

	// What a look finds is a write for every browser. From one look to the next goes
	// as long as it would take to write each event to each browser alone, within
	// bounds: so little waits while that can be done, and else a write carries more.
	writeTime             = 10 * time.Microsecond
	writesMost            = 12 // events that count
	pauseLeast, pauseMost = 3 * time.Millisecond, 20 * time.Millisecond
)

// Hub feeds the browsers from the event log.
type Hub struct {
	// Typing takes note that an agent types in a conversation that they serve,
	// or has stopped (on is false). It must not wait. Nil: nobody is told.
	Typing func(agentID, conversationID int64, on bool)
	// Tab takes note that an agent has opened a tab, or closed one; Touched, that
	// they used the keys or the pointer in one. They must not wait. Nil: nobody is
	// told.
	Tab     func(a store.Agent, open bool)
	Touched func(a store.Agent)

	store *store.Store
	log   *slog.Logger
	ring  ring
	page  int           // events read at once
	pause time.Duration // that ends typing, see typingMost
	beat  time.Duration // see beatEvery

	mu      sync.Mutex
	clients map[*client]struct{}
	places  map[int64]place // by conversation
	version int64           // of the places
	joined  sync.WaitGroup
	closing chan struct{}
	checks  chan check
}

// check is a look at the session of a browser.
type check struct {
	do   func()
	done chan struct{}
}

// New makes a hub; Run feeds it.
func New(s *store.Store, log *slog.Logger) *Hub {
	return &Hub{store: s, log: log, page: pageSize, pause: typingMost, beat: beatEvery, clients: map[*client]struct{}{}, places: map[int64]place{},
		closing: make(chan struct{}), checks: make(chan check)}
}

// Run looks for new events until ctx ends, then tells the browsers to come
// back (close code 1012) and waits until the last has gone.
func (h *Hub) Run(ctx context.Context) error {
	wake, stop := h.store.Watch()
	defer stop()
	defer h.end()
	newest, _, err := h.store.LastEvent(ctx)
	if err != nil && ctx.Err() == nil {
		return err
	}
	h.ring.start(newest)
	var checker sync.WaitGroup
	checker.Go(func() { h.checkSessions(ctx) })
	defer checker.Wait()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	version := int64(0)
	for {
		looked := time.Now()
		found, err := h.look(ctx)
		if err != nil && ctx.Err() == nil {
			h.log.Error("reading events", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
			if !paused(ctx, h.lookPause(found)-time.Since(looked)) {
				return nil
			}
		case <-tick.C:
			h.rest()
			if v, err := h.store.Version(ctx); err == nil && v != version {
				if version != 0 {
					h.store.Forget()
				}
				version = v
			}
		}
	}
}

// lookPause is the time from a look that found so many events to the next.
func (h *Hub) lookPause(found int) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return min(max(pauseLeast, time.Duration(min(found, writesMost)*len(h.clients))*writeTime), pauseMost)
}

// paused waits, unless ctx ends.
func paused(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// look turns all new events into frames and wakes the browsers.
func (h *Hub) look(ctx context.Context) (found int, err error) {
	for {
		changes, err := h.store.Changes(ctx, h.ring.top(), h.page)
		if err != nil || len(changes) == 0 {
			return found, err
		}
		frames, err := h.frames(ctx, changes)
		if err != nil {
			return found, err
		}
		found += len(frames)
		h.ring.add(frames)
		h.mu.Lock()
		for c := range h.clients {
			c.rouse()
		}
		h.mu.Unlock()
	}
}

// checkSessions looks at sessions for all browsers until ctx ends. A call of the
// database needs a large stack, which stays here and not with each of a thousand
// browsers.
func (h *Hub) checkSessions(ctx context.Context) {
	for {
		select {
		case c := <-h.checks:
			func() {
				defer close(c.done)
				defer recovered(h.log)
				c.do()
			}()
		case <-ctx.Done():
			return
		}
	}
}

// aside has do done by checkSessions and waits for it.
func (h *Hub) aside(ctx context.Context, do func()) error {
	c := check{do, make(chan struct{})}
	select {
	case h.checks <- c:
		<-c.done
		return nil
	case <-h.closing:
		return errEnding
	case <-ctx.Done():
		return ctx.Err()
	}
}

// end lets all browsers go and waits for them.
func (h *Hub) end() {
	h.mu.Lock()
	select {
	case <-h.closing:
	default:
		close(h.closing)
	}
	h.mu.Unlock()
	h.joined.Wait()
}

var errEnding = errors.New("hub: ending")

func (h *Hub) join(c *client) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.closing:
		return errEnding
	default:
	}
	h.clients[c] = struct{}{}
	h.joined.Add(1)
	return nil
}

func (h *Hub) leave(c *client) {
	h.mu.Lock()
	delete(h.clients, c)
	h.show(c.sign)
	h.mu.Unlock()
	h.joined.Done()
}
