package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"kfdesk/hub/wechat/sandbox"
)

// An agent sends each of the types from its editor, and the customer's phone
// shows it under the agent's name.
func TestEveryTypeFromEditorToPhone(t *testing.T) {
	parallel(t)
	d := newPlay(t)
	d.act(demoChen, "text", "text", "有人吗")
	p := d.agent("lixiaolin")
	p.grant("microphone")
	p.click(".view >> " + p.word("inbox.view.waiting"))
	p.click(".conv >> 有人吗")
	p.click("kf-bar .btn-primary")
	p.see("#reply")
	phone := newPage(t, "phone", d.URL, look{})
	phone.open("/phone#" + demoChen)
	shop := sandbox.Demo().Account
	picture := file(t, "cover.png", drawing(t, 8))
	for n, one := range []struct {
		kind string
		send func()
		seen string // in the message on the phone
	}{
		{"text", func() {
			p.write("#reply", "请看 ")
			p.click(fmt.Sprintf(".tools [aria-label=%q]", p.word("composer.link")))
			p.fill("#link-label", "我的订单")
			p.click("kf-link label >> " + p.word("composer.link.program"))
			p.fill("#link-appid", shop.MiniPrograms[0].AppID)
			p.fill("#link-path", "pages/order")
			p.fill("#link-href", "https://hemu.example/old")
			p.click("kf-link .btn-primary")
			p.gone("kf-link dialog")
			p.press(kb.Enter)
		}, `.wx-link[title^="禾木小店"] >> 我的订单`},
		{"image", func() {
			p.attach(picture)
			p.click("kf-composer .send")
		}, "img.wx-pic"},
		{"voice", func() {
			p.editor("voice")
			p.click(".rec-go")
			p.see(".rec-live .voice-wave rect:nth-child(6)")
			p.click(".rec-stop")
			p.see(".rec .btn >> " + p.word("editor.voice.again"))
			p.sendEditor("voice-editor")
		}, " >> ″"},
		{"video", func() {
			p.editor("video")
			p.choose("dialog [accept^=video]", file(t, "box.mp4", film(t)))
			p.until("a cover", "document.querySelector('.frames input:checked')")
			p.fill("#video-title", "开箱")
			p.sendEditor("video-editor")
		}, ".pic-len >> 0:03"},
		{"music", func() {
			p.editor("music")
			p.fill("#music-title", "雨打竹叶")
			p.fill("#music-musicurl", "https://music.example/rain.mp3")
			p.choose("kf-music [type=file]", picture)
			p.see("kf-music .wx-music img")
			p.sendEditor("music")
		}, ".wx-music >> 雨打竹叶"},
		{"news", func() { p.writeNews("书桌定制", "半小时内报价", "https://hemu.example/a/desk", picture) }, ".wx-card >> 书桌定制"},
		{"mpnewsarticle", func() { p.sendArticle("article", "落地灯") }, ".wx-card img"},
		{"mpnews", func() { p.sendArticle("material", "木蜡油") }, ".wx-card >> 木蜡油"},
		{"msgmenu", func() {
			p.editor("msgmenu")
			p.fill("#msgmenu-head_content", "满意吗？[微笑]")
			p.fill(".entry:nth-child(1) .input", "满意")
			p.see("kf-msgmenu .wx-menu-msg img.emo")
			p.sendEditor("msgmenu")
		}, "button >> 满意"},
		{"wxcard", func() {
			p.editor("wxcard")
			p.fill("#wxcard-card_id", shop.Cards[0].ID)
			p.sendEditor("wxcard")
		}, ".wx-ticket >> " + shop.Cards[0].Title},
		{"miniprogrampage", func() {
			p.editor("miniprogrampage")
			p.fill("#miniprogrampage-appid", shop.MiniPrograms[0].AppID)
			p.fill("#miniprogrampage-pagepath", "pages/order?id=7")
			p.fill("#miniprogrampage-title", "我的订单 7731")
			p.choose("kf-miniprogrampage [type=file]", picture)
			p.see("kf-miniprogrampage .wx-mp img")
			p.sendEditor("miniprogrampage")
		}, ".wx-mp >> 禾木小店"},
	} {
		one.send()
		phone.see(fmt.Sprintf(`.wx-msg[data-kf="xiaoli@hemu_life"][data-type="%s"] %s`, one.kind, one.seen))
		p.until("the "+one.kind+" as sent", fmt.Sprintf("document.querySelectorAll('#stream .msg-out .msg-state time').length === %d", n+1))
		if n%3 == 2 { // the budget must not run out
			d.act(demoChen, "text", "text", "好")
			p.budget(5)
		}
	}
}

// sendArticle picks an article of a source by a word of its title.
func (p *page) sendArticle(source, title string) {
	p.t.Helper()
	p.editor("articles")
	p.click("kf-articles .seg label >> " + p.word("editor.articles."+source))
	p.click("kf-articles .art >> " + title)
	p.sendEditor("articles")
}
