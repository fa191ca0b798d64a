package store

import (
	"context"
	"errors"
	"time"
)

// backupSchema is the number of the migration with which backups by themselves
// came: from when it was applied on, they are due.
const backupSchema = 5

func (s *Store) backupsSince(ctx context.Context) (time.Time, error) {
	at, err := row(ctx, s, one[int64], "select applied_at from migration where version = $1", backupSchema)
	return time.UnixMilli(at), err
}

// daily makes the backup that is due. One that was missed while the program did
// not run is made up for, but the first waits for its hour. One that was stopped,
// or failed, has had its turn until the next day.
func (b *Backups) daily(ctx context.Context, now time.Time) error {
	set, err := b.store.BackupSettings(ctx)
	if err != nil || !set.On {
		return err
	}
	since, err := b.store.backupsSince(ctx)
	if err != nil {
		return err
	}
	if b.tried.After(since) {
		since = b.tried
	}
	// A folder that cannot be read has none; to make one says why, once a day.
	list, _ := listBackups(b.store.BackupDir(set))
	if !due(set, list, now, since) {
		return nil
	}
	b.clear(set)
	err = b.begin(Doing{Kind: "make", Steps: set.steps()}, func(ctx context.Context) error { return b.make(ctx, Actor{}, Saved{Why: "auto"}, true) })
	if Refused(err, "backup_busy") {
		return nil // its turn comes
	}
	b.tried = now
	return err
}

// due tells whether a daily backup is: none was tried since it was due last.
func due(set BackupSettings, list []Saved, now, since time.Time) bool {
	for _, saved := range list {
		if at := time.UnixMilli(saved.MadeAt); saved.Why == "auto" && at.After(since) {
			since = at
		}
	}
	return set.Last(now).After(since)
}

// Late tells whether a daily backup is set and none was made for 48 hours. One
// that was uploaded is as old as it is.
func (b *Backups) Late(ctx context.Context, set BackupSettings, list []Saved, now time.Time) (bool, error) {
	if !set.On {
		return false, nil
	}
	last, err := b.store.backupsSince(ctx)
	if err != nil {
		return false, err
	}
	for _, saved := range list {
		if saved.There && saved.Fault == "" && saved.Why != "upload" {
			last = time.UnixMilli(saved.MadeAt)
			break
		}
	}
	return now.Sub(last) > 48*time.Hour, nil
}

// Lost tells whether the last daily backup failed and its folder does not even
// take a note of that, so that the list does not say so.
func (b *Backups) Lost() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lost
}

func (b *Backups) lose(lost bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lost = lost
}

// clear removes what crashes left half made.
func (b *Backups) clear(set BackupSettings) {
	err := errors.Join(clearSnapshots(b.store.dir), clearOldParts(b.store.BackupDir(set)))
	if set.Copy != "" {
		err = errors.Join(err, clearOldParts(set.Copy))
	}
	if err != nil {
		b.log.Warn("what a crash left of a backup could not be removed", "error", err)
	}
}
