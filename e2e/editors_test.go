package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	cd "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"kfdesk/hub/wechat/sandbox"
)

const (
	sentOut = "#stream .msg-out:has(.msg-state time)"
	reason  = " .dialog-foot [role=status] >> "
)

// editor opens one of the menu behind +.
func (p *page) editor(name string) {
	p.t.Helper()
	p.click(fmt.Sprintf(".tools [aria-label=%q]", p.word("composer.more")))
	p.click(".pop-more [role=menuitem] >> " + p.word("editor."+name))
	p.see("dialog[open] .editor")
}

func (p *page) sendEditor(name string) {
	p.t.Helper()
	p.click("kf-" + name + " .dialog-foot .btn-primary")
	p.gone("kf-" + name + " dialog")
}

// body is what arrived on the phone.
func body(t *testing.T, got sandbox.Delivered, kind string) map[string]any {
	t.Helper()
	if got.Type != kind {
		t.Fatalf("a %s arrived, not a %s", got.Type, kind)
	}
	var o map[string]any
	must(t, json.Unmarshal(got.Body, &o))
	return o
}

func want(t *testing.T, got map[string]any, values ...string) {
	t.Helper()
	for i := 0; i < len(values); i += 2 {
		if got[values[i]] != values[i+1] {
			t.Errorf("%s is %q, not %q", values[i], got[values[i]], values[i+1])
		}
	}
}

// The menu behind + is worked by keys alone.
func TestMoreMenuByKeyboard(t *testing.T) {
	parallel(t)
	_, p, _ := writing(t)
	button := fmt.Sprintf(".tools [aria-label=%q]", p.word("composer.more"))
	eval[bool](p, fmt.Sprintf("(document.querySelector(%s).focus(), true)", quote(button)))
	p.press(kb.Enter)
	p.see(".pop-more .menu-label >> " + p.word("composer.more.cost"))
	p.press(kb.ArrowUp)
	p.until("the last one", fmt.Sprintf("document.activeElement.innerText.includes(%s)", quote(p.word("quick.save"))))
	p.press(kb.Escape)
	p.gone(".pop-more")
	p.until("the button again", fmt.Sprintf("document.activeElement.matches(%s)", quote(button)))
	p.press(kb.Enter)
	p.press(kb.End + kb.ArrowUp)
	p.press(kb.Enter)
	p.see("kf-wxcard dialog")
	p.until("the first field", "document.activeElement.id === 'wxcard-card_id'")
	p.press(kb.Escape)
	p.gone("kf-wxcard dialog")
	p.until("the reply field", "document.activeElement.id === 'reply'")
}

// Music needs an address and a cover, which becomes a JPEG of at most 64 KB.
func TestMusicEditor(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	p.editor("music")
	p.see("kf-music" + reason + p.word("editor.first", "field", p.word("editor.music.musicurl")))
	p.fill("#music-title", "雨打竹叶")
	p.fill("#music-musicurl", "cdn.example.com/rain.mp3")
	p.click("#music-hqmusicurl")
	p.click("kf-music .field-error button")
	p.see("kf-music" + reason + p.word("editor.first_cover"))
	p.choose("kf-music [type=file]", file(t, "cover.png", noise(t, 900, 700)))
	p.see("kf-music .wx-music img")
	p.see("kf-music" + reason + p.word("editor.after", "n", 4))
	p.accessible("music")
	p.sendEditor("music")
	p.see(sentOut + " >> 雨打竹叶")
	got := body(t, d.received(ann, 1)[0], "music")
	want(t, got, "title", "雨打竹叶", "musicurl", "https://cdn.example.com/rain.mp3", "hqmusicurl", "https://cdn.example.com/rain.mp3")
	rows := call[struct {
		Messages []struct {
			Dir   string
			Thumb struct {
				Mime string
				Size int
			}
		}
	}](d, "GET", fmt.Sprintf("conversations/%d/messages", d.conversation(ann).ID), nil).Messages
	if thumb := rows[len(rows)-1].Thumb; thumb.Mime != "image/jpeg" || thumb.Size > 64<<10 || thumb.Size < 4<<10 {
		t.Errorf("the cover: %+v", thumb)
	}

	// What was sent before is there to begin with, its cover too.
	p.editor("music")
	p.click("kf-music .recent button >> 雨打竹叶")
	p.see("kf-music .wx-music img")
	p.fill("#music-description", "再来一首")
	p.sendEditor("music")
	want(t, body(t, d.received(ann, 2)[1], "music"), "title", "雨打竹叶", "description", "再来一首")
}

// The entries of a menu are written, moved and removed with keys; what is wrong
// is told before it is sent, and the draft stays.
func TestMenuEditor(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	p.editor("msgmenu")
	p.see("kf-msgmenu .callout-warn >> " + p.word("editor.msgmenu.minute"))
	p.see("kf-msgmenu" + reason + p.word("editor.msgmenu.none"))
	p.fill("#msgmenu-head_content", "怎么收？")
	p.fill(".entry:nth-child(1) .input", "周日")
	p.press(kb.Enter)
	p.until("the second entry", "document.activeElement.matches('.entry:nth-child(2) .input')")
	p.write(".entry:nth-child(2) .input", "周六")
	p.press(kb.Enter)
	p.until("a third entry", "document.activeElement.matches('.entry:nth-child(3) .input')")
	p.write(".entry:nth-child(3) .input", strings.Repeat("长", 61))
	p.see("kf-msgmenu .entry .field-error")
	p.see("kf-msgmenu" + reason + p.word("editor.msgmenu.long"))
	p.fill(".entry:nth-child(3) .input", "自提")
	p.click(".entry:nth-child(2) .input")
	p.press(kb.ArrowUp, cd.ModifierAlt)
	p.until("moved", "document.activeElement.matches('.entry:nth-child(1) .input') && document.activeElement.value === '周六'")
	p.click(".entry:nth-child(3) [name=remove]")
	p.accessible("menu message")
	p.press(kb.Escape)
	p.gone("kf-msgmenu dialog")
	p.reload()
	p.live(1)
	p.editor("msgmenu")
	p.see("kf-msgmenu .wx-menu-msg li >> 周六")
	p.sendEditor("msgmenu")
	p.see(sentOut + " >> 周日")
	got := body(t, d.received(ann, 1)[0], "msgmenu")
	want(t, got, "head_content", "怎么收？")
	var texts []string
	for _, item := range got["list"].([]any) {
		texts = append(texts, item.(map[string]any)["content"].(string))
	}
	if strings.Join(texts, " ") != "周六 周日" {
		t.Errorf("entries: %q", texts)
	}
	p.editor("msgmenu")
	p.click("kf-msgmenu .recent button >> 怎么收？")
	p.see("kf-msgmenu .wx-menu-msg li >> 周日")
	p.click("kf-msgmenu .entry:nth-child(2) [name=up]")
	p.sendEditor("msgmenu")
	first := body(t, d.received(ann, 2)[1], "msgmenu")["list"].([]any)[0].(map[string]any)
	if first["content"] != "周日" {
		t.Errorf("first is %v", first)
	}
}

func TestCardEditor(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	p.editor("wxcard")
	p.fill("#wxcard-card_id", "卡券")
	p.click("#wxcard-title")
	p.see("kf-wxcard .field-error >> " + p.word("editor.fault.card_id"))
	p.fill("#wxcard-card_id", shop.Cards[0].ID)
	p.fill("#wxcard-title", "补偿券")
	p.accessible("coupon")
	p.sendEditor("wxcard")
	p.see(sentOut + " >> 补偿券")
	got := body(t, d.received(ann, 1)[0], "wxcard")
	want(t, got, "card_id", shop.Cards[0].ID)
	if len(got) != 1 {
		t.Errorf("WeChat got more than the id: %v", got)
	}
	p.editor("wxcard")
	p.click("kf-wxcard .recent button >> 补偿券")
	p.until("the id", fmt.Sprintf("document.querySelector('#wxcard-card_id').value === %s", quote(shop.Cards[0].ID)))
}

func TestMiniProgramEditor(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	p.editor("miniprogrampage")
	p.fill("#miniprogrampage-appid", "wx123")
	p.click("#miniprogrampage-pagepath")
	p.see("kf-miniprogrampage .field-error >> " + p.word("editor.fault.appid"))
	p.fill("#miniprogrampage-appid", shop.MiniPrograms[0].AppID)
	p.fill("#miniprogrampage-pagepath", "pages/order?id=7")
	p.fill("#miniprogrampage-title", "我的订单")
	p.see("kf-miniprogrampage" + reason + p.word("editor.first_cover"))
	p.choose("kf-miniprogrampage [type=file]", file(t, "cover.png", drawing(t, 8)))
	p.see("kf-miniprogrampage .wx-mp img")
	p.accessible("mini program")
	p.sendEditor("miniprogrampage")
	p.see(sentOut + " >> 我的订单")
	want(t, body(t, d.received(ann, 1)[0], "miniprogrampage"), "appid", shop.MiniPrograms[0].AppID, "pagepath", "pages/order?id=7", "title", "我的订单")
	p.editor("miniprogrampage")
	p.click("kf-miniprogrampage .recent button >> 我的订单")
	p.see("kf-miniprogrampage .wx-mp img")
	p.fill("#miniprogrampage-pagepath", "pages/order?id=8")
	p.sendEditor("miniprogrampage")
	want(t, body(t, d.received(ann, 2)[1], "miniprogrampage"), "pagepath", "pages/order?id=8")
}

// Published articles and old material are picked from one list. What cannot be
// sent says why; what went wrong with WeChat is told in words.
func TestArticlePicker(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	cover := drawing(t, 3)
	for _, a := range []sandbox.Article{
		{ID: "lamp", Title: "落地灯保养手册", Digest: "灯罩怎么洗", URL: "https://example.com/lamp", Cover: cover},
		{ID: "desk", Title: "书桌定制", Digest: "半小时内报价", URL: "https://example.com/desk", Cover: cover},
		{ID: "gone", Title: "年货节", URL: "https://example.com/gone", Cover: cover, Deleted: true},
		{ID: "fair", Title: "家居节", URL: "https://example.com/fair", Cover: cover, More: []sandbox.Article{{Title: "第二篇", Cover: cover}}},
		{ID: "oil", Title: "木蜡油怎么上", URL: "https://example.com/oil", Cover: cover, Old: true},
	} {
		must(t, d.box.AddArticle(shop.AppID, a))
	}
	p.editor("articles")
	p.see("kf-articles .art >> 落地灯")
	p.see("kf-articles .art:has(:disabled) >> " + p.word("editor.articles.group", "n", 2))
	p.see("kf-articles .art:has(:disabled) >> " + p.word("editor.articles.deleted"))
	p.see("kf-articles" + reason + p.word("editor.articles.none"))
	p.fill("kf-articles [type=search]", "灯")
	p.gone("kf-articles .art >> 书桌")
	p.click("kf-articles .art >> 落地灯")
	p.see("kf-articles .wx-card >> 灯罩怎么洗")
	p.accessible("articles")
	p.sendEditor("articles")
	p.see(sentOut + " >> 落地灯保养手册")
	want(t, body(t, d.received(ann, 1)[0], "mpnewsarticle"), "article_id", "lamp")

	p.editor("articles")
	p.see("kf-articles .art")
	p.click("kf-articles .seg label >> " + p.word("editor.articles.material"))
	p.click("kf-articles .art >> 木蜡油")
	p.sendEditor("articles")
	p.see(sentOut + " >> 木蜡油怎么上")
	d.received(ann, 2)

	d.box.AddFault(sandbox.Fault{On: "/cgi-bin/freepublish/batchget", Kind: "errcode", Code: 48001, Times: 1})
	p.editor("articles")
	p.click("kf-articles button >> " + p.word("editor.articles.sync"))
	p.see("kf-articles .callout-warn >> " + p.word("wxerr.48001.articles"))
	p.see("kf-articles .art >> 落地灯")
	p.click("kf-articles button >> " + p.word("editor.articles.sync"))
	p.gone("kf-articles .callout-warn")
}

// lookAtEditors goes through the menu behind + and what it opens.
func (p *page) lookAtEditors() {
	p.t.Helper()
	p.click(fmt.Sprintf(".tools [aria-label=%q]", p.word("composer.more")))
	p.see(".pop-more")
	p.seen("inbox-more")
	p.press(kb.Escape)
	p.gone(".pop-more")
	fill := map[string]func(){
		"music": func() {
			p.fill("#music-title", "睡前白噪音，雨打竹叶")
			p.fill("#music-musicurl", "cdn.hemu.example/rain.mp3")
			p.choose("kf-music [type=file]", file(p.t, "cover.png", drawing(p.t, 8)))
			p.see("kf-music .wx-music img")
		},
		"msgmenu": func() {
			p.fill("#msgmenu-head_content", "新灯罩您希望怎么收？")
			p.fill(".entry:nth-child(1) .input", "送到家，周六上午")
		},
		"articles": func() {
			p.see("kf-articles .art img")
			p.click("kf-articles .art >> 落地灯")
		},
		"miniprogrampage": func() { p.fill("#miniprogrampage-title", "我的订单 7731") },
		"wxcard":          func() { p.fill("#wxcard-card_id", "卡券") },
	}
	for _, name := range []string{"music", "msgmenu", "articles", "miniprogrampage", "wxcard"} {
		p.editor(name)
		fill[name]()
		p.seen("inbox-" + name)
		p.click("kf-" + name + " .dialog-head button")
		p.gone("kf-" + name + " dialog")
	}
}
