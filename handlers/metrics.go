package handlers

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"kfdesk/store"
)

// scrapeTime is for all that a scrape reads, scrapesMost how many may go on at once.
const scrapeTime, scrapesMost = 5 * time.Second, 2

// collector reads what there is at the time of a scrape. All that is exported:
//
//	kfdesk_build_info{version}                     1
//	kfdesk_ready{part}                             1 while a part of /healthz/ready works: store, courier, tokens
//	kfdesk_store_commit_changes                    histogram: changes that shared one transaction
//	kfdesk_store_commit_seconds                    histogram: transactions, commit included
//	kfdesk_store_waiting_changes                   changes that the writer has not taken yet
//	kfdesk_store_slow_total                        statements and transactions of more than 200 ms, see the log
//	kfdesk_store_bytes{file}                       size of the files: database, log, search
//	kfdesk_disk_free_bytes, kfdesk_disk_bytes      of the disk with the data directory
//	kfdesk_events_total                            changes that were appended to the event log
//	kfdesk_sockets                                 browsers that are fed
//	kfdesk_conversations{state}                    waiting, open
//	kfdesk_longest_wait_seconds                    of the customer who has waited longest, 0: none does
//	kfdesk_replies{state}                          waiting (for the courier), later (an undo, another try), sending
//	kfdesk_courier_lag_seconds                     since the reply is due that waits longest
//	kfdesk_courier_beat_seconds                    since the courier looked for work; none while it does not run
//	kfdesk_courier_calls_max                       replies that may be sent at once
//	kfdesk_wechat_call_seconds{api,outcome}        histogram: calls; ok, refused, unsent, unknown, or why: busy, stale_token, …
//	kfdesk_token_good{appid}                       0 while an official account has no access token
//	kfdesk_push_seconds                            histogram: answers to pushes
//	kfdesk_push_last_timestamp_seconds{appid}      when the last push came, 0: never; none where that was before the program began, and a day ago
//	kfdesk_http_requests_total{status}             1xx (sockets), 2xx, 3xx, 4xx, 5xx
//	go_*, process_*                                of the runtime and the process: goroutines, memory, open files, CPU
type collector struct{ c *Console }

var (
	descBuild     = desc("kfdesk_build_info", "The program.", "version")
	descReady     = desc("kfdesk_ready", "Whether a part works.", "part")
	descChanges   = desc("kfdesk_store_waiting_changes", "Changes that the writer has not taken yet.")
	descSlow      = desc("kfdesk_store_slow_total", "Statements and transactions that took long.")
	descBytes     = desc("kfdesk_store_bytes", "Size of the store's files.", "file")
	descFree      = desc("kfdesk_disk_free_bytes", "Free on the disk of the data directory.")
	descDisk      = desc("kfdesk_disk_bytes", "Size of the disk of the data directory.")
	descEvents    = desc("kfdesk_events_total", "Changes that were appended to the event log.")
	descSockets   = desc("kfdesk_sockets", "Browsers that are fed.")
	descTalks     = desc("kfdesk_conversations", "Conversations that are not closed.", "state")
	descWait      = desc("kfdesk_longest_wait_seconds", "How long the customer has waited who has waited longest.")
	descReplies   = desc("kfdesk_replies", "Replies on their way.", "state")
	descLag       = desc("kfdesk_courier_lag_seconds", "Since the reply is due that waits longest for the courier.")
	descBeat      = desc("kfdesk_courier_beat_seconds", "Since the courier looked for work.")
	descCalls     = desc("kfdesk_courier_calls_max", "Replies that may be sent at once.")
	descTokenGood = desc("kfdesk_token_good", "Whether an official account has an access token, or may fetch one.", "appid")
	descPushed    = desc("kfdesk_push_last_timestamp_seconds", "When the last push of an official account came.", "appid")
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// Describe says nothing: what there is depends on the accounts.
func (collector) Describe(chan<- *prometheus.Desc) {}

// Collect reads all of it. What cannot be read is left out, and is then missed.
func (k collector) Collect(out chan<- prometheus.Metric) {
	c := k.c
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	counter := func(d *prometheus.Desc, v float64) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v)
	}
	gauge(descBuild, 1, c.Version)
	ready := c.ready()
	for _, p := range ready.Parts {
		gauge(descReady, flag(p.OK), p.Name)
	}
	s := c.Store.Pulse()
	gauge(descChanges, float64(s.Waiting))
	counter(descSlow, float64(s.Slow))
	gauge(descBytes, float64(s.Database), "database")
	gauge(descBytes, float64(s.Log), "log")
	gauge(descBytes, float64(s.Search), "search")
	if free, total, ok := store.Disk(c.Store.Dir()); ok {
		gauge(descFree, float64(free))
		gauge(descDisk, float64(total))
	}
	if newest, _, err := c.Store.LastEvent(ctx); err == nil {
		counter(descEvents, float64(newest))
	}
	gauge(descSockets, float64(c.Hub.Sockets()))
	now := c.Store.Now()
	if crowd, err := c.Store.Crowd(ctx); err == nil {
		gauge(descTalks, float64(crowd.Waiting), "waiting")
		gauge(descTalks, float64(crowd.Open), "open")
		gauge(descWait, since(crowd.Since, now))
	}
	if b, err := c.Store.Backlog(ctx); err == nil {
		gauge(descReplies, float64(b.Waiting-b.Later), "waiting")
		gauge(descReplies, float64(b.Later), "later")
		gauge(descReplies, float64(b.Sending), "sending")
		gauge(descLag, since(b.Since, now))
	}
	pulse := c.WeChat.Pulse()
	gauge(descCalls, float64(pulse.Calls))
	if !pulse.Beat.IsZero() {
		gauge(descBeat, time.Since(pulse.Beat).Seconds())
	}
	accounts, _ := c.Store.Accounts(ctx)
	pushed, _ := c.lastPushes(ctx, accounts)
	for _, a := range accounts {
		gauge(descTokenGood, flag(!c.WeChat.Health(a.ID).Token), a.AppID)
		if at, ok := pushed[a.ID]; ok || a.PushedAt == 0 {
			gauge(descPushed, float64(at)/1000, a.AppID)
		}
	}
}

func flag(is bool) float64 { return map[bool]float64{true: 1}[is] }

// since is how many seconds ago a time in milliseconds was; 0 never.
func since(ms int64, now time.Time) float64 {
	if ms == 0 {
		return 0
	}
	return max(0, now.Sub(time.UnixMilli(ms)).Seconds())
}

// Metrics gives a server the metrics for Prometheus; the headers of safety are the
// server's to set.
func Metrics(c *Console) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{c}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	registry.MustRegister(c.Meter.collectors()...)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: scrapesMost, ErrorHandling: promhttp.ContinueOnError})
}

// ServeMetrics serves the metrics at their own address until ctx ends.
func ServeMetrics(ctx context.Context, l net.Listener, c *Console) error {
	metrics := Metrics(c)
	alone := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, h := range safeHeaders {
			w.Header().Set(h[0], h[1])
		}
		if r.URL.Path != "/metrics" {
			http.NotFound(w, r)
			return
		}
		metrics.ServeHTTP(w, r)
	})
	server := &http.Server{Handler: alone, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		<-ctx.Done()
		wait, stop := context.WithTimeout(context.Background(), scrapeTime)
		defer stop()
		_ = server.Shutdown(wait) // the store closes when no scrape reads it
	}()
	err := server.Serve(l)
	cancel()
	<-ended
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// monitor lets in who has the token of the metrics, nobody when none is set. The
// comparison takes the same time whatever is said.
func (c *Console) monitor(ctx *fiber.Ctx) error {
	said, want := sha256.Sum256([]byte(bearer(ctx))), sha256.Sum256([]byte(c.MetricsToken))
	if c.MetricsToken == "" || subtle.ConstantTimeCompare(said[:], want[:]) != 1 {
		return refused(fiber.StatusForbidden, "not_found")
	}
	return ctx.Next()
}
