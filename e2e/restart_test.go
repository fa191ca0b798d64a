package e2e

import (
	"testing"

	"kfdesk/hub/wechat/sandbox"
)

const sendPath = "/cgi-bin/message/custom/send"

// The program is asked to stop and started again: it ends well, the browsers
// come back by themselves, and nothing is lost.
func TestRestart(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann := d.customer("安")
	d.says(ann, "你好")
	id := d.conversation(ann).ID
	p.claim(id)
	p.write("#reply", "写到一半")
	if code := d.stop(); code != 0 {
		t.Fatalf("the program ended with %d", code)
	}
	p.until("a broken connection", "document.querySelector('#app').dataset.ws !== 'open'")
	_, err := d.box.Text(ann, "还在吗")
	must(t, err)
	d.start()
	p.live(2)
	d.settle()
	d.says(ann, "又好了")
	p.see("#stream .msg-in >> 又好了")
	p.sameAsStored(d, id)
	p.until("the draft", "document.querySelector('#reply').value === '写到一半'")
}

// The power goes while WeChat has the reply and has not answered yet. Whether it
// arrived is not known, so a person decides.
func TestPowerCutWhileSending(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann := d.customer("安")
	d.says(ann, "在吗")
	id := d.conversation(ann).ID
	p.claim(id)
	for _, text := range []string{"第一条", "第二条"} {
		before := len(d.box.Received(ann))
		d.box.AddFault(sandbox.Fault{On: sendPath, Kind: "slow", DelayMS: 600_000})
		p.reply(text)
		d.received(ann, before+1)
		d.kill()
		d.start()
		p.see("#stream .is-unsure >> " + text)
		p.see(".msg-fail-warn >> " + p.word("inbox.fail.unknown"))
	}
	p.click("#stream .is-unsure:has(.bubble) .msg-fail-warn >> " + p.word("inbox.fail.delivered"))
}
