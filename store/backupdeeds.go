package store

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"
)

// folder gives where the backups lie now, with the settings.
func (b *Backups) folder(ctx context.Context) (string, BackupSettings, error) {
	set, err := b.store.BackupSettings(ctx)
	return b.store.BackupDir(set), set, err
}

// List gives the backups, the newest first.
func (b *Backups) List(ctx context.Context) ([]Saved, error) {
	dir, _, err := b.folder(ctx)
	if err != nil {
		return nil, err
	}
	return listBackups(dir)
}

// Saved gives one; ErrNotFound.
func (b *Backups) Saved(ctx context.Context, name string) (Saved, error) {
	dir, _, err := b.folder(ctx)
	if err != nil {
		return Saved{}, err
	}
	if !stamp.MatchString(BackupName(name)) {
		return Saved{}, ErrNotFound
	}
	return readSaved(dir, name)
}

// Verify begins to check a backup. One that is encrypted with another passphrase
// than the one that is set cannot be: the refusal backup_passphrase, in the end.
func (b *Backups) Verify(ctx context.Context, by Actor, name string) error {
	dir, set, err := b.there(ctx, name)
	if err != nil {
		return err
	}
	return b.begin(Doing{Kind: "verify", Name: name, Steps: 1}, func(ctx context.Context) error {
		return errors.Join(b.check(ctx, dir, name, set.Passphrase, 1), b.store.noteBackup(ctx, by, "verify", BackupName(name), ""))
	})
}

// there is folder, when the file of this backup is in it.
func (b *Backups) there(ctx context.Context, name string) (string, BackupSettings, error) {
	dir, set, err := b.folder(ctx)
	if err != nil {
		return "", set, err
	}
	if saved, err := b.Saved(ctx, name); err != nil || !saved.There {
		return "", set, errors.Join(err, ErrNotFound)
	}
	return dir, set, nil
}

// Restore begins to restore a backup; in the end the program starts anew, with a
// backup made of what was there. A passphrase that is "" stands for the one that
// is set. What can be said at once is refused at once: see LookBackup.
func (b *Backups) Restore(ctx context.Context, by Actor, who, name, passphrase string) error {
	dir, set, err := b.there(ctx, name)
	if err != nil {
		return err
	}
	if passphrase == "" {
		passphrase = set.Passphrase
	}
	path := backupFile(dir, name)
	m, err := LookBackup(path, passphrase)
	if err == nil {
		err = roomFor(b.store.dir, m.size())
	}
	if err != nil {
		return err
	}
	return b.begin(Doing{Kind: "restore", Name: name, Steps: 3}, func(ctx context.Context) error {
		part, _, err := stage(ctx, path, b.store.dir, RestoreOptions{Passphrase: passphrase, By: by,
			Progress: func(done, total int64) { b.step(1, "unpack", done, total, "") }})
		if err != nil {
			return err
		}
		err = b.make(ctx, by, Saved{Why: "restore", By: who}, false)
		if err == nil {
			err = b.store.noteBackup(ctx, by, "restore", BackupName(name), "")
		}
		if err == nil {
			_, err = arm(part)
		}
		if err != nil {
			return errors.Join(err, os.RemoveAll(part))
		}
		return errRestarts
	})
}

// SetKeep keeps a backup for ever, or no longer.
func (b *Backups) SetKeep(ctx context.Context, by Actor, name string, keep bool) error {
	dir, _, err := b.there(ctx, name)
	if err != nil {
		return err
	}
	saved, err := readSaved(dir, name)
	if err != nil {
		return err
	}
	saved.Keep = keep
	detail := ""
	if keep {
		detail = "keep"
	}
	return errors.Join(writeSaved(dir, saved), b.store.noteBackup(ctx, by, "keep", BackupName(name), detail))
}

// Delete removes a backup, and its second copy.
func (b *Backups) Delete(ctx context.Context, by Actor, name string) error {
	if _, err := b.Saved(ctx, name); err != nil {
		return err
	}
	if d, _ := b.Doing(); d != nil && d.Name == name {
		return refuse("backup_busy")
	}
	_, set, err := b.folder(ctx)
	if err != nil {
		return err
	}
	return b.remove(ctx, by, set, name)
}

// Download opens a backup to be given away.
func (b *Backups) Download(ctx context.Context, by Actor, name string) (*os.File, error) {
	dir, _, err := b.there(ctx, name)
	if err != nil {
		return nil, err
	}
	if err := b.store.noteBackup(ctx, by, "download", BackupName(name), ""); err != nil {
		return nil, err
	}
	return os.Open(backupFile(dir, name))
}

// Upload takes a backup of size bytes, as far as that is known, into the list.
// Refusals: backup_not_one, backup_newer, backup_damaged as far as its beginning
// shows it, backup_room; ErrFull.
func (b *Backups) Upload(ctx context.Context, by Actor, who string, r io.Reader, size int64) (name string, err error) {
	defer whenFull(&err)
	dir, set, err := b.folder(ctx)
	if err != nil {
		return "", err
	}
	if err := errors.Join(os.MkdirAll(dir, 0o700), roomFor(dir, size)); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, "kfdesk-*.part")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, gone(f.Name())) }()
	_, err = io.Copy(f, r)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", err
	}
	m, err := LookBackup(f.Name(), set.Passphrase)
	sealed := Refused(err, "backup_encrypted") || Refused(err, "backup_passphrase")
	if err != nil && !sealed {
		return "", err
	}
	// The request may have taken long: its own time is over.
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	name = freeName(dir, time.Now())
	if err := os.Rename(f.Name(), backupFile(dir, name)); err != nil {
		return "", err
	}
	saved := Saved{Name: name, Why: "upload", By: who, MadeAt: m.MadeAt, Encrypted: sealed || m.Key, Program: m.Program, Media: m.Media.Count}
	return name, errors.Join(syncDir(dir), writeSaved(dir, saved), b.store.noteBackup(work, by, "upload", BackupName(name), ""))
}

// SaveBackup makes a backup for the command line. A path that is "" stands for
// the folder of backups, a folder for a name of its own in it.
func (s *Store) SaveBackup(ctx context.Context, path string, o BackupOptions) (string, Made, error) {
	set, err := s.BackupSettings(ctx)
	if err != nil {
		return "", Made{}, err
	}
	if o.Passphrase == "" {
		o.Passphrase = set.Passphrase
	}
	dir, now := s.BackupDir(set), time.Now()
	listed := path == ""
	name := freeName(dir, now)
	if info, err := os.Stat(path); listed {
		path = backupFile(dir, name)
	} else if err == nil && info.IsDir() {
		path = filepath.Join(path, BackupName(now.Format(stampForm)))
	}
	made, err := s.Backup(ctx, path, o)
	if err != nil {
		return path, made, err
	}
	if listed {
		err = writeSaved(dir, Saved{Name: name, Why: "cli", MadeAt: now.UnixMilli(), Took: time.Since(now).Milliseconds(), Encrypted: o.Passphrase != "",
			Program: o.Program, Media: made.Manifest.Media.Count, Missing: made.Missing})
	}
	return path, made, errors.Join(err, s.noteBackup(ctx, Actor{}, "make", filepath.Base(path), "cli"))
}
