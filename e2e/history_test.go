package e2e

import (
	"fmt"
	"testing"
)

// Older messages come as one scrolls up, and the place under the reader's eyes
// stays where it is; what comes meanwhile is told and does not pull the page.
func TestHistoryKeepsItsPlace(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	for i := range 160 {
		_, err := d.box.Text(ann, fmt.Sprintf("第 %d 句", i))
		must(t, err)
	}
	d.settle()
	p.reload()
	p.live(1)
	p.see("#stream .msg-in >> 第 159 句")
	shown := len(p.shown())
	if shown >= 160 {
		t.Fatalf("all %d messages at once", shown)
	}
	// Scroll up until a page has come, and look where a message stands before and after.
	const place = `(() => {
		const stream = document.querySelector('#stream');
		const edge = stream.getBoundingClientRect().top;
		const first = [...stream.querySelectorAll('[data-id]')].find((e) => e.getBoundingClientRect().top >= edge);
		return first.dataset.id + ' ' + Math.round(first.getBoundingClientRect().top - edge);
	})()`
	before := eval[string](p, `(() => {
		const stream = document.querySelector('#stream');
		stream.scrollTop = -(stream.scrollHeight - stream.clientHeight - 300);
		return `+place+`;
	})()`)
	p.until("an older page", fmt.Sprintf("document.querySelectorAll('#stream [data-id]').length > %d", shown))
	if after := eval[string](p, place); after != before {
		t.Errorf("the place moved from %q to %q", before, after)
	}
	d.says(ann, "新的一句")
	p.see(".pill >> " + p.word("inbox.pill.new", "n", 1))
	if after := eval[string](p, place); after != before {
		t.Errorf("a new message moved the place from %q to %q", before, after)
	}
	p.click(".pill")
	p.until("the bottom", "document.querySelector('#stream').scrollTop > -2")
	p.see("#stream .day-new >> " + p.word("inbox.new_below"))
	p.see("#stream .msg-in >> 新的一句")
	p.until("the first message", `(() => {
		document.querySelector('#stream').scrollTop = -1e6;
		return document.querySelector('#stream .msg-in .bubble').innerText === '你好';
	})()`)
	p.sameAsStored(d, d.conversation(ann).ID)
}

// The thread goes on over the conversations of a customer: an ended one stays
// above the new one.
func TestThreadGoesOverConversations(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	p.reply("再见")
	d.received(ann, 1)
	p.click(".thread-acts >> " + p.word("inbox.act.end"))
	p.told(p.part("inbox.ended"))
	p.click(".toast button")
	p.see("#stream .evt >> " + p.word("inbox.event.reopened.me"))
	p.reload()
	p.live(1)
	p.click(".thread-acts >> " + p.word("inbox.act.end"))
	p.click(".view >> " + p.word("inbox.view.ended"))
	p.click(".conv")
	p.see("kf-bar .claim >> " + p.word("composer.ended.title"))
	d.says(ann, "还有一件事")
	id := d.conversation(ann).ID
	p.show("all", id)
	p.see("#stream .msg-in >> 还有一件事")
	p.see("#stream .msg-out >> 再见")
}

// holdPages lets pages of the timeline wait on their way to the browser until
// release is called.
func (p *page) holdPages() (release func()) {
	p.t.Helper()
	eval[bool](p, `(() => {
		const real = window.fetch;
		window.held = 0;
		const open = new Promise((done) => { window.letGo = () => { window.fetch = real; done(); }; });
		window.fetch = async (address, ...rest) => {
			const answer = await real(address, ...rest);
			if (String(address).includes('/messages?')) { window.held++; await open; }
			return answer;
		};
		return true;
	})()`)
	return func() { p.t.Helper(); eval[bool](p, "(window.letGo(), true)") }
}

// A page that comes later than live messages leaves no hole before them, and
// still knows that there are older ones.
func TestPageThatComesLate(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann := d.customer("安")
	many := func(from, to int) {
		t.Helper()
		for i := from; i < to; i++ {
			_, err := d.box.Text(ann, fmt.Sprintf("第 %d 句", i))
			must(t, err)
		}
		d.settle()
	}
	many(0, 60)
	id := d.conversation(ann).ID
	eval[bool](p, "(location.hash = '#waiting', true)")
	p.see(row(id) + " >> 第 59 句")
	release := p.holdPages()
	p.click(row(id))
	p.until("a page on its way", "window.held > 0")
	d.says(ann, "快的一句")
	p.see("#stream .msg-in >> 快的一句")
	release()
	p.sameAsStored(d, id)

	// The same for a thread that was left and is opened again after more than a page.
	bob := d.customer("博")
	d.says(bob, "你好")
	p.show("waiting", d.conversation(bob).ID)
	p.see("#stream .msg-in >> 你好")
	many(60, 140)
	release = p.holdPages()
	p.show("waiting", id)
	p.until("a page on its way", "window.held > 0")
	d.says(ann, "又一句快的")
	p.see("#stream .msg-in >> 又一句快的")
	release()
	p.sameAsStored(d, id)
}
