package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

var (
	// ErrTooLarge: a file is larger than the limit it was given.
	ErrTooLarge = errors.New("store: file is too large")
	// ErrFull: the disk takes no more.
	ErrFull = errors.New("store: the disk is full")
)

// partFile names what is half written.
const partFile = ".part-*"

// SaveFile keeps the bytes of r under their SHA-256, the same bytes once. It
// streams; what was half written is removed. AddMedia or MediaReady is to follow,
// until then the file is safe. More than limit bytes: ErrTooLarge.
func (s *Store) SaveFile(r io.Reader, limit int64) (hash string, size int64, err error) {
	return s.SaveChecked(r, limit, nil)
}

// SaveChecked is SaveFile for what must first be looked at: when check says no,
// with the whole file before it, nothing is kept.
func (s *Store) SaveChecked(r io.Reader, limit int64, check func(f io.ReaderAt, size int64) error) (hash string, size int64, err error) {
	defer func() {
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
			err = fmt.Errorf("%w: %w", ErrFull, err)
		}
	}()
	f, err := os.CreateTemp(filepath.Join(s.dir, "media"), partFile)
	if err != nil {
		return "", 0, err
	}
	defer func() {
		f.Close()
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	sum := sha256.New()
	size, err = io.Copy(io.MultiWriter(f, sum), io.LimitReader(r, limit+1))
	if err != nil {
		return "", 0, err
	}
	if size > limit {
		return "", 0, ErrTooLarge
	}
	if check != nil {
		if err := check(f, size); err != nil {
			return "", 0, err
		}
	}
	if err := f.Sync(); err != nil {
		return "", 0, err
	}
	hash = hex.EncodeToString(sum.Sum(nil))
	path := s.FilePath(hash)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", 0, err
	}
	s.fresh.add(hash, +1)
	if err := os.Rename(f.Name(), path); err != nil {
		s.fresh.add(hash, -1)
		return "", 0, err
	}
	return hash, size, errors.Join(syncDir(filepath.Dir(path)), syncDir(filepath.Join(s.dir, "media")))
}

// FilePath is where the bytes with this hash lie.
func (s *Store) FilePath(hash string) string {
	return filepath.Join(s.dir, "media", hash[:2], hash)
}
