package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fasthttp/websocket"

	"kfdesk/e2e/rig"
)

// screen is what an agent's browser shows: the conversations and one thread, loaded
// once and kept up to date by frames, over connections that break. It follows
// static/js/lib/net.js, state.js and timeline.js.
type screen struct {
	server *rig.Server
	login  string
	done   sync.WaitGroup
	dirty  chan struct{} // the thread is to be read again

	mu    sync.Mutex
	rows  map[int64]rig.Conversation
	since int64 // the last frame; -1: to be loaded
	conn  *websocket.Conn

	open     int64 // the conversation of the thread, 0: none
	messages map[int64]rig.Message
	from     int64 // the first row of the thread that is loaded; -1: none is
}

// frame is what the socket says, and what is read of the answers to deeds.
type frame struct {
	ID           int64
	Kind         string
	Conversation *rig.Conversation
	Message      *rig.Message
	Reset        bool
}

func newScreen(s *rig.Server, login string) *screen {
	return &screen{server: s, login: login, since: -1, dirty: make(chan struct{}, 1)}
}

// run lives until ctx ends.
func (s *screen) run(ctx context.Context) {
	s.done.Go(func() {
		for ctx.Err() == nil {
			if s.load(ctx) == nil {
				s.follow(ctx)
			}
			rest(ctx, 100*time.Millisecond)
		}
	})
	s.done.Go(func() {
		for ctx.Err() == nil {
			select {
			case <-s.dirty:
			case <-ctx.Done():
				return
			}
			if s.read(ctx) != nil && rest(ctx, 200*time.Millisecond) {
				s.refresh()
			}
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
	s.rows, s.since, s.open, s.messages = map[int64]rig.Conversation{}, since, 0, nil
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
	s.tell(map[string]any{"open": s.open, "active": true})
	s.mu.Unlock()
	for {
		_, raw, err := conn.ReadMessage()
		var f frame
		if err != nil || json.Unmarshal(raw, &f) != nil {
			return
		}
		if s.apply(f); f.Reset {
			return
		}
	}
}

// tell gives the program a signal, which may be lost. s.mu is held.
func (s *screen) tell(signal any) {
	if s.conn != nil {
		_ = s.conn.WriteJSON(signal)
	}
}

// apply takes in what the program says of its rows.
func (s *screen) apply(f frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Reset { // the page loads itself again
		s.since = -1
		return
	}
	s.since = max(s.since, f.ID)
	v := f.Conversation
	if v != nil && v.Event >= s.rows[v.ID].Event && s.rows != nil {
		s.rows[v.ID] = *v
	}
	here := s.rows[s.open].Customer.ID
	switch {
	case here == 0:
	case f.Message != nil && f.Message.Customer == here:
		s.put(*f.Message)
	case f.Message == nil && f.Kind == "message" && v != nil && v.Customer.ID == here:
		s.refresh() // the program did not yet know that we look
	}
}

// put shows a row of the thread, if it is not older than the one that is there. s.mu
// is held.
func (s *screen) put(m rig.Message) {
	if s.messages != nil && m.ID >= s.from && m.Event >= s.messages[m.ID].Event {
		s.messages[m.ID] = m
	}
}

func (s *screen) refresh() {
	select {
	case s.dirty <- struct{}{}:
	default:
	}
}

// look opens a conversation.
func (s *screen) look(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == id {
		return
	}
	s.open, s.messages, s.from = id, map[int64]rig.Message{}, 0
	s.tell(map[string]any{"open": id})
	s.refresh()
}

// read reads the thread's newest page.
func (s *screen) read(ctx context.Context) error {
	s.mu.Lock()
	open := s.open
	s.mu.Unlock()
	if open == 0 {
		return nil
	}
	var page struct {
		Messages []rig.Message
		More     bool
	}
	if err := s.server.Ask(ctx, s.login, "GET", fmt.Sprintf("conversations/%d/messages?limit=50", open), nil, &page); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open != open || s.messages == nil {
		return nil
	}
	if page.More { // what is above is not shown: there may be a hole
		s.from = page.Messages[0].ID
		maps.DeleteFunc(s.messages, func(id int64, _ rig.Message) bool { return id < s.from })
	}
	for _, m := range page.Messages {
		s.put(m)
	}
	return nil
}

// any is a conversation that the screen shows, if there is one; seldom one that ended.
func (s *screen) any(dice *rand.Rand) (v rig.Conversation, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids, past := slices.Sorted(maps.Keys(s.rows)), dice.IntN(10) == 0
	ids = slices.DeleteFunc(ids, func(id int64) bool { return (s.rows[id].State == "closed") != past })
	if len(ids) == 0 {
		return v, false
	}
	return s.rows[ids[dice.IntN(len(ids))]], true
}

// thread is what the thread shows, in order.
func (s *screen) thread() (list []rig.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(s.messages)) {
		list = append(list, s.messages[id])
	}
	return list
}

// cut breaks the connection.
func (s *screen) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		_ = s.conn.NetConn().Close()
	}
}
