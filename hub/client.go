package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"kfdesk/store"
)

// Close codes the browser knows.
const (
	CloseRestart = 1012 // the server restarts: come back
	CloseSession = 4401 // the session has ended: log in
)

// Socket is a browser's connection. Write is called by one goroutine, Read by
// another; Stop makes Read return.
type Socket interface {
	Write(frames []byte) error
	Ping() error
	Read() ([]byte, error)
	Stop()
	Close(code int, reason string)
}

// Viewer says who looks on, and from where in the events.
type Viewer struct {
	Agent store.Agent
	Since int64
	// Check reads the session again; ErrNotFound when it has ended.
	Check func(context.Context) (store.Agent, error)
}

// client is one connection. Only the goroutine of Serve changes agent and cursor.
type client struct {
	hub            *Hub
	socket         Socket
	agent          store.Agent
	check          func(context.Context) (store.Agent, error)
	cursor         int64
	wake           chan struct{}
	open           atomic.Int64 // the customer whose thread is open
	opened         chan int64   // conversations to confirm
	typist, typing int64        // who types, and in which conversation; of the reader
	sign           sign         // what others are told; under the hub's mu, as the next
	told           int64        // the version of the places that was written
}

// Serve feeds one connection until it ends. It returns when its reader has
// ended too; the caller may then give the connection away.
func (h *Hub) Serve(ctx context.Context, socket Socket, v Viewer) {
	c := &client{hub: h, socket: socket, agent: v.Agent, check: v.Check, cursor: v.Since,
		wake: make(chan struct{}, 1), opened: make(chan int64, 1)}
	if h.join(c) != nil {
		socket.Close(CloseRestart, "restart")
		return
	}
	defer h.leave(c)
	if h.Tab != nil {
		h.Tab(v.Agent, true)
		defer h.Tab(v.Agent, false)
	}
	ctx, cancel := context.WithCancel(ctx)
	var reader sync.WaitGroup
	reader.Go(func() {
		defer cancel()
		defer recovered(h.log)
		c.listen(ctx)
	})
	func() {
		defer recovered(h.log)
		c.feed(ctx)
	}()
	cancel()
	socket.Stop()
	reader.Wait()
}

// recovered keeps the panic of one connection from ending the process.
func recovered(log *slog.Logger) {
	if r := recover(); r != nil {
		log.Error("panic in a connection", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
	}
}

func (c *client) rouse() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// feed writes what is new whenever there is something, and a beat when there
// is nothing.
func (c *client) feed(ctx context.Context) {
	beat := time.NewTicker(c.hub.beat)
	defer beat.Stop()
	if ok, err := c.resume(ctx); !ok || err != nil {
		return
	}
	for {
		if c.tellSignals() != nil {
			return
		}
		if err := c.catchUp(ctx); err != nil {
			c.part(err)
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-c.hub.closing:
			c.socket.Close(CloseRestart, "restart")
			return
		case id := <-c.opened:
			if c.socket.Write(text(`{"opened":`+strconv.FormatInt(id, 10)+`}`)) != nil {
				return
			}
		case <-c.wake:
		case <-beat.C:
			if err := c.beat(ctx); err != nil {
				c.part(err)
				return
			}
		}
	}
}

// part closes with the reason the browser understands.
func (c *client) part(err error) {
	switch {
	case errors.Is(err, store.ErrNotFound):
		c.socket.Close(CloseSession, "session")
	case errors.Is(err, errEnding):
		c.socket.Close(CloseRestart, "restart")
	}
}

// resume answers "reset" to a cursor that cannot be continued: newer than the
// store (it was restored) or older than what is kept.
func (c *client) resume(ctx context.Context) (bool, error) {
	if !c.hub.ring.holds(c.cursor) {
		newest, oldest, err := c.hub.store.LastEvent(ctx)
		if err != nil {
			return false, err
		}
		if c.cursor > newest || c.cursor+1 < oldest {
			return false, c.socket.Write(text(`{"reset":true}`))
		}
	}
	return true, c.tellBeat()
}

// beat is a sign of life, and looks whether the session still stands.
func (c *client) beat(ctx context.Context) error {
	if err := c.recheck(ctx); err != nil {
		return err
	}
	if err := c.socket.Ping(); err != nil {
		return err
	}
	return c.tellBeat()
}

// tellBeat tells the newest id and the server's time.
func (c *client) tellBeat() error {
	return c.socket.Write(text(fmt.Sprintf(`{"beat":%d,"now":%d}`, c.hub.ring.top(), c.hub.store.Now().UnixMilli())))
}

var errBroken = errors.New("hub: the look at a session broke off")

func (c *client) recheck(ctx context.Context) error {
	var a store.Agent
	err := errBroken
	if ended := c.hub.aside(ctx, func() { a, err = c.check(ctx) }); ended != nil {
		return ended
	}
	if err == nil {
		c.agent = a
	}
	return err
}

// writeMost bounds one write, so that a browser far behind costs little memory.
const writeMost = 256 << 10

// catchUp writes all frames after the cursor, as many as wait in one write.
func (c *client) catchUp(ctx context.Context) error {
	for {
		frames, whole, err := c.next(ctx)
		if err != nil || len(frames) == 0 {
			return err
		}
		open := c.open.Load()
		if whole != nil && c.rowsOnly(frames, open) {
			c.cursor = frames[len(frames)-1].id
			if err := c.socket.Write(whole); err != nil {
				return err
			}
			continue
		}
		buf := buffers.Get().(*[]byte)
		b := (*buf)[:0]
		for _, f := range frames {
			if f.agent != nil && f.agent.ID == c.agent.ID {
				if err := c.recheck(ctx); err != nil {
					return err
				}
			}
			row, err := c.pick(&f, open)
			if err != nil {
				return err
			}
			b = append(b, row...)
			c.cursor = f.id
			if len(b) > writeMost {
				break
			}
		}
		err = nil
		if len(b) > 0 {
			err = c.socket.Write(b)
		}
		*buf = b
		buffers.Put(buf)
		if err != nil {
			return err
		}
	}
}

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// pick chooses what of a frame this browser may and wants to see.
func (c *client) pick(f *frame, open int64) ([]byte, error) {
	switch {
	case f.only != 0 && f.only != c.agent.ID || f.account != 0 && !c.agent.Sees(f.account):
		return nil, nil
	case f.agent != nil:
		return f.agentRow(&c.agent)
	case f.full != nil && (f.customer == open || slices.Contains(f.told, c.agent.ID)):
		return f.full, nil
	}
	return f.row, nil
}

// rowsOnly tells whether pick chooses the row of each frame, as it mostly does.
func (c *client) rowsOnly(frames []frame, open int64) bool {
	for i := range frames {
		f := &frames[i]
		if f.only != 0 || f.agent != nil || f.account != 0 && !c.agent.Sees(f.account) ||
			f.full != nil && (f.customer == open || slices.Contains(f.told, c.agent.ID)) {
			return false
		}
	}
	return true
}

// next gives the frames after the cursor: those that are ready, or for one far
// behind a page made from the store. whole: see ring.after.
func (c *client) next(ctx context.Context) (frames []frame, whole []byte, err error) {
	frames, whole, ok := c.hub.ring.after(c.cursor)
	if ok {
		return frames, whole, nil
	}
	changes, err := c.hub.store.Changes(ctx, c.cursor, c.hub.page)
	if err != nil {
		return nil, nil, err
	}
	frames, err = c.hub.frames(ctx, changes)
	return frames, nil, err
}

// listen takes the browser's signals: which conversation is open, in which the
// agent types, and that they are there.
func (c *client) listen(ctx context.Context) {
	defer func() { c.types(0, 0) }()
	for {
		b, err := c.socket.Read()
		if err != nil {
			return
		}
		var signal struct {
			Open, Typing *int64
			Active       bool
		}
		if json.Unmarshal(b, &signal) != nil {
			continue
		}
		if signal.Open != nil {
			err = c.look(ctx, *signal.Open)
		}
		if err == nil && signal.Typing != nil {
			err = c.typed(ctx, *signal.Typing)
		}
		if err == nil && signal.Active {
			err = c.touched(ctx)
		}
		if err != nil {
			return
		}
	}
}

// may gives a conversation to an agent who may see it now: rights may have
// changed since the connection began. Its zero value when they may not; an
// error ends the connection.
func (c *client) may(ctx context.Context, id int64) (a store.Agent, v store.Conversation, err error) {
	if a, err = c.check(ctx); err == nil {
		v, _ = c.hub.store.Conversation(ctx, &a, id)
	}
	return a, v, err
}

// look opens a conversation, or none (0).
func (c *client) look(ctx context.Context, id int64) error {
	if id == 0 {
		c.open.Store(0)
		c.hub.sign(c, func(s *sign) { s.looks = spot{} })
		return nil
	}
	a, v, err := c.may(ctx, id)
	if err != nil || v.ID == 0 {
		return err
	}
	c.open.Store(v.Customer.ID)
	c.hub.sign(c, func(s *sign) { s.agent, s.looks = a.ID, spot{v.ID, v.Account} })
	select { // the browser reads the thread again when this is confirmed
	case c.opened <- v.ID:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// typed takes note that the agent types in a conversation, or in none (0): a sign
// of life where they serve, and the customer is told.
func (c *client) typed(ctx context.Context, id int64) error {
	if id == 0 {
		c.types(0, 0)
		c.hub.sign(c, func(s *sign) { s.types = spot{} })
		return nil
	}
	a, v, err := c.may(ctx, id)
	if err != nil || v.ID == 0 {
		return err
	}
	c.hub.sign(c, func(s *sign) { s.agent, s.types, s.typed = a.ID, spot{v.ID, v.Account}, time.Now() })
	if v.State != "open" || v.Agent != a.ID {
		c.types(0, 0)
		return nil
	}
	c.types(a.ID, v.ID)
	return c.hub.store.Active(ctx, a.ID, v.ID)
}

// touched takes note that the agent is there.
func (c *client) touched(ctx context.Context) error {
	a, err := c.check(ctx)
	if err == nil && c.hub.Touched != nil {
		c.hub.Touched(a)
	}
	return err
}

func (c *client) types(agent, id int64) {
	if c.hub.Typing == nil {
		return
	}
	if c.typing != 0 && c.typing != id {
		c.hub.Typing(c.typist, c.typing, false)
	}
	if c.typist, c.typing = agent, id; id != 0 {
		c.hub.Typing(agent, id, true)
	}
}
