package store

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// What may not be read is not counted, and hides nothing beside it.
func TestFolderSizeOfWhatMayNotBeRead(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"closed", "open"} {
		ok(t, os.Mkdir(filepath.Join(dir, name), 0o700))
		ok(t, os.WriteFile(filepath.Join(dir, name, "file"), make([]byte, 1000), 0o600))
	}
	for path, mode := range map[string]os.FileMode{filepath.Dir(dir): 0o755, dir: 0o755, filepath.Join(dir, "open"): 0o755, filepath.Join(dir, "closed"): 0} {
		ok(t, os.Chmod(path, mode))
	}
	t.Cleanup(func() { ok(t, os.Chmod(filepath.Join(dir, "closed"), 0o700)) })
	if os.Geteuid() == 0 { // whom no mode keeps out: this thread reads as nobody
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		ok(t, syscall.Setfsuid(65534))
		defer func() { ok(t, syscall.Setfsuid(0)) }()
	}
	if _, err := os.ReadDir(filepath.Join(dir, "closed")); !os.IsPermission(err) {
		t.Skipf("nothing is kept from being read here: %v", err)
	}
	equal(t, "what may be read", must(folderSize(ctx, dir))(t), 1000)
}
