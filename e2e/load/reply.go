package main

import (
	"context"
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

// measureOut carries out a plan on the way back: agents reply at a rate, and the
// imitation of WeChat says when it has each reply.
func measureOut(ctx context.Context, s *rig.Server, p plan) (*figures, error) {
	p.Most = min(p.Most, int(p.Rate*p.Time.Seconds())+1)
	p.Customers = ((p.Most+repliesEach-1)/repliesEach/p.Posters + 1) * p.Posters
	f := &figures{Plan: p, Refused: map[string]int{}, RSSBefore: rss(s.PID)}
	said := newSaid(p.Most)
	conversations, err := talk(ctx, s, p.Customers)
	if err != nil {
		return nil, err
	}
	sockets, err := dialAll(s, said, p)
	defer func() {
		for _, k := range sockets {
			k.close()
		}
	}()
	if err != nil {
		return nil, err
	}
	f.RSSIdle = rss(s.PID)
	heard := &ear{said: said, times: make([]atomic.Int32, p.Most), delay: newLatency()}
	s.Listen(func(body []byte, after, _ bool) {
		if !after {
			heard.hear(body)
		}
	})
	server, machine, own, most := cpu(s.PID), busy(), cpu(selfPID), watch(s.PID)
	posters := make([]*poster, p.Posters)
	for i := range posters {
		posters[i] = &poster{id: i, posters: p.Posters, customers: p.Customers, said: said, last: map[int]int{}, answers: newLatency(), refused: map[string]int{},
			deliver: func(n, customer int) (string, bool) {
				err := s.Ask(ctx, agent, http.MethodPost, fmt.Sprintf("conversations/%d/messages", conversations[customer]),
					map[string]any{"client_id": fmt.Sprint(said.mark, n), "type": "text", "body": map[string]string{"content": said.text(n)}}, nil)
				if err != nil {
					return cause(err), false
				}
				return "", true
			}}
	}
	took := post(ctx, p, posters)
	for began, at, last := time.Now(), time.Now(), 0; heard.count() < said.accepted() && time.Since(at) < quietTime && time.Since(began) < drainMost; time.Sleep(5 * time.Millisecond) {
		if n := heard.count(); n != last {
			last, at = n, time.Now()
		}
	}
	all := time.Since(said.began).Seconds()
	server, machine, own = cpu(s.PID)-server, busy()-machine, cpu(selfPID)-own
	f.RSSMost, f.Others = most(), max(0, machine-server-own)/all
	f.account(said, posters, took)
	f.CPU = server * 1e6 / float64(max(1, f.Accepted))
	s.Listen(nil)
	heard.tell(f)
	return f, nil
}

// ear notes what arrives at WeChat.
type ear struct {
	said  *said
	times []atomic.Int32

	mu    sync.Mutex
	delay latency
}

func (e *ear) hear(body []byte) {
	e.said.find(body, func(n int) {
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

func (e *ear) tell(f *figures) {
	for n := range e.said.written() {
		switch times := e.times[n].Load(); {
		case times > 1:
			f.Twice++
		case times == 0 && e.said.taken[n].Load():
			f.Missing++
		}
	}
	f.Shown = e.delay.quantiles()
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
		list[i] = ids[openid]
		if err := s.Ask(ctx, agent, "POST", fmt.Sprintf("conversations/%d/claim", list[i]), nil, nil); err != nil {
			return nil, err
		}
	}
	return list, nil
}
