package handlers

import (
	"errors"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/courier"
	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// Both keys of the platform are taken until WeChat has the new ones, however often
// they are made anew, and a minute longer.
func TestFormerKeysOfThePlatform(t *testing.T) {
	d := newDesk(t)
	d.component(t)
	former := componentSide(t, aesKey, componentApp)
	push := func(cb *wechat.Callback) result {
		t.Helper()
		got, _ := d.pushes(t, cb, shopApp, textPush(d.number(), "hello"))
		return got
	}
	push(former).taken(t)
	for range 2 {
		if got := d.browse(t, "zhou", "POST", componentPath+"/keys"); got.status != 303 {
			t.Fatalf("renewed: %d", got.status)
		}
		push(former).taken(t)
		d.tell(t, former, wechat.Notice{InfoType: "notify_third_fasteregister"}).taken(t)
	}
	p, err := d.Store.Component(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	now := componentSide(t, p.AESKey, componentApp)
	now.Token = p.CallbackToken
	push(now).taken(t)
	push(former).taken(t) // late
	d.clock.Advance(formerKeys + time.Second)
	push(now).taken(t)
	push(former).forged(t)
}

// WeChat's verification shows that it has the new keys: the former are no longer
// those before.
func TestVerifiedKeysAreInUse(t *testing.T) {
	d := newDesk(t)
	d.inMode(t, wechat.Safe)
	renew := func() store.Account {
		t.Helper()
		if got := d.browse(t, "zhou", "POST", "/accounts/1/keys"); got.status != 303 {
			t.Fatalf("renewed: %d", got.status)
		}
		return d.stored(t)
	}
	first := renew()
	verify := func(token string) {
		t.Helper()
		q := d.signed("1372623149")
		q.Signature, q.EchoStr = wechat.Sign(token, q.Timestamp, q.Nonce), "1"
		if got := d.send(t, request("GET", callbackURL(shopApp, q), nil)); got.status != 200 {
			t.Fatalf("verified: %d", got.status)
		}
	}
	verify(callbackToken)
	if d.stored(t).KeysUsedAt != 0 {
		t.Error("the former token counts as the new one")
	}
	verify(first.CallbackToken)
	if got := renew(); got.CallbackTokenPrevious != first.CallbackToken || got.AESKeyPrevious != first.AESKey {
		t.Error("what WeChat has verified is not kept")
	}
}

// Why the platform's pushes are turned away stands on its page, and above all
// pages when none is taken any more; who was shown its keys is in the log.
func TestRefusedPushesOfThePlatform(t *testing.T) {
	d := newDesk(t)
	d.component(t)
	good, wrong := componentSide(t, aesKey, componentApp), componentSide(t, strings.Repeat("B", 43), componentApp)
	shown := func(key string, want, alarm bool) {
		t.Helper()
		page := d.browse(t, "zhou", "GET", componentPath).body
		why := d.Texts.T("zh-CN", "component.why."+key)
		if got := strings.Contains(page, d.Texts.T("zh-CN", "component.refused", "why", why)); got != want {
			t.Errorf("%s is shown: %v", key, got)
		}
		if got := strings.Contains(page, d.Texts.T("zh-CN", "component.alarm.deaf", "why", why)); got != alarm {
			t.Errorf("%s is an alarm: %v", key, got)
		}
	}
	for range 2 { // before the keys are in use, and after
		got, _ := d.pushes(t, wrong, shopApp, textPush(d.number(), "hello"))
		got.forged(t)
		shown("key", true, true)
		d.clock.Advance(time.Second)
		got, _ = d.pushes(t, good, shopApp, textPush(d.number(), "hello"))
		got.taken(t)
		shown("key", false, false)
		d.clock.Advance(time.Second)
	}
	d.tell(t, good, wechat.Notice{AppID: "wxc0ffee0000000002", InfoType: "component_verify_ticket", Ticket: "another's"}).forged(t)
	shown("component", true, true)
	d.clock.Advance(time.Second)
	d.tell(t, good, wechat.Notice{InfoType: "component_verify_ticket", Ticket: "ticket@@@2"}).taken(t)
	d.clock.Advance(time.Second)
	stranger := *good
	stranger.Token = wrongToken
	d.tell(t, &stranger, wechat.Notice{InfoType: "component_verify_ticket", Ticket: "forged"}).forged(t)
	shown("component", false, false)
	shown("signature", true, false)

	rows, err := d.Store.Audit(t.Context(), store.AuditQuery{Nouns: []string{"component"}})
	if err != nil || len(rows) == 0 || rows[0].Deed != "component.keys_view" || rows[0].Name == "" {
		t.Errorf("the log: %+v %v", rows, err)
	}
	if page := d.browse(t, "zhou", "GET", "/audit?kind=connection").body; !strings.Contains(page, d.Texts.T("zh-CN", "audit.component.keys_view")) {
		t.Error("the log does not say it in words")
	}
}

// unwell is a WeChat with which an account is in trouble.
type unwell struct {
	Code     int
	At, Last int64
	Token    bool
	Clashed  int64
	nobody
}

func (u unwell) Health(int64) courier.Health {
	return courier.Health{Code: u.Code, At: u.At, Last: u.Last, Token: u.Token}
}

func (u unwell) Clashes(int64) []int64 { return make([]int64, u.Clashed) }

// An account that has withdrawn is spoken for by the platform's alarms alone.
func TestWithdrawnAccountHasNoAlarmOfItsOwn(t *testing.T) {
	d := newDesk(t)
	d.component(t)
	d.WeChat = unwell{Code: store.Withdrawn, At: 1, Last: 1, Token: true}
	if _, err := d.Store.Receive(t.Context(), courier.Incoming(1, textPush("1", "hello"))); err != nil {
		t.Fatal(err)
	}
	alarms := func() int { return strings.Count(d.browse(t, "zhou", "GET", componentPath).body, `<p class="banner`) }
	before := alarms()
	if err := d.Store.AuthorizerRefused(t.Context(), d.stored(t), store.Withdrawn); err != nil {
		t.Fatal(err)
	}
	if got := alarms(); before == 0 || got != before { // the account's own went, that of its conversation came
		t.Errorf("%d alarms, %d before", got, before)
	}
	own := d.Texts.T("zh-CN", "doctor.alarm.send", "name", d.stored(t).Name, "why", d.Texts.T("zh-CN", "doctor.why.refused"), "code", store.Withdrawn)
	if page := d.browse(t, "zhou", "GET", componentPath).body; strings.Contains(page, own) {
		t.Error("it has an alarm of its own")
	}
}

// The doctor leads from an authorised account to the platform, and gives nothing
// to copy that WeChat does not have.
func TestDoctorOfAnAuthorisedAccount(t *testing.T) {
	d := newDesk(t)
	before := d.stored(t)
	d.component(t)
	d.WeChat = unwell{Clashed: 5}
	now := d.clock.Now().UnixMilli()
	for _, reason := range []string{"signature", "key", "original_id"} {
		d.Console.pushes.refuse(1, now, reason, cafeGH)
	}
	x := exam{Examination: courier.Examination{At: now, Token: courier.Answer{Asked: true},
		Callback: courier.Answer{Asked: true, Err: &wechat.Error{Code: 40201}}}}
	d.exams.keep(1, x)
	page := d.browse(t, "zhou", "GET", "/accounts/1").body
	for _, key := range []string{"doctor.clash_authorised.step.1", "doctor.probe_authorised", "doctor.refused_authorised"} {
		if !strings.Contains(page, d.Texts.T("zh-CN", key)) {
			t.Errorf("it does not say %s", key)
		}
	}
	if n := strings.Count(page, "<h3>"+d.Texts.T("zh-CN", "doctor.refused_authorised")+"</h3>"); n != 1 {
		t.Errorf("%d refusals are told, want that of the original id alone", n)
	}
	for _, key := range []string{"doctor.clash.step.3", "doctor.probe_none", "doctor.refused.key", "doctor.refused.signature", "doctor.refused.original_id.step.2"} {
		if strings.Contains(page, d.Texts.T("zh-CN", key)) {
			t.Errorf("it says %s", key)
		}
	}
	for _, value := range []string{before.CallbackToken, before.AESKey, "/wechat/" + shopApp + `"`} {
		if strings.Contains(page, value) {
			t.Errorf("it gives %s", value)
		}
	}

	x.Token.Err = errors.Join(courier.ErrNoTicket)
	d.exams.keep(1, x)
	page = d.browse(t, "zhou", "GET", "/accounts/1").body
	if strings.Contains(page, d.Texts.T("zh-CN", "doctor.unreachable")) || !strings.Contains(page, d.Texts.T("zh-CN", "doctor.no_ticket")) {
		t.Error("a ticket that is missing is told as something else")
	}
}
