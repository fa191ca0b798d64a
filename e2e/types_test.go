package e2e

import (
	"fmt"
	"strings"
	"testing"

	"kfdesk/hub/wechat/sandbox"
)

// Everything that a customer can send is shown for what it is, and what nobody
// knows yet says so and can be looked at.
func TestEveryTypeIsShown(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := login(t, d.URL, "admin", password, look{})
	ann := d.customer("安")
	d.says(ann, "什么都能发")
	id := d.conversation(ann).ID
	p.show("all", id)
	sends := map[string]string{ // what it is to what must be seen of it
		"image":           ".bubble-media img",
		"voice":           ".bubble-voice",
		"video":           ".bubble-media .film",
		"shortvideo":      ".bubble-media .film",
		"location":        ".bubble-card a.card[href*='?position=120.162399,30.259244&coordinate=gaode&'] .card-map",
		"link":            ".bubble-card a.card[href^='https://']",
		"file":            ".bubble-card >> .txt",
		"sticker":         ".unknown >> " + p.word("inbox.card.sticker"),
		"miniprogrampage": ".bubble-card >> " + p.word("inbox.card.miniprogram"),
	}
	samples := map[string]sandbox.Action{}
	for _, a := range sandbox.Samples() {
		if _, have := samples[a.Do]; !have {
			samples[a.Do] = a
		}
	}
	for kind, must := range sends {
		a := samples[kind]
		a.OpenID = ann
		d.act(a)
		p.until("a "+kind, fmt.Sprintf("e2e.find(%s).length", quote("#stream .msg-in:last-of-type "+must)))
	}
	d.act(sandbox.Action{OpenID: ann, Do: "message", Type: "hologram"})
	p.see("#stream .unknown >> " + p.word("inbox.card.unknown"))
	p.see("#stream .msg-in details.raw:not([open])")
	p.click("#stream .msg-in .raw summary")
	p.see("#stream .msg-in .raw-text >> <MsgType><![CDATA[hologram]]></MsgType>")
	d.act(sandbox.Action{OpenID: ann, Do: "event", Type: "TELEPORT"})
	p.see("#stream .evt >> " + strings.TrimSpace(p.part("inbox.event.unknown_event")))
	p.see("#stream .evt-raw details.raw:not([open])")
	d.act(sandbox.Action{OpenID: ann, Do: "text", Text: `<img src=x onerror=alert(1)> [微笑] https://example.com/a?b=1&c=2。`})
	p.see("#stream .bubble >> <img src=x onerror=alert(1)>")
	p.see(`#stream .bubble a[href="https://example.com/a?b=1&c=2"]`)
	p.accessible("all types")
	p.sameAsStored(d, id)
}

func (d *desk) act(a sandbox.Action) {
	d.t.Helper()
	_, err := d.box.Act(a)
	must(d.t, err)
	d.settle()
}
