package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the database to this program's version: numbered files,
// forward only, each in one transaction and recorded. An existing database is
// copied first; a newer one is refused. Only who holds the directory migrates:
// the command line does not change a database under a server that runs.
func (s *Store) migrate(ctx context.Context, files fs.FS) error {
	conn, path := s.writer.conn, filepath.Join(s.dir, "kfdesk.db")
	names, err := migrationNames(files)
	if err != nil {
		return err
	}
	have, err := s.version(ctx)
	if err != nil {
		return openError("database_unreadable", path, err)
	}
	if have == len(names) {
		return nil
	}
	if have > len(names) {
		return openError("database_newer", path, fmt.Errorf("database version %d, program version %d", have, len(names)))
	}
	if s.unlock == nil {
		unlock, err := lockDir(s.dir)
		if err != nil {
			return err
		}
		defer unlock()
		if have, err = s.version(ctx); err != nil { // another may just have done it
			return openError("database_unreadable", path, err)
		}
	}
	if have > 0 && have < len(names) {
		if err := s.backup(ctx, filepath.Join(s.dir, fmt.Sprintf(beforeMark+"%04d.db", have+1))); err != nil {
			return err
		}
	}
	for i := have; i < len(names); i++ {
		text, err := fs.ReadFile(files, "migrations/"+names[i])
		if err != nil {
			return err
		}
		batch := fmt.Sprintf("begin immediate;\n%s\n;insert into migration values (%d, %d);\ncommit;", text, i+1, s.now())
		if _, err := conn.ExecContext(ctx, batch); err != nil {
			_, _ = conn.ExecContext(ctx, "rollback")
			return openError("migration_failed", names[i], err)
		}
	}
	return nil
}

// version is the number of the last migration that was applied.
func (s *Store) version(ctx context.Context) (have int, err error) {
	if _, err := s.writer.conn.ExecContext(ctx, `create table if not exists migration
		(version integer primary key, applied_at integer not null) strict`); err != nil {
		return 0, err
	}
	err = s.writer.conn.QueryRowContext(ctx, "select coalesce(max(version), 0) from migration").Scan(&have)
	return have, err
}

// backup copies the database; a copy of an earlier try gives way.
func (s *Store) backup(ctx context.Context, to string) error {
	part := to + ".part"
	_ = os.Remove(part)
	err := private(part) // an empty file is a database to vacuum into
	if err == nil {
		_, err = s.writer.conn.ExecContext(ctx, "vacuum into ?", part)
	}
	if err == nil {
		err = os.Rename(part, to)
	}
	if err != nil {
		return openError("backup_failed", to, err)
	}
	return nil
}

// migrationNames lists the files; the n-th must be numbered n.
func migrationNames(files fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(files, "migrations")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	sort.Strings(names)
	for i, n := range names {
		number, _, _ := strings.Cut(n, "_")
		if v, err := strconv.Atoi(number); err != nil || v != i+1 {
			return nil, fmt.Errorf("migration %s is not number %d", n, i+1)
		}
	}
	return names, nil
}
