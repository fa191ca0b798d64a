package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub"
	"kfdesk/hub/courier"
	"kfdesk/hub/wechat"
	"kfdesk/store"
)

var ctx = context.Background()

// nobody stands for a WeChat that no test here calls.
type nobody struct{ noPlatform }

func (nobody) SyncKF(context.Context, int64) error                       { return nil }
func (nobody) SyncArticles(context.Context, int64, string, bool) error   { return nil }
func (nobody) CloseSession(context.Context, int64, store.Customer) error { return nil }
func (nobody) SyncTags(context.Context, store.Actor, int64) error        { return nil }
func (nobody) Health(int64) courier.Health                               { return courier.Health{} }
func (nobody) Clashes(int64) []int64                                     { return nil }
func (nobody) Pulse() courier.Pulse                                      { return courier.Pulse{Beat: time.Now(), Calls: 16} }
func (nobody) LastHour() courier.Hour                                    { return courier.Hour{} }
func (nobody) Quota(int64) (courier.Quota, bool)                         { return courier.Quota{}, false }
func (nobody) Examine(context.Context, int64) (courier.Examination, error) {
	return courier.Examination{}, nil
}
func (nobody) RID(context.Context, int64, string) (wechat.RID, error) { return wechat.RID{}, nil }

// noon is when the golden pushes of hub/wechat were written, and a second.
const noon = 1735689601_000

// clock is the store's clock: it stands still until a test moves it.
type clock struct{ ms atomic.Int64 }

func (c *clock) Now() time.Time          { return time.UnixMilli(c.ms.Load()) }
func (c *clock) Advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// What stands in the store of every desk.
const (
	shopApp       = "wx1234567890abcdef" // account 1, served by li and chen
	cafeApp       = "wxfedcba0987654321" // account 2, served by wang
	shopGH        = "gh_0123456789ab"
	cafeGH        = "gh_ba9876543210"
	callbackToken = "deskToken2025"
	aesKey        = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	aesKeyOld     = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	password      = "correct horse battery"
)

// seed is the data directory of a console that is set up, made once: hashing
// passwords is slow on purpose. Names are agents' logins.
type seed struct {
	files  map[string][]byte
	tokens map[string]string // bearer tokens
	logins map[string]string // secrets of browser sessions
	ids    map[string]int64
}

var seeded = sync.OnceValues(func() (*seed, error) {
	dir, err := os.MkdirTemp("", "kfdesk-seed-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	s := &seed{files: map[string][]byte{}, tokens: map[string]string{}, logins: map[string]string{}, ids: map[string]int64{}}
	if err := s.fill(dir); err != nil {
		return nil, err
	}
	for _, name := range []string{"kfdesk.db", "key"} {
		if s.files[name], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	return s, nil
})

func (s *seed) fill(dir string) error {
	now := &clock{}
	now.ms.Store(time.Now().UnixMilli()) // backups go by the time of day: none is late
	st, err := store.Open(ctx, dir, store.Options{Now: now.Now})
	if err != nil {
		return err
	}
	defer st.Close()
	now.ms.Store(noon)
	accounts := []store.Account{
		{AppID: shopApp, OriginalID: shopGH, WechatID: "hemu_life", Name: "禾木生活馆", Mode: "plain"},
		{AppID: cafeApp, OriginalID: cafeGH, WechatID: "cafe", Name: "转角咖啡", Mode: "plain"},
	}
	for i, a := range accounts {
		a.Secret, a.CallbackToken, a.AESKey = "0123456789abcdef", callbackToken, aesKey
		made, err := st.AddAccount(ctx, store.Actor{}, a)
		if err != nil {
			return err
		}
		made.Rules.Undo = 0 // replies leave at once
		if err := st.SetRules(ctx, store.Actor{}, made.ID, made.Rules); err != nil {
			return err
		}
		kf := []store.KFAccount{{KFAccount: "li@" + a.WechatID, Nickname: "小李"}, {KFAccount: "chen@" + a.WechatID, Nickname: "佳怡"},
			{KFAccount: "wang@" + a.WechatID, Nickname: "老王"}}
		if err := st.SetKFAccounts(ctx, int64(i+1), kf); err != nil {
			return err
		}
	}
	for _, a := range []struct {
		login, name, role, kf string
		account               int64
	}{{"zhou", "周哲", "admin", "", 0}, {"li", "李晓琳", "agent", "li@hemu_life", 1}, {"chen", "陈佳怡", "agent", "chen@hemu_life", 1},
		{"wang", "王涛", "agent", "wang@cafe", 2}, {"sun", "孙主管", "supervisor", "", 1}} {
		if err := s.add(st, a.login, a.name, a.role, a.account, a.kf); err != nil {
			return err
		}
	}
	return nil
}

func (s *seed) add(st *store.Store, login, name, role string, account int64, kf string) error {
	a, err := st.AddAgent(ctx, store.Actor{}, store.Agent{Login: login, Name: name, Role: role}, password)
	if err != nil {
		return err
	}
	s.ids[login] = a.ID
	if account != 0 {
		if err := st.Bind(ctx, store.Actor{}, a.ID, account, kf); err != nil {
			return err
		}
	}
	if s.tokens[login], err = st.AddSession(ctx, store.Session{AgentID: a.ID, Kind: "token", Name: "test"}, 0); err != nil {
		return err
	}
	s.logins[login], err = st.AddSession(ctx, store.Session{AgentID: a.ID, Kind: "browser", Name: "test"}, 24*time.Hour)
	return err
}

// look is what all consoles of the tests show: texts, static files, templates.
var look = sync.OnceValues(func() (v struct {
	texts  *Catalogue
	assets *Assets
	views  fiber.Views
}, err error) {
	static := os.DirFS("../static")
	if v.texts, err = LoadCatalogue(static); err != nil {
		return v, err
	}
	if v.assets, err = NewAssets(static, v.texts); err != nil {
		return v, err
	}
	v.views, err = NewViews(os.DirFS("../templates"), v.texts, v.assets, false)
	return v, err
})

// desk is the console that most tests need: two official accounts, their
// agents, and a clock that stands still.
type desk struct {
	*Console
	*seed
	app    *fiber.App
	dir    string
	clock  *clock
	log    *logBook
	serial int // of what was said so far
}

// number is a new one each time.
func (d *desk) number() string {
	d.serial++
	return strconv.Itoa(d.serial)
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	s, err := seeded()
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{seed: s, dir: t.TempDir(), clock: &clock{}, log: &logBook{also: t.Output()}}
	d.clock.ms.Store(noon)
	for name, b := range s.files {
		if err := os.WriteFile(filepath.Join(d.dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d.start(t)
	t.Cleanup(func() { _ = d.Store.Close() })
	return d
}

// start opens the data directory and puts a console over it, as the program
// does when it starts.
func (d *desk) start(t testing.TB) {
	t.Helper()
	shown, err := look()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), d.dir, store.Options{Now: d.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	log := Numbered(slog.New(slog.NewTextHandler(d.log, nil)))
	d.Console = &Console{Store: s, Hub: hub.New(s, log), WeChat: nobody{}, Texts: shown.texts, Assets: shown.assets, Views: shown.views, Backups: store.NewBackups(s, "test", log),
		Log: log, Version: "test"}
	d.app = NewApp(d.Console)
}

// restart ends the program and starts it again on the same directory.
func (d *desk) restart(t *testing.T) {
	t.Helper()
	if err := d.Store.Close(); err != nil {
		t.Fatal(err)
	}
	d.start(t)
}

// move gives the data directory another name.
func (d *desk) move(t *testing.T, name string) {
	t.Helper()
	if err := d.Store.Close(); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), name)
	if err := os.Rename(d.dir, to); err != nil {
		t.Fatal(err)
	}
	d.dir = to
	d.start(t)
}

// logBook keeps what is logged, for a test to read.
type logBook struct {
	mu   sync.Mutex
	text strings.Builder
	also io.Writer
}

func (l *logBook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(b)
	return l.also.Write(b)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// result is what came back.
type result struct {
	status int
	header http.Header
	body   string
}

// request is one request: header names and values in turn.
func request(method, path string, body io.Reader, headers ...string) *http.Request {
	req := httptest.NewRequest(method, path, body)
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
			continue
		}
		req.Header.Add(headers[i], headers[i+1])
	}
	return req
}

func (d *desk) send(t *testing.T, req *http.Request) result {
	t.Helper()
	res, err := d.app.Test(req, -1)
	if err != nil {
		t.Fatal(req.Method, req.URL, err)
	}
	return read(t, res)
}

func read(t *testing.T, res *http.Response) result {
	t.Helper()
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return result{res.StatusCode, res.Header, string(b)}
}

// object is a JSON object.
type object = map[string]any

// call asks the JSON API as this agent, with their token. A body is sent as
// JSON, a []byte as it is.
func (d *desk) call(t *testing.T, who, method, path string, body any) result {
	t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case []byte:
		in = bytes.NewReader(b)
	case string:
		in = strings.NewReader(b)
	default:
		j, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		in = bytes.NewReader(j)
	}
	req := request(method, path, in)
	if who != "" {
		req.Header.Set("Authorization", "Bearer "+d.tokens[who])
	}
	got := d.send(t, req)
	conforms(t, method, path, got)
	return got
}

// ok fails unless the answer has this status, and reads its JSON.
func (a result) ok(t *testing.T, status int) object {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %.300s", a.status, status, a.body)
	}
	return a.object(t)
}

func (a result) object(t *testing.T) object {
	t.Helper()
	var v object
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("not a JSON object: %.300s", a.body)
	}
	return v
}

// refused fails unless the API said no with this status and code, and a text
// for the person; it gives the detail.
func (a result) refused(t *testing.T, status int, code string) object {
	t.Helper()
	e, _ := a.object(t)["error"].(object)
	if a.status != status || e["code"] != code {
		t.Errorf("status %d code %v, want %d %s", a.status, e["code"], status, code)
	}
	if text, _ := e["text"].(string); text == "" || strings.HasPrefix(text, "err.") || strings.Contains(text, "{") {
		t.Errorf("%s: the text for the person is %q", code, text)
	}
	detail, _ := e["detail"].(object)
	return detail
}

// dig goes down an object: dig(o, "message", "id").
func dig(o any, names ...string) any {
	for _, n := range names {
		m, _ := o.(object)
		o = m[n]
	}
	return o
}

// id is an id in an object.
func id(o any, names ...string) int64 {
	n, _ := dig(o, names...).(float64)
	return int64(n)
}

// files lists what lies under dir, for tests that nothing was left behind.
func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
