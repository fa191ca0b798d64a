package store

import (
	"cmp"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	slowMost  = 200 * time.Millisecond // see Options.Slow
	slowAgain = time.Minute            // between two lines about the same statement
)

// slow logs what takes long: a statement by its text, which holds no values. The
// same one is logged once a minute at most, with how often it was slow meanwhile.
type slow struct {
	log   *slog.Logger
	bound time.Duration
	count atomic.Int64
	// committed is Options.Committed.
	committed func(changes int, took time.Duration)

	mu   sync.Mutex
	told map[string]*slowOne
}

func newSlow(o Options) *slow {
	s := &slow{log: o.Log, bound: cmp.Or(o.Slow, slowMost), committed: o.Committed, told: map[string]*slowOne{}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

type slowOne struct {
	at    time.Time
	quiet int // times since then
}

// since looks at what began at some time and has ended now.
func (s *slow) since(what string, began time.Time) { s.took(what, time.Since(began)) }

func (s *slow) took(what string, d time.Duration, more ...any) {
	if s == nil || d < s.bound { // nil: of a store that tests put together
		return
	}
	s.count.Add(1)
	if quiet, told := s.mayTell(what); told {
		args := append([]any{"sql", strings.Join(strings.Fields(what), " "), "ms", d.Milliseconds(), "more", quiet}, more...)
		s.log.Warn("the database was slow", args...)
	}
}

func (s *slow) mayTell(what string) (quiet int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.told[what]
	if one == nil {
		one = &slowOne{}
		s.told[what] = one
	}
	if !one.at.IsZero() && time.Since(one.at) < slowAgain {
		one.quiet++
		return 0, false
	}
	quiet = one.quiet
	*one = slowOne{at: time.Now()}
	return quiet, true
}

// watch is how the writer is watched. A statement lasts until the next one of its
// transaction begins, so that one look at the clock serves both.
type watch struct {
	slow  *slow
	query string // the one that goes on
	began time.Time
}

// next ends the statement that goes on and begins another, "" none.
func (w *watch) next(query string) {
	now := time.Now()
	if w.query != "" {
		w.slow.took(w.query, now.Sub(w.began))
	}
	w.query, w.began = query, now
}

// end ends a transaction of so many changes.
func (w *watch) end(changes int, began time.Time) {
	w.next("")
	took := w.began.Sub(began)
	w.slow.took("transaction", took, "changes", changes)
	if w.slow != nil && w.slow.committed != nil {
		w.slow.committed(changes, took)
	}
}
