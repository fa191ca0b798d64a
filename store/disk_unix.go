//go:build linux || darwin

package store

import (
	"os"
	"syscall"
)

// Disk tells how many bytes are free for us on the disk of a folder, and how many
// it has; ok is false where that is not known.
func Disk(dir string) (free, total int64, ok bool) {
	var fs syscall.Statfs_t
	if syscall.Statfs(dir, &fs) != nil {
		return 0, 0, false
	}
	return int64(fs.Bavail) * int64(fs.Bsize), int64(fs.Blocks) * int64(fs.Bsize), true
}

// SameDisk tells whether two folders are known to lie on one disk.
func SameDisk(a, b string) bool {
	var device [2]any
	for i, dir := range []string{a, b} {
		info, err := os.Stat(dir)
		if err != nil {
			return false
		}
		st, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			return false
		}
		device[i] = st.Dev
	}
	return device[0] == device[1]
}
