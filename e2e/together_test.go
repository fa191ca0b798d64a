package e2e

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	cd "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"kfdesk/hub/wechat/sandbox"
)

// pair is a customer whom xiaoli serves, with jiayi beside her. jiayi has begun a
// draft there, from when she served them.
func pair(t *testing.T) (d *desk, xiaoli, jiayi *page, openid string, id int64) {
	t.Helper()
	d = newDesk(t)
	xiaoli, jiayi = d.agent("xiaoli"), d.agent("jiayi")
	openid = d.customer("安")
	d.says(openid, "在吗")
	id = d.conversation(openid).ID
	jiayi.claim(id)
	jiayi.write("#reply", "我来")
	call[any](d, "POST", fmt.Sprintf("conversations/%d/end", id), nil)
	xiaoli.show("ended", id)
	xiaoli.click("kf-bar .btn:not(.btn-quiet)")
	xiaoli.see("#reply")
	jiayi.see(".blocked")
	return d, xiaoli, jiayi, openid, id
}

// Who looks and who types is seen in the list and in the thread, and so is its end.
func TestColleaguesAreSeen(t *testing.T) {
	parallel(t)
	_, xiaoli, jiayi, _, id := pair(t)
	row := fmt.Sprintf(".conv[data-id='%d'] ", id)
	xiaoli.click(".view >> " + xiaoli.word("inbox.view.all"))
	jiayi.click(".view >> " + jiayi.word("inbox.view.all"))
	looking, typing := xiaoli.word("together.looking", "name", "佳怡"), xiaoli.word("together.typing", "name", "佳怡")
	xiaoli.see(".thread-sub >> " + looking)
	xiaoli.until("a face in the row", fmt.Sprintf("e2e.find(%s).length", quote(row+".conv-here .av")))

	jiayi.write("#reply", "吧")
	xiaoli.see(".typing >> " + typing)
	xiaoli.see(row + ".conv-typing >> " + typing)
	xiaoli.accessible("a colleague types")
	jiayi.fill("#reply", "")
	jiayi.press(kb.Backspace)
	xiaoli.gone(".typing")
	xiaoli.gone(".conv-typing")

	xiaoli.write("#reply", "好")
	jiayi.see(".typing >> " + jiayi.word("together.typing", "name", "小李"))
	xiaoli.open("/healthz") // its connection ends
	jiayi.gone(".typing")
	jiayi.gone(".conv-here")
}

// While a colleague types to the same customer, a reply is asked about once.
func TestAskedOnceWhileAColleagueTypes(t *testing.T) {
	parallel(t)
	d, xiaoli, jiayi, ann, _ := pair(t)
	jiayi.write("#reply", "吧")
	xiaoli.see(".typing")
	xiaoli.write("#reply", "您好")
	xiaoli.press(kb.Enter)
	xiaoli.see(".held >> " + xiaoli.word("together.held.typing", "name", "佳怡"))
	if n := len(d.box.Received(ann)); n != 0 {
		t.Errorf("%d replies have left", n)
	}
	xiaoli.click(".held .btn >> " + xiaoli.word("together.held.send"))
	d.received(ann, 1)
	xiaoli.gone(".held")
	xiaoli.reply("还在")
	d.received(ann, 2)
	jiayi.press(kb.Escape)
	xiaoli.gone(".typing")
	jiayi.write("#reply", "啊")
	xiaoli.see(".typing")
	xiaoli.write("#reply", "再问")
	xiaoli.press(kb.Enter)
	xiaoli.see(".held")
}

// What the customer has said meanwhile holds a reply: back to it, away with it, or
// out all the same. Nothing is lost or spent.
func TestReplyIsHeld(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	id := d.conversation(ann).ID
	left := func() int { return d.conversation(ann).Grants.Message.Left }
	focus := ".held .btn-primary:focus"
	send := func(text, newer string) {
		t.Helper()
		p.watch.expect(`answer 409 .*/messages`)
		p.write("#reply", text)
		eval[bool](p, "e2e.deaf = true")
		d.says(ann, newer)
		p.press(kb.Enter)
		p.see(focus)
		p.see(".held-in >> " + newer)
		p.see(".held-out >> " + text)
		p.see("#stream .day-new >> " + p.word("together.held.line", "n", 1))
		p.see("#stream .msg-in.is-newer >> " + newer)
		if n := left(); n != 5 {
			t.Errorf("%d replies left", n)
		}
	}
	send("周日送到", "周日不在家")
	p.until("what may be affected", "e2e.text('.held-mark').join() === '周日'")
	p.see(".held-note >> " + p.word("together.held.restored", "n", 5))
	p.accessible("a held reply")
	p.field("")
	p.press(kb.Enter)
	p.gone(".held")
	p.gone(".is-newer")
	p.field("周日送到")
	eval[bool](p, "(e2e.hear(), true)")
	p.fill("#reply", "周六送到")
	p.press(kb.Enter)
	d.received(ann, 1)

	send("暖光的灯泡", "灯泡也要换")
	p.reload() // nothing is lost
	p.see(".held-out >> 暖光的灯泡")
	p.click(".held .btn >> " + p.word("together.held.drop"))
	p.gone(".held")
	p.field("")

	send("没有问题", "还有运费呢")
	p.click(".held .btn >> " + p.word("together.held.send"))
	eval[bool](p, "(e2e.hear(), true)")
	got := d.received(ann, 2)
	if got[0].Text() != "周六送到" || got[1].Text() != "没有问题" {
		t.Errorf("on the phone: %q, %q", got[0].Text(), got[1].Text())
	}
	p.see("#stream .msg-out:has(.msg-state time) >> 没有问题")
	p.gone(".held")
	p.sameAsStored(d, id)
}

// What has only just come while the agent wrote was not read, though it is on the
// screen; Escape goes back to the text.
func TestReplyIsHeldByWhatHasJustCome(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	p.write("#reply", "周日送到")
	p.watch.expect(`answer 409 .*/messages`)
	d.says(ann, "改周六吧")
	p.see("#stream .msg-in >> 改周六吧")
	p.press(kb.Enter)
	p.see(".held .btn-primary:focus")
	p.press(kb.Escape)
	p.gone(".held")
	p.field("周日送到")
	p.see("#reply:focus")
	p.fill("#reply", "那就周六")
	p.press(kb.Enter)
	d.received(ann, 1)
	// Who begins to write after that has read it.
	d.says(ann, "谢谢")
	p.see("#stream .msg-in >> 谢谢")
	p.reply("不客气")
	d.received(ann, 2)
}

// A reply can be taken back before it goes to WeChat, with the keyboard or the
// button; nothing of it gets there.
func TestReplyIsTakenBack(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	undoWithin(t, d.data, 30)
	left := func() int { return d.conversation(ann).Grants.Message.Left }

	p.reply("您看方便周日上午签收吗？")
	p.see(".undo")
	p.see("#stream .is-sending >> " + "秒后发出")
	p.until("its bar is striped", "document.querySelectorAll('.composer .pip-next').length === 1 && document.querySelectorAll('.composer .pip-used').length === 0")
	p.accessible("a reply that can be taken back")
	p.field("")
	p.press("z", cd.ModifierCtrl)
	p.gone(".undo")
	p.field("您看方便周日上午签收吗？")
	p.see("#reply:focus")
	p.gone("#stream .msg-out")
	if n := left(); n != 5 {
		t.Errorf("%d replies left", n)
	}

	// What was written since stays, behind what comes back; two come back together.
	p.press(kb.Enter)
	p.reply("灯泡也换")
	p.until("both wait", "document.querySelectorAll('#stream .is-sending').length === 2")
	p.write("#reply", "还有")
	p.click(".undo .btn >> " + p.word("together.undo.back"))
	p.gone(".undo")
	p.field("您看方便周日上午签收吗？\n灯泡也换\n还有")
	if n := d.sends(); n != 0 || left() != 5 {
		t.Errorf("WeChat was called %d times, %d replies left", n, left())
	}

	p.press(kb.Enter)
	p.click(".undo .btn >> " + p.word("together.undo.now"))
	got := d.received(ann, 1)
	if got[0].Text() != "您看方便周日上午签收吗？\n灯泡也换\n还有" {
		t.Errorf("on the phone: %q", got[0].Text())
	}
	p.gone(".undo")

	undoWithin(t, d.data, 1)
	p.reply("这条等一下")
	d.received(ann, 2)
	p.see("#stream .msg-out:has(.msg-state time) >> 这条等一下")
	p.gone(".undo")
}

// sends counts the calls of custom/send.
func (d *desk) sends() (n int) {
	d.t.Helper()
	answer := httptest.NewRecorder()
	d.box.Control().ServeHTTP(answer, httptest.NewRequest("GET", "/phone/api/state", nil))
	var state sandbox.State
	must(d.t, json.Unmarshal(answer.Body.Bytes(), &state))
	for _, l := range state.Log {
		if strings.HasSuffix(l.Path, sendPath) {
			n++
		}
	}
	return n
}

// twoBrowsers are those of one agent, who serves two customers and writes to the
// first of them.
func twoBrowsers(t *testing.T) (d *desk, p, other *page, ann, bo string) {
	t.Helper()
	d, p, ann = writing(t)
	other, bo = d.agent("xiaoli"), d.customer("波")
	d.says(bo, "还有货吗")
	p.claim(d.conversation(bo).ID)
	p.show("mine", d.conversation(ann).ID)
	return d, p, other, ann, bo
}

// A draft is in both browsers of its agent, in its own conversation, and in nobody
// else's; the newer edit stays, and a reply that left clears it everywhere.
func TestDraftInTwoBrowsers(t *testing.T) {
	parallel(t)
	d, p, other, ann, bo := twoBrowsers(t)
	id, jiayi := d.conversation(ann).ID, d.agent("jiayi")
	p.write("#reply", "那我帮您")
	row := fmt.Sprintf(".conv[data-id='%d'] ", id)
	other.see(row + ".draft")
	other.see(row + ">> 那我帮您")
	other.show("mine", d.conversation(bo).ID)
	other.see("#reply")
	other.field("")
	other.show("mine", id)
	other.field("那我帮您")

	other.write("#reply", "改成周六")
	p.until("the newer edit", "document.querySelector('#reply').value === '那我帮您改成周六'")
	jiayi.click(".view >> " + jiayi.word("inbox.view.all"))
	jiayi.see(row)
	jiayi.gone(".draft")

	p.open("/healthz") // written while nobody was connected
	other.write("#reply", "上午")
	other.until("saved", "fetch('/api/v1/drafts').then((a) => a.json()).then(({drafts}) => drafts.some(({text}) => text === '那我帮您改成周六上午'))")
	p.open("/#mine/" + itoa(id))
	p.live(1)
	p.until("what was written elsewhere", "document.querySelector('#reply')?.value === '那我帮您改成周六上午'")
	p.click("#reply")
	p.press(kb.Enter)
	d.received(ann, 1)
	other.until("cleared", "document.querySelector('#reply').value === ''")
	other.gone(".draft")
	p.gone(".draft")
}

// The states of working together in all looks, with pictures in out/shots.
func TestLooksTogether(t *testing.T) {
	for _, l := range looks {
		t.Run(l.String(), func(t *testing.T) {
			parallel(t)
			d := newDesk(t)
			p, jiayi := login(t, d.URL, "xiaoli", password, l), d.agent("jiayi")
			ann := d.customer("安")
			d.says(ann, "你好，昨天刚收到的落地灯，拆开发现灯罩底下裂了一条")
			id := d.conversation(ann).ID
			jiayi.claim(id)
			jiayi.write("#reply", "我来")
			call[any](d, "POST", fmt.Sprintf("conversations/%d/end", id), nil)
			p.show("ended", id)
			p.click("kf-bar .btn:not(.btn-quiet)")
			p.reply("灯罩我们免费给您换新，旧的不用寄回。")
			d.received(ann, 1)
			jiayi.see(".blocked")
			jiayi.write("#reply", "吧")
			p.see(".typing")
			p.seen("together-typing")
			if l.phone {
				p.open("/#all")
				p.see(".conv-typing")
				p.seen("together-list")
				p.show("mine", id)
			}
			jiayi.press(kb.Escape)
			p.gone(".typing")
			p.watch.expect(`answer 409 .*/messages`)
			p.write("#reply", "登记好后我这边会盯着发货，单号今晚发到这里。您看方便周日上午签收吗？")
			d.says(ann, "周日不在家，改周六下午行吗")
			d.says(ann, "另外灯泡也一起换吧，要暖光的")
			p.see("#stream .msg-in >> 另外灯泡")
			p.press(kb.Enter, cd.ModifierCtrl)
			p.see(".held .btn-primary:focus")
			p.seen("together-held")
			undoWithin(t, d.data, 30)
			p.click(".held .btn >> " + p.word("together.held.send"))
			p.see(".undo")
			p.seen("together-undo")
		})
	}
}
