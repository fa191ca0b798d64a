package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/fasthttp/websocket"

	"kfdesk/e2e/rig"
)

// screen is what an agent's browser shows: the list of conversations, loaded once
// and kept up to date by frames, over connections that break.
type screen struct {
	server *rig.Server
	login  string
	done   sync.WaitGroup

	mu    sync.Mutex
	rows  map[int64]rig.Conversation
	since int64 // the last frame; -1: to be loaded
	conn  *websocket.Conn
}

func newScreen(s *rig.Server, login string) *screen {
	return &screen{server: s, login: login, since: -1}
}

func (s *screen) run(ctx context.Context) {
	s.done.Go(func() {
		for ctx.Err() == nil {
			if s.load(ctx) == nil {
				s.follow(ctx)
			}
			rest(ctx, 100*time.Millisecond)
		}
	})
}

// load reads the list, where there is none.
func (s *screen) load(ctx context.Context) error {
	s.mu.Lock()
	loaded := s.since >= 0
	s.mu.Unlock()
	if loaded {
		return nil
	}
	list, since, err := s.server.Active(ctx, s.login)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows, s.since = map[int64]rig.Conversation{}, since
	for _, v := range list {
		s.rows[v.ID] = v
	}
	return nil
}

// follow reads frames until the connection ends.
func (s *screen) follow(ctx context.Context) {
	s.mu.Lock()
	address := fmt.Sprintf("ws%s/ws?since=%d", strings.TrimPrefix(s.server.URL, "http"), s.since)
	s.mu.Unlock()
	conn, _, err := websocket.DefaultDialer.DialContext(ctx, address, http.Header{"Authorization": {"Bearer " + s.server.Tokens[s.login]}})
	if err != nil {
		return
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	s.mu.Lock()
	s.conn = conn
	s.mu.Unlock()
	for {
		_, raw, err := conn.ReadMessage()
		if err != nil {
			return
		}
		var f struct {
			ID           int64
			Conversation *rig.Conversation
			Reset        bool
		}
		if json.Unmarshal(raw, &f) != nil {
			continue
		}
		s.apply(f.ID, f.Conversation, f.Reset)
		if f.Reset {
			return
		}
	}
}

func (s *screen) apply(id int64, v *rig.Conversation, reset bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since = max(s.since, id)
	switch {
	case reset:
		s.since = -1
	case v == nil || v.Event < s.rows[v.ID].Event:
	case v.State == "closed":
		delete(s.rows, v.ID)
	default:
		s.rows[v.ID] = *v
	}
}

// cut breaks the connection.
func (s *screen) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		_ = s.conn.NetConn().Close()
	}
}

// catchUp waits until the screen has heard of everything.
func (s *screen) catchUp(ctx context.Context) {
	_, newest, err := s.server.Active(ctx, s.login)
	for began := time.Now(); err == nil && time.Since(began) < settleTime; {
		s.mu.Lock()
		heard := s.since >= newest
		s.mu.Unlock()
		if heard || !rest(ctx, 20*time.Millisecond) {
			return
		}
	}
}

// differs says how the screen is not what the database has.
func (s *screen) differs(ctx context.Context) (faults []string, err error) {
	list, _, err := s.server.Active(ctx, s.login)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(list) != len(s.rows) {
		faults = append(faults, fmt.Sprintf("%s sees %d conversations, there are %d", s.login, len(s.rows), len(list)))
	}
	for _, v := range list {
		if s.rows[v.ID] != v {
			faults = append(faults, fmt.Sprintf("%s sees conversation %d as %+v, it is %+v", s.login, v.ID, s.rows[v.ID], v))
		}
	}
	return faults, nil
}
