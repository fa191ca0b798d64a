package e2e

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	cd "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const mergeSwitch = "kf-composer .merge input"

// pieces waits until these texts are in the tray.
func (p *page) pieces(texts ...string) {
	p.t.Helper()
	want, _ := json.Marshal(append([]string{}, texts...)) // strings always encode
	p.until("pieces "+strings.Join(texts, " | "), fmt.Sprintf(
		"JSON.stringify([...document.querySelectorAll('.piece textarea')].map(({ value }) => value)) === %s", quote(string(want))))
}

func (p *page) file(text string) {
	p.t.Helper()
	p.write("#reply", text)
	p.press(kb.Enter)
	p.field("")
}

// With the switch on, Enter files what is in the field, and Ctrl+Enter sends all
// of it as one. Until then pieces can be changed, moved and removed, and a reload
// keeps them.
func TestPieces(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	p.click(mergeSwitch)
	for _, text := range []string{"一", "二", "三", "四"} {
		p.file(text)
	}
	p.pieces("一", "二", "三", "四")
	p.see(".pieces >> " + p.word("composer.pieces.count", "n", 4))
	p.see("kf-composer .send >> " + p.word("composer.send_n", "n", 1))

	p.click(".piece:nth-child(2) textarea")
	p.press(kb.ArrowUp, cd.ModifierAlt)
	p.pieces("二", "一", "三", "四")
	p.press(kb.ArrowDown, cd.ModifierAlt)
	p.press(kb.ArrowDown, cd.ModifierAlt)
	p.pieces("一", "三", "二", "四")
	p.write(".piece:nth-child(3) textarea", "又")
	p.press(kb.Enter)
	p.pieces("一", "三", "二又", "四")
	p.until("the cursor in the field", "document.activeElement.id === 'reply'")
	p.pull(".piece:nth-child(4) .piece-grip", ".piece:nth-child(1)")
	p.pieces("四", "一", "三", "二又")
	p.click(".piece:nth-child(2) .btn")
	p.pieces("四", "三", "二又")
	p.write("#reply", "五")
	p.reload()
	p.live(1)
	p.pieces("四", "三", "二又")
	p.field("五")

	p.click("#reply")
	p.press(kb.Enter, cd.ModifierCtrl)
	p.gone(".pieces")
	if got := d.received(ann, 1)[0].Text(); got != "四\n三\n二又\n五" {
		t.Errorf("sent: %q", got)
	}
	p.budget(4)

	// The list shows pieces as a draft; turned off, they are one text in the field.
	p.file("六")
	p.file("七")
	p.see(".conv >> 六 七")
	p.click(mergeSwitch)
	p.gone(".pieces")
	p.field("六\n七")
	p.press(kb.Enter)
	p.click("#reply")
	p.press(kb.Enter)
	if got := d.received(ann, 2)[1].Text(); got != "六\n七" {
		t.Errorf("sent: %q", got)
	}
}

// The last reply joins by itself and says so. One by one is offered as long as
// the budget allows it.
func TestTheLastReplyJoins(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	p.click(mergeSwitch)
	p.file("甲")
	p.gone(".pieces-head button")
	p.file("乙")
	p.click(".pieces-head button >> " + p.word("composer.pieces.apart", "n", 2))
	p.gone(".pieces")
	got := d.received(ann, 2)
	if texts := []string{got[0].Text(), got[1].Text()}; !reflect.DeepEqual(texts, []string{"甲", "乙"}) {
		t.Errorf("sent: %q", texts)
	}
	p.click(mergeSwitch)
	p.reply("丙")
	p.budget(2)
	p.until("no joining yet", "!document.querySelector('.merge input').checked")
	p.reply("丁")
	p.budget(1)
	p.until("joining", "document.querySelector('.merge input').checked")
	p.see(".composer-hint >> " + p.word("composer.hint.joined"))
	p.file("戊")
	p.file("己")
	p.gone(".pieces-head button")
	p.click("kf-composer .send")
	if got := d.received(ann, 5)[4].Text(); got != "戊\n己" {
		t.Errorf("sent: %q", got)
	}
	p.budget(0)
}

// The limit counts for all pieces together. Over it they are split after the
// cost was shown, and a link is not cut in two.
func TestPiecesThatAreTooLong(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	p.click(mergeSwitch)
	p.file(strings.Repeat("好", 590))
	p.gone(".bytes")
	p.file(strings.Repeat("的", 20))
	p.see(".bytes >> 1,831 / 2,048")
	link := `<a href="https://example.com/` + strings.Repeat("a", 300) + `">这里</a>`
	p.file("看" + link + "，谢谢")
	p.see(".bytes-over")
	p.until("a button that is off", "document.querySelector('kf-composer .send').disabled")
	p.press(kb.Enter, cd.ModifierCtrl)
	p.see(".pieces")
	p.click(".composer-hint button >> " + p.word("composer.split", "n", 2))
	got := d.received(ann, 2)
	if !strings.Contains(got[1].Text(), link) {
		t.Errorf("the second part: %q", got[1].Text())
	}
	p.budget(3)
}
