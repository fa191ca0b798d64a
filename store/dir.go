package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// makeDir makes the data directory and proves that it can be written.
func makeDir(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "media"), 0o700); err != nil {
		return openError("not_writable", dir, err)
	}
	if err := probe(dir); err != nil {
		return openError("not_writable", dir, err)
	}
	return nil
}

// probeFile names what proves that a folder can be written.
const probeFile = ".probe-*"

func probe(dir string) error {
	f, err := os.CreateTemp(dir, probeFile)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), gone(f.Name())) // it may have been cleared away
}

// lockDir keeps a second server off the directory for as long as this process
// lives. The lock is SQLite's own, so it is the same on every system and goes
// with the process, however it ends.
func lockDir(dir string) (unlock func(), err error) {
	db, err := sql.Open("sqlite", fileURI(filepath.Join(dir, "lock"))+"?_pragma=journal_mode(DELETE)")
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, "begin exclusive")
	}
	if err != nil {
		db.Close()
		if strings.Contains(err.Error(), "locked") {
			return nil, openError("in_use", dir, nil)
		}
		return nil, openError("not_writable", dir, err)
	}
	return func() { conn.Close(); db.Close() }, nil
}

// private makes an empty file that only its owner can read. SQLite gives the
// files beside it the same rights. Never call it on a database in use: closing
// a file frees SQLite's locks on it.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func missing(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return true, nil
	}
	return false, err
}

// readKey reads the sealing key beside the database, or makes it with a new
// database. A database without its key is refused: its secrets are lost, and
// a new key would hide that.
func readKey(dir string, fresh bool) ([]byte, error) {
	path := filepath.Join(dir, "key")
	key, err := os.ReadFile(path)
	if err == nil && len(key) == keySize {
		return key, nil
	}
	if err == nil {
		return nil, openError("key_damaged", path, nil)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return nil, openError("key_unreadable", path, err)
	}
	if !fresh {
		return nil, openError("key_missing", path, nil)
	}
	key = newKey()
	if err := writeKey(path, key); err != nil {
		return nil, openError("not_writable", dir, err)
	}
	return key, nil
}

// writeKey is sure that the key is on the disk: secrets sealed with a key that
// a power cut took are lost.
func writeKey(path string, key []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(key)
	return errors.Join(err, f.Sync(), f.Close(), syncDir(filepath.Dir(path)))
}

// syncDir makes sure that new names in a directory are on the disk.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
