package e2e

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"kfdesk/hub/wechat/sandbox"

	"github.com/chromedp/chromedp/kb"
)

// A customer's words and pictures go on to another customer of mine, at the
// price that was told; what looks like a link in them is none.
func TestForward(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann, bob, eve := d.customer("安"), d.customer("博"), d.customer("夏")
	p.takes(d, bob, "我也想看看")
	p.takes(d, eve, "我等别的")
	p.takes(d, ann, `看<a href="https://evil.example/">这里</a>[微笑]`)
	d.act(sandbox.Action{OpenID: ann, Do: "image", Sample: "photo-lampshade.jpg"})
	p.see("#stream .msg-in .pic img")

	p.click("#stream .msg:has(.bubble-text) .msg-more")
	p.accessible("message menu")
	p.press(kb.Escape)
	p.gone("[role=menu]")
	p.until("the focus back", "document.activeElement.matches('.msg-more')")
	p.press(kb.Enter)
	p.see("[role=menu]")
	top := "document.querySelector('.msg-menu [role=menu]')?.getBoundingClientRect().top"
	before := eval[float64](p, top)
	d.says(ann, "还有一句"+strings.Repeat("\n再一行", 12))
	p.until("the menu with its message, further up", fmt.Sprintf("%s < %f", top, before-20))
	p.click("[role=menuitem] >> " + p.word("inbox.forward.to"))
	p.see("kf-forward .forward-what >> ＜a href")
	p.until("the open conversation first", "document.querySelector('kf-forward .pick label small').innerText.startsWith("+quote(strings.TrimSuffix(p.part("inbox.forward.here"), "{words}"))+")")
	p.click("kf-forward .pick label:nth-of-type(2)")
	p.see("kf-forward .pip-next")
	p.see("kf-forward .lead >> 4")
	p.accessible("forward")
	to := eval[string](p, "document.querySelector('kf-forward .pick label:nth-of-type(2) input').ariaLabel")
	p.click("kf-forward [type=submit]")
	p.gone("kf-forward dialog")
	p.told(p.part("inbox.forward.done"))
	other := bob
	if strings.Contains(to, eve[len(eve)-4:]) {
		other = eve
	}
	if got := d.received(other, 1)[0]; got.Type != "text" || !strings.Contains(string(got.Body), `看＜a href=\"https://evil.example/\">这里＜/a>[微笑]`) {
		t.Errorf("the other customer got %s %s", got.Type, got.Body)
	}

	p.click("#stream .msg:has(.pic) .msg-more")
	p.click("[role=menuitem] >> " + p.word("inbox.forward.to"))
	p.see("kf-forward .forward-what img")
	p.until("the focus on the open conversation", "document.activeElement === document.querySelector('kf-forward input')")
	p.press(kb.Enter)
	p.gone("kf-forward dialog")
	p.see("#stream .msg-out .pic img")
	if got := d.received(ann, 1)[0]; got.Type != "image" {
		t.Errorf("the same customer got %s", got.Type)
	}
}

// takes lets a customer write and this agent claim it.
func (p *page) takes(d *desk, openid, text string) {
	p.t.Helper()
	d.says(openid, text)
	p.show("waiting", d.conversation(openid).ID)
	p.click("kf-bar .btn-primary")
	p.see("#reply")
}

// A voice and a film go on too, with their picture.
func TestForwardSounds(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann := d.customer("安")
	p.takes(d, ann, "听听看")
	d.act(sandbox.Action{OpenID: ann, Do: "voice", File: dtxClip, FileName: "a.amr"})
	d.act(sandbox.Action{OpenID: ann, Do: "video", Sample: "unboxing.mp4"})
	p.see("#stream .msg-in kf-film img") // with its cover it has its size, and nothing moves any more
	for i, one := range []struct{ kind, selector string }{{"voice", "kf-sound"}, {"video", "kf-film"}} {
		p.see("#stream .msg-in " + one.selector)
		p.click("#stream .msg-in:has(" + one.selector + ") .msg-more")
		p.click("[role=menuitem] >> " + p.word("inbox.forward.to"))
		p.see("kf-forward .forward-what " + one.selector)
		p.click("kf-forward [type=submit]")
		p.see("#stream .msg-out:has(.msg-state time) " + one.selector)
		if got := d.received(ann, i+1)[i]; got.Type != one.kind || one.kind == "voice" && string(d.bytes(got.File)) != string(dtxClip) {
			t.Errorf("the customer got %s", got.Type)
		}
	}
}

// What a customer can send and an account cannot does not go on, and why is told.
func TestForwardOfWhatWeChatRefuses(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann := d.customer("安")
	p.takes(d, ann, "听听看")
	amr := func(seconds int) []byte {
		frame := append([]byte{0x3c}, make([]byte, 31)...) // of 20 ms
		return append([]byte("#!AMR\n"), bytes.Repeat(frame, 50*seconds)...)
	}
	big := append(film(t), 0x00, 0xa0, 0x00, 0x00, 'f', 'r', 'e', 'e') // and 10 MB of nothing
	big = append(big, make([]byte, 10<<20-8)...)
	for n, one := range []struct {
		kind, selector string
		data           []byte
		why            string
	}{
		{"voice", "kf-sound", amr(60), ""},
		{"voice", "kf-sound", amr(61), p.word("inbox.forward.long", "s", 60)},
		{"voice", "kf-sound", amr(2<<20/1600 + 1), p.word("inbox.forward.large", "mb", 2)},
		{"video", "kf-film", big, p.word("inbox.forward.large", "mb", 10)},
		{"video", "kf-film", film(t), ""},
	} {
		d.act(sandbox.Action{OpenID: ann, Do: one.kind, File: one.data})
		newest := fmt.Sprintf("#stream article:nth-of-type(%d)", n+2)
		p.see(newest + " " + one.selector)
		if one.kind == "video" {
			p.see(newest + " img") // the cover, which makes it larger
		}
		p.click(newest + " .msg-more")
		entry := "[role=menuitem] >> " + p.word("inbox.forward.to")
		p.see(entry)
		if got := p.texts(entry)[0]; got != strings.TrimSpace(p.word("inbox.forward.to")+" "+one.why) {
			t.Errorf("%s of %d bytes: %q", one.kind, len(one.data), got)
		}
		p.until("whether it can be chosen", fmt.Sprintf("e2e.find(%s)[0].ariaDisabled === '%t'", quote(entry), one.why != ""))
		p.press(kb.Escape)
		p.gone("[role=menu]")
	}
}
