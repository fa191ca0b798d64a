package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
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

// figures are what one run showed.
type figures struct {
	Plan     plan           `json:"plan"`
	Accepted int            `json:"accepted"`
	Refused  map[string]int `json:"refused"` // by the answer
	Seconds  float64        `json:"seconds"` // from the first post to the last answer
	Rate     float64        `json:"rate"`    // accepted a second
	Answer   quantiles      `json:"answer_ms"`
	Shown    quantiles      `json:"shown_ms"` // when it was due until a socket showed it, over all sockets; on the way back until WeChat had it

	Unseen   int `json:"unseen"`   // accepted and not shown, over all sockets
	Disorder int `json:"disorder"` // frames older than the one before, in a socket
	Cut      int `json:"cut"`      // sockets that ended by themselves, but for the deaf
	Missing  int `json:"missing"`  // accepted and not in the timeline
	Twice    int `json:"twice"`    // in the timeline, or at WeChat, more than once
	Muddled  int `json:"muddled"`  // in the timeline in another order than written

	CPU       float64 `json:"cpu_us"`      // of the server, for each accepted
	RSSBefore int64   `json:"rss_before"`  // KiB: no socket yet
	RSSIdle   int64   `json:"rss_sockets"` // with all sockets, at rest
	RSSMost   int64   `json:"rss_most"`
	Others    float64 `json:"others_cores"` // cores that other programs used: distrust the times when it is high
}

func (f *figures) print(w io.Writer) {
	way := "callback to sockets"
	if f.Plan.Out {
		way = "replies to WeChat"
	}
	how := "as fast as the answers come"
	if f.Plan.Rate > 0 {
		how = fmt.Sprintf("%g a second", f.Plan.Rate)
	}
	fmt.Fprintf(w, "%s: %d sockets (%d deaf), %d posters, %d customers, %s, %s mode\n", way, f.Plan.Sockets, f.Plan.Deaf, f.Plan.Posters, f.Plan.Customers, how, f.Plan.Mode)
	fmt.Fprintf(w, "accepted  %d in %.2f s: %.0f a second\n", f.Accepted, f.Seconds, f.Rate)
	for answer, n := range f.Refused {
		fmt.Fprintf(w, "refused   %d × %s\n", n, answer)
	}
	line := func(name string, q quantiles) {
		fmt.Fprintf(w, "%-9s p50 %.2f  p90 %.2f  p99 %.2f  max %.2f ms\n", name, q.P50, q.P90, q.P99, q.Max)
	}
	line("answer", f.Answer)
	line("shown", f.Shown)
	fmt.Fprintf(w, "faults    unseen %d, out of order %d, cut %d; in the timeline missing %d, twice %d, muddled %d\n", f.Unseen, f.Disorder, f.Cut, f.Missing, f.Twice, f.Muddled)
	if f.RSSMost > 0 {
		mib := func(kib int64) float64 { return float64(kib) / 1024 }
		fmt.Fprintf(w, "server    %.0f µs CPU each; memory %.1f MiB, %.1f with the sockets, %.1f at most\n", f.CPU, mib(f.RSSBefore), mib(f.RSSIdle), mib(f.RSSMost))
		fmt.Fprintf(w, "machine   other programs used %.2f cores\n", f.Others)
	}
}

// faults is an error when the run showed one.
func (f *figures) faults() error {
	refused := 0
	for _, n := range f.Refused {
		refused += n
	}
	if refused+f.Unseen+f.Disorder+f.Cut+f.Missing+f.Twice+f.Muddled > 0 {
		return errors.New("the run showed faults")
	}
	return nil
}
