//go:build !linux && !darwin

package store

// Disk is not known on this system, nor is SameDisk.
func Disk(string) (free, total int64, ok bool) { return 0, 0, false }

func SameDisk(string, string) bool { return false }
