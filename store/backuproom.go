package store

import (
	"math"
	"os"
	"path/filepath"
)

// spareRoom is what stays free beside a backup or restore, in bytes: messages go on
// coming in.
const spareRoom = 500_000_000

// roomFor refuses, backup_room, what would take the last of the disk of a folder:
// need is in bytes. Where it is not known how much is free, everything may begin.
// A folder that is not there yet is one on the disk of that around it.
func roomFor(dir string, need int64) error {
	for {
		if _, err := os.Stat(dir); err == nil || filepath.Dir(dir) == dir {
			break
		}
		dir = filepath.Dir(dir)
	}
	free, _, ok := Disk(dir)
	if ok && free-spareRoom < max(need, 0) {
		const mb = 1_000_000
		return refuse("backup_room", "dir", dir, "need", int64(math.Ceil(float64(need)/mb))+spareRoom/mb, "free", free/mb)
	}
	return nil
}
