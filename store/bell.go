package store

import "sync"

// bell wakes whoever watches after a commit with events. It carries nothing:
// a ring that finds the last one unheard is the same ring.
type bell struct {
	mu       sync.Mutex
	watchers map[chan struct{}]struct{}
}

// Watch gives a channel that holds one wake-up, and the way to stop.
func (s *Store) Watch() (wake <-chan struct{}, stop func()) {
	b, c := &s.bell, make(chan struct{}, 1)
	b.mu.Lock()
	if b.watchers == nil {
		b.watchers = map[chan struct{}]struct{}{}
	}
	b.watchers[c] = struct{}{}
	b.mu.Unlock()
	return c, func() {
		b.mu.Lock()
		delete(b.watchers, c)
		b.mu.Unlock()
	}
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.watchers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
