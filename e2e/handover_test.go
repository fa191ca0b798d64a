package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	cd "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// colleague adds an agent to the shop while it runs, as the command line does.
func (d *desk) colleague(login, nick, role string) {
	d.t.Helper()
	must(d.t, d.box.AddKF(shop.AppID, login+"@shop", nick, login+"_wx", nil))
	api := d.args[slices.Index(d.args, "-wechat-api")+1]
	command(d.t, []string{"KFDESK_AGENT_PASSWORD=" + password}, "agent", "add", "-login", login, "-name", nick, "-role", role,
		"-appid", shop.AppID, "-kf", login+"@shop", "-wechat-api", api, "-data", d.data)
}

// choice is a line of the dialog in which one chooses a colleague.
func choice(name string) string { return ".pick label >> " + name }

// A conversation goes to a colleague with a note: they are told wherever they
// look, find it among those who wait for them, and the budget came along. Who is
// away cannot be chosen.
func TestTransferWithNote(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	d.colleague("laotang", "老唐", "agent")
	xiaoli, jiayi := d.agent("xiaoli"), d.agent("jiayi")
	ann, bob := d.customer("安"), d.customer("博")
	d.says(bob, "第一位")
	jiayi.claim(d.conversation(bob).ID)
	d.says(ann, "我的包裹呢")
	id := d.conversation(ann).ID
	xiaoli.claim(id)
	xiaoli.reply("我查一下")
	d.received(ann, 1)
	d.says(ann, "好的，等你")

	name := xiaoli.named()
	xiaoli.press(kb.Escape)
	xiaoli.press("T")
	xiaoli.see(choice("佳怡"))
	xiaoli.see(choice("老唐") + " " + xiaoli.word("handover.away"))
	xiaoli.until("who is away cannot be chosen", `e2e.find(`+quote(choice("老唐"))+`)[0].querySelector('input').disabled`)
	xiaoli.see(".dialog-head p >> " + xiaoli.word("handover.transfer.budget", "n", 5))
	xiaoli.write("#handover-note", "已登记换新，等仓库出单号")
	xiaoli.seen("handover-transfer")
	xiaoli.press(kb.Enter, cd.ModifierCtrl)
	xiaoli.told(xiaoli.word("handover.transfer.done", "customer", name, "name", "佳怡"))
	xiaoli.gone("dialog[open]")
	xiaoli.gone(row(id))

	jiayi.told(jiayi.word("handover.told.transferred", "name", "小李", "customer", name))
	jiayi.see("section[aria-label=" + quote(jiayi.word("inbox.group.reply")) + "] " + row(id) + " .tag >> " + jiayi.word("handover.mark.transferred"))
	jiayi.seen("handover-told")
	jiayi.click(row(id))
	jiayi.see("#stream .note >> 已登记换新，等仓库出单号")
	jiayi.see("#stream .evt >> " + jiayi.word("inbox.event.transferred.to_me", "name", "小李"))
	jiayi.gone(row(id) + " .tag")
	jiayi.budget(5)
	jiayi.seen("handover-received")
	jiayi.reply("我接着处理")
	if got := d.received(ann, 2)[1]; got.KFAccount != "jiayi@shop" {
		t.Errorf("the reply came from %s", got.KFAccount)
	}

	// Back to the queue, by the menu of the head.
	jiayi.click(".thread-acts [aria-haspopup=menu]")
	jiayi.click("[role=menuitem] >> " + jiayi.word("handover.transfer.menu"))
	jiayi.click(".dialog-foot .lead")
	jiayi.told(jiayi.word("handover.queue.done", "customer", name))
	if v := d.conversation(ann); v.State != "waiting" || v.Agent != 0 {
		t.Errorf("back in the queue: %+v", v)
	}
	xiaoli.show("waiting", id)
	xiaoli.see("#stream .evt >> " + xiaoli.word("inbox.event.queued.returned", "name", "佳怡"))
}

// named is what the pages call the customer of the open thread.
func (p *page) named() string {
	p.t.Helper()
	p.see(".thread-name")
	return p.texts(".thread-name")[0]
}

// A supervisor takes over what another serves, who is told; others may not,
// until the rules say so. A colleague is asked to look.
func TestTakeOver(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	d.colleague("laotang", "老唐", "supervisor")
	xiaoli, jiayi, laotang := d.agent("xiaoli"), d.agent("jiayi"), d.agent("laotang")
	ann := d.customer("安")
	d.says(ann, "你好")
	id := d.conversation(ann).ID
	xiaoli.claim(id)
	name := xiaoli.named()
	jiayi.show("all", id)
	jiayi.see(".blocked >> " + jiayi.word("together.theirs.rules", "name", "小李"))
	jiayi.gone(".blocked .btn >> " + jiayi.word("together.theirs.take"))
	laotang.show("all", id)
	laotang.see(".blocked >> " + laotang.word("together.theirs.may"))
	laotang.seen("handover-other")
	laotang.click(".blocked .btn")
	laotang.until("the cursor in the reply field", "document.activeElement?.id === 'reply'")
	laotang.see("#stream .evt >> " + laotang.word("inbox.event.taken.me", "from", "小李"))
	xiaoli.told(xiaoli.word("handover.told.taken.away", "name", "老唐", "customer", name))
	xiaoli.see(".blocked >> " + xiaoli.word("composer.blocked.other.title", "name", "老唐"))
	xiaoli.see("#stream .evt >> " + xiaoli.word("inbox.event.taken.from_me", "name", "老唐"))

	d.rules(map[string]any{"take_over": "all"})
	xiaoli.click(".theirs .btn >> " + xiaoli.word("together.theirs.take"))
	xiaoli.see("#reply")
	laotang.told(laotang.word("handover.told.taken.away", "name", "小李", "customer", name))

	jiayi.press("1")
	eval[bool](jiayi, "(location.hash = '#mine', true)")
	jiayi.gone("#stream")
	xiaoli.press(kb.Escape)
	xiaoli.click(".thread-acts [aria-haspopup=menu]")
	xiaoli.seen("handover-menu")
	xiaoli.click("[role=menuitem] >> " + xiaoli.word("handover.invite.menu"))
	xiaoli.click(choice("佳怡"))
	xiaoli.seen("handover-invite")
	xiaoli.click(".dialog-foot .btn-primary")
	jiayi.told(jiayi.word("handover.told.invited", "name", "小李", "customer", name))
	jiayi.click(".toast button >> " + jiayi.word("handover.told.look"))
	jiayi.see("#stream .evt >> " + jiayi.word("inbox.event.invited.to_me", "name", "小李"))
	if v := d.conversation(ann); v.State != "open" {
		t.Errorf("after an invitation: %+v", v)
	}
}

// What was handed over stays marked, with its note, in each browser of whom it
// concerns and over a reload, until one of them has seen it.
func TestHandoverMarksStay(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	d.colleague("laotang", "老唐", "supervisor")
	xiaoli, second, laotang := d.agent("xiaoli"), d.agent("xiaoli"), d.agent("laotang")
	ann := d.customer("安")
	d.says(ann, "你好")
	id := d.conversation(ann).ID
	xiaoli.claim(id)
	away := func() {
		t.Helper()
		for _, p := range []*page{xiaoli, second} {
			p.open("/#all")
			p.reload()
			p.live(1)
		}
	}
	marked := func(key, note string) {
		t.Helper()
		for range 2 {
			for _, p := range []*page{xiaoli, second} {
				p.see(row(id) + " .tag-info >> " + p.word(key))
				if note != "" {
					p.see(row(id) + " .conv-text:has(.conv-told) >> " + note)
				}
			}
			xiaoli.reload()
			xiaoli.live(1)
		}
		xiaoli.seen(strings.ReplaceAll(key, ".", "-"))
		xiaoli.click(row(id))
		second.gone(row(id) + " .tag-info")
		xiaoli.gone(row(id) + " .tag-info")
	}
	away()
	laotang.show("all", id)
	laotang.click(".theirs .btn >> " + laotang.word("together.theirs.take"))
	laotang.see(".thread-acts [title='Shift+T']")
	marked("handover.mark.taken", "")

	away()
	laotang.press(kb.Escape)
	laotang.press("T")
	laotang.click(choice("小李"))
	laotang.write("#handover-note", "等仓库出单号")
	laotang.press(kb.Enter, cd.ModifierCtrl)
	marked("handover.mark.transferred", "等仓库出单号")

	away()
	call[any](d, "POST", fmt.Sprintf("conversations/%d/transfer", id), map[string]any{"to": 0})
	marked("handover.mark.queued", "")
}

// presence waits until the API tells of an agent's.
func (d *desk) presence(login, want string) {
	d.t.Helper()
	got := ""
	eventually(d.t, login+" "+want, func() bool {
		for _, a := range call[struct {
			Agents []struct{ Login, Presence string }
		}](d, "GET", "me", nil).Agents {
			if a.Login == login {
				got = a.Presence
			}
		}
		return got == want
	}, func() string { return got })
}

// Agents are online while they have a tab, what they say themselves while they
// say it, and everybody sees it.
func TestPresence(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	d.presence("xiaoli", "away")
	p, other := d.agent("xiaoli"), d.agent("jiayi")
	d.presence("xiaoli", "online")
	p.see(".rail-me .dot-online")
	p.press("O")
	p.told(p.word("handover.presence.now", "presence", p.word("handover.presence.busy")))
	p.see(".rail-me .dot-busy")
	d.presence("xiaoli", "busy")
	p.reload()
	p.live(1)
	p.see(".rail-me .dot-busy")
	p.press("O")
	p.see(".rail-me .dot-online")
	p.click(".rail-me")
	p.click("#rail-presence button >> " + p.word("handover.presence.away"))
	p.see(".rail-me .dot-offline")
	p.seen("handover-presence")
	d.presence("xiaoli", "away")

	ann := d.customer("安")
	d.says(ann, "你好")
	other.claim(d.conversation(ann).ID)
	other.press(kb.Escape)
	other.press("T")
	other.see(choice("小李") + " " + other.word("handover.away"))
	p.click("#rail-presence button >> " + p.word("handover.presence.online"))
	other.see(choice("小李") + " " + other.word("handover.presence.online"))
}

// Who closes the last tab is away when the grace is over, and online again when
// they come back. The time passes at once, for the sandbox's clock can be moved.
func TestPresenceByTabs(t *testing.T) {
	parallel(t)
	d := newPlay(t)
	p, watcher := d.agent("lixiaolin"), d.agent("zhouzhe")
	eval[bool](watcher, `fetch('/api/v1/accounts/1/rules', { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: '{"idle":15}' }).then(({ ok }) => ok)`)
	id := eval[float64](p, "JSON.parse(document.getElementById('boot').textContent).me.id")
	is := func(presence string) {
		t.Helper()
		script[bool](watcher, "lib/state.js", "window.agents = m.agents; return true;")
		watcher.until(presence, fmt.Sprintf("window.agents.value.get(%d)?.presence === %q", int64(id), presence))
	}
	is("online")
	second := p.tab("second")
	second.open("/")
	second.live(1)
	p.open("/profile")
	d.advance(31 * time.Second)
	second.press("O") // heard only after the clock was moved: nobody is gone
	is("busy")
	script[bool](second, "lib/state.js", "window.mine = m.me; return true;")
	second.until("busy here, too", `window.mine.value.presence === "busy"`) // the key turns round what this tab knows
	second.press("O")
	is("online")
	second.open("/profile")
	d.advance(31 * time.Second)
	is("away")
	p.open("/")
	p.live(1)
	is("online")
	d.advance(16 * time.Minute) // nobody touches anything
	is("away")
	p.click(".rail-me")
	is("online")
}

// With reasons in the rules an end asks for one, by keys alone; it is told in the
// thread. Several end at once, and one undo opens them again.
func TestEndWithReasonAndSeveral(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	var ids []int64
	var names []string
	for i := range 4 {
		who := d.customer(fmt.Sprint("客户", i))
		d.says(who, fmt.Sprint("问题 ", i))
		id := d.conversation(who).ID
		p.claim(id)
		p.reply(fmt.Sprint("答 ", i))
		d.received(who, 1)
		ids, names = append(ids, id), append(names, p.named())
	}
	state := func(id int64) string {
		return call[struct{ Conversation conversation }](d, "GET", fmt.Sprintf("conversations/%d", id), nil).Conversation.State
	}
	states := func(want ...string) {
		t.Helper()
		var got []string
		eventually(t, fmt.Sprint(want), func() bool {
			got = nil
			for _, id := range ids {
				got = append(got, state(id))
			}
			return slices.Equal(got, want)
		}, func() string { return fmt.Sprint(got) })
	}
	p.click(".group-act")
	p.see("kf-ending dialog")
	p.click("kf-ending .pick label >> " + names[1])
	p.seen("handover-several")
	p.click("kf-ending .btn-primary >> " + p.word("handover.end.do", "n", 3))
	states("closed", "open", "closed", "closed")
	p.told(p.word("handover.ended", "n", 3))
	p.click(".toast button >> " + p.word("common.undo"))
	states("open", "open", "open", "open")

	d.rules(map[string]any{"reasons": []string{"已解决", "无效咨询"}})
	p.show("mine", ids[0])
	p.until("the rules", "import(JSON.parse(document.getElementById('boot').textContent).static + '/js/lib/rules.js').then((m) => m.rulesOf(1).reasons?.length === 2)")
	p.press(kb.Escape)
	p.press("e")
	p.see("kf-ending dialog")
	p.seen("handover-reason")
	p.press(kb.Escape)
	p.gone("kf-ending dialog")
	p.press("e")
	p.see("kf-ending dialog")
	p.press("2")
	states("closed", "open", "open", "open")
	p.show("ended", ids[0])
	p.see("#stream .evt >> " + p.word("inbox.event.because", "told", p.word("inbox.event.ended.me"), "why", "无效咨询"))
	p.see(".thread-sub >> 无效咨询")
}

// The dialogs as they look elsewhere than on a bright desk in Chinese.
func TestLooksOfHandover(t *testing.T) {
	for _, l := range []look{{dark: true}, {phone: true}, {phone: true, dark: true, lang: "en"}} {
		t.Run(l.String(), func(t *testing.T) {
			parallel(t)
			d := newDesk(t)
			d.rules(map[string]any{"reasons": []string{"已解决", "等客户补充资料", "无效咨询"}})
			d.colleague("laotang", "老唐", "agent")
			p, jiayi := login(t, d.URL, "xiaoli", password, l), d.agent("jiayi")
			ann := d.customer("安")
			d.says(ann, "你好")
			id := d.conversation(ann).ID
			p.claim(id)
			p.click(".thread-acts [aria-haspopup=menu]")
			p.click("[role=menuitem] >> " + p.word("handover.transfer.menu"))
			p.see(choice("佳怡") + " " + p.word("handover.presence.online"))
			p.seen("handover-transfer")
			p.press(kb.Escape)
			p.gone("dialog[open]")
			p.click(".thread-acts [aria-haspopup=menu]")
			p.click("[role=menuitem] >> " + p.word("inbox.act.end"))
			p.see("kf-ending dialog")
			p.seen("handover-reason")
			p.press(kb.Escape)
			jiayi.show("all", id)
			p.click(".thread-acts [aria-haspopup=menu]")
			p.click("[role=menuitem] >> " + p.word("handover.transfer.menu"))
			p.write("#handover-note", "等仓库出单号")
			p.click(".dialog-foot .btn-primary")
			p.gone("dialog[open]")
			p.seen("handover-done")
			p.show("all", id)
			p.see("#stream .note")
			p.seen("handover-away")
		})
	}
}
