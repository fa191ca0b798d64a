package courier

import (
	"math"
	"sync"
	"time"
)

// Pulse is how the courier does, without a look into the store.
type Pulse struct {
	Beat  time.Time // when it last looked for work; zero: it does not run
	Busy  int       // replies that are being sent
	Calls int       // that may be sent at once
}

// Pulse gives it.
func (c *Courier) Pulse() Pulse {
	p := Pulse{Busy: len(c.replies.slots), Calls: cap(c.replies.slots)}
	if ms := c.beat.Load(); ms > 0 {
		p.Beat = time.UnixMilli(ms)
	}
	return p
}

// Hour is how the replies of the last hour fared, since the program began.
type Hour struct {
	Sent    int             // that WeChat took
	Median  time.Duration   // of their calls, tries before included; within a tenth
	Slowest time.Duration   //
	Minutes []time.Duration // the mean of each minute, the newest last; 0 where none was sent
}

// LastHour gives it.
func (c *Courier) LastHour() Hour { return c.times.hour(c.now()) }

const (
	hourMinutes = 60
	timeSteps   = 128 // each a tenth longer than the one before, from 1 ms on
	timeGrowth  = 1.1
)

// times keeps how long the replies of each of the last minutes took.
type times struct {
	mu      sync.Mutex
	minutes [hourMinutes]minute
}

type minute struct {
	at      int64 // minutes since 1970
	n       int
	sum     time.Duration
	slowest time.Duration
	steps   [timeSteps]uint32
}

func (t *times) add(now int64, took time.Duration) {
	at := now / time.Minute.Milliseconds()
	step := int(math.Log(max(1, float64(took.Milliseconds()))) / math.Log(timeGrowth))
	t.mu.Lock()
	defer t.mu.Unlock()
	m := &t.minutes[at%hourMinutes]
	if m.at != at {
		*m = minute{at: at}
	}
	m.n++
	m.sum += took
	m.slowest = max(m.slowest, took)
	m.steps[min(step, timeSteps-1)]++
}

func (t *times) hour(now int64) (h Hour) {
	at := now / time.Minute.Milliseconds()
	var steps [timeSteps]uint32
	h.Minutes = make([]time.Duration, hourMinutes)
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range h.Minutes {
		m := &t.minutes[(at+1+int64(i))%hourMinutes] // the oldest first
		if at-m.at >= hourMinutes || m.n == 0 {
			continue
		}
		h.Sent += m.n
		h.Slowest = max(h.Slowest, m.slowest)
		h.Minutes[i] = m.sum / time.Duration(m.n)
		for step, n := range m.steps {
			steps[step] += n
		}
	}
	for step, below := 0, 0; step < timeSteps && h.Sent > 0; step++ {
		if below += int(steps[step]); 2*below >= h.Sent {
			h.Median = min(h.Slowest, time.Duration(math.Pow(timeGrowth, float64(step)+0.5)*float64(time.Millisecond)))
			break
		}
	}
	return h
}
