package courier

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

const (
	componentID   = "wxc0ffee0000000001"
	refreshPath   = "/cgi-bin/component/api_authorizer_token"
	componentPath = "/cgi-bin/component/api_component_token"
	queryPath     = "/cgi-bin/component/api_query_auth"
	infoPath2     = "/cgi-bin/component/api_get_authorizer_info"
)

// newPlatform is a desk with a third-party platform on both sides, and one more
// account at WeChat that may authorise it.
func newPlatform(t *testing.T) *desk {
	d := newDesk(t)
	c := sandbox.Component{AppID: componentID, Secret: strings.Repeat("c", 32), Name: "Desk", Token: "componentToken",
		AESKey: strings.Repeat("k", 42) + "8", EventURL: d.web.URL + "/callback/component", MessageURL: d.web.URL + "/callback/$APPID$"}
	ok(t, d.sandbox.AddAccount(sandbox.Account{AppID: "wx5555555555555555", OriginalID: "gh_5555555555", Name: "Woodwork", Token: "abc", Kind: "subscription"}))
	ok(t, d.sandbox.AddKF("wx5555555555555555", "li@gh_5555555555", "Li", "", nil))
	must(d.store.SetComponent(ctx, store.Actor{}, store.Component{AppID: c.AppID, Secret: c.Secret, CallbackToken: c.Token, AESKey: c.AESKey}))(t)
	d.sandbox.SetComponent(c)
	d.until("a ticket", func() bool { return must(d.store.Component(ctx))(t).Ticket != "" })
	return d
}

// opened is a push as it was before it was sealed for the third-party platform;
// nil for what was told to the platform itself, which is stored here as the
// handlers do.
func (d *desk) opened(appid string, r *http.Request, body []byte) []byte {
	q := r.URL.Query()
	if q.Get("encrypt_type") != "aes" {
		return body
	}
	p := must(d.store.Component(ctx))(d)
	cb := wechat.Callback{Token: p.CallbackToken, Mode: wechat.Safe, Ciphers: []*wechat.Cipher{must(wechat.NewCipher(p.AESKey, p.AppID))(d)}}
	plain, _, err := cb.Open(wechat.Query{Timestamp: q.Get("timestamp"), Nonce: q.Get("nonce"), EncryptType: "aes", MsgSignature: q.Get("msg_signature")}, body)
	ok(d, err)
	if appid != "component" {
		return plain
	}
	n := must(wechat.ParseNotice(plain))(d)
	switch {
	case n.Ticket != "":
		ok(d, d.store.SetTicket(ctx, p.ID, n.Ticket, n.CreateTime*1000))
	case n.Code != "":
		ok(d, d.store.AddAuthCode(ctx, store.AuthCode{Code: n.Code, AppID: n.Authorizer, At: n.CreateTime * 1000}))
	default:
		a := must(d.store.AccountByAppID(ctx, n.Authorizer))(d)
		ok(d, d.store.Unauthorised(ctx, a.ID, n.CreateTime*1000))
	}
	return nil
}

// consent authorises an account and gives the code that comes with the browser.
func (d *desk) consent(appid string, scopes ...int) string {
	d.Helper()
	if scopes == nil {
		scopes = sandbox.Scopes()
	}
	pre, _, err := d.courier.PreAuthCode(ctx)
	ok(d, err)
	return must(d.sandbox.Consent(componentID, pre, appid, scopes))(d)
}

// authorise does that and exchanges the code.
func (d *desk) authorise(appid string, scopes ...int) store.Account {
	d.Helper()
	return must(d.courier.Authorise(ctx, store.Actor{}, d.consent(appid, scopes...)))(d)
}

func (d *desk) rotate(on bool) {
	c, _ := d.sandbox.Component(componentID)
	c.Rotate = on
	d.sandbox.SetComponent(c)
}

func TestAuthorisedOnceWhicheverIsFirst(t *testing.T) {
	d := newPlatform(t)
	code := d.consent("wx5555555555555555")
	a := must(d.courier.Authorise(ctx, store.Actor{}, code))(t)
	equal(t, "name", a.Name, "Woodwork")
	equal(t, "suffix", a.WechatID, "gh_5555555555")
	d.run() // the event's code, which is the same
	d.until("the code is over", func() bool { return len(must(d.store.AuthCodes(ctx))(t)) == 0 })
	equal(t, "the same", must(d.courier.Authorise(ctx, store.Actor{}, code))(t).ID, a.ID)

	// The event alone, whose first exchange is lost on its way back.
	fault(sandbox.Fault{On: queryPath, Kind: "reset", Accept: true})(d, store.Conversation{})
	d.consent(d.account(0).AppID)
	d.until("a try that failed", func() bool { return strings.Contains(d.logged(), "could not be exchanged") })
	d.sandbox.Advance(10 * time.Second)
	d.until("authorised all the same", func() bool { return d.account(0).Component != 0 })
	d.until("its kf accounts", func() bool { return d.count("/cgi-bin/customservice/getkflist") > 0 })

	if _, err := d.courier.Authorise(ctx, store.Actor{}, "queryauthcode@@@no"); wechat.Code(err) != 61009 {
		t.Errorf("an unknown code: %v", err)
	}
	ok(t, d.sandbox.AddAccount(sandbox.Account{AppID: "wx9999999999999999", OriginalID: "gh_9999999999", Name: "Mini", Token: "abc", Kind: "miniprogram"}))
	if _, err := d.courier.Authorise(ctx, store.Actor{}, d.consent("wx9999999999999999")); err != ErrMiniProgram {
		t.Errorf("a mini program: %v", err)
	}
	if _, err := d.store.AccountByAppID(ctx, "wx9999999999999999"); err == nil {
		t.Error("a mini program was stored")
	}
}

// The token of an account is renewed ten minutes before its end, and a refresh
// token that changes with it is stored first.
func TestAuthorisedTokenIsRenewed(t *testing.T) {
	d := newPlatform(t)
	a := d.authorise("wx5555555555555555")
	d.rotate(true)
	before := must(d.store.RefreshToken(ctx, a.ID))(t)
	first := must(d.courier.Token(ctx, a.ID))(t)
	equal(t, "calls", d.count(refreshPath), 1)
	second := must(d.store.RefreshToken(ctx, a.ID))(t)
	if second == before {
		t.Error("the refresh token that changed was not stored")
	}
	equal(t, "the same", must(d.newCourier(d.store).Token(ctx, a.ID))(t), first)
	d.sandbox.Advance(2*time.Hour - 11*time.Minute)
	equal(t, "still the same", must(d.courier.Token(ctx, a.ID))(t), first)
	d.sandbox.Advance(2 * time.Minute)
	if must(d.courier.Token(ctx, a.ID))(t) == first {
		t.Error("a token near its end is still used")
	}
	equal(t, "calls", d.count(refreshPath), 2)
	if must(d.store.RefreshToken(ctx, a.ID))(t) == second {
		t.Error("the second refresh token was not stored")
	}
	equal(t, "platform's token calls", d.count(componentPath), 2) // its own ends, too

	d.sandbox.ExpireTokens(a.AppID)
	d.sandbox.ExpireComponent(componentID)
	ok(t, d.courier.SyncKF(ctx, a.ID)) // both are stale
	equal(t, "platform's token calls", d.count(componentPath), 3)
	if strings.Contains(d.logged(), "@@@") {
		t.Error("the log tells a token")
	}
}

// The answer with a new refresh token is lost: the old one is dead, and WeChat
// is asked for the one that it has.
func TestLostRefreshTokenIsTakenAgain(t *testing.T) {
	d := newPlatform(t)
	a := d.authorise("wx5555555555555555")
	d.rotate(true)
	fault(sandbox.Fault{On: refreshPath, Kind: "reset", Accept: true})(d, store.Conversation{})
	if _, err := d.courier.Token(ctx, a.ID); wechat.Classify(err) != wechat.Unknown {
		t.Fatalf("the answer was not lost: %v", err)
	}
	d.sandbox.Advance(time.Minute)
	again := d.newCourier(d.store) // as after a crash
	must(again.Token(ctx, a.ID))(t)
	equal(t, "refused", must(d.store.Account(ctx, a.ID))(t).Refused, 0)
	equal(t, "questions", d.count(infoPath2), 2) // one of the authorisation

	// Our own store fails between the answer and the use: the same.
	ok(t, d.store.SetRefreshToken(ctx, must(d.store.Account(ctx, a.ID))(t), ""))
	d.sandbox.Advance(2 * time.Hour)
	must(again.Token(ctx, a.ID))(t)
}

// 61023 that nothing mends: the account must be authorised again, and no call is
// made until then.
func TestAuthorisationLost(t *testing.T) {
	d := newPlatform(t)
	a := d.authorise("wx5555555555555555")
	fault(sandbox.Fault{On: refreshPath, Kind: "errcode", Code: 61023, Times: -1})(d, store.Conversation{})
	for range 5 {
		if _, err := d.courier.Token(ctx, a.ID); wechat.Code(err) != 61023 {
			t.Errorf("%v", err)
		}
		d.sandbox.Advance(time.Hour)
	}
	equal(t, "calls", d.count(refreshPath), 1)
	equal(t, "refused", must(d.store.Account(ctx, a.ID))(t).Refused, 61023)
	d.sandbox.ClearFault(0)
	d.until("told", func() bool { return must(d.store.Component(ctx))(t).TicketAt > 0 })
	a = d.authorise(a.AppID, 1, 6)
	equal(t, "refused", a.Refused, 0)
	must(d.courier.Token(ctx, a.ID))(t)
}

// A withdrawal whose event never came is seen by the next call.
func TestWithdrawalIsSeenByACall(t *testing.T) {
	d := newPlatform(t)
	a := d.authorise("wx5555555555555555")
	ok(t, d.courier.SyncKF(ctx, a.ID))
	c, _ := d.sandbox.Component(componentID)
	c.EventURL = ""
	d.sandbox.SetComponent(c)
	d.sandbox.Withdraw(componentID, a.AppID)
	if err := d.courier.SyncKF(ctx, a.ID); wechat.Code(err) != store.Withdrawn {
		t.Errorf("%v", err)
	}
	equal(t, "refused", must(d.store.Account(ctx, a.ID))(t).Refused, store.Withdrawn)
	equal(t, "taken in", must(d.courier.SyncAuthorizers(ctx, store.Actor{}))(t), 0)
	d.consent(a.AppID)
	equal(t, "taken in", must(d.courier.SyncAuthorizers(ctx, store.Actor{}))(t), 1)
	ok(t, d.courier.SyncKF(ctx, a.ID))
	d.sandbox.Withdraw(componentID, a.AppID)
	equal(t, "taken in", must(d.courier.SyncAuthorizers(ctx, store.Actor{}))(t), 0)
	equal(t, "not listed", must(d.store.Account(ctx, a.ID))(t).Refused, store.Withdrawn)
}

// A ticket that WeChat refuses makes no storm, and a new one helps at once.
func TestComponentWaitsForATicket(t *testing.T) {
	d := newPlatform(t)
	fault(sandbox.Fault{On: componentPath, Kind: "errcode", Code: 61006, Times: 1})(d, store.Conversation{})
	for range 5 {
		if _, _, err := d.courier.PreAuthCode(ctx); wechat.Code(err) != 61006 {
			t.Errorf("%v", err)
		}
	}
	equal(t, "calls", d.count(componentPath), 1)
	equal(t, "health", d.courier.ComponentHealth().Code, 61006)
	was := must(d.store.Component(ctx))(t).Ticket
	d.sandbox.Advance(time.Second)
	ok(t, d.courier.AskTicket(ctx))
	d.until("another ticket", func() bool { return must(d.store.Component(ctx))(t).Ticket != was })
	_, _, err := d.courier.PreAuthCode(ctx)
	ok(t, err)
	equal(t, "health", d.courier.ComponentHealth().Code, 0)
}

// Each account's reply goes out with its own token.
func TestRepliesWithTheTokenOfTheAccount(t *testing.T) {
	d := newPlatform(t)
	a := d.authorise("wx5555555555555555", 1, 6)
	a.Rules.Undo = 0
	ok(t, d.store.SetRules(ctx, store.Actor{}, a.ID, a.Rules))
	ok(t, d.courier.SyncKF(ctx, a.ID))
	ok(t, d.store.Bind(ctx, store.Actor{}, d.agent.ID, a.ID, "li@gh_5555555555"))
	d.agent = must(d.store.Agent(ctx, d.agent.ID))(t)
	d.run()
	u := must(d.sandbox.AddUser(sandbox.User{AppID: a.AppID, Name: "Ann", Following: true}))(t)
	must(d.sandbox.Text(u.OpenID, "hello"))(t)
	d.until("the message", func() bool { _, err := d.store.NewestConversation(ctx, a.ID, u.OpenID); return err == nil })
	v := must(d.store.NewestConversation(ctx, a.ID, u.OpenID))(t)
	must(d.store.Claim(ctx, &d.agent, v.ID))(t)
	m, _, _, err := d.store.Reply(ctx, &d.agent, v.ID, store.Draft{ClientID: "1", Type: "text", Body: []byte(`{"content":"hi"}`)})
	ok(t, err)
	d.until("sent", func() bool { return must(d.store.Message(ctx, &d.agent, m.ID))(t).State == "sent" })
	if !slices.ContainsFunc(d.sandbox.Log(), func(l sandbox.Log) bool { return l.Path == sendPath && l.AppID == a.AppID && l.Code == 0 }) {
		t.Error("not sent with the token of the account")
	}
	d.sandbox.Withdraw(componentID, a.AppID)
	d.until("withdrawn", func() bool { return must(d.store.Account(ctx, a.ID))(t).Refused != 0 })
	n := d.count(sendPath)
	_, _, _, err = d.store.Reply(ctx, &d.agent, v.ID, store.Draft{ClientID: "2", Type: "text", Body: []byte(`{"content":"hi"}`)})
	if !store.Refused(err, "unauthorised") {
		t.Errorf("%v", err)
	}
	equal(t, "sends", d.count(sendPath), n)
}
