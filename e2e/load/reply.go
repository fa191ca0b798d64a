package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"kfdesk/hub/wechat/sandbox"
)

// repliesEach is how many replies a customer's message allows.
const repliesEach = 5

// measureOut carries out a plan on the way back: agents reply at a rate, and the
// imitation of WeChat says when it has each reply.
func measureOut(ctx context.Context, s *server, p plan) (*figures, error) {
	p.Most = min(p.Most, int(p.Rate*p.Time.Seconds())+1)
	p.Customers = ((p.Most+repliesEach-1)/repliesEach/p.Posters + 1) * p.Posters
	f := &figures{Plan: p, Refused: map[string]int{}, RSSBefore: rss(s.pid)}
	said := newSaid(p.Most)
	conversations, err := s.talk(ctx, p.Customers)
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
	f.RSSIdle = rss(s.pid)
	heard := &ear{said: said, times: make([]atomic.Int32, p.Most), delay: newLatency()}
	s.listen(heard.hear)
	server, machine, own, most := cpu(s.pid), busy(), cpu(selfPID), watch(s.pid)
	posters := make([]*poster, p.Posters)
	for i := range posters {
		posters[i] = &poster{id: i, posters: p.Posters, customers: p.Customers, said: said, last: map[int]int{}, answers: newLatency(), refused: map[string]int{},
			deliver: func(n, customer int) (string, bool) {
				err := s.ask(ctx, s.token, http.MethodPost, fmt.Sprintf("conversations/%d/messages", conversations[customer]),
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
	server, machine, own = cpu(s.pid)-server, busy()-machine, cpu(selfPID)-own
	f.RSSMost, f.Others = most(), max(0, machine-server-own)/all
	f.account(said, posters, took)
	f.CPU = server * 1e6 / float64(max(1, f.Accepted))
	s.listen(nil)
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
func (s *server) talk(ctx context.Context, customers int) ([]int64, error) {
	accounts := struct {
		Agent struct{ Bindings []struct{ Account int64 } }
	}{}
	if err := s.ask(ctx, s.token, "GET", "me", nil, &accounts); err != nil {
		return nil, err
	}
	for _, b := range accounts.Agent.Bindings { // replies leave at once
		if err := s.ask(ctx, s.admin, "PUT", fmt.Sprintf("accounts/%d/rules", b.Account), map[string]int{"undo": 0}, nil); err != nil {
			return nil, err
		}
	}
	openids := make([]string, customers)
	for i := range openids {
		u, err := s.box.AddUser(sandbox.User{AppID: s.account.AppID, Name: fmt.Sprint("客户", i), Following: true})
		if err != nil {
			return nil, err
		}
		openids[i] = u.OpenID
		if _, err := s.box.Text(u.OpenID, "您好"); err != nil {
			return nil, err
		}
	}
	if err := s.box.Settle(ctx); err != nil {
		return nil, err
	}
	ids, err := s.conversations(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]int64, customers)
	for i, openid := range openids {
		list[i] = ids[openid]
		if err := s.ask(ctx, s.token, "POST", fmt.Sprintf("conversations/%d/claim", list[i]), nil, nil); err != nil {
			return nil, err
		}
	}
	return list, nil
}
