package e2e

import (
	"testing"
)

// At the width of a phone one pane is seen at a time, and nothing is cut off.
func TestSmallScreen(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := login(t, d.URL, "xiaoli", password, look{phone: true})
	ann := d.customer("安")
	d.says(ann, "你好")
	id := d.conversation(ann).ID
	p.tap(".view >> " + p.word("inbox.view.waiting"))
	p.tap(row(id))
	p.see("#stream .msg-in >> 你好")
	p.gone("#list .conv")
	p.tap("kf-bar .btn-primary")
	p.see("#reply")
	p.until("no keyboard over the thread", "document.activeElement.id !== 'reply'")
	p.until("room for the reply", "document.querySelector('kf-composer .send').getBoundingClientRect().bottom <= innerHeight")
	p.until("16 px, so that nothing zooms", "parseFloat(getComputedStyle(document.querySelector('#reply')).fontSize) >= 16")
	p.write("#reply", "您好")
	p.tap("kf-composer .send")
	p.see("#stream .msg-out .msg-state time")
	d.received(ann, 1)
	p.tap(".thread-back")
	p.see("#list .conv")
	p.gone("#stream")
	p.until("nothing cut off", "document.documentElement.scrollWidth <= innerWidth")
	for _, small := range eval[[]string](p, `[...document.querySelectorAll('a, button')].filter((e) => e.checkVisibility())
		.map((e) => [e, e.getBoundingClientRect()]).filter(([, { width, height }]) => width > 0 && (width < 24 || height < 24)).map(([e]) => e.outerHTML.slice(0, 120))`) {
		t.Errorf("too small for a finger: %s", small)
	}
}
