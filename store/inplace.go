package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// failedMark ends the name of what was made ready and could not be put in place.
const failedMark = ".failed"

// settleRestored puts in place what was made ready, and removes what was not. Only
// who holds the directory's lock does so. What cannot be put in place is left
// beside the data that were there, which stand as before: failed says why.
func settleRestored(dir string) (failed, err error) {
	found, err := fs.Glob(os.DirFS(dir), restoreMark+"*")
	for _, name := range found {
		ready, aside := filepath.Join(dir, name), filepath.Join(dir, asideMark+strings.TrimPrefix(name, restoreMark))
		switch {
		case strings.HasSuffix(name, ".part"):
			err = errors.Join(err, os.RemoveAll(ready))
		case strings.HasSuffix(name, failedMark), err != nil:
		default:
			if no := putInPlace(dir, ready, aside); no != nil {
				failed, err = errors.Join(failed, no), putBack(dir, ready, aside)
			}
		}
	}
	if err != nil {
		return nil, errors.Join(failed, err)
	}
	return failed, nil
}

// putInPlace can be interrupted and called again: as long as ready has a file, the
// one of that name outside is an old one. The database goes last.
func putInPlace(dir, ready, aside string) error {
	_ = os.Remove(filepath.Join(dir, "media")) // only when it is empty
	into := func(to, name string) error {
		if away, err := missing(filepath.Join(dir, name)); away || err != nil {
			return err
		}
		if err := os.MkdirAll(to, 0o700); err != nil {
			return err
		}
		return os.Rename(filepath.Join(dir, name), filepath.Join(to, name))
	}
	if done, err := missing(filepath.Join(ready, "kfdesk.db")); err != nil {
		return err
	} else if !done {
		for _, name := range []string{"kfdesk.db-wal", "kfdesk.db-shm", "search.db", "search.db-wal", "search.db-shm"} {
			if err := into(aside, name); err != nil {
				return err
			}
		}
	}
	for _, name := range []string{"media", "key", "kfdesk.db"} {
		if away, err := missing(filepath.Join(ready, name)); err != nil {
			return err
		} else if away {
			continue
		}
		if err := into(aside, name); err != nil {
			return err
		}
		if err := os.Rename(filepath.Join(ready, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return errors.Join(os.Remove(ready), syncDir(dir))
}

// putBack takes back what putInPlace did before it failed, in the same manner: it
// can be interrupted, and then that one goes on. With the new database in place it
// is too late.
func putBack(dir, ready, aside string) error {
	if done, err := missing(filepath.Join(ready, "kfdesk.db")); err != nil {
		return err
	} else if done {
		return errors.New("store: too late to take a restore back")
	}
	for _, name := range []string{"kfdesk.db", "key", "media", "kfdesk.db-wal", "kfdesk.db-shm", "search.db", "search.db-wal", "search.db-shm"} {
		here, new, old := filepath.Join(dir, name), filepath.Join(ready, name), filepath.Join(aside, name)
		if name == "key" || name == "media" {
			if err := moveMissing(here, new); err != nil {
				return err
			}
		}
		if err := moveMissing(old, here); err != nil {
			return err
		}
	}
	_ = os.Remove(aside) // only when it is empty
	return errors.Join(os.MkdirAll(filepath.Join(dir, "media"), 0o700), os.Rename(ready, ready+failedMark), syncDir(dir))
}

// moveMissing moves a file to where there is none, if it is there itself.
func moveMissing(from, to string) error {
	if away, err := missing(from); away || err != nil {
		return err
	}
	if away, err := missing(to); !away || err != nil {
		return err
	}
	return os.Rename(from, to)
}
