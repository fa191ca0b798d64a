package courier

import (
	"sync"

	"kfdesk/hub/wechat"
)

// Health is what is wrong between an account and WeChat. The zero value: nothing
// that is known.
type Health struct {
	Code int    // WeChat's errcode; 0: WeChat was not reached
	Msg  string // for logs and details, never a secret
	At   int64  // since when it is so, 0: all is well
}

// The two kinds of calls whose trouble concerns a whole account.
const (
	tokenCalls = iota
	sendCalls
)

type health struct {
	mu   sync.Mutex
	last map[int64]*[2]Health
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

func (h *health) bad(accountID int64, calls int, err error, at int64) {
	msg := err.Error()
	if said, ok := refusal(err); ok {
		msg = said.Msg
	}
	h.set(accountID, calls, Health{Code: wechat.Code(err), Msg: msg, At: at})
}

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
	if now.At != 0 && was.At != 0 && was.Code == now.Code {
		now.At = was.At
	}
	*was = now
}
