package main

import (
	"context"
	"errors"
	"os"
	"time"

	"kfdesk/e2e/rig"
)

var selfPID = os.Getpid()

const (
	warmTime  = time.Second     // of posting before anything counts
	quietTime = 3 * time.Second // without a frame: nothing more comes
	drainMost = time.Minute
)

// measure carries out a plan.
func measure(ctx context.Context, s *rig.Server, p plan) (*figures, error) {
	if p.Out {
		return measureOut(ctx, s, p)
	}
	f := &figures{Plan: p, Refused: map[string]int{}, RSSBefore: rss(s.PID)}
	if err := warm(ctx, s, p); err != nil {
		return nil, err
	}
	said := newSaid(p.Most)
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
	posters, err := newPosters(s, said, p)
	if err != nil {
		return nil, err
	}
	server, machine, own, most := cpu(s.PID), busy(), cpu(selfPID), watch(s.PID)
	took := post(ctx, p, posters)
	drain(ctx, said, sockets, p)
	all := time.Since(said.began).Seconds()
	server, machine, own = cpu(s.PID)-server, busy()-machine, cpu(selfPID)-own
	f.RSSMost, f.Others = most(), max(0, machine-server-own)/all
	f.account(said, posters, took)
	f.CPU = server * 1e6 / float64(max(1, f.Accepted))
	f.look(said, sockets, p)
	return f, f.compare(ctx, s, said, p)
}

// warm writes what does not count: connections, statements and caches are there
// afterwards.
func warm(ctx context.Context, s *rig.Server, p plan) error {
	p.Time, p.Rate = warmTime, 0
	posters, err := newPosters(s, newSaid(mostMessages/10), p)
	if err != nil {
		return err
	}
	post(ctx, p, posters)
	for _, one := range posters {
		for answer := range one.refused {
			return errors.New("the server does not take the messages: " + answer)
		}
	}
	return ctx.Err()
}

func newPosters(s *rig.Server, said *said, p plan) ([]*poster, error) {
	c, err := newCallback(s, said, p.Mode)
	if err != nil {
		return nil, err
	}
	list := make([]*poster, p.Posters)
	for i := range list {
		list[i] = &poster{id: i, posters: p.Posters, customers: p.Customers, said: said, deliver: c.deliver,
			last: map[int]int{}, answers: newLatency(), refused: map[string]int{}}
	}
	return list, nil
}

func dialAll(s *rig.Server, said *said, p plan) (list []*socket, err error) {
	for i := range p.Sockets {
		k, err := dial(s, said, p.Customers, i < p.Deaf)
		if err != nil {
			return list, err
		}
		list = append(list, k)
	}
	time.Sleep(300 * time.Millisecond) // until all are at rest, for their memory
	return list, nil
}

// drain waits until every socket showed everything, or nothing more comes.
func drain(ctx context.Context, said *said, sockets []*socket, p plan) {
	want := int64(said.accepted()) * int64(p.Sockets-p.Deaf)
	last, at := int64(-1), time.Now()
	for began := time.Now(); ctx.Err() == nil && time.Since(began) < drainMost && time.Since(at) < quietTime; time.Sleep(5 * time.Millisecond) {
		var sum int64
		for _, k := range sockets {
			sum += k.count.Load()
		}
		if sum >= want {
			return
		}
		if sum != last {
			last, at = sum, time.Now()
		}
	}
}

// account sums up what the posters were told.
func (f *figures) account(said *said, posters []*poster, took time.Duration) {
	answers := newLatency()
	for _, one := range posters {
		answers.Merge(one.answers.Histogram)
		for answer, n := range one.refused {
			f.Refused[answer] += n
		}
	}
	f.Accepted, f.Seconds = said.accepted(), took.Seconds()
	f.Rate, f.Answer = float64(f.Accepted)/took.Seconds(), answers.quantiles()
}

// look sums up what the sockets showed.
func (f *figures) look(said *said, sockets []*socket, p plan) {
	shown := newLatency()
	for i, k := range sockets {
		if i < p.Deaf {
			continue
		}
		k.close()
		shown.Merge(k.shown.Histogram)
		f.Unseen += k.unseen()
		f.Disorder += k.old
		if k.cut {
			f.Cut++
		}
	}
	f.Shown = shown.quantiles()
}
