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
	f, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return openError("not_writable", dir, err)
	}
	f.Close()
	return os.Remove(f.Name())
}

// lockDir keeps a second server off the directory for as long as this process
// lives. The lock is SQLite's own, so it is the same on every system and goes
// with the process, however it ends.
func lockDir(dir string) (release func(), err error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "lock")+"?_pragma=journal_mode(DELETE)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, "begin exclusive")
	}
	if err != nil {
		db.Close()
		if strings.Contains(err.Error(), "locked") || strings.Contains(err.Error(), "BUSY") {
			return nil, openError("in_use", dir, nil)
		}
		return nil, openError("not_writable", dir, err)
	}
	return func() { conn.Close(); db.Close() }, nil
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
	if err := os.WriteFile(path, key, 0o600); err != nil {
		return nil, openError("not_writable", dir, err)
	}
	return key, nil
}
