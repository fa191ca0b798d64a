package store

import "sync"

// bell wakes whoever watches after a commit with events. It carries nothing:
// a ring that finds the last one unheard is the same ring.
type bell struct {
	mu       sync.Mutex
	watchers map[chan struct{}]bool // true: for work alone
}

// Watch gives a channel that holds one wake-up, and the way to stop.
func (s *Store) Watch() (wake <-chan struct{}, stop func()) { return s.bell.watch(false) }

// WatchWork is Watch for the courier: a push that brings no reply to send
// and no medium to fetch does not wake.
func (s *Store) WatchWork() (wake <-chan struct{}, stop func()) { return s.bell.watch(true) }

func (b *bell) watch(work bool) (wake <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	b.mu.Lock()
	if b.watchers == nil {
		b.watchers = map[chan struct{}]bool{}
	}
	b.watchers[c] = work
	b.mu.Unlock()
	return c, func() {
		b.mu.Lock()
		delete(b.watchers, c)
		b.mu.Unlock()
	}
}

func (b *bell) ring(work bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c, only := range b.watchers {
		if only && !work {
			continue
		}
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
