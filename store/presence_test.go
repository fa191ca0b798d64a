package store

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// What becomes of an agent's presence, by what happens: h here, i idle, g gone;
// o, b, a set by hand to online, busy, away.
func TestPresence(t *testing.T) {
	for _, c := range []struct{ happens, want string }{
		{"", "away "},
		{"h", "online here"},
		{"hh", "online here"},
		{"hi", "away idle"},
		{"hii", "away idle"},
		{"hih", "online here"},
		{"hg", "away gone"},
		{"hgh", "online here"},
		{"hig", "away gone"},
		{"higi", "away gone"},
		{"o", "online hand"},
		{"oi", "away idle"}, // online is what everybody is: it needs no word to end
		{"oih", "online here"},
		{"hb", "busy hand"},
		{"hbi", "busy hand"}, // busy says: here, but not for you
		{"hbh", "busy hand"},
		{"hbg", "away gone"},
		{"hbgh", "busy hand"}, // earlier word holds
		{"hbgho", "online hand"},
		{"ha", "away hand"},
		{"hah", "away hand"}, // a key touched is no word
		{"hai", "away hand"},
		{"hag", "away gone"},
		{"hagh", "online here"}, // who comes anew is here
		{"hbagh", "online here"},
		{"hao", "online hand"},
		{"hio", "online hand"},
	} {
		t.Run(c.happens, func(t *testing.T) {
			d := openDesk(t)
			since := int64(0)
			for _, one := range strings.Split(c.happens, "") {
				if one == "" {
					continue
				}
				d.clock.advance(time.Minute)
				before, was := d.newest(t), d.agent(t, d.li.ID).Presence
				deed := map[string]func() error{
					"h": func() error { return d.Here(ctx, d.li.ID) },
					"i": func() error { return d.Idle(ctx, d.li.ID) },
					"g": func() error { return d.Gone(ctx, d.li.ID) },
					"o": func() error { return d.SetPresence(ctx, d.li.ID, "online") },
					"b": func() error { return d.SetPresence(ctx, d.li.ID, "busy") },
					"a": func() error { return d.SetPresence(ctx, d.li.ID, "away") },
				}[one]
				ok(t, deed())
				events := int64(0)
				if d.agent(t, d.li.ID).Presence != was {
					events, since = 1, d.now()
				}
				equal(t, "events of "+one, d.newest(t)-before, events)
			}
			type row struct {
				presence, by string
				at           int64
			}
			got := must(rows(ctx, d, func(r scanner) (v row, err error) { err = r.Scan(&v.presence, &v.by, &v.at); return v, err },
				"select presence, presence_by, presence_at from agent where id = $1", d.li.ID))(t)[0]
			equal(t, "presence", got.presence+" "+got.by, c.want)
			equal(t, "since", got.at, since)
		})
	}
	d := openDesk(t)
	for _, bad := range []string{"", "Online", "offline"} {
		refused(t, d.SetPresence(ctx, d.li.ID, bad), "bad_presence")
	}
	equal(t, "others", fmt.Sprint(d.agent(t, d.su.ID).Presence), "away")
}
