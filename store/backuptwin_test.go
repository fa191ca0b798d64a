package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Of one name one backup is made at a time: another one leaves its parts alone.
func TestBackupsOfOneName(t *testing.T) {
	d := openDesk(t)
	path := filepath.Join(t.TempDir(), "kfdesk-1.kfbackup")
	release := must(holdNew(filepath.Dir(d.snapshotFile(path))))(t)
	ok(t, os.WriteFile(path+".part", []byte("half"), 0o600))
	if _, err := d.Backup(ctx, path, BackupOptions{}); !errors.Is(err, os.ErrExist) {
		t.Errorf("the second: %v", err)
	}
	equal(t, "the first's", string(must(os.ReadFile(path+".part"))(t)), "half")
	release()
	must(d.Backup(ctx, path, BackupOptions{}))(t)
}
