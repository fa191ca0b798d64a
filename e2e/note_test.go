package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// An internal note is for colleagues: it stands in the thread of everybody who
// looks, leaves what the list shows as it is, and never reaches the customer,
// whatever the agent does with the keys.
func TestNoteStaysInside(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	id := d.conversation(ann).ID
	p.write("#reply", "给客户的")
	p.press(kb.Escape)
	p.press("m")
	p.see(".composer-note textarea")
	p.write(".composer-note textarea", "仓库还有六个")
	p.press(kb.Enter)
	p.see("#stream .note >> 仓库还有六个")
	p.see("#stream .note .note-meta >> " + p.word("customer.note.label"))
	p.until("an empty field", "document.querySelector('.composer-note textarea').value === ''")
	p.write(".composer-note textarea", "没写完的备注")
	p.press(kb.Escape)
	p.press("r")
	p.until("the reply's own text", "document.querySelector('#reply').value === '给客户的'")
	p.reload()
	p.live(1)
	p.until("still the reply's own text", "document.querySelector('#reply')?.value === '给客户的'")
	p.click(".seg label:nth-of-type(2)")
	p.until("the note's own text", "document.querySelector('.composer-note textarea')?.value === '没写完的备注'")
	p.see(fmt.Sprintf(".conv[data-id=%q] .conv-text >> 给客户的", fmt.Sprint(id)))

	// Another agent's, and one that has ended.
	jiayi := d.agent("jiayi")
	jiayi.show("all", id)
	jiayi.see("#stream .note >> 仓库还有六个")
	jiayi.click(".seg label:nth-of-type(2)")
	jiayi.write(".composer-note textarea", "我来打包")
	jiayi.press(kb.Enter)
	p.see("#stream .note >> 我来打包")
	p.press(kb.Escape)
	p.click(".thread-acts >> " + p.word("inbox.act.end"))
	jiayi.press(kb.Escape)
	jiayi.press(kb.Escape)
	jiayi.see(".claim")
	jiayi.press("m")
	jiayi.write(".composer-note textarea", "已经寄出")
	jiayi.press(kb.Enter)
	jiayi.see("#stream .note >> 已经寄出")
	if got := d.box.Received(ann); len(got) != 0 {
		t.Errorf("the customer got %v", got)
	}
	if left := d.budgetOf(id); left != 5 {
		t.Errorf("%d replies are left", left)
	}
}

// budgetOf is how many replies the customer's message still grants.
func (d *desk) budgetOf(id int64) int {
	d.t.Helper()
	return call[struct{ Conversation conversation }](d, "GET", fmt.Sprintf("conversations/%d", id), nil).Conversation.Grants.Message.Left
}

// Who is named in a note is told: at once when they are there, and when they
// come back when they are not. It is over when they have seen the note.
func TestMentionReachesWhoIsNamed(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	id := d.conversation(ann).ID
	jiayi := d.agent("jiayi")
	p.press(kb.Escape)
	p.press("m")
	p.write(".composer-note textarea", "请 @佳")
	p.see(`.mentions [role=option][aria-selected=true] >> 佳怡`)
	p.until("the field tells which", "document.querySelector('.composer-note textarea').getAttribute('aria-activedescendant') === document.querySelector('.mentions [aria-selected=true]').id")
	p.accessible("the list of colleagues")
	p.compose("yi")
	p.rawKey("Process", 229)
	p.rawKey("Enter", 13) // is the input method's
	p.until("nothing was chosen", "document.querySelector('.composer-note textarea').value === '请 @佳yi'")
	p.commit("怡")
	p.see(".mentions [role=option][aria-selected=true] >> 佳怡")
	p.press(kb.Enter)
	p.until("the whole name", "document.querySelector('.composer-note textarea').value === '请 @佳怡 '")
	p.gone(".mentions")
	p.write(".composer-note textarea", "看一下")
	p.press(kb.Enter)
	p.see("#stream .note .mention >> @佳怡")
	jiayi.see(".named-btn >> 小李")
	jiayi.see(".toast >> 小李")
	jiayi.accessible("a mention")
	p.gone(".named-btn")
	jiayi.reload()
	jiayi.live(1)
	jiayi.see(".named-btn >> 小李")
	jiayi.click(".named-btn")
	jiayi.see("#stream .note.is-target >> 看一下")
	jiayi.gone(".named-btn")
	jiayi.reload()
	jiayi.live(1)
	jiayi.see("#stream .note >> 看一下")
	jiayi.gone(".named-btn")

	// While she is away.
	jiayi.open("/profile")
	for _, text := range []string{"@佳怡 第一件", "@佳怡 第二件"} {
		p.write(".composer-note textarea", text)
		p.press(kb.Enter)
		p.see("#stream .note >> " + strings.TrimPrefix(text, "@佳怡"))
	}
	jiayi.open("/")
	jiayi.live(1)
	jiayi.see(".named-btn >> " + jiayi.word("customer.named.n", "n", 2))
	jiayi.click(".named-btn")
	jiayi.click(".named-item >> 第一件")
	jiayi.see("#stream .note >> 第二件")
	jiayi.gone(".named-btn")
	if id != d.conversation(ann).ID || d.conversation(ann).Unread != 0 {
		t.Error("a note counts as unread")
	}
}
