package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"kfdesk/hub/wechat/sandbox"

	"github.com/chromedp/chromedp/kb"
)

// The server is told for whom the agent types, and when that ends.
func TestTypingIsTold(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	id := d.conversation(ann).ID
	signals := func(what string, want ...int64) {
		t.Helper()
		p.until(what, fmt.Sprintf("JSON.stringify(e2e.sent.map(({ typing }) => typing).filter((id) => id !== undefined)) === %s",
			quote(strings.ReplaceAll(fmt.Sprint(want), " ", ","))))
	}
	p.write("#reply", "你")
	p.write("#reply", "好")
	signals("typing, told once", id)
	p.fill("#reply", "")
	p.press(kb.Backspace)
	signals("an empty field", id, 0)
	p.write("#reply", "好")
	p.press(kb.Enter)
	d.received(ann, 1)
	signals("a reply that left", id, 0, id, 0)
	p.write("#reply", "再")
	p.press(kb.Escape)
	signals("a field that is left", id, 0, id, 0, id, 0)
	p.click(mergeSwitch)
	p.file("一")
	p.file("二")
	p.click(".piece:nth-child(1) textarea")
	p.write(".piece:nth-child(1) textarea", "又")
	signals("pieces are still being written", id, 0, id, 0, id, 0, id)
	p.press(kb.Tab)
	eval[bool](p, "(document.activeElement.blur(), true)")
	signals("a composer that is left", id, 0, id, 0, id, 0, id, 0)
}

// The title of the customer's chat says that somebody types, as long as the
// official account has that switched on.
func TestTypingReachesThePhonesTitle(t *testing.T) {
	parallel(t)
	d := newPlay(t)
	d.act(demoChen, "text", "text", "有人吗")
	p := d.agent("zhouzhe")
	p.click(".view >> " + p.word("inbox.view.waiting"))
	p.click(".conv >> 有人吗")
	p.click("kf-bar .btn-primary")
	phone := newPage(t, "phone", d.URL, look{})
	phone.open("/phone#" + demoChen)
	phone.see("#phone-title >> 禾木生活馆")
	p.write("#reply", "在")
	phone.see("#phone-title >> " + phone.word("phone.typing"))
	p.press(kb.Backspace)
	phone.see("#phone-title >> 禾木生活馆")
	if n := d.typings(demoChen); n != 2 {
		t.Errorf("WeChat was told %d times, not twice", n)
	}

	p.open("/accounts/1")
	p.click(".more-fields summary")
	p.click("#typing")
	p.leave(func() { p.click(`form[action="/accounts/1"] [type=submit]`) })
	p.gone("#typing:checked")
	d.act(demoNew, "follow")
	d.act(demoNew, "text", "text", "还有货吗")
	p.open("/")
	p.live(1)
	p.click(".view >> " + p.word("inbox.view.waiting"))
	p.click(".conv >> 还有货吗")
	p.click("kf-bar .btn-primary")
	p.reply("有")
	d.arrived(demoNew, "有")
	if n := d.typings(demoNew); n != 0 {
		t.Errorf("switched off, WeChat was told %d times", n)
	}
}

// typings counts the calls of custom/typing for a user.
func (d *play) typings(openid string) (n int) {
	d.t.Helper()
	answer, err := http.Get(d.URL + "/phone/api/state")
	must(d.t, err)
	defer answer.Body.Close()
	var state sandbox.State
	must(d.t, json.NewDecoder(answer.Body).Decode(&state))
	for _, l := range state.Log {
		if l.OpenID == openid && strings.HasSuffix(l.Path, "/custom/typing") {
			n++
		}
	}
	return n
}
