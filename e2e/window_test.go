package e2e

import (
	"fmt"
	"testing"
	"time"

	cd "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// field waits until the reply field holds the text.
func (p *page) field(text string) {
	p.t.Helper()
	p.until("the draft "+text, fmt.Sprintf("document.querySelector('#reply')?.value === %s", quote(text)))
}

// budget waits until the meter says so many replies are left.
func (p *page) budget(left int) {
	p.t.Helper()
	p.until(fmt.Sprintf("%d replies left", left), fmt.Sprintf("document.querySelector('#composer [role=meter]')?.ariaValueNow === '%d'", left))
}

// take opens a demo customer's conversation and claims it if it waits.
func (p *page) take(name string) {
	p.t.Helper()
	p.click(".view >> " + p.word("inbox.view.all"))
	p.click(".conv >> " + name)
	p.see("#stream")
	if len(p.texts("kf-bar .btn-primary")) > 0 {
		p.click("kf-bar .btn-primary")
	}
	p.see("#reply")
}

// Five replies in 48 hours: used up, over, and open again when the customer
// writes. What the agent has begun to write stays all the while.
func TestWindowOfAMessage(t *testing.T) {
	parallel(t)
	d := newPlay(t)
	p := d.agent("lixiaolin")
	d.act(demoChen, "text", "text", "第一问")
	p.take("陈先生")
	p.budget(5)
	for i := range 5 {
		p.reply(fmt.Sprintf("回答 %d", i))
		if i < 4 {
			p.budget(4 - i)
		}
	}
	d.arrived(demoChen, "回答 4")
	p.see(".blocked >> " + p.word("composer.blocked.quota_used.title", "total", 5))
	p.write("#reply", "等你回我再发")
	p.field("等你回我再发")

	d.act(demoChen, "text", "text", "我回来了")
	p.budget(5)
	p.field("等你回我再发")
	d.advance(47*time.Hour + 30*time.Minute)
	p.see(".composer-low .composer-hint >> " + p.word("composer.hint.closing"))
	d.advance(25 * time.Minute)
	p.reload()
	p.see(".budget-urgent")
	d.advance(10 * time.Minute)
	p.reload()
	p.see(".blocked >> " + p.word("composer.blocked.window_closed.title"))
	p.field("等你回我再发")
	d.act(demoChen, "text", "text", "两天过去了")
	p.budget(5)
	p.reload() // what is on a page that was just opened was read: the reply is not held
	p.field("等你回我再发")
	p.click("kf-composer .send")
	d.arrived(demoChen, "等你回我再发")
	if n := len(d.phone(demoChen)); n == 0 {
		t.Error("the phone is empty")
	}
}

// Three replies in one minute after a follow, and none after it.
func TestWindowOfAMinute(t *testing.T) {
	parallel(t)
	d := newPlay(t)
	p := d.agent("lixiaolin")
	d.act(demoNew, "follow")
	p.click(".view >> " + p.word("inbox.view.waiting"))
	p.click(".conv >> " + p.word("inbox.short.subscribe"))
	p.click("kf-bar .btn-primary")
	p.budget(3)
	p.see(".composer-hint >> " + p.word("composer.hint.subscribe"))
	p.reply("欢迎关注")
	p.budget(2)
	if line := d.arrived(demoNew, "欢迎关注"); line.KFAccount != "xiaoli@hemu_life" || line.Nick != "小李" {
		t.Errorf("on the phone: %+v", line)
	}
	p.write("#reply", "太慢了")
	d.advance(61 * time.Second)
	p.see(".blocked >> " + p.word("composer.blocked.minute_over.title"))
	p.field("太慢了")
	d.act(demoNew, "click", "key", "KF")
	p.budget(3)
	p.see(".composer-hint >> " + p.word("composer.hint.click"))
	d.act(demoNew, "text", "text", "在吗")
	p.budget(5)
	p.see(".composer-hint >> " + p.part("composer.hint.spare.other"))
	p.field("太慢了")
}

// What can still be done where no reply may leave: a note, a draft, the wish to be
// reminded; and before that the sentence that asks for an answer, by a quick reply
// where there is one.
func TestDeedsWhileBlocked(t *testing.T) {
	parallel(t)
	d := newPlay(t)
	p := d.agent("lixiaolin")
	d.act(demoChen, "text", "text", "第一问")
	p.take("陈先生")
	for i := range 4 {
		p.reply(fmt.Sprintf("回答 %d", i))
		p.budget(4 - i)
	}
	p.click(".composer-hint .btn >> " + p.word("composer.keep_going_button"))
	p.field(p.word("composer.keep_going"))
	p.fill("#reply", " ")
	eval[bool](p, `fetch('/api/v1/quickreplies', { method: 'POST', headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ scope: 'mine', category: '', code: 'xl', title: '请客户续聊', type: 'text', body: { content: '方便时回我一个字就好' } }) }).then(({ ok }) => ok)`)
	p.until("the quick reply", "import(JSON.parse(document.getElementById('boot').textContent).static + '/js/lib/quick.js').then((m) => m.quickReplies.value.some(({ row }) => row.code === 'xl'))")
	p.click(".composer-hint .btn >> " + p.word("composer.keep_going_button"))
	p.until("the sentence", "document.querySelector('#reply').value.trim() === '方便时回我一个字就好'")
	p.press(kb.Enter, cd.ModifierCtrl)
	d.arrived(demoChen, "方便时回我一个字就好")

	p.see(".blocked >> " + p.word("composer.blocked.quota_used.title", "total", 5))
	p.click(".blocked .btn >> " + p.word("customer.note.write"))
	p.see(".composer-note textarea:focus")
	p.press(kb.Escape)
	p.click(".blocked .btn >> " + p.word("composer.blocked.draft"))
	p.see("#reply:focus")

	d.advance(49 * time.Hour)
	p.reload()
	remind := ".blocked .btn[aria-pressed=%v] >> " + p.word("together.remind")
	p.click(fmt.Sprintf(remind, false))
	p.see(fmt.Sprintf(remind, true))
	p.seen("blocked-closed")
	p.reload() // it is kept
	p.see(fmt.Sprintf(remind, true))
	name := p.named()
	p.open("/#mine")
	p.live(1)
	d.act(demoChen, "text", "text", "两天过去了")
	p.told(p.word("together.remind.now", "name", name))
	script[bool](p, "ui/toast.js", "for (const n of [1, 2, 3, 4]) m.toast('别的消息 ' + n); return true;") // it stays among others
	p.gone(".toast >> 别的消息 1")
	p.click(".toast .btn >> " + p.word("together.remind.go"))
	p.see("#reply")
	p.gone(".toast")
	p.budget(5)
}

// Who has left cannot be reached; who comes back and writes, can.
func TestWindowOfOneWhoLeft(t *testing.T) {
	parallel(t)
	d := newPlay(t)
	p := d.agent("lixiaolin")
	d.act(demoChen, "text", "text", "再见")
	p.take("陈先生")
	d.act(demoChen, "unfollow")
	p.see(".blocked >> " + p.word("composer.blocked.unsubscribed.title"))
	d.act(demoChen, "follow")
	p.budget(3)
	d.act(demoChen, "text", "text", "我又来了")
	p.budget(5)
	p.reply("欢迎回来")
	d.arrived(demoChen, "欢迎回来")
}
