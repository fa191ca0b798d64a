package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"modernc.org/sqlite"
)

// Fault is what is wrong with the disk or a file, and with no request.
type Fault string

// Faults.
const (
	DiskFull     Fault = "disk_full"
	DiskReadOnly Fault = "disk_read_only"
	DiskFails    Fault = "disk_fails" // reading or writing broke off, and nothing tells more
	Damaged      Fault = "damaged"    // the database
)

// SQLite's result codes, without what an extended code adds.
const (
	sqliteReadOnly = 8
	sqliteIO       = 10
	sqliteCorrupt  = 11
	sqliteFull     = 13
	sqliteNoDB     = 26
)

// FaultOf finds the fault behind an error; "" when there is none.
func FaultOf(err error) Fault {
	var engine *sqlite.Error
	if errors.As(err, &engine) {
		switch engine.Code() & 0xff {
		case sqliteFull:
			return DiskFull
		case sqliteReadOnly:
			return DiskReadOnly
		case sqliteIO:
			return DiskFails
		case sqliteCorrupt, sqliteNoDB:
			return Damaged
		}
	}
	switch {
	case errors.Is(err, ErrFull), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return DiskFull
	case errors.Is(err, syscall.EROFS):
		return DiskReadOnly
	case errors.Is(err, syscall.EIO):
		return DiskFails
	}
	return ""
}

// openCodes are the codes of an OpenError for the faults of a disk.
var openCodes = map[Fault]string{DiskFull: "disk_full", DiskReadOnly: "not_writable", DiskFails: "disk_fails"}

// Unusable makes an error that ends the program an *OpenError, where it is the
// fault of the data directory.
func Unusable(dir string, err error) error {
	var known *OpenError
	if FaultOf(err) == "" || errors.As(err, &known) || errors.Is(err, ErrFull) { // which has a sentence
		return err
	}
	return openError("database_unreadable", filepath.Join(dir, "kfdesk.db"), err)
}

// worn tells whether a data directory has been in use, by what a server leaves
// there beside the database.
func worn(dir string) bool {
	if _, err := os.Stat(filepath.Join(dir, "search.db")); err == nil {
		return true
	}
	for _, pattern := range []string{"media/*/*", backupFolder + "/*" + BackupExt, beforeMark + "*.db"} {
		if found, _ := fs.Glob(os.DirFS(dir), pattern); len(found) > 0 {
			return true
		}
	}
	return false
}

// blank tells whether nothing was ever written to a database, nor to its log.
func blank(path string) bool {
	for _, file := range []string{path, path + "-wal"} {
		if info, err := os.Stat(file); err == nil && info.Size() > 0 {
			return false
		}
	}
	return true
}

// lastBackup is the newest backup in a data directory that may be restored as far
// as is known; "" none. One that was uploaded may be of another installation.
func lastBackup(dir string) string {
	dir = filepath.Join(dir, backupFolder)
	list, _ := listBackups(dir) // a folder that cannot be read has none
	for _, b := range list {
		if b.There && b.Fault == "" && b.Why != "upload" {
			return backupFile(dir, b.Name)
		}
	}
	return ""
}

// Lost is how many messages the database lacked when it was opened, of those that
// the search index had: what the write-ahead log held is gone. 0: none, or there
// was no index.
func (s *Store) Lost() int64 { return s.lost.Load() }

// RestoreCommand puts the newest backup in the place of what is in a data directory;
// path is that, or a file in it.
func RestoreCommand(path string) string {
	dir := path
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		dir = filepath.Dir(path)
	}
	file := lastBackup(dir)
	if file == "" {
		file = "FILE" + BackupExt
	}
	return "kfdesk restore " + quoted(file) + " -data " + quoted(dir) + " -force"
}

// quoted is a path as a shell takes it.
func quoted(path string) string {
	if !strings.ContainsFunc(path, func(r rune) bool {
		return !strings.ContainsRune("/.-_+:,=", r) && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
