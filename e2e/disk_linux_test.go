package e2e

import (
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// smallDisk gives a folder on a disk of its own of so many MB; ok is false where this
// user may not mount one.
func smallDisk(t testing.TB, mb string) (dir string, ok bool) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+mb+"m"); err != nil {
		t.Logf("no disk can be mounted here: %v", err)
		return dir, false
	}
	t.Cleanup(func() { must(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir, true
}

// readOnly makes such a disk take nothing; nobody may have a file there open to write.
func readOnly(t testing.TB, dir string) {
	t.Helper()
	must(t, syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
}

// limitFiles bounds the size of the files that a process may write, in bytes: to it
// that is a full disk.
func limitFiles(t testing.TB, pid int, most uint64) {
	t.Helper()
	must(t, unix.Prlimit(pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: most, Max: unix.RLIM_INFINITY}, nil))
}

const unlimited = unix.RLIM_INFINITY
