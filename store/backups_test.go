package store

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// keeper runs the backups of a desk until the test ends.
type keeper struct {
	*Backups
	*desk
	turned chan bool
}

func (d *desk) keeper(t testing.TB) *keeper {
	t.Helper()
	k := &keeper{NewBackups(d.Store, "test", slog.New(slog.DiscardHandler)), d, make(chan bool, 1)}
	k.Turn = func() { k.turned <- true }
	k.look = time.Hour // no daily one begins in the midst of a slow test
	run, stop := context.WithCancel(ctx)
	go func() { _ = k.Run(run) }() // it has no error
	t.Cleanup(func() { stop(); <-k.Over() })
	return k
}

// ended waits until nothing goes on.
func (k *keeper) ended(t testing.TB) Outcome {
	t.Helper()
	for {
		if doing, last := k.Doing(); doing == nil && last != nil {
			return *last
		}
		time.Sleep(time.Millisecond)
	}
}

// made makes a backup and gives it as it is in the list.
func (k *keeper) made(t testing.TB) Saved {
	t.Helper()
	ok(t, k.Make(ctx, Actor{AgentID: k.admin.ID, IP: "::1"}, "boss"))
	ok(t, k.ended(t).Err)
	return k.list(t)[0]
}

func (k *keeper) list(t testing.TB) []Saved { return must(k.List(ctx))(t) }

func (k *keeper) sets(t testing.TB, change func(*BackupSettings)) {
	t.Helper()
	set := must(k.BackupSettings(ctx))(t)
	change(&set)
	ok(t, k.SetBackupSettings(ctx, Actor{}, set))
}

// deeds are the names in the log of deeds that are about backups.
func (k *keeper) deeds(t testing.TB) string {
	return strings.Join(must(rows(ctx, k.Store, one[string], "select substr(deed, 8) from audit where deed like 'backup.%' order by id"))(t), " ")
}

func TestBackupsAreKept(t *testing.T) {
	k := openDesk(t).keeper(t)
	k.stock(t, 2)
	second := filepath.Join(t.TempDir(), "second")
	k.sets(t, func(v *BackupSettings) { v.Keep, v.Copy, v.Passphrase = 2, second, phrase })
	first := k.made(t)
	if !first.There || first.Checked == 0 || first.Fault != "" || first.By != "boss" || first.Why != "hand" || !first.Encrypted || first.Media != 2 || first.Size == 0 {
		t.Errorf("%+v", first)
	}
	_ = must(CheckBackup(ctx, filepath.Join(second, BackupName(first.Name)), phrase, nil))(t)
	ok(t, k.SetKeep(ctx, Actor{}, first.Name, true))
	old := k.made(t)
	k.made(t)
	k.made(t)
	names := func() (list []string) {
		for _, b := range k.list(t) {
			list = append(list, b.Name)
		}
		return list
	}
	if list := names(); len(list) != 3 || list[2] != first.Name {
		t.Errorf("of 4, 2 and the one kept for ever are kept: %v", list)
	}
	if _, err := os.Stat(filepath.Join(second, BackupName(old.Name))); !os.IsNotExist(err) {
		t.Errorf("the second copy of what was removed: %v", err)
	}

	// One that does not have its bytes any more is told of, and is nothing to keep.
	list := k.list(t)
	path := filepath.Join(k.Dir(), "backups", BackupName(list[0].Name))
	b := must(os.ReadFile(path))(t)
	b[len(b)/2] ^= 1
	ok(t, os.WriteFile(path, b, 0o600))
	ok(t, k.Verify(ctx, Actor{}, list[0].Name))
	refused(t, k.ended(t).Err, "backup_damaged")
	if bad := k.list(t)[0]; bad.Fault != "backup_damaged" {
		t.Errorf("%+v", bad)
	}
	refused(t, k.Restore(ctx, Actor{}, "boss", first.Name, "another"), "backup_passphrase")
	k.sets(t, func(v *BackupSettings) { v.Passphrase = "a new passphrase" })
	ok(t, k.Verify(ctx, Actor{}, first.Name))
	refused(t, k.ended(t).Err, "backup_passphrase")
	if kept := k.list(t)[2]; kept.Fault != "" || kept.Checked != 0 {
		t.Errorf("what could not be looked at: %+v", kept)
	}
	ok(t, k.Delete(ctx, Actor{}, list[0].Name))
	equal(t, "backups", len(k.list(t)), 2)
	for _, name := range []string{"20250101-000000", "../kfdesk", "", "20250101-000000.json"} {
		if _, err := k.Saved(ctx, name); !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %v", name, err)
		}
	}
	equal(t, "deeds", k.deeds(t), "settings make keep make make make delete verify settings verify delete")
}

// From the list, or from a file that comes from elsewhere: the data are those of
// the backup, those of now are in another one, and the list is whole.
func TestRestoreFromTheList(t *testing.T) {
	d := openDesk(t)
	k := d.keeper(t)
	k.sets(t, func(v *BackupSettings) { v.Passphrase = phrase })
	d.receive(t, d.text("ann", "before"))
	saved := k.made(t)
	d.receive(t, d.text("ann", "after"))
	f := must(k.Download(ctx, Actor{}, saved.Name))(t)
	name := must(k.Upload(ctx, Actor{}, "boss", f, -1))(t)
	ok(t, f.Close())
	_, err := k.Upload(ctx, Actor{}, "boss", strings.NewReader("something else"), -1)
	refused(t, err, "backup_not_one")
	ok(t, k.Restore(ctx, Actor{AgentID: d.admin.ID}, "boss", name, ""))
	if !<-k.turned {
		t.Fatal()
	}
	if doing, _ := k.Doing(); doing == nil || doing.Kind != "restart" {
		t.Errorf("%+v", doing)
	}
	refused(t, k.Make(ctx, Actor{}, "boss"), "backup_busy")
	ok(t, d.Close())

	again := &desk{Store: openAt(t, d.Dir(), d.clock), clock: d.clock, account: d.account}
	equal(t, "messages", len(again.timeline(t, 1)), 1)
	k2 := again.keeper(t)
	list := k2.list(t)
	equal(t, "backups", len(list), 3)
	equal(t, "why", list[0].Why, "restore")
	equal(t, "deeds", k2.deeds(t), "settings restore")
	equal(t, "passphrase", must(again.BackupSettings(ctx))(t).Passphrase, phrase)
	ok(t, k2.Restore(ctx, Actor{}, "boss", list[0].Name, "")) // it was wrong: back
	<-k2.turned
	ok(t, again.Close())
	back := &desk{Store: openAt(t, d.Dir(), d.clock), clock: d.clock}
	equal(t, "messages", len(back.timeline(t, 1)), 2)
}

// What fails is in the list with its reason; what is stopped leaves nothing.
func TestBackupThatFails(t *testing.T) {
	k := openDesk(t).keeper(t)
	hash, size, err := k.SaveFile(io.LimitReader(zeros{}, 9<<20), 10<<20)
	ok(t, err)
	_ = must(k.AddMedia(ctx, Media{Account: k.account, Hash: hash, Size: size}))(t)
	signal.Ignore(syscall.SIGXFSZ)
	t.Cleanup(func() { signal.Reset(syscall.SIGXFSZ) })
	var was syscall.Rlimit
	ok(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was))
	ok(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 8 << 20, Max: was.Max}))
	err = k.Make(ctx, Actor{}, "boss")
	if err == nil {
		err = k.ended(t).Err
	}
	ok(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was))
	if !errors.Is(err, ErrFull) {
		t.Errorf("got %v", err)
	}
	list := k.list(t)
	if len(list) != 1 || list[0].There || list[0].Error != "disk_full" {
		t.Errorf("%+v", list)
	}
	ok(t, k.Delete(ctx, Actor{}, list[0].Name))
	equal(t, "files", len(must(os.ReadDir(filepath.Join(k.Dir(), "backups")))(t)), 0)

	ok(t, k.Make(ctx, Actor{}, "boss"))
	k.Stop()
	if err := k.ended(t).Err; err != nil { // it may have been done already
		equal(t, "error", err, context.Canceled)
		equal(t, "files", len(must(os.ReadDir(filepath.Join(k.Dir(), "backups")))(t)), 0)
	}
}

func TestDailyBackupIsDue(t *testing.T) {
	at := func(text string) time.Time { return must(time.ParseInLocation("2 15:04", text, time.Local))(t) }
	list := func(text, why string) []Saved {
		return []Saved{{Name: "hand", Why: "hand", MadeAt: at("9 23:59").UnixMilli()}, {Why: why, MadeAt: at(text).UnixMilli()}}
	}
	set := BackupSettings{At: 3 * 60}
	for _, c := range []struct {
		name       string
		list       []Saved
		now, since string
		want       bool
	}{
		{"new, before its hour", nil, "9 02:59", "9 01:00", false},
		{"new, at its hour", nil, "9 03:00", "9 01:00", true},
		{"new, made later", nil, "9 12:00", "9 11:00", false},
		{"new, off at its hour", nil, "9 12:00", "8 11:00", true},
		{"made today", list("9 03:00", "auto"), "9 12:00", "1 11:00", false},
		{"stopped today", list("8 03:00", "auto"), "9 12:00", "9 03:01", false},
		{"missed today", list("8 03:00", "auto"), "9 12:00", "1 11:00", true},
		{"the next night", list("8 03:01", "auto"), "9 02:59", "1 11:00", false},
		{"only by hand", list("9 04:00", "hand"), "9 12:00", "1 11:00", true},
	} {
		equal(t, c.name, due(set, c.list, at(c.now), at(c.since)), c.want)
	}
	equal(t, "next", set.Next(at("9 03:00")), at("10 03:00"))
	equal(t, "next", set.Next(at("9 02:59")), at("9 03:00"))
}

func TestBackupSettingsRefuse(t *testing.T) {
	d := openDesk(t)
	file := filepath.Join(t.TempDir(), "file")
	ok(t, os.WriteFile(file, nil, 0o600))
	for code, change := range map[string]func(*BackupSettings){
		"bad_clock":       func(v *BackupSettings) { v.At = 24 * 60 },
		"bad_keep":        func(v *BackupSettings) { v.Keep = 0 },
		"bad_dir":         func(v *BackupSettings) { v.Dir = filepath.Join(file, "in") },
		"same_dir":        func(v *BackupSettings) { v.Copy = filepath.Join(d.Dir(), "backups") },
		"weak_passphrase": func(v *BackupSettings) { v.Passphrase = "short" },
	} {
		set := must(d.BackupSettings(ctx))(t)
		change(&set)
		refused(t, d.SetBackupSettings(ctx, Actor{}, set), code)
	}
	set := must(d.BackupSettings(ctx))(t)
	set.Dir = "relative"
	refused(t, d.SetBackupSettings(ctx, Actor{}, set), "bad_dir")
	set.Dir, set.Passphrase = "", phrase
	ok(t, d.SetBackupSettings(ctx, Actor{}, set))
	if text := must(d.Setting(ctx, "backup"))(t); strings.Contains(text, phrase) {
		t.Errorf("the passphrase lies open: %s", text)
	}
}
