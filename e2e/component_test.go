package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const (
	demoPlatform = "wxc0d7e9152b8f43a6"
	demoClass    = "wx2d60fa9e17bc8354" // 木作课堂, not authorised yet
	demoShop     = "wx4f8a2c61d9e07b35"
	demoStudent  = "oSbx_lintongxue_0000000000k2"
)

// platform does something to the demo's third-party platform, as WeChat or the
// administrator of an account would.
func (d *play) platform(do string, more map[string]any) {
	d.t.Helper()
	body := map[string]any{"component": demoPlatform, "do": do}
	for name, value := range more {
		body[name] = value
	}
	d.control("component", body)
}

// authorises goes to the consent page and back, and changes there whether some
// permission sets are ticked.
func (p *page) authorises(appid, name string, changed ...int) {
	p.t.Helper()
	p.open("/settings/component/authorise")
	p.leave(func() { p.click("dialog .btn-primary") })
	p.click("dialog .component-ways .btn-primary")
	p.see("#consent form")
	p.click(fmt.Sprintf(`#consent label:has([value="%s"])`, appid))
	for _, id := range changed {
		p.click(fmt.Sprintf(`#consent label:has([name="scope"][value="%d"])`, id))
	}
	if len(changed) > 0 {
		p.seen("component-consent")
	}
	p.click("#consent [type=submit]")
	p.see(".callout-ok >> " + p.word("component.done.authorised", "name", name))
}

// newest is the id of the newest conversation of an account that has not ended.
func (p *page) newest(account int) int64 {
	p.t.Helper()
	p.until("a conversation", fmt.Sprintf("fetch('/api/v1/conversations').then((a) => a.json()).then(({ conversations }) => conversations.some((c) => c.account === %d))", account))
	return eval[int64](p, fmt.Sprintf("fetch('/api/v1/conversations').then((a) => a.json()).then(({ conversations }) => Math.max(...conversations.filter((c) => c.account === %d).map((c) => c.id)))", account))
}

// Two accounts authorise the third-party platform, one of which was reached
// directly. Each is answered with its own token, also when tokens are lost; one
// withdraws, cannot be answered, authorises again and can.
func TestThirdPartyPlatform(t *testing.T) {
	parallel(t)
	d := newPlay(t)
	p := d.agent("zhouzhe")
	p.open("/settings/component")
	p.until("a ticket", `document.querySelector('.tag-ok') || (location.reload(), false)`)
	d.platform("set", map[string]any{"appid": demoPlatform, "rotate": true})
	p.authorises(demoClass, "木作课堂", 6)
	p.see(".table .wait-1 >> " + p.word("component.state.lacking"))
	p.authorises(demoClass, "木作课堂", 6) // what was granted is ticked, so this adds it
	p.authorises(demoShop, "禾木生活馆")
	p.until("both are fine", "document.querySelectorAll('.table .dot-online').length === 2")

	p.open("/agents/3")
	eval[bool](p, `(document.querySelector('#account-2').value = 'laoshi@muzuo_class', true)`)
	p.leave(func() { p.click(".dialog-foot .btn-primary") })

	p.open("/")
	p.live(1)
	d.act(demoStudent, "text", "text", "周末的课还有位子吗")
	class := p.newest(2)
	p.serves(class)
	p.reply("还有两个位子")
	if got := d.arrived(demoStudent, "还有两个位子"); got.KFAccount != "laoshi@muzuo_class" {
		t.Errorf("on the phone: %+v", got)
	}
	d.act(demoChen, "text", "text", "还在吗")
	chen := eval[int64](p, `fetch('/api/v1/conversations').then((a) => a.json()).then(({ conversations }) => conversations.find((c) => c.customer.openid === '`+demoChen+`' || c.last.text.includes('还在吗')).id)`)
	p.serves(chen)
	p.reply("在的")
	d.arrived(demoChen, "在的")

	// All tokens end, and each renewal gives another refresh token.
	d.control("tokens/expire", map[string]any{})
	d.platform("expire", nil)
	p.reply("地毯可以免费锁边")
	d.arrived(demoChen, "地毯可以免费锁边")
	p.show("mine", class)
	p.reply("我给您留一个")
	d.arrived(demoStudent, "我给您留一个")

	d.platform("withdraw", map[string]any{"appid": demoClass})
	p.see(".blocked >> " + p.word("composer.blocked.unauthorised.title"))
	p.seen("component-withdrawn-inbox")
	p.open("/settings/component")
	p.see(".callout-warn >> " + p.word("component.withdrawn.title", "name", "木作课堂"))
	p.see(".banner >> " + p.word("component.alarm.withdrawn", "name", "木作课堂", "n", 1))
	for _, l := range []look{{}, {dark: true}, {phone: true}, {lang: "en"}} {
		p.set(l)
		p.open("/settings/component")
		p.see(".table .dot-offline")
		p.seen("component")
		p.open("/settings/component/authorise")
		p.see("dialog .bullets")
		p.seen("component-authorise")
	}
	p.set(look{lang: "zh-CN"})
	p.authorises(demoClass, "木作课堂")
	p.gone(".banner >> " + "木作课堂")
	p.open("/#mine/" + itoa(class))
	p.live(1)
	p.see("#reply")
	p.reply("又能回您了")
	d.arrived(demoStudent, "又能回您了")
	sends := d.sends()
	for _, appid := range []string{demoClass, demoShop} {
		if !slices.Contains(sends, appid+" 0") {
			t.Errorf("nothing was sent with the token of %s", appid)
		}
	}
	if i := slices.IndexFunc(sends, func(call string) bool { return !strings.HasSuffix(call, " 0") && !strings.HasSuffix(call, " 42001") }); i >= 0 {
		t.Errorf("WeChat refused: %s", sends[i])
	}
	for _, secret := range []string{"refreshtoken@@@", "queryauthcode@@@", "preauthcode@@@", "ticket@@@", "CT_"} {
		if strings.Contains(d.log.String(), secret) {
			t.Errorf("the log tells %q", secret)
		}
	}
}

// serves opens a conversation, and claims it when nobody has it.
func (p *page) serves(id int64) {
	p.t.Helper()
	p.show("all", id)
	p.until("a field or the way to it", "document.querySelector('#reply') || document.querySelector('kf-bar .btn-primary')")
	if eval[bool](p, "!document.querySelector('#reply')") {
		p.click("kf-bar .btn-primary")
	}
	p.see("#reply")
}
