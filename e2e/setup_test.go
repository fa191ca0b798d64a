package e2e

import (
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"kfdesk/hub/wechat/sandbox"
)

var setupCode = regexp.MustCompile(`set-up code: ([0-9A-Z-]+)`)

// An empty data directory, a browser, and the code that was printed: from there
// to a callback that WeChat has verified and an agent who can reply.
func TestSetupFromNothing(t *testing.T) {
	parallel(t)
	console := &atomic.Value{}
	box, api := newBox(t, func(appid string) string { return console.Load().(string) + "/wechat/" + appid })
	s := serve(t, "-data", t.TempDir(), "-wechat-api", api)
	console.Store(s.URL)
	code := s.log.wait(t, setupCode)[1]

	p := newPage(t, "owner", s.URL, look{})
	p.watch.expect(`answer 422 .*/setup`)
	p.open("/")
	p.until("the set-up", "location.pathname === '/setup'")
	p.fill("#code", "AAAA-AAAA")
	p.fill("#login", "owner")
	p.fill("#password", password)
	p.leave(func() { p.click(".setup-foot .btn-primary") })
	p.see(".field-error >> " + p.word("page.setup.code_wrong"))
	p.fill("#code", strings.ToLower(code))
	p.fill("#password", password)
	p.click(".setup-foot .btn-primary")
	p.until("the choice", "location.pathname === '/setup/connect'")
	p.click(".setup-foot .btn-primary")
	p.until("the account", "location.pathname === '/setup/account'")
	p.fill("#name", shop.Name)
	p.fill("#appid", shop.AppID)
	p.fill("#secret", shop.Secret)
	p.fill("#original_id", shop.OriginalID)
	p.fill("#wechat_id", shop.WechatID)
	p.click(".setup-foot .btn-primary")
	p.until("the callback", "location.pathname.startsWith('/setup/callback/')")

	connectWeChat(t, p, box)
	p.see(".checkrow-ok >> " + p.word("page.callback.verified"))
	u, err := box.AddUser(sandbox.User{AppID: shop.AppID, Name: "安", Following: true})
	must(t, err)
	_, err = box.Text(u.OpenID, "你好")
	must(t, err)
	p.see(".checkrow-ok >> " + p.word("page.callback.pushed"))

	p.click(".setup-foot .btn-primary")
	p.until("the end", "location.pathname === '/setup/done'")
	p.click(".checkrow:not(.checkrow-ok) .btn >> " + p.word("page.setup.done_self_go"))
	p.click("[name=sync]")
	p.until("the kf accounts", "document.querySelector('select[name^=account-] option[value=\"xiaoli@shop\"]')")
	eval[bool](p, "(document.querySelector('select[name^=account-]').value = 'xiaoli@shop', true)")
	p.click(".dialog-foot .btn-primary")
	p.see(".table >> xiaoli@shop")
	p.open("/")
	p.live(1)
	p.click(".view >> " + p.word("inbox.view.waiting"))
	p.click(".conv >> 你好")
	p.click("kf-bar .btn-primary")
	p.reply("欢迎")
	eventually(t, "the reply", func() bool { return len(box.Received(u.OpenID)) == 1 }, func() string { return "" })
}

// connectWeChat copies the values on the page into WeChat's settings, as the
// owner does, and lets WeChat verify them.
func connectWeChat(t *testing.T, p *page, box *sandbox.Sandbox) {
	t.Helper()
	p.until("the values to copy", "document.querySelectorAll('.copyfield .copy').length === 3")
	values := p.texts(".copyfield .copy")
	account := shop
	account.Callback, account.Token, account.AESKey = first(values[0]), first(values[1]), first(values[2])
	must(t, box.AddAccount(account))
	if ok, err := box.Verify(t.Context(), shop.AppID); err != nil || !ok {
		t.Fatalf("WeChat could not verify %s: %v", account.Callback, err)
	}
}

func first(text string) string { return strings.Fields(text)[0] }

// The other way: no account yet, so play first.
func TestSetupIntoTheSandbox(t *testing.T) {
	parallel(t)
	s := serve(t, "-addr", freeAddr(t), "-data", t.TempDir()) // the same port in both rounds
	code := s.log.wait(t, setupCode)[1]
	p := newPage(t, "owner", s.URL, look{})
	p.watch.expect(`ERR_CONNECTION|answer 50[23]`)
	p.open("/setup")
	p.fill("#code", code)
	p.fill("#login", "owner")
	p.fill("#password", password)
	p.click(".setup-foot .btn-primary")
	p.until("the choice", "location.pathname === '/setup/connect'")
	p.click("[value=sandbox]")
	p.click(".setup-foot .btn-primary")
	p.until("the sandbox", "location.pathname === '/login' || document.querySelector('#app')?.dataset.ws === 'open'")
	if eval[string](p, "location.pathname") == "/login" {
		p.fill("#login", "owner")
		p.fill("#password", password)
		p.press(kb.Enter)
	}
	p.live(1)
	p.click(".view >> " + p.word("inbox.view.waiting"))
	p.see(".conv >> 陈先生")
	p.open("/phone")
	p.see(".lab-user >> 陈先生")
}
