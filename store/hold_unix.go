//go:build linux || darwin

package store

import (
	"errors"
	"os"
	"syscall"
)

// hold takes a folder for this process, until it is released or the process ends.
// errHeld when another has it; wait waits for that one. fs.ErrNotExist when it is not
// there any more, errNoHold where nothing can be held.
func hold(folder string, wait bool) (release func(), err error) {
	f, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	how := syscall.LOCK_EX
	if !wait {
		how |= syscall.LOCK_NB
	}
	for err = syscall.EINTR; err == syscall.EINTR; {
		err = syscall.Flock(int(f.Fd()), how)
	}
	switch {
	case err == syscall.EWOULDBLOCK:
		err = errHeld
	case err != nil:
		err = errors.Join(errNoHold, err)
	default:
		err = still(f, folder)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}

// still is fs.ErrNotExist when what was opened has this name no more.
func still(f *os.File, path string) error {
	now, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if then, err := f.Stat(); err != nil || os.SameFile(now, then) {
		return err
	}
	return os.ErrNotExist
}
