package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// diskSize is that of the disk of the data, in bytes. It is only ever used in part.
const diskSize = 2 << 30

// inside tells the child that its mounts are its own.
const inside = "KFDESK_CHAOS_INSIDE"

// apart runs the program again where it may mount a disk of its own, which ends
// with it: in a name space, for which nobody needs to be root. ran is false where
// the kernel does not allow that.
func apart(ctx context.Context, args []string) (ran bool, err error) {
	if os.Getenv(inside) != "" {
		return false, nil
	}
	apart := &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWUSER | unix.CLONE_NEWNS, Pdeathsig: unix.SIGKILL,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}}
	probe := exec.CommandContext(ctx, "true")
	if probe.SysProcAttr = apart; probe.Run() != nil {
		return false, nil
	}
	runtime.LockOSThread() // the end of the thread would be that of the child
	again := exec.CommandContext(ctx, "/proc/self/exe", args...)
	again.SysProcAttr, again.Env = apart, append(os.Environ(), inside+"=1")
	again.Stdout, again.Stderr = os.Stdout, os.Stderr
	again.Cancel = func() error { return again.Process.Signal(os.Interrupt) }
	return true, again.Run()
}

// mountDisk mounts a small disk for the data. false: there is none.
func (c *chaos) mountDisk(dir string) bool {
	return os.Getenv(inside) != "" && unix.Mount("none", dir, "tmpfs", 0, fmt.Sprint("size=", diskSize)) == nil
}

func (c *chaos) dropDisk() {
	if c.ownDisk {
		_ = unix.Unmount(filepath.Join(c.dir, "data"), unix.MNT_DETACH)
	}
}

// fillDisk leaves no room on the disk for a while.
func (c *chaos) fillDisk(ctx context.Context, lasting time.Duration) error {
	if !c.ownDisk {
		return c.limitFiles(ctx, lasting)
	}
	err := c.fill()
	rest(ctx, lasting)
	return errors.Join(err, c.free())
}

// fill makes the disk as small as what lies on it.
func (c *chaos) fill() error {
	var now unix.Statfs_t
	if err := unix.Statfs(c.Data, &now); err != nil {
		return err
	}
	return c.resize((now.Blocks - now.Bfree) * uint64(now.Bsize))
}

func (c *chaos) free() error { return c.resize(diskSize) }

func (c *chaos) resize(size uint64) error {
	return unix.Mount("none", c.Data, "tmpfs", unix.MS_REMOUNT, fmt.Sprint("size=", size))
}

// startFull kills the program, and starts it when the disk is full: it may refuse
// to start, and goes on when there is room.
func (c *chaos) startFull(ctx context.Context, lasting time.Duration) error {
	if err := c.kill(ctx); err != nil || !c.ownDisk {
		return errors.Join(err, c.start(ctx))
	}
	if err := c.fill(); err != nil {
		return errors.Join(err, c.start(ctx))
	}
	if c.Start() != nil {
		c.count("starts that were refused")
		return errors.Join(c.free(), c.start(ctx))
	}
	rest(ctx, lasting)
	return c.free()
}

// limitFiles lets no file of the program grow for a while.
func (c *chaos) limitFiles(ctx context.Context, lasting time.Duration) error {
	if err := limit(c.PID, 1); err != nil {
		return err
	}
	rest(ctx, lasting)
	return limit(c.PID, unix.RLIM_INFINITY)
}

func limit(pid int, most uint64) error {
	return unix.Prlimit(pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: most, Max: unix.RLIM_INFINITY}, nil)
}
