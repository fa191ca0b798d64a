package e2e

import (
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"kfdesk/hub/wechat/sandbox"
)

// tags makes tags for the shop, as an admin does on the page of the settings.
func (d *desk) tags(names ...string) {
	d.t.Helper()
	p := d.agent("admin")
	for i, name := range names {
		p.open("/settings/tags")
		p.fill("[name=name]", name)
		p.click(fmt.Sprintf(".swatchset label:nth-of-type(%d)", i+2))
		p.leave(func() { p.click(".tagform [type=submit]") })
		p.see(".tags-set .tag >> " + name)
	}
	p.accessible("the tags page")
	p.leave(func() { p.click(".tags-set .tag >> " + names[0]) })
	p.see(".tagform-delete")
	p.accessible("a tag")
}

// Tags are chosen with the keys alone, and a colleague sees them at once.
func TestTagsByKeyboard(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	d.tags("售后", "换新", "物流")
	jiayi := d.agent("jiayi")
	id := d.conversation(ann).ID
	jiayi.show("all", id)
	p.press(kb.Escape)
	p.press("t")
	p.see(".pop-tags [role=option] >> 物流")
	p.accessible("the list of tags")
	p.write(".pop-tags input", "新")
	p.until("one is left", "document.querySelectorAll('.pop-tags [role=option]').length === 1")
	p.press(kb.Enter)
	p.see(".pop-tags [role=option][aria-selected=true] >> 换新")
	p.fill(".pop-tags input", "")
	p.press(kb.Backspace)
	p.until("all are there", "document.querySelectorAll('.pop-tags [role=option]').length === 3")
	p.press(kb.ArrowDown)
	p.press(kb.ArrowDown)
	p.press(kb.Enter)
	p.see(".pop-tags [role=option][aria-selected=true] >> 物流")
	p.press(kb.Escape)
	p.gone(".pop-tags")
	for _, one := range []*page{p, jiayi} {
		one.see(".panel .tags .tag >> 换新")
		one.see(".panel .tags .tag >> 物流")
		one.see(".thread-head .tag >> 换新")
	}
	jiayi.click(`.panel .tag-x`)
	p.until("one is gone", "document.querySelectorAll('.panel .tags .tag-x').length === 1")
	p.reload()
	p.live(1)
	p.see(".panel .tags .tag >> 物流")
}

// What an agent changes of a customer is seen by a colleague at once, and told
// to WeChat; what WeChat refuses stays, and says why.
func TestPanelIsShared(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	jiayi := d.agent("jiayi")
	id := d.conversation(ann).ID
	jiayi.show("all", id)
	jiayi.see(".panel .cust")
	name := func(text string) {
		t.Helper()
		p.click(fmt.Sprintf(".cust-name [aria-label=%q]", p.word("customer.remark.edit")))
		p.fill("kf-edit .input", text)
		p.press(kb.Enter)
		p.gone("kf-edit")
		jiayi.see(".panel h2 >> " + text)
		jiayi.see(row(id) + " .conv-name >> " + text)
	}
	name("王女士")
	eventually(t, "the remark at WeChat", func() bool { u, _ := d.box.User(ann); return u.Remark == "王女士" }, func() string { return "" })
	d.box.AddFault(sandbox.Fault{On: "/cgi-bin/user/info/updateremark", Kind: "errcode", Code: 48001})
	name("王女士（落地灯）")
	for _, one := range []*page{p, jiayi} {
		one.see(".untold >> " + one.word("wxerr.48001"))
	}
	p.accessible("what WeChat has refused")

	eval[bool](p, "((select) => { select.value = 3; select.dispatchEvent(new Event('change')); return true; })(document.querySelector('.facts select'))")
	jiayi.see(".panel .vip")
	jiayi.until("the level", "document.querySelector('.facts select').value === '3'")

	p.click(fmt.Sprintf(".panel [aria-label=%q]", p.word("customer.memos.add")))
	p.write(".panel .textarea", "送货走北门")
	p.press(kb.Enter)
	jiayi.see(".memo >> 送货走北门")
	jiayi.see(".memo small >> 小李")
	jiayi.click(fmt.Sprintf(".memo [aria-label=%q]", jiayi.word("customer.memos.edit")))
	jiayi.fill(".panel .textarea", "送货走南门")
	jiayi.press(kb.Enter)
	p.see(".memo >> 送货走南门")
	p.accessible("the panel")
	p.click(fmt.Sprintf(".memo [aria-label=%q]", p.word("customer.memos.edit")))
	p.fill(".panel .textarea", " ")
	p.press(kb.Enter)
	jiayi.gone(".memo")
	p.see(".sec-none >> " + p.word("customer.memos.none"))
}

// A press in the panel leads to where an earlier conversation began, however far
// up that is, and back down again.
func TestJumpToAnEarlierConversation(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p, ann := d.agent("xiaoli"), d.customer("安")
	d.says(ann, "你好")
	for i := range 130 {
		_, err := d.box.Text(ann, fmt.Sprintf("第 %d 句", i))
		must(t, err)
	}
	d.settle()
	call[any](d, "POST", fmt.Sprintf("conversations/%d/end", d.conversation(ann).ID), nil) // nobody's: the next word begins a new one
	d.says(ann, "又来了")
	p.claim(d.conversation(ann).ID)
	p.see(".past-item .past-sub >> " + p.word("customer.past.messages", "n", 131))
	p.click(".past-item")
	p.see("#stream .is-target >> 你好")
	p.until("it is on the screen and has the focus", `(() => {
		const box = document.activeElement.closest('.is-target')?.getBoundingClientRect();
		return box && box.top >= 0 && box.bottom <= innerHeight;
	})()`)
	p.accessible("a message that was led to")
	d.says(ann, "在吗")
	p.click(".pill")
	p.see("#stream .msg-in >> 在吗")
	p.sameAsStored(d, d.conversation(ann).ID)
}

// Who is blocked is asked for first; then nobody can reply, and one press undoes it.
func TestBlock(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	blocked := func(want bool) {
		t.Helper()
		eventually(t, "WeChat's block list", func() bool { u, _ := d.box.User(ann); return u.Blocked == want }, func() string { return "" })
	}
	p.click(".thread-acts [aria-haspopup=menu]")
	p.click("[role=menuitem] >> " + p.word("customer.block.ask"))
	p.see("dialog[role=alertdialog]")
	p.until("the focus is where it does no harm", "document.activeElement.innerText === "+quote(p.word("common.cancel")))
	p.accessible("the question")
	p.press(kb.Enter)
	p.gone("dialog")
	p.click(".thread-acts [aria-haspopup=menu]")
	p.click("[role=menuitem] >> " + p.word("customer.block.ask"))
	p.click("dialog .btn-danger")
	p.see(".blocked >> " + p.word("composer.blocked.blocked.title"))
	p.see("#stream .evt >> " + p.word("inbox.event.blocked.me"))
	p.see(".panel .callout")
	p.accessible("a blocked customer")
	blocked(true)
	p.click(".toast button >> " + p.word("common.undo"))
	p.see("#reply")
	p.gone(".panel .callout")
	blocked(false)

	ben := d.customer("本")
	d.says(ben, "买彩票吗")
	id := d.conversation(ben).ID
	p.show("waiting", id)
	p.click(".thread-acts [aria-haspopup=menu]")
	p.click("[role=menuitem] >> " + p.word("customer.block.ask"))
	p.see("dialog >> " + p.word("customer.block.waiting"))
	p.click("dialog .btn-danger")
	p.gone(row(id))
	waiting := call[struct{ Conversations []conversation }](d, "GET", "conversations?view=active", nil).Conversations
	if slices.ContainsFunc(waiting, func(v conversation) bool { return v.ID == id }) {
		t.Error("it still waits")
	}
}
