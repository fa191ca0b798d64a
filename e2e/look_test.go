package e2e

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// looks are the ways in which every state is looked at.
var looks = []look{{}, {dark: true}, {phone: true}, {phone: true, dark: true, lang: "en"}, {lang: "en"}}

// seen is a state of a page: it is checked, and a picture of it is kept.
func (p *page) seen(what string) {
	p.t.Helper()
	p.accessible(what)
	must(p.t, os.MkdirAll(out("shots"), 0o755))
	must(p.t, os.WriteFile(out("shots", fmt.Sprintf("%s-%s.png", what, p.look)), p.picture(), 0o644))
}

// Every main state in both themes, both widths and both languages, with pictures
// in out/shots.
func TestLooks(t *testing.T) {
	for _, l := range looks {
		t.Run(l.String(), func(t *testing.T) {
			parallel(t)
			d := newPlay(t)
			p := newPage(t, "browser", d.URL, l)
			p.open("/login")
			p.seen("login")
			p.watch.expect("answer 4(22|01) .*/login")
			p.fill("#login", "zhouzhe")
			p.fill("#password", "not the password")
			p.leave(func() { p.press(kb.Enter) })
			p.see(".field-error")
			p.seen("login-wrong")
			p.fill("#login", "zhouzhe")
			p.fill("#password", demoPassword)
			p.press(kb.Enter)
			p.live(1)
			p.lookAtPages()
			p.open("/logout-is-a-form")
			p.watch.expect("answer 404")
			p.see("main")
			p.seen("not-found")
			lookAtInbox(d, p)
			lookAtPhone(d, p)
		})
	}
}

func (p *page) lookAtPages() {
	p.t.Helper()
	for _, one := range []struct{ path, name string }{
		{"/agents", "agents"}, {"/agents/new", "agent-new"}, {"/agents/1", "agent-edit"}, {"/agents/1/password", "agent-password"},
		{"/agents/1/deactivate", "agent-deactivate"}, {"/accounts", "accounts"}, {"/accounts/new", "account-new"}, {"/accounts/1", "account"},
		{"/kf-accounts", "kf-accounts"}, {"/settings/routing", "settings-routing"}, {"/settings/tags", "tags"}, {"/settings/tags/1", "tag"}, {"/audit", "audit-demo"}, {"/settings/security", "security"}, {"/profile", "profile"}, {"/profile/password", "profile-password"}, {"/profile/sign-out", "sign-out"},
		{"/setup/connect", "setup-connect"}, {"/setup/account", "setup-account"}, {"/setup/callback/1", "setup-callback"}, {"/setup/done", "setup-done"},
	} {
		p.open(one.path)
		p.see("h1, h2")
		p.seen(one.name)
	}
}

// lookAtInbox goes through the states of the inbox as the admin of the demo.
func lookAtInbox(d *play, p *page) {
	p.t.Helper()
	p.open("/")
	p.live(1)
	p.see(".empty")
	p.seen("inbox-start")
	p.click(".view >> " + p.word("inbox.view.waiting"))
	p.see(".conv")
	p.seen("inbox-queue")
	p.click(".conv >> 王女士")
	p.see("#stream .msg-in")
	p.until("the picture", "[...document.querySelectorAll('#stream .pic img')].every((img) => img.complete)")
	p.seen("inbox-unclaimed")
	p.click("kf-bar .btn-primary")
	p.see("#reply")
	p.seen("inbox-claimed")
	p.click(".seg label:nth-of-type(2)")
	p.write(".composer-note textarea", "@")
	p.see(".mentions [role=option]")
	p.seen("inbox-mention")
	p.click(".seg label:nth-of-type(1)")
	p.see("#reply")
	p.reply("您好，收到。麻烦拍一张灯罩底部的照片，我马上给您登记补发。")
	p.see("#stream .msg-out:has(.msg-state time) >> 您好，收到")
	d.control("faults", map[string]any{"kind": "errcode", "code": 45009})
	p.reply("补发大约三天到，运费我们出。")
	p.see("#stream .is-failed")
	d.control("faults", map[string]any{"kind": "reset", "accept": true})
	p.reply("也可以退货。")
	p.see("#stream .is-unsure")
	p.seen("inbox-failed")
	p.attach(file(p.t, "desk.png", drawing(p.t, 9)))
	p.seen("inbox-picture")
	p.click(".attach button")
	p.click(fmt.Sprintf(".tools [aria-label=%q]", p.word("composer.emoji")))
	p.see("kf-emoji .emoji")
	p.seen("inbox-emoji")
	p.press(kb.Escape)
	p.gone("kf-emoji .emoji")
	p.click(fmt.Sprintf(".tools [aria-label=%q]", p.word("editor.news")))
	p.fill("#news-title", "书桌定制，从选木头开始")
	p.fill("#news-url", "hemu.example")
	p.seen("inbox-news")
	p.press(kb.Escape)
	p.gone("kf-news dialog")
	p.lookAtEditors()
	p.click("#stream .pic")
	p.see("dialog.viewer")
	p.seen("inbox-viewer")
	p.press(kb.Escape)
	p.gone("dialog.viewer")
	p.click(".thread-acts [aria-haspopup=menu]")
	p.see("[role=menu]")
	p.seen("inbox-menu")
	p.press(kb.Escape)
	d.advance(47*time.Hour + 40*time.Minute)
	p.reload()
	p.see(".composer-low")
	p.seen("inbox-closing")
	d.advance(time.Hour)
	p.reload()
	p.see(".blocked")
	p.seen("inbox-closed")
	d.act(demoChen, "text", "text", "/::) 还在吗")
	eval[bool](p, "(location.hash = '#ended', true)")
	p.see(".conv")
	p.seen("inbox-ended")
	if p.look.phone {
		return
	}
	eval[bool](p, "(location.hash = '#all', true)")
	p.see(".conv >> 陈先生")
	p.seen("inbox-all")
}

func lookAtPhone(d *play, p *page) {
	p.t.Helper()
	p.open("/phone#" + demoMing)
	p.see(".wx-msg")
	p.until("all pictures", "[...document.images].every((img) => img.complete)")
	p.seen("phone")
	for _, kind := range []string{"location", "voice"} {
		p.click("#acts .lab-grid button >> " + p.word("phone.type."+kind))
		p.see("#lab-pane")
		p.seen("phone-" + kind)
	}
	p.click(".lab-text .btn-icon")
	p.see("kf-emoji img")
	p.seen("phone-emoji")
	p.press(kb.Escape)
	p.open("/phone#oSbx_xiaoyu_000000000000Kd02") // whose thread has every type
	p.see(`.wx-me[data-type="miniprogrampage"]`)
	p.seen("phone-types")
}

// The set-up is seen only while there is nothing: on an empty directory.
func TestLooksOfTheSetup(t *testing.T) {
	parallel(t)
	s := serve(t, "-data", t.TempDir())
	for _, l := range looks {
		p := newPage(t, "browser-"+l.String(), s.URL, l)
		p.open("/setup")
		p.see("#code")
		p.seen("setup")
		if l.lang == "en" {
			p.until("no Chinese", "!/\\p{Script=Han}/u.test(document.body.innerText.replace('简体中文', ''))")
		}
	}
}
