package e2e

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// The page: a variable is one piece for the Backspace key, what is saved is found
// and seen by the customer as told; a file comes in with a report.
func TestPageOfQuickReplies(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("admin")
	p.open("/quick-replies")
	p.see(".qedit")
	p.accessible("no quick replies")
	p.fill("#title", "灯罩免费换新")
	p.fill("#code", "hx")
	p.fill("#category", "售后")
	p.click(".varbox-text[role=textbox]")
	p.commit("您好{客户称呼}")
	content := func(want string) {
		t.Helper()
		p.until("the content "+want, "document.querySelector('#content').value === "+quote(want))
	}
	content("您好{客户称呼}")
	p.commit("，我是{客服昵称")
	p.press("}") // written by hand it becomes a piece too
	p.see(".varbox-text .var >> 客服昵称")
	p.click("[data-var=日期]")
	content("您好{客户称呼}，我是{客服昵称}{日期}")
	p.press(kb.Backspace)
	content("您好{客户称呼}，我是{客服昵称}")
	p.press(kb.Backspace)
	content("您好{客户称呼}，我是")
	p.click("[data-var=客服昵称]")
	p.press(kb.Enter)
	p.commit("第二行")
	content("您好{客户称呼}，我是{客服昵称}\n第二行")
	p.see(".qpreview .bubble >> 您好王女士")
	p.accessible("a new one")
	p.leave(func() { p.click(".qedit .btn-primary") })
	p.see(".page-notice >> " + p.word("page.done.quick_saved"))
	p.see(".qrow[aria-current] >> 灯罩免费换新")
	content("您好{客户称呼}，我是{客服昵称}\n第二行")
	p.press("mf") // no field has the focus: nothing happens
	p.fill("[name=q]", "mfhx")
	p.leave(func() { p.press(kb.Enter) })
	p.see(".qrow >> 灯罩免费换新")
	p.accessible("found")

	p.open("/quick-replies/import")
	csv := "scope,category,code,title,type,content\nteam,,a b,坏的,text,内容\nteam,售后,hx,再一条,text,内容\nteam,发票,fp,发票抬头,text,=1\n"
	p.choose("#file", file(t, "quick.csv", []byte(csv)))
	p.watch.expect("answer 422")
	p.leave(func() { p.click("dialog .btn-primary") })
	p.see(".import-report >> " + p.word("quick.import.nothing", "n", 1))
	p.see(".import-rows >> " + p.word("quick.import.row", "n", 2))
	p.accessible("a bad file")
	p.choose("#file", file(t, "quick.csv", []byte(csv)))
	p.click("[name=partly]")
	p.leave(func() { p.click("dialog .btn-primary") })
	p.see(".import-report >> " + p.word("quick.import.done", "n", 1))
	p.see(".import-rows >> " + p.word("quick.import.row", "n", 3))
	p.open("/quick-replies")
	p.see(".qrow >> 发票抬头")
	p.click(".qrow >> 发票抬头")
	p.see(".qedit-head >> 发票抬头")
	p.leave(func() { p.click(".qedit-acts a") })
	p.accessible("delete")
	p.leave(func() { p.click("dialog .btn-danger") })
	p.gone(".qrow >> 发票抬头")

	li := d.agent("xiaoli")
	li.open("/quick-replies/1")
	li.see(".lead >> " + li.word("quick.team_only"))
	li.accessible("the team's, for an agent")
	li.until("nothing to be saved", "!document.querySelector('.qedit .btn-primary') && !document.querySelector('[contenteditable=true]')")
}

// The list, the page and its dialogs in both themes, both widths and both languages.
func TestLooksOfQuickReplies(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	for _, one := range [][4]string{
		{"售后换新", "huanxin", "灯罩免费换新", "{客户称呼}您好，我是{客服昵称}。照片看到了，是运输途中磕到的，不是您的问题。\n灯先别通电，灯罩我们免费给您换新，旧的不用寄回[玫瑰]"},
		{"售后换新", "hxlj", "换新登记链接", "请在这里填写收货地址：https://hemu.example.com/exchange"},
		{"售后换新", "jihui", "旧件不用寄回", "旧灯罩不用寄回，按干垃圾处理就可以。"},
		{"物流", "kuaidi", "快递单号", "您的订单{订单号}已经发出，单号稍后短信通知。"},
		{"发票", "fapiao", "发票抬头", "请把发票抬头和税号发给我，{日期}内开好。"},
		{"", "", "红线：不承诺赔付金额", "这类问题需要主管确认，我马上帮您申请"},
	} {
		d.quick(one[0], one[1], one[2], one[3])
	}
	call[any](d, "POST", "quickreplies", map[string]any{"scope": "team", "category": "售后换新", "title": "满意度评价", "type": "msgmenu", "body": map[string]any{
		"head_content": "这次服务您满意吗？", "list": []any{map[string]any{"content": "满意"}, map[string]any{"content": "还行"}}, "tail_content": ""}})
	ann := d.customer("安")
	d.says(ann, "灯罩裂了")
	id := d.conversation(ann).ID
	taken := false
	for _, l := range looks {
		p := login(t, d.URL, "xiaoli", password, l)
		p.show("all", id)
		if !taken {
			p.click("kf-bar .btn-primary")
			taken = true
		}
		p.see("#reply")
		p.fill("#reply", "/")
		p.see("kf-quick [role=option]")
		p.seen("quick-all")
		p.fill("#reply", "/mfhx")
		p.see("kf-quick mark")
		p.seen("quick")
		p.press(kb.Enter)
		p.see(".composer-hint.hint-bad")
		p.seen("quick-blank")
		p.fill("#reply", "")
		boss := login(t, d.URL, "admin", password, l)
		for path, name := range map[string]string{"/quick-replies/1?category=%E5%94%AE%E5%90%8E%E6%8D%A2%E6%96%B0": "quick-page", "/quick-replies/7": "quick-page-menu",
			"/quick-replies/import": "quick-import", "/quick-replies/1/delete": "quick-delete", "/quick-replies/new": "quick-new",
			"/quick-replies/category?scope=team&category=%E5%94%AE%E5%90%8E%E6%8D%A2%E6%96%B0": "quick-category"} {
			boss.open(path)
			boss.see(".qrow")
			boss.until("what is typed is counted", "document.querySelector('[data-count]')?.textContent !== ''")
			boss.seen(name)
		}
	}
}
