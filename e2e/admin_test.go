package e2e

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"kfdesk/hub/wechat/sandbox"
)

// An admin makes an agent who speaks as a kf account that exists at WeChat; the
// agent logs in and replies. Deactivated, they are out at once and their
// conversation waits again.
func TestAdminMakesAnAgent(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	must(t, d.box.AddKF(shop.AppID, "azhe@shop", "阿哲", "azhe_zhou", nil))
	admin := d.agent("admin")
	admin.open("/agents")
	admin.click(".page-acts .btn-primary")
	admin.fill("#name", "周哲")
	admin.fill("#login", "azhe")
	admin.leave(func() { admin.click("[name=sync]") })
	admin.until("the new kf account", `document.querySelector('option[value="azhe@shop"]')`)
	admin.click(".ways label:nth-of-type(2)") // no link: a first password
	admin.fill("#password", "a first password")
	eval[bool](admin, `(document.querySelector('select[name^=account-]').value = 'azhe@shop', true)`)
	admin.click(".dialog-foot .btn-primary")
	admin.see(".table >> azhe@shop")

	azhe := login(t, d.URL, "azhe", "a first password", look{})
	azhe.watch.expect("answer 401")
	ann := d.customer("安")
	d.says(ann, "你好")
	id := d.conversation(ann).ID
	azhe.claim(id)
	azhe.see(".as >> 阿哲")
	azhe.reply("我是阿哲")
	if got := d.received(ann, 1)[0]; got.KFAccount != "azhe@shop" || got.Nick != "阿哲" {
		t.Errorf("on the phone: %+v", got)
	}

	admin.click(`.drop-row summary[aria-label*="周哲"]`)
	admin.click(`.drop-row[open] [href$="/deactivate"]`)
	admin.click("dialog .btn-danger")
	admin.see(".agent-off >> 周哲")
	azhe.until("the log-in page", "location.pathname === '/login'")
	if c := d.conversation(ann); c.State != "waiting" || c.Agent != 0 {
		t.Errorf("the conversation is not in the queue again: %+v", c)
	}
}

// Without a kf account nobody can reply: the customer would not know who speaks.
// The page says what to do.
func TestWithoutAKFAccount(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("admin")
	ann := d.customer("安")
	d.says(ann, "你好")
	p.show("waiting", d.conversation(ann).ID)
	p.until("the reason", `document.body.innerText.includes('`+p.word("composer.blocked.no_kf_account.title")+`') || document.querySelector('kf-bar')`)
	if c := d.conversation(ann); c.State != "waiting" {
		t.Fatalf("%+v", c)
	}
	p.watch.expect("answer 409")
	p.press("a")
	p.until("what to do", `document.body.innerText.includes('`+p.part("err.no_kf_account")+`') || e2e.announced.length || document.querySelector('.blocked')`)
	if c := d.conversation(ann); c.State == "open" {
		p.see(".blocked >> " + p.word("composer.blocked.no_kf_account.title"))
		p.see(".blocked a[href='/kf-accounts'], .blocked a[href^='/agents']")
	}
}

// Language and theme are chosen in the menu and stay.
func TestPreferences(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	p.open("/profile")
	p.click(".setrow [name=lang][value=en]")
	p.until("English", "document.documentElement.lang === 'en'")
	p.click(".setrow [name=theme][value=dark]")
	p.until("the dark theme", "document.documentElement.dataset.theme === 'dark'")
	p.open("/")
	p.live(1)
	p.set(look{lang: "en"})
	p.see(".view >> " + p.word("inbox.view.waiting"))
	p.until("the dark theme", "document.documentElement.dataset.theme === 'dark'")

	other := d.agent("xiaoli")
	other.until("English in another browser", "document.documentElement.lang === 'en'")
	other.until("and its own theme", "!document.documentElement.dataset.theme")
}

// A new password ends the other sessions; the old one is of no use any more. Another
// tab of the same browser goes on where it is.
func TestPasswordIsChanged(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	here, there := d.agent("xiaoli"), d.agent("xiaoli")
	here.watch.expect("answer 422")
	there.watch.expect("answer 4(01|22)")
	beside := here.tab("beside")
	ann := d.customer("安")
	d.says(ann, "你好")
	beside.open("/")
	beside.live(1)
	beside.claim(d.conversation(ann).ID)
	beside.see(".msg >> 你好")
	eval[int](beside, "window.stayed = 1")
	here.open("/profile/password")
	ids := eval[[]string](here, "[...document.querySelectorAll('dialog input[type=password]')].map((e) => e.id)")
	if len(ids) != 2 {
		t.Fatalf("password fields: %v", ids)
	}
	here.fill("#"+ids[0], "not it")
	here.fill("#"+ids[1], "a new password")
	here.leave(func() { here.click("dialog .btn-primary") })
	here.see(".field-error >> " + here.word("page.profile.password_wrong"))
	here.fill("#"+ids[0], password)
	here.fill("#"+ids[1], "a new password")
	here.click("dialog .btn-primary")
	here.see("main >> " + here.word("page.done.password_changed"))
	there.until("the log-in page", "location.pathname === '/login' && document.readyState === 'complete'")
	there.fill("#login", "xiaoli")
	there.fill("#password", password)
	there.leave(func() { there.press(kb.Enter) })
	there.see(".field-error")
	there.fill("#login", "xiaoli")
	there.fill("#password", "a new password")
	there.press(kb.Enter)
	there.live(1)
	d.says(ann, "还在吗")
	beside.see(".msg >> 还在吗")
	if eval[string](beside, "location.pathname + (window.stayed ?? '')") != "/1" {
		t.Error("the other tab has left its page")
	}
}

// The page of a connection tells in plain words what is wrong with it.
func TestConnectionIsChecked(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("admin")
	p.open("/accounts/1")
	p.click("form[action$='/check'] button")
	p.see(".checkrow-ok")
	d.box.AddFault(sandbox.Fault{On: "/cgi-bin/stable_token", Kind: "errcode", Code: 40164, Times: -1})
	p.click("form[action$='/check'] button")
	p.see(".checkrow-bad")
	p.see("main >> 40164")
}
