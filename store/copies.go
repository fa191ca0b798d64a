package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

// Besides backups there are copies of the data that nobody asked for: the database
// before a migration, kfdesk-before-<number>.db, and all that was there before a
// restore, before-restore-<time>/. Erasure and retention do not reach them.

// beforeMark begins the names of databases before a migration.
const beforeMark = "kfdesk-before-"

// copyDays is for how long the database before a migration stays.
const copyDays = 30

// PruneCopies removes databases before migrations that are older than that.
func (s *Store) PruneCopies(ctx context.Context) error {
	names, err := filepath.Glob(filepath.Join(s.dir, beforeMark+"*.db"))
	for _, name := range names {
		info, failed := os.Stat(name)
		if failed == nil && time.Since(info.ModTime()) > copyDays*24*time.Hour {
			failed = os.Remove(name)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !errors.Is(failed, fs.ErrNotExist) {
			err = errors.Join(err, failed)
		}
	}
	return err
}

// Former is what was in the data directory before a restore.
type Former struct {
	Name   string // of its folder
	MadeAt int64  // when the restore began, UTC ms
	Size   int64  // bytes
}

var formerName = regexp.MustCompile(`^` + asideMark + `(\d{8}-\d{6}\.\d{3})$`)

// Formers lists them, the newest first.
func (b *Backups) Formers() ([]Former, error) {
	entries, err := os.ReadDir(b.store.dir)
	if err != nil {
		return nil, err
	}
	var list []Former
	for _, e := range entries {
		f, err := b.Former(e.Name())
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	slices.Reverse(list)
	return list, nil
}

// Former gives one; ErrNotFound.
func (b *Backups) Former(name string) (Former, error) {
	m := formerName.FindStringSubmatch(name)
	if m == nil {
		return Former{}, ErrNotFound
	}
	at, err := time.ParseInLocation(stampForm+".000", m[1], time.Local)
	if err != nil {
		return Former{}, ErrNotFound
	}
	f := Former{Name: name, MadeAt: at.UnixMilli()}
	err = filepath.WalkDir(filepath.Join(b.store.dir, name), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			f.Size += info.Size()
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNotFound
	}
	return f, err
}

// DeleteFormer removes one for good; ErrNotFound.
func (b *Backups) DeleteFormer(ctx context.Context, by Actor, name string) error {
	if _, err := b.Former(name); err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(b.store.dir, name)); err != nil {
		return err
	}
	return b.store.noteBackup(ctx, by, "delete_old", name, "")
}
