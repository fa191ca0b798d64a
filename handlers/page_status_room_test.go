package handlers

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/courier"
	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// asked is a courier that WeChat has told how many calls there were.
type asked struct {
	watched
	quotas map[int64]courier.Quota
}

func (a *asked) Quota(id int64) (q courier.Quota, ok bool) { q, ok = a.quotas[id]; return q, ok }

const dayMS = int64(24 * time.Hour / time.Millisecond)

// How much media there is, how fast all grows, and how long the disk lasts.
func TestStatusRoom(t *testing.T) {
	d := newDesk(t)
	text := func(key string, args ...any) string { return d.Texts.T("zh-CN", key, args...) }
	free, _, ok := store.Disk(d.dir)
	if !ok {
		t.Skip("the disk of this machine is not known")
	}
	// with is the facts and the part of the disk, of sizes so many days apart.
	with := func(sizes ...store.Size) (facts, disk string) {
		t.Helper()
		b, err := json.Marshal(sizes)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Store.SetSetting(ctx, "sizes", string(b)); err != nil {
			t.Fatal(err)
		}
		body, _ := d.states(t)
		rows := strings.Split(body, `<li class="checkrow`)
		return body, rows[len(rows)-1][:strings.Index(rows[len(rows)-1], "</li>")]
	}
	shows := func(what, body string, texts ...string) {
		t.Helper()
		for _, s := range texts {
			if !strings.Contains(body, s) {
				t.Errorf("%s: %q is not shown", what, s)
			}
		}
	}
	if body, _ := d.states(t); strings.Contains(body, text("status.media")) {
		t.Error("media are shown that were not measured")
	}
	if err := d.Store.Measure(ctx); err != nil {
		t.Fatal(err)
	}
	body, _ := d.states(t)
	shows("measured once", body, text("status.media"), "0 B"+text("status.comma")+text("status.share.little"), text("status.grows.later"))

	grown := func(media, days, bytes int64) (facts, disk string) {
		return with(store.Size{At: noon, All: 5000}, store.Size{At: noon + days*dayMS, Media: media, All: 5000 + days*bytes})
	}
	comma := text("status.comma")
	shrunk, _ := with(store.Size{At: noon, All: 5000}, store.Size{At: noon + 2*dayMS, All: 4000})
	shows("shrunk", shrunk, text("status.grows.none"))
	_, total, _ := store.Disk(d.dir)
	facts, _ := grown(total/4+total/70, 2, 1000)
	shows("a quarter", facts, text("status.share", "percent", 26))
	for _, tt := range []struct {
		days, lasts int64
		key, state  string
	}{
		{2, 3, "status.lasts.days", "warn"},
		{10, 6, "status.lasts.days", "warn"},
		{10, 8, "status.lasts.days", "ok"},
		{10, 70, "status.lasts.months", "ok"},
		{10, 900, "status.lasts.years", "ok"},
	} {
		day := free / tt.lasts / 15 // fourteen backups grow with it
		day -= day / 20             // the disk of this machine is in use: half a day more or less
		facts, disk := grown(1, tt.days, day)
		n := tt.lasts
		if tt.key == "status.lasts.months" {
			n = 2
		}
		lasts := text(tt.key, "n", n)
		shows(fmt.Sprint(tt.lasts), facts, text("status.grows.day", "size", sizeText(day))+comma+text("status.grows.lasts", "lasts", lasts))
		_, total, _ := store.Disk(d.dir)
		if fillsUp(free, total) {
			continue // it is told of, whatever may come
		}
		shows(fmt.Sprint(tt.lasts), disk, "-"+tt.state, lasts)
	}
}

// What is left of today's calls: of the account that has least, and of today.
func TestStatusCalls(t *testing.T) {
	d := newDesk(t)
	w := &asked{quotas: map[int64]courier.Quota{}}
	w.beats()
	d.WeChat = w
	text := func(key string, args ...any) string { return d.Texts.T("zh-CN", key, args...) }
	said := func(limit, used int64, ago time.Duration) courier.Quota {
		return courier.Quota{Quota: wechat.Quota{DailyLimit: wechat.Int(limit), Used: wechat.Int(used)}, At: noon - ago.Milliseconds()}
	}
	is := func(what, want string) {
		t.Helper()
		body, _ := d.states(t)
		_, row, _ := strings.Cut(body, "<dt>"+text("status.calls")+"</dt><dd>")
		row, _, _ = strings.Cut(row, text("status.comma")+"<time")
		if !strings.Contains(body, text("status.calls")) {
			row = ""
		}
		if row != want {
			t.Errorf("%s: %q, want %q", what, row, want)
		}
	}
	is("not known", "")
	w.quotas[1] = said(500_000, 2087, time.Hour)
	is("one", text("status.calls.used", "used", "2,087", "limit", "500,000")+text("status.comma")+"禾木生活馆")
	w.quotas[2] = said(50_000, 2000, time.Hour)
	is("another has used up more of its own", text("status.calls.used", "used", "2,000", "limit", "50,000")+text("status.comma")+"转角咖啡")
	w.quotas[2] = said(50_000, 2000, 7*time.Hour) // it is 8 o'clock in Beijing
	is("of today", text("status.calls.used", "used", "2,000", "limit", "50,000")+text("status.comma")+"转角咖啡")
	w.quotas[2] = said(50_000, 1, time.Hour)
	is("another has used up less of its own", text("status.calls.used", "used", "2,087", "limit", "500,000")+text("status.comma")+"禾木生活馆")
	w.quotas[1], w.quotas[2] = said(0, 5, time.Hour), said(50_000, 2000, 9*time.Hour)
	is("without a limit, and of yesterday", "")
}
