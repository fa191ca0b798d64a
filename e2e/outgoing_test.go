package e2e

import (
	"fmt"
	"testing"

	"kfdesk/hub/wechat/sandbox"

	"github.com/chromedp/chromedp/kb"
)

// Every type that an agent can send is drawn as the customer sees it. The rows
// are given to the page as the server would.
func TestEveryReplyIsDrawn(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann := d.customer("安")
	d.says(ann, "都发一遍")
	id := d.conversation(ann).ID
	p.show("all", id)
	p.see("#stream .msg-in")
	d.act(sandbox.Action{OpenID: ann, Do: "voice", Sample: "voice.amr"})
	p.see("#stream kf-sound .voice-len >> ″")
	p.replies(id)
	for what, selector := range map[string]string{
		"text with a link":       `.bubble-text a[href="https://hemu.example/a?b=1&c=2"] >> 登记`,
		"mini program in a text": ".bubble-text .inapp >> 我的订单",
		"menu in a text":         ".bubble-text .inapp >> 满意",
		"voice":                  ".bubble-voice kf-sound .voice-len >> 6″",
		"transcript":             ".voice-text >> 您好，已经补发",
		"video":                  ".bubble-media .film .pic-len >> 0:18",
		"title of the video":     ".bubble-media .caption >> 怎么拆灯罩",
		"music":                  `.card-music[href="https://hemu.example/rain.mp3"] >> 雨打竹叶`,
		"news":                   ".card .card-src >> hemu.example",
		"mpnews":                 `.card[href="https://mp.weixin.qq.com/s/1"] >> 春天的灯`,
		"mpnewsarticle":          ".card >> 秋天的灯",
		"menu":                   ".card-menu li >> 很满意",
		"head of the menu":       ".card-plain >> 这次服务",
		"tail of the menu":       ".card-menu + .card-body >> 点一下",
		"coupon":                 ".card-ticket >> 售后补偿券",
		"mini program":           ".card-mp >> 我的订单 7731",
	} {
		p.until("the "+what, fmt.Sprintf("e2e.find(%s).length", quote("#stream .msg-out "+selector)))
	}
	p.accessible("all replies")
}

// replies puts a reply of each type into the thread that is open.
func (p *page) replies(conversation int64) {
	p.t.Helper()
	script[bool](p, "lib/state.js", fmt.Sprintf(`
		const { customer, account } = m.conversations.get(%[1]d).value;
		const agent = m.me.value.id;
		const ready = m.timeline(%[1]d).messages.value.findLast(({ type }) => type === 'voice').media;
		const rows = [
			['text', { content: '请<a href="https://hemu.example/a?b=1&amp;c=2">登记</a>，或看<a data-miniprogram-appid="wx1234567890abcdef" data-miniprogram-path="pages/order" href="https://hemu.example/old">我的订单</a>[微笑]' }],
			['text', { content: '<a href="weixin://bizmsgmenu?msgmenucontent=满意&msgmenuid=101">满意</a>' }],
			['voice', { transcript: '您好，已经补发' }, { ...ready, duration: 6020 }],
			['video', { title: '怎么拆灯罩', description: '先关电，再往左转' }, { ...ready, mime: 'video/mp4', duration: 18000, width: 360, height: 480 }],
			['music', { title: '雨打竹叶', description: '睡前白噪音', musicurl: 'https://hemu.example/rain.mp3' }],
			['news', { title: '灯罩免费换新登记', description: '填写收货地址即可', url: 'https://hemu.example/news' }],
			['mpnews', { media_id: 'm', title: '春天的灯，换一种颜色', url: 'https://mp.weixin.qq.com/s/1' }],
			['mpnewsarticle', { article_id: 'a', title: '秋天的灯', description: '再换一种', url: 'https://mp.weixin.qq.com/s/2' }],
			['msgmenu', { head_content: '这次服务您满意吗？', list: [{ id: '101', content: '很满意' }, { id: '102', content: '不满意' }], tail_content: '点一下就好' }],
			['wxcard', { card_id: 'pDF3iY9tv9zCGCj4jTXFOo1DxHdo', title: '售后补偿券' }],
			['miniprogrampage', { title: '我的订单 7731', appid: 'wx1234567890abcdef', pagepath: 'pages/order?id=7731' }],
		];
		const last = m.timeline(%[1]d).last;
		rows.forEach(([type, body, media], i) => m.apply({ message: { id: last + 1 + i, customer: customer.id, conversation: %[1]d, dir: 'out', type, body,
			at: Date.now(), agent, kf_account: 'xiaoli@shop', nick: '小李', state: 'sent', errcode: 0, client_id: 'drawn-' + i, nth: 1, of: 5, event: 1, media } }));
		return true;`, conversation))
}

// A thread with every type in it, both ways, as people see it.
func TestLooksOfEveryType(t *testing.T) {
	for _, l := range looks {
		t.Run(l.String(), func(t *testing.T) {
			parallel(t)
			d := newDesk(t)
			p := login(t, d.URL, "xiaoli", password, l)
			bob := d.customer("博")
			p.takes(d, bob, "我等别的")
			ann := d.customer("安")
			d.says(ann, "灯罩裂了[难过]，看这里 https://hemu.example/p/7731")
			d.act(sandbox.Action{OpenID: ann, Do: "unfollow"})
			d.act(sandbox.Action{OpenID: ann, Do: "follow", Scene: "hubin_poster"})
			for _, a := range sandbox.Samples() {
				if a.Do != "follow" {
					a.OpenID = ann
					d.act(a)
				}
			}
			d.act(sandbox.Action{OpenID: ann, Do: "message", Type: "hologram"})
			id := d.conversation(ann).ID
			p.show("waiting", id)
			p.click("kf-bar .btn-primary")
			p.see("#reply")
			p.see("#stream .unknown >> " + p.word("inbox.card.unknown"))
			p.until("all pictures", "[...document.querySelectorAll('#stream img')].every((img) => img.complete)")
			p.seen("thread-events")
			eval[bool](p, "(document.querySelector('#stream').scrollTop = -1e6, true)")
			p.until("the wave", "document.querySelector('kf-sound .voice-wave rect[height=\"18\"]')")
			p.seen("thread-top")
			p.click("kf-sound .voice-play")
			p.see("kf-sound .voice-len >> 2″ /")
			p.seen("thread-voice")
			p.rest("#stream .msg:has(.emo)")
			p.see("[role=menuitem]")
			p.seen("thread-menu")
			p.click("[role=menuitem] >> " + p.word("inbox.forward.to"))
			p.see("kf-forward .pick label")
			p.seen("forward")
			p.press(kb.Escape)
			p.gone("kf-forward dialog")
			eval[bool](p, "(document.querySelector('#stream .card-map').scrollIntoView({ block: 'start' }), true)")
			p.seen("thread-cards")
			p.replies(id)
			p.see("#stream .msg-out .card-mp")
			p.seen("thread-replies")
			eval[bool](p, "(document.querySelector('#stream .msg-out').scrollIntoView({ block: 'start' }), true)")
			p.seen("thread-replies-top")
		})
	}
}
