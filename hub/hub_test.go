package hub

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kfdesk/store"
)

// line is the network between the hub and a browser: it unpacks what is
// written, and can be held up or cut.
type line struct {
	mu      sync.Mutex
	ids     []int64
	frames  []map[string]json.RawMessage
	changed chan struct{}
	hold    chan struct{} // while not nil, a write waits for it
	signals chan string
	stopped chan struct{}
	once    sync.Once
	code    int
}

func newLine() *line {
	return &line{changed: make(chan struct{}), signals: make(chan string, 8), stopped: make(chan struct{})}
}

func (l *line) Write(b []byte) error {
	l.mu.Lock()
	hold := l.hold
	l.mu.Unlock()
	if hold != nil {
		<-hold
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(b) > 0 {
		n, head := int(b[1]), 2
		switch n {
		case 126:
			n, head = int(binary.BigEndian.Uint16(b[2:])), 4
		case 127:
			n, head = int(binary.BigEndian.Uint64(b[2:])), 10
		}
		var f map[string]json.RawMessage
		if err := json.Unmarshal(b[head:head+n], &f); err != nil {
			return fmt.Errorf("not a frame: %w", err)
		}
		l.frames = append(l.frames, f)
		if id, ok := f["id"]; ok {
			var v int64
			_ = json.Unmarshal(id, &v)
			l.ids = append(l.ids, v)
		}
		b = b[head+n:]
	}
	close(l.changed)
	l.changed = make(chan struct{})
	return nil
}

func (l *line) Ping() error { return nil }

func (l *line) Read() ([]byte, error) {
	select {
	case s := <-l.signals:
		return []byte(s), nil
	case <-l.stopped:
		return nil, errors.New("closed")
	}
}

func (l *line) Stop() { l.once.Do(func() { close(l.stopped) }) }

func (l *line) Close(code int, _ string) {
	l.mu.Lock()
	l.code = code
	l.mu.Unlock()
}

// until waits for a state of what has arrived.
func (l *line) until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit := time.After(time.Minute)
	for {
		l.mu.Lock()
		done, changed := ok(), l.changed
		l.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-limit:
			t.Fatalf("%s: not reached with %d frames: %v", what, len(l.ids), l.frames)
		}
	}
}

func (l *line) has(id int64) func() bool {
	return func() bool { return len(l.ids) > 0 && l.ids[len(l.ids)-1] >= id }
}

// desk is a store with an account and an agent, and a hub that runs.
type desk struct {
	*testing.T
	store   *store.Store
	hub     *Hub
	account store.Account
	agent   store.Agent
	joined  sync.WaitGroup
	ahead   atomic.Int64 // of the store's clock
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	d := &desk{T: t}
	s, err := store.Open(ctx, t.TempDir(), store.Options{Now: func() time.Time { return time.Now().Add(time.Duration(d.ahead.Load())) }})
	if err != nil {
		t.Fatal(err)
	}
	d.store, d.hub = s, New(s, slog.New(slog.DiscardHandler))
	d.hub.page = 7 // so that a few events are several pages
	var by store.Actor
	if d.account, err = s.AddAccount(ctx, by, store.Account{AppID: "wx1234567890abcdef", OriginalID: "gh_0123456789ab", WechatID: "desk",
		Mode: "plain", Secret: "secret", CallbackToken: "token123"}); err != nil {
		t.Fatal(err)
	}
	if d.agent, err = s.AddAgent(ctx, by, store.Agent{Login: "li", Role: "agent"}, "long enough"); err != nil {
		t.Fatal(err)
	}
	if err := s.Bind(ctx, by, d.agent.ID, d.account.ID, ""); err != nil {
		t.Fatal(err)
	}
	d.agent, _ = s.Agent(ctx, d.agent.ID)
	ended := make(chan error, 1)
	go func() { ended <- d.hub.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		d.joined.Wait()
		s.Close()
	})
	return d
}

// connect opens a browser at a place in the events.
func (d *desk) connect(since int64) *line {
	l, who := newLine(), d.agent
	d.joined.Go(func() {
		d.hub.Serve(context.Background(), l, Viewer{Agent: who, Since: since, Check: func(ctx context.Context) (store.Agent, error) {
			a, err := d.store.Agent(ctx, who.ID)
			if err == nil && !a.Active {
				err = store.ErrNotFound
			}
			return a, err
		}})
	})
	return l
}

func (d *desk) newest() int64 {
	d.Helper()
	newest, _, err := d.store.LastEvent(context.Background())
	if err != nil {
		d.Fatal(err)
	}
	return newest
}

// write stores n messages of a customer.
func (d *desk) write(openid string, n int) {
	for i := range n {
		if _, err := d.store.Receive(context.Background(), store.Incoming{Account: d.account.ID, OpenID: openid, Dedupe: fmt.Sprint(openid, i),
			Dir: "in", Type: "text", Body: json.RawMessage(`{"content":"hello"}`), At: d.store.Now().UnixMilli(),
			Grant: "message"}); err != nil {
			d.Error(err)
		}
	}
}

func TestEveryBrowserSeesEveryEventInOrder(t *testing.T) {
	d := newDesk(t)
	start := d.newest()
	lines := []*line{d.connect(start), d.connect(start), d.connect(start)}
	var writers sync.WaitGroup
	for i := range 8 {
		writers.Go(func() { d.write(fmt.Sprint("customer", i), 25) })
	}
	writers.Wait()
	newest := d.newest()
	late := d.connect(start)
	for _, l := range append(lines, late) {
		l.until(t, "all events", l.has(newest))
		want := make([]int64, 0, newest-start)
		for id := start + 1; id <= newest; id++ {
			want = append(want, id)
		}
		if !slices.Equal(l.ids, want) {
			t.Fatalf("events came out of order, twice or not at all: %d of %d", len(l.ids), len(want))
		}
	}
}

func TestStuckBrowserStopsNobody(t *testing.T) {
	d := newDesk(t)
	start := d.newest()
	stuck, other := newLine(), d.connect(start)
	stuck.hold = make(chan struct{})
	d.joined.Go(func() {
		d.hub.Serve(context.Background(), stuck, Viewer{Agent: d.agent, Since: start,
			Check: func(ctx context.Context) (store.Agent, error) { return d.store.Agent(ctx, d.agent.ID) }})
	})
	d.write("customer", 30)
	newest := d.newest()
	other.until(t, "all events beside a stuck browser", other.has(newest))
	if len(stuck.ids) != 0 {
		t.Fatal("the stuck browser was not stuck")
	}
	stuck.mu.Lock()
	hold := stuck.hold
	stuck.hold = nil
	stuck.mu.Unlock()
	close(hold)
	stuck.until(t, "the stuck browser catches up", stuck.has(newest))
	if int64(len(stuck.ids)) != newest-start {
		t.Fatalf("%d events, want %d", len(stuck.ids), newest-start)
	}
}

func TestFarBehindReadsTheStore(t *testing.T) {
	d := newDesk(t)
	start := d.newest()
	first := d.connect(start)
	d.write("customer", 30)
	newest := d.newest()
	first.until(t, "all events", first.has(newest))
	d.hub.ring.mu.Lock()
	d.hub.ring.frames, d.hub.ring.from = nil, newest // as if they had been pushed out
	d.hub.ring.mu.Unlock()
	behind := d.connect(start)
	behind.until(t, "all events from the store", behind.has(newest))
	d.write("another", 1)
	behind.until(t, "and then those that are new", behind.has(newest+1))
	if int64(len(behind.ids)) != newest+1-start {
		t.Fatalf("%d events, want %d", len(behind.ids), newest+1-start)
	}
}

func TestRingForgetsTheOldest(t *testing.T) {
	var r ring
	r.start(10)
	for i := range ringFrames + 100 {
		r.add([]frame{{id: int64(11 + i), row: []byte("x")}})
	}
	if _, _, ok := r.after(10); ok {
		t.Fatal("frames that are gone are still promised")
	}
	if _, _, ok := r.after(r.from - 1); ok {
		t.Fatal("a frame that is gone is still promised")
	}
	if frames, _, ok := r.after(r.from); !ok || len(frames) > ringFrames || len(frames) < ringFrames/2 || frames[0].id != r.from+1 {
		t.Fatalf("%d frames, %v", len(frames), ok)
	}
	if frames, _, ok := r.after(r.top()); !ok || len(frames) != 0 {
		t.Fatal("nothing is new after the newest")
	}
}

func TestRowsThatCameTogetherAreOnePiece(t *testing.T) {
	var r ring
	r.start(10)
	r.add([]frame{{id: 11, row: []byte("a")}})
	r.add([]frame{{id: 12, row: []byte("b")}, {id: 13}, {id: 14, row: []byte("c")}})
	for id, want := range map[int64]string{10: "", 11: "bc", 12: "", 14: ""} {
		if _, whole, ok := r.after(id); !ok || string(whole) != want {
			t.Errorf("after %d: %q, want %q", id, whole, want)
		}
	}
}

func TestResetWhenTheCursorCannotGoOn(t *testing.T) {
	d := newDesk(t)
	d.write("customer", 3)
	isReset := func(l *line) func() bool {
		return func() bool { return len(l.frames) == 1 && string(l.frames[0]["reset"]) == "true" }
	}
	newer := d.connect(d.newest() + 1)
	newer.until(t, "reset of a cursor newer than the store", isReset(newer))
	if err := d.store.PruneEvents(context.Background(), -1000); err != nil {
		t.Fatal(err)
	}
	d.write("another", 1)
	older := d.connect(1)
	older.until(t, "reset of a cursor older than what is kept", isReset(older))
}

func TestNobodySeesAnotherAccount(t *testing.T) {
	d := newDesk(t)
	ctx := context.Background()
	if err := d.store.Unbind(ctx, store.Actor{}, d.agent.ID, d.account.ID); err != nil {
		t.Fatal(err)
	}
	d.agent, _ = d.store.Agent(ctx, d.agent.ID)
	l := d.connect(d.newest())
	d.write("customer", 5)
	if err := d.store.Bind(ctx, store.Actor{}, d.agent.ID, d.account.ID, ""); err != nil {
		t.Fatal(err)
	}
	d.write("another", 1)
	l.until(t, "the message after the right was given", l.has(d.newest()))
	if len(l.ids) != 2 { // the agent's own change, and the message after it
		t.Fatalf("saw %v", l.ids)
	}
}

// Who is deactivated is out at once: no beat comes within this test.
func TestEndedSessionEndsTheSocket(t *testing.T) {
	d := newDesk(t)
	d.hub.beat = time.Hour
	admin, err := d.store.AddAgent(context.Background(), store.Actor{}, store.Agent{Login: "boss", Role: "admin"}, "long enough")
	if err != nil {
		t.Fatal(err)
	}
	l := d.connect(d.newest())
	l.until(t, "connected", func() bool { return len(l.frames) > 0 })
	if err := d.store.SetAgentActive(context.Background(), store.Actor{AgentID: admin.ID}, d.agent.ID, false); err != nil {
		t.Fatal(err)
	}
	select {
	case <-l.stopped:
	case <-time.After(time.Minute):
		t.Fatal("it is still open")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.code != CloseSession {
		t.Fatalf("closed with %d", l.code)
	}
}

func TestEndTellsTheBrowsersToComeBack(t *testing.T) {
	s, err := store.Open(context.Background(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	h := New(s, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	l := newLine()
	served := make(chan struct{})
	go func() {
		defer close(served)
		h.Serve(context.Background(), l, Viewer{Check: func(context.Context) (store.Agent, error) { return store.Agent{}, nil }})
	}()
	l.until(t, "connected", func() bool { return len(l.frames) > 0 })
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	<-served
	if l.code != CloseRestart {
		t.Fatalf("closed with %d", l.code)
	}
	after := newLine()
	h.Serve(context.Background(), after, Viewer{})
	if after.code != CloseRestart {
		t.Fatalf("a browser that comes after the end is closed with %d", after.code)
	}
}

// panicking fails as no network does.
type panicking struct{ *line }

func (panicking) Write([]byte) error { panic("broken") }

func TestPanicEndsOneConnectionOnly(t *testing.T) {
	d := newDesk(t)
	d.hub.Serve(context.Background(), panicking{newLine()}, Viewer{Agent: d.agent, Since: d.newest(),
		Check: func(ctx context.Context) (store.Agent, error) { return d.agent, nil }})
	l := d.connect(d.newest())
	d.write("customer", 1)
	l.until(t, "others go on", l.has(d.newest()))
}
