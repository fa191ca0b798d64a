package e2e

import (
	"fmt"
	"testing"

	cd "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// later moves the page's clock, as if the server had told its time.
func (p *page) later(minutes float64) {
	p.t.Helper()
	script[bool](p, "lib/clock.js", fmt.Sprintf("m.setServerTime(Date.now() + %f * 60_000); return true;", minutes))
}

// prefers changes how this browser tells its agent of events.
func (p *page) prefers(set string) {
	p.t.Helper()
	script[bool](p, "lib/noticesettings.js", "m.change((now) => {"+set+"}); return true;")
}

// delivers counts how often from now on what was gathered is told, or kept quiet.
func (p *page) delivers() {
	p.t.Helper()
	eval[bool](p, `(() => {
		const after = window.setTimeout;
		window.delivered = 0;
		window.setTimeout = (run, ...rest) => after(run.name !== 'announce' ? run : () => {
			run();
			window.delivered++;
		}, ...rest);
		return true;
	})()`)
}

const nearTheEnd = 48*60 - 9 // of a window, in minutes: less than ten are left

// A window that ends in ten minutes on a customer without an answer is told once,
// whoever serves them or nobody; who was answered is not missed.
func TestClosingWindowIsToldOnce(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	p.grant("notifications")
	p.prefers("now.events.closing.sound = 'bell'; now.events.target = { sound: '', pop: false };")
	ann, bob, cai := d.customer("安"), d.customer("博"), d.customer("蔡")
	for _, who := range []string{ann, bob, cai} {
		d.says(who, "在吗")
	}
	p.claim(d.conversation(bob).ID)
	p.reply("在的")
	d.received(bob, 1)
	p.claim(d.conversation(cai).ID)
	eval[bool](p, "(location.hash = '#mine', true)")
	p.gone("#stream")
	p.until("an answer to one", "document.querySelectorAll('.conv').length === 2")

	p.listens()
	eval[bool](p, "(front(false), true)")
	p.later(nearTheEnd)
	p.hears(bell)
	p.until("one notice of both", "window.popped.length === 1")
	if title := eval[string](p, "popped[0].title"); title != p.word("keys.event.closing.pops", "n", 2) {
		t.Errorf("it says %q", title)
	}
	p.later(nearTheEnd + 1)
	p.later(0)
	eve := d.customer("叶")
	d.says(eve, "五")
	p.hears(bell, drop)

	p.reload()
	p.live(1)
	p.press("2")
	p.listens()
	p.later(nearTheEnd)
	p.hears(bell) // of the last one alone: its window ends like theirs
	p.see(".radar-urgent")
	p.reload()
	p.live(1)
	p.press("2")
	p.listens()
	p.later(nearTheEnd)
	p.see(".radar-urgent")
	p.later(0)
	d.says(d.customer("方"), "六")
	p.hears(drop)
}

// Who is named in a note hears of it and finds it, whoever serves the customer.
func TestNoticeOfAMention(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	jiayi := d.agent("jiayi")
	jiayi.grant("notifications")
	jiayi.until("the permission", "Notification.permission === 'granted'")
	jiayi.press("1")
	jiayi.listens()
	eval[bool](jiayi, "(front(false), true)")
	p.press(kb.Escape)
	p.press("m")
	p.write(".composer-note textarea", "请 @佳怡 看一下")
	p.press(kb.Enter)
	jiayi.hears(bell)
	jiayi.until("a notice", "window.popped.length === 1")
	if title := eval[string](jiayi, "popped[0].title"); title != jiayi.word("keys.event.named.pop", "name", "小李") {
		t.Errorf("it says %q", title)
	}
	jiayi.until("the words", "popped[0].body.includes('看一下')")
	eval[bool](jiayi, "(front(true), popped[0].onclick(), true)")
	jiayi.see("#stream .note.is-target >> 看一下")

	jiayi.prefers("now.events.named = { sound: '', pop: false };")
	eval[bool](jiayi, "(location.hash = '#mine', front(false), true)")
	jiayi.gone("#stream")
	p.write(".composer-note textarea", "@佳怡 还有")
	p.press(kb.Enter)
	jiayi.see(".named-btn")
	d.says(d.customer("博"), "在吗")
	jiayi.hears(bell, drop)

	jiayi.prefers("now.events.named = { sound: 'bell', pop: true };")
	for _, agent := range call[struct {
		Agents []struct {
			ID    int64
			Login string
		}
	}](d, "GET", "me", nil).Agents {
		if agent.Login == "jiayi" {
			call[any](d, "POST", fmt.Sprintf("conversations/%d/invite", d.conversation(ann).ID), map[string]int64{"to": agent.ID})
		}
	}
	jiayi.hears(bell, drop, bell)
	jiayi.until("a notice of the invitation", "window.popped.length === 3")
}

// In quiet hours the tab shows the number, and that is all.
func TestQuietHours(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	p.grant("notifications")
	settings := p.tab("profile")
	settings.open("/profile")
	settings.see("[data-notices]")
	for _, name := range []string{"quiet-start", "quiet-end"} { // the whole day
		eval[bool](settings, fmt.Sprintf("(() => { const f = document.querySelector('[name=%s]'); f.value = '8：30'; f.dispatchEvent(new Event('change')); return true; })()", name))
	}
	settings.click(`[name="quiet"]`)
	settings.accessible("quiet hours")
	settings.reload()
	settings.until("it is kept", `document.querySelector('[name="quiet"]').checked && document.querySelector('[name="quiet-start"]').value === '08:30'`)
	p.press("2")
	p.listens()
	p.delivers()
	eval[bool](p, "(front(false), true)")
	d.says(d.customer("安"), "在吗")
	p.until("the number", "document.title.startsWith('(1) ')")
	p.see(".conv >> 在吗")
	p.until("it was told, or not", "window.delivered === 1")
	settings.click(`[name="quiet"]`)
	d.says(d.customer("博"), "你好")
	p.hears(drop)
	p.until("one notice", "window.popped.length === 1 && popped[0].body === '你好'")
}

// The agent chose Ctrl+Enter: Enter makes a new line, in replies and notes, and all
// that names the key says so. With merging by default Enter files a piece.
func TestSendKey(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	if caps := p.texts(".send kbd"); fmt.Sprint(caps) != "[↵]" {
		t.Errorf("the button says %q", caps)
	}
	settings := p.tab("profile")
	settings.open("/profile")
	settings.click(`label:has([value="Mod+Enter"])`)
	settings.accessible("the send key")
	p.until("the other key", "document.querySelectorAll('.send kbd').length === 2")
	p.write("#reply", "一")
	p.press(kb.Enter)
	p.field("一\n")
	p.write("#reply", "二")
	p.press(kb.Enter, cd.ModifierCtrl)
	p.field("")
	if got := d.received(ann, 1)[0].Text(); got != "一\n二" {
		t.Errorf("sent: %q", got)
	}
	p.press(kb.Escape)
	p.press("?")
	p.see(`[data-commands~="send"] + dd:has(kbd + kbd)`)
	p.see(`[data-commands~="newline"] + dd >> ↵`)
	p.press(kb.Escape)
	p.gone(".keysheet")
	p.press("m")
	p.write(".composer-note textarea", "备注")
	p.press(kb.Enter)
	p.until("a new line", "document.querySelector('.composer-note textarea').value === '备注\\n'")
	p.press(kb.Enter, cd.ModifierCtrl)
	p.see("#stream .note >> 备注")

	settings.click(`[name="merge"]`)
	settings.reload()
	settings.until("it is kept", `document.querySelector('[name="merge"]').checked && document.querySelector('[value="Mod+Enter"]').checked`)
	p.press(kb.Escape)
	p.until("merging", "document.querySelector('.merge input').checked")
	p.file("三")
	p.pieces("三")
	p.click(mergeSwitch) // the agent's word here goes before
	p.gone(".pieces")
	p.field("三")
	p.reload()
	p.live(1)
	p.until("still not", "document.querySelector('.merge input')?.checked === false")
}

// What agents choose for themselves, by name.
func TestPaletteOfOneself(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	do := func(name string) {
		t.Helper()
		p.palette(">" + p.word("keys.do."+name))
		p.chosen(p.word("keys.do." + name))
		p.press(kb.Enter)
		p.gone("kf-palette")
	}
	p.press("2")
	p.listens()
	p.delivers()
	do("sound_off")
	p.told(p.word("keys.did.sound_off"))
	d.says(d.customer("安"), "在吗")
	p.see(".conv >> 在吗")
	p.palette("")
	p.see(`kf-palette [data-id="sound_off"][aria-disabled="true"] >> ` + p.word("keys.why.so"))
	p.press(kb.Escape)
	p.until("it was told, or not", "window.delivered === 1")
	do("sound_on")
	d.says(d.customer("博"), "你好")
	p.hears(drop)
	for _, name := range []string{"away", "busy", "online"} {
		do(name)
		p.until("the shape", "document.querySelector('.rail-me').title === "+quote(p.word("handover.presence."+name)))
	}
	do("theme_dark")
	p.until("dark", "document.documentElement.dataset.theme === 'dark'")
	do("theme_system")
	p.until("as the system", "!document.documentElement.dataset.theme")
	p.leave(func() { do("english") })
	p.until("English", "document.documentElement.lang === 'en'")
	p.live(1)
	p.palette(">this browser")
	p.chosen("Sign out of this browser")
	p.watch.expect("answer 401 .*/counts") // its socket may end before it leaves
	p.leave(func() { p.press(kb.Enter) })
	p.until("the log-in", "location.pathname === '/login'")
}
