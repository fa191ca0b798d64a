package e2e

import (
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
