package handlers

import (
	"log/slog"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/courier"
	"kfdesk/hub/wechat"
	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

const (
	goodSecret = "0123456789abcdef0123456789abcdef"
	newSecret  = "feedfacefeedfacefeedfacefeedface"
	wrongToken = "anotherToken2025"
)

// clinic is a desk whose WeChat is the sandbox, with an admin before it.
type clinic struct {
	*desk
	t      *testing.T
	box    *sandbox.Sandbox
	api    *wechat.Client // of another program
	pushes int
}

func newClinic(t *testing.T) *clinic {
	d := &clinic{desk: newDesk(t), t: t}
	box, err := sandbox.New(sandbox.Options{Clock: d.clock.Now})
	d.must(err)
	api := httptest.NewServer(box.API())
	t.Cleanup(func() { api.Close(); d.must(box.Close()) })
	d.box, d.api = box, &wechat.Client{Base: api.URL}
	d.platform(func(*sandbox.Account) {})
	d.must(box.AddKF(shopApp, "li@hemu_life", "Li", "li_wx", nil))
	d.ours(func(a *store.Account) { a.Secret, a.Mode = goodSecret, "safe" })
	d.WeChat = courier.New(courier.Options{Store: d.Store, Log: slog.New(slog.DiscardHandler),
		API: func(store.Account) *wechat.Client { return &wechat.Client{Base: api.URL} }})
	return d
}

func (d *clinic) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// platform changes what is set on WeChat's side.
func (d *clinic) platform(change func(*sandbox.Account)) {
	d.t.Helper()
	a, ok := d.box.Account(shopApp)
	if !ok {
		a = sandbox.Account{AppID: shopApp, Secret: goodSecret, OriginalID: shopGH, WechatID: "hemu_life", Name: "shop", Token: callbackToken,
			AESKey: aesKey, Mode: wechat.Safe, Callback: "http://127.0.0.1:1/"}
	}
	change(&a)
	d.must(d.box.AddAccount(a))
}

// ours changes what is set here.
func (d *clinic) ours(change func(*store.Account)) {
	d.t.Helper()
	a, err := d.Store.Account(d.t.Context(), 1)
	d.must(err)
	change(&a)
	d.must(d.Store.UpdateAccount(d.t.Context(), store.Actor{}, a))
}

// push lets WeChat push a text as it is set there, and gives the answer's status.
func (d *clinic) push() int {
	d.t.Helper()
	a, _ := d.box.Account(shopApp)
	cb := &wechat.Callback{Token: a.Token, Mode: a.Mode}
	if a.Mode != wechat.Plain {
		cipher, err := wechat.NewCipher(a.AESKey, a.AppID)
		d.must(err)
		cb.Ciphers = []*wechat.Cipher{cipher}
	}
	d.pushes++
	p := textPush(strconv.Itoa(d.pushes), "hello")
	p.ToUserName = a.OriginalID
	return d.deliver(d.t, cb, "9"+strconv.Itoa(d.pushes), p).status
}

// page is the page of the shop, after a check.
func (d *clinic) page() string {
	d.t.Helper()
	d.clock.Advance(6 * time.Second) // what failed a moment ago is not asked again
	if got := d.browse(d.t, "zhou", "POST", "/accounts/1/check"); got.status != 303 {
		d.t.Fatalf("the check: %d %.300s", got.status, got.body)
	}
	return d.browse(d.t, "zhou", "GET", "/accounts/1").body
}

// row is the line of the check with this title: its state and all that it says.
func (d *clinic) row(page, key string, args ...any) (state, text string) {
	d.t.Helper()
	title := "<h3>" + d.Texts.T("zh-CN", key, args...) + "</h3>"
	for rest := page; ; {
		i := strings.Index(rest, `<li class="checkrow checkrow-`)
		if i < 0 {
			return "", ""
		}
		one := rest[i:]
		if end := strings.Index(one[1:], `<li class="checkrow`); end >= 0 {
			one = one[:end+1]
		}
		if strings.Contains(one, title) {
			return strings.SplitN(one[len(`<li class="checkrow checkrow-`):], `"`, 2)[0], one
		}
		rest = rest[i+1:]
	}
}

func (d *clinic) find(page, state, key string, texts ...string) {
	d.t.Helper()
	got, row := d.row(page, key)
	if got != state {
		d.t.Errorf("%s is %q, want %q", key, got, state)
	}
	for _, text := range texts {
		if !strings.Contains(row, text) {
			d.t.Errorf("%s does not say %q:\n%s", key, text, row)
		}
	}
}

// Each mistake is found, its remedy has a value to copy or a place to go to, and
// once it is mended the check passes.
func TestDoctor(t *testing.T) {
	api := func(path string, code int) func(*clinic) {
		return func(d *clinic) { d.box.AddFault(sandbox.Fault{On: path, Kind: "errcode", Code: code, Times: -1}) }
	}
	calm := func(d *clinic) { d.box.ClearFault(0) }
	ours := func(change func(*store.Account)) func(*clinic) { return func(d *clinic) { d.ours(change) } }
	theirs := func(change func(*sandbox.Account)) func(*clinic) { return func(d *clinic) { d.platform(change) } }
	pushed := func(change func(*sandbox.Account)) func(*clinic) {
		return func(d *clinic) {
			d.platform(change)
			if got := d.push(); got != 403 {
				d.t.Errorf("the push is answered %d", got)
			}
		}
	}
	again := func(change func(*sandbox.Account)) func(*clinic) {
		return func(d *clinic) {
			d.platform(change)
			d.clock.Advance(time.Second)
			if got := d.push(); got != 200 {
				d.t.Errorf("mended, the push is answered %d", got)
			}
		}
	}
	const token, list = "/cgi-bin/stable_token", "/cgi-bin/customservice/getkflist"
	for _, tt := range []struct {
		name  string
		wrong func(*clinic)
		state string
		key   string
		says  []string
		mend  func(*clinic)
		then  string // passes after it
	}{
		{"address", theirs(func(a *sandbox.Account) { a.IPs = []string{"203.0.113.9"} }), "bad", "doctor.ip_bad", []string{`data-copy="127.0.0.1"`, "（40164）", platformSite},
			theirs(func(a *sandbox.Account) { a.IPs = nil }), "doctor.ip"},
		{"owner asked", api(token, 89503), "bad", "doctor.ip_wait", []string{"（89503）"}, calm, "doctor.ip"},
		{"owner refused", api(token, 89506), "bad", "doctor.ip_refused", []string{"24", "（89506）"}, calm, "doctor.ip"},
		{"secret", ours(func(a *store.Account) { a.Secret = newSecret }), "bad", "doctor.secret_bad", []string{"（40001）", `href="/accounts/1/secret"`},
			ours(func(a *store.Account) { a.Secret = goodSecret }), "doctor.secret"},
		{"short secret", ours(func(a *store.Account) { a.Secret = "short" }), "bad", "doctor.secret_bad", []string{"（40125）"},
			ours(func(a *store.Account) { a.Secret = goodSecret }), "doctor.secret"},
		{"frozen", api(token, 40243), "bad", "doctor.secret_frozen", []string{"（40243）"}, calm, "doctor.secret"},
		{"appid", ours(func(a *store.Account) { a.AppID = "wx00000000000000ff" }), "bad", "doctor.appid_bad", []string{"（40013）", `href="#appid"`},
			ours(func(a *store.Account) { a.AppID = shopApp }), "doctor.secret"},
		{"another no", api(token, 50004), "bad", "doctor.token_bad", []string{"（50004）"}, calm, "doctor.secret"},
		{"nowhere", func(d *clinic) { d.box.AddFault(sandbox.Fault{On: token, Kind: "bad_gateway", Times: -1}) }, "bad", "doctor.unreachable", nil, calm, "doctor.reach"},
		{"no permission", theirs(func(a *sandbox.Account) { a.Unverified = true }), "bad", "doctor.send_bad", []string{"（76022）", platformSite},
			theirs(func(a *sandbox.Account) { a.Unverified = false }), "doctor.send"},
		{"no kf", theirs(func(a *sandbox.Account) { a.NoKF = true }), "bad", "doctor.kf_off", []string{"（65400）", platformSite},
			theirs(func(a *sandbox.Account) { a.NoKF = false }), "doctor.kf"},
		{"kf list", api(list, 48004), "bad", "doctor.kf_bad", []string{"（48004）"}, calm, "doctor.kf"},
		{"tool", func(d *clinic) { d.box.SetOnline(shopApp, "li@hemu_life", true) }, "warn", "doctor.tool_open", []string{"li@hemu_life"},
			func(d *clinic) { d.box.SetOnline(shopApp, "li@hemu_life", false) }, "doctor.tool"},
		{"their token", pushed(func(a *sandbox.Account) { a.Token = wrongToken }), "bad", "doctor.refused.signature", []string{`data-copy="` + callbackToken + `"`},
			again(func(a *sandbox.Account) { a.Token = callbackToken }), "doctor.refused_before"},
		{"their key", pushed(func(a *sandbox.Account) { a.AESKey = strings.Repeat("B", 43) }), "bad", "doctor.refused.key", []string{`data-copy="` + aesKey + `"`},
			again(func(a *sandbox.Account) { a.AESKey = aesKey }), "doctor.refused_before"},
		{"their mode", pushed(func(a *sandbox.Account) { a.Mode = wechat.Plain }), "bad", "doctor.refused.mode", []string{`href="#mode"`},
			again(func(a *sandbox.Account) { a.Mode = wechat.Safe }), "doctor.refused_before"},
		{"original id", pushed(func(a *sandbox.Account) { a.OriginalID = "gh_ffffffffffff" }), "bad", "doctor.refused.original_id", []string{`data-copy="gh_ffffffffffff"`, `href="#original_id"`},
			again(func(a *sandbox.Account) { a.OriginalID = shopGH }), "doctor.refused_before"},
		{"weak mode", ours(func(a *store.Account) { a.Mode = "plain" }), "warn", "doctor.mode_weak", nil, ours(func(a *store.Account) { a.Mode = "safe" }), "doctor.mode"},
		{"callback URL", theirs(func(a *sandbox.Account) { a.Callback = "" }), "warn", "doctor.probe_none", []string{"/wechat/" + shopApp, "（40201）"},
			theirs(func(a *sandbox.Account) { a.Callback = "http://127.0.0.1:1/" }), "doctor.probe"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newClinic(t)
			tt.wrong(d)
			d.find(d.page(), tt.state, tt.key, tt.says...)
			tt.mend(d)
			page := d.page()
			d.find(page, "ok", tt.then)
			if state, _ := d.row(page, tt.key); state != "" {
				t.Errorf("mended, %s is still %s", tt.key, state)
			}
		})
	}
}

// A sound account: at least twelve checks pass, what failed would stand first.
func TestDoctorOfASoundAccount(t *testing.T) {
	d := newClinic(t)
	d.must(d.Store.Verified(t.Context(), 1))
	if got := d.push(); got != 200 {
		t.Fatalf("a push: %d", got)
	}
	page := d.page()
	for _, key := range []string{"reach", "secret", "ip", "clock", "no_clash", "send", "kf", "tool", "quota", "verified", "pushed", "none_refused", "aes", "mode", "probe"} {
		d.find(page, "ok", "doctor."+key)
	}
	d.find(page, "ok", "doctor.quota", "0 / 500,000", "1 / 500,000")
	var order string
	for _, m := range regexp.MustCompile(`checkrow checkrow-(\w+)`).FindAllStringSubmatch(page, -1) {
		if !strings.HasSuffix(order, m[1]+" ") {
			order += m[1] + " "
		}
	}
	if order != "warn ok skip " && order != "bad ok skip " && order != "warn ok " {
		t.Errorf("the order is %s", order)
	}
}

// Clock, quotas, source and clash: what traffic and time show.
func TestDoctorSeesTraffic(t *testing.T) {
	d := newClinic(t)
	d.box.AddFault(sandbox.Fault{On: "/cgi-bin/stable_token", Kind: "skew", DelayMS: -9000})
	page := d.page()
	if state, _ := d.row(page, "doctor.clock_fast", "s", "9.5"); state != "warn" && !strings.Contains(page, "服务器时间快了") {
		t.Error("the clock that is fast is not told")
	}
	d.box.AddFault(sandbox.Fault{On: "/cgi-bin/customservice/getkflist", Kind: "errcode", Code: 40001})
	page = d.page()
	d.find(page, "warn", "doctor.clash", "（40001）")
	if _, row := d.row(page, "doctor.clash"); strings.Contains(row, "/accounts/1/stable") {
		t.Error("the stable token is offered to who has it")
	}
	d.ours(func(a *store.Account) { a.TokenKind = "classic" })
	d.find(d.page(), "warn", "doctor.clash", `action="/accounts/1/stable"`)
	d.browse(t, "zhou", "POST", "/accounts/1/stable")
	if a, _ := d.Store.Account(t.Context(), 1); a.TokenKind != "stable" {
		t.Errorf("the remedy leaves the token %s", a.TokenKind)
	}

	token, _, err := d.api.StableToken(t.Context(), shopApp, goodSecret, false)
	d.must(err)
	for n, want := range map[int]string{85: "doctor.quota_near", 100: "doctor.quota_used"} {
		_ = d.api.ClearPathQuota(t.Context(), token, "/cgi-bin/freepublish/batchget")
		for range n { // of 100 a day
			if _, _, err := d.api.Published(t.Context(), token, 0, 1); err != nil {
				t.Fatal(err)
			}
		}
		d.find(d.page(), map[int]string{85: "warn", 100: "bad"}[n], want, strconv.Itoa(n)+" / 100")
	}
}

// Both former keys are taken until the first push under the new ones, and a
// minute longer; an admin ends them at once.
func TestFormerKeys(t *testing.T) {
	d := newClinic(t)
	if got := d.push(); got != 200 {
		t.Fatalf("a push: %d", got)
	}
	d.browse(t, "zhou", "POST", "/accounts/1/keys")
	if got := d.push(); got != 200 {
		t.Errorf("a push under the former token and key: %d", got)
	}
	page := d.browse(t, "zhou", "GET", "/accounts/1").body
	if !strings.Contains(page, d.Texts.T("zh-CN", "doctor.keys.waiting")) || !strings.Contains(page, "/keys/end") {
		t.Error("the page does not say that the former keys are taken")
	}
	a, err := d.Store.Account(t.Context(), 1)
	d.must(err)
	renewed := func(s *sandbox.Account) { s.Token, s.AESKey = a.CallbackToken, a.AESKey }
	former := func(s *sandbox.Account) { s.Token, s.AESKey = callbackToken, aesKey }
	d.platform(renewed)
	if got := d.push(); got != 200 {
		t.Errorf("a push under the new ones: %d", got)
	}
	d.platform(former)
	if got := d.push(); got != 200 {
		t.Errorf("a late push under the former: %d", got)
	}
	d.clock.Advance(formerKeys + time.Second)
	if got := d.push(); got != 403 {
		t.Errorf("a push under the former a minute later: %d", got)
	}
	page = d.browse(t, "zhou", "GET", "/accounts/1").body
	if !strings.Contains(page, d.Texts.T("zh-CN", "doctor.keys.used")) {
		t.Error("the page does not say that the new keys are in use")
	}
	d.platform(renewed)
	d.browse(t, "zhou", "POST", "/accounts/1/keys")
	d.browse(t, "zhou", "POST", "/accounts/1/keys/end")
	if got := d.push(); got != 403 {
		t.Errorf("a push under the former keys, which were ended: %d", got)
	}
}

// No page and no diagnosis shows the AppSecret or a token, even where WeChat's own
// words repeat it; the callback token and key are shown to be copied, and are not
// in the diagnosis.
func TestDoctorKeepsSecrets(t *testing.T) {
	d := newClinic(t)
	token, err := d.WeChat.(*courier.Courier).Token(t.Context(), 1)
	d.must(err)
	d.box.AddFault(sandbox.Fault{On: "/cgi-bin/customservice/getkflist", Kind: "errcode", Code: 99999, Msg: "secret is " + goodSecret, Times: -1})
	pushes := func(a *sandbox.Account) { a.Token = wrongToken }
	d.platform(pushes)
	d.push()
	page := d.page() + d.browse(t, "zhou", "GET", "/accounts/1/secret").body + d.browse(t, "zhou", "GET", "/accounts").body
	for what, secret := range map[string]string{"AppSecret": goodSecret, "access token": token} {
		if strings.Contains(page, secret) {
			t.Errorf("a page shows the %s", what)
		}
	}
	if !strings.Contains(page, callbackToken) || !strings.Contains(page, aesKey) {
		t.Error("the callback token and key are not there to be copied")
	}
	account, err := d.Store.Account(t.Context(), 1)
	d.must(err)
	report := regexp.MustCompile(`data-copy="(kfdesk [^"]*)"`).FindStringSubmatch(page)
	if report == nil || !strings.Contains(report[1], shopApp) || !strings.Contains(report[1], "[bad]") {
		t.Fatalf("no diagnosis: %q", report)
	}
	for _, secret := range []string{account.Secret, account.CallbackToken, account.AESKey, token} {
		if strings.Contains(report[1], secret) {
			t.Errorf("the diagnosis tells %q", secret)
		}
	}
	if strings.Contains(d.log.String(), goodSecret) || strings.Contains(d.log.String(), token) {
		t.Error("the log tells a secret")
	}
}

// What WeChat kept of a failed call is shown without token and body.
func TestRIDIsRedacted(t *testing.T) {
	d := newClinic(t)
	var rid string
	for rid == "" {
		_, err := d.WeChat.RID(t.Context(), 1, "00000000-0-0") // itself a call that fails
		_, rid, _ = strings.Cut(err.Error(), "rid: ")
	}
	ask := func(typed string) string {
		req := request("POST", "/accounts/1/rid", strings.NewReader("rid="+strings.ReplaceAll(typed, " ", "+")), "Sec-Fetch-Site", "same-origin",
			"Content-Type", "application/x-www-form-urlencoded", "Cookie", cookieName+"="+d.logins["zhou"])
		return d.send(t, req).body
	}
	page := ask("error 76001 rid: " + rid)
	if !strings.Contains(page, "/cgi-bin/openapi/rid/get") || !strings.Contains(page, "76001") || strings.Contains(page, "access_token") {
		t.Errorf("the rid is not told, or too much: %.600s", page[strings.Index(page, "rid"):])
	}
	if page := ask("nothing"); !strings.Contains(page, `id="rid-problem"`) {
		t.Error("what is no rid is looked up")
	}
	v := d.ridView("x", wechat.RID{RequestURL: "https://x/cgi-bin/a?access_token=geheim", RequestBody: "geheim", ResponseBody: `{"access_token":"98_` + strings.Repeat("g", 133) + `"}`})
	if strings.Contains(v.Path+v.Answer, "geheim") || strings.Contains(v.Answer, "ggg") {
		t.Errorf("shown is %+v", v)
	}
}
