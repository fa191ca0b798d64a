package e2e

import (
	"fmt"
	"testing"

	cd "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// login opens the console and signs an agent in.
func login(t testing.TB, base, name, secret string, l look) *page {
	t.Helper()
	p := newPage(t, name, base, l)
	p.open("/login")
	p.fill("#login", name)
	p.fill("#password", secret)
	p.press(kb.Enter)
	p.live(1)
	return p
}

// agent is a colleague of the desk, at the inbox.
func (d *desk) agent(name string) *page {
	d.t.Helper()
	return login(d.t, d.URL, name, password, look{})
}

// live waits until the inbox is connected, for the nth time at least.
func (p *page) live(nth int) {
	p.t.Helper()
	p.until("a live inbox", fmt.Sprintf("document.querySelector('#app')?.dataset.ws === 'open' && document.querySelector('#app').dataset.opens >= %d && document.querySelector('#rows')", nth))
}

// show opens a conversation by its address.
func (p *page) show(view string, id int64) {
	p.t.Helper()
	eval[bool](p, fmt.Sprintf("(location.hash = '#%s/%d', true)", view, id))
	p.see("#stream")
}

// claim takes a waiting conversation and waits for the reply field.
func (p *page) claim(id int64) {
	p.t.Helper()
	p.show("waiting", id)
	p.click("kf-bar .btn-primary")
	p.see("#reply")
}

// reply writes a text and sends it with Enter.
func (p *page) reply(text string) {
	p.t.Helper()
	p.write("#reply", text)
	p.press(kb.Enter, cd.ModifierCtrl) // sends the last reply too, where Enter alone files a piece
	p.until("an empty field", "document.querySelector('#reply')?.value === ''")
}

// row is the row of a conversation in the list.
func row(id int64) string { return fmt.Sprintf(`.conv[data-id="%d"]`, id) }

func TestMessageAppearsAtOnceAndIsAnswered(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann := d.customer("阿安")
	p.click(".view >> 待接入")
	d.says(ann, "你好，在吗")
	c := d.conversation(ann)
	p.see(row(c.ID) + " >> 你好，在吗")
	p.click(row(c.ID))
	p.see("#stream .bubble >> 你好，在吗")
	p.click("kf-bar .btn-primary")
	p.reply("在的，请讲")
	p.see("#stream .msg-out >> 在的，请讲")
	p.see("#stream .msg-out .msg-state time")

	got := d.received(ann, 1)[0]
	if got.Text() != "在的，请讲" || got.KFAccount != "xiaoli@shop" || got.Nick != "小李" {
		t.Errorf("on the phone: %+v", got)
	}
	if c := d.conversation(ann); c.State != "open" || c.Grants.Message.Left != 4 {
		t.Errorf("in the store: %+v", c)
	}
}
