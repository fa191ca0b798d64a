package e2e

import (
	"testing"

	"kfdesk/hub/wechat/sandbox"
)

// A reply that is still on its way when the page is loaded again goes out all the
// same, and only once, also when another tab of the agent takes it over.
func TestReloadLosesNoReply(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	net := newProxy(t, d.URL)
	p := login(t, net.URL, "xiaoli", password, look{})
	ann := d.customer("安")
	d.says(ann, "在吗")
	id := d.conversation(ann).ID
	p.claim(id)
	net.cut()
	p.reply("刷新前写的")
	p.see("#stream .is-sending >> 刷新前写的")
	net.mend()
	other := p.tab("xiaoli-2")
	other.open("/#mine/" + itoa(id))
	p.reload()
	for _, tab := range []*page{p, other} {
		tab.live(1)
		tab.see("#stream .msg-out:has(.msg-state time) >> 刷新前写的")
		tab.sameAsStored(d, id)
	}
	d.received(ann, 1)
}

// Asked to stop, the program finishes what is on its way, and after the start
// goes on with what was not.
func TestStopWhileSending(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	d.box.AddFault(sandbox.Fault{On: sendPath, Kind: "slow", DelayMS: 1500})
	p.reply("正在发")
	d.received(ann, 1)
	for _, text := range []string{"还没轮到一", "还没轮到二"} {
		p.reply(text)
	}
	if code := d.stop(); code != 0 {
		t.Fatalf("the program ended with %d", code)
	}
	d.start()
	p.live(2)
	for _, text := range []string{"正在发", "还没轮到一", "还没轮到二"} {
		p.see("#stream .msg-out:has(.msg-state time) >> " + text)
	}
	got := d.received(ann, 3)
	if got[1].Text() != "还没轮到一" || got[2].Text() != "还没轮到二" {
		t.Errorf("in another order: %q, %q", got[1].Text(), got[2].Text())
	}
}
