package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// All files count, media apart; those of backups where they take from the same disk,
// once; write-ahead logs come and go.
func TestMeasure(t *testing.T) {
	d := openDesk(t)
	equal(t, "before", len(must(d.Sizes(ctx))(t)), 0)
	measure := func() Size {
		t.Helper()
		ok(t, d.Measure(ctx))
		list := must(d.Sizes(ctx))(t)
		return list[len(list)-1]
	}
	before := measure()
	equal(t, "no media", before.Media, 0)
	if before.At != d.now() || before.All < 1000 {
		t.Errorf("%+v", before)
	}
	_, _, err := d.SaveFile(strings.NewReader(strings.Repeat("x", 5000)), 1e6)
	ok(t, err)
	after := measure()
	equal(t, "media", after.Media, 5000)
	if grown := after.All - before.All; grown < 5000 || grown > 500_000 { // the settings themselves take a page
		t.Errorf("all has grown by %d", grown)
	}
	backup := func(dir string) {
		t.Helper()
		ok(t, os.MkdirAll(dir, 0o700))
		ok(t, os.WriteFile(filepath.Join(dir, "a backup"), make([]byte, 1_000_000), 0o600))
	}
	grows := func(what string, least int64) {
		t.Helper()
		now := measure()
		if grown := now.All - after.All; grown < least || grown > least+500_000 {
			t.Errorf("%s: all has grown by %d, not by %d", what, grown, least)
		}
		after = now
	}
	backup(d.BackupDir(BackupSettings{}))
	grows("backups in the data directory", 1_000_000)
	beside := filepath.Join(filepath.Dir(d.Dir()), "beside")
	backup(beside)
	set := must(d.BackupSettings(ctx))(t)
	set.Dir = beside
	ok(t, d.SetBackupSettings(ctx, Actor{}, set))
	grows("those beside it", 1_000_000)
	equal(t, "media", after.Media, 5000)
}

// One size a day is kept, and the last, for a month; growth is told from two days on.
func TestGrowth(t *testing.T) {
	const hour, day = int64(time.Hour / time.Millisecond), int64(24 * time.Hour / time.Millisecond)
	var list []Size
	is := func(what string, wantDays string, wantDay int64, known bool) {
		t.Helper()
		days := ""
		for _, one := range list {
			days += fmt.Sprint(" ", one.At/hour)
		}
		grown, ok := Growth(list)
		if days != wantDays || grown != wantDay || ok != known {
			t.Errorf("%s:%s, %d %v, want%s, %d %v", what, days, grown, ok, wantDays, wantDay, known)
		}
	}
	upTo := func(from, to int64) {
		for h := from; h <= to; h++ {
			list = appendSize(list, Size{At: h * hour, All: 1000 + h*10})
		}
	}
	is("at first", "", 0, false)
	upTo(1, 1)
	is("once", " 1", 0, false)
	upTo(2, 24)
	is("a day", " 1 24", 0, false)
	upTo(25, 40)
	is("more than a day", " 1 25 40", 0, false)
	upTo(41, 49)
	is("two days", " 1 25 49", 240, true)
	upTo(50, 60)
	is("and half a day", " 1 25 49 60", 240, true)
	list = append(list[:0:0], Size{At: 0, All: 9000}, Size{At: day, All: 5000}, Size{At: 29 * day, All: 8000})
	list = appendSize(list, Size{At: 31 * day, All: 8000})
	is("a month", " 24 696 744", 100, true)
	list = appendSize(list, Size{At: 28 * day, All: 2300})
	is("the clock goes back", " 24 672", -100, true)
}
