package handlers

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"kfdesk/hub/courier"
	"kfdesk/hub/wechat"
)

const scrapeToken = "a token of monitors"

func (d *desk) scrape(t *testing.T, token string) result {
	t.Helper()
	return d.send(t, request("GET", "/metrics", nil, "Authorization", "Bearer "+token))
}

// metered is a desk with a meter at its store, as the program has it.
func metered(t *testing.T) *desk {
	d := newDesk(t)
	d.Meter.Committed(3, 4*time.Millisecond)
	d.Meter.Called("/cgi-bin/message/custom/send", nil, 30*time.Millisecond)
	d.Meter.Called("/cgi-bin/message/custom/send", &wechat.Error{Code: 45015}, 30*time.Millisecond)
	d.Meter.Called("/cgi-bin/stable_token", &wechat.Error{Code: 40164}, 30*time.Millisecond)
	d.Meter.Called("/cgi-bin/stable_token", &wechat.CallError{Err: errors.New("x")}, 30*time.Millisecond)
	d.MetricsToken = scrapeToken
	return d
}

func TestMetrics(t *testing.T) {
	d := metered(t)
	w := d.watched()
	w.health = map[int64]courier.Health{2: {Code: 40164, Token: true, At: 1}}
	w.pulse.Calls = 16
	d.call(t, "li", "POST", d.open(t, "o2")+"/messages", d.draft("text", object{"content": leakBody})).ok(t, 201)
	d.inMode(t, wechat.Safe)
	d.deliver(t, platform(t, wechat.Safe, aesKey), "n1", textPush("1", leakBody)).taken(t)
	d.clock.Advance(3 * time.Second)
	got := d.scrape(t, scrapeToken)
	if got.status != 200 || !strings.HasPrefix(got.header.Get("Content-Type"), "text/plain") {
		t.Fatalf("%d %v", got.status, got.header)
	}
	for _, line := range []string{
		`kfdesk_build_info{version="test"} 1`,
		`kfdesk_ready{part="courier"} 1`,
		`kfdesk_store_commit_changes_sum 3`, `kfdesk_store_commit_seconds_count 1`, `kfdesk_store_waiting_changes 0`,
		`kfdesk_sockets 0`, `kfdesk_conversations{state="waiting"} 1`, `kfdesk_conversations{state="open"} 1`, `kfdesk_longest_wait_seconds 3`,
		`kfdesk_replies{state="waiting"} 1`, `kfdesk_replies{state="sending"} 0`, `kfdesk_courier_lag_seconds 3`, `kfdesk_courier_calls_max 16`,
		`kfdesk_wechat_call_seconds_count{api="message/custom/send",outcome="ok"} 1`,
		`kfdesk_wechat_call_seconds_count{api="message/custom/send",outcome="window_closed"} 1`,
		`kfdesk_wechat_call_seconds_count{api="stable_token",outcome="refused"} 1`,
		`kfdesk_wechat_call_seconds_count{api="stable_token",outcome="unknown"} 1`,
		`kfdesk_token_good{appid="` + shopApp + `"} 1`, `kfdesk_token_good{appid="` + cafeApp + `"} 0`,
		`kfdesk_push_seconds_count 2`, `kfdesk_push_last_timestamp_seconds{appid="` + cafeApp + `"} 0`,
		`kfdesk_http_requests_total{status="2xx"}`, `go_goroutines `, `process_open_fds `,
	} {
		if !strings.Contains(got.body, "\n"+line) {
			t.Errorf("there is no %s", line)
		}
	}
	headed(t, "the metrics", got.header)
	d.leaks(t, "the metrics", got.body, []string{leakBody, openid, callbackToken, aesKey, scrapeToken})
	if t.Failed() {
		t.Log(regexp.MustCompile(`(?m)^(#|go_|process_).*\n`).ReplaceAllString(got.body, ""))
	}
}

// figure is the value of a metric, -1 where it is not among them.
func figure(t *testing.T, body, name string) float64 {
	t.Helper()
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(body)
	if m == nil {
		return -1
	}
	v, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Every open socket counts, and none that has ended: in the metrics, and on the page.
func TestOpenSocketsAreCounted(t *testing.T) {
	l := newLive(t)
	l.MetricsToken = scrapeToken
	shown := regexp.MustCompile(`<h3>` + l.Texts.T("zh-CN", "status.sockets") + `</h3>.*?<span class="num">([^<]*)</span>`)
	counted := func() (int, string) {
		t.Helper()
		body := l.browse(t, "zhou", "GET", statusPath).body
		return int(figure(t, l.scrape(t, scrapeToken).body, "kfdesk_sockets")), shown.FindStringSubmatch(body)[1]
	}
	is := func(want int) {
		t.Helper()
		if n, text := counted(); n != want || text != l.Texts.T("zh-CN", "status.sockets.count", "n", want) || l.Hub.Sockets() != want {
			t.Errorf("%d sockets, on the page %q, in the hub %d, want %d", n, text, l.Hub.Sockets(), want)
		}
	}
	is(0)
	var lines []line
	for i, who := range []string{"li", "li", "wang"} {
		c := l.dial(t, who, -1)
		c.next(t) // who is fed is counted
		lines = append(lines, c)
		is(i + 1)
	}
	for i, c := range lines[1:] {
		_ = c.Close()
		for late := time.Now().Add(patience); l.Hub.Sockets() != 2-i; { // the server hears of it a moment later
			if time.Now().After(late) {
				t.Fatalf("%d still count", l.Hub.Sockets())
			}
			time.Sleep(5 * time.Millisecond)
		}
		is(2 - i)
	}
}

var exported = regexp.MustCompile(`(?m)^# TYPE (kfdesk_\w+)`)

// The table in the source names what is exported, and nothing else.
func TestMetricsAreInTheTable(t *testing.T) {
	d := metered(t)
	d.deliver(t, platform(t, wechat.Safe, aesKey), "n1", textPush("1", "hello"))
	source, err := os.ReadFile("metrics.go")
	if err != nil {
		t.Fatal(err)
	}
	var table, list []string
	for line := range strings.Lines(string(source)) {
		if name, ok := strings.CutPrefix(line, "//\t"); ok {
			table = append(table, regexp.MustCompile(`kfdesk_\w+`).FindAllString(name, -1)...)
		}
	}
	for _, m := range exported.FindAllStringSubmatch(d.scrape(t, scrapeToken).body, -1) {
		list = append(list, m[1])
	}
	slices.Sort(table)
	slices.Sort(list)
	if !slices.Equal(table, list) || len(list) < 20 {
		t.Errorf("in the table %q\nexported %q", table, list)
	}
}

// Beside the pages the metrics open to their token alone, and to nobody without one.
func TestMetricsNeedTheirToken(t *testing.T) {
	d := metered(t)
	for _, token := range []string{"", "a token of monitor", "a token of monitors!", d.tokens["zhou"]} {
		if got := d.scrape(t, token); got.status != 403 || strings.Contains(got.body, "kfdesk_") {
			t.Errorf("%q: %d", token, got.status)
		}
	}
	if got := d.browse(t, "zhou", "GET", "/metrics"); got.status != 403 {
		t.Errorf("an admin's browser: %d", got.status)
	}
	d.MetricsToken = ""
	for _, token := range []string{"", scrapeToken} {
		if got := d.scrape(t, token); got.status != 403 {
			t.Errorf("they are off, and %q gets %d", token, got.status)
		}
	}
}

// At their own address they have the headers of safety too, and nothing is beside them.
func TestMetricsAtTheirOwnAddress(t *testing.T) {
	d := metered(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serving, end := context.WithCancel(ctx)
	var server sync.WaitGroup
	server.Go(func() {
		if err := ServeMetrics(serving, ln, d.Console); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { end(); server.Wait() })
	for path, want := range map[string]int{"/metrics": 200, "/": 404, "/metrics/": 404, "/login": 404} {
		res, err := http.Get("http://" + ln.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		got := read(t, res)
		if got.status != want || strings.Contains(got.body, "kfdesk_build_info") != (want == 200) {
			t.Errorf("%s: %d %.100s", path, got.status, got.body)
		}
		for _, h := range safeHeaders {
			if said := got.header.Values(h[0]); len(said) != 1 || said[0] != h[1] {
				t.Errorf("%s: %s is %q", path, h[0], said)
			}
		}
	}
}

// Which calls went wrong is remembered for a day.
func TestFailedCalls(t *testing.T) {
	var b callBook
	const hour = int64(time.Hour / time.Millisecond)
	for range 3 {
		b.add("stable_token", 40164, 100*hour)
	}
	b.add("stable_token", 40164, 110*hour+1)
	b.add("user/info", 0, 90*hour)
	if got := b.day(110*hour + 2); !slices.Contains(got, failedCalls{"stable_token", 40164, 4, 110*hour + 1}) || len(got) != 2 {
		t.Errorf("%v", got)
	}
	if got := b.day(124 * hour); len(got) != 1 || got[0].N != 1 {
		t.Errorf("a day later %v", got)
	}
	if got := b.day(140 * hour); len(got) != 0 {
		t.Errorf("two days later %v", got)
	}
}
