package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	cd "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// quick keeps a text for the team.
func (d *desk) quick(category, code, title, content string) {
	d.t.Helper()
	call[any](d, "POST", "quickreplies", map[string]any{"scope": "team", "category": category, "code": code, "title": title, "type": "text",
		"body": map[string]any{"content": content}})
}

// The search ranks codes, then titles by pinyin and words, then contents, and
// marks what it found.
func TestSearchOfQuickReplies(t *testing.T) {
	parallel(t)
	s := serve(t, "-data", t.TempDir())
	p := newPage(t, "browser", s.URL, look{})
	p.open("/setup")
	rows := `[
		{ id: 1, code: 'hx', title: '灯罩免费换新', spelling: 'deng/ding zhao mian/wen/wan fei huan xin', used: 0, content: '照片看到了' },
		{ id: 2, code: '', title: '换新：登记', spelling: 'huan xin - deng ji', used: 3, content: '填写收货地址 https://hemu' },
		{ id: 3, code: 'hxhx', title: '核销', spelling: 'he xiao', used: 1, content: '出示二维码' },
		{ id: 4, code: '', title: '发票抬头', spelling: 'fa piao tai/tou tou', used: 9, content: '换新也开发票' },
		{ id: 5, code: 'vip', title: 'VIP 客户', spelling: 'v i p - ke hu', used: 0, content: '银行转账' },
		{ id: 6, code: '', title: '银行转账', spelling: 'yin xing/hang/heng zhuan/zhuai zhang', used: 0, content: '' }]`
	type hit struct {
		ID    int
		Marks []int
		Code  int
	}
	for query, want := range map[string]string{
		"":         "4 2 3 1 5 6",
		"hx":       "1[4 5]+2 3[0 1]+2 2[0 1]",
		"hxh":      "3+3",
		"huanx":    "2[0 1] 1[4 5]",
		"hxin":     "2[0 1] 1[4 5]",
		"huan'xin": "2[0 1] 1[4 5]",
		"换新":       "2[0 1] 1[4 5] 4",
		"换记":       "2[0 4]",
		"dzhx":     "1[0 1 4 5]",
		"xd":       "2[1 3]",
		"yinhang":  "6[0 1]",
		"yx":       "6[0 1]",
		"yh":       "6[0 1]",
		"VIP":      "5[0 1 2]+3",
		"vipkh":    "5[0 1 2 4 5]",
		"二维码":      "3",
		"hemu":     "2",
		"fp":       "4[0 1]",
		"zz":       "6[2 3]",
		"qqq":      "",
	} {
		found := script[[]hit](p, "lib/fuzzy.js", fmt.Sprintf(`const list = %s.map(({ content, ...row }) => m.indexed(row, content));
			return m.search(list, %s).map(({ row, marks, code }) => ({ ID: row.id, Marks: marks, Code: code }));`, rows, quote(query)))
		var got []string
		for _, h := range found {
			one := fmt.Sprint(h.ID)
			if len(h.Marks) > 0 {
				one += fmt.Sprint(h.Marks)
			}
			if h.Code > 0 {
				one += fmt.Sprintf("+%d", h.Code)
			}
			got = append(got, one)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q finds %s, want %s", query, strings.Join(got, " "), want)
		}
	}
}

// The slash opens the list, initials find one, Enter puts it into the field with
// its variables filled in, and Ctrl+Enter sends at once.
func TestQuickReplies(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	d.quick("售后", "huanxin", "灯罩免费换新", "您好，我是{客服昵称}，给您换新")
	d.quick("售后", "", "换新登记", "请填写地址")
	d.quick("发票", "fp", "发票抬头", "请发抬头")
	p := d.agent("xiaoli")
	ann := d.customer("安")
	p.takes(d, ann, "灯罩裂了")
	p.click("#reply")
	p.press("/")
	p.see("kf-quick [role=option] >> 发票抬头")
	p.until("the field as a combobox", `document.querySelector('#reply').role === 'combobox' && document.activeElement.id === 'reply'
		&& document.getElementById(document.querySelector('#reply').getAttribute('aria-activedescendant'))?.ariaSelected === 'true'`)
	p.accessible("quick replies")
	p.press("mfhx")
	p.until("one by its initials", "e2e.find('kf-quick [role=option]').length === 1")
	p.see("kf-quick mark >> 免费换新")
	p.see("kf-quick .quick-view .var >> 小李")
	p.press(kb.Enter)
	p.gone("kf-quick")
	p.field("您好，我是小李，给您换新")
	p.until("an ordinary field again", "!document.querySelector('#reply').hasAttribute('role')")
	p.press(kb.Enter)
	if got := d.received(ann, 1)[0].Text(); got != "您好，我是小李，给您换新" {
		t.Errorf("sent %q", got)
	}

	// From outside of the field; the keys go through categories and rows.
	p.press(kb.Escape)
	p.press("/")
	p.see("kf-quick")
	p.until("the cursor in the field", "document.activeElement.id === 'reply'")
	p.press(kb.Tab)
	p.see(".quick-tab[aria-selected=true] >> 发票 1")
	p.press(kb.Tab, cd.ModifierShift)
	p.press(kb.ArrowDown)
	p.press(kb.ArrowUp)
	p.press("huanx")
	p.until("two by their pinyin", "e2e.find('kf-quick [role=option]').length === 2")
	p.press(kb.ArrowUp)
	p.see("[role=option][aria-selected=true] >> 换新登记")
	p.press(kb.Enter, cd.ModifierCtrl)
	p.gone("kf-quick")
	p.field("")
	if got := d.received(ann, 2)[1].Text(); got != "请填写地址" {
		t.Errorf("sent %q", got)
	}
	got := call[struct {
		QuickReplies []struct {
			Title string
			Used  int
		}
	}](d, "GET", "quickreplies", nil)
	if !slices.ContainsFunc(got.QuickReplies, func(q struct {
		Title string
		Used  int
	}) bool {
		return q.Title == "换新登记" && q.Used == 1
	}) {
		t.Errorf("uses: %+v", got)
	}

	// Esc leaves what was typed; a slash that the button put there goes with it.
	p.press("/abc")
	p.see("kf-quick .quick-none")
	p.press(kb.Escape)
	p.gone("kf-quick")
	p.field("/abc")
	p.press(kb.Enter)
	if got := d.received(ann, 3)[2].Text(); got != "/abc" {
		t.Errorf("sent %q", got)
	}
	p.click(fmt.Sprintf(".tools [aria-label=%q]", p.word("quick.title")))
	p.see("kf-quick")
	p.press(kb.Escape)
	p.gone("kf-quick")
	p.field("")
}

// An input method writes another slash, and its Enter chooses nothing.
func TestQuickRepliesWhileComposing(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	d.quick("", "", "换新", "给您换新")
	p.click("#reply")
	p.commit("、")
	p.see("kf-quick [role=option]")
	p.compose("huan'xin")
	p.see("kf-quick mark >> 换新")
	p.rawKey("Enter", 13)
	p.rawKey("Process", 229)
	p.see("kf-quick [role=option]")
	p.commit("换新")
	p.field("、换新")
	p.see("kf-quick mark >> 换新")
	p.press(kb.Enter)
	p.field("给您换新")
	p.press(kb.Enter)
	if got := d.received(ann, 1)[0].Text(); got != "给您换新" {
		t.Errorf("sent %q", got)
	}
}

// A variable without a value is told before, marked and keeps the reply back.
func TestVariableWithoutAValue(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	d.quick("", "ni", "问候", "{客户称呼}您好，{公众号}为您服务")
	p.click("#reply")
	p.press("/ni")
	p.see("kf-quick .var-blank >> {客户称呼}")
	p.see("kf-quick .quick-warn")
	p.accessible("a variable without a value")
	p.press(kb.Enter, cd.ModifierCtrl) // there is something to be looked at first
	p.field("{客户称呼}您好，小店为您服务")
	p.see(".composer-hint >> " + p.word("quick.blank", "name", "客户称呼"))
	p.until("the send button off", "document.querySelector('.send').disabled")
	p.press(kb.Enter)
	p.field("{客户称呼}您好，小店为您服务")
	p.accessible("the warning")
	p.press(kb.End)
	p.click(".composer-hint button")
	p.until("the variable selected", "getSelection().toString() === '{客户称呼}'")
	p.commit("王女士")
	p.field("王女士您好，小店为您服务")
	p.press(kb.Enter)
	if got := d.received(ann, 1)[0].Text(); got != "王女士您好，小店为您服务" {
		t.Errorf("sent %q", got)
	}
}

// A new one of the team is in the other browsers at once; an agent's own is
// nobody else's.
func TestQuickRepliesLive(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	li, jia := d.agent("xiaoli"), d.agent("jiayi")
	ann, bob := d.customer("安"), d.customer("博")
	li.takes(d, ann, "你好")
	jia.takes(d, bob, "你好")
	jia.click("#reply")
	jia.press("/")
	jia.see("kf-quick .quick-none >> " + jia.word("quick.none"))
	li.write("#reply", "这是我自己的话")
	li.click(`[data-menu="more"] > button`)
	li.click("[role=menuitem] >> " + li.word("quick.save"))
	li.see("kf-quick-save .bubble >> 这是我自己的话")
	li.accessible("save as quick reply")
	li.watch.expect("answer 422")
	li.press(kb.Enter)
	li.see("kf-quick-save .field-error")
	li.fill("#quick-title", "自己的")
	li.press(kb.Enter)
	li.gone("kf-quick-save dialog")
	li.told(li.word("quick.saved", "title", "自己的"))
	d.quick("", "", "团队的", "大家的话")
	jia.see("kf-quick [role=option] >> 团队的")
	if got := jia.texts("kf-quick [role=option]"); len(got) != 1 {
		t.Errorf("佳怡 sees %q", got)
	}
	li.fill("#reply", "")
	li.press("/zj")
	li.see("kf-quick [role=option] >> 自己的")
	li.see(".quick-tab >> " + li.word("quick.scope.mine") + " 1")
}

// Other types: a picture goes into the composer, a menu into its editor, and with
// Ctrl+Enter they leave as they are.
func TestQuickRepliesOfOtherTypes(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	call[any](d, "POST", "quickreplies", map[string]any{"scope": "team", "code": "my", "title": "满意度", "type": "msgmenu", "body": map[string]any{
		"head_content": "{客服昵称}想问问您", "list": []any{map[string]any{"content": "满意"}}, "tail_content": "{客户称呼}谢谢"}})
	p.click("#reply")
	p.press("/my")
	p.see("kf-quick .quick-view .card-menu >> 满意")
	p.press(kb.Enter)
	p.see("kf-msgmenu .wx-menu-msg >> 小李想问问您")
	p.see("kf-msgmenu .lead >> " + p.word("quick.blank", "name", "客户称呼"))
	p.until("a button that is off", "document.querySelector('kf-msgmenu .btn-primary').disabled")
	p.fill("#msgmenu-tail_content", "谢谢")
	p.click("kf-msgmenu .btn-primary")
	p.gone("kf-msgmenu dialog")
	p.field("")
	sent := d.received(ann, 1)[0]
	if sent.Type != "msgmenu" || !strings.Contains(string(sent.Body), "小李想问问您") {
		t.Errorf("sent %s %s", sent.Type, sent.Body)
	}

	// What was sent is kept from its menu, and sent again at once.
	p.see("#stream .msg-out .card-menu")
	p.click("#stream .msg-out .msg-more")
	p.click("[role=menuitem] >> " + p.word("quick.save"))
	p.fill("#quick-title", "问问")
	p.fill("#quick-code", "/WW")
	p.press(kb.Enter)
	p.gone("kf-quick-save dialog")
	p.click("#reply")
	p.press("/ww")
	p.see("kf-quick [role=option] >> 问问")
	p.press(kb.Enter, cd.ModifierCtrl)
	p.gone("kf-quick")
	var first, second any
	again := d.received(ann, 2)[1]
	must(t, json.Unmarshal(sent.Body, &first))
	must(t, json.Unmarshal(again.Body, &second))
	if fmt.Sprint(first) != fmt.Sprint(second) {
		t.Errorf("sent %s, then %s", sent.Body, again.Body)
	}

	p.choose(".tools [type=file]", file(t, "photo.png", noise(t, 90, 70)))
	p.see(".attach img")
	p.press(kb.Enter)
	d.received(ann, 3)
	p.see("#stream .msg-out:has(.msg-state time) .pic img")
	p.click("#stream .msg-out:has(.pic) .msg-more")
	p.click("[role=menuitem] >> " + p.word("quick.save"))
	p.fill("#quick-title", "照片")
	p.press(kb.Enter)
	p.gone("kf-quick-save dialog")
	p.click("#reply")
	p.press("/zp")
	p.see("kf-quick .quick-view .pic img")
	p.press(kb.Enter)
	p.see(".attach img")
	p.field("")
	p.press(kb.Enter)
	if got := d.received(ann, 4)[3]; got.Type != "image" {
		t.Errorf("sent %s", got.Type)
	}
}
