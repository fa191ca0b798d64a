package e2e

import (
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// ruin is a data directory that was in use and backed up, for a test to break.
type ruin struct {
	*desk
	openid string
	key    []string // the environment with the passphrase of the backup
}

// newRuin ends a desk with some messages and a backup of them, all indexed.
func newRuin(t testing.TB) *ruin {
	t.Helper()
	r := &ruin{desk: newDesk(t), key: []string{"KFDESK_BACKUP_PASSPHRASE=" + backupPhrase}}
	r.openid = r.customer("安")
	for i := range 40 {
		r.says(r.openid, fmt.Sprint("雨伞 ", i, strings.Repeat(" 说了很多", 100)))
	}
	r.finds("雨伞 39", 1)
	run(t, "", r.key, "backup", "-data", r.data).wants(t, 0, r.data)
	if code := r.stop(); code != 0 {
		t.Fatalf("the program ended with %d\n%s", code, r.log)
	}
	return r
}

// finds waits until a search has so many hits.
func (d *desk) finds(text string, n int) {
	d.t.Helper()
	var got int
	eventually(d.t, fmt.Sprintf("%d hits for %q", n, text), func() bool {
		answer, raw, err := d.ask(d.token, "GET", "search?q="+strings.ReplaceAll(text, " ", "%20"), nil)
		if err != nil || answer.StatusCode != 200 {
			return false
		}
		got = strings.Count(string(raw), `"marks"`)
		return got == n
	}, func() string { return fmt.Sprintf("there are %d\n%s", got, d.log) })
}

// copy is a copy of the data directory.
func (r *ruin) copy(t testing.TB) (dir string) {
	t.Helper()
	dir = t.TempDir()
	must(t, os.CopyFS(dir, os.DirFS(r.data)))
	return dir
}

// overwrite puts other bytes into a file.
func overwrite(t testing.TB, path string, at int64, b []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteAt(b, at)
	must(t, err)
	must(t, f.Close())
}

var garbage = bytes.Repeat([]byte{0xDB, 0x17, 0x99}, 4096/3+1)[:4096]

var remedyCommand = regexp.MustCompile(`kfdesk (restore \S+ -data \S+ -force)`)

// restores does what a sentence says, with the desk on this directory, and wants
// every message back.
func (r *ruin) restores(t *testing.T, dir, sentence string) {
	t.Helper()
	command := remedyCommand.FindStringSubmatch(sentence)
	if command == nil {
		t.Fatalf("no command to restore in: %s", sentence)
	}
	run(t, "", r.key, strings.Fields(command[1])...).wants(t, 0, dir)
	_, api := newBox(t, nil)
	d := &desk{t: t, server: serve(t, "-data", dir, "-wechat-api", api), data: dir, token: r.token}
	if got := len(d.messages(d.conversation(r.openid).ID)); got < 40 {
		t.Errorf("%d messages are back", got)
	}
	d.finds("雨伞 39", 1)
	run(t, "", nil, "check", "-data", dir).wants(t, 0, dir)
}

// refusesToStart wants the sentence of the catalogue in both languages, and gives the English.
func refusesToStart(t *testing.T, dir, key string) string {
	t.Helper()
	var text string
	for _, lang := range []string{"zh-CN", "en"} {
		got := run(t, "", []string{"KFDESK_LANG=" + lang}, "-data", dir, "-addr", "127.0.0.1:0")
		words := []string{dir}
		for _, part := range regexp.MustCompile(`\{\w+\}`).Split(word(t, lang, key), -1) {
			words = append(words, strings.TrimSpace(part))
		}
		got.wants(t, 1, words...)
		text = got.err
	}
	return text
}

// Whatever of the data directory is broken, the start says in one sentence what and
// what helps; what it says leads back.
func TestDamageIsToldAndRestored(t *testing.T) {
	t.Parallel()
	r := newRuin(t)
	for name, c := range map[string]struct {
		key   string
		spoil func(t *testing.T, dir, db string)
	}{
		"the header": {"open.database_unreadable", func(t *testing.T, _, db string) { overwrite(t, db, 0, []byte("not SQLite")) }},
		"the first pages": {"open.database_unreadable", func(t *testing.T, _, db string) {
			overwrite(t, db, 100, bytes.Repeat(garbage, 3))
		}},
		"cut off": {"open.database_unreadable", func(t *testing.T, _, db string) { must(t, os.Truncate(db, 20_000)) }},
		"empty":   {"open.database_missing", func(t *testing.T, _, db string) { must(t, os.Truncate(db, 0)) }},
		"missing": {"open.database_missing", func(t *testing.T, _, db string) { must(t, os.Remove(db)) }},
		"no key":  {"open.key_missing", func(t *testing.T, dir, _ string) { must(t, os.Remove(filepath.Join(dir, "key"))) }},
		"another key": {"open.key_wrong", func(t *testing.T, dir, _ string) {
			must(t, os.WriteFile(filepath.Join(dir, "key"), garbage[:32], 0o600))
		}},
		"half a key": {"open.key_damaged", func(t *testing.T, dir, _ string) { must(t, os.Truncate(filepath.Join(dir, "key"), 16)) }},
	} {
		t.Run(name, func(t *testing.T) {
			dir := r.copy(t)
			db := filepath.Join(dir, "kfdesk.db")
			c.spoil(t, dir, db)
			before, _ := os.ReadFile(db)
			sentence := refusesToStart(t, dir, c.key)
			if after, _ := os.ReadFile(db); !bytes.Equal(before, after) {
				t.Error("the database was changed")
			}
			run(t, "", nil, "check", "-data", dir).wants(t, 1)
			r.restores(t, dir, sentence)
		})
	}
}

// A page in the middle is met when it is read: who asks is told, the admin is told
// the remedy, the backup tells too, and all else goes on.
func TestDamageInTheMiddle(t *testing.T) {
	t.Parallel()
	r := newRuin(t)
	dir := r.copy(t)
	path := filepath.Join(dir, "kfdesk.db")
	db, err := sql.Open("sqlite", path)
	must(t, err)
	var page, size int64
	must(t, db.QueryRow("select pageno, pgsize from dbstat where name = 'message' and pagetype = 'leaf' order by path limit 1").Scan(&page, &size))
	must(t, db.Close())
	overwrite(t, path, (page-1)*size, garbage[:size])

	box, api := newBox(t, nil)
	d := &desk{t: t, server: serve(t, "-data", dir, "-wechat-api", api), box: box, data: dir, token: r.token}
	id := d.conversation(r.openid).ID
	answer, raw, err := d.ask(d.token, "GET", fmt.Sprintf("conversations/%d/messages?limit=100", id), nil)
	must(t, err)
	if answer.StatusCode != 500 || !strings.Contains(string(raw), word(t, "zh-CN", "err.server.damaged")) {
		t.Errorf("%d %s", answer.StatusCode, raw)
	}
	alarm := call[struct{ Alarms []struct{ Text string } }](d, "GET", "alarms", nil).Alarms
	if len(alarm) == 0 || !strings.Contains(alarm[0].Text, "kfdesk restore ") {
		t.Fatalf("alarms: %v", alarm)
	}
	run(t, "", nil, "backup", "-data", dir).wants(t, 1, "cannot be read", "kfdesk restore ")
	run(t, "", nil, "check", "-data", dir).wants(t, 1, "damaged", "kfdesk restore ")
	if health, err := http.Get(d.URL + "/login"); err != nil || health.StatusCode != 200 {
		t.Errorf("log-in: %v", err)
	}
	if code := d.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	r.restores(t, dir, alarm[0].Text)
}

// After a power cut the last messages are in the write-ahead log alone. When that is
// lost or damaged, the loss is told.
func TestLostLog(t *testing.T) {
	t.Parallel()
	r := newRuin(t)
	for name, spoil := range map[string]func(t *testing.T, wal string){
		"missing": func(t *testing.T, wal string) { must(t, os.Remove(wal)) },
		"damaged": func(t *testing.T, wal string) { overwrite(t, wal, 0, garbage[:64]) },
		"whole":   nil,
	} {
		t.Run(name, func(t *testing.T) {
			dir := r.copy(t)
			d := &desk{t: t, data: dir, token: r.token}
			console := ""
			box, api := newBox(t, func(appid string) string { return console + "/wechat/" + appid })
			d.box = box
			d.server = serve(t, "-data", dir, "-wechat-api", api)
			console = d.URL
			bob := d.customer("波")
			d.says(bob, "没电之前 7")
			d.finds("没电之前", 1)
			d.kill()
			if spoil != nil {
				spoil(t, filepath.Join(dir, "kfdesk.db-wal"))
			}
			d.start()
			told := func() bool {
				for _, a := range call[struct{ Alarms []struct{ Text string } }](d, "GET", "alarms", nil).Alarms {
					if strings.Contains(a.Text, "kfdesk.db-wal") {
						return true
					}
				}
				return false
			}
			if spoil == nil {
				d.finds("没电之前", 1)
				if told() {
					t.Error("a loss is told where there is none")
				}
				return
			}
			eventually(t, "an alarm that tells the loss", told, d.log.String)
			d.finds("雨伞 39", 1)
			d.says(bob, "电来了 8")
			d.finds("电来了", 1)
		})
	}
}

// The search index is made again, and a picture that is not there is an answer.
func TestOtherFilesAreMissing(t *testing.T) {
	t.Parallel()
	r := newRuin(t)
	for name, spoil := range map[string]func(t *testing.T, index string){
		"missing": func(t *testing.T, index string) { must(t, os.Remove(index)) },
		"damaged": func(t *testing.T, index string) { overwrite(t, index, 0, bytes.Repeat(garbage, 4)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := r.copy(t)
			spoil(t, filepath.Join(dir, "search.db"))
			_, api := newBox(t, nil)
			d := &desk{t: t, server: serve(t, "-data", dir, "-wechat-api", api), data: dir, token: r.token}
			d.finds("雨伞 39", 1)
			answer, raw, err := d.ask(d.token, "POST", "media?account=1&kind=image", bytes.NewReader(drawing(t, 1)))
			must(t, err)
			if answer.StatusCode != 201 {
				t.Fatalf("%d %s", answer.StatusCode, raw)
			}
			must(t, os.RemoveAll(filepath.Join(dir, "media")))
			must(t, os.Mkdir(filepath.Join(dir, "media"), 0o700))
			q, err := http.NewRequest("GET", d.URL+"/media/"+regexp.MustCompile(`"id":(\d+)`).FindStringSubmatch(string(raw))[1], nil)
			must(t, err)
			q.Header.Set("Authorization", "Bearer "+d.token)
			got, err := http.DefaultClient.Do(q)
			must(t, err)
			text, err := io.ReadAll(got.Body)
			must(t, err)
			must(t, got.Body.Close())
			if got.StatusCode != 404 || string(text) != "not_found" {
				t.Errorf("%d %s", got.StatusCode, text)
			}
			run(t, "", nil, "check", "-data", dir).wants(t, 0, "1 files", "missing")
		})
	}
}
