package e2e

import "testing"

// Who asks for a person is moved forward without a word of ours: in the list of
// all, in the thread, for the next one to be claimed, and counted in the rules.
func TestKeywordMovesForward(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	admin, p := d.agent("admin"), d.agent("xiaoli")
	admin.open("/settings/routing")
	admin.click(`[value="add_keyword"]`)
	admin.fill(`[name="keyword-words-1"]`, "人工、客服")
	eval[bool](admin, `((select) => { select.value = 'raise'; select.dispatchEvent(new Event('input', { bubbles: true })); return true; })(document.querySelector('[name="keyword-do-1"]'))`)
	admin.until("nothing to be written", `getComputedStyle(document.querySelector('[name="keyword-text-1"]')).display === 'none'`)
	admin.leave(func() { admin.click("[data-savebar] .btn-primary") })

	ann, ben := d.customer("安"), d.customer("本")
	d.says(ann, "灯罩裂了")
	first := d.conversation(ann).ID
	p.click(".view >> " + p.word("inbox.view.waiting"))
	p.see(row(first))
	d.says(ben, "我要转人工")
	second := d.conversation(ben).ID
	p.inList(second, first)
	p.see(row(second) + " .conv-raised >> " + p.word("routing.raised"))
	p.show("waiting", second)
	p.see("#stream .evt >> " + p.word("inbox.event.raised", "word", "人工"))
	p.seen("keyword-raised")
	if n := len(d.messages(second)); n != 2 {
		t.Errorf("%d messages: nothing should be sent", n)
	}
	p.click(".next .btn") // the next one
	p.see("#reply")
	p.show("mine", second)
	p.see(row(second))
	p.gone(row(second) + " .conv-raised")

	admin.reload()
	admin.see("tr .hits >> " + admin.word("routing.keyword.hits", "n", 1))
	admin.accessible("keywords")
}

// The page of the rules in all looks.
func TestLooksOfTheRules(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	d.tags("售后", "换新", "批发")
	for _, l := range looks {
		p := login(t, d.URL, "admin", password, l)
		for part, at := range map[string]string{"tags": "#tags", "closing": "#order", "autos": "#autos", "keywords": "[value=add_keyword]"} {
			p.open("/settings/routing")
			p.see("#undo")
			if part == "keywords" {
				p.click(`[value="add_keyword"]`)
				p.click(`[value="add_keyword"]`)
				eval[bool](p, `((list) => { list.value = 'raise'; list.dispatchEvent(new Event('input', { bubbles: true })); return true; })(document.querySelector('tr select[name^="keyword-do"]'))`)
			}
			eval[bool](p, "(document.querySelector("+quote(at)+").scrollIntoView(), true)")
			p.until("only the page scrolled", "document.scrollingElement.scrollTop === 0")
			p.seen("routing-" + part)
		}
	}
}
