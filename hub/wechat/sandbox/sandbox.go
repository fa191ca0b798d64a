// Package sandbox imitates the WeChat platform: the API that an official
// account calls, the pushes that the platform sends, and the phones of its
// users. Everything in it happens on one clock that can be moved forward.
//
// API answers as api.weixin.qq.com does, Control is driven by the phone page
// and by tests from outside, and a test in the same process uses the methods
// of Sandbox.
package sandbox

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Options are the settings of a sandbox. The zero value is a sandbox in
// memory that behaves as the platform documents itself.
type Options struct {
	Dir      string                    // state file and media; empty keeps all in memory
	Base     string                    // URL of API, for the links in pushes and answers; see SetBase
	Callback func(appid string) string // callback URL of an account that names none
	Clock    func() time.Time          // real time below the movable clock; time.Now
	Client   *http.Client              // carries pushes
	Attempts int                       // deliveries of one push in all; 3
	Timeout  time.Duration             // wait for the answer to a push; 5 s
	Pause    time.Duration             // rest between two deliveries of one push; none
	Workers  int                       // pushes under way at once, never two of one user; 4
	PayQuota int                       // messages that a payment allows; none since 2023
	Lenient  bool                      // take \u escapes in JSON instead of refusing them with 47002
	Record   bool                      // keep every accepted reply for Received, without limit
	Log      *slog.Logger
}

// A Sandbox is one imitation of the platform with any number of accounts.
type Sandbox struct {
	opt    Options
	ctx    context.Context // ends when the sandbox stops
	cancel context.CancelFunc
	run    sync.Mutex // held by Run
	left   []string   // states that an earlier one left half written
	queues []*queue

	mu      sync.Mutex
	st      state
	files   files
	users   map[string]*user
	tokens  map[string]*token // by value
	base    string
	version int64         // grows with every change, and from one start to the next
	changed chan struct{} // closed at the next change
	dirty   bool          // something is not saved yet
	pending int           // pushes that are not settled
	notices []told        // for components, on their way
	counts  Counts
	record  []Delivered
	rids    map[string]*refused
}

// Counts are totals since the sandbox was made; they are never capped.
type Counts struct {
	Calls     int64 `json:"calls"`     // API calls
	Accepted  int64 `json:"accepted"`  // replies taken by custom/send
	Refused   int64 `json:"refused"`   // replies refused
	Pushes    int64 `json:"pushes"`    // messages and events of users
	Attempts  int64 `json:"attempts"`  // deliveries of pushes
	Delivered int64 `json:"delivered"` // pushes with a good answer
	Faulty    int64 `json:"faulty"`    // pushes after which the user saw the fault notice
}

// New makes a sandbox and reads what an earlier one left in Options.Dir. No
// push leaves before Run.
func New(opt Options) (*Sandbox, error) {
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.Client == nil {
		opt.Client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	}
	if opt.Attempts == 0 {
		opt.Attempts = 3
	}
	if opt.Timeout == 0 {
		opt.Timeout = 5 * time.Second
	}
	if opt.Workers == 0 {
		opt.Workers = 4
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	s := &Sandbox{opt: opt, base: strings.TrimRight(opt.Base, "/"), changed: make(chan struct{}), version: opt.Clock().UnixMilli()}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	for range opt.Workers {
		s.queues = append(s.queues, &queue{bell: make(chan struct{}, 1)})
	}
	if err := s.load(); err != nil {
		s.cancel()
		return nil, err
	}
	return s, nil
}

// Run delivers pushes and saves the state until ctx ends or Close is called.
// It returns when everything it started has ended and the state is saved.
func (s *Sandbox) Run(ctx context.Context) error {
	s.run.Lock()
	defer s.run.Unlock()
	defer context.AfterFunc(ctx, s.cancel)()
	for _, name := range s.left { // not in New: a second one may be made of the folder, and does not come so far
		_ = os.Remove(filepath.Join(s.opt.Dir, name)) // what stays goes another time
	}
	var wg sync.WaitGroup
	for _, q := range s.queues {
		wg.Go(func() { s.deliver(q) })
	}
	wg.Go(s.keep)
	wg.Go(s.tellComponents)
	wg.Wait()
	return s.save()
}

// Close ends Run, releases every waiting request and saves the state.
func (s *Sandbox) Close() error {
	s.cancel()
	s.run.Lock()
	defer s.run.Unlock()
	return s.save()
}

// Now is the time in the sandbox.
func (s *Sandbox) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}

func (s *Sandbox) now() time.Time { return s.opt.Clock().Add(s.st.Offset) }

// Advance moves the clock forward. Time never goes back: a negative d is
// ignored.
func (s *Sandbox) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d > 0 {
		s.st.Offset += d
		s.touch()
	}
}

// SetBase says under which URL API can be reached. Picture links in pushes
// and answers begin with it.
func (s *Sandbox) SetBase(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = strings.TrimRight(url, "/")
}

// Counts are the totals so far.
func (s *Sandbox) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts
}

// touch marks a change: it will be saved, and those who wait look again.
func (s *Sandbox) touch() {
	s.dirty = true
	s.version++
	close(s.changed)
	s.changed = make(chan struct{})
}

// wait blocks until done says true, looking again after every change. done is
// called with the sandbox locked.
func (s *Sandbox) wait(ctx context.Context, done func() bool) error {
	for {
		s.mu.Lock()
		ok, changed := done(), s.changed
		s.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-s.ctx.Done():
			return context.Canceled
		}
	}
}

// Settle waits until every push has been answered or given up.
func (s *Sandbox) Settle(ctx context.Context) error {
	return s.wait(ctx, func() bool { return s.pending == 0 })
}

// serial gives the next number for ids inside the sandbox.
func (s *Sandbox) serial() int64 {
	s.st.Serial++
	return s.st.Serial
}
