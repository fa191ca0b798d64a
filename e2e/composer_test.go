package e2e

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	cd "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// writing is a desk with an agent who serves one customer.
func writing(t *testing.T) (d *desk, p *page, openid string) {
	t.Helper()
	d = newDesk(t)
	p = d.agent("xiaoli")
	openid = d.customer("安")
	d.says(openid, "你好")
	p.claim(d.conversation(openid).ID)
	return d, p, openid
}

// Enter belongs to the input method while it composes: it takes the letters as
// they are, and must not send them.
func TestEnterWhileComposing(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	p.click("#reply")
	p.compose("ni")
	p.compose("ni hao")
	p.rawKey("Process", 229)
	p.rawKey("Enter", 13)
	p.field("ni hao")
	p.commit("你好")
	p.field("你好")
	p.compose("a")
	p.press(kb.Escape)
	p.compose("")
	p.field("你好")
	p.write("#reply", "！")
	p.press(kb.Enter)
	if got := d.received(ann, 1)[0].Text(); got != "你好！" {
		t.Errorf("sent: %q", got)
	}
	// Keys of the inbox sleep too while an input method composes.
	p.press(kb.Escape)
	p.until("no field in focus", "document.activeElement === document.body || !document.activeElement.matches('textarea')")
}

func TestShiftEnterBreaksTheLine(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	p.write("#reply", "第一行")
	p.press(kb.Enter, cd.ModifierShift)
	p.field("第一行\n")
	p.write("#reply", "第二行")
	p.press(kb.Enter)
	if got := d.received(ann, 1)[0].Text(); got != "第一行\n第二行" {
		t.Errorf("sent: %q", got)
	}
	p.until("both lines", "document.querySelector('#stream .msg-out .bubble').innerText.includes('\\n')")
}

// WeChat takes 2,048 bytes. The counter comes near the limit; above it the text
// is not sent, and can be split.
func TestLongText(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	p.write("#reply", strings.Repeat("好", 599))
	p.gone(".bytes")
	p.write("#reply", "好")
	p.see(".bytes >> 1,800 / 2,048")
	p.write("#reply", strings.Repeat("。今天下雨，", 40))
	p.see(".bytes-over")
	p.see(".hint-bad")
	p.until("a button that is off", "document.querySelector('kf-composer .send').disabled")
	p.press(kb.Enter)
	p.see(".bytes-over")
	p.click(".composer-hint button >> " + p.word("composer.split", "n", 2))
	got := d.received(ann, 2)
	if whole := got[0].Text() + got[1].Text(); whole != strings.Repeat("好", 600)+strings.Repeat("。今天下雨，", 40) {
		t.Errorf("the parts are not the whole: %q", whole)
	}
	for _, part := range got {
		if n := len(part.Text()); n > 2048 {
			t.Errorf("a part has %d bytes", n)
		}
	}
	p.budget(3)
}

// More than the budget allows is not sent at all.
func TestMoreThanTheBudget(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	for i := range 4 {
		p.reply(fmt.Sprint(i))
	}
	p.budget(1)
	p.see(".composer-low .composer-hint >> " + p.word("composer.hint.last"))
	p.attach(file(t, "desk.png", drawing(t, 5)))
	p.write("#reply", "图和字要两条")
	p.see(".hint-bad")
	p.press(kb.Enter, cd.ModifierCtrl)
	p.field("图和字要两条")
	p.click(".attach button")
	p.gone(".attach")
	p.click("#reply")
	p.press(kb.Enter, cd.ModifierCtrl)
	d.received(ann, 5)
}

func TestEmoticons(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	p.write("#reply", "你好")
	p.click(fmt.Sprintf(".tools [aria-label=%q]", p.word("composer.emoji")))
	p.see("kf-emoji button.is-active")
	p.press(kb.Enter)
	p.gone("kf-emoji .emoji")
	p.until("a code in the field", "/^你好.+/.test(document.querySelector('#reply').value)")
	p.press(kb.Enter)
	code := strings.TrimPrefix(d.received(ann, 1)[0].Text(), "你好")
	p.until("the picture of "+code, fmt.Sprintf("document.querySelector('#stream .msg-out img.emo')?.alt === %s", quote(code)))
	d.says(ann, "哈哈/::)")
	p.see("#stream .msg-in img.emo")
}

// A picture can be chosen, pasted and dropped. It is seen before it is sent, and
// WeChat gets the very bytes.
func TestPictures(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	p.click("#reply")
	p.pastePicture(drawing(t, 6))
	p.see(".attach img")
	p.until("a preview", "document.querySelector('.attach img').naturalWidth === 320")
	p.press(kb.Enter)
	d.received(ann, 1)
	p.until("the picture in the thread", "document.querySelector('#stream .msg-out img')?.naturalWidth === 320")

	path := file(t, "desk.png", drawing(t, 7))
	drop := p.drag("#stream", path)
	p.see(".drop >> " + p.word("composer.drop.title"))
	drop()
	p.gone(".drop")
	p.see(".attach >> desk.png")
	p.write("#reply", "看这张")
	p.see("kf-composer .send >> " + p.word("composer.send_n", "n", 2))
	p.press(kb.Enter)
	got := d.received(ann, 3)
	if got[1].Type != "image" || got[2].Text() != "看这张" {
		t.Errorf("arrived: %s, then %s", got[1].Type, got[2].Type)
	}
	if !bytes.Equal(d.bytes(got[1].File), drawing(t, 7)) {
		t.Error("WeChat got other bytes than were dropped")
	}

	p.attach(file(t, "big.png", noise(t, 2000, 1600)))
	p.see(".attach >> " + p.word("composer.picture.scaled"))
	p.click("kf-composer .send")
	if n := len(d.bytes(d.received(ann, 4)[3].File)); n > 2<<20 || n < 1<<16 {
		t.Errorf("scaled to %d bytes", n)
	}
	p.click("#stream .msg-out .pic")
	p.see("dialog.viewer")
	p.press(kb.ArrowRight)
	p.see("dialog.viewer [role=status] >> 2 / 3")
	p.press(kb.Escape)
	p.gone("dialog.viewer")
}

// What WeChat does not take is refused with the reason, before it is uploaded.
func TestPicturesThatAreRefused(t *testing.T) {
	parallel(t)
	_, p, _ := writing(t)
	for name, c := range map[string]struct {
		data []byte
		why  string
	}{
		"logo.svg":   {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>`), "composer.picture.type"},
		"photo.heic": {append([]byte("\x00\x00\x00\x18ftypheic"), make([]byte, 200)...), "composer.picture.heic"},
		"half.png":   {drawing(t, 1)[:60], "composer.picture.broken"},
		"huge.jpg":   {make([]byte, 10<<20+1), "composer.picture.too_large"},
	} {
		p.drag("#stream", file(t, name, c.data))()
		p.see(".hint-bad >> " + p.word(c.why, "name", name))
		p.gone(".attach")
	}
}
