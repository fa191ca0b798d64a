package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// The phone page plays any user: a new one, every kind of message, the faults of
// the platform and the time.
func TestPhonePage(t *testing.T) {
	parallel(t)
	d := newPlay(t)
	phone := newPage(t, "phone", d.URL, look{})
	phone.open("/phone")
	phone.see(".lab-user")
	phone.click(".lab-pad button")
	phone.write("#new-user", "小王")
	phone.press(kb.Enter)
	phone.see(".lab-user[aria-current] >> 小王")
	phone.click("#acts button >> " + phone.word("phone.event.follow"))
	phone.see(`.wx-tip[data-tip="follow"]`)

	p := d.agent("chenjiayi")
	p.click(".view >> " + p.word("inbox.view.waiting"))
	p.click(".conv >> " + p.word("inbox.short.subscribe"))
	p.click("kf-bar .btn-primary")
	kinds := []string{"image", "voice", "video", "shortvideo", "location", "link", "file", "sticker", "miniprogrampage"}
	for i, kind := range kinds {
		phone.click("#acts .lab-grid button >> " + phone.word("phone.type."+kind))
		if kind != "sticker" { // which has nothing to choose
			phone.click("#lab-pane button:not(.lab-voice button)")
		}
		phone.see(fmt.Sprintf(`.wx-me[data-type="%s"]`, kind))
		p.until("a "+kind, fmt.Sprintf("document.querySelectorAll('#stream .msg-in').length === %d", i+1))
	}
	p.gone("#stream .unknown >> " + p.word("inbox.card.unknown"))
	phone.click("#acts .lab-grid button >> " + phone.word("phone.type.image"))
	phone.choose("#lab-pane [type=file]", file(t, "own.png", drawing(t, 11)))
	p.until("the picture from the disk", "[...document.querySelectorAll('#stream .msg-in .pic img')].at(-1)?.naturalWidth === 320")

	phone.click(".lab-text .btn-icon")
	phone.click("kf-emoji .emoji-grid button")
	phone.click(".lab-text .btn-primary")
	phone.see(".wx-me .wx-words img.emo")

	phone.click("#users label >> " + phone.word("phone.fault.45015"))
	phone.until("the fault", "fetch('/phone/api/state').then((a) => a.json()).then(({ faults }) => faults.length === 1)")
	p.reply("收到")
	p.see("#stream .msg-fail >> " + p.word("wxerr.45015"))
	phone.until("no fault any more", "document.querySelector('#users [name=fault]').checked")

	phone.click("#acts button >> " + phone.word("phone.event.click"))
	p.budget(3)
	p.reply("点了菜单")
	phone.see(`.wx-msg[data-kf="jiayi@hemu_life"] >> 点了菜单`)
	phone.click("#users button >> " + phone.word("phone.time.1h"))
	phone.until("an hour later", fmt.Sprintf("fetch('/phone/api/state').then((a) => a.json()).then(({ now }) => now > %d)", time.Now().Add(59*time.Minute).UnixMilli()))
	p.reload()
	p.see(".blocked")
	// Another day begins, which only the inbox asks the server about.
	phone.click("#users button >> " + phone.word("phone.time.47h"))
	phone.until("some seconds of another day", fmt.Sprintf(`import(document.querySelector('script[src$="/js/phone.js"]').src.replace('phone.js', 'lib/clock.js'))
		.then(({ tick }) => tick.value > %d)`, time.Now().Add(48*time.Hour+3*time.Second).UnixMilli()))
	phone.click(".lab-user >> 阿明")
	phone.see(`.wx-msg[data-kf="xiaoli@hemu_life"]`)
}
