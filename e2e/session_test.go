package e2e

import (
	"testing"
)

// WeChat's own tool takes a customer: the agent sees it, cannot reply, learns why
// and takes the customer back with one button.
func TestSessionOfWeChatsTool(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann := d.customer("安")
	p.takes(d, ann, "在吗")
	p.see("#reply")
	if !d.box.SetSession(ann, "jiayi@shop") {
		t.Fatal("nobody took the customer")
	}
	d.settle()
	p.see(".threadnote >> jiayi@shop")
	p.gone("#reply")
	p.seen("inbox-hijack")
	p.click(".threadnote button")
	p.see(".session-why")

	d.says(ann, "你们还在吗") // goes over there
	d.says(ann, "喂")
	p.click(".blocked .btn-primary")
	p.gone(".threadnote")
	p.told(p.word("session.closed"))
	p.reply("在的")
	if got := d.received(ann, 1)[0]; got.Text() != "在的" {
		t.Errorf("the customer got %s", got.Text())
	}
	if n := len(p.texts("#stream .msg-in")); n != 1 {
		t.Errorf("%d messages of the customer", n)
	}
}
