package e2e

import (
	"testing"
)

// Who is blocked in WeChat's own page is on the list here too, and taken off it
// from there; WeChat is told.
func TestBlockList(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann, bob := d.customer("安"), d.customer("广告")
	d.says(ann, "你好")
	d.says(bob, "加我微信")
	d.settle()
	id := d.conversation(bob).ID
	p.open("/#ended")
	p.click(".blocklist >> " + p.word("customer.block.list"))
	p.see(".empty >> " + p.word("inbox.empty.blocked"))
	p.accessible("blocklist-empty")

	u, _ := d.box.User(bob)
	u.Blocked = true
	must(t, d.box.SetUser(u))
	if code := d.stop(); code != 0 { // the list is read at the start
		t.Fatalf("the program ended with %d", code)
	}
	d.start()
	p.live(2)
	p.see("#rows .conv >> 加我微信")
	if rows := p.texts("#rows .conv"); len(rows) != 1 {
		t.Errorf("on the list: %q", rows)
	}
	p.click("#rows .conv >> 加我微信")
	p.see("#stream .evt >> " + p.word("inbox.event.blocked.wechat"))
	for _, l := range looks {
		p.set(l)
		p.reload()
		p.see("#stream .evt >> " + p.word("inbox.event.blocked.wechat"))
		if l.phone {
			p.open("/#blocked")
			p.see("#rows .conv >> 加我微信")
		}
		p.seen("blocklist")
		p.open("/#blocked/" + itoa(id))
	}
	p.set(look{lang: "en"})
	p.reload()
	p.click("#panel .callout .btn >> " + p.word("customer.unblock"))
	p.see(".empty >> " + p.word("inbox.empty.blocked"))
	eventually(t, "WeChat's block list", func() bool { u, _ := d.box.User(bob); return !u.Blocked }, func() string { return "" })
	p.click(".blocklist")
	p.see(".view[aria-current] >> " + p.word("inbox.view.ended"))
}
