package e2e

import (
	"fmt"
	"testing"

	cd "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"kfdesk/hub/wechat/sandbox"
)

// A whole day's work without the mouse.
func TestKeyboard(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	var ids []int64
	for i := range 3 {
		who := d.customer(fmt.Sprint("客户", i))
		d.says(who, fmt.Sprint("问题 ", i))
		ids = append(ids, d.conversation(who).ID)
	}
	at := func(view string, id int64) {
		t.Helper()
		hash := "#" + view
		if id != 0 {
			hash += fmt.Sprintf("/%d", id)
		}
		p.until("to be at "+hash, "location.hash === "+quote(hash))
	}
	for key, view := range map[string]string{"2": "waiting", "3": "all", "4": "ended", "1": "mine"} {
		p.press(key)
		at(view, 0)
	}
	p.press("2")
	at("waiting", 0)
	p.press("jj")
	at("waiting", ids[1])
	p.press("k")
	at("waiting", ids[0])
	p.see("#stream .msg-in >> 问题 0")
	p.press("a")
	p.until("the cursor in the reply field", "document.activeElement?.id === 'reply'")
	p.press("jka4")
	p.field("jka4")
	p.press(kb.Backspace + kb.Backspace + kb.Backspace + kb.Backspace)
	p.write("#reply", "答 0")
	p.press(kb.Enter)
	p.see("#stream .msg-out >> 答 0")
	p.press(kb.Escape)
	p.until("no field in focus", "!document.activeElement.matches('textarea')")
	p.press("r")
	p.until("the cursor in the reply field", "document.activeElement?.id === 'reply'")
	p.press(kb.Escape)
	p.press("e")
	p.told(p.part("inbox.ended"))
	eventually(t, "an ended conversation", func() bool {
		return call[struct{ Conversation conversation }](d, "GET", fmt.Sprintf("conversations/%d", ids[0]), nil).Conversation.State == "closed"
	}, func() string { return "" })

	p.press("A")
	p.until("the next customer", fmt.Sprintf("location.hash === '#mine/%d' && document.activeElement?.id === 'reply'", ids[1]))
	p.press(kb.Escape)
	p.press("4")
	p.press("j")
	at("ended", ids[0])
	p.press("e")
	p.until("it open again", fmt.Sprintf("location.hash === '#mine/%d' && document.querySelector('#reply')", ids[0]))
}

// The keys that TestKeyboard does not press; and none of them where the browser
// or a field owns it.
func TestTheOtherKeys(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	var ids []int64
	for i := range 2 {
		who := d.customer(fmt.Sprint("客户", i))
		d.says(who, fmt.Sprint("问题 ", i))
		ids = append(ids, d.conversation(who).ID)
	}
	at := func(id int64) {
		t.Helper()
		p.until("another row", fmt.Sprintf("location.hash === '#waiting/%d'", id))
	}
	p.press("2")
	p.inList(ids...)
	p.press(kb.ArrowDown + kb.ArrowDown)
	at(ids[1])
	p.press(kb.ArrowUp)
	at(ids[0])
	p.press("J") // Shift+J is no key of ours
	p.press("j", cd.ModifierCtrl)
	p.press("j", cd.ModifierAlt)
	p.press("e") // nothing to end yet
	p.see("#panel h2")
	p.press("i")
	p.gone("#panel h2")
	p.press("i")
	p.see("#panel h2")
	p.press("?")
	p.see(".keysheet")
	p.press("j1") // a dialog has the keys to itself
	p.press(kb.Escape)
	p.gone(".keysheet")
	at(ids[0])
	p.press("a")
	p.until("the cursor in the reply field", "document.activeElement?.id === 'reply'")
	p.press("?i")
	p.field("?i")
	p.press("k", cd.ModifierCtrl)
	p.see("kf-palette")
	p.press(kb.Escape)
	p.gone("kf-palette")
	p.until("the cursor back in the reply field", "document.activeElement?.id === 'reply'")
}

// At twice the size the layout is a phone's, but the hands are on a keyboard: what
// is typed goes into the reply, and its letters are no shortcuts.
func TestKeyboardAtTwiceTheSize(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	p.narrow(720, 450)
	ann := d.customer("安")
	d.says(ann, "你好")
	id := d.conversation(ann).ID
	p.click(".view >> " + p.word("inbox.view.waiting"))
	p.click(row(id))
	p.click("kf-bar .btn-primary")
	p.until("the cursor in the reply field", "document.activeElement?.id === 'reply'")
	p.press(kb.Escape)
	p.click(".thread-back")
	p.click(row(id))
	p.until("the cursor in the reply field", "document.activeElement?.id === 'reply'")
	p.press("reeje")
	p.field("reeje")
}

// However long the queue is and however fast one goes: the row that is open is
// seen, has the focus, and stands where the server would claim it.
func TestKeyboardInALongQueue(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	for i := range 40 {
		who := d.customer(fmt.Sprint("客户", i))
		if i%2 == 0 { // a tap in the menu queues one who has said nothing
			d.act(sandbox.Action{OpenID: who, Do: "click", Key: "KF"})
			continue
		}
		d.says(who, fmt.Sprint("问题 ", i))
	}
	p.press("2")
	p.until("all of them", "document.querySelector('.view[aria-current] .count')?.textContent === '40'")
	for range 30 {
		p.press("j")
	}
	p.until("the open row in sight, with the focus", `(() => {
		const open = document.querySelector('#rows [aria-current]'), rows = document.querySelector('#rows').getBoundingClientRect();
		const { top, bottom } = open?.getBoundingClientRect() ?? {};
		return open && open === document.activeElement && top >= rows.top - 1 && bottom <= rows.bottom + 1;
	})()`)
	p.see("kf-bar b >> 排第 30 位")
}
