package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// A newcomer starts the sandbox, writes as a customer on the phone, and answers
// as an agent with a text, a picture and a news card.
func TestFromAMessageToAnAnswer(t *testing.T) {
	parallel(t)
	d := newPlay(t)
	phone := newPage(t, "phone", d.URL, look{})
	phone.open("/phone")
	phone.click(".lab-user >> 新朋友")
	phone.click(".wx-follow button")
	phone.see(`.wx-tip[data-tip="follow"]`)
	xiaoli := d.agent("lixiaolin")
	xiaoli.click(".view >> " + xiaoli.word("inbox.view.waiting"))

	phone.write("#acts form [name=text]", "书桌还有货吗")
	phone.press(kb.Enter)
	xiaoli.see(".conv >> 书桌还有货吗")
	xiaoli.click(".conv >> 书桌还有货吗")
	xiaoli.click("kf-bar .btn-primary")
	xiaoli.reply("有的，今天下单明天发")
	xiaoli.attach(file(t, "desk.png", drawing(t, 1)))
	xiaoli.press(kb.Enter)
	xiaoli.writeNews("书桌定制", "填三个尺寸，半小时内报价", "https://hemu.example/a/desk", file(t, "cover.png", drawing(t, 2)))

	const answer = `.wx-msg[data-kf="xiaoli@hemu_life"]`
	phone.see(answer + `[data-type="text"] >> 有的，今天下单明天发`)
	phone.see(answer + `[data-type="text"] .wx-nick >> 小李`)
	phone.until("the picture", `document.querySelector('`+answer+`[data-type="image"] img.wx-pic')?.naturalWidth === 320`)
	phone.see(answer + `[data-type="news"] >> 书桌定制`)
	phone.until("the cover", `[...document.querySelectorAll('`+answer+`[data-type="news"] .wx-card img')].some((img) => img.naturalWidth > 0)`)
	xiaoli.until("three replies that arrived", `document.querySelectorAll('#stream .msg-out .msg-state time').length === 3`)

	phone.write("#acts form [name=text]", "好，我下单了")
	phone.press(kb.Enter)
	xiaoli.see("#stream .msg-in >> 好，我下单了")
	if !strings.Contains(xiaoli.texts("#composer [role=meter]")[0], "5") {
		t.Errorf("the budget is not full again: %q", xiaoli.texts("#composer [role=meter]"))
	}
}

// attach chooses a picture with the button of the composer.
func (p *page) attach(path string) {
	p.t.Helper()
	p.choose("kf-composer [type=file]", path)
	p.until("a picture in the composer", `document.querySelector('.attach img') && !document.querySelector('.attach-wait')`)
}

// writeNews fills in a news card and sends it.
func (p *page) writeNews(title, description, url, cover string) {
	p.t.Helper()
	p.click(`.tools [aria-label="` + p.word("editor.news") + `"]`)
	p.fill("#news-title", title)
	p.fill("#news-description", description)
	p.fill("#news-url", url)
	if cover != "" {
		p.choose("kf-news [type=file]", cover)
		p.see(".cover-drop img")
	}
	p.click("kf-news .dialog-foot .btn-primary")
	p.gone("kf-news dialog")
}
