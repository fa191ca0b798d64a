package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// BackupExt ends the names of backups.
const BackupExt = ".kfbackup"

// BackupOptions say how a backup is made.
type BackupOptions struct {
	Program    string // its version, for the manifest
	Passphrase string // "": not encrypted, and without the key
	// Progress hears of every step as it goes on: 1 the database, 2 the media;
	// bytes. nil: nobody does.
	Progress func(step int, done, total int64)
}

// Backup writes a backup to path while work goes on. It is there as a whole or
// not at all: until then it is path + ".part". ErrFull when the disk is, the
// refusal backup_room when it would be. The result tells its size and how many media the database names that are missing.
func (s *Store) Backup(ctx context.Context, path string, o BackupOptions) (made Made, err error) {
	defer whenFull(&err)
	if o.Progress == nil {
		o.Progress = func(int, int64, int64) {}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return made, err
	}
	if _, err := os.Stat(path); err == nil {
		return made, fmt.Errorf("backup: %s: %w", path, os.ErrExist)
	}
	snapshot, part := s.snapshotFile(path), path+".part"
	release, err := holdNew(filepath.Dir(snapshot))
	if errors.Is(err, os.ErrExist) {
		return made, fmt.Errorf("backup: %s is being made: %w", path, err)
	}
	if err != nil {
		return made, err
	}
	defer func() {
		err = errors.Join(err, gone(part), os.RemoveAll(filepath.Dir(snapshot)))
		release()
	}()
	if err := s.snapshot(ctx, snapshot, filepath.Dir(path), &made.Manifest, o); err != nil {
		return made, err
	}
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return made, err
	}
	if err := errors.Join(s.pack(ctx, f, snapshot, &made, o), f.Sync(), f.Close()); err != nil {
		return made, err
	}
	if err := os.Rename(part, path); err != nil {
		return made, err
	}
	return made, syncDir(filepath.Dir(path))
}

// snapshotMark begins the names of the folders of databases on their way into a backup.
const snapshotMark = ".snapshot-"

// snapshotFile is where the database lies on its way into the backup of a path: in
// the data directory, for it is not encrypted, in a folder that is held: of one path
// only one is made at a time, whichever process makes it.
func (s *Store) snapshotFile(path string) string {
	return filepath.Join(s.dir, snapshotMark+filepath.Base(path)+".part", "kfdesk.db")
}

// Made is a backup that was made.
type Made struct {
	Manifest Manifest
	Size     int64 // of the file
	Missing  int   // media without their file
}

func gone(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// whenFull turns the ways in which a full disk shows itself into ErrFull.
func whenFull(err *error) {
	if *err == nil || errors.Is(*err, ErrFull) {
		return
	}
	if errors.Is(*err, syscall.ENOSPC) || errors.Is(*err, syscall.EDQUOT) || errors.Is(*err, syscall.EFBIG) || strings.Contains((*err).Error(), "disk is full") {
		*err = fmt.Errorf("%w: %w", ErrFull, *err)
	}
}

// snapshot copies the database as it is now, and says in the manifest what that is.
// It does not begin when the backup would not have room in its folder.
func (s *Store) snapshot(ctx context.Context, to, folder string, m *Manifest, o BackupOptions) error {
	if err := private(to); err != nil { // an empty file is a database to vacuum into
		return err
	}
	db, err := sql.Open("sqlite", dsn(filepath.Join(s.dir, "kfdesk.db")))
	if err != nil {
		return err
	}
	defer db.Close()
	var size int64
	if err := db.QueryRowContext(ctx, "select page_count * page_size from pragma_page_count(), pragma_page_size()").Scan(&size); err != nil {
		return err
	}
	if err := s.roomForBackup(ctx, db, folder, size); err != nil {
		return err
	}
	o.Progress(1, 0, size)
	if _, err := db.ExecContext(ctx, "vacuum into ?", to); err != nil {
		return err
	}
	m.Format, m.Program, m.MadeAt = backupFormat, o.Program, time.Now().UnixMilli()
	f, err := os.Open(to)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	if m.Database.Size, err = io.Copy(sum, &tracked{r: f, ctx: ctx}); err != nil {
		return err
	}
	m.Database.SHA256 = hex.EncodeToString(sum.Sum(nil))
	o.Progress(1, m.Database.Size, m.Database.Size)
	return nil
}

// roomForBackup asks for room for a backup, and for the database on its way into it.
func (s *Store) roomForBackup(ctx context.Context, db *sql.DB, folder string, size int64) error {
	var need int64
	if err := db.QueryRowContext(ctx, "select $1 + coalesce(sum(size), 0) "+fileRows, size).Scan(&need); err != nil {
		return err
	}
	if SameDisk(folder, s.dir) {
		return roomFor(folder, size+need)
	}
	return errors.Join(roomFor(folder, need), roomFor(s.dir, size))
}

// fileRows are the media files that a database names.
const fileRows = "from (select hash, max(size) size from media where state = 'ready' and hash <> '' group by hash)"

func (s *Store) pack(ctx context.Context, f *os.File, snapshot string, made *Made, o BackupOptions) error {
	db, err := sql.Open("sqlite", fileURI(snapshot)+"?mode=ro&immutable=1")
	if err != nil {
		return err
	}
	defer db.Close()
	m := &made.Manifest
	if err := db.QueryRowContext(ctx, "select (select max(version) from migration), count(*), coalesce(sum(size), 0) "+fileRows).
		Scan(&m.Schema, &m.Media.Count, &m.Media.Size); err != nil {
		return err
	}
	key, err := s.keyFor(o.Passphrase)
	if err != nil {
		return err
	}
	m.Key = key != nil
	p, err := newPacker(f, o.Passphrase, m.MadeAt)
	if err != nil {
		return err
	}
	head, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := p.add(manifestName, int64(len(head)), strings.NewReader(string(head))); err != nil {
		return err
	}
	if _, err := p.addFile(ctx, "kfdesk.db", snapshot); err != nil {
		return err
	}
	if m.Key {
		if err := p.add("key", int64(len(key)), strings.NewReader(string(key))); err != nil {
			return err
		}
	}
	if err := s.packMedia(ctx, db, p, made, o); err != nil {
		return err
	}
	if err := p.finish(); err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		made.Size = info.Size()
	}
	return err
}

// keyFor is the key that goes into a backup: none into one that is not encrypted,
// and none that is not in the data directory.
func (s *Store) keyFor(passphrase string) ([]byte, error) {
	if passphrase == "" {
		return nil, nil
	}
	key, err := os.ReadFile(filepath.Join(s.dir, "key"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return key, err
}

func (s *Store) packMedia(ctx context.Context, db *sql.DB, p *packer, made *Made, o BackupOptions) error {
	list, err := db.QueryContext(ctx, "select hash "+fileRows+" order by hash")
	if err != nil {
		return err
	}
	defer list.Close()
	var done int64
	o.Progress(2, 0, made.Manifest.Media.Size)
	for list.Next() {
		var hash string
		if err := list.Scan(&hash); err != nil {
			return err
		}
		size, err := p.addFile(ctx, "media/"+hash[:2]+"/"+hash, s.FilePath(hash))
		if errors.Is(err, os.ErrNotExist) {
			made.Missing++
			continue
		}
		if err != nil {
			return err
		}
		done += size
		o.Progress(2, done, max(done, made.Manifest.Media.Size))
	}
	return list.Err()
}

func (p *packer) addFile(ctx context.Context, name, path string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), p.add(name, info.Size(), &tracked{r: f, ctx: ctx})
}

// Checked is a backup that was read to its end and found whole.
type Checked struct {
	Manifest  Manifest
	Encrypted bool
	Missing   int // media that are not in it, for they were not there
	Changed   int // media whose bytes had changed before it was made
}

// CheckBackup reads a backup to its end. Refusals: see newUnpacker and each.
// Progress hears of bytes.
func CheckBackup(ctx context.Context, path, passphrase string, progress func(done, total int64)) (c Checked, err error) {
	return readBackup(ctx, path, passphrase, progress, func(_ string, r io.Reader) error {
		_, err := io.Copy(io.Discard, r)
		return err
	})
}

// LookBackup reads the beginning of a backup: what is in it, and whether the
// passphrase opens it. Refusals: see newUnpacker.
func LookBackup(path, passphrase string) (Manifest, error) {
	f, err := os.Open(path)
	if err != nil {
		return Manifest{}, err
	}
	defer f.Close()
	u, err := newUnpacker(f, passphrase)
	if err != nil {
		return Manifest{}, err
	}
	return u.Manifest, nil
}

func readBackup(ctx context.Context, path, passphrase string, progress func(done, total int64), do func(name string, r io.Reader) error) (c Checked, err error) {
	f, err := os.Open(path)
	if err != nil {
		return c, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return c, err
	}
	u, err := newUnpacker(f, passphrase)
	if err != nil {
		return c, err
	}
	err = u.each(ctx, func(name string, r io.Reader) error {
		if progress != nil {
			at, _ := f.Seek(0, io.SeekCurrent) // of a file: never fails
			progress(at, info.Size())
		}
		return do(name, r)
	})
	return Checked{u.Manifest, u.Encrypted, u.Manifest.Media.Count - u.Files, len(u.faults)}, err
}
