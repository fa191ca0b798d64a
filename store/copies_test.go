package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The database before a migration goes after a month, what a restore moved aside
// when an admin says so.
func TestCopiesGo(t *testing.T) {
	d := openDesk(t)
	k := NewBackups(d.Store, "test", nil)
	for name, days := range map[string]int{"kfdesk-before-0004.db": 31, "kfdesk-before-0005.db": 29} {
		path, at := filepath.Join(d.Dir(), name), time.Now().AddDate(0, 0, -days)
		ok(t, os.WriteFile(path, []byte("old"), 0o600))
		ok(t, os.Chtimes(path, at, at))
	}
	ok(t, d.PruneCopies(ctx))
	left := must(filepath.Glob(filepath.Join(d.Dir(), "kfdesk*.db")))(t)
	equal(t, "left", fmt.Sprint(len(left), filepath.Base(left[0])), "2kfdesk-before-0005.db")

	equal(t, "at first", len(must(k.Formers())(t)), 0)
	for _, name := range []string{"before-restore-20250102-030405.000", "before-restore-20250203-040506.789"} {
		ok(t, os.MkdirAll(filepath.Join(d.Dir(), name, "media", "ab"), 0o700))
		ok(t, os.WriteFile(filepath.Join(d.Dir(), name, "kfdesk.db"), []byte("12345"), 0o600))
		ok(t, os.WriteFile(filepath.Join(d.Dir(), name, "media", "ab", "cd"), []byte("678"), 0o600))
	}
	list := must(k.Formers())(t)
	equal(t, "folders", len(list), 2)
	equal(t, "the newest", list[0].Name, "before-restore-20250203-040506.789")
	equal(t, "its size", list[0].Size, 8)
	equal(t, "its time", time.UnixMilli(list[0].MadeAt).Format("2006-01-02 15:04:05.000"), "2025-02-03 04:05:06.789")
	by := Actor{AgentID: d.admin.ID, IP: "::1"}
	for _, name := range []string{"media", "..", "before-restore-20250102-030405.000/media", "before-restore-20250101-030405.000", "before-restore-"} {
		if err := k.DeleteFormer(ctx, by, name); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ok(t, k.DeleteFormer(ctx, by, list[0].Name))
	equal(t, "audit", d.lastDeed(t), fmt.Sprintf("backup.delete_old %s by %d from ::1", list[0].Name, d.admin.ID))
	equal(t, "folders", len(must(k.Formers())(t)), 1)
	if _, err := os.Stat(filepath.Join(d.Dir(), list[0].Name)); !errors.Is(err, os.ErrNotExist) {
		t.Error("it is there:", err)
	}
}
