package store

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// hour is after the one at which the daily backup is due, on a day of its own.
func hour(day int) time.Time { return time.Now().AddDate(0, 0, day) }

// tries tells whether the daily backup begins, and how it ends.
func (k *keeper) tries(t testing.TB, now time.Time) (bool, error) {
	t.Helper()
	tried := k.tried
	ok(t, k.daily(ctx, now))
	if k.tried == tried {
		return false, nil
	}
	return true, k.ended(t).Err
}

// Notes and files that cannot be read hide none of the others, and hinder nothing.
func TestBackupsBesideWhatCannotBeRead(t *testing.T) {
	k := openDesk(t).keeper(t)
	first := k.made(t)
	dir := filepath.Join(k.Dir(), "backups")
	ok(t, os.Remove(noteFile(dir, first.Name)))
	ok(t, os.Mkdir(noteFile(dir, first.Name), 0o700))
	loop := backupFile(dir, "20250101-000000")
	ok(t, os.Symlink(loop, loop))
	list := k.list(t)
	if len(list) != 2 || !list[0].There || list[0].Why != "" || list[1].There || list[1].Error != "failed" {
		t.Errorf("%+v", list)
	}
	began, err := k.tries(t, hour(0))
	ok(t, err)
	if list := k.list(t); !began || len(list) != 3 || list[0].Why != "auto" {
		t.Errorf("began: %v, %+v", began, list)
	}
}

// What cannot be noted in the folder is tried once a day, and remembered.
func TestDailyBackupIntoABrokenFolder(t *testing.T) {
	k := openDesk(t).keeper(t)
	dir := filepath.Join(k.Dir(), "backups")
	ok(t, os.WriteFile(dir, nil, 0o600))
	if _, err := k.List(ctx); err == nil {
		t.Fatal("a file in place of the folder is no error")
	}
	if began, err := k.tries(t, hour(0)); !began || err == nil || !k.Lost() {
		t.Errorf("began: %v, %v, lost: %v", began, err, k.Lost())
	}
	if began, _ := k.tries(t, hour(0).Add(20*time.Second)); began {
		t.Error("it is tried again 20 seconds later")
	}
	ok(t, os.Remove(dir))
	if began, err := k.tries(t, hour(1)); !began || err != nil || k.Lost() {
		t.Errorf("the next day began: %v, %v, lost: %v", began, err, k.Lost())
	}
}

func TestStoppedDailyBackupHasHadItsTurn(t *testing.T) {
	b := NewBackups(openDesk(t).Store, "test", slog.New(slog.DiscardHandler)) // carries out by hand
	ok(t, b.daily(ctx, hour(0)))
	b.Stop()
	b.carryOut(ctx, <-b.tasks)
	if _, last := b.Doing(); !errors.Is(last.Err, context.Canceled) {
		t.Fatal(last.Err)
	}
	ok(t, b.daily(ctx, hour(0).Add(20*time.Second)))
	if doing, _ := b.Doing(); doing != nil {
		t.Error("it begins again at the next tick")
	}
	ok(t, b.daily(ctx, hour(1)))
	if doing, _ := b.Doing(); doing == nil {
		t.Error("it does not begin on the next day")
	}
}

// Neither a backup nor a restore nor an upload begins when it would take the last
// of the disk.
func TestBackupNeedsRoom(t *testing.T) {
	k := openDesk(t).keeper(t)
	saved := k.made(t)
	huge := int64(1) << 60
	path := filepath.Join(t.TempDir(), "huge"+BackupExt)
	f := must(os.Create(path))(t)
	p := must(newPacker(f, "", 0))(t)
	m := Manifest{Format: backupFormat}
	m.Media.Size = huge
	head := must(json.Marshal(m))(t)
	ok(t, p.add(manifestName, int64(len(head)), strings.NewReader(string(head))))
	ok(t, errors.Join(p.finish(), f.Close()))
	_, err := Restore(ctx, path, filepath.Join(t.TempDir(), "new"), RestoreOptions{})
	refused(t, err, "backup_room")
	ok(t, os.Rename(path, backupFile(filepath.Join(k.Dir(), "backups"), "20250101-000000")))
	refused(t, k.Restore(ctx, Actor{}, "boss", "20250101-000000", ""), "backup_room")
	_, err = k.Upload(ctx, Actor{}, "boss", strings.NewReader("x"), huge)
	refused(t, err, "backup_room")

	_ = must(k.AddMedia(ctx, Media{Account: k.account, Hash: strings.Repeat("a", 64), Size: huge}))(t)
	ok(t, k.Make(ctx, Actor{}, "boss"))
	refused(t, k.ended(t).Err, "backup_room")
	if last := k.list(t)[0]; last.There || last.Error != "disk_full" {
		t.Errorf("%+v", last)
	}

	// Nor is a restore said to be done when what is there could not be backed up.
	ok(t, k.Restore(ctx, Actor{}, "boss", saved.Name, ""))
	refused(t, k.ended(t).Err, "backup_room")
	equal(t, "deeds", k.deeds(t), "make")
	checkParts(t, k.Dir())
}

// The first folder is pruned although the second one is broken.
func TestSecondFolderThatIsBroken(t *testing.T) {
	k := openDesk(t).keeper(t)
	second := filepath.Join(t.TempDir(), "second")
	k.sets(t, func(v *BackupSettings) { v.Keep, v.Copy = 1, second })
	old := k.made(t)
	ok(t, os.RemoveAll(second))
	ok(t, os.WriteFile(second, nil, 0o600))
	ok(t, k.Make(ctx, Actor{}, "boss"))
	if k.ended(t).Err == nil {
		t.Error("that the second copy failed is not told")
	}
	if list := k.list(t); len(list) != 1 || list[0].Name == old.Name || list[0].CopyError == "" {
		t.Errorf("%+v", list)
	}
	equal(t, "deeds", k.deeds(t), "settings make make delete")
}

// A machine that is off at the hour of the backup makes it up from the beginning,
// and until then it is late; an upload is neither a success nor a delay.
func TestFirstBackupIsMadeUpFor(t *testing.T) {
	d := openDesk(t)
	b := NewBackups(d.Store, "test", slog.New(slog.DiscardHandler))
	began := must(row(ctx, d.Store, one[int64], "select min(applied_at) from migration"))(t)
	at := func(h time.Duration) time.Time { return time.UnixMilli(began).Add(h * time.Hour) }
	set := must(d.BackupSettings(ctx))(t)
	late := func(name string, list []Saved, now time.Time, want bool) {
		t.Helper()
		equal(t, name, must(b.Late(ctx, set, list, now))(t), want)
	}
	late("two days old", nil, at(48), false)
	late("older", nil, at(49), true)
	hand := Saved{There: true, Why: "hand", MadeAt: at(40).UnixMilli()}
	late("made by hand since", []Saved{hand}, at(49), false)
	late("an old one was uploaded after it", []Saved{{There: true, Why: "upload", MadeAt: at(-900).UnixMilli()}, hand}, at(49), false)
	late("one was uploaded, none made", []Saved{{There: true, Why: "upload", MadeAt: at(48).UnixMilli()}}, at(49), true)
	ok(t, b.daily(ctx, at(25)))
	if doing, _ := b.Doing(); doing == nil {
		t.Error("the first is not made up for")
	}
}

// While a backup is encrypted, the database is in its folder at no time; what a
// crash leaves goes away, but not what another process may be making.
func TestSnapshotLiesInTheDataDirectory(t *testing.T) {
	d := openDesk(t)
	path := filepath.Join(t.TempDir(), "b"+BackupExt)
	seen := false
	_ = must(d.Backup(ctx, path, BackupOptions{Passphrase: phrase, Progress: func(_ int, done, _ int64) {
		if done == 0 {
			return
		}
		seen = true
		if mode := must(os.Stat(d.snapshotFile(path)))(t).Mode(); mode != 0o600 {
			t.Errorf("its mode is %v", mode)
		}
		for _, f := range must(os.ReadDir(filepath.Dir(path)))(t) {
			if f.Name() != "b"+BackupExt+".part" {
				t.Errorf("%s lies in the folder", f.Name())
			}
		}
	}}))(t)
	equal(t, "seen", seen, true)
	checkParts(t, d.Dir())

	long := time.Now().Add(-25 * time.Hour)
	dir := filepath.Join(d.Dir(), "backups")
	ok(t, os.MkdirAll(dir, 0o700))
	files := map[string]bool{ // whether it stays
		filepath.Join(d.Dir(), snapshotMark+"1-old.part"): false, filepath.Join(d.Dir(), snapshotMark+"1-kfdesk-new.kfbackup.part"): true,
		filepath.Join(dir, "kfdesk-old.kfbackup.part"): false, filepath.Join(dir, "kfdesk-new.kfbackup.part"): true,
	}
	for name, stays := range files {
		ok(t, os.WriteFile(name, nil, 0o600))
		if !stays {
			ok(t, os.Chtimes(name, long, long))
		}
	}
	ok(t, d.Close())
	s := openAt(t, d.Dir(), d.clock)
	if _, err := os.Stat(filepath.Join(d.Dir(), snapshotMark+"1-old.part")); !os.IsNotExist(err) {
		t.Errorf("opening leaves what a crash left: %v", err)
	}
	NewBackups(s, "test", slog.New(slog.DiscardHandler)).clear(BackupSettings{})
	for name, stays := range files {
		if _, err := os.Stat(name); os.IsNotExist(err) == stays {
			t.Errorf("%s: %v", filepath.Base(name), err)
		}
	}
}
