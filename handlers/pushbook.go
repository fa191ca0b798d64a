package handlers

import (
	"sync"
	"time"
)

// pushBook remembers how the pushes of each official account fared, since the
// program began. It holds counts, and nothing of what they say.
type pushBook struct {
	mu    sync.Mutex
	since int64 // the first entry, 0 none
	books map[int64]*pushes
}

// pushes is what is known of an account's pushes. Times are of the store's clock.
type pushes struct {
	TakenAt  int64  // the last one that was taken
	From     string // where it came from
	Taken    int    // within a day
	Refusals []refusedPush

	taken   hours
	refused map[string]*refusedPush
}

// refusedPush is a reason why pushes were turned away within a day.
type refusedPush struct {
	Reason string // signature, mode, key, clock, nonce, original_id, component
	N      int
	At     int64  // the last one
	What   string // the original id or platform it was for, or its timestamp

	hours hours
}

// hours counts by the hour, for a day.
type hours struct {
	hour [24]int64
	n    [24]int
}

func (h *hours) add(now int64) {
	hour := now / time.Hour.Milliseconds()
	i := hour % 24
	if h.hour[i] != hour {
		h.hour[i], h.n[i] = hour, 0
	}
	h.n[i]++
}

func (h *hours) day(now int64) (sum int) {
	for i, hour := range h.hour {
		if now/time.Hour.Milliseconds()-hour < 24 {
			sum += h.n[i]
		}
	}
	return sum
}

// of is the book of an account; b.mu is held.
func (b *pushBook) of(accountID, now int64) *pushes {
	if b.books == nil {
		b.books, b.since = map[int64]*pushes{}, now
	}
	if b.books[accountID] == nil {
		b.books[accountID] = &pushes{refused: map[string]*refusedPush{}}
	}
	return b.books[accountID]
}

// begin is when the first entry was made, 0 when there is none.
func (b *pushBook) begin() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.since
}

func (b *pushBook) take(accountID, now int64, from string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.of(accountID, now)
	p.TakenAt, p.From = now, from
	p.taken.add(now)
}

func (b *pushBook) refuse(accountID, now int64, reason, what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.of(accountID, now)
	r := p.refused[reason]
	if r == nil {
		r = &refusedPush{Reason: reason}
		p.refused[reason] = r
	}
	r.At, r.What = now, what
	r.hours.add(now)
}

// reasons are those for which a push is turned away, the likeliest mistake first.
var reasons = []string{"signature", "mode", "key", "original_id", "component", "clock", "nonce"}

// read gives an account's book as it is now.
func (b *pushBook) read(accountID, now int64) pushes {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.books[accountID] == nil {
		return pushes{}
	}
	p := *b.books[accountID]
	p.Taken = p.taken.day(now)
	for _, reason := range reasons {
		if r := p.refused[reason]; r != nil && r.hours.day(now) > 0 {
			p.Refusals = append(p.Refusals, refusedPush{Reason: reason, N: r.hours.day(now), At: r.At, What: r.What})
		}
	}
	return p
}

// Refused is how many were turned away within a day.
func (p pushes) Refused() (sum int) {
	for _, r := range p.Refusals {
		sum += r.N
	}
	return sum
}

// since are the refusals after the last push that was taken, and after the keys
// were used.
func (p *pushes) since(keysUsedAt int64) (list []refusedPush) {
	for _, r := range p.Refusals {
		if r.Reason != "nonce" && r.At > p.TakenAt && r.At > keysUsedAt {
			list = append(list, r)
		}
	}
	return list
}

// deaf is the refusal that keeps WeChat's pushes out now, "" none. A wrong
// signature is no proof of that, for anybody can send one.
func (p *pushes) deaf(keysUsedAt int64) (reason string) {
	for _, r := range p.since(keysUsedAt) {
		if r.Reason != "signature" {
			return r.Reason
		}
	}
	return ""
}
