package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"kfdesk/hub/wechat/sandbox"
)

// A voice that WeChat does not give says so and is tried again: it comes late, or
// it is lost after three days.
func TestVoiceThatWaits(t *testing.T) {
	parallel(t)
	d := newPlay(t)
	p := d.agent("chenjiayi")
	p.click(".view >> " + p.word("inbox.view.waiting"))
	p.click(".conv >> 陈先生")
	p.see("#stream .msg-in")
	const newest = "#stream article:last-of-type .bubble-voice"
	voice := p.word("inbox.type.voice")
	broken := map[string]any{"on": "/cgi-bin/media/get", "kind": "bad_gateway", "times": -1}
	d.control("faults", broken)
	d.act(demoChen, "voice", "sample", "voice.amr")
	p.see(newest + " .unknown >> " + p.word("inbox.media.retried", "what", voice))
	d.control("faults/clear", map[string]any{})
	d.advance(time.Minute)
	p.see(newest + " .voice-play")

	d.control("faults", broken)
	d.act(demoChen, "voice", "sample", "voice.amr")
	p.see(newest + " .unknown >> " + p.word("inbox.media.retried", "what", voice))
	d.advance(73 * time.Hour)
	p.see(newest + " .unknown >> " + p.word("inbox.media.expired", "what", voice))
	got := script[[]string](p, "ui/media.js", `
		const { render } = await import(JSON.parse(document.getElementById('boot').textContent).static + '/js/lib/html.js');
		return ['wanted', 'lost'].map((state) => {
			const box = document.createElement('div');
			render(m.missing({ state, error: 'disk_full' }, `+quote(voice)+`), box);
			return box.textContent.trim();
		});`)
	if got[0] != p.word("inbox.media.no_room", "what", voice) || got[1] != p.word("inbox.media.disk_full", "what", voice) {
		t.Errorf("of a disk that is full: %q", got)
	}
}

// A picture that no browser shows, or that is broken, can be taken away, with a
// name that fits.
func TestPictureThatCannotBeShown(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann := d.customer("安")
	for n, data := range []string{"BM\xff\xff\xff\x7f\x00\x00\x00\x00\x36\x00\x00\x00", string(drawing(t, 3)[:40])} {
		d.act(sandbox.Action{OpenID: ann, Do: "image", File: []byte(data), FileName: "photo.jpg"})
		p.show("all", d.conversation(ann).ID)
		p.until("what to do instead", fmt.Sprintf("e2e.find(%s).length === %d", quote("kf-picture .unshown >> "+p.word("inbox.media.format")), n+1))
	}
	p.accessible("pictures that cannot be shown")
	d.act(sandbox.Action{OpenID: ann, Do: "image", File: drawing(t, 4), FileName: "good.png"})
	p.click("#stream .pic")
	p.see("dialog.viewer [role=status] >> 3 / 3")
	p.press(kb.ArrowLeft)
	p.see("dialog.viewer .viewer-stage >> " + p.word("inbox.media.format"))
	p.press(kb.Escape)
	p.gone("dialog.viewer")
	name := eval[string](p, "fetch(document.querySelector('kf-picture a[download]').href).then((answer) => answer.headers.get('Content-Disposition'))")
	if name != "attachment; filename=kfdesk-1.bmp" {
		t.Errorf("kept as %q", name)
	}
}
