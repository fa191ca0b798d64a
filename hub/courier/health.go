package courier

import (
	"context"
	"sync"
	"time"

	"kfdesk/hub/wechat"
)

// Health is what is wrong between an account and WeChat. The zero value: nothing
// that is known.
type Health struct {
	Code  int    // WeChat's errcode; 0: WeChat was not reached
	Msg   string // for logs and details, never a secret
	At    int64  // since when it is so, 0: all is well
	Last  int64  // when it was met last
	Token bool   // no access token, so that nothing goes; else replies are refused
}

// The two kinds of calls whose trouble concerns a whole account.
const (
	tokenCalls = iota
	sendCalls
)

const (
	clashSpan = time.Hour // in which tokens that were put out by others count
	clashMost = 100       // of them are kept
)

type health struct {
	mu      sync.Mutex
	last    map[int64]*[2]Health
	clashes map[int64][]int64 // when somebody else had put our token out
	changed map[int64]bool    // accounts that the browsers were not told of
	told    map[int64]int64   // when they were
}

// Health gives the trouble of an account: the token's first, for without one
// nothing goes. What concerns a single customer is no trouble of the account.
func (c *Courier) Health(accountID int64) Health {
	c.health.mu.Lock()
	defer c.health.mu.Unlock()
	h := c.health.last[accountID]
	switch {
	case h == nil:
		return Health{}
	case h[tokenCalls].At != 0:
		return h[tokenCalls]
	}
	return h[sendCalls]
}

// Clashes are the times within the last hour at which our token had been put out
// by another program, the oldest first.
func (c *Courier) Clashes(accountID int64) (list []int64) {
	c.health.mu.Lock()
	defer c.health.mu.Unlock()
	for _, at := range c.health.clashes[accountID] {
		if c.now()-at < clashSpan.Milliseconds() {
			list = append(list, at)
		}
	}
	return list
}

func (h *health) bad(accountID int64, calls int, err error, at int64) {
	msg := err.Error()
	if said, ok := refusal(err); ok {
		msg = said.Msg
	}
	h.set(accountID, calls, Health{Code: wechat.Code(err), Msg: msg, At: at, Last: at, Token: calls == tokenCalls})
}

// good ends a trouble. A token that comes again also ends the same trouble of the
// replies, such as a withdrawal that one of them met first.
func (h *health) good(accountID int64, calls int) { h.set(accountID, calls, Health{}) }

func (h *health) set(accountID int64, calls int, now Health) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last == nil {
		h.last = map[int64]*[2]Health{}
	}
	if h.last[accountID] == nil {
		h.last[accountID] = &[2]Health{}
	}
	was := &h.last[accountID][calls]
	if sends := &h.last[accountID][sendCalls]; calls == tokenCalls && now.At == 0 && was.At != 0 && sends.Code == was.Code {
		*sends = Health{}
	}
	same := (now.At == 0) == (was.At == 0) && was.Code == now.Code
	if same && now.At != 0 {
		now.At = was.At
	}
	*was = now
	if !same {
		h.turn(accountID)
	}
}

func (h *health) clash(accountID, at int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.clashes == nil {
		h.clashes = map[int64][]int64{}
	}
	list := append(h.clashes[accountID], at)
	h.clashes[accountID] = list[max(0, len(list)-clashMost):]
	h.turn(accountID)
}

// turn notes that there is something to tell; h.mu is held.
func (h *health) turn(accountID int64) {
	if h.changed == nil {
		h.changed, h.told = map[int64]bool{}, map[int64]int64{}
	}
	h.changed[accountID] = true
}

// due takes the accounts that the browsers are to be told of now.
func (h *health) due(now int64) (list []int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id := range h.changed {
		if now-h.told[id] >= healthAgain.Milliseconds() {
			list = append(list, id)
			h.told[id] = now
			delete(h.changed, id)
		}
	}
	return list
}

// tellHealth lets the browsers look again at accounts whose health has changed.
func (c *Courier) tellHealth(ctx context.Context) error {
	for _, id := range c.health.due(c.now()) {
		if err := c.o.Store.AccountState(ctx, id); err != nil {
			return err
		}
	}
	return nil
}
