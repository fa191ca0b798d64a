package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// wrote is a run in which customers 0 and 1 wrote in turn; all was accepted.
func wrote(messages int) *said {
	s := newSaid(messages)
	last := [2]int{}
	for i := range messages {
		n, _ := s.begin(i%2, last[i%2], time.Since(s.began))
		last[i%2] = n + 1
		s.taken[n].Store(true)
	}
	return s
}

// frame is what the server sends when the list shows message n.
func (s *said) frame(event, n int, state string) []byte {
	customer := int(s.who[n].Load())
	return fmt.Appendf(nil, `{"id":%d,"kind":"message","conversation":{"id":%d,"state":"open","customer":{"openid":%q},"last":{"id":%d,"dir":"in","type":"text","text":%q,"state":%q,"agent":0}}}`,
		event, customer+1, s.openid(customer), event, s.text(n), state)
}

type shown struct{ event, n int }

func (s *said) seen(frames ...shown) *view {
	v := newView(s, 2, "")
	for _, f := range frames {
		v.frame(s.frame(f.event, f.n, ""))
	}
	v.frame([]byte(`{"beat":9,"now":1}`))
	return v
}

// What a socket lost, showed twice or in the wrong order is found, each as what it
// is, and fails the run.
func TestSocketFaults(t *testing.T) {
	for _, c := range []struct {
		name   string
		frames []shown
		want   figures
	}{
		{"all in order", []shown{{1, 0}, {2, 1}, {3, 2}, {4, 3}, {5, 4}, {6, 5}}, figures{}},
		{"a newer one shows those before it", []shown{{3, 2}, {6, 5}, {7, 4}}, figures{}},
		{"the same line in another event", []shown{{1, 0}, {2, 1}, {3, 2}, {4, 3}, {5, 4}, {6, 5}, {7, 5}}, figures{}},
		{"the last of one is lost", []shown{{1, 0}, {2, 1}, {3, 2}, {4, 3}, {5, 4}}, figures{Unseen: 1}},
		{"the last two of one are lost", []shown{{1, 0}, {2, 1}, {3, 2}, {5, 4}}, figures{Unseen: 2}},
		{"nothing comes", nil, figures{Unseen: 6}},
		{"a frame comes twice", []shown{{1, 0}, {2, 1}, {3, 2}, {4, 3}, {5, 4}, {6, 5}, {6, 5}}, figures{ShownTwice: 1}},
		{"two frames in the wrong order", []shown{{1, 0}, {3, 2}, {2, 1}, {4, 3}, {5, 4}, {6, 5}}, figures{Disorder: 1}},
		{"a conversation goes back", []shown{{1, 2}, {2, 0}, {3, 4}, {6, 5}}, figures{Back: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := wrote(6)
			v := s.seen(c.frames...)
			got := figures{Accepted: 6}
			got.sum([]*view{v})
			c.want.Accepted, c.want.Orders = 6, 1
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v\nwant %+v", got, c.want)
			}
			if n := int(v.count.Load()); n != 6-got.Unseen {
				t.Errorf("%d are counted as shown", n)
			}
			if fault := got.Unseen+got.ShownTwice+got.Disorder+got.Back > 0; fault != (got.faults() != nil) {
				t.Errorf("the run says %v", got.faults())
			}
		})
	}
}

// Sockets that saw the same events in another order are found.
func TestOrders(t *testing.T) {
	s := wrote(4)
	a := s.seen(shown{1, 0}, shown{2, 1}, shown{3, 2}, shown{4, 3})
	b := s.seen(shown{1, 0}, shown{2, 1}, shown{3, 2}, shown{4, 3})
	c := s.seen(shown{1, 0}, shown{3, 1}, shown{4, 2}, shown{5, 3})
	for _, one := range []struct {
		views []*view
		want  int
	}{{[]*view{a, b}, 1}, {[]*view{a, c}, 2}} {
		var f figures
		f.Accepted = 4
		f.sum(one.views)
		if f.Orders != one.want || (f.faults() != nil) != (one.want > 1) {
			t.Errorf("%d orders, %v", f.Orders, f.faults())
		}
	}
}

// On the way back a line counts when it is shown as sent.
func TestShownAsSent(t *testing.T) {
	s := wrote(2)
	v := newView(s, 2, "sent")
	v.frame(s.frame(1, 0, "pending"))
	if n := v.count.Load(); n != 0 {
		t.Errorf("%d pending are shown", n)
	}
	v.frame(s.frame(2, 0, "sent"))
	if n := v.count.Load(); n != 1 || v.unseen() != 1 {
		t.Errorf("%d sent are shown, %d not", n, v.unseen())
	}
}

// What the store lost, has twice or muddled up is found.
func TestTimelineFaults(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines [2][]int // of each customer, the newest first
		want  figures
	}{
		{"all", [2][]int{{4, 2, 0}, {5, 3, 1}}, figures{}},
		{"one is lost", [2][]int{{4, 0}, {5, 3, 1}}, figures{Missing: 1}},
		{"one is there twice", [2][]int{{4, 2, 2, 0}, {5, 3, 1}}, figures{Twice: 1}},
		{"the wrong way round", [2][]int{{4, 0, 2}, {5, 3, 1}}, figures{Muddled: 1}},
	} {
		s := wrote(6)
		stored := newStored(s)
		for _, list := range c.lines {
			var texts []string
			for _, n := range list {
				texts = append(texts, s.text(n))
			}
			stored.timeline(append(texts, "什么时候发货"))
		}
		got := figures{}
		stored.tell(&got)
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// What WeChat never had, or had twice, is found.
func TestWeChatFaults(t *testing.T) {
	s := wrote(3)
	e := newEar(s, 3)
	for _, n := range []int{0, 1, 1} {
		e.hear([]byte(`{"touser":"o1","text":{"content":"` + s.text(n) + `"}}`))
	}
	var f figures
	e.tell(&f)
	if f.Missing != 1 || f.Twice != 1 || e.count() != 2 {
		t.Errorf("%d missing, %d twice, %d there", f.Missing, f.Twice, e.count())
	}
}

// Every kind of fault fails the run.
func TestFaultsFail(t *testing.T) {
	good := figures{Accepted: 1, Orders: 1, DeafCut: 1, Shown: &quantiles{P99: 19.5}, Plan: plan{P99: 20 * time.Millisecond}}
	if err := good.faults(); err != nil {
		t.Error(err)
	}
	for _, spoil := range []func(*figures){
		func(f *figures) { f.Accepted = 0 }, func(f *figures) { f.Refused = map[string]int{"500": 1} }, func(f *figures) { f.Unsent = 1 }, func(f *figures) { f.Unseen = 1 },
		func(f *figures) { f.ShownTwice = 1 }, func(f *figures) { f.Disorder = 1 }, func(f *figures) { f.Back = 1 }, func(f *figures) { f.Orders = 2 },
		func(f *figures) { f.Cut = 1 }, func(f *figures) { f.Missing = 1 }, func(f *figures) { f.Twice = 1 }, func(f *figures) { f.Muddled = 1 },
		func(f *figures) { f.Plan.Time, f.Growth = 10*time.Minute, 3000 },
		func(f *figures) { f.Plan.P99 = 19 * time.Millisecond }, func(f *figures) { f.Sent = &quantiles{P99: 20.5} },
	} {
		bad := good
		spoil(&bad)
		if bad.faults() == nil {
			t.Errorf("%+v passes", bad)
		}
	}
}

// A server that stalls shows in all that it kept waiting: times count from when a
// message was due.
func TestStallCounts(t *testing.T) {
	const stall = 300 * time.Millisecond
	p := plan{Posters: 1, Customers: 1, Rate: 1000, Most: 100, Time: time.Minute}
	s := newSaid(p.Most)
	posters := p.hands(s, func(n, _ int) (string, bool) {
		if n == 0 {
			time.Sleep(stall)
		}
		return "", true
	})
	post(context.Background(), p, posters)
	if s.accepted() != p.Most {
		t.Fatalf("%d accepted", s.accepted())
	}
	// The hundredth was due after 99 ms and had to wait until 300.
	if least := posters[0].answers.Min(); least < 200_000 {
		t.Errorf("one waited %d µs only", least)
	}
}

// What was due and not sent when the time is over is counted, be it that it waits for a
// poster or that there is no room for it to wait.
func TestUnsentCounts(t *testing.T) {
	p := plan{Posters: 1, Customers: 1, Rate: 1_000_000, Most: 1<<16 + 1000, Time: time.Minute}
	s := newSaid(p.Most)
	ctx, end := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer end()
	posters := p.hands(s, func(int, int) (string, bool) { <-ctx.Done(); return "", true })
	post(ctx, p, posters)
	f := figures{Plan: p, Refused: map[string]int{}}
	f.account(s, posters, time.Second)
	if f.Accepted+f.Unsent != p.Most || f.Unsent < 1000 || f.refused() > 0 {
		t.Errorf("%d accepted, %d unsent, %d refused", f.Accepted, f.Unsent, f.refused())
	}
	var out strings.Builder
	if f.print(&out); !strings.Contains(out.String(), fmt.Sprint(f.Unsent, " due messages were not sent")) {
		t.Errorf("%s", out.String())
	}
	for rate, want := range map[float64]int{0: 0, 0.5: 30, 0.51: 31, 1e9: p.Most} {
		p.Rate = rate
		if got := p.due(); got != want {
			t.Errorf("%d are due at %g a second, want %d", got, rate, want)
		}
	}
}

// Printed or as JSON: a search that does not find all fails the run.
func TestSizesCheck(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		for found, fails := range []bool{true, true, false} {
			var out strings.Builder
			err := tellSizes(&out, []size{{Found: 2, Holding: 2}, {Found: found, Holding: 2}}, asJSON)
			if (err != nil) != fails || out.Len() == 0 {
				t.Errorf("JSON %v, %d found: %v after %q", asJSON, found, err, out.String())
			}
		}
	}
}

func TestQuantiles(t *testing.T) {
	l := newLatency()
	for i := range 1000 {
		l.add(time.Duration(i+1) * time.Millisecond)
	}
	q := l.quantiles()
	for got, want := range map[float64]float64{q.P50: 500, q.P90: 900, q.P99: 990, q.Max: 1000} {
		if got < want*0.999 || got > want*1.002 {
			t.Errorf("%v, not %v", got, want)
		}
	}
}

// Memory that rises at first and then stays is flat; what goes on rising is not.
func TestGrowth(t *testing.T) {
	const minute = int(time.Minute / sampleEvery)
	var flat, rising samples
	for i := range 10 * minute {
		flat = append(flat, 50_000+int64(min(i, 4*minute))*20_000/int64(minute)+int64(i%7)*300)
		rising = append(rising, 50_000+int64(i)*3_000/int64(minute)+int64(i%7)*300)
	}
	if g := flat.growth(); g > 10 || g < -10 {
		t.Errorf("flat memory grows by %f", g)
	}
	if g := rising.growth(); g < 2990 || g > 3010 {
		t.Errorf("memory that rises by 3000 grows by %f", g)
	}
	if m := rising.each(time.Minute); len(m) != 10 || m[9]-m[0] < 26_000 || m[9]-m[0] > 28_000 {
		t.Errorf("minutes %v", m)
	}
}

// Another machine is never loaded, and no run is without an end.
func TestRefusals(t *testing.T) {
	for _, args := range []string{
		"-server http://192.168.1.1:8080", "-server http://desk.example.com", "-server http://127.0.0.1.example.com", "-server http://10.0.0.1 -token x",
		"-time 20m", "-time 0s", "-messages 3000000", "-sockets 5000", "-posters 0", "-posters 16 -customers 3", "-deaf 60",
		"-out", "-out -rate 1 -server http://127.0.0.1:1", "-mode compatible", "-wechat-delay 1m",
	} {
		if err := run(context.Background(), &bytes.Buffer{}, strings.Fields(args)); err == nil {
			t.Errorf("load %s runs", args)
		}
	}
}

// The real program, both ways; some of the sockets read nothing.
func TestRun(t *testing.T) {
	for _, args := range []string{"-time 2s -messages 400 -sockets 6 -deaf 2 -mode plain", "-out -rate 50 -time 1s -sockets 3 -posters 4 -wechat-delay 5ms"} {
		var out bytes.Buffer
		if err := run(context.Background(), &out, append(strings.Fields(args), "-json")); err != nil {
			t.Errorf("load %s: %v", args, err)
		}
		var f figures
		if err := json.Unmarshal(out.Bytes(), &f); err != nil {
			t.Fatal(err)
		}
		if f.Accepted < 20 || f.Orders != 1 || f.CPU == 0 || f.RSSMost == 0 || f.Start == 0 {
			t.Errorf("%s", out.Bytes())
		}
		var text bytes.Buffer
		f.print(&text)
		if !slices.ContainsFunc(strings.Split(text.String(), "\n"), func(line string) bool { return strings.HasPrefix(line, "until shown") }) {
			t.Errorf("%s", text.String())
		}
	}
}
