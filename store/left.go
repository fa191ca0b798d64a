package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A backup is made by the server or by a command beside it, and a crash leaves what it
// was about to make. So its snapshot lies in a folder that its process holds, and lets
// go of however it ends: what nobody holds was left. Where nothing can be held, what
// has not changed for a day was.

var (
	errHeld   = errors.New("store: another process holds it")
	errNoHold = errors.New("store: nothing can be held here")
)

const leftAge = 24 * time.Hour

// holdNew makes a folder and holds it. What was left in its place gives way.
func holdNew(folder string) (release func(), err error) {
	if err := clearHeld(folder); err != nil {
		return nil, err
	}
	for {
		if err := os.Mkdir(folder, 0o700); err != nil {
			return nil, err
		}
		release, err = hold(folder, true)
		switch {
		case errors.Is(err, errNoHold):
			return func() {}, nil
		case !errors.Is(err, fs.ErrNotExist): // otherwise somebody took it for left before it was held
			return release, err
		}
	}
}

// clearHeld removes a folder that nobody holds.
func clearHeld(folder string) error {
	release, err := hold(folder, false)
	switch {
	case err == nil:
		defer release()
		return os.RemoveAll(folder)
	case errors.Is(err, errNoHold) && old(folder):
		return os.RemoveAll(folder)
	case errors.Is(err, errHeld), errors.Is(err, errNoHold), errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}

// old tells whether a file has not changed for a day.
func old(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && time.Since(info.ModTime()) > leftAge
}

// clearSnapshots removes the snapshots that were left. Those of versions that held none
// are files.
func clearSnapshots(dir string) error {
	return eachNamed(dir, snapshotMark+"*", func(path string) error {
		info, err := os.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case info.IsDir():
			return clearHeld(path)
		case old(path):
			return gone(path)
		}
		return nil
	})
}

// clearOldParts removes what is half made in a folder of backups and a day old. Such a
// folder may be anywhere, and on a disk of another machine.
func clearOldParts(folder string) error {
	return eachNamed(folder, "kfdesk-*.part", func(path string) error {
		if !old(path) {
			return nil
		}
		return gone(path)
	})
}

// clearData removes what crashes left half made in a data directory, of which this
// process has just got the lock: all but what a command is making beside it. For
// restores see settleRestored.
func clearData(dir string) error {
	_ = clearSnapshots(dir) // one of another user's stays; Backups.clear says so
	return errors.Join(eachNamed(dir, probeFile, gone), eachNamed(dir, beforeMark+"*.part", gone),
		eachNamed(filepath.Join(dir, "media"), partFile, gone),
		eachNamed(filepath.Join(dir, backupFolder), "kfdesk-*.part", func(path string) error {
			// What a command makes has its snapshot from before the part to after it, so it
			// is looked for when the part was seen; its note is written after that.
			snapshots, err := listNamed(dir, snapshotMark+"*")
			making := func(snapshot string) bool { return strings.HasSuffix(snapshot, "-"+filepath.Base(path)) }
			if err != nil || slices.ContainsFunc(snapshots, making) || strings.HasSuffix(path, ".json.part") && !old(path) {
				return err
			}
			return gone(path)
		}))
}

// eachNamed does something with what has a name like the pattern in a folder.
func eachNamed(folder, pattern string, do func(path string) error) error {
	paths, err := listNamed(folder, pattern)
	for _, path := range paths {
		err = errors.Join(err, do(path))
	}
	return err
}

// listNamed lists it. A folder that is not there has none; one that cannot be read is an
// error, which fs.Glob would hide.
func listNamed(folder, pattern string) (paths []string, err error) {
	files, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, f := range files {
		like, bad := filepath.Match(pattern, f.Name())
		if bad != nil {
			return nil, bad
		}
		if like {
			paths = append(paths, filepath.Join(folder, f.Name()))
		}
	}
	return paths, err
}
