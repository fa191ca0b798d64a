package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestFaultOf(t *testing.T) {
	d := openDesk(t)
	is := func(what string, err error, want Fault) {
		t.Helper()
		if got := FaultOf(err); got != want {
			t.Errorf("%s: %q, want %q (%v)", what, got, want, err)
		}
	}
	is("nothing", nil, "")
	is("a rule", refuse("x"), "")
	is("a file on a full disk", fmt.Errorf("keeping: %w", &os.PathError{Err: syscall.ENOSPC}), DiskFull)
	is("a file on a read-only disk", &os.PathError{Err: syscall.EROFS}, DiskReadOnly)
	is("a file on a broken disk", &os.PathError{Err: syscall.EIO}, DiskFails)
	is("no such table", d.write(ctx, func(t *tx) error { return t.exec("insert into nothing values (1)") }), "")

	release := d.fill(t)
	_, err := d.Receive(ctx, d.text("o1", strings.Repeat("x", 1<<20)))
	is("a push on a full disk", err, DiskFull)
	release()
	pragma := func(value string) {
		_, err := d.writer.conn.ExecContext(ctx, "pragma query_only = "+value)
		ok(t, err)
	}
	ok(t, d.write(ctx, func(*tx) error { pragma("on"); return nil }))
	_, err = d.Receive(ctx, d.text("o1", "hello"))
	is("a push on a read-only disk", err, DiskReadOnly)
	var open *OpenError
	if !errors.As(Unusable(d.Dir(), err), &open) || open.Code != "not_writable" {
		t.Errorf("ends the program with %v", open)
	}
}

// Only what shows that a directory was in use refuses a new database there.
func TestDatabaseThatIsGone(t *testing.T) {
	for name, c := range map[string]struct {
		code string
		make func(t *testing.T, dir string)
	}{
		"a key that was put there before": {"opened", func(t *testing.T, dir string) { ok(t, os.WriteFile(filepath.Join(dir, "key"), newKey(), 0o600)) }},
		"what a first start that broke off left": {"opened", func(t *testing.T, dir string) {
			ok(t, os.WriteFile(filepath.Join(dir, "key"), newKey(), 0o600))
			ok(t, os.WriteFile(filepath.Join(dir, "kfdesk.db"), nil, 0o600))
		}},
		"a search index": {"database_missing", func(t *testing.T, dir string) { ok(t, os.WriteFile(filepath.Join(dir, "search.db"), nil, 0o600)) }},
		"a picture": {"database_missing", func(t *testing.T, dir string) {
			ok(t, os.MkdirAll(filepath.Join(dir, "media", "ab"), 0o700))
			ok(t, os.WriteFile(filepath.Join(dir, "media", "ab", "abcd"), nil, 0o600))
		}},
		"a backup": {"database_missing", func(t *testing.T, dir string) {
			ok(t, os.MkdirAll(filepath.Join(dir, "backups"), 0o700))
			ok(t, os.WriteFile(backupFile(filepath.Join(dir, "backups"), "20260101-030000"), nil, 0o600))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c.make(t, dir)
			equal(t, "code", openCode(t, dir, Options{}), c.code)
		})
	}
}

// The command that a sentence names has the newest backup that is whole and our own.
func TestRestoreCommand(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's here")
	backups := filepath.Join(dir, "backups")
	ok(t, os.MkdirAll(backups, 0o700))
	quoted := "'" + strings.ReplaceAll(dir, "'", `'\''`) + "'"
	equal(t, "without any", RestoreCommand(dir), "kfdesk restore FILE.kfbackup -data "+quoted+" -force")
	for _, b := range []Saved{{Name: "20260101-030000", Why: "auto"}, {Name: "20260102-030000", Fault: "backup_damaged"}, {Name: "20260103-030000", Why: "upload"}} {
		ok(t, os.WriteFile(backupFile(backups, b.Name), nil, 0o600))
		ok(t, writeSaved(backups, b))
	}
	if got := RestoreCommand(filepath.Join(dir, "kfdesk.db")); !strings.Contains(got, "20260101") || !strings.HasSuffix(got, " -data "+quoted+" -force") {
		t.Error(got)
	}
}
