package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The database, the search index and the media count, those apart. Backups, copies of
// the database and what else lies beside it do not: they would be told as growth.
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
	if files := d.Pulse(); before.At != d.now() || before.All != files.Database+files.Search || files.Database == 0 || files.Search == 0 {
		t.Errorf("%+v of %+v", before, files)
	}
	_, _, err := d.SaveFile(strings.NewReader(strings.Repeat("x", 5000)), 1e6)
	ok(t, err)
	beside := t.TempDir()
	set := must(d.BackupSettings(ctx))(t)
	set.Copy = beside
	ok(t, d.SetBackupSettings(ctx, Actor{}, set))
	backup, inside := BackupName("20260101-030000"), func(path string) string { return filepath.Join(d.Dir(), path) }
	for _, path := range []string{filepath.Join(beside, backup), inside(backup), inside("backups/" + backup), inside("backups/" + backup + ".part"),
		inside(snapshotMark + "1.part/kfdesk.db"), inside(beforeMark + "0002.db"), inside("sandbox/kfdesk.db")} {
		ok(t, os.MkdirAll(filepath.Dir(path), 0o700))
		ok(t, os.WriteFile(path, make([]byte, 1_000_000), 0o600))
	}
	after := measure()
	equal(t, "media", after.Media, 5000)
	if grown := after.All - before.All; grown < 5000 || grown > 500_000 { // the settings themselves take a page
		t.Errorf("all has grown by %d", grown)
	}
}

// The folder of media may be a link to another disk.
func TestMeasureOfALinkedFolder(t *testing.T) {
	d := openDesk(t)
	_, _, err := d.SaveFile(strings.NewReader(strings.Repeat("x", 5000)), 1e6)
	ok(t, err)
	media, disk := filepath.Join(d.Dir(), "media"), filepath.Join(t.TempDir(), "disk")
	ok(t, os.Rename(media, disk))
	ok(t, os.Symlink(disk, media))
	ok(t, d.Measure(ctx))
	equal(t, "media", must(d.Sizes(ctx))(t)[0].Media, 5000)
}

// meanwhile is a context in which something happens whenever somebody asks whether it
// has ended, as a walk does at each file.
type meanwhile struct {
	context.Context
	do func()
}

func (m meanwhile) Err() error { m.do(); return nil }

// What goes away while a folder is read is not counted, and ends nothing; what is no
// folder at all is an error.
func TestFolderSizeWhileFilesGo(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "b/1", "c", "d/1"} {
		path := filepath.Join(dir, name)
		ok(t, os.MkdirAll(filepath.Dir(path), 0o700))
		ok(t, os.WriteFile(path, make([]byte, 1000), 0o600))
	}
	equal(t, "all", must(folderSize(ctx, dir))(t), 4000)
	asked := 0
	goes := func() {
		if asked++; asked == 2 { // at the first file: the folder was listed
			ok(t, errors.Join(os.RemoveAll(filepath.Join(dir, "b")), gone(filepath.Join(dir, "c"))))
		}
	}
	equal(t, "what stays", must(folderSize(meanwhile{ctx, goes}, dir))(t), 2000)
	equal(t, "none", must(folderSize(ctx, filepath.Join(dir, "nowhere")))(t), 0)
	if _, err := folderSize(ctx, filepath.Join(dir, "a", "below")); err == nil {
		t.Error("a folder below a file is read")
	}
	ended, end := context.WithCancel(ctx)
	end()
	if _, err := folderSize(ended, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("it goes on when it is to end: %v", err)
	}
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
