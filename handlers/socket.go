package handlers

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/websocket/v2"

	"kfdesk/hub"
	"kfdesk/store"
)

// Limits of a socket.
const (
	signalMost    = 4 << 10          // bytes of one signal from the browser
	silenceMost   = 60 * time.Second // the browser answers a ping every 20 s
	writeDeadline = 10 * time.Second // a browser that takes nothing so long is dead
	partingTime   = 300 * time.Millisecond
	socketsMost   = 64   // of one agent's browsers
	socketsOfAPI  = 2000 // of one agent's programs, that have a token
)

// socketBuffers: signals are short, and frames are written past the buffer.
var socketBuffers = websocket.Config{ReadBufferSize: 256, WriteBufferSize: 128}

// socketCount counts the open sockets of each agent.
type socketCount struct {
	mu sync.Mutex
	of map[socketOwner]int
}

type socketOwner struct {
	agent int64
	api   bool
}

// open is false where there are as many as may be.
func (s *socketCount) open(o socketOwner) bool {
	most := socketsMost
	if o.api {
		most = socketsOfAPI
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[o] >= most {
		return false
	}
	if s.of == nil {
		s.of = map[socketOwner]int{}
	}
	s.of[o]++
	return true
}

func (s *socketCount) shut(o socketOwner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[o]--; s.of[o] == 0 {
		delete(s.of, o)
	}
}

// socket upgrades to the live connection. The origin is checked here: browsers
// let any site's page open a socket.
func (c *Console) socket(ctx *fiber.Ctx) error {
	if !websocket.IsWebSocketUpgrade(ctx) {
		return fiber.ErrUpgradeRequired
	}
	if bearer(ctx) == "" && !c.ownOrigin(ctx) {
		return refused(fiber.StatusForbidden, "foreign_origin")
	}
	since, err := strconv.ParseInt(ctx.Query("since"), 10, 64)
	if err != nil || since < 0 {
		newest, _, err := c.Store.LastEvent(ctx.UserContext())
		if err != nil {
			return err
		}
		since = newest
	}
	secret := ctx.Locals("secret").(string)
	viewer := hub.Viewer{Agent: *who(ctx), Since: since, Check: func(ctx context.Context) (store.Agent, error) {
		_, a, err := c.Store.Session(ctx, secret)
		return a, err
	}}
	owner := socketOwner{who(ctx).ID, bearer(ctx) != ""}
	return websocket.New(func(conn *websocket.Conn) {
		if !c.sockets.open(owner) {
			newSocket(conn).Close(websocket.CloseTryAgainLater, "too many")
			return
		}
		defer c.sockets.shut(owner)
		// Serve returns when nobody uses the connection any more: it is recycled.
		c.Hub.Serve(context.Background(), newSocket(conn), viewer)
	}, socketBuffers)(ctx)
}

// socket is a hub.Socket over gofiber/websocket, the only place that knows it.
type socket struct {
	conn *websocket.Conn

	mu      sync.Mutex
	stopped bool // no sign of life counts any more
}

func newSocket(conn *websocket.Conn) *socket {
	s := &socket{conn: conn}
	conn.SetReadLimit(signalMost)
	s.alive()
	conn.SetPongHandler(func(string) error { s.alive(); return nil })
	return s
}

func (s *socket) alive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopped {
		_ = s.conn.SetReadDeadline(time.Now().Add(silenceMost))
	}
}

// Write sends ready frames in one system call.
func (s *socket) Write(frames []byte) error {
	raw := s.conn.UnderlyingConn()
	if err := raw.SetWriteDeadline(time.Now().Add(writeDeadline)); err != nil {
		return err
	}
	_, err := raw.Write(frames)
	return err
}

func (s *socket) Ping() error {
	return s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeDeadline))
}

func (s *socket) Read() ([]byte, error) {
	kind, b, err := s.conn.ReadMessage()
	if err == nil && kind != websocket.TextMessage {
		err = errors.New("not text")
	}
	return b, err
}

// Stop makes Read return: closing does nothing before the handler returns.
func (s *socket) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	_ = s.conn.SetReadDeadline(time.Now().Add(partingTime))
}

func (s *socket) Close(code int, reason string) {
	_ = s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(writeDeadline))
}
