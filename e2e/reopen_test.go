package e2e

import (
	"encoding/json"
	"testing"
	"time"
)

// What WeChat refused opens in its editor again with all that was in it, and
// leaves from there without having cost a reply.
func TestRefusedCardsOpenAgain(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	picture := file(t, "cover.png", drawing(t, 8))
	for n, one := range []struct {
		kind, picture string
		fields        map[string]string
	}{
		{"music", ".wx-music img", map[string]string{"#music-title": "雨打竹叶", "#music-musicurl": "https://e.com/a.mp3"}},
		{"news", ".wx-card img", map[string]string{"#news-title": "书桌", "#news-url": "https://e.com/desk"}},
		{"msgmenu", "", map[string]string{"#msgmenu-head_content": "满意吗", ".entry:nth-child(2) .input": "满意"}},
		{"wxcard", "", map[string]string{"#wxcard-card_id": shop.Cards[0].ID, "#wxcard-title": "补偿券"}},
		{"miniprogrampage", ".wx-mp img", map[string]string{"#miniprogrampage-appid": shop.MiniPrograms[0].AppID, "#miniprogrampage-pagepath": "pages/order", "#miniprogrampage-title": "订单"}},
	} {
		d.refuse(40003, 1)
		open := func() { p.editor(one.kind) }
		if one.kind == "news" {
			open = func() { p.click(`.tools [aria-label="` + p.word("editor.news") + `"]`) }
		}
		open()
		for field, text := range one.fields {
			p.fill(field, text)
		}
		if one.picture != "" {
			p.choose("dialog [type=file]", picture)
			p.see("dialog " + one.picture)
		}
		p.sendEditor(one.kind)
		p.click("#stream .msg-fail button >> " + p.word("inbox.fail.open"))
		for field, text := range one.fields {
			if one.kind == "msgmenu" && field != "#msgmenu-head_content" {
				field = ".entry:nth-child(1) .input" // blank entries did not leave
			}
			p.until(one.kind+": "+field, "document.querySelector("+quote("dialog "+field)+")?.value === "+quote(text))
		}
		if one.picture != "" {
			p.until("its picture", "document.querySelector("+quote("dialog "+one.picture)+")?.naturalWidth > 0")
		}
		p.gone("#stream .is-failed")
		p.sendEditor(one.kind)
		if got := d.received(ann, n+1)[n]; got.Type != one.kind {
			t.Errorf("a %s arrived, not a %s", got.Type, one.kind)
		}
		p.budget(4 - n)
	}
}

// What was begun in an editor makes room for a refused reply, and is there again
// when that has left, even after a reload.
func TestRefusedCardKeepsWhatWasBegun(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	d.refuse(40003, 1)
	p.editor("wxcard")
	p.fill("#wxcard-card_id", "first")
	p.sendEditor("wxcard")
	p.see("#stream .is-failed")
	p.editor("wxcard")
	p.fill("#wxcard-card_id", "begun")
	p.click("kf-wxcard .dialog-head button")
	p.gone("kf-wxcard dialog")
	p.click("#stream .msg-fail button >> " + p.word("inbox.fail.open"))
	p.until("the refused one", "document.querySelector('#wxcard-card_id')?.value === 'first'")
	p.gone("#stream .is-failed")
	p.fill("#wxcard-card_id", shop.Cards[0].ID)
	p.reload()
	p.live(1)
	p.editor("wxcard")
	p.sendEditor("wxcard")
	var card struct {
		ID string `json:"card_id"`
	}
	must(t, json.Unmarshal(d.received(ann, 1)[0].Body, &card))
	if card.ID != shop.Cards[0].ID {
		t.Errorf("sent: %s", card.ID)
	}
	p.editor("wxcard")
	p.until("what was begun", "document.querySelector('#wxcard-card_id')?.value === 'begun'")
}

// A reload loses the file of a reply that was on its way up. It says so, and is
// put back without it when the window has closed meanwhile.
func TestPictureThatAReloadForgot(t *testing.T) {
	parallel(t)
	d := newPlay(t)
	d.act(demoChen, "text", "text", "有人吗")
	p := d.agent("lixiaolin")
	p.click(".view >> " + p.word("inbox.view.waiting"))
	p.click(".conv >> 有人吗")
	p.click("kf-bar .btn-primary")
	p.see("#reply")
	script[bool](p, "lib/state.js", `
		const { id, account, customer } = m.opened.value;
		const media = { id: 0, state: 'ready', name: 'desk.png', mime: 'image/png', size: 9, width: 3, height: 2 };
		localStorage.setItem('kf.out.' + m.me.value.id + '.lost', JSON.stringify({ id: 0, client_id: 'lost', conversation: id, account, customer: customer.id,
			dir: 'out', type: 'image', body: {}, at: Date.now(), agent: m.me.value.id, kf_account: '', nick: '', state: 'sending', media, event: 0, stored: Date.now() }));
		return true;`)
	d.advance(49 * time.Hour)
	p.reload()
	p.live(1)
	p.see("#stream .msg-fail >> " + p.word("composer.unsent.reload"))
	p.see("kf-composer .blocked")
	p.click("#stream .msg-fail button >> " + p.word("inbox.fail.edit"))
	p.gone("#stream .msg-fail")
	p.gone("kf-composer .attach")
}
