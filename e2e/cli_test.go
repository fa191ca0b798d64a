package e2e

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"kfdesk/hub/wechat/sandbox"
)

// result is how a run of the program ended.
type result struct {
	code     int
	out, err string
}

func run(t testing.TB, in string, env []string, args ...string) result {
	t.Helper()
	cmd := program(t, args...)
	cmd.Env = append(cmd.Env, env...)
	var out, complaint bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(in), &out, &complaint
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), complaint.String()}
}

// wants checks the exit code and that the words are among what was printed. A
// stack or a name of Go is no clear sentence.
func (r result) wants(t testing.TB, code int, words ...string) {
	t.Helper()
	text := r.out + r.err
	if r.code != code {
		t.Errorf("exit code %d, not %d\n%s", r.code, code, text)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not in\n%s", w, text)
		}
	}
	if strings.Contains(text, "goroutine ") || strings.Contains(text, ".go:") {
		t.Errorf("not for people:\n%s", text)
	}
}

func TestHelpAndVersion(t *testing.T) {
	t.Parallel()
	help := run(t, "", nil, "-h")
	help.wants(t, 0, "-sandbox", "admin add", "account add", "agent add", "token add")
	for _, name := range []string{"ADDR", "DATA", "URL", "LOG", "WECHAT_API", "SANDBOX"} {
		help.wants(t, 0, "KFDESK_"+name)
	}
	run(t, "", []string{"KFDESK_LANG=zh_CN.UTF-8"}, "-h").wants(t, 0, word(t, "zh-CN", "cli.flag.data"))
	run(t, "", nil, "-version").wants(t, 0, "kfdesk ")
	run(t, "", nil, "account", "add", "-h").wants(t, 0, "KFDESK_APP_SECRET", "-appid")
	run(t, "", nil, "account", "remove").wants(t, 2, "account add")
	run(t, "", nil, "-no-such-flag").wants(t, 2, "-no-such-flag", "-sandbox")
	run(t, "", nil, "serve").wants(t, 2, "serve")
	run(t, "", nil, "-log", "xml").wants(t, 2, "xml")
}

// What keeps the program from starting is said in one clear sentence.
func TestWhatStopsTheStart(t *testing.T) {
	t.Parallel()
	data, _ := seeded(t)
	fresh := func() string {
		dir := t.TempDir()
		must(t, os.CopyFS(dir, os.DirFS(data)))
		return dir
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer taken.Close()
	run(t, "", nil, "-data", fresh(), "-addr", taken.Addr().String()).wants(t, 1, taken.Addr().String(), "-addr")

	none := filepath.Join(file(t, "file", []byte("x")), "data")
	run(t, "", nil, "-data", none, "-addr", "127.0.0.1:0").wants(t, 1, none, "cannot be written")

	newer := fresh()
	db, err := sql.Open("sqlite", filepath.Join(newer, "kfdesk.db"))
	must(t, err)
	_, err = db.Exec("insert into migration select 9999, applied_at from migration limit 1")
	must(t, err)
	must(t, db.Close())
	run(t, "", nil, "-data", newer, "-addr", "127.0.0.1:0").wants(t, 1, "newer kfdesk", "kfdesk.db")

	broken := fresh()
	must(t, os.WriteFile(filepath.Join(broken, "kfdesk.db"), []byte("this is no database at all, but long enough to be looked at"), 0o600))
	run(t, "", nil, "-data", broken, "-addr", "127.0.0.1:0").wants(t, 1, "cannot be read", "kfdesk.db")

	noKey := fresh()
	must(t, os.Remove(filepath.Join(noKey, "key")))
	run(t, "", nil, "-data", noKey, "-addr", "127.0.0.1:0").wants(t, 1, "backup", "key")

	s := serve(t, "-data", fresh())
	run(t, "", nil, "-data", s.args[len(s.args)-1], "-addr", "127.0.0.1:0").wants(t, 1, "already runs", s.args[len(s.args)-1])
}

// Half of a configuration is refused, and nothing of it is kept.
func TestHalfAConfiguration(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	secret := "KFDESK_APP_SECRET=" + shop.Secret
	account := []string{"account", "add", "-data", data, "-appid", shop.AppID, "-original-id", shop.OriginalID, "-wechat-id", shop.WechatID}
	with := func(flags ...string) []string { return append(append([]string{}, account...), flags...) }
	run(t, "", nil, "admin", "add", "-data", data, "-login", "admin").wants(t, 1, "password")
	run(t, "short\n", nil, "admin", "add", "-data", data, "-login", "admin").wants(t, 1, "password")
	run(t, password+"\n", nil, "admin", "add", "-data", data, "-login", "Not A Login").wants(t, 1, "name")
	run(t, "", nil, account...).wants(t, 1, "AppSecret")
	run(t, "", []string{secret}, with("-appid", "123")...).wants(t, 1, "AppID")
	run(t, "", []string{secret}, with("-mode", "half")...).wants(t, 1)
	run(t, "", []string{secret, "KFDESK_AES_KEY=too-short"}, account...).wants(t, 1, "43")
	run(t, "", []string{"KFDESK_AGENT_PASSWORD=" + password}, "agent", "add", "-data", data, "-login", "x1", "-appid", shop.AppID, "-kf", "x@shop").wants(t, 1)
	run(t, "", nil, "token", "add", "-data", data, "-login", "nobody").wants(t, 1)

	var left struct{ Error struct{ Code, Text string } }
	failed := run(t, "", nil, with("-json")...)
	failed.wants(t, 1)
	if json.Unmarshal([]byte(failed.err), &left) != nil || left.Error.Code == "" || left.Error.Text == "" {
		t.Errorf("-json answers %q", failed.err)
	}
	// The same commands, whole: nothing was left behind that is in the way now.
	run(t, password+"\n", nil, "admin", "add", "-data", data, "-login", "admin").wants(t, 0, "admin")
	run(t, shop.Secret+"\n\n\n", nil, account...).wants(t, 0, "/wechat/"+shop.AppID)
	run(t, "", []string{secret}, account...).wants(t, 1)
}

// A console is set up by commands while it runs, and works at once.
func TestSetupBesideARunningServer(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	console := &atomic.Value{}
	box, api := newBox(t, func(appid string) string { return console.Load().(string) + "/wechat/" + appid })
	s := serve(t, "-data", data, "-wechat-api", api)
	console.Store(s.URL)
	in := func(env []string, args ...string) map[string]any {
		return command(t, env, append(args, "-data", data)...)
	}
	in([]string{"KFDESK_ADMIN_PASSWORD=" + password}, "admin", "add", "-login", "admin")
	made := in([]string{"KFDESK_APP_SECRET=" + shop.Secret}, "account", "add", "-appid", shop.AppID, "-original-id", shop.OriginalID, "-wechat-id", shop.WechatID)
	in([]string{"KFDESK_AGENT_PASSWORD=" + password}, "agent", "add", "-login", "xiaoli", "-appid", shop.AppID, "-kf", "xiaoli@shop", "-wechat-api", api)
	d := &desk{t: t, server: s, box: box, data: data, token: in(nil, "token", "add", "-login", "xiaoli")["token"].(string)}

	account := shop
	account.Token, account.AESKey = made["callback_token"].(string), made["aes_key"].(string)
	must(t, box.AddAccount(account))
	if ok, err := box.Verify(context.Background(), shop.AppID); err != nil || !ok {
		t.Fatalf("WeChat could not verify %v: %v", made["callback_path"], err)
	}
	u, err := box.AddUser(sandbox.User{AppID: shop.AppID, Name: "安", Following: true})
	must(t, err)
	d.says(u.OpenID, "你好")
	c := d.conversation(u.OpenID)
	call[any](d, "POST", "conversations/"+itoa(c.ID)+"/claim", nil)
	call[any](d, "POST", "conversations/"+itoa(c.ID)+"/messages", map[string]any{
		"client_id": "from-the-command-line", "type": "text", "body": map[string]string{"content": "您好 <b>&"}})
	if got := d.received(u.OpenID, 1)[0]; got.Text() != "您好 <b>&" || got.KFAccount != "xiaoli@shop" {
		t.Errorf("on the phone: %+v", got)
	}
}

// A server on all of the machine's addresses names one that can be opened.
func TestAddressToOpen(t *testing.T) {
	t.Parallel()
	s := serve(t, "-data", t.TempDir(), "-addr", ":0")
	if !strings.HasPrefix(s.URL, "http://localhost:") {
		t.Errorf("it says that it is open at %s", s.URL)
	}
	r, err := http.Get(s.URL + "/healthz")
	must(t, err)
	must(t, r.Body.Close())
}

// Both signals end the program well, also while WeChat keeps it waiting.
func TestSignals(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		s := serve(t, "-data", t.TempDir(), "-log", "json")
		must(t, s.cmd.Process.Signal(signal))
		if code := s.wait(); code != 0 {
			t.Errorf("%v ends with %d", signal, code)
		}
		if !strings.Contains(s.log.String(), `"version":"`) {
			t.Errorf("the log does not tell the version: %s", s.log)
		}
		for line := range strings.Lines(s.log.String()) {
			if strings.HasPrefix(line, "{") && !json.Valid([]byte(line)) {
				t.Errorf("no JSON: %s", line)
			}
		}
	}
}

// Who does not finish a request is cut off at the end, and that is no failure.
func TestEndWithAHalfRequest(t *testing.T) {
	t.Parallel()
	s := serve(t, "-data", t.TempDir())
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	must(t, err)
	defer conn.Close()
	_, err = conn.Write([]byte("POST /setup HTTP/1.1\r\nHost: desk.example\r\nExpect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\n"))
	must(t, err)
	begun := make([]byte, len("HTTP/1.1 100"))
	_, err = io.ReadFull(conn, begun) // the request is being taken
	must(t, err)
	must(t, s.cmd.Process.Signal(syscall.SIGTERM))
	if code := s.wait(); code != 0 || !strings.Contains(s.log.String(), "cut off") {
		t.Errorf("it ends with %d: %s", code, s.log)
	}
}

// The metrics have an address of their own, where whoever may reach it reads them.
func TestMetricsAddress(t *testing.T) {
	t.Parallel()
	s := serve(t, "-sandbox", "-data", t.TempDir(), "-metrics", "127.0.0.1:0", "-log-level", "debug")
	at := s.log.wait(t, regexp.MustCompile(`(http://\S+/metrics)`))[1]
	want := []string{`go_goroutines \d`, `process_open_fds \d`, `kfdesk_courier_lag_seconds \d`, `kfdesk_store_commit_seconds_count [1-9]`,
		`kfdesk_wechat_call_seconds_count\{`}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) { // the demo's first calls take a moment
		r, err := http.Get(at)
		must(t, err)
		body, err := io.ReadAll(r.Body)
		must(t, err)
		must(t, r.Body.Close())
		want = slices.DeleteFunc(want, func(line string) bool { return regexp.MustCompile(`(?m)^` + line).Match(body) })
		if len(want) == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s has no %q", at, want)
		}
	}
	r, err := http.Get(s.URL + "/metrics")
	must(t, err)
	must(t, r.Body.Close())
	if r.StatusCode != http.StatusForbidden {
		t.Errorf("beside the pages they are answered with %d", r.StatusCode)
	}
	s.log.wait(t, regexp.MustCompile(`(msg=request method=GET route=/metrics status=403 .*request=`+r.Header.Get("X-Request-Id")+`)`))
}
