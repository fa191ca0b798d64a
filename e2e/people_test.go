package e2e

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	bits "encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// everyWidth takes pictures of what is shown now, at both widths and in both themes.
func (p *page) everyWidth(what string) {
	p.t.Helper()
	was := p.look
	for _, l := range []look{{}, {dark: true}, {phone: true}, {phone: true, dark: true}} {
		p.set(l)
		p.seen(what)
	}
	p.set(was)
}

// An admin invites a colleague by a link, who opens it in another browser, sets
// name and password and is in. The link opens nothing after that.
func TestInvitedByLink(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	must(t, d.box.AddKF(shop.AppID, "manqiu@shop", "满秋", "manqiu_88", nil))
	admin := d.agent("admin")
	admin.open("/agents")
	admin.click(".page-acts .btn-primary")
	admin.fill("#name", "满")
	admin.fill("#login", "manqiu")
	admin.leave(func() { admin.click("[name=sync]") })
	admin.until("no password is asked for", "!document.querySelector('#password')?.checkVisibility()")
	eval[bool](admin, `(document.querySelector('select[name^=account-]').value = 'manqiu@shop', true)`)
	admin.everyWidth("agent-invite")
	admin.leave(func() { admin.click(".dialog-foot .btn-primary") })
	link := eval[string](admin, "document.querySelector('#link').value")
	d.said = append(d.said, strings.TrimPrefix(link, d.URL+"/join/")) // not in the log
	admin.everyWidth("agent-link")
	admin.click(".dialog-foot .btn-primary")
	admin.see(".tag-warn >> " + admin.word("people.invited"))

	p := newPage(t, "manqiu", d.URL, look{phone: true})
	p.open(strings.TrimPrefix(link, d.URL))
	p.see("h1 >> " + p.word("people.join.title"))
	p.everyWidth("join")
	p.fill("#name", "满秋")
	p.fill("#password", "a password of mine")
	p.press(kb.Enter)
	p.live(1)
	other := newPage(t, "late", d.URL, look{})
	other.watch.expect("answer 410")
	other.open(strings.TrimPrefix(link, d.URL))
	other.see("h1 >> " + other.word("people.join.dead"))
	other.seen("join-dead")
	again := login(t, d.URL, "manqiu", "a password of mine", look{})
	again.until("their inbox", "document.querySelector('#app')")

	// Reset by a link: their open inbox is out at once.
	p.watch.expect("answer 401")
	again.watch.expect("answer 401")
	admin.open("/agents")
	admin.see("tr >> 满秋")
	admin.click(`.drop-row summary[aria-label*="满秋"]`)
	admin.everyWidth("agents-menu")
	admin.leave(func() { admin.click(`.drop-row[open] [href$="/reset"]`) })
	admin.everyWidth("agent-reset")
	admin.leave(func() { admin.click("dialog .btn-primary") })
	admin.see("#link")
	p.until("the log-in page", "location.pathname === '/login'")
	again.until("the log-in page", "location.pathname === '/login'")
}

// authenticator is an app on a phone, some steps of 30 seconds ahead: a code
// counts only once, and a step more than now is taken.
func authenticator(t testing.TB, key string, ahead int64) string {
	t.Helper()
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(key, " ", ""))
	must(t, err)
	mac := hmac.New(sha1.New, raw)
	must(t, bits.Write(mac, bits.BigEndian, time.Now().Unix()/30+ahead))
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", bits.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1000000)
}

// shownKey is the key that is shown to be scanned.
func (p *page) shownKey(d *desk) string {
	p.t.Helper()
	p.see(".totp .qr path")
	key := eval[string](p, "document.querySelector('.totp .copy span').textContent")
	d.said = append(d.said, key, strings.ReplaceAll(key, " ", "")) // not in the log
	return key
}

// A second step is set up with a phone, asked for at the log-in, replaced by a
// recovery code, moved to another phone; then it is required of everybody.
func TestTwoStepSignIn(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	p.open("/profile")
	p.fill("#start-old", password)
	p.leave(func() { p.click("#totp .btn-primary") })
	key := p.shownKey(d)
	p.write("#code", "418 07")
	p.see("[data-digits-left] >> " + p.word("people.totp.left", "n", 1))
	p.until("a button that waits", "document.querySelector('.totp .btn-primary').disabled")
	p.everyWidth("totp-setup")
	p.fill("#code", authenticator(t, key, 0))
	p.leave(func() { p.click(".totp .btn-primary") })
	p.see(".page-notice >> " + p.word("people.done.on"))
	codes := p.texts("#recovery-codes li")
	if len(codes) != 8 {
		t.Fatalf("recovery codes: %v", codes)
	}
	d.said = append(d.said, codes...)
	file := eval[string](p, "decodeURIComponent(document.querySelector('.totp-codes a[download]').href)")
	if !strings.Contains(file, codes[7]) {
		t.Errorf("the download is %q", file)
	}
	p.everyWidth("totp-codes")

	signIn := func(code string) *page {
		t.Helper()
		b := newPage(t, "xiaoli again", d.URL, look{})
		b.open("/login")
		b.fill("#login", "xiaoli")
		b.fill("#password", password)
		b.leave(func() { b.press(kb.Enter) })
		b.see("h1 >> " + b.word("people.code.title"))
		b.fill("#code", code)
		return b
	}
	b := signIn("000000")
	b.watch.expect("answer 422")
	b.everyWidth("login-code")
	b.leave(func() { b.press(kb.Enter) })
	b.see(".field-error")
	b.fill("#code", authenticator(t, key, 1))
	b.press(kb.Enter)
	b.live(1)

	b = signIn(codes[2])
	b.press(kb.Enter)
	b.see(".callout-warn >> " + b.part("people.totp.used"))
	b.leave(func() { b.click("#totp [href$='/change']") })
	b.fill("#old", password)
	b.seen("totp-change")
	b.leave(func() { b.click("dialog .btn-primary") })
	fresh := b.shownKey(d)
	b.see("#totp .tag-info >> " + b.word("people.totp.changing"))
	b.fill("#code", authenticator(t, fresh, 0))
	b.leave(func() { b.click(".totp .btn-primary") })
	b.see("#recovery-codes")
	b = signIn(authenticator(t, fresh, 1))
	b.press(kb.Enter)
	b.live(1)

	// Required of everybody: a colleague's open inbox leads to the set-up.
	jiayi, admin := d.agent("jiayi"), d.agent("admin")
	jiayi.watch.expect("answer 403")
	admin.open("/settings/security")
	admin.everyWidth("security")
	eval[bool](admin, "(document.querySelector('#two_step').value = 'all', true)")
	admin.leave(func() { admin.click(".form-foot .btn-primary") })
	admin.see("h1 >> " + admin.word("people.must.title"))
	jiayi.reload()
	jiayi.see("h1 >> " + jiayi.word("people.must.title"))
	jiayi.fill("#start-old", password)
	jiayi.leave(func() { jiayi.click("form[action$='/start'] .btn-primary") })
	key = jiayi.shownKey(d)
	jiayi.everyWidth("must-setup")
	jiayi.fill("#code", authenticator(t, key, 0))
	jiayi.leave(func() { jiayi.click(".totp .btn-primary") })
	jiayi.everyWidth("must-codes")
	jiayi.click(".must .btn-primary")
	jiayi.live(1)
	jiayi.open("/profile")
	jiayi.see("#totp .tag-ok")
	jiayi.everyWidth("profile-totp")
}
