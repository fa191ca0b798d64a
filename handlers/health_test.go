package handlers

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/courier"
	"kfdesk/store"
)

// watched is a courier as a test wants it to be.
type watched struct {
	nobody
	pulse  courier.Pulse
	hour   courier.Hour
	health map[int64]courier.Health
}

func (w *watched) Pulse() courier.Pulse           { return w.pulse }
func (w *watched) LastHour() courier.Hour         { return w.hour }
func (w *watched) Health(id int64) courier.Health { return w.health[id] }
func (w *watched) beats()                         { w.pulse.Beat = time.Now() }
func (d *desk) watched() *watched                 { w := &watched{}; w.beats(); d.WeChat = w; return w }
func (d *desk) looksAgain()                       { d.prober.last.At = time.Time{} }
func (d *desk) push(t *testing.T, account int64, said string) {
	t.Helper()
	if _, err := d.Store.Receive(ctx, store.Incoming{Account: account, OpenID: "o1", Dedupe: said, Dir: "in", Type: "text",
		Body: []byte(`{"content":"` + said + `"}`), Raw: []byte(said), At: d.clock.ms.Load(), Grant: "message", Cause: "message"}); err != nil {
		t.Fatal(err)
	}
}

// ready fails unless exactly these parts are said not to work.
func (d *desk) ready(t *testing.T, what string, failing ...string) {
	t.Helper()
	d.looksAgain()
	status := 200
	if len(failing) > 0 {
		status = 503
	}
	parts := map[string]any{"store": "ok", "courier": "ok", "tokens": "ok"}
	for _, name := range failing {
		parts[name] = "failing"
	}
	got := d.call(t, "", "GET", "/healthz/ready", nil).ok(t, status)
	for name, want := range parts {
		if is := dig(got, "parts", name); is != want {
			t.Errorf("%s: %s is %v", what, name, is)
		}
	}
	if got := d.call(t, "", "GET", "/healthz", nil); got.status != status {
		t.Errorf("%s: /healthz answers %d", what, got.status)
	}
	d.call(t, "", "GET", "/healthz/live", nil).ok(t, 200)
}

func TestReady(t *testing.T) {
	d := newDesk(t)
	w := d.watched()
	d.ready(t, "at first")

	w.pulse.Beat = time.Time{}
	d.ready(t, "no courier", "courier")
	w.pulse.Beat = time.Now().Add(-beatMost)
	d.ready(t, "a courier that hangs", "courier")
	w.beats()
	d.ready(t, "it goes on")
	for text, want := range map[string]int{`level=ERROR msg="not ready" part=courier`: 1, `msg="ready again" part=courier`: 1} {
		if got := strings.Count(d.log.String(), text); got != want {
			t.Errorf("%q is %d times in the log", text, got)
		}
	}

	w.health = map[int64]courier.Health{1: {Code: 40164, Msg: "invalid ip", At: noon, Last: noon, Token: true}}
	d.clock.Advance(time.Hour)
	d.ready(t, "no token, of an account that is being set up")
	d.push(t, 1, "hello")
	d.ready(t, "no token", "tokens")
	for _, told := range []string{"40164", "invalid ip", shopApp, "禾木"} {
		if body := d.call(t, "", "GET", "/healthz/ready", nil).body; strings.Contains(body, told) {
			t.Errorf("strangers are told %s", told)
		}
	}
	w.health[1] = courier.Health{Code: 40164, At: d.clock.ms.Load() - tokenlessOK.Milliseconds() + 1, Token: true}
	d.ready(t, "no token for a moment")
	w.health[1] = courier.Health{Code: 45009, At: noon}
	d.ready(t, "a token, but refusals")

	d.call(t, "li", "POST", d.open(t, "o2")+"/messages", d.draft("text", object{"content": "hello"})).ok(t, 201)
	d.clock.Advance(lagMost - time.Millisecond)
	d.ready(t, "a reply waits")
	d.clock.Advance(time.Millisecond)
	d.ready(t, "it waits for too long", "courier")

	d.component(t)
	w.health[1] = courier.Health{Code: store.Withdrawn, At: noon, Token: true}
	d.ready(t, "no token, of one that is to have one", "courier", "tokens")
	a, err := d.Store.Account(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Store.AuthorizerRefused(ctx, a, store.Withdrawn); err != nil {
		t.Fatal(err)
	}
	d.ready(t, "no token, of one that has withdrawn", "courier")
}

// The database is written to find out, not only read: by one write at a time, and
// not again while the last one is fresh.
func TestReadyWrites(t *testing.T) {
	d := newDesk(t)
	d.ready(t, "at first")
	db, err := sql.Open("sqlite", filepath.Join(d.dir, "kfdesk.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(ctx, "begin immediate"); err != nil {
		t.Fatal(err)
	}
	d.ready(t, "somebody else writes for too long", "store")
	if _, err := conn.ExecContext(ctx, "rollback"); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	d.ready(t, "they have done")
	d.prober.last.At = time.Now().Add(time.Hour)
	if err := d.Store.Close(); err != nil {
		t.Fatal(err)
	}
	d.call(t, "", "GET", "/healthz/ready", nil).ok(t, 200)
	d.ready(t, "it is closed", "store", "courier")
	d.Store.Forget()
	d.ready(t, "and nothing is known of before", "store", "courier", "tokens")
}
