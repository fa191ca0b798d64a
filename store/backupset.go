package store

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// BackupSettings say when and how backups are made.
type BackupSettings struct {
	On     bool   `json:"on"`     // every day by itself
	At     int    `json:"at"`     // minute of the server's day
	Keep   int    `json:"keep"`   // how many
	Verify bool   `json:"verify"` // read each again after it was made
	Dir    string `json:"dir"`    // where they lie, "": <data>/backups
	Copy   string `json:"copy"`   // a second folder for them, "": none
	Sealed []byte `json:"sealed"` // the passphrase as it is kept

	Passphrase string `json:"-"` // "": they are not encrypted
}

// backupFolder is where they lie in the data directory, when nothing else is set.
const backupFolder = "backups"

const passphrasePlace = "setting.backup"

// BackupSettings gives what is set, or what holds as long as nothing is.
func (s *Store) BackupSettings(ctx context.Context) (BackupSettings, error) {
	v := BackupSettings{On: true, At: 3 * 60, Keep: 14, Verify: true}
	text, err := s.Setting(ctx, "backup")
	if err != nil || text == "" {
		return v, err
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return v, err
	}
	if v.Sealed != nil {
		v.Passphrase, err = s.key.open(passphrasePlace, v.Sealed)
	}
	return v, err
}

// SetBackupSettings sets them. Refusals with their field: bad_clock, bad_keep, bad_dir (a
// folder that cannot be written, detail.why), weak_passphrase.
func (s *Store) SetBackupSettings(ctx context.Context, by Actor, v BackupSettings) error {
	if v.At < 0 || v.At >= 24*60 {
		return refuse("bad_clock", "field", "at")
	}
	if v.Keep < 1 || v.Keep > 365 {
		return refuse("bad_keep", "field", "keep")
	}
	for field, dir := range map[string]*string{"dir": &v.Dir, "copy": &v.Copy} {
		if err := writable(dir); err != nil {
			return refuse("bad_dir", "field", field, "why", err.Error())
		}
	}
	if v.Copy != "" && v.Copy == s.BackupDir(v) {
		return refuse("same_dir", "field", "copy")
	}
	if n := len([]rune(v.Passphrase)); n > 0 && n < 10 {
		return refuse("weak_passphrase", "field", "passphrase", "n", 10)
	}
	detail := fmt.Sprintf("%02d:%02d, %d", v.At/60, v.At%60, v.Keep)
	if v.Sealed = nil; v.Passphrase != "" {
		v.Sealed = s.key.seal(passphrasePlace, v.Passphrase)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		if err := t.exec(`insert into setting (name, value) values ('backup', $1)
			on conflict (name) do update set value = excluded.value`, string(text)); err != nil {
			return err
		}
		return t.audit(by, deed{Name: "backup.settings", Detail: detail})
	})
}

// BackupDir is where the backups lie.
func (s *Store) BackupDir(v BackupSettings) string {
	if v.Dir != "" {
		return v.Dir
	}
	return filepath.Join(s.dir, backupFolder)
}

// writable makes a folder that may be "", and proves that it takes files.
func writable(dir *string) error {
	if *dir == "" {
		return nil
	}
	if *dir = filepath.Clean(*dir); !filepath.IsAbs(*dir) {
		return fmt.Errorf("%s: not an absolute path", *dir)
	}
	if err := os.MkdirAll(*dir, 0o700); err != nil {
		return err
	}
	return probe(*dir)
}

// Last is when a daily backup was due last, before now; Next when it is due next.
func (v BackupSettings) Last(now time.Time) time.Time {
	at := time.Date(now.Year(), now.Month(), now.Day(), v.At/60, v.At%60, 0, 0, now.Location())
	if at.After(now) {
		at = at.AddDate(0, 0, -1)
	}
	return at
}

// Next is when a daily backup is due next, after now.
func (v BackupSettings) Next(now time.Time) time.Time { return v.Last(now).AddDate(0, 0, 1) }

// noteBackup writes a deed on a backup into the log of deeds.
func (s *Store) noteBackup(ctx context.Context, by Actor, name, subject, detail string) error {
	return s.write(ctx, func(t *tx) error { return t.audit(by, deed{Name: "backup." + name, Subject: subject, Detail: detail}) })
}
