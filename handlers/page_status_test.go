package handlers

import (
	"database/sql"
	"html"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/courier"
	"kfdesk/hub/wechat"
	"kfdesk/store"
)

var checkRow = regexp.MustCompile(`<li class="checkrow checkrow-(\w+)">`)

// states gives the page, and the states of the parts in their order.
func (d *desk) states(t *testing.T) (body, states string) {
	t.Helper()
	d.looksAgain()
	body = html.UnescapeString(d.browse(t, "zhou", "GET", statusPath).body)
	for _, m := range checkRow.FindAllStringSubmatch(body, -1) {
		states += " " + m[1]
	}
	return body, strings.TrimSpace(states)
}

// The page says which part does not work, in words, and its report says nothing that
// is secret, and nobody's name.
func TestStatusPage(t *testing.T) {
	d := newDesk(t)
	w := d.watched()
	text := func(key string, args ...any) string { return d.Texts.T("zh-CN", key, args...) }
	shows := func(what, want string, texts ...string) {
		t.Helper()
		body, got := d.states(t)
		if !strings.HasPrefix(got, want) { // the last is the disk, which is this machine's
			t.Errorf("%s: %s, want %s", what, got, want)
		}
		for _, s := range texts {
			if !strings.Contains(body, s) {
				t.Errorf("%s: %q is not shown", what, s)
			}
		}
	}
	shows("at first", "ok ok ok ok ok", text("status.errors.none"), text("status.hour.none"), text("status.pushes.none"), text("status.account.new"))
	w.pulse.Beat = time.Time{}
	shows("no courier", "bad ok ok ok ok", text("status.courier.stuck"))
	w.beats()
	d.call(t, "li", "POST", d.open(t, "o2")+"/messages", d.draft("text", object{"content": leakBody})).ok(t, 201)
	d.clock.Advance(lagWarn)
	shows("a reply waits", "warn ok ok ok ok", text("status.lag", "lag", text("status.seconds", "s", "5.0")), text("status.account.fine"))
	d.clock.Advance(lagMost)
	w.hour = courier.Hour{Sent: 2, Median: 182 * time.Millisecond, Slowest: 2 * time.Second, Minutes: make([]time.Duration, 60)}
	w.health = map[int64]courier.Health{2: {Code: 40164, Token: true, At: noon}}
	shows("it waits for too long", "bad ok ok ok warn", text("status.hour.sent", "n", 2, "median", text("status.ms", "ms", 182), "slowest", text("status.seconds", "s", "2.0")),
		"1 / 2", text("doctor.why.40164"), text("status.account.mute")+"</span>")

	list, err := d.Store.ClaimReplies(ctx, 1)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if err := d.Store.Sent(ctx, list[0].ID, store.Result{State: "failed", ErrCode: 45002, ErrMsg: leakBody}); err != nil {
		t.Fatal(err)
	}
	d.Meter.Called("/cgi-bin/stable_token", &wechat.Error{Code: 40164, Msg: leakSecret}, time.Second)
	shows("errors", "ok ok ok ok warn", text("wxerr.45002"), text("status.impact.failed", "n", 1), text("wxerr.40164"), text("status.api", "api", "stable_token"), text("status.times", "n", 2))
	body, _ := d.states(t)
	report := regexp.MustCompile(`(?s)<pre[^>]*>(.*)</pre>`).FindStringSubmatch(body)[1]
	d.leaks(t, "the page", body, []string{leakBody, leakSecret, openid, callbackToken, aesKey})
	d.leaks(t, "the report", report, []string{"周哲", "李"})
	for _, s := range []string{"kfdesk test", "courier: ok\n", shopApp, "error 45002: 1 times"} {
		if !strings.Contains(report, s) {
			t.Errorf("%q is not in the report: %s", s, report)
		}
	}
	d.clock.Advance(failingSpan + time.Second)
	cookie, err := d.Store.AddSession(ctx, store.Session{AgentID: d.ids["zhou"], Kind: "browser", Name: "test"}, shortLogin)
	if err != nil {
		t.Fatal(err)
	}
	d.seed = &seed{files: d.seed.files, tokens: d.seed.tokens, ids: d.seed.ids, logins: map[string]string{"zhou": cookie}}
	if body, _ := d.states(t); strings.Contains(body, text("wxerr.45002")) || !strings.Contains(body, text("wxerr.40164")) {
		t.Error("an error of the day before is shown, or none")
	}
}

// A database that cannot be written is said to be so, and not the page's end; the log
// warns of the time that it took to find out.
func TestStatusWithoutStore(t *testing.T) {
	d := newDesk(t)
	d.talks()
	bad := d.Texts.T("zh-CN", "status.store.bad")
	shows := func(what string, want bool) {
		t.Helper()
		d.looksAgain()
		got := d.browse(t, "zhou", "GET", statusPath)
		_, row, _ := strings.Cut(got.body, "<h3>"+d.Texts.T("zh-CN", "status.store"))
		row, _, _ = strings.Cut(row, "</li>")
		state := checkRow.FindAllStringSubmatch(got.body, -1)[3][1] // warn where this machine is slow
		if got.status != 200 || (state == "bad") != want || strings.Contains(html.UnescapeString(row), bad) != want {
			t.Errorf("%s: %d, %s, %s", what, got.status, state, row)
		}
	}
	db, err := sql.Open("sqlite", filepath.Join(d.dir, "kfdesk.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	exec := func(sql string) {
		t.Helper()
		if _, err := db.ExecContext(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	db.SetMaxOpenConns(1) // so that all is of one connection
	exec("begin immediate")
	shows("somebody else writes for too long", true)
	if line := d.line(t, "request"); line["level"] != "WARN" || line["status"] != 200.0 || line["route"] != statusPath || line["ms"].(float64) < 2000 {
		t.Errorf("the log: %v", line)
	}
	exec("rollback")
	shows("they have done", false)
	exec("create trigger broken before update on setting begin select raise(abort, 'broken'); end")
	exec("create trigger broken2 before insert on setting begin select raise(abort, 'broken'); end")
	shows("a database that refuses", true)
}

// Errors of replies that cannot be read are said to be so: no table that lacks them, and
// not the page's end.
func TestStatusWithoutErrors(t *testing.T) {
	d := newDesk(t)
	d.Meter.Called("/cgi-bin/stable_token", &wechat.Error{Code: 40164}, time.Second)
	db, err := sql.Open("sqlite", filepath.Join(d.dir, "kfdesk.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const said = "the errors of replies could not be read"
	for i, tt := range []struct {
		deed  string
		shown bool
	}{{"", true}, {"alter table attempt rename to lost", false}, {"alter table lost rename to attempt", true}} {
		if _, err := db.ExecContext(ctx, tt.deed); err != nil {
			t.Fatal(err)
		}
		got := d.browse(t, "zhou", "GET", statusPath)
		body := html.UnescapeString(got.body)
		if n := len(checkRow.FindAllString(body, -1)); got.status != 200 || n != 6 {
			t.Errorf("%q: %d with %d parts", tt.deed, got.status, n)
		}
		for text, want := range map[string]bool{
			`class="table table-tight status-errors"`:                    tt.shown,
			"error 40164: 1 times":                                       tt.shown,
			d.Texts.T("zh-CN", "status.errors.lost"):                     !tt.shown,
			"<dd>" + d.Texts.T("zh-CN", "status.unknown.lost") + "</dd>": !tt.shown,
			"errors and unknown replies: could not be read":              !tt.shown,
			d.Texts.T("zh-CN", "status.errors.none"):                     false,
			"<dt>" + d.Texts.T("zh-CN", "status.queue") + "</dt>":        true,
		} {
			if strings.Contains(body, text) != want {
				t.Errorf("%q: %q is shown: %v", tt.deed, text, !want)
			}
		}
		if n := strings.Count(d.log.String(), said); n != min(i, 1) {
			t.Errorf("%q: the log says it %d times", tt.deed, n)
		}
	}
}

func TestStatusBars(t *testing.T) {
	bars := statusBars([]time.Duration{0, time.Second, 10 * time.Millisecond, 2 * time.Second})
	for i, want := range []statusBar{{0, 35, 1}, {10, 18, 18}, {20, 33, 3}, {30, 0, 36}} {
		if bars[i] != want {
			t.Errorf("bar %d: %v, want %v", i, bars[i], want)
		}
	}
}
