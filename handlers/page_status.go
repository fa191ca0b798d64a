package handlers

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/courier"
	"kfdesk/hub/wechat"
	"kfdesk/store"
)

const (
	statusPath  = "/settings/status"
	failingSpan = 24 * time.Hour // of the errors that are shown
)

// statusPage shows whether what comes in and goes out moves, and where it is stuck.
type statusPage struct {
	Checks []statusCheck
	Hour   courier.Hour
	Took   struct{ Median, Slowest string }
	Bars   []statusBar
	Queue  store.Backlog
	Due    int // of the queue, what may leave now
	Files  store.Pulse
	Free   int64 // bytes of the disk; 0: not known
	Room   statusRoom
	Calls  *statusCalls // nil: not known
	Quiet  []statusQuiet

	Unknown, UnknownAt int64 // replies of the last day of which nobody knows whether they arrived, and a conversation
	Up                 string
	Pushes             []statusPushes
	Errors             []statusError
	Lost               bool   // the errors could not be read, nor what is unknown
	Wrong              int    // calls, the sum of the errors
	Report             string // for who helps: no secret, no name
}

// statusPushes is a row of the official accounts.
type statusPushes struct {
	Name    string
	Link    string
	At      int64 // 0: never, or before the program began
	Taken   int   // within a day, since the program began
	Refused int
	State   string // fine, new, deaf, refused, quiet, mute
	Quiet   string // for how long it is
}

// statusBar is one minute of the courier's last hour.
type statusBar struct{ X, Y, Height int }

// statusError is calls to WeChat of the last day that went wrong in one way.
type statusError struct {
	Code   int // 0: there was no answer
	Text   string
	N      int
	Last   int64
	Impact []string
	Mend   bool // an admin may mend it where the account is connected
}

func (c *Console) pageStatus(ctx *fiber.Ctx) error {
	d := &statusPage{}
	accounts, err := c.Store.Accounts(ctx.UserContext())
	if err != nil {
		return err
	}
	ready := c.ready()
	d.Queue, d.Files, d.Hour = ready.Queue, c.Store.Pulse(), c.WeChat.LastHour()
	d.Due = d.Queue.Waiting - d.Queue.Later
	d.Took.Median, d.Took.Slowest = c.took(ctx, d.Hour.Median), c.took(ctx, d.Hour.Slowest)
	d.Bars = statusBars(d.Hour.Minutes)
	d.Up = c.span(ctx, time.Since(c.Meter.began).Milliseconds())
	d.Calls = c.statusCalls(accounts)
	if err := c.statusParts(ctx, d, &ready, accounts); err != nil {
		return err
	}
	if err := c.statusErrors(ctx, d); err != nil {
		c.faults.note(store.FaultOf(err), c.Store.Now())
		c.Log.ErrorContext(ctx.UserContext(), "the errors of replies could not be read", "error", err)
		d.Lost = true
	}
	d.Report = c.statusReport(d, accounts)
	p := c.page(ctx, "status.title")
	p.D, p.Entry = d, "status.js"
	return ctx.Render("settings_status", p)
}

// statusParts are the parts of the service and their figures.
func (c *Console) statusParts(ctx *fiber.Ctx, d *statusPage, ready *readiness, accounts []store.Account) error {
	last, err := c.lastPushes(ctx.UserContext(), accounts)
	if err != nil {
		return err
	}
	if d.Quiet, err = c.quiets(ctx, accounts, last); err != nil {
		return err
	}
	d.Pushes = c.statusPushes(accounts, last, d.Quiet)
	sizes, err := c.Store.Sizes(ctx.UserContext())
	if err != nil {
		return err
	}
	var total int64
	d.Free, total, _ = store.Disk(c.Store.Dir())
	copies, err := c.copiesHere(ctx.UserContext())
	if err != nil {
		return err
	}
	d.Room = c.statusRoom(ctx, sizes, copies, d.Free, total)
	pushed := slices.Clone(accounts)
	for i := range pushed {
		pushed[i].PushedAt = last[pushed[i].ID]
	}
	if d.Checks, err = c.statusChecks(ctx, ready, pushed); err != nil {
		return err
	}
	c.lasts(ctx, &d.Checks[len(d.Checks)-1], d.Free, &d.Room)
	return nil
}

// The drawing of the last hour: its minutes lie barStep apart and are barMost high.
const barStep, barMost = 10, 36

// statusBars draws the minutes, the slowest as high as there is room for.
func statusBars(minutes []time.Duration) (bars []statusBar) {
	most := max(time.Millisecond, slices.Max(append([]time.Duration{0}, minutes...)))
	for i, took := range minutes {
		height := 1
		if took > 0 {
			height = max(3, int(took*barMost/most))
		}
		bars = append(bars, statusBar{i * barStep, barMost - height, height})
	}
	return bars
}

func (c *Console) statusPushes(accounts []store.Account, last map[int64]int64, quiet []statusQuiet) (list []statusPushes) {
	now := c.Store.Now().UnixMilli()
	for i := range accounts {
		a := &accounts[i]
		book, h := c.pushes.read(a.ID, now), c.WeChat.Health(a.ID)
		row := statusPushes{Name: a.Name, Link: accountPath(a.ID), At: last[a.ID], Taken: book.Taken, Refused: book.Refused(), State: "fine"}
		still := slices.IndexFunc(quiet, func(q statusQuiet) bool { return q.ID == a.ID })
		switch {
		case a.Refused != 0:
			row.State = "refused"
		case book.deaf(a.KeysUsedAt) != "":
			row.State = "deaf"
		case still >= 0:
			row.State, row.Quiet = "quiet", quiet[still].Span
		case h.Token || h.Code != 0 && slices.Contains(ofAccount, h.Code):
			row.State = "mute"
		case a.PushedAt == 0 && row.At == 0:
			row.State = "new"
		}
		list = append(list, row)
	}
	return list
}

// statusErrors are the tries of replies that went wrong, which the store has, and
// other calls, which are known since the program began.
func (c *Console) statusErrors(ctx *fiber.Ctx, d *statusPage) error {
	mishaps, err := c.Store.Mishaps(ctx.UserContext(), c.Store.Now().Add(-failingSpan).UnixMilli())
	if err != nil {
		return err
	}
	for _, m := range mishaps {
		row := statusError{Code: m.Code, Text: c.errorWords(ctx, m.Code, m.Uncertain), N: m.Tries, Last: m.Last, Mend: wechat.For(m.Code) == wechat.Admin}
		for _, part := range []struct {
			key string
			n   int
		}{{"failed", m.Failed}, {"unknown", m.Unknown}, {"open", m.Open}, {"sent", m.Sent}} {
			if part.n > 0 {
				row.Impact = append(row.Impact, c.text(ctx, "status.impact."+part.key, "n", part.n))
			}
		}
		d.Errors = append(d.Errors, row)
		if m.Uncertain {
			d.Unknown, d.UnknownAt = d.Unknown+int64(m.Unknown), max(d.UnknownAt, m.Conversation)
		}
	}
	calls := c.Meter.failed.day(time.Now().UnixMilli())
	slices.SortFunc(calls, func(a, b failedCalls) int {
		return cmp.Or(b.N-a.N, strings.Compare(a.API, b.API), a.Code-b.Code)
	})
	for _, f := range calls {
		if f.API == "message/custom/send" || f.API == "openapi/quota/get" { // in the store; asked for this page alone
			continue
		}
		d.Errors = append(d.Errors, statusError{Code: f.Code, Text: c.errorWords(ctx, f.Code, true), N: f.N, Last: f.Last,
			Impact: []string{c.text(ctx, "status.api", "api", f.API)}, Mend: wechat.For(f.Code) == wechat.Admin})
	}
	for _, e := range d.Errors {
		d.Wrong += e.N
	}
	return nil
}

// errorWords says what an errcode of WeChat means and what to do; lost is a call
// that may have reached it.
func (c *Console) errorWords(ctx *fiber.Ctx, code int, lost bool) string {
	key := "wxerr." + itoa(int64(code))
	switch {
	case code == 0 && lost:
		key = "status.silent"
	case code == 0:
		key = "status.unsent"
	case !c.Texts.Has(DefaultLang, key):
		key = "status.other"
	}
	return c.text(ctx, key)
}

// statusReport is the page for who helps from afar, always in English.
func (c *Console) statusReport(d *statusPage, accounts []store.Account) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("kfdesk %s, %s %s/%s, up %s", c.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH, time.Since(c.Meter.began).Round(time.Second))
	for _, k := range d.Checks {
		line("%s: %s", k.Name, k.State)
	}
	line("replies: %d waiting (%d later, %d again), %d sending, %d unknown", d.Queue.Waiting, d.Queue.Later, d.Queue.Again, d.Queue.Sending, d.Unknown)
	line("last hour: %d sent, median %d ms, slowest %d ms", d.Hour.Sent, d.Hour.Median.Milliseconds(), d.Hour.Slowest.Milliseconds())
	line("bytes: database %d, log %d, search %d, disk free %d; %d slow", d.Files.Database, d.Files.Log, d.Files.Search, d.Free, d.Files.Slow)
	line("bytes: media %d, all grows by %d a day", d.Room.Media, d.Room.Day)
	for i, p := range d.Pushes {
		line("account %s: %s, last push %s, within a day %d taken, %d refused", accounts[i].AppID, p.State, stampUTC(p.At), p.Taken, p.Refused)
	}
	if d.Lost {
		line("errors and unknown replies: could not be read")
	}
	for _, e := range d.Errors {
		line("error %d: %d times, last %s", e.Code, e.N, stampUTC(e.Last))
	}
	return b.String()
}

func stampUTC(ms int64) string {
	if ms == 0 {
		return "never"
	}
	return time.UnixMilli(ms).UTC().Format(time.RFC3339)
}
