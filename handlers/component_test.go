package handlers

import (
	"bytes"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

const componentApp = "wxc0ffee0000000001"

// component gives the desk a third-party platform that the shop has authorised,
// with a former key.
func (d *desk) component(t *testing.T) {
	t.Helper()
	for _, key := range []string{aesKeyOld, aesKey} {
		if _, err := d.Store.SetComponent(t.Context(), store.Actor{}, store.Component{AppID: componentApp, Secret: "componentSecret", CallbackToken: "componentToken", AESKey: key}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Store.Authorise(t.Context(), store.Actor{}, 1, store.Authorisation{AppID: shopApp, OriginalID: shopGH, Name: "Shop",
		RefreshToken: "refreshtoken@@@1", Scopes: []int{1, 6}, ToldAt: noon - 1000}); err != nil {
		t.Fatal(err)
	}
}

// componentSide is WeChat's side of the codec.
func componentSide(t *testing.T, key, receiver string) *wechat.Callback {
	t.Helper()
	cipher, err := wechat.NewCipher(key, receiver)
	if err != nil {
		t.Fatal(err)
	}
	return &wechat.Callback{Token: "componentToken", Mode: wechat.Safe, Ciphers: []*wechat.Cipher{cipher}}
}

// tell posts a notice to the platform.
func (d *desk) tell(t *testing.T, cb *wechat.Callback, n wechat.Notice) result {
	t.Helper()
	if n.CreateTime == 0 {
		n.CreateTime = d.clock.Now().Unix()
	}
	if n.AppID == "" {
		n.AppID = componentApp
	}
	q, body, err := cb.PackNotice(&n, strconv.FormatInt(d.clock.Now().Unix(), 10), d.number())
	if err != nil {
		t.Fatal(err)
	}
	return d.send(t, request("POST", strings.Replace(callbackURL("x", q), "/x?", "/component?", 1), bytes.NewReader(body)))
}

// pushes posts a push to the platform, for an account.
func (d *desk) pushes(t *testing.T, cb *wechat.Callback, appid string, p *wechat.Push) (result, wechat.Query) {
	t.Helper()
	q, body, err := cb.Pack(p, strconv.FormatInt(d.clock.Now().Unix(), 10), d.number())
	if err != nil {
		t.Fatal(err)
	}
	return d.send(t, request("POST", callbackURL("component/"+appid, q), bytes.NewReader(body))), q
}

func TestPushOfAnAuthorisedAccount(t *testing.T) {
	d := newDesk(t)
	good := componentSide(t, aesKey, componentApp)
	got, _ := d.pushes(t, good, shopApp, textPush("1", "before"))
	got.forged(t)
	d.component(t)
	for _, key := range []string{aesKey, aesKeyOld} {
		got, _ := d.pushes(t, componentSide(t, key, componentApp), shopApp, textPush(key[:3], key[:3]))
		got.taken(t)
	}
	d.holds(t, `{"content":"abc"}`, `{"content":"AAA"}`)
	got, _ = d.pushes(t, good, shopApp, textPush("abc", "abc")) // once more
	got.taken(t)

	got, _ = d.pushes(t, componentSide(t, aesKey, shopApp), shopApp, textPush("2", "closed with the account's appid"))
	got.forged(t)
	plain := *good
	plain.Mode = wechat.Plain
	got, _ = d.pushes(t, &plain, shopApp, textPush("3", "not sealed"))
	got.forged(t)
	got, _ = d.pushes(t, good, cafeApp, textPush("4", "an account that has not authorised"))
	got.forged(t)
	if got, _ = d.pushes(t, good, "wx0000000000000000", textPush("5", "nobody's")); got.status != 404 {
		t.Errorf("an unknown account: %d", got.status)
	}
	other := textPush("6", "for another")
	other.ToUserName = cafeGH
	got, _ = d.pushes(t, good, shopApp, other)
	got.forged(t)
	d.holds(t, `{"content":"abc"}`, `{"content":"AAA"}`)
	list, err := d.Store.Authorizers(t.Context())
	if err != nil || list[0].PushedAt != noon {
		t.Errorf("the last push: %+v %v", list, err)
	}
}

// The page of an account that has authorised the third-party platform has neither
// credentials nor keys of its own, and none can be set.
func TestPageOfAnAuthorisedAccount(t *testing.T) {
	d := newDesk(t)
	before := d.stored(t)
	d.component(t)
	page := d.browse(t, "zhou", "GET", "/accounts/1")
	if page.status != 200 || !strings.Contains(page.body, `href="/settings/component"`) {
		t.Fatalf("%d %s", page.status, page.body)
	}
	for _, what := range []string{before.CallbackToken, before.AESKey, `name="secret"`, `name="mode"`, "/accounts/1/keys", "/accounts/1/secret"} {
		if strings.Contains(page.body, what) {
			t.Errorf("the page has %s", what)
		}
	}
	for _, path := range []string{"/accounts/1/keys", "/accounts/1/secret?secret=another", "/accounts/1/stable"} {
		if got := d.browse(t, "zhou", "POST", path); got.status != 409 {
			t.Errorf("%s: %d", path, got.status)
		}
	}
	if got := d.browse(t, "zhou", "POST", "/accounts/1?name=Renamed&pay_quota=2&mode=plain&appid=wxffffffffffffffff"); got.status != 303 {
		t.Errorf("settings: %d", got.status)
	}
	if a := d.stored(t); a.Name != "Renamed" || a.PayQuota != 2 || a.Mode != before.Mode || a.AppID != before.AppID || a.CallbackToken != before.CallbackToken {
		t.Errorf("it is %+v", a)
	}
}

func (d *desk) stored(t *testing.T) store.Account {
	a, err := d.Store.Account(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestNotices(t *testing.T) {
	d := newDesk(t)
	d.component(t)
	cb := componentSide(t, aesKey, componentApp)
	d.tell(t, cb, wechat.Notice{InfoType: "component_verify_ticket", Ticket: "ticket@@@2"}).taken(t)
	d.tell(t, componentSide(t, aesKeyOld, componentApp), wechat.Notice{InfoType: "component_verify_ticket", Ticket: "ticket@@@1", CreateTime: noon/1000 - 600}).taken(t)
	p, err := d.Store.Component(t.Context())
	if err != nil || p.Ticket != "ticket@@@2" || p.TicketAt != noon/1000*1000 {
		t.Errorf("ticket %q of %d, %v", p.Ticket, p.TicketAt, err)
	}
	d.tell(t, componentSide(t, aesKey, shopApp), wechat.Notice{InfoType: "component_verify_ticket", Ticket: "forged"}).forged(t)
	d.tell(t, cb, wechat.Notice{AppID: "wxc0ffee0000000002", InfoType: "component_verify_ticket", Ticket: "another's"}).forged(t)
	d.tell(t, cb, wechat.Notice{InfoType: "notify_third_fasteregister"}).taken(t)

	for range 2 {
		d.tell(t, cb, wechat.Notice{InfoType: "updateauthorized", Authorizer: shopApp, Code: "queryauthcode@@@1"}).taken(t)
	}
	codes, err := d.Store.AuthCodes(t.Context())
	if err != nil || len(codes) != 1 || codes[0].AppID != shopApp {
		t.Errorf("codes: %+v %v", codes, err)
	}

	d.tell(t, cb, wechat.Notice{InfoType: "unauthorized", Authorizer: "wx0000000000000000"}).taken(t)
	d.tell(t, cb, wechat.Notice{InfoType: "unauthorized", Authorizer: shopApp, CreateTime: noon/1000 - 60}).taken(t) // of an authorisation before
	if a, _ := d.Store.Account(t.Context(), 1); a.Refused != 0 {
		t.Error("a late notice ended an authorisation")
	}
	for range 2 {
		d.tell(t, cb, wechat.Notice{InfoType: "unauthorized", Authorizer: shopApp}).taken(t)
	}
	if a, _ := d.Store.Account(t.Context(), 1); a.Refused != store.Withdrawn {
		t.Error("the withdrawal is not noted")
	}
	if log := d.log.String(); strings.Contains(log, "@@@") {
		t.Error("the log tells a ticket or code")
	}
}

// WeChat tests a platform before it goes live. Only its own accounts are
// answered so.
func TestReleaseTest(t *testing.T) {
	d := newDesk(t)
	d.component(t)
	cb := componentSide(t, aesKey, componentApp)
	tested := ""
	of := func(p *wechat.Push) *wechat.Push { p.ToUserName = tested; return p }
	answer := func(p *wechat.Push) string {
		got, q := d.pushes(t, cb, "wx570bc396a51b8ff8", p)
		if got.status != 200 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		if got.body == "" {
			return ""
		}
		plain, err := cb.OpenReply([]byte(got.body))
		if err != nil {
			t.Fatal(err)
		}
		r, err := wechat.ParseReply(plain)
		if err != nil || r.ToUserName != openid || r.FromUserName != tested || !strings.Contains(got.body, "<Nonce><![CDATA["+q.Nonce) {
			t.Errorf("%+v %v", r, err)
		}
		return r.Content
	}
	for _, tested = range []string{"gh_3c884a361561", "gh_c0f28a78b318", "gh_3f222ed8d140", "gh_26128078e9ab", "gh_2b3713f184a6",
		"gh_8dad206e9538", "gh_905ae9d01059", "gh_393666f1fdf4", "gh_39abb5d4e1b7", "gh_7818dcb60240"} {
		if got := answer(of(textPush("1", "TESTCOMPONENT_MSG_TYPE_TEXT"))); got != "TESTCOMPONENT_MSG_TYPE_TEXT_callback" {
			t.Errorf("text: %q", got)
		}
	}
	if got := answer(of(pushOf(openid, "LOCATION", d.clock.Now()))); got != "LOCATIONfrom_callback" {
		t.Errorf("event: %q", got)
	}
	if got := answer(of(textPush("2", "QUERY_AUTH_CODE:queryauthcode@@@9"))); got != "" {
		t.Errorf("code: %q", got)
	}
	codes, err := d.Store.AuthCodes(t.Context())
	if err != nil || len(codes) != 1 || codes[0].Code != "queryauthcode@@@9" || codes[0].OpenID != openid {
		t.Errorf("codes: %+v %v", codes, err)
	}
	d.holds(t)
	got, _ := d.pushes(t, cb, shopApp, textPush("3", "TESTCOMPONENT_MSG_TYPE_TEXT"))
	got.taken(t)
	d.holds(t, `{"content":"TESTCOMPONENT_MSG_TYPE_TEXT"}`)
}

func TestComponentPage(t *testing.T) {
	d := newConsole(t)
	d.setUp(t)
	d.get(t, componentPath).has(t, 200, `name="appid"`)
	d.post(t, componentPath, "appid", "nonsense", "secret", "componentSecret").has(t, 422, "appid-problem")
	d.post(t, componentPath, "appid", componentApp, "secret", "componentSecret").went(t, componentPath+"?done=saved")
	p, err := d.Store.Component(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	page := d.get(t, componentPath)
	page.has(t, 200, "/wechat/component/$APPID$", p.CallbackToken, p.AESKey)
	if strings.Contains(page.body, "componentSecret") {
		t.Error("the page shows the secret")
	}
	d.post(t, componentPath+"/keys").went(t, componentPath+"?done=keys")
	if now, _ := d.Store.Component(t.Context()); now.AESKeyPrevious != p.AESKey || now.CallbackToken == p.CallbackToken || now.Secret != "componentSecret" {
		t.Error("the keys are not renewed")
	}
	d.post(t, componentPath, "appid", componentApp, "secret", "", "desktop_url", "https://mp.example/?x").has(t, 422, "desktop_url-problem")

	dialog := d.post(t, componentPath+"/authorise")
	dialog.has(t, 200, "componentloginpage", "bindcomponent", "preauthcode%40%40%401")
	_, state, found := strings.Cut(dialog.body, url.QueryEscape(url.QueryEscape("")+"/return?state="))
	if !found {
		t.Fatal("no value of our own in the way back")
	}
	state = state[:26]
	d.get(t, componentPath+"/return?state=wrong&auth_code=c").has(t, 422, "alert")
	d.get(t, componentPath+"/return?state="+state+"&auth_code=c").went(t, componentPath+"?done=authorised&name=Shop")
	d.get(t, componentPath+"/return?state="+state+"&auth_code=c").has(t, 422, "alert") // once

	// Somebody who consents need not be one of ours.
	state, err = d.Store.NewAuthState(t.Context(), 1, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	d.cookies = map[string]string{}
	d.get(t, componentPath+"/return?state="+state+"&auth_code=c").has(t, 200, "Shop")
	d.get(t, componentPath+"/return?state="+state+"&auth_code=c").has(t, 422)
}

// A ticket that is missed, and an authorisation that is lost, are told to admins.
func TestComponentAlarms(t *testing.T) {
	d := newDesk(t)
	d.component(t)
	if err := d.Store.SetTicket(t.Context(), 1, "ticket", noon); err != nil {
		t.Fatal(err)
	}
	alarms := func() int {
		return strings.Count(d.browse(t, "zhou", "GET", "/settings/component").body, `<p class="banner`)
	}
	d.clock.Advance(ticketLate)
	before := alarms()
	d.clock.Advance(time.Millisecond)
	if got := alarms(); got != before+1 {
		t.Errorf("%d alarms with a ticket that is missed, %d before", got, before)
	}
	a, err := d.Store.Account(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Store.AuthorizerRefused(t.Context(), a, 61023); err != nil {
		t.Fatal(err)
	}
	if got := alarms(); got != before+2 {
		t.Errorf("%d alarms with a lost authorisation", got)
	}
}
