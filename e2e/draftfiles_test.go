package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// A picture that waits in the composer and a form that was begun are in both
// browsers of their agent, in their own conversation and over a reload; what left
// is gone everywhere.
func TestDraftFilesInTwoBrowsers(t *testing.T) {
	parallel(t)
	d, p, other, ann, bo := twoBrowsers(t)
	id, jiayi := d.conversation(ann).ID, d.agent("jiayi")
	other.show("mine", d.conversation(bo).ID)
	news := func(p *page) {
		t.Helper()
		p.click(`.tools [aria-label="` + p.word("editor.news") + `"]`)
		p.see("#news-title")
	}
	row := fmt.Sprintf(".conv[data-id='%d'] ", id)

	p.attach(file(t, "灯罩.png", drawing(t, 1)))
	other.see(row + ".draft")
	other.see(row + ">> " + other.word("inbox.row.type", "type", other.word("inbox.type.image")))
	other.gone(".attach")
	other.accessible("a picture as a draft")
	other.show("mine", id)
	other.see(".attach >> 灯罩.png")
	other.until("the picture itself", "document.querySelector('.attach img').naturalWidth === 320")
	jiayi.click(".view >> " + jiayi.word("inbox.view.all"))
	jiayi.see(row)
	jiayi.gone(".draft")

	news(p)
	p.fill("#news-title", "灯罩免费换新")
	news(other)
	other.until("what was begun elsewhere", "document.querySelector('#news-title').value === '灯罩免费换新'")
	other.press(kb.Escape)
	p.press(kb.Escape)

	other.reload()
	other.live(1)
	other.see(".attach >> 灯罩.png")
	other.click("#reply")
	other.press(kb.Enter)
	if got := d.received(ann, 1); got[0].Type != "image" {
		t.Errorf("a %s arrived", got[0].Type)
	}
	p.gone(".attach")
	p.see(row + ".draft") // the form goes on
	news(p)
	p.fill("#news-title", "")
	p.press(kb.Escape)
	p.gone(".draft")
	other.gone(".draft")
}
