package handlers

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"html"
	"image"
	"image/color"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/piglig/go-qr"
)

var linkShown = regexp.MustCompile(`value="http://example\.com(/join/[^"]+)"`)

// link finds the link that a page shows.
func (r reply) link(t *testing.T) string {
	t.Helper()
	m := linkShown.FindStringSubmatch(r.body)
	if r.status != 200 || m == nil {
		t.Fatalf("%d, no link\n%s", r.status, problemsIn(r.body))
	}
	return m[1]
}

// app is an authenticator app with this key, written without ours.
func app(t *testing.T, key string, at time.Time) string {
	t.Helper()
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(key)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, raw)
	_ = binary.Write(mac, binary.BigEndian, at.Unix()/30)
	sum := mac.Sum(nil)
	n := binary.BigEndian.Uint32(sum[sum[19]&15:]) & 0x7fffffff
	return fmt.Sprintf("%06d", n%1000000)
}

func TestInvitation(t *testing.T) {
	d := newConsole(t)
	d.setUp(t)
	admin := d.cookies[cookieName]
	d.get(t, "/agents/new").has(t, 200, `value="invite" checked`)
	first := d.post(t, "/agents/new", "login", "manqiu", "name", "满", "role", "agent", "way", "invite", "password", "not this one", "account-1", "xiaoli@hemu_life").link(t)
	r := d.get(t, "/agents")
	r.has(t, 200, "邀请未接受", "还没加入", "xiaoli@hemu_life", "链接有效到", "/agents/2/link")
	if strings.Contains(r.body, "/join/") {
		t.Error("the list shows the link again")
	}
	second := d.post(t, "/agents/2/link").link(t)

	d.cookies = map[string]string{"lang": "en"}
	d.get(t, first).has(t, 410, "This link no longer works")
	d.get(t, second).has(t, 200, "manqiu", "禾木生活馆", `value="满"`, "Save and sign in")
	d.post(t, second, "name", "满秋", "password", "short").has(t, 422, `value="满秋"`, "10 to 200 characters")
	d.post(t, second, "name", "满秋", "password", "a long password").went(t, "/")
	d.get(t, "/profile").has(t, 200, `<html lang="en"`, "满秋")
	d.get(t, second).has(t, 410)
	d.post(t, second, "name", "x", "password", "another password").has(t, 410)

	d.cookies = map[string]string{cookieName: admin}
	r = d.get(t, "/agents")
	r.has(t, 200, "满秋", "/agents/2/reset")
	if strings.Contains(r.body, "邀请未接受") {
		t.Error("who has joined is shown as invited")
	}

	// A link to reset puts the browsers out at once, and logs in.
	d.cookies = map[string]string{}
	d.post(t, "/login", "login", "manqiu", "password", "a long password").went(t, "/")
	theirs := d.cookies[cookieName]
	d.cookies = map[string]string{cookieName: admin}
	d.get(t, "/agents/2/reset").has(t, 200, "24 小时内有效")
	reset := d.post(t, "/agents/2/link").link(t)
	d.cookies = map[string]string{cookieName: theirs}
	d.get(t, "/profile").went(t, "/login?next=%2Fprofile")
	d.get(t, reset).has(t, 200, "设新密码", "manqiu")
	d.post(t, reset, "name", "another", "password", "the second password").went(t, "/")
	d.get(t, "/profile").has(t, 200, "满秋")

	d.cookies = map[string]string{cookieName: admin}
	d.post(t, "/agents/2/sign-out").went(t, "/agents?done=agent_out")
	d.post(t, "/agents/2/deactivate").went(t, "/agents?done=agent_off")
	d.post(t, "/agents/2/link").has(t, 409, "已停用")
}

var (
	keyShownToScan = regexp.MustCompile(`data-copy="([A-Z2-7 ]+)"`)
	codesShown     = regexp.MustCompile(`<li class="mono">([2-9A-Z]{4}-[2-9A-Z]{4})</li>`)
	pathOfQR       = regexp.MustCompile(`class="qr" viewBox="-4 -4 (\d+) \d+"[^>]*><path d="([^"]+)"`)
)

// scan reads the key from the picture, as a phone does.
func (r reply) scan(t *testing.T) (address, key string) {
	t.Helper()
	m := pathOfQR.FindStringSubmatch(r.body)
	if m == nil {
		t.Fatalf("%d, no QR code\n%s", r.status, problemsIn(r.body))
	}
	size, _ := strconv.Atoi(m[1])
	const dot = 4
	picture := image.NewGray(image.Rect(0, 0, size*dot, size*dot))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	for _, run := range strings.Split(strings.TrimSuffix(m[2], "z"), "z") {
		var x, y, w, back int
		if _, err := fmt.Sscanf(run, "M%d %dh%dv1h%d", &x, &y, &w, &back); err != nil || back != -w {
			t.Fatalf("%q: %v", run, err)
		}
		for i := range w * dot {
			for j := range dot {
				picture.SetGray((x+4)*dot+i, (y+4)*dot+j, color.Gray{})
			}
		}
	}
	address, err := go_qr.Decode(picture)
	if err != nil {
		t.Fatal(err)
	}
	key = strings.ReplaceAll(keyShownToScan.FindStringSubmatch(r.body)[1], " ", "")
	if !strings.Contains(address, "?secret="+key+"&") {
		t.Errorf("the picture says %s, the text %s", address, key)
	}
	return address, key
}

func (r reply) codes(t *testing.T) (list []string) {
	t.Helper()
	for _, m := range codesShown.FindAllStringSubmatch(r.body, -1) {
		list = append(list, m[1])
	}
	if r.status != 200 || len(list) != 8 {
		t.Fatalf("%d, %d recovery codes\n%s", r.status, len(list), problemsIn(r.body))
	}
	return list
}

func TestSecondStepOfALogIn(t *testing.T) {
	d := newDeskConsole(t)
	d.post(t, "/profile/two-step", "code", "000000").went(t, "/profile/two-step")
	d.post(t, "/profile/two-step/start", "old", "wrong").has(t, 422, "现在的密码不对")
	d.post(t, "/profile/two-step/start", "old", adminPassword).went(t, "/profile/two-step#totp")
	r := d.get(t, "/profile/two-step")
	address, key := r.scan(t)
	if !strings.HasPrefix(address, "otpauth://totp/kfdesk%20%E7%A6%BE%E6%9C%A8%E7%94%9F%E6%B4%BB%E9%A6%86:zhouzhe?") {
		t.Errorf("the picture says %s", address)
	}
	d.post(t, "/profile/two-step", "code", "12345").has(t, 422, "验证码不对")
	r = d.post(t, "/profile/two-step", "code", app(t, key, d.now()))
	codes := r.codes(t)
	r.has(t, 200, "两步验证已开启", "data:text/plain", "已开启</span>")
	if body := d.get(t, "/profile").body; strings.Contains(body, codes[0]) || strings.Contains(body, key) {
		t.Error("the profile shows the key or the codes again")
	}

	// The right password opens nothing but the question for the code.
	d.cookies = map[string]string{}
	d.post(t, "/login/code", "code", codes[7]).went(t, "/login")
	d.post(t, "/login", "login", "zhouzhe", "password", adminPassword, "next", "/agents", "keep", "1").went(t, "/login/code?next=%2Fagents&keep=1")
	if len(d.cookies) != 1 || d.cookies[halfCookie] == "" {
		t.Fatalf("cookies %v", d.cookies)
	}
	d.cookies[cookieName] = d.cookies[halfCookie]
	d.get(t, "/profile").went(t, "/login?next=%2Fprofile")
	delete(d.cookies, cookieName)
	d.get(t, "/login/code?next=%2Fagents").has(t, 200, "zhouzhe", `value="/agents"`)
	d.post(t, "/login/code", "code", "000000", "next", "/agents").has(t, 422, "验证码不对", `value="/agents"`)
	d.move(time.Minute)
	code := app(t, key, d.now())
	d.post(t, "/login/code", "code", code, "next", "//evil.example").went(t, "/")
	d.get(t, "/agents").has(t, 200, "两步验证已开")

	// A code that was used, then a recovery code.
	half := func() {
		t.Helper()
		d.cookies = map[string]string{}
		d.post(t, "/login", "login", "zhouzhe", "password", adminPassword).went(t, "/login/code?next=%2F")
	}
	half()
	d.post(t, "/login/code", "code", code).has(t, 422, "验证码不对")
	d.post(t, "/login/code", "code", strings.ToLower(codes[0])).went(t, "/profile/two-step?recovery=7")
	d.get(t, "/profile/two-step?recovery=7").has(t, 200, "还剩 7 个。手机丢了")
	half()
	for _, want := range []string{"验证码不对", "验证码不对", "再错 2 次", "再错 1 次", "已锁定 5 分钟", "5 分钟后再试"} {
		d.post(t, "/login/code", "code", codes[0]).has(t, 422, want)
	}
	d.move(5 * time.Minute)
	d.post(t, "/login/code", "code", codes[1]).went(t, "/login") // the half log-in has ended
	half()
	d.post(t, "/login/code", "code", codes[1]).went(t, "/profile/two-step?recovery=6")

	// Another phone, new codes, off: each asks for the password.
	d.post(t, "/profile/two-step/start").went(t, "/profile/two-step/change")
	d.get(t, "/profile/two-step/dance").has(t, 404)
	d.post(t, "/profile/two-step/change", "old", "wrong").has(t, 422, "现在的密码不对")
	d.post(t, "/profile/two-step/change", "old", adminPassword).went(t, "/profile/two-step#totp")
	r = d.get(t, "/profile/two-step")
	r.has(t, 200, "更换中", "旧手机上的仍然有效")
	_, fresh := r.scan(t)
	d.post(t, "/profile/two-step", "code", app(t, fresh, d.now())).codes(t)
	d.move(time.Minute)
	half()
	d.post(t, "/login/code", "code", app(t, key, d.now())).has(t, 422, "验证码不对")
	d.post(t, "/login/code", "code", app(t, fresh, d.now())).went(t, "/")
	d.post(t, "/profile/two-step/codes", "old", adminPassword).codes(t)
	d.post(t, "/profile/two-step/off", "old", adminPassword).went(t, "/profile?done=totp_off")
	d.cookies = map[string]string{}
	d.post(t, "/login", "login", "zhouzhe", "password", adminPassword).went(t, "/")

	for _, secret := range append(codes, key, fresh, code) {
		if strings.Contains(d.book.String(), secret) {
			t.Errorf("the log tells %s", secret)
		}
	}
}

// Who must have a second step sets it up before anything else opens.
func TestSecondStepThatIsRequired(t *testing.T) {
	d := newDeskConsole(t)
	d.get(t, "/settings/security").has(t, 200, "没有人必须")
	d.post(t, "/settings/security", "two_step", "everybody").has(t, 422, "没有这个选项")
	d.post(t, "/settings/security", "two_step", "admins").went(t, "/settings/security?done=security_saved")
	d.get(t, "/agents").went(t, "/profile/two-step")
	d.post(t, "/agents/1/activate").has(t, 403, "先开启两步验证")
	d.get(t, "/profile/two-step").has(t, 200, "管理员登录时必须用两步验证", "开始设置")
	d.post(t, "/profile/two-step/start").has(t, 422, "现在的密码不对", "先开启两步验证")
	d.post(t, "/profile/two-step/start", "old", adminPassword).went(t, "/profile/two-step#totp")
	_, key := d.get(t, "/profile/two-step").scan(t)
	d.post(t, "/profile/two-step", "code", "000000").has(t, 422, "验证码不对", "先开启两步验证")
	d.post(t, "/profile/two-step", "code", app(t, key, d.now())).has(t, 200, "存好了，继续")
	d.get(t, "/agents").has(t, 200)
	d.post(t, "/profile/two-step/off", "old", adminPassword).has(t, 422, "先开启两步验证")

	d.post(t, "/settings/security", "two_step", "all").went(t, "/settings/security?done=security_saved")
	d.post(t, "/agents/new", "login", "li", "role", "agent", "password", adminPassword)
	d.get(t, "/settings/security").has(t, 200, "还有 1 位要设置")
}

// The secret of the sign-in by another system is kept when nothing is typed, and
// is on no page.
func TestSecurityPage(t *testing.T) {
	d := newDeskConsole(t)
	form := []string{"on", "1", "issuer", "https://id.example", "client_id", "kfdesk", "button", "公司<b>", "create", "1", "claim", ""}
	d.post(t, "/settings/security", form...).has(t, 422, "这一项要填", `value="https://id.example"`)
	d.post(t, "/settings/security", append(form, "secret", oidcClientSecret, "issuer", "http://id.example")...).has(t, 422, "https:// 开头")
	d.post(t, "/settings/security", append(form, "secret", oidcClientSecret)...).went(t, "/settings/security?done=security_saved")
	d.post(t, "/settings/security", form...).went(t, "/settings/security?done=security_saved")
	rules, err := d.Store.Security(t.Context())
	if err != nil || rules.OIDC.Secret != oidcClientSecret || !rules.OIDC.Create || rules.OIDC.Claim != "preferred_username" {
		t.Errorf("%+v, %v", rules, err)
	}
	r := d.get(t, "/settings/security")
	r.has(t, 200, "已保存，不显示", html.EscapeString("公司<b>"), "http://example.com/login/oidc/return")
	if strings.Contains(r.body, oidcClientSecret) || strings.Contains(d.book.String(), oidcClientSecret) {
		t.Error("the secret is shown")
	}
	d.get(t, "/profile").has(t, 200, `href="/settings/security"`)
	d.get(t, "/audit").has(t, 200, "改了登录安全", "用公司账号登录：关 → 开；签发者：空 → https://id.example；Client ID：空 → kfdesk；Client Secret；按钮上的字")
	d.post(t, "/agents/new", "login", "li", "role", "agent", "password", adminPassword)
	d.post(t, "/agents/2", "name", "李", "role", "supervisor", "capacity", "6").went(t, "/agents?done=agent_saved")
	d.get(t, "/audit").has(t, 200, "姓名：li → 李；角色：客服 → 主管；同时接待：0 → 6")
}

// The secret of a link is not in the log, whatever goes wrong.
func TestLinkIsNotLogged(t *testing.T) {
	d := newDeskConsole(t)
	link := d.post(t, "/agents/new", "login", "man", "role", "agent", "way", "invite").link(t)
	if err := d.Store.Close(); err != nil {
		t.Fatal(err)
	}
	d.get(t, link)
	d.post(t, link, "password", adminPassword)
	if strings.Contains(d.book.String(), strings.TrimPrefix(link, "/join/")) {
		t.Error("the log tells the link")
	}
	if !strings.Contains(d.book.String(), "request failed") {
		t.Error("nothing was logged: the test shows nothing")
	}
}

// newDeskConsole is a console that is set up, whose clock and log a test can
// reach.
func newDeskConsole(t *testing.T) *clocked {
	t.Helper()
	d := &clocked{console: newConsole(t), clock: &clock{}, book: &logBook{also: t.Output()}}
	d.clock.ms.Store(noon)
	d.Store.Now = d.clock.Now
	d.Log = slog.New(slog.NewTextHandler(d.book, nil))
	d.setUp(t)
	return d
}

type clocked struct {
	*console
	clock *clock
	book  *logBook
}

func (d *clocked) now() time.Time           { return d.clock.Now() }
func (d *clocked) move(after time.Duration) { d.clock.Advance(after) }
