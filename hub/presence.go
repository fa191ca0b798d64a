package hub

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"kfdesk/store"
)

// presenceEvery is how often the time is looked at; what agents do is seen at
// once.
const presenceEvery = time.Second

// Presence keeps who is at the desk: whoever has a tab open and touches it now
// and then. The hub tells it of tabs and touches; Run alone writes to the store.
type Presence struct {
	// Grace is how long an agent without a tab is still here: a page that is
	// loaded again closes its tab first.
	Grace time.Duration

	store *store.Store
	log   *slog.Logger
	wake  chan struct{}

	mu    sync.Mutex
	seats map[int64]*seat
}

// seat is an agent as far as the desk sees them.
type seat struct {
	agent   store.Agent
	tabs    int
	touched time.Time // a key or a pointer, a tab opened or closed
	came    bool      // is here, which the store does not know yet
	idle    bool      // the store knows that
}

// NewPresence makes one with a grace of 30 s; Run keeps it.
func NewPresence(s *store.Store, log *slog.Logger) *Presence {
	return &Presence{Grace: 30 * time.Second, store: s, log: log, wake: make(chan struct{}, 1), seats: map[int64]*seat{}}
}

// Tab takes note that an agent opened a tab, or closed one. It does not wait.
func (p *Presence) Tab(a store.Agent, open bool) {
	p.change(a, func(s *seat) {
		if !open {
			s.tabs--
			return
		}
		s.tabs++
		s.came, s.idle = true, false
	})
}

// Touched takes note that an agent used the keys or the pointer. It does not
// wait.
func (p *Presence) Touched(a store.Agent) {
	p.change(a, func(s *seat) { s.came, s.idle = s.came || s.idle, false })
}

func (p *Presence) change(a store.Agent, do func(*seat)) {
	now := p.store.Now()
	p.mu.Lock()
	s := p.seats[a.ID]
	if s == nil {
		s = &seat{}
		p.seats[a.ID] = s
	}
	s.agent, s.touched = a, now
	do(s)
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Run writes what changes until ctx ends. Whom the store still has here from
// the run before has the grace to come back.
func (p *Presence) Run(ctx context.Context) error {
	if err := p.begin(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	tick := time.NewTicker(presenceEvery)
	defer tick.Stop()
	for {
		if err := p.look(ctx); err != nil && ctx.Err() == nil {
			p.log.Error("noting who is here", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-p.wake:
		case <-tick.C:
		}
	}
}

func (p *Presence) begin(ctx context.Context) error {
	agents, err := p.store.Agents(ctx)
	if err != nil {
		return err
	}
	now := p.store.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range agents {
		if p.seats[a.ID] == nil && a.Presence != "away" {
			p.seats[a.ID] = &seat{agent: a, touched: now}
		}
	}
	return nil
}

// look writes all that is due. What could not be written is due again.
func (p *Presence) look(ctx context.Context) error {
	for _, s := range p.copies() {
		id, quiet := s.agent.ID, p.store.Now().Sub(s.touched)
		var err error
		switch {
		case s.came:
			if err = p.store.Here(ctx, id); err == nil {
				p.settle(id, func(s *seat) { s.came = false })
			}
		case s.tabs == 0 && quiet >= p.Grace:
			if err = p.store.Gone(ctx, id); err == nil {
				p.leave(id, s.touched)
			}
		case s.tabs > 0 && !s.idle && quiet >= time.Minute: // the least that a rule can say
			err = p.idle(ctx, &s, quiet)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// idle makes an agent away who was quiet for as long as the strictest of their
// official accounts says.
func (p *Presence) idle(ctx context.Context, s *seat, quiet time.Duration) error {
	accounts, err := p.store.Accounts(ctx)
	if err != nil {
		return err
	}
	least := 0
	for _, a := range accounts {
		if n := a.Rules.Idle; n > 0 && s.agent.Sees(a.ID) && (least == 0 || n < least) {
			least = n
		}
	}
	if least == 0 || quiet < time.Duration(least)*time.Minute {
		return nil
	}
	if err := p.store.Idle(ctx, s.agent.ID); err != nil {
		return err
	}
	p.settle(s.agent.ID, func(now *seat) {
		now.idle = now.touched.Equal(s.touched)
		now.came = now.came || !now.idle // meanwhile
	})
	return nil
}

func (p *Presence) copies() []seat {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]seat, 0, len(p.seats))
	for _, s := range p.seats {
		list = append(list, *s)
	}
	return list
}

func (p *Presence) settle(id int64, do func(*seat)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.seats[id]; s != nil {
		do(s)
	}
}

// leave forgets an agent, unless they came back meanwhile: then they are here.
func (p *Presence) leave(id int64, touched time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.seats[id]; s != nil && s.tabs == 0 && s.touched.Equal(touched) {
		delete(p.seats, id)
	}
}
