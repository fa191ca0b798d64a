package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"
)

// said is everything that is written in a run, by number. Each text begins with a
// mark of fixed width that a socket finds in any frame, and WeChat in any reply.
type said struct {
	began  time.Time
	mark   string // of this run
	people string // whose customers write
	first  int64  // the MsgId of the first
	next   atomic.Int64
	due    []atomic.Int64 // when it was to leave, in ns since began
	who    []atomic.Int32 // the customer
	before []atomic.Int32 // the customer's one before, counted from 1; 0: none
	taken  []atomic.Bool  // accepted
}

const markWidth = len("kl") + 8 + 8

func newSaid(most int) *said {
	number := rand.Uint32()
	mark := fmt.Sprintf("kl%08x", number)
	return &said{began: time.Now(), mark: mark, people: fmt.Sprintf("cu%08x", number), first: int64(number) << 31, due: make([]atomic.Int64, most),
		who: make([]atomic.Int32, most), before: make([]atomic.Int32, most), taken: make([]atomic.Bool, most)}
}

// begin gives the next number, or false when there are no more.
func (s *said) begin(customer int, before int, due time.Duration) (n int, ok bool) {
	n = int(s.next.Add(1)) - 1
	if n >= len(s.due) {
		return 0, false
	}
	s.due[n].Store(int64(due))
	s.who[n].Store(int32(customer))
	s.before[n].Store(int32(before))
	return n, true
}

func (s *said) text(n int) string {
	return fmt.Sprintf("%s%08x 您好，我想问一下昨天买的商品什么时候发货，谢谢", s.mark, n)
}

// since is how long ago the nth was to leave.
func (s *said) since(n int) time.Duration {
	return time.Since(s.began) - time.Duration(s.due[n].Load())
}

// find calls found for each text of this run in b; rest is what follows its mark.
func (s *said) find(b []byte, found func(n int, rest []byte)) {
	mark := []byte(s.mark)
	for {
		i := bytes.Index(b, mark)
		if i < 0 || i+markWidth > len(b) {
			return
		}
		if n, ok := hex(b[i+len(mark) : i+markWidth]); ok && n < len(s.due) {
			found(n, b[i+markWidth:])
		}
		b = b[i+markWidth:]
	}
}

// accepted counts what the server took.
func (s *said) accepted() (n int) {
	for i := range s.written() {
		if s.taken[i].Load() {
			n++
		}
	}
	return n
}

func (s *said) written() int { return min(int(s.next.Load()), len(s.due)) }

func hex(b []byte) (n int, ok bool) {
	for _, c := range b {
		i := strings.IndexByte("0123456789abcdef", c)
		if i < 0 {
			return 0, false
		}
		n = n<<4 | i
	}
	return n, true
}
