package main

import "golang.org/x/sys/unix"

const unlimited = unix.RLIM_INFINITY

// limitFiles bounds the size of the files that a process may write, in bytes.
func limitFiles(pid int, most uint64) error {
	return unix.Prlimit(pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: most, Max: unix.RLIM_INFINITY}, nil)
}
