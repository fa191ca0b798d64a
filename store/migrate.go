package store

import (
	"context"
	"embed"
	"fmt"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the database to this program's version: numbered files,
// forward only, each in one transaction and recorded. An existing database is
// copied first; a newer one is refused.
func (s *Store) migrate(ctx context.Context) error {
	conn, path := s.writer.conn, filepath.Join(s.dir, "kfdesk.db")
	if _, err := conn.ExecContext(ctx, `create table if not exists migration
		(version integer primary key, applied_at integer not null) strict`); err != nil {
		return openError("database_unreadable", path, err)
	}
	var have int
	if err := conn.QueryRowContext(ctx, "select coalesce(max(version), 0) from migration").Scan(&have); err != nil {
		return openError("database_unreadable", path, err)
	}
	names, err := migrationNames()
	if err != nil {
		return err
	}
	if have > len(names) {
		return openError("database_newer", path, fmt.Errorf("database version %d, program version %d", have, len(names)))
	}
	if have > 0 && have < len(names) {
		to := filepath.Join(s.dir, fmt.Sprintf("kfdesk-before-%04d.db", have+1))
		if _, err := conn.ExecContext(ctx, "vacuum into ?", to); err != nil {
			return openError("backup_failed", to, err)
		}
	}
	for i := have; i < len(names); i++ {
		text, err := migrations.ReadFile("migrations/" + names[i])
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

// migrationNames lists the files; the n-th must be numbered n.
func migrationNames() ([]string, error) {
	entries, err := migrations.ReadDir("migrations")
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
