package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// each runs f in n goroutines and waits for all.
func each(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// block keeps the writer busy until release, so that changes wait for one batch.
func (s *Store) block(t testing.TB) (release func()) {
	t.Helper()
	inside, free, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- s.write(ctx, func(*tx) error { close(inside); <-free; return nil })
	}()
	<-inside
	return func() {
		t.Helper()
		close(free)
		ok(t, <-done)
	}
}

// queue hands changes to the writer while it is blocked, in order, and gives
// their answers after release.
func (s *Store) queue(t testing.TB, changes ...func(*tx) error) (answers func() []error) {
	t.Helper()
	return s.queueAs(t, false, changes...)
}

func (s *Store) queueAs(t testing.TB, push bool, changes ...func(*tx) error) (answers func() []error) {
	t.Helper()
	release := s.block(t)
	waiting := make([]change, len(changes))
	for i, do := range changes {
		waiting[i] = change{do: do, push: push, answer: make(chan error, 1)}
		s.writer.changes <- waiting[i]
	}
	return func() []error {
		release()
		errs := make([]error, len(waiting))
		for i, c := range waiting {
			errs[i] = <-c.answer
		}
		return errs
	}
}

func setting(name, value string) func(*tx) error {
	return func(t *tx) error {
		return t.exec("insert into setting (name, value) values ($1, $2)", name, value)
	}
}

func noted(name string) func(*tx) error {
	return func(t *tx) error {
		if err := t.note(Event{Kind: name}); err != nil {
			return err
		}
		return setting(name, "set")(t)
	}
}

// kinds lists the kinds of all events, in order.
func (s *Store) kinds(t testing.TB) (kinds []string) {
	t.Helper()
	next := int64(0)
	for _, c := range must(s.Changes(ctx, 0, 1000))(t) {
		if c.Event.ID <= next {
			t.Errorf("event %d comes after %d", c.Event.ID, next)
		}
		next = c.Event.ID
		kinds = append(kinds, c.Event.Kind)
	}
	return kinds
}

func TestChangesOfABatchFailAlone(t *testing.T) {
	for _, push := range []bool{false, true} {
		t.Run(fmt.Sprintf("pushes %v", push), func(t *testing.T) { failAlone(t, push) })
	}
}

func failAlone(t *testing.T, push bool) {
	s := open(t)
	wake, stop := s.Watch()
	defer stop()
	bad := errors.New("no")
	errs := s.queueAs(t, push,
		noted("a"),
		func(t *tx) error { return errors.Join(noted("b")(t), bad) },
		func(t *tx) error { _ = noted("c")(t); panic("in a change") },
		func(t *tx) error { return t.exec("insert into nowhere values (1)") },
		func(t *tx) error { return setting("a", "again")(t) },
		noted("d"),
	)()
	for i, want := range []string{"", "no", "panic in a change: in a change", "no such table", "UNIQUE", ""} {
		if got := fmt.Sprint(errs[i]); !strings.Contains(got, want) || (want == "") != (errs[i] == nil) {
			t.Errorf("change %d: got %v, want %q", i, errs[i], want)
		}
	}
	equal(t, "events", fmt.Sprint(s.kinds(t)), "[a d]")
	newest, _, err := s.LastEvent(ctx)
	ok(t, err)
	equal(t, "newest event: a change that was rolled back leaves no gap", newest, 2)
	for name, want := range map[string]string{"a": "set", "b": "", "c": "", "d": "set"} {
		equal(t, "setting "+name, must(s.Setting(ctx, name))(t), want)
	}
	select {
	case <-wake:
	default:
		t.Error("the bell did not ring")
	}
}

func TestBatchIsOneCommit(t *testing.T) {
	s := open(t)
	var seen []int
	count := func(t *tx) error {
		n, err := txOne[int](t, "select count(*) from event")
		seen = append(seen, n)
		return errors.Join(err, t.note(Event{Kind: "agent"}))
	}
	before := must(s.Version(ctx))(t)
	answers := s.queue(t, count, count, count)
	for _, err := range answers() {
		ok(t, err)
	}
	equal(t, "events seen by the three changes", fmt.Sprint(seen), "[0 1 2]")
	equal(t, "version after own changes", must(s.Version(ctx))(t), before)
}

func TestBellRingsForEventsOnly(t *testing.T) {
	s := open(t)
	wake, stop := s.Watch()
	other, stopOther := s.Watch()
	stopOther()
	ok(t, s.SetSetting(ctx, "quiet", "1"))
	if len(wake) != 0 {
		t.Error("a change without an event rang the bell")
	}
	for range 3 { // rings that nobody hears are one
		ok(t, s.write(ctx, func(t *tx) error { return t.note(Event{Kind: "agent"}) }))
	}
	equal(t, "wake-ups that wait", len(wake), 1)
	equal(t, "wake-ups of one who stopped watching", len(other), 0)
	stop()
}

// A push that is only to be shown leaves the courier asleep; a picture is to be
// fetched, a word of welcome to be sent, and any other change may be work.
func TestWorkWakesTheCourier(t *testing.T) {
	d := openDesk(t)
	wake, stop := d.WatchWork()
	defer stop()
	woken := func(what string, want int) {
		t.Helper()
		equal(t, "wake-ups after "+what, len(wake), want)
		for len(wake) > 0 {
			<-wake
		}
	}
	d.receive(t, d.text("o1", "hello"))
	woken("a text", 0)
	for _, err := range d.queueAs(t, true, noted("a"), noted("b"))() {
		ok(t, err)
	}
	woken("two pushes", 0)
	picture := d.text("o1", "")
	picture.Type, picture.Media = "image", &Wanted{Kind: "image", Source: "m1"}
	d.receive(t, picture)
	woken("a picture", 1)
	ok(t, d.write(ctx, noted("c")))
	woken("another change", 1)
	d.rule(t, func(r *Rules) { r.Autos.Welcome = AutoText{On: true, Text: "welcome"} })
	woken("the rules", 1)
	follow := d.event("o2", "subscribe", "subscribe")
	follow.Follow = +1
	d.receive(t, follow)
	woken("a welcome", 1)
}

func TestManyWritersSomeFail(t *testing.T) {
	s := open(t)
	const writers, changes = 32, 20
	each(writers, func(w int) {
		for i := range changes {
			name := fmt.Sprintf("%d.%d", w, i)
			fails := (w+i)%3 == 0
			err := s.write(ctx, func(t *tx) error {
				err := noted(name)(t)
				if fails {
					err = errors.Join(err, errors.New("fails"))
				}
				return err
			})
			if (err != nil) != fails {
				t.Errorf("%s: got %v", name, err)
			}
		}
	})
	kinds := map[string]int{}
	for _, k := range s.kinds(t) {
		kinds[k]++
	}
	for w := range writers {
		for i := range changes {
			name, want := fmt.Sprintf("%d.%d", w, i), 1
			if (w+i)%3 == 0 {
				want = 0
			}
			equal(t, "events of "+name, kinds[name], want)
			equal(t, "setting "+name, must(s.Setting(ctx, name))(t) == "set", want == 1)
		}
	}
}

// fill bounds the database to the pages it has.
func (s *Store) fill(t testing.TB) (release func()) {
	t.Helper()
	pragma := func(most string) {
		ok(t, s.write(ctx, func(t *tx) error {
			_, err := txOne[int](t, "pragma max_page_count = "+most)
			return err
		}))
	}
	pages, err := row(ctx, s, one[int64], "pragma page_count")
	ok(t, err)
	pragma(fmt.Sprint(pages))
	return func() { pragma("1000000000") }
}

func TestFullDiskAnswersEverybody(t *testing.T) {
	d := openDesk(t)
	wake, stop := d.Watch()
	defer stop()
	release := d.fill(t)
	big := strings.Repeat("x", 1<<20)
	errs := d.queue(t, noted("before"), setting("big", big), noted("after"))()
	for i, err := range errs {
		if stored := must(d.Setting(ctx, []string{"before", "big", "after"}[i]))(t) != ""; stored == (err != nil) {
			t.Errorf("change %d: stored %v, answer %v", i, stored, err)
		}
	}
	if errs[1] == nil || !strings.Contains(errs[1].Error(), "full") {
		t.Errorf("the change that found the disk full: %v", errs[1])
	}
	in := d.text("o1", big)
	if _, err := d.Receive(ctx, in); err == nil {
		t.Error("a push is said to be stored on a full disk")
	}
	for len(wake) > 0 {
		<-wake
	}
	release()
	d.receive(t, in) // WeChat sends it again
	equal(t, "wake-ups", len(wake), 1)
	d.kinds(t) // ids only go up
}

// A commit that fails answers every change of its batch with the failure.
func TestFailedCommitAnswersEverybody(t *testing.T) {
	s := open(t)
	// A foreign key that is checked only at the commit.
	later := func(t *tx) error {
		return errors.Join(t.exec("pragma defer_foreign_keys = on"),
			t.exec("insert into token (account_id, kind, value, expires_at) values (99, '', x'', 0)"))
	}
	wake, stop := s.Watch()
	defer stop()
	for i, err := range s.queue(t, noted("a"), later, noted("b"))() {
		if err == nil || !strings.Contains(err.Error(), "FOREIGN KEY") {
			t.Errorf("change %d: got %v", i, err)
		}
	}
	equal(t, "events", len(s.kinds(t)), 0)
	equal(t, "wake-ups", len(wake), 0)
	ok(t, s.write(ctx, noted("a"))) // and the writer works on
	equal(t, "events", fmt.Sprint(s.kinds(t)), "[a]")
}

func TestWriteAndContext(t *testing.T) {
	s := open(t)
	over, cancel := context.WithCancel(ctx)
	cancel()
	for range 50 {
		if err := s.write(over, setting("never", "1")); !errors.Is(err, context.Canceled) {
			t.Fatalf("a change whose time was over: %v", err)
		}
	}
	equal(t, "setting", must(s.Setting(ctx, "never"))(t), "")

	// Once taken, a change is made and its answer awaited, for the caller must know.
	release := s.block(t)
	waiting, cancel := context.WithCancel(ctx)
	answer := make(chan error)
	go func() { answer <- s.write(waiting, setting("taken", "1")) }()
	for len(s.writer.changes) == 0 { // until it is taken
		runtime.Gosched()
	}
	cancel()
	release()
	ok(t, <-answer)
	equal(t, "setting", must(s.Setting(ctx, "taken"))(t), "1")
}

func TestCloseAndWrite(t *testing.T) {
	s := open(t)
	var stored, refused [16]int
	var started sync.WaitGroup
	started.Add(16)
	go func() { started.Wait(); s.Close() }()
	each(16, func(w int) {
		for i := 0; ; i++ {
			err := s.write(ctx, setting(fmt.Sprintf("%d.%d", w, i), "1"))
			if i == 0 {
				started.Done()
			}
			if errors.Is(err, ErrClosed) {
				refused[w]++
				return
			}
			if err != nil {
				t.Errorf("while closing: %v", err)
				return
			}
			stored[w]++
		}
	})
	if err := s.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	again := openAt(t, s.Dir(), &clock{})
	for w, n := range stored {
		equal(t, "refused", refused[w], 1)
		for i := range n {
			equal(t, "stored", must(again.Setting(ctx, fmt.Sprintf("%d.%d", w, i)))(t), "1")
		}
	}
}
