package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"kfdesk/e2e/rig"
)

// latency holds times in microseconds, up to a minute, to three digits.
type latency struct{ *hdrhistogram.Histogram }

func newLatency() latency { return latency{hdrhistogram.New(1, 60_000_000, 3)} }

func (l latency) add(d time.Duration) { _ = l.RecordValue(min(max(d.Microseconds(), 1), 60_000_000)) }

// quantiles are times in milliseconds.
type quantiles struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func (l latency) quantiles() quantiles {
	at := func(q float64) float64 { return float64(l.ValueAtQuantile(q)) / 1000 }
	return quantiles{at(50), at(90), at(99), float64(l.Max()) / 1000}
}

// figures are what one run showed. Times count from when a message was due.
type figures struct {
	Plan     plan           `json:"plan"`
	Accepted int            `json:"accepted"`
	Refused  map[string]int `json:"refused"` // by the answer
	Unsent   int            `json:"unsent"`  // due at the rate, and not sent in time
	Seconds  float64        `json:"seconds"` // from the first post to the last answer
	Rate     float64        `json:"rate"`    // accepted a second
	Answer   quantiles      `json:"answer_ms"`
	Shown    *quantiles     `json:"shown_ms,omitempty"` // the way in: until a socket showed it, over all sockets
	There    *quantiles     `json:"there_ms,omitempty"` // the way back: until WeChat had it
	Sent     *quantiles     `json:"sent_ms,omitempty"`  // and until a socket showed it as sent, WeChat's own time included

	Unseen     int `json:"unseen"`      // accepted and not shown, over all sockets
	ShownTwice int `json:"shown_twice"` // frames that came twice, over all sockets
	Disorder   int `json:"disorder"`    // frames older than one before, over all sockets
	Back       int `json:"back"`        // conversations that showed an older message than before, over all sockets
	Orders     int `json:"orders"`      // in which the sockets saw the events: 1 when all saw the same
	Cut        int `json:"cut"`         // sockets that ended by themselves, but for the deaf
	DeafCut    int `json:"deaf_cut"`    // deaf ones that the server cut
	Missing    int `json:"missing"`     // accepted and not in the timeline, or not at WeChat
	Twice      int `json:"twice"`       // there more than once
	Muddled    int `json:"muddled"`     // in the timeline in another order than written

	CPU       float64 `json:"cpu_us"`         // of the server, for each accepted
	Start     float64 `json:"start_ms"`       // from its start to its first answer; 0: it was running
	RSSBefore int64   `json:"rss_before"`     // KiB, at rest after the start
	RSSSocket float64 `json:"rss_per_socket"` // KiB more with all sockets, at rest, for each
	RSSMost   int64   `json:"rss_most"`
	Samples   []int64 `json:"rss_minutes"`  // KiB, the median of each minute
	Growth    float64 `json:"rss_growth"`   // KiB a minute, in the second half; see growth
	Others    float64 `json:"others_cores"` // cores that other programs used: distrust the times when it is high
}

func newFigures(s *rig.Server, p plan) *figures {
	time.Sleep(restTime)
	return &figures{Plan: p, Refused: map[string]int{}, RSSBefore: rss(s.PID), Start: float64(s.Took.Microseconds()) / 1000}
}

// seated notes the memory when all sockets are there.
func (f *figures) seated(s *rig.Server) {
	f.RSSSocket = float64(rss(s.PID)-f.RSSBefore) / float64(max(1, f.Plan.Sockets))
}

// faults is an error when something was lost, came twice, was out of order or cut.
func (f *figures) faults() error {
	var list []error
	for _, one := range []struct {
		n    int
		what string
	}{
		{f.refused(), "refused"}, {f.Unsent, "due messages were not sent: the rate was not kept"}, {f.Missing, "lost"}, {f.Unseen, "not shown"}, {f.Twice, "twice"}, {f.ShownTwice, "shown twice"},
		{f.Muddled, "out of order"}, {f.Disorder, "shown out of order"}, {f.Back, "shown older than before"}, {f.Cut, "sockets cut"},
	} {
		if one.n > 0 {
			list = append(list, fmt.Errorf("%d %s", one.n, one.what))
		}
	}
	if f.Orders > 1 {
		list = append(list, fmt.Errorf("the sockets saw %d orders", f.Orders))
	}
	if f.Accepted == 0 {
		list = append(list, errors.New("nothing was accepted"))
	}
	for _, q := range []*quantiles{f.Shown, f.Sent} {
		if most := float64(f.Plan.P99.Microseconds()) / 1000; q != nil && most > 0 && q.P99 > most {
			list = append(list, fmt.Errorf("one of a hundred was shown after %.1f ms or later", q.P99))
		}
	}
	if f.grows() {
		list = append(list, fmt.Errorf("the memory grew by %.0f KiB a minute", f.Growth))
	}
	return errors.Join(list...)
}

func (f *figures) refused() (sum int) {
	for _, n := range f.Refused {
		sum += n
	}
	return sum
}

// The memory of a run of soakTime or more has to be flat: in its second half, when
// what is kept for a while is full, it may move by growMost.
const (
	soakTime = 2 * time.Minute
	growMost = 12 << 10 // KiB
)

func (f *figures) grows() bool {
	return f.Plan.Time >= soakTime && f.Growth*f.Plan.Time.Minutes()/2 > growMost
}

func (f *figures) print(w io.Writer) {
	way := "callback to sockets"
	if f.Plan.Out {
		way = fmt.Sprintf("replies to WeChat, which takes %v", f.Plan.Delay)
	}
	how := "as fast as the answers come"
	if f.Plan.Rate > 0 {
		how = fmt.Sprintf("%g a second", f.Plan.Rate)
	}
	fmt.Fprintf(w, "%s: %d sockets (%d deaf), %d posters, %d customers, %s, %s mode\n\n", way, f.Plan.Sockets, f.Plan.Deaf, f.Plan.Posters, f.Plan.Customers, how, f.Plan.Mode)
	row := func(name, form string, args ...any) {
		fmt.Fprintf(w, "%-22s "+form+"\n", append([]any{name}, args...)...)
	}
	row("accepted", "%d in %.2f s: %.0f a second", f.Accepted, f.Seconds, f.Rate)
	for answer, n := range f.Refused {
		row("refused", "%d × %s", n, answer)
	}
	if f.Unsent > 0 {
		row("not kept", "%d due messages were not sent", f.Unsent)
	}
	row("ms", "%8s %8s %8s %8s", "p50", "p90", "p99", "max")
	times := func(name string, q *quantiles, less float64) {
		if q != nil {
			row(name, "%8.2f %8.2f %8.2f %8.2f", q.P50-less, q.P90-less, q.P99-less, q.Max-less)
		}
	}
	times("until the answer", &f.Answer, 0)
	times("until shown", f.Shown, 0)
	times("until WeChat has it", f.There, 0)
	times("until shown as sent", f.Sent, 0)
	times("  without WeChat's", f.Sent, float64(f.Plan.Delay.Microseconds())/1000)
	row("lost", "%d; not shown %d", f.Missing, f.Unseen)
	row("twice", "%d; shown twice %d", f.Twice, f.ShownTwice)
	row("out of order", "%d; shown %d, within a conversation %d; orders seen %d", f.Muddled, f.Disorder, f.Back, f.Orders)
	row("sockets cut", "%d; of the deaf %d", f.Cut, f.DeafCut)
	if f.RSSMost > 0 {
		row("CPU", "%.0f µs of the server for each", f.CPU)
		row("memory", "%.1f MiB after the start, %.1f KiB a socket, %.1f MiB at most", mib(f.RSSBefore), f.RSSSocket, mib(f.RSSMost))
		if len(f.Samples) > 1 {
			row("  minute by minute", "%d MiB, at last %+.0f KiB a minute", mibs(f.Samples), f.Growth)
		}
	}
	if f.Start > 0 {
		row("start", "%.0f ms to the first answer", f.Start)
	}
	row("other programs", "used %.2f cores; distrust the times when that is much", f.Others)
}

func mib(kib int64) float64 { return float64(kib) / 1024 }

func mibs(list []int64) (out []int64) {
	for _, kib := range list {
		out = append(out, kib/1024)
	}
	return out
}
