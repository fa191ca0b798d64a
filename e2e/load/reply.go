package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"kfdesk/e2e/rig"
	"kfdesk/hub/wechat/sandbox"
)

// repliesEach is how many replies a customer's message allows.
const repliesEach = 5

// measureOut carries out a plan on the way back: agents reply at a rate, the
// imitation of WeChat says when it has each reply, and the sockets when they show it
// as sent.
func measureOut(ctx context.Context, s *rig.Server, p plan) (*figures, error) {
	p.Most = min(p.Most, int(p.Rate*p.Time.Seconds())+1)
	p.Customers = ((p.Most+repliesEach-1)/repliesEach/p.Posters + 1) * p.Posters
	f := newFigures(s, p)
	said := newSaid(p.Most)
	sockets, err := dialAll(s, said, p)
	defer func() { closeAll(sockets) }()
	if err != nil {
		return nil, err
	}
	f.seated(s)
	conversations, err := talk(ctx, s, p.Customers)
	if err != nil {
		return nil, err
	}
	ear := newEar(said, p.Most)
	s.Listen(func(body []byte, after, _ bool) {
		if !after {
			ear.hear(body)
			time.Sleep(p.Delay)
		}
	})
	defer s.Listen(nil)
	posters := p.hands(said, func(n, customer int) (string, bool) {
		err := s.Ask(ctx, agent, http.MethodPost, fmt.Sprintf("conversations/%d/messages", conversations[customer]),
			map[string]any{"client_id": fmt.Sprint(said.mark, n), "type": "text", "body": map[string]string{"content": said.text(n)}}, nil)
		if err != nil {
			return cause(err), false
		}
		return "", true
	})
	f.measured(s, said, func() time.Duration {
		took := post(ctx, p, posters)
		untilStill(ctx, int64(said.accepted()), func() int64 { return int64(ear.count()) })
		drain(ctx, said, sockets, p)
		return took
	}, posters)
	f.Sent = f.look(sockets)
	ear.tell(f)
	return f, ctx.Err()
}

// ear notes what arrives at WeChat.
type ear struct {
	said  *said
	times []atomic.Int32

	mu    sync.Mutex
	delay latency
}

func newEar(said *said, most int) *ear {
	return &ear{said: said, times: make([]atomic.Int32, most), delay: newLatency()}
}

func (e *ear) hear(body []byte) {
	e.said.find(body, func(n int, _ []byte) {
		if e.times[n].Add(1) == 1 {
			e.mu.Lock()
			e.delay.add(e.said.since(n))
			e.mu.Unlock()
		}
	})
}

func (e *ear) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return int(e.delay.TotalCount())
}

// tell says what is missing at WeChat, what came twice, and how late all came.
func (e *ear) tell(f *figures) {
	for n := range e.said.written() {
		switch times := e.times[n].Load(); {
		case times > 1:
			f.Twice++
		case times == 0 && e.said.taken[n].Load():
			f.Missing++
		}
	}
	q := e.delay.quantiles()
	f.There = &q
}

// talk lets customers write, and gives their conversations to the agent.
func talk(ctx context.Context, s *rig.Server, customers int) ([]int64, error) {
	if err := s.SetRules(ctx, map[string]any{"undo": 0}); err != nil { // replies leave at once
		return nil, err
	}
	openids := make([]string, customers)
	for i := range openids {
		u, err := s.Box.AddUser(sandbox.User{AppID: s.Account.AppID, Name: fmt.Sprint("客户", i), Following: true})
		if err != nil {
			return nil, err
		}
		openids[i] = u.OpenID
		if _, err := s.Box.Text(u.OpenID, "您好"); err != nil {
			return nil, err
		}
	}
	if err := s.Box.Settle(ctx); err != nil {
		return nil, err
	}
	all, _, err := s.Active(ctx, agent)
	if err != nil {
		return nil, err
	}
	ids := map[string]int64{}
	for _, c := range all {
		ids[c.Customer.OpenID] = c.ID
	}
	list := make([]int64, customers)
	for i, openid := range openids {
		if list[i] = ids[openid]; list[i] == 0 {
			return nil, errors.New("a customer's message has not arrived")
		}
		if err := s.Ask(ctx, agent, "POST", fmt.Sprintf("conversations/%d/claim", list[i]), nil, nil); err != nil {
			return nil, err
		}
	}
	return list, nil
}
