package e2e

import (
	"fmt"
	"strings"
	"testing"

	"kfdesk/hub/wechat"
	"kfdesk/hub/wechat/sandbox"
)

// platform changes what is set on WeChat's side.
func (d *desk) platform(change func(*sandbox.Account)) {
	d.t.Helper()
	a, _ := d.box.Account(shop.AppID)
	change(&a)
	must(d.t, d.box.AddAccount(a))
}

// checked lets the doctor look, again and again until there is such a line: what
// failed a moment ago is not asked at once.
func (p *page) checked(state, key string) {
	p.t.Helper()
	line := fmt.Sprintf(".checkrow-%s h3 >> %s", state, p.part(key))
	eventually(p.t, p.name+": "+line, func() bool {
		p.leave(func() { p.click("form[action$='/check'] button") })
		return len(p.texts(line)) > 0
	}, func() string { return strings.Join(p.texts(".checkrow h3"), "\n") })
}

// remedy is a place in the line of a check that did not pass.
func remedy(p *page, state, key, where string) string {
	return fmt.Sprintf(".checkrow-%s:has(.remedy) %s >> %s", state, where, key)
}

// copied is the value that a failed check gives to copy.
func (p *page) copied(key string) string {
	p.t.Helper()
	return eval[string](p, fmt.Sprintf("[...document.querySelectorAll('.checkrow')].find((e) => e.querySelector('h3').innerText.includes(%s)).querySelector('[data-copy]').dataset.copy",
		quote(p.part(key))))
}

// An admin makes each mistake that there is, and mends it by what the doctor says
// and nothing else.
func TestDoctorMendsEachMistake(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("admin")
	ann := d.customer("安")
	p.open("/accounts/1")
	saved := func() {
		p.leave(func() { p.click("#settings .form-foot .btn") })
		p.see("main >> " + p.word("page.done.account_saved"))
	}

	// Another AppID.
	p.fill("#appid", "wx00000000000000ff")
	saved()
	p.checked("bad", "doctor.appid_bad")
	p.click(remedy(p, "bad", p.word("doctor.to.appid"), ".link"))
	p.fill("#appid", shop.AppID)
	saved()
	p.checked("ok", "doctor.secret")

	// Another AppSecret.
	secret := func(value string) {
		p.see("dialog #secret")
		p.fill("#secret", value)
		p.leave(func() { p.click("dialog .btn-primary") })
		p.see("main >> " + p.word("page.done.account_secret"))
	}
	p.click(".affix a")
	secret("ffffffffffffffffffffffffffffffff")
	p.checked("bad", "doctor.secret_bad")
	p.click(remedy(p, "bad", p.word("doctor.to.secret"), ".link"))
	secret(shop.Secret)
	p.checked("ok", "doctor.secret")

	// An address that is not in the whitelist.
	d.platform(func(a *sandbox.Account) { a.IPs = []string{"203.0.113.9"} })
	p.checked("bad", "doctor.ip_bad")
	ip := p.copied("doctor.ip_bad")
	d.platform(func(a *sandbox.Account) { a.IPs = append(a.IPs, ip) })
	p.checked("ok", "doctor.ip")

	// No kf function, no permission.
	d.platform(func(a *sandbox.Account) { a.NoKF = true })
	p.checked("bad", "doctor.kf_off")
	d.platform(func(a *sandbox.Account) { a.NoKF, a.Unverified = false, true })
	p.checked("bad", "doctor.send_bad")
	d.platform(func(a *sandbox.Account) { a.Unverified = false })
	p.checked("ok", "doctor.send")

	// Another callback token, another key, another mode.
	d.platform(func(a *sandbox.Account) { a.Token = "somethingElse" })
	d.says(ann, "一")
	p.checked("bad", "doctor.refused.signature")
	token := p.copied("doctor.refused.signature")
	d.platform(func(a *sandbox.Account) { a.Token, a.AESKey = token, strings.Repeat("B", 43) })
	d.says(ann, "二")
	p.checked("bad", "doctor.refused.key")
	key := p.copied("doctor.refused.key")
	d.platform(func(a *sandbox.Account) { a.AESKey, a.Mode = key, wechat.Plain })
	d.says(ann, "三")
	p.checked("bad", "doctor.refused.mode")
	p.see(".banner-danger >> " + p.word("doctor.why.mode"))
	d.platform(func(a *sandbox.Account) { a.Mode = wechat.Safe })
	d.says(ann, "四")
	p.checked("ok", "doctor.refused_before")
	p.gone(".banner-danger")
	if said := d.conversation(ann); said.Unread != 1 {
		t.Errorf("%d messages arrived, want the last alone", said.Unread)
	}
	p.see("#appid[readonly]") // messages have come under it

	// New keys: the former stay good until the first push under the new ones.
	p.click("a[href$='/keys']")
	p.leave(func() { p.click("dialog .btn-danger") })
	p.see(".keys-state >> " + p.word("doctor.keys.waiting"))
	d.says(ann, "五")
	if said := d.conversation(ann); said.Unread != 2 {
		t.Errorf("a push under the former keys was not taken: %d", said.Unread)
	}
	values := p.texts(".copyfield .copy")
	d.platform(func(a *sandbox.Account) { a.Token, a.AESKey = first(values[1]), first(values[2]) })
	d.says(ann, "六")
	p.reload()
	p.see(".keys-state >> " + p.word("doctor.keys.used"))
	if page := eval[string](p, "document.documentElement.outerHTML"); strings.Contains(page, shop.Secret) {
		t.Error("the page shows the AppSecret")
	}
}

// What goes wrong in traffic stands above an admin's inbox at once, names the
// account and leads to the remedy; it goes by itself. The agent sees what they saw
// before.
func TestAlarmComesAndGoes(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	admin, xiaoli := d.agent("admin"), d.agent("xiaoli")
	ann := d.customer("安")
	d.says(ann, "在吗")
	id := d.conversation(ann).ID
	xiaoli.claim(id)
	d.platform(func(a *sandbox.Account) { a.Unverified = true })
	xiaoli.reply("在的")
	xiaoli.see("#stream .is-failed >> 在的")
	alarm := "#banner .banner-danger >> " + admin.word("doctor.why.48001")
	admin.see(alarm)
	admin.seen("alarm-inbox")
	admin.set(look{phone: true, dark: true})
	admin.seen("alarm-inbox")
	admin.set(look{})
	if seen := xiaoli.texts("#banner .banner"); len(seen) != 0 {
		t.Errorf("the agent sees %q", seen)
	}
	admin.leave(func() { admin.click("#banner .link") })
	admin.see(".alarms .banner-danger")
	admin.checked("bad", "doctor.send_bad")
	admin.open("/")
	admin.live(1)
	admin.see(alarm)
	d.platform(func(a *sandbox.Account) { a.Unverified = false })
	xiaoli.click("#stream .msg-fail button >> " + xiaoli.word("inbox.fail.resend"))
	d.received(ann, 1)
	admin.gone("#banner .banner-danger")
}

// The page of a connection beside its picture: three checks failed, the rest fine.
func TestLooksDoctor(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	ann := d.customer("安")
	d.says(ann, "你好")
	d.platform(func(a *sandbox.Account) { a.IPs = []string{"203.0.113.9"} })
	for i, l := range []look{{}, {dark: true}, {phone: true}, {phone: true, dark: true, lang: "en"}} {
		p := login(t, d.URL, "admin", password, l)
		p.open("/accounts/1")
		p.checked("bad", "doctor.ip_bad")
		p.seen("doctor-ip")
		if i == 0 {
			p.open("/accounts/1/secret")
			p.see("dialog #secret")
			p.seen("doctor-secret")
			p.open("/accounts/new")
			p.fill("#appid", "wxfedcba9876543210")
			p.fill("#secret", shop.Secret)
			p.fill("#original_id", "gh_ba9876543210")
			p.fill("#wechat_id", "cafe")
			p.leave(func() { p.click("form:has(#appid) [type=submit]") })
		}
		p.open("/accounts")
		p.see(".acct >> " + p.word("page.account.failed", "n", 1))
		p.see(".acct >> cafe")
		p.seen("doctor-accounts")
	}
	d.platform(func(a *sandbox.Account) { a.IPs, a.Unverified = nil, true })
	d.box.SetOnline(shop.AppID, "xiaoli@shop", true)
	for _, l := range []look{{}, {dark: true}, {phone: true}, {phone: true, dark: true, lang: "en"}} {
		p := login(t, d.URL, "admin", password, l)
		p.open("/accounts/1")
		p.checked("bad", "doctor.send_bad")
		p.seen("doctor-send")
		eval[bool](p, "(document.querySelector('.checks').lastElementChild.scrollIntoView(), document.querySelector('.rid').open = true)")
		p.seen("doctor-passed")
	}
}
