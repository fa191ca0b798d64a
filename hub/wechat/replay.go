package wechat

import (
	"strconv"
	"sync"
	"time"
)

// Fresh reports whether a timestamp of a URL is within the tolerance of now,
// either way. WeChat repeats a push for some seconds only, but clocks differ:
// allow minutes.
func Fresh(timestamp string, now time.Time, tolerance time.Duration) bool {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return false
	}
	return now.Sub(time.Unix(seconds, 0)).Abs() <= tolerance
}

const replaysKept = 1 << 15

// Replays remembers which push came under which nonce. In plain mode the
// signature does not cover the body, so whoever saw one request could send
// another body under the same signature: that is refused. The same push again is
// WeChat repeating itself and passes. The memory is bounded; what it forgets is
// old enough for Fresh to refuse.
//
// It does not outlive the program. The same push after a restart is known by its
// DedupeKey in the store; another body under an old signature passes once, in
// plain mode and until Fresh refuses it. Plain mode protects no better than the
// way to the server does.
//
// The zero value is ready.
type Replays struct {
	mu       sync.Mutex
	new, old map[replay]string
}

type replay struct{ timestamp, nonce string }

// Refused reports whether the nonce of q has already brought another push than
// the one with this key (Push.DedupeKey). Ask only after Callback.Open agreed, so
// that strangers cannot fill the memory.
func (r *Replays) Refused(q Query, key string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	id := replay{q.Timestamp, q.Nonce}
	known, ok := r.new[id]
	if !ok {
		known, ok = r.old[id]
	}
	if ok {
		return known != key
	}
	if r.new == nil || len(r.new) >= replaysKept {
		r.new, r.old = make(map[replay]string), r.new
	}
	r.new[id] = key
	return false
}
