package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
)

// Check reads all of the database and looks whether each media file that it names
// is there. Refusal: database_damaged, with the number of faults that were found,
// at most 100, and the first. It takes as long as reading the file does, and is made
// beside the work that goes on.
func (s *Store) Check(ctx context.Context) (files, missing int, err error) {
	db, err := sql.Open("sqlite", dsn(filepath.Join(s.dir, "kfdesk.db"), "query_only(1)"))
	if err != nil {
		return 0, 0, err
	}
	defer db.Close()
	faults, err := texts(ctx, db, "pragma integrity_check")
	if FaultOf(err) == Damaged {
		faults, err = []string{err.Error()}, nil
	}
	if err != nil {
		return 0, 0, err
	}
	if len(faults) != 1 || faults[0] != "ok" {
		return 0, 0, refuse("database_damaged", "n", len(faults), "first", faults[0], "restore", RestoreCommand(s.dir))
	}
	hashes, err := texts(ctx, db, "select hash "+fileRows)
	for _, hash := range hashes {
		if _, err := os.Stat(s.FilePath(hash)); err != nil {
			missing++
		}
	}
	return len(hashes), missing, err
}

func texts(ctx context.Context, db *sql.DB, query string) (list []string, err error) {
	rs, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	for rs.Next() {
		var text string
		if err := rs.Scan(&text); err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, rs.Err()
}
