package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// The ways to write a reply, in both themes, both widths and both languages.
func TestLooksOfWriting(t *testing.T) {
	for _, l := range looks {
		t.Run(l.String(), func(t *testing.T) {
			parallel(t)
			d := newDesk(t)
			p := login(t, d.URL, "xiaoli", password, l)
			ann := d.customer("安")
			d.says(ann, "发票抬头麻烦改成「杭州云雀文化创意有限公司」")
			p.claim(d.conversation(ann).ID)
			for _, text := range []string{"收到，抬头改好了。", "税号再核对一下。", "今天内处理完。", "电子发票已开。"} {
				p.reply(text)
			}
			p.budget(1)
			for _, text := range []string{"您好，昨天那张发票没有作废成功，请先不要报销。", "新发票今天 16:00 前会重新发到同一个邮箱，抬头和税号不变。", "收到后麻烦在这里回个「1」，这样后续我还能联系到您。"} {
				p.file(text)
			}
			p.seen("write-pieces")
			p.write("#reply", "请看说明书")
			eval[bool](p, "(document.querySelector('#reply').setSelectionRange(2, 5), true)")
			p.click(fmt.Sprintf(".tools [aria-label=%q]", p.word("composer.link")))
			p.click("kf-link label >> " + p.word("composer.link.program"))
			p.fill("#link-appid", "wx123")
			p.fill("#link-path", "pages/manual/index")
			p.seen("write-link")
			p.press(kb.Escape)
			p.gone("kf-link dialog")

			p.grant("microphone")
			p.editor("voice")
			p.seen("write-voice-idle")
			p.click(".rec-go")
			p.see(".rec-live .voice-wave rect:nth-child(8)")
			p.seen("write-voice-live")
			p.click(".rec-stop")
			p.see(".rec .btn >> " + p.word("editor.voice.again"))
			p.seen("write-voice")
			p.click("dialog .seg label >> " + p.word("editor.voice.file"))
			p.choose("dialog [type=file]", file(t, "录音_0313.mp3", mp3(86)))
			p.see(".rec-bad")
			p.seen("write-voice-bad")
			p.press(kb.Escape)
			p.gone("dialog[open]")

			p.editor("video")
			p.choose("dialog [accept^=video]", file(t, "落地灯开箱与安装.mp4", film(t)))
			p.until("four pictures", "[...document.querySelectorAll('.frames img')].filter((img) => img.naturalWidth).length === 4")
			p.seen("write-video")
		})
	}
}
