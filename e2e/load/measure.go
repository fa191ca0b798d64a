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
	restTime  = time.Second     // until a server is at rest, for its memory
	warmTime  = time.Second     // of posting before anything counts
	quietTime = 3 * time.Second // without a frame: nothing more comes
	drainMost = time.Minute
	lateMost  = 5 * time.Second // for which the posters of a rate may catch up when its time is over
)

// measure carries out a plan.
func measure(ctx context.Context, s *rig.Server, p plan) (*figures, error) {
	if p.Out {
		return measureOut(ctx, s, p)
	}
	f := newFigures(s, p)
	said := newSaid(p.Most)
	sockets, err := dialAll(s, said, p)
	defer func() { closeAll(sockets) }()
	if err != nil {
		return nil, err
	}
	f.seated(s)
	if err := warm(ctx, s, said, p); err != nil {
		return nil, err
	}
	posters, err := newPosters(s, said, p)
	if err != nil {
		return nil, err
	}
	f.measured(s, said, func() time.Duration {
		took := post(ctx, p, posters)
		drain(ctx, said, sockets, p)
		return took
	}, posters)
	f.Shown = f.look(sockets)
	return f, errors.Join(ctx.Err(), f.compare(ctx, s, said, p))
}

// warm writes what does not count: customers, connections, statements and caches are
// there afterwards.
func warm(ctx context.Context, s *rig.Server, said *said, p plan) error {
	p.Time, p.Rate = warmTime, 0
	before := newSaid(mostMessages / 10)
	before.people = said.people
	posters, err := newPosters(s, before, p)
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
	return p.hands(said, c.deliver), nil
}

// hands are the posters of a plan.
func (p plan) hands(said *said, deliver func(n, customer int) (string, bool)) []*poster {
	list := make([]*poster, p.Posters)
	for i := range list {
		list[i] = &poster{id: i, posters: p.Posters, customers: p.Customers, said: said, deliver: deliver,
			last: map[int]int{}, answers: newLatency(), refused: map[string]int{}}
	}
	return list
}

// measured measures what do costs: it posts, and returns when all that was accepted
// has come where it belongs, or nothing more comes.
func (f *figures) measured(s *rig.Server, said *said, do func() time.Duration, posters []*poster) {
	began := time.Now()
	server, machine, own, end := cpu(s.PID), busy(), cpu(selfPID), watch(s.PID)
	took := do()
	all := time.Since(began).Seconds()
	server, machine, own = cpu(s.PID)-server, busy()-machine, cpu(selfPID)-own
	samples := end()
	f.RSSMost, f.Others = samples.most(), max(0, machine-server-own)/all
	f.Growth, f.Samples = samples.growth(), samples.each(time.Minute)
	f.account(said, posters, took)
	f.CPU = server * 1e6 / float64(max(1, f.Accepted))
}

// drain waits until every socket showed everything, or nothing more comes.
func drain(ctx context.Context, said *said, sockets []*socket, p plan) {
	want := int64(said.accepted()) * int64(p.Sockets-p.Deaf)
	untilStill(ctx, want, func() (sum int64) {
		for _, k := range sockets {
			sum += k.count.Load()
		}
		return sum
	})
}

// untilStill waits until count has come to want, or nothing more comes.
func untilStill(ctx context.Context, want int64, count func() int64) {
	last, at := int64(-1), time.Now()
	for began := time.Now(); ctx.Err() == nil && time.Since(began) < drainMost && time.Since(at) < quietTime; time.Sleep(5 * time.Millisecond) {
		n := count()
		if n >= want {
			return
		}
		if n != last {
			last, at = n, time.Now()
		}
	}
}

// account sums up what the posters were told.
func (f *figures) account(said *said, posters []*poster, took time.Duration) {
	answers := newLatency()
	for _, one := range posters {
		answers.Merge(one.answers.Histogram)
		f.Unsent += one.unsent
		for answer, n := range one.refused {
			f.Refused[answer] += n
		}
	}
	f.Accepted, f.Seconds = said.accepted(), took.Seconds()
	f.Rate, f.Answer = float64(f.Accepted)/took.Seconds(), answers.quantiles()
}

// look closes the sockets and sums up what they showed, and how late.
func (f *figures) look(sockets []*socket) *quantiles {
	var views []*view
	for _, k := range sockets {
		if k.deaf {
			k.hear()
		}
		k.close()
		switch {
		case k.deaf && k.cut:
			f.DeafCut++
		case k.deaf:
		case k.cut:
			f.Cut++
			fallthrough // and what it missed is missing
		default:
			views = append(views, k.view)
		}
	}
	return f.sum(views)
}

func (f *figures) sum(views []*view) *quantiles {
	shown, orders := newLatency(), map[uint64]bool{}
	for _, v := range views {
		shown.Merge(v.shown.Histogram)
		f.Unseen += v.unseen()
		f.ShownTwice += v.twice
		f.Disorder += v.old
		f.Back += v.back
		orders[v.order] = true
	}
	f.Orders = len(orders)
	q := shown.quantiles()
	return &q
}
