package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

const phrase = "correct horse battery staple"

// dump gives every row of every table as text, but what a restore changes.
func (s *Store) dump(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, table := range must(rows(ctx, s, one[string], "select name from sqlite_master where type = 'table' and name <> 'session' order by name"))(t) {
		list := must(s.read.QueryContext(ctx, "select * from "+table+" where $1 = $1 order by 1, 2", table))(t)
		names := must(list.Columns())(t)
		var text strings.Builder
		for list.Next() {
			row := make([]any, len(names))
			for i := range row {
				row[i] = new(any)
			}
			ok(t, list.Scan(row...))
			for _, v := range row {
				fmt.Fprintf(&text, "%v|", *v.(*any))
			}
			text.WriteString("\n")
		}
		ok(t, list.Err())
		out[table] = text.String()
	}
	return out
}

// stock puts files into the media folder, and rows that name them.
func (d *desk) stock(t testing.TB, n int) {
	t.Helper()
	for i := range n {
		hash, size, err := d.SaveFile(bytes.NewReader(bytes.Repeat([]byte{byte(i), byte(i >> 8)}, 10_000+i)), 1<<20)
		ok(t, err)
		_ = must(d.AddMedia(ctx, Media{Account: d.account, Kind: "image", Hash: hash, Size: size}))(t)
	}
}

// backed makes a backup of a desk with media in it.
func (d *desk) backed(t testing.TB, passphrase string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "b"+BackupExt)
	_ = must(d.Backup(ctx, path, BackupOptions{Program: "test", Passphrase: passphrase}))(t)
	return path
}

// The drill: what was there at the backup is there again on a new machine, every
// row and every file, and what had not left does not leave by itself.
func TestBackupIsRestored(t *testing.T) {
	for _, passphrase := range []string{"", phrase} {
		w := walk(t)
		w.stock(t, 50)
		before, files := w.dump(t), w.files(t)
		path := w.backed(t, passphrase)
		key := must(os.ReadFile(filepath.Join(w.Dir(), "key")))(t)
		w.receive(t, w.text("late", "after the backup"))
		ok(t, w.Close())

		dir := filepath.Join(t.TempDir(), "new", "machine")
		o := RestoreOptions{Passphrase: passphrase, By: Actor{AgentID: 1, IP: "::1"}}
		if passphrase == "" {
			_, err := Restore(ctx, path, dir, o)
			refused(t, err, "backup_no_key")
			o.Key = newKey()
			_, err = Restore(ctx, path, dir, o)
			refused(t, err, "backup_key_wrong")
			o.Key = key
		}
		r := must(Restore(ctx, path, dir, o))(t)
		equal(t, "moved aside", r.Aside, "")
		equal(t, "media", r.Manifest.Media.Count-r.Missing, 50)
		equal(t, "key in it", r.Manifest.Key, passphrase != "")

		s := openAt(t, dir, w.clock)
		equal(t, "files", strings.Join(s.files(t), " "), strings.Join(files, " "))
		for _, hash := range s.files(t) {
			equal(t, "bytes of a file", fmt.Sprintf("%x", sha256.Sum256(must(os.ReadFile(s.FilePath(hash)))(t))), hash)
		}
		equal(t, "secret", must(s.Account(ctx, w.account))(t).Secret, "app-secret")
		after := s.dump(t)
		for table, text := range before {
			switch table {
			case "audit":
				if !strings.HasPrefix(after[table], text) || !strings.Contains(after[table], "backup.restore|b.kfbackup") {
					t.Errorf("the log of deeds: %s", after[table])
				}
			case "message":
				equal(t, "message", after[table], strings.ReplaceAll(text, "|pending|", "|sending|"))
			case "sqlite_sequence":
			case "event":
				equal(t, "events", after[table], "")
			default:
				equal(t, table, after[table], text)
			}
		}
		equal(t, "log-ins", must(row(ctx, s, one[int], "select count(*) from session where kind = 'browser'"))(t), 0)
		equal(t, "replies that a person decides about", must(s.Recover(ctx))(t), 2)
		equal(t, "replies that leave", len(must(s.ClaimReplies(ctx, 10))(t)), 0)
		checkParts(t, dir)
	}
}

// A browser that has seen what came after the backup does not go on from there in
// the restored data, however much has come since.
func TestRestoreForgetsCursors(t *testing.T) {
	d := openDesk(t)
	d.receive(t, d.text("o1", "before the backup"))
	path := d.backed(t, phrase)
	d.receive(t, d.text("o2", "after it"))
	seen, _, err := d.LastEvent(ctx)
	ok(t, err)
	dir := filepath.Join(t.TempDir(), "new")
	_ = must(Restore(ctx, path, dir, RestoreOptions{Passphrase: phrase}))(t)
	d.Store = openAt(t, dir, d.clock)
	for i := range 9 {
		d.receive(t, d.text(fmt.Sprint("again", i), "hello"))
	}
	newest, oldest, err := d.LastEvent(ctx)
	ok(t, err)
	if newest <= seen || oldest <= seen+1 {
		t.Errorf("events from %d to %d are kept, and a browser has seen %d", oldest, newest, seen)
	}
	equal(t, "events since", len(must(d.Changes(ctx, oldest-1, 99))(t)), 9)
}

// checkParts wants nothing half done beside the data.
func checkParts(t testing.TB, dir string) {
	t.Helper()
	for _, e := range must(os.ReadDir(dir))(t) {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("%s is left", e.Name())
		}
	}
}

// Messages come in while a backup is made; it holds those up to some moment, all
// of them.
func TestBackupWhileMessagesComeIn(t *testing.T) {
	d := openDesk(t)
	d.stock(t, 20)
	for i := range 200 {
		d.receive(t, d.text(fmt.Sprint("before", i), "hello"))
	}
	ctx2, stop := context.WithCancel(ctx)
	received, ended := make(chan int, 100_000), make(chan error, 1)
	begin := func() {
		for n := 0; ctx2.Err() == nil && n < cap(received); n++ {
			if _, err := d.Receive(ctx, d.text(fmt.Sprint("during", n), "hello")); err != nil {
				ended <- err
				return
			}
			received <- n
		}
		ended <- nil
	}
	path := filepath.Join(t.TempDir(), "b"+BackupExt)
	began := false
	_ = must(d.Backup(ctx, path, BackupOptions{Progress: func(step int, _, _ int64) {
		if !began {
			began = true
			go begin()
		}
		if step == 2 {
			<-received // one more has come in since the last step
		}
	}}))(t)
	stop()
	ok(t, <-ended)
	dir := t.TempDir()
	_ = must(Restore(ctx, path, dir, RestoreOptions{Key: must(os.ReadFile(filepath.Join(d.Dir(), "key")))(t)}))(t)
	s := openAt(t, dir, d.clock)
	count := func(s *Store) int { return must(row(ctx, s, one[int], "select count(*) from message"))(t) }
	newest := must(row(ctx, s, one[int], "select max(id) from message"))(t)
	if n := count(s); n < 200 || n > count(d.Store) || n != newest {
		t.Errorf("%d messages of %d, the newest is %d", n, count(d.Store), newest)
	}
	equal(t, "sound", must(row(ctx, s, one[string], "pragma integrity_check"))(t), "ok")
}

// Wherever a byte changes or the file is cut off, it is refused, and nothing of it
// is restored.
func TestDamagedBackupIsRefused(t *testing.T) {
	d := openDesk(t)
	d.stock(t, 3)
	for _, passphrase := range []string{"", phrase} {
		path := d.backed(t, passphrase)
		whole := must(os.ReadFile(path))(t)
		check := func(what string, b []byte, codes ...string) {
			t.Helper()
			ok(t, os.WriteFile(path, b, 0o600))
			_, err := CheckBackup(ctx, path, passphrase, nil)
			var no *Refusal
			if !errors.As(err, &no) || !slices.Contains(codes, no.Code) {
				t.Errorf("%s: %v", what, err)
			}
		}
		places := []int{0, 30, 100, 300, 512, 600, 1100, len(whole) / 2, len(whole) - 70, len(whole) - 1}
		if passphrase == "" { // key derivation takes its time
			for at := 0; at < len(whole); at += 509 {
				places = append(places, at)
			}
		}
		for _, at := range places {
			b := slices.Clone(whole)
			b[at] ^= 1
			check(fmt.Sprintf("a bit changed at %d of %d", at, len(b)), b, "backup_damaged", "backup_not_one", "backup_passphrase", "backup_newer")
		}
		for _, n := range []int{0, 10, 700, len(whole) / 2, len(whole) - 1} {
			check(fmt.Sprintf("cut off at %d", n), whole[:n], "backup_damaged", "backup_not_one")
		}
		check("a byte more", append(slices.Clone(whole), 'x'), "backup_damaged")

		dir := filepath.Join(t.TempDir(), "data")
		b := slices.Clone(whole)
		b[len(b)/2] ^= 1
		ok(t, os.WriteFile(path, b, 0o600))
		_, err := Restore(ctx, path, dir, RestoreOptions{Passphrase: passphrase})
		refused(t, err, "backup_damaged")
		if !empty(dir) {
			t.Error("something of a damaged backup is there")
		}
		checkParts(t, dir)
		ok(t, os.WriteFile(path, whole, 0o600))
		_ = must(CheckBackup(ctx, path, passphrase, nil))(t)
	}
}

func TestBackupThatIsNotForThis(t *testing.T) {
	d := openDesk(t)
	path := d.backed(t, phrase)
	_, err := CheckBackup(ctx, path, "another", nil)
	refused(t, err, "backup_passphrase")
	_, err = CheckBackup(ctx, path, "", nil)
	refused(t, err, "backup_encrypted")

	dir := t.TempDir()
	newer := openAt(t, dir, d.clock)
	ok(t, newer.write(ctx, func(t *tx) error { return t.exec("insert into migration values (99, 0)") }))
	path = filepath.Join(t.TempDir(), "n"+BackupExt)
	_ = must(newer.Backup(ctx, path, BackupOptions{}))(t)
	_, err = Restore(ctx, path, t.TempDir(), RestoreOptions{})
	refused(t, err, "backup_newer")

	// A server has the directory, or there are data.
	path = d.backed(t, "")
	var open *OpenError
	if _, err = Restore(ctx, path, d.Dir(), RestoreOptions{Force: true}); !errors.As(err, &open) || open.Code != "in_use" {
		t.Errorf("under a server: %v", err)
	}
	ok(t, d.Close())
	_, err = Restore(ctx, path, d.Dir(), RestoreOptions{})
	refused(t, err, "restore_not_empty")
	r := must(Restore(ctx, path, d.Dir(), RestoreOptions{Force: true}))(t)
	for _, name := range []string{"kfdesk.db", "key", "search.db"} {
		if _, err := os.Stat(filepath.Join(r.Aside, name)); err != nil {
			t.Error(err)
		}
	}
}

// What opens something once was perhaps used, or withdrawn, since the backup.
func TestRestoreRevivesNothingThatOpensOnce(t *testing.T) {
	for _, old := range []bool{false, true} { // old: its database knows nothing of it
		d := openDesk(t)
		must(d.NewLink(ctx, Actor{}, d.li.ID, false))(t)
		must(d.HalfLogin(ctx, &d.su, ""))(t)
		ok(t, d.write(ctx, func(t *tx) error {
			if old {
				return t.exec("drop table authstate")
			}
			return t.exec("insert into authstate (hash, agent_id, until) values ('x', 1, $1)", t.now+1000)
		}))
		path := d.backed(t, "")
		ok(t, d.Close())
		must(Restore(ctx, path, d.Dir(), RestoreOptions{Force: true}))(t)
		s := openAt(t, d.Dir(), d.clock)
		for _, table := range []string{"link", "half_login", "authstate"}[:map[bool]int{true: 2, false: 3}[old]] {
			equal(t, table, must(row(ctx, s, one[int], "select count(*) from "+table))(t), 0)
		}
	}
}

// A crash while the new data are moved in: the next start goes on.
func TestRestoreGoesOnAfterACrash(t *testing.T) {
	d := openDesk(t)
	d.stock(t, 3)
	path := d.backed(t, "")
	d.stock(t, 5)
	ok(t, d.SetSetting(ctx, "after", "1"))
	ok(t, d.Close())
	part, _, err := stage(ctx, path, d.Dir(), RestoreOptions{})
	ok(t, err)
	ready := must(arm(part))(t)
	half := filepath.Join(d.Dir(), restoreMark+"half.part")
	ok(t, os.MkdirAll(half, 0o700))
	aside := filepath.Join(d.Dir(), asideMark+strings.TrimPrefix(filepath.Base(ready), restoreMark))
	ok(t, os.MkdirAll(aside, 0o700)) // as far as a crash let it come: the media are new, the key is away
	ok(t, os.Rename(filepath.Join(d.Dir(), "media"), filepath.Join(aside, "media")))
	ok(t, os.Rename(filepath.Join(ready, "media"), filepath.Join(d.Dir(), "media")))
	ok(t, os.Rename(filepath.Join(d.Dir(), "key"), filepath.Join(aside, "key")))

	s := openAt(t, d.Dir(), d.clock)
	equal(t, "files", len(s.files(t)), 3)
	equal(t, "a setting made after the backup", must(s.Setting(ctx, "after"))(t), "")
	checkParts(t, d.Dir())
	equal(t, "old files", len(must(filepath.Glob(filepath.Join(aside, "media", "*", "*")))(t)), 5)
}

// A full disk leaves no half file, and says so; so does who stops it.
func TestBackupOnAFullDisk(t *testing.T) {
	d := openDesk(t)
	hash, size, err := d.SaveFile(io.LimitReader(zeros{}, 9<<20), 10<<20)
	ok(t, err)
	_ = must(d.AddMedia(ctx, Media{Account: d.account, Hash: hash, Size: size}))(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "b"+BackupExt)
	signal.Ignore(syscall.SIGXFSZ)
	t.Cleanup(func() { signal.Reset(syscall.SIGXFSZ) })
	var was syscall.Rlimit
	ok(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was))
	ok(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 8 << 20, Max: was.Max}))
	_, err = d.Backup(ctx, path, BackupOptions{})
	ok(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was))
	if !errors.Is(err, ErrFull) {
		t.Errorf("got %v", err)
	}
	equal(t, "files", len(must(os.ReadDir(dir))(t)), 0)

	stopped, stop := context.WithCancel(ctx)
	_, err = d.Backup(stopped, path, BackupOptions{Progress: func(step int, _, _ int64) {
		if step == 2 {
			stop()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	equal(t, "files", len(must(os.ReadDir(dir))(t)), 0)

	_ = must(d.Backup(ctx, path, BackupOptions{}))(t)
	c := must(CheckBackup(ctx, path, "", nil))(t)
	equal(t, "missing", c.Missing, 0)
	ok(t, os.Remove(d.FilePath(hash)))
	equal(t, "missing", must(d.Backup(ctx, path+"2", BackupOptions{}))(t).Missing, 1)
	equal(t, "missing, when it is checked", must(CheckBackup(ctx, path+"2", "", nil))(t).Missing, 1)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Without the key nobody reads the secrets in it, and an encrypted one shows nothing.
func TestBackupKeepsSecrets(t *testing.T) {
	d := openDesk(t)
	d.receive(t, d.text("ann", "a private word"))
	key := must(os.ReadFile(filepath.Join(d.Dir(), "key")))(t)
	open, closed := must(os.ReadFile(d.backed(t, "")))(t), must(os.ReadFile(d.backed(t, phrase)))(t)
	for what, b := range map[string][]byte{"secret": []byte("app-secret"), "callback token": []byte("deskToken2025"), "key": key} {
		if bytes.Contains(open, b) || bytes.Contains(closed, b) {
			t.Errorf("a backup shows the %s", what)
		}
	}
	if !bytes.Contains(open, []byte("a private word")) || bytes.Contains(closed, []byte("a private word")) || bytes.Contains(closed, []byte("kfdesk.db")) {
		t.Error("what is encrypted can be read, or what is not cannot")
	}
}
