package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A restore has two steps, so that a crash leaves the old data or the new, never
// a mix. First the backup is unpacked and checked beside the data, as
// <dir>/.restore-<time>.part, and renamed when it is ready. Then, before the
// directory is opened the next time, what is there is moved to
// <dir>/before-restore-<time> and the new is moved in; what a crash interrupts
// there goes on at the next start. What cannot be moved at all is left, and so are
// the data that were there: settleRestored.
const (
	restoreMark = ".restore-"
	asideMark   = "before-restore-"
)

// eventsSkipped is more than any server has told since a backup.
const eventsSkipped = 1_000_000_000

// RestoreOptions say how a backup is restored.
type RestoreOptions struct {
	Passphrase string
	Key        []byte // for a backup without a key; nil: the one that is in the directory
	Force      bool   // of Restore: there may be data, which are moved aside
	By         Actor  // who does it, for the log of deeds in the restored data
	Progress   func(done, total int64)
}

// Restored tells what was restored.
type Restored struct {
	Checked
	Aside string // where the data that were there lie now, "": there were none
}

// Restore puts a backup into a data directory that no server has open. Besides
// those of CheckBackup it refuses: restore_not_empty, backup_no_key,
// backup_key_wrong, backup_room; an *OpenError when a server has the directory.
func Restore(ctx context.Context, path, dir string, o RestoreOptions) (r Restored, err error) {
	m, err := LookBackup(path, o.Passphrase) // before anything is made
	if err == nil {
		err = roomFor(dir, m.size())
	}
	if err != nil {
		return r, err
	}
	if err := makeDir(dir); err != nil {
		return r, err
	}
	unlock, err := lockDir(dir)
	if err != nil {
		return r, err
	}
	defer unlock()
	if !o.Force && !empty(dir) {
		return r, refuse("restore_not_empty", "dir", dir)
	}
	part, checked, err := stage(ctx, path, dir, o)
	if err != nil {
		return r, err
	}
	r.Checked = checked
	ready, err := arm(part)
	if err != nil {
		return r, err
	}
	if err := errors.Join(settleRestored(dir)); err != nil {
		return r, err
	}
	aside := filepath.Join(dir, asideMark+strings.TrimPrefix(filepath.Base(ready), restoreMark))
	if _, err := os.Stat(aside); err == nil {
		r.Aside = aside
	}
	return r, nil
}

// empty tells whether a directory holds nothing but what an attempt to open it leaves.
func empty(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, e := range entries {
		switch {
		case strings.HasPrefix(e.Name(), "lock"), strings.HasPrefix(e.Name(), restoreMark): // SQLite's lock has a journal
		case e.Name() == "media":
			if inside, err := os.ReadDir(filepath.Join(dir, "media")); err != nil || len(inside) > 0 {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// stage unpacks a backup beside the data of a directory, and checks it.
func stage(ctx context.Context, path, dir string, o RestoreOptions) (_ string, c Checked, err error) {
	defer whenFull(&err)
	part := filepath.Join(dir, restoreMark+time.Now().Format("20060102-150405.000")+".part")
	if err := os.MkdirAll(filepath.Join(part, "media"), 0o700); err != nil {
		return "", c, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(part))
		}
	}()
	c, err = readBackup(ctx, path, o.Passphrase, o.Progress, func(name string, r io.Reader) error {
		return unpackFile(filepath.Join(part, filepath.FromSlash(name)), r)
	})
	if err != nil {
		return "", c, err
	}
	return part, c, prepare(ctx, filepath.Base(path), part, dir, o)
}

// arm makes what was unpacked ready: the next start puts it in place.
func arm(part string) (ready string, err error) {
	ready = strings.TrimSuffix(part, ".part")
	return ready, errors.Join(os.Rename(part, ready), syncDir(filepath.Dir(part)))
}

func unpackFile(path string, r io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Sync(), f.Close(), syncDir(filepath.Dir(path)))
}

// prepare makes sure that what was unpacked can be opened, and changes what must
// not go on where it stood: log-ins and what opens something once end, and a reply
// that had not left may have left since, so that a person decides.
func prepare(ctx context.Context, name, part, dir string, o RestoreOptions) error {
	db, err := sql.Open("sqlite", fileURI(filepath.Join(part, "kfdesk.db"))+"?_pragma=journal_mode(DELETE)&_pragma=synchronous(FULL)")
	if err != nil {
		return err
	}
	defer db.Close()
	if err := giveKey(ctx, db, part, dir, o.Key); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after the commit
	// The events of after the backup are gone, and their numbers must not come again:
	// a browser that has seen them starts afresh, as every other does.
	changes := []string{"delete from session where kind = 'browser'", "update message set state = 'sending' where state = 'pending'",
		"delete from event", fmt.Sprintf("update sqlite_sequence set seq = seq + %d where name = 'event'", eventsSkipped)}
	for _, table := range []string{"link", "half_login", "authstate"} {
		var has bool // not in a backup of an old version
		if err := tx.QueryRowContext(ctx, "select count(*) from sqlite_master where type = 'table' and name = $1", table).Scan(&has); err != nil {
			return err
		}
		if has {
			changes = append(changes, "delete from "+table)
		}
	}
	for _, change := range changes {
		if _, err := tx.ExecContext(ctx, change); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "insert into audit (at, agent_id, ip, deed, subject) values ($1, $2, $3, 'backup.restore', $4)",
		time.Now().UnixMilli(), o.By.AgentID, o.By.IP, name); err != nil {
		return err
	}
	return tx.Commit()
}

// giveKey puts the key beside an unpacked database and proves that it fits.
func giveKey(ctx context.Context, db *sql.DB, part, dir string, given []byte) error {
	key, err := os.ReadFile(filepath.Join(part, "key"))
	without := errors.Is(err, os.ErrNotExist)
	if without {
		if key, err = given, nil; key == nil {
			key, err = os.ReadFile(filepath.Join(dir, "key"))
		}
		if errors.Is(err, os.ErrNotExist) {
			return refuse("backup_no_key")
		}
	}
	if err != nil {
		return err
	}
	var check string
	if err := db.QueryRowContext(ctx, "select value from setting where name = 'key_check'").Scan(&check); err != nil {
		return err
	}
	if !fits(key, check) {
		return refuse("backup_key_wrong")
	}
	if without {
		return writeKey(filepath.Join(part, "key"), key)
	}
	return nil
}

// fits tells whether the key is the one with which the setting key_check was sealed.
func fits(key []byte, check string) bool {
	k, err := openKey("", key, false)
	if err != nil || len(key) != keySize {
		return false
	}
	sealed, _ := base64.StdEncoding.DecodeString(check) // damaged: does not open
	_, err = k.open("setting.key_check", sealed)
	return err == nil
}
