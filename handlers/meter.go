package handlers

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"kfdesk/hub/wechat"
)

// Meter measures what cannot be read off afterwards: how long things took. Make one
// with NewMeter; its methods are for hooks and do not wait. See collector for what
// is measured.
type Meter struct {
	began    time.Time
	changes  prometheus.Histogram
	commits  prometheus.Histogram
	push     prometheus.Histogram
	calls    *prometheus.HistogramVec
	requests *prometheus.CounterVec

	pushTime atomic.Int64 // of late, in nanoseconds; see pushMean
	failed   callBook
}

// NewMeter makes a meter.
func NewMeter() *Meter {
	histogram := func(name, help string, buckets []float64) prometheus.HistogramOpts {
		return prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}
	}
	return &Meter{
		began:   time.Now(),
		changes: prometheus.NewHistogram(histogram("kfdesk_store_commit_changes", "Changes that shared one transaction.", []float64{1, 2, 4, 8, 16, 32, 64, 128, 256})),
		commits: prometheus.NewHistogram(histogram("kfdesk_store_commit_seconds", "Transactions of the writer, commit included.", []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 5})),
		push:    prometheus.NewHistogram(histogram("kfdesk_push_seconds", "Answers to pushes from WeChat, which waits for 5 s.", []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5})),
		calls: prometheus.NewHistogramVec(histogram("kfdesk_wechat_call_seconds", "Calls to WeChat by api and outcome.", []float64{.02, .05, .1, .2, .5, 1, 2, 5, 10, 30}),
			[]string{"api", "outcome"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kfdesk_http_requests_total", Help: "Requests that were answered, by the class of their status."}, []string{"status"}),
	}
}

func (m *Meter) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.changes, m.commits, m.push, m.calls, m.requests}
}

// Committed is for store.Options.
func (m *Meter) Committed(changes int, took time.Duration) {
	m.changes.Observe(float64(changes))
	m.commits.Observe(took.Seconds())
}

// Called is for wechat.Client.
func (m *Meter) Called(path string, err error, took time.Duration) {
	api := strings.TrimPrefix(path, "/cgi-bin/")
	m.calls.WithLabelValues(api, outcome(err)).Observe(took.Seconds())
	if err != nil {
		m.failed.add(api, wechat.Code(err), time.Now().UnixMilli())
	}
}

// outcome is ok, unsent, unknown (no answer that can be read), the reason of a
// refusal as wechat.Reason has it, or refused.
func outcome(err error) string {
	if err == nil {
		return "ok"
	}
	if reason := wechat.ReasonOf(err); reason != "" {
		return string(reason)
	}
	return string(wechat.Classify(err))
}

// answered is told of each request that was answered.
func (m *Meter) answered(status int, push bool, took time.Duration) {
	m.requests.WithLabelValues(strconv.Itoa(status/100) + "xx").Inc()
	if push {
		m.push.Observe(took.Seconds())
		was := m.pushTime.Load() // one of two at once may be lost: it is a mean
		if was == 0 {
			was = int64(took)
		}
		m.pushTime.Store(was + (int64(took)-was)/pushWeight)
	}
}

// pushWeight is over how many pushes the mean is.
const pushWeight = 30

// pushMean is how long pushes take to answer of late, 0 when there was none.
func (m *Meter) pushMean() time.Duration { return time.Duration(m.pushTime.Load()) }

// callBook remembers which calls went wrong within a day, since the program began.
// Times are of the real clock. The apis and codes are few.
type callBook struct {
	mu   sync.Mutex
	list map[callKey]*callCount
}

type callKey struct {
	api  string
	code int // WeChat's, 0: no answer
}

type callCount struct {
	hours hours
	last  int64
}

// failedCalls is calls of one api that went wrong in the same way.
type failedCalls struct {
	API  string
	Code int
	N    int
	Last int64
}

func (b *callBook) add(api string, code int, now int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := callKey{api, code}
	if b.list[key] == nil {
		if b.list == nil {
			b.list = map[callKey]*callCount{}
		}
		b.list[key] = &callCount{}
	}
	b.list[key].hours.add(now)
	b.list[key].last = now
}

// day lists what went wrong within a day, in no order.
func (b *callBook) day(now int64) (list []failedCalls) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, f := range b.list {
		if n := f.hours.day(now); n > 0 {
			list = append(list, failedCalls{key.api, key.code, n, f.last})
		}
	}
	return list
}
