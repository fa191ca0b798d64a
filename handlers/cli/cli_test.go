package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kfdesk/handlers"
	"kfdesk/handlers/cli"
	"kfdesk/store"
)

// terminal is where a person types commands: what it holds, and what came out.
type terminal struct {
	t         *testing.T
	dir       string
	lang      string
	env       map[string]string
	in        string
	out, err  string
	reachable bool   // WeChat answers
	api       string // where it was asked
}

func newTerminal(t *testing.T) *terminal {
	return &terminal{t: t, dir: t.TempDir(), lang: "en", env: map[string]string{}, reachable: true}
}

// sync stands for the network to WeChat.
func (c *terminal) sync(ctx context.Context, s *store.Store, api string, account store.Account) error {
	if c.api = api; !c.reachable {
		return errors.New("no route to host")
	}
	return s.SetKFAccounts(ctx, account.ID, []store.KFAccount{{KFAccount: "li@hemu_life", Nickname: "Li"}, {KFAccount: "chen@hemu_life", Nickname: "Chen"}})
}

var texts = func() *handlers.Catalogue {
	c, err := handlers.LoadCatalogue(os.DirFS("../../static"))
	if err != nil {
		panic(err)
	}
	return c
}()

var hole = regexp.MustCompile(`\{\w+\}`)

// text is a text of the catalogue; one that does not exist, or is not filled, is
// a fault.
func (c *terminal) text(key string, args ...any) string {
	s := texts.T(c.lang, key, args...)
	if s == key || hole.MatchString(s) {
		c.t.Errorf("the text of %s is %q", key, s)
	}
	return s
}

func (c *terminal) environment(out, err *bytes.Buffer) *cli.Env {
	return &cli.Env{Getenv: func(name string) string { return c.env[name] }, In: strings.NewReader(c.in), Out: out, Err: err,
		Text: c.text, SyncKF: c.sync, Version: "v1.2.3"}
}

// runs types a command and fails unless it ends with this code.
func (c *terminal) runs(code int, args ...string) {
	c.t.Helper()
	if len(args) > 1 && !slices.Contains(args, "-data") {
		args = slices.Insert(slices.Clone(args), 2, "-data", c.dir)
	}
	var out, err bytes.Buffer
	got := cli.Run(c.t.Context(), c.environment(&out, &err), args)
	c.out, c.err = out.String(), err.String()
	if got != code {
		c.t.Errorf("%v ends with %d, not %d: %s%s", args, got, code, c.out, c.err)
	}
}

// answers runs a command with -json and gives what it tells.
func (c *terminal) answers(args ...string) (v map[string]any) {
	c.t.Helper()
	c.runs(0, append(args, "-json")...)
	if err := json.Unmarshal([]byte(c.out), &v); err != nil {
		c.t.Fatalf("not JSON: %q", c.out)
	}
	return v
}

// refuses runs a command twice, for a person and for a program, and fails
// unless it is refused with this code and words that name the thing.
func (c *terminal) refuses(code, named string, args ...string) {
	c.t.Helper()
	c.runs(1, args...)
	if c.out != "" || strings.Count(c.err, "\n") != 1 || !strings.Contains(c.err, named) {
		c.t.Errorf("%v says %q and %q, want one line that names %q", args, c.out, c.err, named)
	}
	words := strings.TrimSpace(c.err)
	c.runs(1, append(args, "-json")...)
	var v struct{ Error struct{ Code, Text string } }
	if err := json.Unmarshal([]byte(c.err), &v); err != nil || v.Error.Code != code || v.Error.Text != words || c.out != "" {
		c.t.Errorf("%v -json says %q and %q, want %s", args, c.out, c.err, code)
	}
}

// hides fails if one of these words came out.
func (c *terminal) hides(words ...string) {
	c.t.Helper()
	for _, w := range words {
		if strings.Contains(c.out+c.err, w) {
			c.t.Errorf("the answer shows %q: %s%s", w, c.out, c.err)
		}
	}
}

// serves opens the data directory as the server does.
func (c *terminal) serves() *store.Store {
	c.t.Helper()
	s, err := store.Open(c.t.Context(), c.dir, store.Options{})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = s.Close() })
	return s
}

const (
	password = "correct horse battery"
	secret   = "0123456789abcdef0123456789abcdef"
	aesKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
)

var account = []string{"account", "add", "-appid", "wx4f8a2c61d9e07b35", "-original-id", "gh_7f2c0e91ab34", "-wechat-id", "hemu_life"}

// An installation without a browser, while the server runs.
func TestSetUpBesideTheServer(t *testing.T) {
	for _, lang := range handlers.Languages {
		t.Run(lang, func(t *testing.T) {
			c := newTerminal(t)
			c.lang = lang
			s := c.serves()
			c.env["KFDESK_ADMIN_PASSWORD"] = password
			c.runs(0, "admin", "add", "-login", "zhou", "-name", "周哲")
			c.hides(password)
			if a, err := s.Login(t.Context(), "zhou", password, "::1", ""); err != nil || a.Role != "admin" || a.Name != "周哲" {
				t.Errorf("the admin: %+v, %v", a, err)
			}
			c.env["KFDESK_APP_SECRET"] = secret
			c.runs(0, account...)
			c.hides(secret)
			s.Forget() // the exchange does so when it sees a foreign change
			list, err := s.Accounts(t.Context())
			if err != nil || len(list) != 1 || list[0].Secret != secret || list[0].Mode != "safe" || !strings.Contains(c.out, list[0].CallbackToken) ||
				!strings.Contains(c.out, list[0].AESKey) || !strings.Contains(c.out, "/wechat/wx4f8a2c61d9e07b35") {
				t.Errorf("the account: %d, %v; said %s", len(list), err, c.out)
			}
			c.in = password + "\r\n"
			c.runs(0, "agent", "add", "-login", "li", "-appid", "wx4f8a2c61d9e07b35", "-kf", "li@hemu_life")
			c.hides(password)
			if a, err := s.Login(t.Context(), "li", password, "::1", ""); err != nil || a.Role != "agent" || len(a.Bindings) != 1 || a.Bindings[0].KFAccount != "li@hemu_life" {
				t.Errorf("the agent: %+v, %v", a, err)
			}
			c.in = password
			c.runs(0, "agent", "add", "-login", "chen", "-role", "supervisor", "-appid", "wx4f8a2c61d9e07b35", "-kf", "chen@hemu_life")
			if a, err := s.AgentByLogin(t.Context(), "chen"); err != nil || a.Role != "supervisor" {
				t.Errorf("the supervisor: %+v, %v", a, err)
			}
			c.runs(1, "agent", "add", "-login", "wang", "-role", "boss", "-appid", "wx4f8a2c61d9e07b35", "-kf", "wang@hemu_life")
			c.runs(0, "agent", "reset", "-login", "chen", "-totp-off")
			_, link, _ := strings.Cut(strings.TrimSpace(c.out), "/join/")
			if l, err := s.Link(t.Context(), link); err != nil || l.Agent.Login != "chen" || l.Kind != "reset" || !l.TOTPOff {
				t.Errorf("the link: %+v, %v", l, err)
			}
			c.runs(1, "agent", "reset", "-login", "nobody")
			c.runs(0, "token", "add", "-login", "li")
			if v, a, err := s.Session(t.Context(), strings.TrimSpace(c.out)); err != nil || a.Login != "li" || v.Kind != "token" || v.ExpiresAt != 0 {
				t.Errorf("the token: %+v %+v, %v", v, a, err)
			}
		})
	}
}

func TestAnswersForPrograms(t *testing.T) {
	c := newTerminal(t)
	names := func(v map[string]any) string {
		var list []string
		for name := range v {
			list = append(list, name)
		}
		slices.Sort(list)
		return strings.Join(list, " ")
	}
	expect := func(v map[string]any, want string) {
		t.Helper()
		if got := names(v); got != want {
			t.Errorf("answered %s, want %s", got, want)
		}
	}
	c.in = password
	expect(c.answers("admin", "add", "-login", "zhou"), "id login")
	c.in = secret + "\n\n\n"
	made := c.answers(account...)
	expect(made, "aes_key appid callback_path callback_token id mode")
	if !regexp.MustCompile(`^[0-9a-zA-Z]{24}$`).MatchString(made["callback_token"].(string)) || !regexp.MustCompile(`^[0-9a-zA-Z]{43}$`).MatchString(made["aes_key"].(string)) {
		t.Errorf("made %v", made)
	}
	// What is given is not told again; the order of the lines is fixed.
	c.in = secret + "\ngivenToken\n" + aesKey + "\n"
	second := slices.Clone(account)
	second[3] = "wx0000000000000002"
	expect(c.answers(append(second, "-mode", "plain", "-name", "Second")...), "appid callback_path id mode")
	c.hides(secret, "givenToken", aesKey)
	s := c.serves()
	if a, err := s.AccountByAppID(t.Context(), "wx0000000000000002"); err != nil || a.Secret != secret || a.CallbackToken != "givenToken" || a.AESKey != aesKey ||
		a.Mode != "plain" || a.Name != "Second" {
		t.Errorf("the second: %+v, %v", a, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	c.env["KFDESK_AGENT_PASSWORD"], c.in = password, ""
	expect(c.answers("agent", "add", "-login", "li", "-appid", "wx4f8a2c61d9e07b35", "-kf", "li@hemu_life", "-wechat-api", "http://wechat.test"), "id kf_account login")
	if c.api != "http://wechat.test" {
		t.Errorf("asked %s", c.api)
	}
	expect(c.answers("token", "add", "-login", "li", "-name", "robot"), "login token")
}

func TestRefusals(t *testing.T) {
	c := newTerminal(t)
	c.env = map[string]string{"KFDESK_ADMIN_PASSWORD": password, "KFDESK_AGENT_PASSWORD": password, "KFDESK_APP_SECRET": secret}
	c.runs(0, "admin", "add", "-login", "zhou")
	c.runs(0, account...)
	agent := func(login, appid, kf string) []string {
		return []string{"agent", "add", "-login", login, "-appid", appid, "-kf", kf}
	}
	const app = "wx4f8a2c61d9e07b35"
	c.runs(0, agent("li", app, "li@hemu_life")...)
	c.refuses("login_taken", "", "admin", "add", "-login", "zhou")
	c.refuses("bad_login", "", "admin", "add", "-login", "Zhou Zhe")
	c.refuses("account_exists", "", account...)
	c.refuses("bad_mode", "", append(slices.Clone(account), "-mode", "fast")...)
	c.refuses("no_account", "wx0000000000000000", agent("chen", "wx0000000000000000", "chen@hemu_life")...)
	c.refuses("no_login", "nobody", "token", "add", "-login", "nobody")

	c.env["KFDESK_AGENT_PASSWORD"], c.env["KFDESK_ADMIN_PASSWORD"], c.env["KFDESK_CALLBACK_TOKEN"] = "short", "short", "a-b"
	c.refuses("weak_password", "10", "admin", "add", "-login", "second")
	c.hides("short")
	c.refuses("bad_callback_token", "", append(slices.Clone(account), "-appid", "wx0000000000000002")...)
	c.hides("a-b", secret)
	c.env["KFDESK_AGENT_PASSWORD"] = password
	c.refuses("kf_taken", "li@hemu_life", agent("chen", app, "li@hemu_life")...)
	c.refuses("unknown_kf", "wang@hemu_life", agent("chen", app, "wang@hemu_life")...)
	c.reachable = false
	c.refuses("unknown_kf", "chen@elsewhere", agent("chen", app, "chen@elsewhere")...)
	c.refuses("unknown_kf", "@hemu_life", agent("chen", app, "@hemu_life")...)
	// Nothing is left behind by a refusal: now it goes through, on trust.
	c.runs(0, agent("chen", app, "chen@hemu_life")...)
	if !strings.Contains(c.out, "no route to host") {
		t.Errorf("that WeChat was not asked is not said: %s", c.out)
	}
}

func TestUsage(t *testing.T) {
	c := newTerminal(t)
	for _, args := range [][]string{{"admin"}, {"admin", "remove"}, {"admin", "add"}, {"admin", "add", "-login", "zhou", "extra"}, {"admin", "add", "-password", "x"},
		{"account", "add", "-appid", "wx1"}, {"agent", "add", "-login", "li"}, {"token", "add"}} {
		c.runs(2, args...)
		if c.out != "" || c.err == "" {
			t.Errorf("%v says %q and %q", args, c.out, c.err)
		}
	}
	for _, name := range cli.Names() {
		c.runs(0, append(strings.Fields(name), "-h")...)
		if !strings.Contains(c.err, "kfdesk "+name) || !strings.Contains(c.err, "-json") || regexp.MustCompile(`(?m)^  -.*\n    \t$`).MatchString(c.err) {
			t.Errorf("%s -h says %s", name, c.err)
		}
	}
	if entries, err := os.ReadDir(c.dir); err != nil || len(entries) != 0 {
		t.Errorf("wrong usage wrote to the data directory: %v", err)
	}
	for words, is := range map[string]bool{"": false, "admin": true, "token add": true, "-sandbox": false, "serve": false} {
		if cli.Is(strings.Fields(words)) != is {
			t.Errorf("%q as a command: %v", words, !is)
		}
	}
}

func TestDataDirectoryThatCannotBeUsed(t *testing.T) {
	spoil := func(name string, content []byte) func(dir string) error {
		return func(dir string) error { return os.WriteFile(filepath.Join(dir, name), content, 0o600) }
	}
	for code, harm := range map[string]func(dir string) error{
		"key_damaged":         spoil("key", []byte("half")),
		"key_wrong":           spoil("key", bytes.Repeat([]byte("x"), 32)),
		"key_missing":         func(dir string) error { return os.Remove(filepath.Join(dir, "key")) },
		"database_unreadable": spoil("kfdesk.db", bytes.Repeat([]byte("no database "), 1000)),
	} {
		t.Run(code, func(t *testing.T) {
			c := newTerminal(t)
			c.env["KFDESK_ADMIN_PASSWORD"], c.env["KFDESK_APP_SECRET"] = password, secret
			c.runs(0, "admin", "add", "-login", "zhou")
			c.runs(0, account...)
			if err := harm(c.dir); err != nil {
				t.Fatal(err)
			}
			c.refuses(code, c.dir, "token", "add", "-login", "zhou")
		})
	}
	c := newTerminal(t)
	c.dir = filepath.Join(c.dir, "file")
	if err := os.WriteFile(c.dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c.refuses("not_writable", c.dir, "token", "add", "-login", "zhou")
}

// Secrets come from the environment or the standard input; who has none is
// refused, and who sits at a terminal is told what is waited for.
func TestWhereSecretsComeFrom(t *testing.T) {
	c := newTerminal(t)
	c.env["KFDESK_DATA"] = c.dir
	for name, told := range map[string]bool{"/dev/zero": true, os.DevNull: false} { // a terminal is a device, too
		device, failure := os.Open(name)
		if failure != nil {
			t.Fatal(failure)
		}
		defer device.Close()
		var out, err bytes.Buffer
		env := c.environment(&out, &err)
		env.In = device
		if code := cli.Run(t.Context(), env, []string{"admin", "add", "-login", "zhou"}); code != 1 || strings.Contains(err.String(), "KFDESK_ADMIN_PASSWORD") != told {
			t.Errorf("%s: ends with %d: %s%s", name, code, &out, &err)
		}
	}
	c.in = password
	c.runs(0, "admin", "add", "-login", "zhou")
	if c.err != "" {
		t.Errorf("a program is told %q", c.err)
	}
	if entries, err := os.ReadDir(c.dir); err != nil || len(entries) == 0 {
		t.Errorf("KFDESK_DATA counts for nothing: %v", err)
	}
}
