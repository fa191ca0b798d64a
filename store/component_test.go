package store

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var newAuthorisation = Authorisation{AppID: "wx5555555555555555", OriginalID: "gh_5555555555", Name: "Woodwork", CallbackToken: "abc",
	AESKey: strings.Repeat("k", 43), RefreshToken: "refreshtoken@@@1", Scopes: []int{6, 1}, ServiceType: 2}

// authorise gives the desk a third-party platform and an account of it.
func authorise(t testing.TB, d *desk) Account {
	p := must(d.SetComponent(ctx, Actor{}, Component{AppID: "wxc0ffee0000000001", Secret: "componentSecret", CallbackToken: "componentToken",
		AESKey: strings.Repeat("K", 43)}))(t)
	z := newAuthorisation
	z.AppID, z.RefreshToken = "wx6666666666666666", "refreshtoken@@@0"
	return must(d.Authorise(ctx, Actor{}, p.ID, z))(t)
}

// audits are the deeds of the log, oldest first.
func (d *desk) audits(t testing.TB, noun string) string {
	t.Helper()
	return strings.Join(must(rows(ctx, d, one[string], `select deed || case when detail = '' then '' else ' ' || detail end from audit
		where deed like $1 || '.%' order by id`, noun))(t), ", ")
}

func TestComponentIsKept(t *testing.T) {
	d := openDesk(t)
	good := Component{AppID: " wxc0ffee0000000001 ", Secret: "componentSecret", CallbackToken: "componentToken", AESKey: strings.Repeat("K", 43)}
	for _, c := range []struct {
		change func(*Component)
		want   string
	}{
		{func(p *Component) { p.AppID = "c0ffee" }, "bad_appid"},
		{func(p *Component) { p.Secret = " " }, "bad_secret"},
		{func(p *Component) { p.CallbackToken = "" }, "bad_callback_token"},
		{func(p *Component) { p.AESKey = "short" }, "bad_aes_key"},
		{func(p *Component) { p.DesktopURL = "https://mp.weixin.qq.com/" }, "bad_desktop_url"},
		{func(p *Component) { p.PhoneURL = "javascript:{code}{back}" }, "bad_phone_url"},
	} {
		p := good
		c.change(&p)
		_, err := d.SetComponent(ctx, Actor{}, p)
		refused(t, err, c.want)
	}
	must(d.SetComponent(ctx, Actor{}, good))(t)
	ok(t, d.SetTicket(ctx, 1, "ticket@@@2", 2000))
	ok(t, d.SetTicket(ctx, 1, "ticket@@@1", 1000)) // came late
	ok(t, d.SetComponentToken(ctx, 1, "token", 5000))
	p := must(d.Component(ctx))(t)
	equal(t, "ticket", p.Ticket, "ticket@@@2")
	equal(t, "token", p.AccessToken, "token")

	p = must(d.SetComponent(ctx, Actor{}, Component{AppID: p.AppID, AESKey: strings.Repeat("N", 43)}))(t)
	equal(t, "secret", p.Secret, "componentSecret")
	equal(t, "former key", p.AESKeyPrevious, strings.Repeat("K", 43))
	equal(t, "token", p.AccessToken, "token")
	ok(t, d.EndComponentToken(ctx, "an earlier one"))
	equal(t, "token", must(d.Component(ctx))(t).AccessToken, "token")
	ok(t, d.EndComponentToken(ctx, "token"))
	equal(t, "token", must(d.Component(ctx))(t).AccessToken, "")
	ok(t, d.SetComponentToken(ctx, 1, "token", 5000))
	p = must(d.SetComponent(ctx, Actor{}, Component{AppID: p.AppID, Secret: "another"}))(t)
	equal(t, "token of another secret", p.AccessToken, "")
	equal(t, "ticket", p.Ticket, "ticket@@@2")
	equal(t, "audit", d.audits(t, "component"), "component.update, component.keys, component.update")

	authorise(t, d)
	_, err := d.SetComponent(ctx, Actor{}, Component{AppID: "wxc0ffee0000000002"})
	refused(t, err, "component_in_use")
}

// The former keys of the platform are those that WeChat has, however often new
// ones are made before it gets them.
func TestComponentKeepsTheKeysThatWeChatHas(t *testing.T) {
	d := openDesk(t)
	renew := func(token, key string) Keys {
		must(d.SetComponent(ctx, Actor{}, Component{AppID: "wxc0ffee0000000001", Secret: "componentSecret", CallbackToken: token, AESKey: strings.Repeat(key, 43)}))(t)
		p := must(d.Component(ctx))(t)
		return p.Keys()
	}
	equal(t, "at first", renew("first", "A"), Keys{Token: "first", AESKey: strings.Repeat("A", 43)})
	for _, token := range []string{"second", "third"} {
		k := renew(token, "B")
		equal(t, "former", k.TokenPrevious+" "+k.AESKeyPrevious, "first "+strings.Repeat("A", 43))
		equal(t, "unused", k.Unused(), true)
	}
	ok(t, d.ComponentKeysUsed(ctx, 1))
	equal(t, "used", must(d.Component(ctx))(t).KeysUsedAt, d.now())
	equal(t, "former", renew("fourth", "C").TokenPrevious, "third")
}

// An account that was reached directly keeps everything when it is authorised,
// and nobody can reply once it has withdrawn.
func TestAuthorisedWithdrawnAndBack(t *testing.T) {
	d := openDesk(t)
	authorise(t, d)
	v := d.open(t, "served", &d.li)
	ok(t, d.SetToken(ctx, d.account, "stable", "old", d.now()+1000))
	z := newAuthorisation
	z.AppID, z.Name, z.ToldAt = must(d.Account(ctx, d.account))(t).AppID, "Another name", 5000
	was := must(d.Account(ctx, d.account))(t)
	a := must(d.Authorise(ctx, Actor{AgentID: 1}, 1, z))(t)
	equal(t, "the account", a.ID, d.account)
	equal(t, "name", a.Name, was.Name)
	equal(t, "WeChat id", a.WechatID, was.WechatID)
	equal(t, "original id", a.OriginalID, z.OriginalID)
	equal(t, "secret", a.Secret, was.Secret)
	value, _, err := d.Token(ctx, a.ID, "stable")
	ok(t, err)
	equal(t, "token of before", value, "")
	d.reply(t, &d.li, v.ID)

	ok(t, d.Unauthorised(ctx, a.ID, 4000)) // older than the authorisation
	equal(t, "refused", must(d.Account(ctx, a.ID))(t).Refused, 0)
	ok(t, d.Unauthorised(ctx, a.ID, 5000))
	equal(t, "refused", must(d.Account(ctx, a.ID))(t).Refused, Withdrawn)
	equal(t, "refresh token", must(d.RefreshToken(ctx, a.ID))(t), "")
	_, _, _, err = d.Reply(ctx, &d.li, v.ID, d.draft("more"))
	refused(t, err, "unauthorised")

	back := must(d.Authorise(ctx, Actor{}, 1, z))(t)
	if back.AuthorisedAt == a.AuthorisedAt {
		t.Error("two authorisations of the same time")
	}
	ok(t, d.Unauthorised(ctx, a.ID, 5000)) // once more
	ok(t, d.AuthorizerRefused(ctx, a, 61023))
	if d.SetRefreshToken(ctx, a, "late") == nil {
		t.Error("a refresh token of the authorisation before was stored")
	}
	equal(t, "refused by what was before", must(d.Account(ctx, a.ID))(t).Refused, 0)
	ok(t, d.SetRefreshToken(ctx, back, "refreshtoken@@@2"))
	equal(t, "refresh token", must(d.RefreshToken(ctx, a.ID))(t), "refreshtoken@@@2")
	d.reply(t, &d.li, v.ID)
	ok(t, d.AuthorizerRefused(ctx, back, 61023))
	equal(t, "audit", d.audits(t, "account"), "account.add, account.rules, account.authorise new, account.authorise taken_over, account.unauthorise 61003, "+
		"account.authorise again, account.refresh_token, account.authorisation_lost 61023")

	_, err = d.AddAccount(ctx, Actor{}, Account{AppID: "wx7777777777777777", OriginalID: "gh_7777777777", WechatID: "x", Mode: "plain", CallbackToken: "abc", Component: 1})
	refused(t, err, "bad_secret")
	other := must(d.AccountByAppID(ctx, "wx6666666666666666"))(t)
	equal(t, "suffix without a WeChat id", other.WechatID, other.OriginalID)
	other.Name = "Renamed"
	ok(t, d.UpdateAccount(ctx, Actor{}, other))
}

func TestCodesAndStates(t *testing.T) {
	d := openDesk(t)
	ok(t, d.AddAuthCode(ctx, AuthCode{Code: "queryauthcode@@@1", AppID: "wx1", At: d.now()}))
	ok(t, d.AddAuthCode(ctx, AuthCode{Code: "queryauthcode@@@1", AppID: "wx1", At: d.now()}))
	list := must(d.AuthCodes(ctx))(t)
	equal(t, "codes", len(list), 1)
	equal(t, "code", list[0].Code, "queryauthcode@@@1")
	ok(t, d.AuthCodeDone(ctx, list[0], 0, d.now()+1000))
	equal(t, "codes that are due", len(must(d.AuthCodes(ctx))(t)), 0)
	d.clock.advance(time.Second)
	equal(t, "attempts", must(d.AuthCodes(ctx))(t)[0].Attempts, 1)
	ok(t, d.AuthCodeDone(ctx, list[0], d.account, -1))
	equal(t, "account of the code", must(d.AuthCodeAccount(ctx, list[0].Code))(t), d.account)
	equal(t, "codes that are due", len(must(d.AuthCodes(ctx))(t)), 0)

	// Of the release test it is known late who gets the answer.
	test := AuthCode{Code: list[0].Code, OpenID: "oTester", At: d.now()}
	for range 2 {
		ok(t, d.AddAuthCode(ctx, test))
		ok(t, d.AuthCodeDone(ctx, list[0], 0, -1)) // of the exchange before
		ok(t, d.AddAuthCode(ctx, list[0]))
		due := must(d.AuthCodes(ctx))(t)
		if len(due) != 1 || due[0].Code != test.Code || due[0].OpenID != "oTester" || due[0].Attempts != 0 {
			t.Errorf("due: %+v", due)
		}
	}
	ok(t, d.AuthCodeDone(ctx, test, 0, -1))
	ok(t, d.AddAuthCode(ctx, test))
	equal(t, "codes that are due", len(must(d.AuthCodes(ctx))(t)), 0)

	state := must(d.NewAuthState(ctx, 7, time.Minute))(t)
	equal(t, "who began", must(d.UseAuthState(ctx, state))(t), 7)
	_, err := d.UseAuthState(ctx, state)
	refused(t, err, "bad_state")
	state = must(d.NewAuthState(ctx, 7, time.Minute))(t)
	d.clock.advance(time.Minute + time.Millisecond)
	_, err = d.UseAuthState(ctx, state)
	refused(t, err, "bad_state")
}

// No secret of the third-party platform lies in the database as it is.
func TestComponentIsSealed(t *testing.T) {
	d := openDesk(t)
	authorise(t, d)
	ok(t, d.SetTicket(ctx, 1, "ticket@@@secret", 1000))
	ok(t, d.SetComponentToken(ctx, 1, "componentAccess", 1000))
	ok(t, d.AddAuthCode(ctx, AuthCode{Code: "queryauthcode@@@1"}))
	state := must(d.NewAuthState(ctx, 1, time.Minute))(t)
	ok(t, d.Close())
	raw := must(os.ReadFile(filepath.Join(d.Dir(), "kfdesk.db")))(t)
	for _, secret := range []string{"componentSecret", strings.Repeat("K", 43), "componentToken", "ticket@@@", "componentAccess", "refreshtoken@@@", "queryauthcode@@@", state} {
		if bytes.Contains(raw, []byte(secret)) {
			t.Errorf("the database tells %q", secret)
		}
	}
}
