package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// pick chooses in a list, as a hand does.
func (p *page) pick(selector, value string) {
	p.t.Helper()
	p.see(selector)
	eval[bool](p, `((select) => { select.value = `+quote(value)+`; select.dispatchEvent(new Event('input', { bubbles: true })); select.dispatchEvent(new Event('change', { bubbles: true })); return true; })(document.querySelector(`+quote(selector)+`))`)
}

// save sends the form of the page of quick replies.
func (p *page) save() {
	p.t.Helper()
	p.leave(func() { p.click(".qedit .btn-primary") })
	p.see(".page-notice >> " + p.word("page.done.quick_saved"))
}

// Every type is made on the page, in the editors of the composer: its variables
// stay, a file goes up, and it is changed later, also into another type.
func TestEveryTypeOnThePageOfQuickReplies(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("admin")
	p.open("/quick-replies/new")
	p.fill("#title", "满意度")
	p.pick("#type", "msgmenu")
	p.gone("#content")
	p.click("#quick-edit >> " + p.word("quick.edit.write"))
	p.fill("#msgmenu-head_content", "您好")
	p.click("dialog .quick-vars button >> 客户称呼")
	p.until("the variable", "document.querySelector('#msgmenu-head_content').value === '您好{客户称呼}'")
	p.fill("dialog .entry:nth-child(1) .input", "满意")
	p.fill("dialog .entry:nth-child(2) .input", "不满意")
	eval[bool](p, "(e2e.find('dialog .quick-vars button >> 订单号')[0].focus(), true)")
	p.press(kb.Enter) // by keys: into the field that one was in
	p.until("the other variable", "document.querySelector('dialog .entry:nth-child(2) .input').value === '不满意{订单号}'")
	p.accessible("the editor of a menu")
	p.click("dialog .dialog-foot .btn-primary >> " + p.word("quick.edit.done"))
	p.see(".qpreview .msg-out >> 您好王女士")
	p.see(".qpreview .quick-warn >> " + p.word("quick.view.blank", "name", "订单号"))
	p.accessible("a menu")
	p.save()
	p.see(".qrow[aria-current] .tag >> " + p.word("inbox.type.msgmenu"))
	p.see(".qpreview .msg-out >> 您好王女士")
	p.until("nothing to save", "document.querySelector('.qedit .btn-primary').disabled")

	p.click("#quick-edit >> " + p.word("quick.edit"))
	p.until("what was there", "document.querySelector('#msgmenu-head_content').value === '您好{客户称呼}'")
	p.fill("dialog .entry:nth-child(2) .input", "不满意")
	p.click("dialog .dialog-foot .btn-primary")
	p.gone(".quick-warn")
	p.see("#quick-drop")
	p.save()
	body := func(title string) map[string]any {
		t.Helper()
		for _, q := range call[struct{ QuickReplies []map[string]any }](d, "GET", "quickreplies", nil).QuickReplies {
			if q["title"] == title {
				return q
			}
		}
		t.Fatalf("%s is not kept", title)
		return nil
	}
	menu := body("满意度")
	if got := fmt.Sprint(menu["body"]); !strings.Contains(got, "您好{客户称呼}") || strings.Contains(got, "订单号") {
		t.Errorf("kept: %s", got)
	}

	// A picture goes up and stays; then it becomes a card with a cover.
	p.open("/quick-replies/new")
	p.fill("#title", "外箱")
	p.pick("#type", "image")
	p.choose("kf-quick-edit [type=file]", file(t, "box.png", noise(t, 60, 40)))
	p.see(".qpreview kf-picture")
	p.until("it is up", "document.querySelector('#quick-reply').value")
	p.save()
	p.see(".qpreview kf-picture")
	p.pick("#type", "news")
	p.gone(".qpreview")
	p.click("#quick-edit")
	p.fill("#news-title", "换新登记")
	p.fill("#news-url", "https://hemu.example.com/exchange")
	p.choose("kf-news [type=file]", file(t, "cover.png", noise(t, 60, 40)))
	p.see("kf-news .cover-drop img")
	p.click("dialog .dialog-foot .btn-primary")
	p.until("it is up", "document.querySelector('#quick-reply').value.includes('news')")
	p.see(".qpreview .msg-out >> 换新登记")
	p.accessible("a card")
	p.save()
	if news := body("外箱"); news["type"] != "news" || news["media"] == nil || news["account"] == 0.0 {
		t.Errorf("kept: %v", news)
	}

	// And a text again.
	p.pick("#type", "text")
	p.click(".varbox-text[role=textbox]")
	p.commit("请拍外箱")
	p.see(".qpreview .bubble >> 请拍外箱")
	p.save()
	if text := body("外箱"); text["type"] != "text" || text["media"] != nil {
		t.Errorf("kept: %v", text)
	}
}

// A category gets another name on the page, and goes.
func TestCategoriesOnThePageOfQuickReplies(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	d.quick("售后", "hx", "换新", "您好")
	d.quick("物流", "kd", "快递", "您好")
	p := d.agent("admin")
	p.open("/quick-replies")
	p.leave(func() { p.click(".qcats a >> 售后") })
	p.leave(func() { p.click(".qcats .btn >> " + p.word("quick.category.change")) })
	p.accessible("a category")
	p.fill("dialog #name", "换新")
	p.leave(func() { p.click("dialog [value=rename]") })
	p.see(".qcats [aria-current] >> 换新")
	p.leave(func() { p.click(".qcats .btn >> " + p.word("quick.category.change")) })
	p.click("dialog [value=move]")
	p.leave(func() { p.click("dialog .btn-danger-quiet") })
	p.see(".qcats [aria-current] >> 物流")
	p.see(".qlist .qrow >> 换新")
	p.gone(".qcats a >> 换新")
}
