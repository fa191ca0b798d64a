package handlers

import (
	"html"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"kfdesk/hub/courier"
	"kfdesk/store"
)

// judged is one look at a part, and what it is to say: the text of key with args. A
// value of "" is not looked at.
type judged struct {
	name  string
	look  func() statusCheck
	state string
	key   string
	args  []any
	value string
}

// english is a request of a browser that reads English.
func (d *desk) english(t *testing.T) *fiber.Ctx {
	at := d.app.AcquireCtx(&fasthttp.RequestCtx{})
	t.Cleanup(func() { d.app.ReleaseCtx(at) })
	at.Request().Header.Set(fiber.HeaderAcceptLanguage, "en")
	return at
}

func (d *desk) judges(t *testing.T, part string, list []judged) {
	t.Helper()
	for _, tt := range list {
		got := tt.look()
		if want := d.Texts.T("en", tt.key, tt.args...); got.Name != part || got.State != tt.state || got.Text != want || tt.value != "" && got.Value != tt.value {
			t.Errorf("%s, %s: %+v, want %s %q %q", part, tt.name, got, tt.state, want, tt.value)
		}
	}
}

func TestStatusOfTheCourier(t *testing.T) {
	d := newDesk(t)
	at := d.english(t)
	look := func(beat, lag time.Duration) func() statusCheck {
		return func() statusCheck { return d.checkCourier(at, &readiness{Beat: time.Now().Add(-beat), Lag: lag}) }
	}
	d.judges(t, "courier", []judged{
		{"at work", look(0, 0), "ok", "status.courier.ok", nil, ""},
		{"at work, and late for a moment", look(beatMost/2, 5*time.Second-1), "ok", "status.courier.ok", nil, ""},
		{"late", look(0, 5*time.Second), "warn", "status.courier.warn", []any{"lag", "5.0 s"}, "5.0 s behind"},
		{"just not too late", look(0, time.Minute-1), "warn", "status.courier.warn", []any{"lag", "59 s"}, "59 s behind"},
		{"too late", look(0, time.Minute), "bad", "status.courier.bad", []any{"lag", "60 s"}, "60 s behind"},
		{"stuck", look(15*time.Second, 0), "bad", "status.courier.stuck", nil, ""},
		{"stuck, and late", look(15*time.Second, time.Minute), "bad", "status.courier.stuck", nil, ""},
		{"never begun", func() statusCheck { return d.checkCourier(at, &readiness{}) }, "bad", "status.courier.stuck", nil, ""},
	})
}

func TestStatusOfPushes(t *testing.T) {
	d := newDesk(t)
	at := d.english(t)
	accounts := []store.Account{{ID: 1, PushedAt: noon - 7, KeysUsedAt: noon - 1000}, {ID: 2}}
	withdrawn := []store.Account{{ID: 1, Refused: store.Withdrawn, KeysUsedAt: noon - 1000}, {ID: 2}}
	// look is after an answer that took so long, and pushes that were turned away.
	look := func(took time.Duration, accounts []store.Account, refused ...string) func() statusCheck {
		return func() statusCheck {
			d.Meter, d.Console.pushes = NewMeter(), pushBook{}
			d.Console.pushes.take(2, noon-5, "")
			if took > 0 {
				d.Meter.answered(200, true, took)
			}
			for i, reason := range refused {
				d.Console.pushes.refuse(int64(i+1), noon, reason, "")
			}
			return d.checkPushes(at, accounts)
		}
	}
	took := func(text string) []any { return []any{"took", text} }
	d.judges(t, "pushes", []judged{
		{"none", look(0, accounts), "ok", "status.pushes.none", nil, ""},
		{"fast", look(30*time.Millisecond, accounts), "ok", "status.pushes.ok", took("30 ms"), ""},
		{"just not slow", look(time.Second-1, accounts), "ok", "status.pushes.ok", took("999 ms"), ""},
		{"slow", look(time.Second, accounts), "warn", "status.pushes.warn", took("1.0 s"), ""},
		{"one is turned away", look(0, accounts, "mode"), "bad", "status.pushes.bad", []any{"n", 1}, ""},
		{"two are, and slow", look(time.Minute, accounts, "key", "clock"), "bad", "status.pushes.bad", []any{"n", 2}, ""},
		{"a stranger's signature", look(0, accounts, "signature"), "ok", "status.pushes.none", nil, ""},
		{"of one that has withdrawn", look(0, withdrawn, "mode"), "ok", "status.pushes.none", nil, ""},
	})
	for name, tt := range map[string]struct {
		taken, want int64
	}{"the last that was taken": {noon - 5, noon - 5}, "the last that was stored": {noon - 9, noon - 7}} {
		d.Console.pushes = pushBook{}
		d.Console.pushes.take(2, tt.taken, "")
		if got := d.checkPushes(at, accounts).At; got != tt.want {
			t.Errorf("%s: at %d, want %d", name, got, tt.want)
		}
	}
}

func TestStatusOfSockets(t *testing.T) {
	d := newDesk(t)
	at := d.english(t)
	look := func(list ...store.Agent) func() statusCheck {
		return func() statusCheck { return d.checkSockets(at, list) }
	}
	here, busy, away, gone := store.Agent{Active: true, Presence: "online"}, store.Agent{Active: true, Presence: "busy"}, store.Agent{Active: true, Presence: "away"}, store.Agent{Presence: "online"}
	d.judges(t, "sockets", []judged{
		{"nobody", look(away, gone), "ok", "status.sockets.ok", []any{"n", 0}, "0"},
		{"two", look(here, away, busy, gone), "ok", "status.sockets.ok", []any{"n", 2}, "0"},
	})
}

func TestStatusOfTheStore(t *testing.T) {
	d := newDesk(t)
	at := d.english(t)
	look := func(write time.Duration, err error) func() statusCheck {
		return func() statusCheck { return d.checkStore(at, &readiness{Write: write, err: err}) }
	}
	slow, err := store.Open(ctx, t.TempDir(), store.Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Slow: time.Nanosecond})
	if err != nil {
		t.Fatal(err)
	}
	if err := slow.Close(); err != nil { // it counts no more
		t.Fatal(err)
	}
	d.judges(t, "store", []judged{
		{"fast", look(3*time.Millisecond, nil), "ok", "status.store.ok", nil, "3 ms"},
		{"just not slow", look(200*time.Millisecond-1, nil), "ok", "status.store.ok", nil, "199 ms"},
		{"slow", look(200*time.Millisecond, nil), "warn", "status.store.warn", []any{"took", "200 ms"}, "200 ms"},
		{"not written", look(probeTime, errProbe), "bad", "status.store.bad", nil, "2.0 s"},
	})
	was := d.Store
	d.Store = slow
	defer func() { d.Store = was }()
	n := slow.Pulse().Slow
	if n == 0 {
		t.Fatal("nothing was slow")
	}
	d.judges(t, "store", []judged{
		{"it was slow", look(0, nil), "ok", "status.store.slow", []any{"n", n}, ""},
		{"it was, and is", look(time.Second, nil), "warn", "status.store.warn", []any{"took", "1.0 s"}, ""},
	})
}

func TestStatusOfTokens(t *testing.T) {
	d := newDesk(t)
	at, w := d.english(t), d.watched()
	look := func(refused int, without ...int64) func() statusCheck {
		return func() statusCheck {
			w.health = map[int64]courier.Health{1: {Code: 45009, At: noon}} // a token, but refusals
			for _, id := range without {
				w.health[id] = courier.Health{Code: 40164, Token: true, At: noon}
			}
			return d.checkTokens(at, []store.Account{{ID: 1, Name: "Shop", Refused: refused}, {ID: 2, Name: "Cafe"}})
		}
	}
	why, withdrawn := d.Texts.T("en", "doctor.why.40164"), d.Texts.T("en", "status.withdrawn")
	list := func(text string) []any { return []any{"list", text} }
	d.judges(t, "tokens", []judged{
		{"all", look(0), "ok", "status.tokens.ok", nil, "2 / 2"},
		{"no account", func() statusCheck { return d.checkTokens(at, nil) }, "ok", "status.tokens.none", nil, "0 / 0"},
		{"one has none", look(0, 2), "warn", "status.tokens.warn", list("Cafe: " + why), "1 / 2"},
		{"one has withdrawn", look(store.Withdrawn), "warn", "status.tokens.warn", list("Shop: " + withdrawn), "1 / 2"},
		{"one has withdrawn, and has none", look(store.Withdrawn, 1), "warn", "status.tokens.warn", list("Shop: " + withdrawn), "1 / 2"},
		{"none", look(0, 1, 2), "bad", "status.tokens.bad", list("Shop: " + why + "; Cafe: " + why), "0 / 2"},
		{"neither", look(store.Withdrawn, 2), "bad", "status.tokens.bad", list("Shop: " + withdrawn + "; Cafe: " + why), "0 / 2"},
	})
}

func TestStatusOfTheDisk(t *testing.T) {
	d := newDesk(t)
	at := d.english(t)
	const gb = int64(1_000_000_000)
	look := func(free, total int64) func() statusCheck {
		return func() statusCheck { return d.judgeDisk(at, free, total, true) }
	}
	is := func(free, total string) []any { return []any{"free", free, "total", total} }
	d.judges(t, "disk", []judged{
		{"not known", func() statusCheck { return d.judgeDisk(at, gb, gb, false) }, "ok", "status.disk.unknown", nil, ""},
		{"of no size", look(0, 0), "ok", "status.disk.unknown", nil, ""},
		{"empty", look(100*gb, 100*gb), "ok", "status.disk.ok", is("100 GB", "100 GB"), "0%"},
		{"a tenth is left", look(5*gb, 50*gb), "ok", "status.disk.ok", is("5.00 GB", "50.0 GB"), "90%"},
		{"less", look(5*gb-1, 50*gb), "warn", "status.disk.warn", is("5.00 GB", ""), "91%"},
		{"just enough", look(gb/2, 50*gb), "warn", "status.disk.warn", is("500 MB", ""), "99%"},
		{"too little", look(gb/2-1, 50*gb), "bad", "status.disk.bad", is("500 MB", ""), "100%"},
		{"full", look(0, 50*gb), "bad", "status.disk.bad", is("0 B", ""), "100%"},
		{"too little, of a small one", look(gb/2-1, gb/2), "bad", "status.disk.bad", is("500 MB", ""), "1%"},
	})
}

var pushesRow = regexp.MustCompile(`<tr><td><a class="acct-link" href="(/accounts/[0-9]+)">.*?</a></td><td>(.*?)</td>.*</td>\n.*?<td>(.*?)</td></tr>`)

// Each official account has one state, of what is to be mended first.
func TestStatusOfAccounts(t *testing.T) {
	refuse := func(d *desk, _ *watched) { d.Console.pushes.refuse(1, noon+1, "mode", "") }
	mute := func(_ *desk, w *watched) {
		w.health = map[int64]courier.Health{1: {Code: 40164, Token: true, At: noon}}
	}
	for _, tt := range []struct {
		name, state, look string
		plant             []func(*desk, *watched)
	}{
		{"nothing came yet", "new", "circle-dashed", nil},
		{"all is well", "fine", "dot-online", []func(*desk, *watched){func(d *desk, _ *watched) { d.push(t, 1, "hello") }}},
		{"of one customer alone", "fine", "dot-online", []func(*desk, *watched){func(d *desk, w *watched) {
			d.push(t, 1, "hello")
			w.health = map[int64]courier.Health{1: {Code: 45015, At: noon}}
		}}},
		{"turned away", "deaf", "triangle-alert", []func(*desk, *watched){refuse}},
		{"no token", "mute", "triangle-alert", []func(*desk, *watched){mute}},
		{"replies are refused", "mute", "triangle-alert", []func(*desk, *watched){func(_ *desk, w *watched) { w.health = map[int64]courier.Health{1: {Code: ofAccount[0], At: noon}} }}},
		{"turned away, and no token", "deaf", "triangle-alert", []func(*desk, *watched){refuse, mute}},
		{"withdrawn, and all of it", "refused", "triangle-alert", []func(*desk, *watched){refuse, mute, func(d *desk, _ *watched) {
			d.withdraws(t)
		}}},
	} {
		d := newDesk(t)
		w := d.watched()
		for _, plant := range tt.plant {
			plant(d, w)
		}
		rows := pushesRow.FindAllStringSubmatch(html.UnescapeString(d.browse(t, "zhou", "GET", statusPath).body), -1)
		if len(rows) != 2 || rows[0][1] != "/accounts/1" || !strings.Contains(rows[0][3], d.Texts.T("zh-CN", "status.account."+tt.state)+"</span>") || !strings.Contains(rows[0][3], tt.look) {
			t.Errorf("%s: %q, want %s", tt.name, rows, tt.state)
		}
	}
}
