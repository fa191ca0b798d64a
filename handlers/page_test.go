package handlers

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub"
	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// console is the whole server over an empty store and a platform made of the
// answers a test wants.
type console struct {
	noPlatform
	*Console
	nobody
	app     *fiber.App
	cookies map[string]string
	kf      func() ([]store.KFAccount, error)
}

// SyncKF stands for the network to WeChat, which is not here.
func (d *console) SyncKF(ctx context.Context, account int64) error {
	list, err := d.kf()
	if err != nil {
		return err
	}
	return d.Store.SetKFAccounts(ctx, account, list)
}

func newConsole(t *testing.T) *console {
	t.Helper()
	s, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	texts := catalogue(t)
	assets, err := NewAssets(os.DirFS("../static"), texts)
	if err != nil {
		t.Fatal(err)
	}
	views, err := NewViews(os.DirFS("../templates"), texts, assets, false)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	d := &console{cookies: map[string]string{}, kf: func() ([]store.KFAccount, error) { return nil, nil }}
	d.Console = &Console{Store: s, Hub: hub.New(s, log), WeChat: d, Texts: texts, Assets: assets, Views: views, Log: log,
		Version: "test", SetupCode: "4F2K-9QXM", Backups: store.NewBackups(s, "test", log)}
	d.app = NewApp(d.Console)
	return d
}

type reply struct {
	status         int
	body, location string
}

// do sends a request as a browser does: with its cookies, from our own page.
func (d *console) do(t *testing.T, method, path string, form url.Values) reply {
	t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if method == "POST" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range d.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := d.app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range res.Cookies() {
		narrow(t, c)
		if d.cookies[c.Name] = c.Value; c.Value == "" {
			delete(d.cookies, c.Name)
		}
	}
	return reply{res.StatusCode, string(body), res.Header.Get("Location")}
}

func (d *console) get(t *testing.T, path string) reply { return d.do(t, "GET", path, nil) }

// post sends a form; pairs are field names and values in turn.
func (d *console) post(t *testing.T, path string, pairs ...string) reply {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return d.do(t, "POST", path, form)
}

// went fails unless the form was taken and the browser sent on.
func (r reply) went(t *testing.T, to string) {
	t.Helper()
	if r.status != 303 && r.status != 302 || r.location != to {
		t.Fatalf("status %d to %q, want to %q\n%s", r.status, r.location, to, problemsIn(r.body))
	}
}

var problemText = regexp.MustCompile(`(?s)class="field-error".*?</p>`)

func problemsIn(body string) string { return strings.Join(problemText.FindAllString(body, -1), "\n") }

// has fails unless the page shows each of the texts.
func (r reply) has(t *testing.T, status int, texts ...string) {
	t.Helper()
	if r.status != status {
		t.Errorf("status %d, want %d", r.status, status)
	}
	for _, text := range texts {
		if !strings.Contains(r.body, text) {
			t.Errorf("the page does not show %q\n%s", text, problemsIn(r.body))
		}
	}
}

const adminPassword = "correct horse battery"

// setUp makes the admin through the set-up page and an official account with
// two kf accounts.
func (d *console) setUp(t *testing.T) {
	t.Helper()
	d.post(t, "/setup", "code", "4f2k9qxm", "login", "zhouzhe", "password", adminPassword).went(t, "/setup/connect")
	d.kf = func() ([]store.KFAccount, error) {
		return []store.KFAccount{{KFAccount: "xiaoli@hemu_life", Nickname: "小李", KFID: "1001", KFWx: "lixiaolin_88"},
			{KFAccount: "jiayi@hemu_life", Nickname: "佳怡", KFID: "1002", InviteWx: "cjy", InviteStatus: "waiting", InviteUntil: 1900000000000}}, nil
	}
	d.post(t, "/setup/connect", "way", "account").went(t, "/setup/account")
	d.post(t, "/setup/account", accountForm...).went(t, "/setup/callback/1")
	d.post(t, "/kf-accounts/sync", "account", "1").went(t, "/kf-accounts?done=synced")
}

var accountForm = []string{"name", "禾木生活馆", "appid", "wx4f8a2c61d9e07b35", "secret", "0123456789abcdef",
	"original_id", "gh_7f2c0e91ab34", "wechat_id", "hemu_life", "mode", "safe"}

func TestSetUpFromNothing(t *testing.T) {
	d := newConsole(t)
	d.get(t, "/").went(t, "/login?next=%2F")
	d.get(t, "/login?next=%2F").went(t, "/setup")
	d.get(t, "/setup").has(t, 200, "设置口令")
	d.get(t, "/agents").went(t, "/login?next=%2Fagents")

	for name, form := range map[string][]string{
		"err.weak_password":     {"code", "4F2K-9QXM", "login", "zhouzhe", "password", "short"},
		"err.common_password":   {"code", "4F2K-9QXM", "login", "zhouzhe", "password", "zhouzhe2026"},
		"err.bad_login":         {"code", "4F2K-9QXM", "login", "周 哲", "password", adminPassword},
		"page.setup.code_wrong": {"code", "4F2K-9QXN", "login", "zhouzhe", "password", adminPassword},
	} {
		r := d.post(t, "/setup", form...)
		r.has(t, 422, d.Texts.T("zh-CN", name, "least", 10), form[1], form[3])
		if strings.Contains(r.body, form[5]) {
			t.Errorf("%s: the password is shown again", name)
		}
	}
	d.setUp(t)
	d.get(t, "/setup").went(t, "/")
	d.get(t, "/setup/callback/1").has(t, 200, "/wechat/wx4f8a2c61d9e07b35", "等微信来验证")
	if err := d.Store.Verified(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	d.get(t, "/setup/callback/1").has(t, 200, "微信已验证回调")
	d.get(t, "/setup/done").has(t, 200, "可以开始了")
	d.cookies = map[string]string{}
	if r := d.post(t, "/setup", "code", "4F2K-9QXM", "login", "second", "password", adminPassword); r.status != 422 {
		t.Errorf("a second set-up: status %d", r.status)
	}
}

func TestNoSetUpWithoutACode(t *testing.T) {
	for _, typed := range []string{"", "-", " "} {
		if sameCode(typed, "") {
			t.Errorf("%q opens a server that has no code", typed)
		}
	}
}

func TestAgents(t *testing.T) {
	d := newConsole(t)
	d.setUp(t)
	d.get(t, "/agents/new").has(t, 200, "xiaoli@hemu_life", "只看，不回复")
	d.post(t, "/agents/new", "login", "Li Li", "name", "李晓琳", "role", "agent", "password", adminPassword, "account-1", "xiaoli@hemu_life").
		has(t, 422, d.Texts.T("zh-CN", "err.bad_login"), `value="李晓琳"`, `value="xiaoli@hemu_life" selected`)
	d.post(t, "/agents/new", "login", "li", "name", "李晓琳", "role", "agent", "sync", "1").has(t, 200, "已从微信同步", `value="李晓琳"`)
	d.post(t, "/agents/new", "login", "lixiaolin", "name", "李晓琳", "role", "agent", "password", adminPassword, "account-1", "xiaoli@hemu_life").
		went(t, "/agents?done=agent_added")
	d.get(t, "/agents?done=agent_added").has(t, 200, "李晓琳", "xiaoli@hemu_life", "成员已添加")

	// The kf account is taken now; the rest of the new agent stands.
	d.post(t, "/agents/new", "login", "chenjiayi", "name", "陈佳怡", "role", "agent", "password", adminPassword, "account-1", "xiaoli@hemu_life").
		has(t, 422, "xiaoli@hemu_life 已经有人在用", `action="/agents/3"`)
	d.get(t, "/agents/3").has(t, 200, "陈佳怡", `value="xiaoli@hemu_life" disabled`)
	d.post(t, "/agents/3", "name", "佳怡", "role", "agent", "account-1", "jiayi@hemu_life").went(t, "/agents?done=agent_saved")
	d.post(t, "/agents/3", "name", "佳怡", "role", "agent", "account-1", "-").went(t, "/agents?done=agent_saved")
	d.get(t, "/agents").has(t, 200, "禾木生活馆")
	d.post(t, "/agents/3", "name", "佳怡", "role", "agent", "account-1", "").went(t, "/agents?done=agent_saved")
	if a, err := d.Store.Agent(t.Context(), 3); err != nil || len(a.Bindings) != 0 {
		t.Errorf("after unbinding: %v, %v", a.Bindings, err)
	}

	d.post(t, "/agents/1", "name", "周哲", "role", "agent").has(t, 422, "最后一位管理员")
	d.post(t, "/agents/1/deactivate").has(t, 422, "最后一位管理员")
	d.post(t, "/agents/2/password", "password", "short").has(t, 422, "10 到 200 个字符")
	d.post(t, "/agents/2/password", "password", "another long one").went(t, "/agents?done=agent_password")
	d.post(t, "/agents/2/deactivate").went(t, "/agents?done=agent_off")
	d.get(t, "/agents").has(t, 200, "已停用", "/agents/2/activate")
	d.post(t, "/agents/2/activate").went(t, "/agents?done=agent_on")
	d.get(t, "/agents/99").has(t, 404, "没有这个页面")
	d.get(t, "/agents/99999999999999999999").has(t, 404)
}

func TestAgentsMayNotAdminister(t *testing.T) {
	d := newConsole(t)
	d.setUp(t)
	d.post(t, "/agents/new", "login", "li", "name", "李", "role", "agent", "password", adminPassword)
	d.post(t, "/logout")
	d.post(t, "/login", "login", "li", "password", adminPassword).went(t, "/")
	for _, path := range []string{"/agents", "/agents/1", "/accounts", "/accounts/1", "/accounts/1/state", "/kf-accounts", "/setup/account"} {
		if r := d.get(t, path); r.status != 403 {
			t.Errorf("GET %s: %d", path, r.status)
		}
	}
	for _, path := range []string{"/agents/new", "/agents/1", "/agents/1/password", "/agents/1/deactivate", "/agents/2/activate",
		"/accounts/1", "/accounts/1/keys", "/accounts/1/check", "/accounts/new", "/setup/account", "/setup/connect",
		"/sandbox/leave", "/kf-accounts/sync"} {
		if r := d.post(t, path, "role", "admin", "name", "x"); r.status != 403 {
			t.Errorf("POST %s: %d", path, r.status)
		}
	}
	if r := d.get(t, "/profile"); strings.Contains(r.body, `href="/agents"`) {
		t.Error("the rail shows pages of the administration")
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	d := newConsole(t)
	d.setUp(t)
	req := httptest.NewRequest("POST", "/agents/new", strings.NewReader("login=evil&role=admin&password=long+enough+yes"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	req.AddCookie(&http.Cookie{Name: cookieName, Value: d.cookies[cookieName]})
	res, err := d.app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 403 {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestAccounts(t *testing.T) {
	d := newConsole(t)
	d.setUp(t)
	d.get(t, "/accounts").went(t, "/accounts/1")
	before, err := d.Store.Account(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if r := d.get(t, "/accounts/1"); !strings.Contains(r.body, before.AESKey) || strings.Contains(r.body, "0123456789abcdef\"") {
		t.Error("the page must show the callback key and never the AppSecret")
	}
	d.post(t, "/accounts/1", "name", "禾木", "original_id", "wrong", "wechat_id", "hemu_life", "mode", "safe", "secret", "typed-secret").
		has(t, 422, d.Texts.T("zh-CN", "err.bad_original_id"), `value="禾木"`)
	d.post(t, "/accounts/1", "name", "禾木", "original_id", "gh_7f2c0e91ab34", "wechat_id", "hemu_life", "mode", "plain", "secret", "").
		went(t, "/accounts/1?done=account_saved")
	after, err := d.Store.Account(t.Context(), 1)
	if err != nil || after.Secret != before.Secret || after.Mode != "plain" || after.Name != "禾木" {
		t.Errorf("after saving: %+v, %v", after, err)
	}
	d.post(t, "/accounts/1/keys").went(t, "/accounts/1?done=account_keys")
	renewed, err := d.Store.Account(t.Context(), 1)
	if err != nil || renewed.CallbackToken == before.CallbackToken || renewed.AESKey == before.AESKey || renewed.AESKeyPrevious != before.AESKey {
		t.Errorf("new keys: %v", err)
	}
	d.post(t, "/accounts/new", accountForm...).has(t, 422, "已经接入")
	d.post(t, "/accounts/new", append([]string{"appid", "wx0000000000000002"}, accountForm...)...).has(t, 422)
	second := append([]string{}, accountForm...)
	second[3] = "wx0000000000000002"
	d.post(t, "/accounts/new", second...).went(t, "/setup/callback/2")
	d.get(t, "/accounts").has(t, 200, "/accounts/1", "/accounts/2")
	d.get(t, "/accounts/1/state").has(t, 200, `"state":"0-0-0"`)
}

func TestSyncThatFails(t *testing.T) {
	d := newConsole(t)
	d.setUp(t)
	d.kf = func() ([]store.KFAccount, error) { return nil, &wechat.Error{Code: 65400, Msg: "enable", Path: "x"} }
	d.post(t, "/kf-accounts/sync", "account", "1").has(t, 502, "没有同步成功", "（65400）", "xiaoli@hemu_life")
	if r := d.post(t, "/kf-accounts/sync", "account", "x"); r.status != 400 {
		t.Errorf("a sync of nothing: %d", r.status)
	}
}

func TestProfile(t *testing.T) {
	d := newConsole(t)
	d.setUp(t)
	d.post(t, "/profile", "name", " ").has(t, 422, "姓名不能为空")
	d.post(t, "/profile", "name", "周哲").went(t, "/profile?done=profile_saved")
	d.post(t, "/profile/password", "old", "wrong", "password", "a new long one").has(t, 422, "现在的密码不对")
	d.post(t, "/profile/password", "old", adminPassword, "password", "short").has(t, 422, "10 到 200 个字符")

	here := d.cookies[cookieName]
	d.cookies = map[string]string{}
	d.post(t, "/login", "login", "zhouzhe", "password", adminPassword).went(t, "/")
	there := d.cookies[cookieName]
	d.cookies = map[string]string{cookieName: here}
	r := d.get(t, "/profile")
	ends := regexp.MustCompile(`/profile/sessions/[0-9a-f]{64}/end`).FindAllString(r.body, -1)
	if len(ends) != 1 {
		t.Fatalf("%d other devices, want 1", len(ends))
	}
	d.post(t, ends[0]).went(t, "/profile?done=session_ended")
	d.cookies = map[string]string{cookieName: there}
	d.get(t, "/profile").went(t, "/login?next=%2Fprofile")

	d.cookies = map[string]string{cookieName: here}
	d.post(t, "/profile/password", "old", adminPassword, "password", "a new long one").went(t, "/profile?done=password_changed")
	d.get(t, "/profile").has(t, 200, "周哲")
	d.get(t, "/profile/sign-out").has(t, 200, `role="alertdialog"`)
	d.post(t, "/profile/sign-out").went(t, "/login")
	d.get(t, "/profile").went(t, "/login?next=%2Fprofile")
}

func TestErrorPages(t *testing.T) {
	d := newConsole(t)
	d.get(t, "/nowhere").has(t, 404, "<h1>没有这个页面</h1>", "地址可能写错了")
	d.cookies["lang"] = "en"
	d.get(t, "/nowhere").has(t, 404, "No such page")
	_ = d.Store.Close()
	r := d.get(t, "/login")
	if r.status < 500 || !strings.Contains(r.body, "<code>") {
		t.Errorf("a store that is gone: %d, no number shown", r.status)
	}
}
