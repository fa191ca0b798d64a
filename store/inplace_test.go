package store

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What was restored cannot be moved in, as where a folder is a mount point: the old
// data are there as they were, at once and after the next start.
func TestRestoreThatCannotBePutInPlace(t *testing.T) {
	for _, stuck := range []string{"search.db", "media", "key", "kfdesk.db"} {
		d := openDesk(t)
		d.stock(t, 3)
		path := d.backed(t, "")
		d.stock(t, 5)
		ok(t, d.SetSetting(ctx, "after", "1"))
		ok(t, d.Close())
		part, _, err := stage(ctx, path, d.Dir(), RestoreOptions{})
		ok(t, err)
		ready := must(arm(part))(t)
		aside := filepath.Join(d.Dir(), asideMark+strings.TrimPrefix(filepath.Base(ready), restoreMark))
		ok(t, os.MkdirAll(filepath.Join(aside, stuck, "full"), 0o700))
		var log strings.Builder
		for range 2 {
			s := must(Open(ctx, d.Dir(), Options{Now: d.clock.Now, Log: slog.New(slog.NewTextHandler(&log, nil))}))(t)
			equal(t, stuck+": files", len(s.files(t)), 5)
			equal(t, stuck+": a setting made after the backup", must(s.Setting(ctx, "after"))(t), "1")
			equal(t, stuck+": secret", must(s.Account(ctx, d.account))(t).Secret, "app-secret")
			_, _, err := s.SaveFile(strings.NewReader("new"), 10)
			ok(t, err)
			ok(t, os.Remove(s.FilePath("11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437")))
			ok(t, s.Close())
		}
		if strings.Count(log.String(), "could not be restored") != 1 {
			t.Errorf("%s: log: %s", stuck, log.String())
		}
		for name, want := range map[string]bool{ready: false, ready + failedMark: true} {
			if _, err := os.Stat(name); (err == nil) != want {
				t.Errorf("%s: %s: %v", stuck, filepath.Base(name), err)
			}
		}
		for _, name := range []string{"kfdesk.db", "key", "media"} {
			if _, err := os.Stat(filepath.Join(ready+failedMark, name)); err != nil {
				t.Errorf("%s: of what was restored: %v", stuck, err)
			}
		}
	}
}
