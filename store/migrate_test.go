package store

import (
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

var golden = flag.Bool("golden", false, "write the golden files anew")

// The schema is what testdata/schema.sql says, so that a change of it is seen
// and meant. Write it anew with: go test ./store -run Golden -golden
func TestGoldenSchema(t *testing.T) {
	s := open(t)
	list, err := rows(ctx, s, one[string], `select sql from sqlite_schema where sql is not null and name not like 'sqlite%'
		order by type = 'index', tbl_name, name`)
	ok(t, err)
	got := strings.Join(list, ";\n\n") + ";\n"
	file := filepath.Join("testdata", "schema.sql")
	if *golden {
		ok(t, os.WriteFile(file, []byte(got), 0o644))
	}
	if want := string(must(os.ReadFile(file))(t)); got != want {
		t.Errorf("the schema is not that of %s:\n%s", file, got)
	}
}

// TestMigrateFromEachVersion brings a database of every version, with rows, to
// this program's: all rows stay. testdata/version-NNNN.sql fills a database of
// version NNNN; it is written when the next migration is.
func TestMigrateFromEachVersion(t *testing.T) {
	names := must(migrationNames(migrations))(t)
	for version := 1; version < len(names); version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			dir := t.TempDir()
			s := openWith(t, dir, upTo(t, version))
			ok(t, s.exec(string(must(os.ReadFile(fmt.Sprintf("testdata/version-%04d.sql", version)))(t))))
			before := s.counts(t)
			s.Close()
			after := openWith(t, dir, upTo(t, len(names))).counts(t)
			for table, n := range before {
				equal(t, "rows of "+table, after[table], n)
			}
		})
	}
}

// upTo are the program's first n migrations.
func upTo(t testing.TB, n int) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range must(migrationNames(migrations))(t)[:n] {
		files["migrations/"+name] = &fstest.MapFile{Data: must(migrations.ReadFile("migrations/" + name))(t)}
	}
	return files
}

// stepped is a store whose migrations a test chooses.
type stepped struct{ *Store }

func (s *stepped) exec(query string) error {
	_, err := s.writer.conn.ExecContext(ctx, query)
	return err
}

func (s *stepped) counts(t testing.TB) map[string]int {
	t.Helper()
	counts := map[string]int{}
	tables, err := rows(ctx, s, one[string], "select name from sqlite_schema where type = 'table' and name not like 'sqlite%' and name <> 'migration'")
	ok(t, err)
	for _, table := range tables {
		counts[table], err = row(ctx, s, one[int], "select count(*) from "+table)
		ok(t, err)
	}
	return counts
}

// openWith opens a directory with other migrations than the program's.
func openWith(t testing.TB, dir string, files fstest.MapFS) *stepped {
	t.Helper()
	s, err := tryWith(dir, files)
	ok(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func tryWith(dir string, files fstest.MapFS) (*stepped, error) {
	unlock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{Now: (&clock{}).Now, dir: dir, unlock: unlock}
	path := filepath.Join(dir, "kfdesk.db")
	if s.writer, err = newWriter(ctx, path, s.now, s.committed); err == nil {
		s.read, err = sql.Open("sqlite", dsn(path, "query_only(1)"))
	}
	if err == nil {
		err = s.migrate(ctx, files)
	}
	if err != nil {
		s.Close()
	}
	return &stepped{s}, err
}

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

var (
	first1  = fstest.MapFS{"migrations/0001_a.sql": file("create table a (x integer); insert into a values (1);")}
	second1 = fstest.MapFS{"migrations/0001_a.sql": first1["migrations/0001_a.sql"],
		"migrations/0002_b.sql": file("create table b (y integer); insert into b select x from a; update a set x = 2;")}
)

func code(t testing.TB, err error) string {
	t.Helper()
	var e *OpenError
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("got %v, want an OpenError", err)
	}
	if e == nil {
		return ""
	}
	return e.Code
}

func TestMigrateStepByStep(t *testing.T) {
	dir := t.TempDir()
	backup := filepath.Join(dir, "kfdesk-before-0002.db")
	openWith(t, dir, first1).Close()
	if _, err := os.Stat(backup); err == nil {
		t.Error("a new database was copied")
	}

	// A migration that fails leaves the database as it was, and the copy.
	broken := fstest.MapFS{"migrations/0001_a.sql": first1["migrations/0001_a.sql"],
		"migrations/0002_b.sql": file("create table b (y integer); update a set x = 3; insert into nowhere values (1);")}
	for range 2 {
		_, err := tryWith(dir, broken)
		equal(t, "code", code(t, err), "migration_failed")
	}
	s := openWith(t, dir, first1)
	equal(t, "tables", fmt.Sprint(s.counts(t)), "map[a:1]")
	s.Close()

	s = openWith(t, dir, second1)
	equal(t, "tables", fmt.Sprint(s.counts(t)), "map[a:1 b:1]")
	equal(t, "x", must(row(ctx, s, one[int], "select x from a"))(t), 2)
	equal(t, "applied", fmt.Sprint(must(rows(ctx, s, one[int], "select version from migration order by version"))(t)), "[1 2]")
	s.Close()
	openWith(t, dir, second1).Close() // nothing more to do

	_, err := tryWith(dir, first1)
	equal(t, "code of an older program", code(t, err), "database_newer")

	// The copy is the database before the change, and only its owner's.
	info, err := os.Stat(backup)
	ok(t, err)
	equal(t, "rights of the copy", info.Mode().Perm(), 0o600)
	old, err := sql.Open("sqlite", fileURI(backup))
	ok(t, err)
	defer old.Close()
	var x, version int
	ok(t, old.QueryRow("select x, (select max(version) from migration) from a").Scan(&x, &version))
	equal(t, "x before", x, 1)
	equal(t, "version before", version, 1)
}

// The command line migrates when no server runs, never under one.
func TestSharedDoesNotMigrateUnderAServer(t *testing.T) {
	dir := t.TempDir()
	server := openWith(t, dir, first1)
	beside := &Store{Now: server.Now, dir: dir, writer: server.writer}
	equal(t, "code", code(t, beside.migrate(ctx, second1)), "in_use")
	equal(t, "tables", fmt.Sprint(server.counts(t)), "map[a:1]")
	server.Store.unlock()
	ok(t, beside.migrate(ctx, second1))
	equal(t, "tables", fmt.Sprint(server.counts(t)), "map[a:1 b:1]")
}

func TestNewerDatabaseIsRefused(t *testing.T) {
	s := open(t)
	_, err := s.writer.conn.ExecContext(ctx, "insert into migration values (999, 0)")
	ok(t, err)
	ok(t, s.Close())
	equal(t, "code", openCode(t, s.Dir(), Options{}), "database_newer")
	equal(t, "code beside", openCode(t, s.Dir(), Options{Shared: true}), "database_newer")
}

func TestMigrationsAreNumbered(t *testing.T) {
	for _, names := range [][]string{{"0002_b.sql"}, {"0001_a.sql", "0003_c.sql"}, {"0001_a.sql", "0001_b.sql"}, {"first.sql"}} {
		files := fstest.MapFS{}
		for _, n := range names {
			files["migrations/"+n] = file("")
		}
		if _, err := migrationNames(files); err == nil {
			t.Errorf("%v are taken for numbered", names)
		}
	}
}

// The ids of uploads move to a table of their own, the newest of each file.
func TestMigrateUploads(t *testing.T) {
	dir := t.TempDir()
	s := openWith(t, dir, upTo(t, 1))
	ok(t, s.exec(string(must(os.ReadFile("testdata/version-0001.sql"))(t))))
	s.Close()
	moved := openWith(t, dir, upTo(t, 2))
	for account, want := range map[int64]string{1: "wx-new", 2: "wx-two"} {
		equal(t, "upload", must(row(ctx, moved, one[string], "select media_id from upload where account_id = $1 and hash = 'bb22' and type = 'image'", account))(t), want)
	}
	equal(t, "permanent address", must(moved.Media(ctx, 2))(t).WxURL, "http://mmbiz.qpic.cn/2")
}
