package store

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

// Saved is a backup in the folder of backups: kfdesk-<name>.kfbackup, and what is
// known of it beside that in kfdesk-<name>.json. The list is no table: after a
// restore it must still be whole.
type Saved struct {
	Name      string `json:"-"`    // when it was made by the server's clock, 20060102-150405
	There     bool   `json:"-"`    // the file is; otherwise it was not made, see Error
	Size      int64  `json:"-"`    // of the file
	Why       string `json:"why"`  // auto, hand, restore (before one), upload, cli; "": somebody put the file there
	By        string `json:"by"`   // the name of who made it
	MadeAt    int64  `json:"made"` // UTC ms
	Took      int64  `json:"took"` // ms
	Encrypted bool   `json:"encrypted"`
	Program   string `json:"program"`
	Media     int    `json:"media"`
	Missing   int    `json:"missing"` // media that were not there
	Checked   int64  `json:"checked"` // when it was verified, 0: not yet
	Fault     string `json:"fault"`   // why it failed to verify: backup_damaged, backup_passphrase, …
	Faults    int    `json:"faults"`  // files that do not have their bytes, as far as it can be said
	First     string `json:"first"`   // the first of them
	Error     string `json:"error"`   // why it was not made: disk_full, database (it is damaged), failed
	CopyError string `json:"copy"`    // why the second copy was not
	Keep      bool   `json:"keep"`    // for ever
}

const stampForm = "20060102-150405"

var stamp = regexp.MustCompile(`^kfdesk-(\d{8}-\d{6})(` + regexp.QuoteMeta(BackupExt) + `|\.json)$`)

// BackupName is the name of the file of a backup.
func BackupName(name string) string { return "kfdesk-" + name + BackupExt }

func backupFile(dir, name string) string { return filepath.Join(dir, BackupName(name)) }
func noteFile(dir, name string) string   { return filepath.Join(dir, "kfdesk-"+name+".json") }

// listBackups reads a folder, the newest first.
func listBackups(dir string) ([]Saved, error) {
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range files {
		if m := stamp.FindStringSubmatch(f.Name()); m != nil && !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	slices.Sort(names)
	slices.Reverse(names)
	var list []Saved
	for _, name := range names {
		if b, err := readSaved(dir, name); err == nil { // otherwise it went away meanwhile
			list = append(list, b)
		}
	}
	return list, nil
}

// readSaved reads what is known of a backup; ErrNotFound when there is nothing. A
// file that cannot be looked at is one that was not made.
func readSaved(dir, name string) (Saved, error) {
	b := Saved{Name: name}
	if text, err := os.ReadFile(noteFile(dir, name)); err == nil { // one that cannot be read says nothing,
		_ = json.Unmarshal(text, &b) // nor does one that a crash cut off
	}
	info, err := os.Stat(backupFile(dir, name))
	switch {
	case err == nil:
		b.There, b.Size, b.Error = true, info.Size(), ""
	case !errors.Is(err, fs.ErrNotExist):
		b.Error = "failed"
	case b.Error == "":
		return b, ErrNotFound
	}
	if b.MadeAt == 0 {
		at, _ := time.ParseInLocation(stampForm, name, time.Local) // 99 as a month: 1970
		b.MadeAt = max(at.UnixMilli(), 0)
	}
	return b, nil
}

func writeSaved(dir string, b Saved) error {
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	part := noteFile(dir, b.Name) + ".part"
	if err := os.WriteFile(part, text, 0o600); err != nil {
		return errors.Join(err, gone(part))
	}
	return os.Rename(part, noteFile(dir, b.Name))
}

// freeName is a name for a backup that is made now.
func freeName(dir string, now time.Time) string {
	for ; ; now = now.Add(time.Second) {
		name := now.Format(stampForm)
		_, file := os.Lstat(backupFile(dir, name))
		_, note := os.Lstat(noteFile(dir, name))
		if file != nil && note != nil { // also where nothing can be looked at: who writes there hears why not
			return name
		}
	}
}

func removeBackup(dir, name string) error {
	return errors.Join(gone(backupFile(dir, name)), gone(noteFile(dir, name)))
}

// surplus are those to be removed when keep are kept: the oldest of those that
// are not kept for ever. What is not whole counts for nothing, and leaves with
// those that were made before it.
func surplus(list []Saved, keep int) (names []string) {
	for _, b := range list {
		switch {
		case b.Keep:
		case keep <= 0:
			names = append(names, b.Name)
		case b.There && b.Fault == "":
			keep--
		}
	}
	return names
}

// copyBackup puts a second one into another folder.
func copyBackup(from io.Reader, dir, name string) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	path := backupFile(dir, name)
	f, err := os.OpenFile(path+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, gone(path+".part")) }()
	_, err = io.Copy(f, from)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return errors.Join(os.Rename(path+".part", path), syncDir(dir))
}

// failure is a word for why a backup was not made.
func failure(err error) string {
	var no *Refusal
	switch {
	case errors.Is(err, ErrFull), Refused(err, "backup_room"):
		return "disk_full"
	case errors.As(err, &no):
		return no.Code
	case FaultOf(err) == Damaged:
		return "database"
	}
	return "failed"
}
