package handlers

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"kfdesk/store"
)

// pushesAt stores so many pushes of an account, a minute apart from a time on.
func (d *desk) pushesAt(t *testing.T, account int64, from time.Time, n int) {
	t.Helper()
	for i := range n {
		d.clock.ms.Store(from.Add(time.Duration(i) * time.Minute).UnixMilli())
		d.push(t, account, fmt.Sprint(account, " ", d.clock.ms.Load()))
	}
}

// runs says for how long the program has run.
func (d *desk) runs(span time.Duration) { d.Meter.began = time.Now().Add(-span) }

// comesAgain logs the admin in anew: the clock has gone on for longer than a log-in
// lasts.
func (d *desk) comesAgain(t *testing.T) {
	t.Helper()
	cookie, err := d.Store.AddSession(ctx, store.Session{AgentID: d.ids["zhou"], Kind: "browser", Name: "test"}, shortLogin)
	if err != nil {
		t.Fatal(err)
	}
	d.seed = &seed{files: d.seed.files, tokens: d.seed.tokens, ids: d.seed.ids, logins: map[string]string{"zhou": cookie}}
}

var quietCell = regexp.MustCompile(`(?s)<td><a class="acct-link"[^>]*>(.*?)</a></td><td>(.*?)</td>.*?<td>.*?(?:</i>|</svg>)(.*?)</span></td>`)

// shown gives the titles of the callouts, and of each account the day and time of the
// last push and the state.
func (d *desk) shown(t *testing.T) (titles, rows string) {
	t.Helper()
	body, _ := d.states(t)
	for _, m := range regexp.MustCompile(`<h2>([^<]*)</h2>`).FindAllStringSubmatch(body, -1) {
		titles += m[1] + "|"
	}
	for _, m := range quietCell.FindAllStringSubmatch(body, -1) {
		at := m[2]
		if ms := regexp.MustCompile(`data-when="(\d+)"`).FindStringSubmatch(at); ms != nil {
			at = ms[1]
		}
		rows += m[1] + " " + at + " " + m[3] + "|"
	}
	return titles, rows
}

// Silence is told of where there never was any at this time of the day, and nowhere
// else.
func TestStatusQuiet(t *testing.T) {
	day := 24 * time.Hour
	at := time.UnixMilli(noon).Add(30 * day)
	busy := func(d *desk, t *testing.T) { // 20 pushes from noon on, on each of eight days
		for i := -8; i < 0; i++ {
			d.pushesAt(t, 1, at.Add(time.Duration(i)*day), 20)
		}
	}
	for _, tt := range []struct {
		name  string
		plant func(d *desk, t *testing.T)
		now   time.Duration // after at, which is when the last push came
		want  int           // minutes that are told of; 0: none
		usual int
	}{
		{"as always", busy, quietLeast, 15, 15},
		{"not yet for long", busy, quietLeast - time.Second, 0, 0},
		{"too few in that time", func(d *desk, t *testing.T) {
			for i := -8; i < 0; i++ {
				d.pushesAt(t, 1, at.Add(time.Duration(i)*day), quietPushes-1)
			}
		}, time.Hour, 0, 0},
		{"just enough", func(d *desk, t *testing.T) {
			for i := -8; i < 0; i++ {
				d.pushesAt(t, 1, at.Add(time.Duration(i)*day), quietPushes)
			}
		}, time.Hour, 60, 10},
		{"on one day of the week it rests", func(d *desk, t *testing.T) {
			for i := -8; i < 0; i++ {
				if i != -6 {
					d.pushesAt(t, 1, at.Add(time.Duration(i)*day), 20)
				}
			}
		}, time.Hour, 0, 0},
		{"it is night", func(d *desk, t *testing.T) {
			for i := -8; i < 0; i++ {
				d.pushesAt(t, 1, at.Add(time.Duration(i)*day-4*time.Hour), 60)
			}
		}, 6 * time.Hour, 0, 0},
		{"it is new", func(d *desk, t *testing.T) {
			for i := -6; i < 0; i++ {
				d.pushesAt(t, 1, at.Add(time.Duration(i)*day), 20)
			}
		}, time.Hour, 0, 0},
		{"for days", busy, 3*day + time.Hour, 3 * 24 * 60, 20},
		{"it is another's", func(d *desk, t *testing.T) {
			for i := -8; i < 0; i++ {
				d.pushesAt(t, 2, at.Add(time.Duration(i)*day), 20)
			}
			d.pushesAt(t, 2, at.Add(50*time.Minute), 1)
		}, time.Hour, 0, 0},
		{"the program has only begun", func(d *desk, t *testing.T) { busy(d, t); d.runs(10 * time.Minute) }, time.Hour, 0, 0},
		{"it runs for half of that time", func(d *desk, t *testing.T) {
			for i := -8; i < 0; i++ {
				d.pushesAt(t, 1, at.Add(time.Duration(i)*day), 60)
			}
			d.runs(30 * time.Minute)
		}, time.Hour, 30, 30},
		{"it has withdrawn", func(d *desk, t *testing.T) {
			busy(d, t)
			d.withdraws(t)
		}, time.Hour, 0, 0},
		{"its pushes are turned away", func(d *desk, t *testing.T) {
			busy(d, t)
			d.Console.pushes.refuse(1, at.Add(time.Minute).UnixMilli(), "mode", "")
		}, time.Hour, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t)
			d.runs(30 * day)
			tt.plant(d, t)
			d.clock.ms.Store(at.UnixMilli())
			d.push(t, 1, "the last")
			d.Console.pushes.take(1, at.UnixMilli(), "")
			d.clock.Advance(tt.now)
			d.comesAgain(t)
			titles, rows := d.shown(t)
			text := func(key string, args ...any) string { return d.Texts.T("zh-CN", key, args...) }
			if tt.want == 0 {
				if strings.Contains(titles, "没有推送") || strings.Contains(rows, "没有推送") {
					t.Errorf("it is told of: %s %s", titles, rows)
				}
				return
			}
			span := text("component.span.minutes", "n", tt.want)
			key := "status.quiet.text"
			if tt.want == 60 {
				span = text("component.span.hours", "h", 1, "n", 0)
			} else if tt.want > 24*60 {
				span, key = text("component.span.days", "n", tt.want/24/60), "status.quiet.day"
			}
			if !strings.Contains(titles, "|"+text("status.quiet.title", "name", "禾木生活馆", "span", span)+"|") || !strings.Contains(rows, text("status.account.quiet", "span", span)+"|") {
				t.Errorf("%s is not told of: %s %s", span, titles, rows)
			}
			if body, _ := d.states(t); !strings.Contains(body, text(key, "n", tt.usual)) || !strings.Contains(body, `href="`+accountPath(1)+`"`) {
				t.Errorf("neither %s nor the way to the account", text(key, "n", tt.usual))
			}
		})
	}
}

// After a restart the last push is the last that is stored, and not the first; of one
// that is older than a day only that is said.
func TestStatusLastPush(t *testing.T) {
	d := newDesk(t)
	day := 24 * time.Hour
	first := time.UnixMilli(noon).Add(day)
	d.pushesAt(t, 1, first, 1)
	d.pushesAt(t, 1, first.Add(10*day), 3)
	last := d.clock.ms.Load()
	is := func(what, want, metric string) {
		t.Helper()
		d.comesAgain(t)
		if _, rows := d.shown(t); !strings.HasPrefix(rows, want) {
			t.Errorf("%s: %s, want %s", what, rows, want)
		}
		d.MetricsToken = scrapeToken
		if m := regexp.MustCompile(`(?m)^kfdesk_push_last_timestamp_seconds{appid="` + shopApp + `"} (.*)$`).FindStringSubmatch(d.scrape(t, scrapeToken).body); fmt.Sprint(m[min(1, len(m)):]) != metric {
			t.Errorf("%s: the metric is %q, want %s", what, m, metric)
		}
	}
	body := func() string { d.looksAgain(); return html.UnescapeString(d.browse(t, "zhou", "GET", statusPath).body) }
	fine, name := d.Texts.T("zh-CN", "status.account.fine"), "禾木生活馆 "
	d.clock.Advance(day / 2)
	d.restart(t)
	is("within a day", fmt.Sprint(name, last, " ", fine, "|"), fmt.Sprintf("[%v]", float64(last)/1000))
	if !strings.Contains(body(), fmt.Sprintf(`</p></div><time datetime="%s" data-when="%d">`, time.UnixMilli(last).UTC().Format(time.RFC3339), last)) {
		t.Error("the part of the service has another")
	}
	d.clock.Advance(day)
	is("more than a day", name+d.Texts.T("zh-CN", "status.before")+" "+fine+"|", "[]")
	d.Console.pushes.take(1, d.clock.ms.Load(), "")
	is("one that is not stored", fmt.Sprint(name, d.clock.ms.Load(), " ", fine, "|"), fmt.Sprintf("[%v]", float64(d.clock.ms.Load())/1000))
}

// withdraws takes the first account's authorisation of the platform back.
func (d *desk) withdraws(t *testing.T) {
	t.Helper()
	d.component(t)
	a, err := d.Store.Account(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Store.AuthorizerRefused(ctx, a, store.Withdrawn); err != nil {
		t.Fatal(err)
	}
}
