package e2e

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// Signing out everywhere ends the other browser's inbox while it is open.
func TestSignOutEverywhere(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	desktop, laptop := d.agent("xiaoli"), d.agent("xiaoli")
	jiayi := d.agent("jiayi")
	for _, p := range []*page{desktop, laptop} {
		p.watch.expect("answer 401")
	}
	laptop.open("/profile/sign-out")
	laptop.click("dialog .btn-danger")
	laptop.until("the log-in page", "location.pathname === '/login'")
	desktop.until("the log-in page", "location.pathname === '/login'")
	jiayi.live(1)
	ann := d.customer("安")
	d.says(ann, "你好")
	jiayi.click(".view >> " + jiayi.word("inbox.view.waiting"))
	jiayi.see(".conv >> 你好")
	desktop.open("/")
	desktop.until("still the log-in page", "location.pathname === '/login'")
}

// A wrong password says so and nothing more; the right one leads to where one
// wanted to go.
func TestLogin(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := newPage(t, "xiaoli", d.URL, look{})
	p.watch.expect("answer (401|422) .*/login")
	p.open("/profile")
	p.until("the log-in page", "location.pathname === '/login'")
	for _, name := range []string{"xiaoli", "nobody"} {
		p.fill("#login", name)
		p.fill("#password", "wrong")
		p.leave(func() { p.press(kb.Enter) })
		p.see(".field-error >> " + p.word("err.login_wrong"))
	}
	p.fill("#login", "xiaoli")
	p.fill("#password", password)
	p.press(kb.Enter)
	p.until("the page that was asked for", "location.pathname === '/profile'")
	p.click(".rail-me")
	p.click(".drop-me form[action='/logout'] button")
	p.until("the log-in page", "location.pathname === '/login'")
}

// An agent sees no administration, and cannot reach it by its address.
func TestAgentIsNoAdmin(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	p.watch.expect("answer 403")
	p.gone(".rail-admin")
	p.open("/agents")
	p.see("main >> " + p.word("err.admin_needed"))
}
