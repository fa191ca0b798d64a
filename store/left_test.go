//go:build linux || darwin

package store

import (
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// makerDir tells the test's own program that it is to make a backup of a data directory.
const makerDir = "KFDESK_TEST_BACKUP_OF"

// A command that is killed while it makes a backup leaves its snapshot and what it has of
// the backup: the next start clears them away. While it lives, a start leaves them alone.
func TestKilledBackupIsClearedAway(t *testing.T) {
	if dir := os.Getenv(makerDir); dir != "" {
		s := must(Open(ctx, dir, Options{Shared: true}))(t)
		_, _, err := s.SaveBackup(ctx, "", BackupOptions{})
		t.Fatal("it ended", err)
	}
	d := openDesk(t)
	d.stock(t, 2)
	media := must(filepath.Glob(filepath.Join(d.Dir(), "media", "*", "*")))(t)
	ok(t, os.Remove(media[0]))
	ok(t, syscall.Mkfifo(media[0], 0o600)) // at which the backup stops
	ok(t, d.Close())
	maker := exec.Command(must(os.Executable())(t), "-test.run=^TestKilledBackupIsClearedAway$")
	maker.Env = append(os.Environ(), makerDir+"="+d.Dir())
	out := &strings.Builder{}
	maker.Stdout, maker.Stderr = out, out
	ok(t, maker.Start())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = maker.Wait() }()
	kill := func() { _ = maker.Process.Kill(); <-ended }
	t.Cleanup(kill)
	snapshots := func() int { return len(must(filepath.Glob(filepath.Join(d.Dir(), snapshotMark+"*", "kfdesk.db")))(t)) }
	parts := func() int {
		return len(must(filepath.Glob(filepath.Join(d.Dir(), "backups", "*"+BackupExt+".part")))(t))
	}
	for parts() == 0 {
		select {
		case <-ended:
			t.Fatal(out)
		case <-time.After(5 * time.Millisecond):
		}
	}
	s := openAt(t, d.Dir(), d.clock)
	clear := func() { NewBackups(s, "test", slog.New(slog.DiscardHandler)).clear(BackupSettings{}) }
	clear()
	equal(t, "snapshots while it is made", snapshots(), 1)
	equal(t, "parts while it is made", parts(), 1)
	kill()
	clear()
	equal(t, "snapshots when it was killed", snapshots(), 0)
	ok(t, s.Close())
	openAt(t, d.Dir(), d.clock)
	equal(t, "parts after a start", parts(), 0)
	checkParts(t, d.Dir())
}

// What is left of anything else that was half made goes with the next start, and what
// may be made beside it stays.
func TestLeftIsClearedAway(t *testing.T) {
	d := openDesk(t)
	ok(t, d.Close())
	files := map[string]bool{ // whether it stays
		".snapshot-1-kfdesk-a.kfbackup.part/kfdesk.db": false, ".probe-1": false, "kfdesk-before-0002.db.part": false, "media/.part-1": false,
		"backups/kfdesk-a.kfbackup.part": false, "backups/kfdesk-1.part": false, "backups/kfdesk-[.part": false, "backups/kfdesk-b.kfbackup": true,
		"backups/kfdesk-b.json.part": true, "kfdesk-before-0001.db": true,
		".snapshot-2-kfdesk-c.kfbackup.part": true, "backups/kfdesk-c.kfbackup.part": true, // a version that held none
	}
	for name := range files {
		path := filepath.Join(d.Dir(), name)
		ok(t, os.MkdirAll(filepath.Dir(path), 0o700))
		ok(t, os.WriteFile(path, nil, 0o600))
	}
	openAt(t, d.Dir(), d.clock)
	for name, stays := range files {
		if _, err := os.Stat(filepath.Join(d.Dir(), name)); os.IsNotExist(err) == stays {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A folder that cannot be read is told of, and keeps nothing else from being cleared.
func TestLeftInAFolderThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	ok(t, clearData(dir)) // where there are none yet
	probe := filepath.Join(dir, ".probe-1")
	for _, path := range []string{filepath.Join(dir, "media"), filepath.Join(dir, backupFolder), probe} { // files in the place of folders
		ok(t, os.WriteFile(path, nil, 0o600))
	}
	err := clearData(dir)
	for _, folder := range []string{"media", backupFolder} {
		if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, folder)) {
			t.Errorf("%s is not told of: %v", folder, err)
		}
	}
	if _, err := os.Stat(probe); !os.IsNotExist(err) {
		t.Errorf("the probe: %v", err)
	}
}
