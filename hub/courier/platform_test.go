package courier

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

// WeChat's release test brings one code in an event and in a message, and waits
// for one answer, whichever of them comes first.
func TestReleaseTestIsAnsweredOnce(t *testing.T) {
	for _, first := range []string{"event", "message"} {
		t.Run(first, func(t *testing.T) {
			const appid = "wx570bc396a51b8ff8"
			d := newPlatform(t)
			c, _ := d.sandbox.Component(componentID)
			c.EventURL, c.MessageURL = "", ""
			d.sandbox.SetComponent(c)
			ok(t, d.sandbox.AddAccount(sandbox.Account{AppID: appid, OriginalID: "gh_c0f28a78b318", Name: "Test", Token: "abc"}))
			u := must(d.sandbox.AddUser(sandbox.User{AppID: appid, Name: "Tester", Following: true}))(t)
			code := d.consent(appid)
			must(d.sandbox.Text(u.OpenID, "QUERY_AUTH_CODE:"+code))(t)
			d.run()
			event := store.AuthCode{Code: code, AppID: appid, At: d.courier.now()}
			message := store.AuthCode{Code: code, OpenID: u.OpenID, At: d.courier.now()}
			steps := []store.AuthCode{event, message}
			if first == "message" {
				slices.Reverse(steps)
			}
			for _, step := range steps {
				ok(t, d.store.AddAuthCode(ctx, step))
				d.until("the code is over", func() bool { return len(must(d.store.AuthCodes(ctx))(t)) == 0 })
			}
			answers := slices.DeleteFunc(d.sandbox.Log(), func(l sandbox.Log) bool { return l.Path != sendPath || l.AppID != appid || l.Code != 0 })
			equal(t, "answers", len(answers), 1)
			d.mu.Lock()
			sent := string(d.sent)
			d.mu.Unlock()
			if !strings.Contains(sent, code+"_from_api") || !strings.Contains(sent, u.OpenID) {
				t.Errorf("the answer is %s", sent)
			}
			if _, err := d.store.AccountByAppID(ctx, appid); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("an account of the test was stored: %v", err)
			}
			equal(t, "taken in", must(d.courier.SyncAuthorizers(ctx, store.Actor{}))(t), 0)
		})
	}
}

// A withdrawn account's token that a renewal has left behind is not used, and
// nothing is asked for it.
func TestWithdrawnAccountIsLeftAlone(t *testing.T) {
	d := newPlatform(t)
	a := d.authorise("wx5555555555555555")
	must(d.courier.Token(ctx, a.ID))(t)
	ok(t, d.store.AuthorizerRefused(ctx, a, store.Withdrawn))
	ok(t, d.store.SetToken(ctx, a.ID, a.TokenKind, "left", d.courier.now()+time.Hour.Milliseconds()))
	d.courier.listed.set(a.ID, 0)
	ok(t, d.courier.dispatchBlocked(ctx))
	d.courier.errands.wg.Wait()
	d.courier.profile(ctx, store.Stranger{ID: 1, Account: a.ID, OpenID: "o"})
	equal(t, "trouble", d.courier.Health(a.ID), Health{})
	equal(t, "block list", d.courier.listed.held(a.ID, d.courier.now()), false)
	if _, err := d.courier.Token(ctx, a.ID); wechat.Code(err) != store.Withdrawn {
		t.Errorf("%v", err)
	}
}

// An account that a list has missed keeps its refresh token.
func TestIncompleteListWithdrawsNobody(t *testing.T) {
	d := newPlatform(t)
	a := d.authorise("wx5555555555555555")
	short := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "api_get_authorizer_list") {
			io.WriteString(w, `{"total_count":0,"list":[]}`)
			return
		}
		d.ServeHTTP(w, r)
	}))
	t.Cleanup(short.Close)
	d.courier.o.API = func(store.Account) *wechat.Client { return &wechat.Client{Base: short.URL} }
	equal(t, "taken in", must(d.courier.SyncAuthorizers(ctx, store.Actor{}))(t), 0)
	equal(t, "refused", must(d.store.Account(ctx, a.ID))(t).Refused, 0)
	fault(sandbox.Fault{On: infoPath2, Kind: "errcode", Code: -1})(d, store.Conversation{})
	if _, err := d.courier.SyncAuthorizers(ctx, store.Actor{}); wechat.Code(err) != -1 {
		t.Errorf("%v", err)
	}
	equal(t, "refused", must(d.store.Account(ctx, a.ID))(t).Refused, 0)
}

// What ends the platform's hold ends that of its accounts.
func TestAccountsFollowThePlatform(t *testing.T) {
	d := newPlatform(t)
	a := d.authorise("wx5555555555555555")
	must(d.courier.Token(ctx, a.ID))(t)
	ticket := func() string { return must(d.store.Component(ctx))(t).Ticket }
	was := ticket()
	d.sandbox.Advance(3 * time.Hour)
	d.until("the ticket that is due", func() bool { return ticket() != was }) // a new one ends the hold
	fault(sandbox.Fault{On: componentPath, Kind: "errcode", Code: 61006, Times: -1})(d, store.Conversation{})
	mirror := func() int { return wechat.Code(d.courier.MirrorKF(ctx, a.ID)) }
	equal(t, "code", mirror(), 61006)
	equal(t, "code", mirror(), 61006)
	n := d.count(componentPath)
	d.sandbox.Advance(tokenWaits[0])
	equal(t, "code", mirror(), 61006)
	equal(t, "platform's token calls", d.count(componentPath), n)
	d.sandbox.ClearFault(0)
	was = ticket()
	ok(t, d.courier.AskTicket(ctx))
	d.until("another ticket", func() bool { return ticket() != was })
	d.sandbox.Advance(tokenWaits[1])
	equal(t, "code", mirror(), 0)
	equal(t, "trouble", d.courier.Health(a.ID), Health{})
}

// Past its hold nothing is known to be wrong with the platform.
func TestComponentHealthEnds(t *testing.T) {
	d := newPlatform(t)
	fault(sandbox.Fault{On: componentPath, Kind: "errcode", Code: 61006})(d, store.Conversation{})
	if _, _, err := d.courier.PreAuthCode(ctx); wechat.Code(err) != 61006 {
		t.Fatalf("%v", err)
	}
	equal(t, "health", d.courier.ComponentHealth().Code, 61006)
	d.sandbox.Advance(refusedWaits[0])
	equal(t, "health", d.courier.ComponentHealth(), Health{})
}

// That there was no token is over when there is one, although nobody sends.
func TestTroubleOfTheTokenEndsWithIt(t *testing.T) {
	d := newDesk(t)
	a := d.account(0)
	fault(sandbox.Fault{On: tokenPath, Kind: "errcode", Code: 40164, Times: 1})(d, store.Conversation{})
	d.run()
	equal(t, "code", d.settled(d.reply(d.stranger(0), "one")).ErrCode, 40164)
	equal(t, "trouble", d.courier.Health(a.ID).Code, 40164)
	equal(t, "without a person", wechat.Code(d.courier.MirrorKF(ctx, a.ID)), 40164)
	equal(t, "trouble of replies", d.courier.health.last[a.ID][sendCalls], Health{})
	d.sandbox.Advance(personAgain)
	equal(t, "without a person", wechat.Code(d.courier.MirrorKF(ctx, a.ID)), 40164)
	ok(t, d.courier.SyncKF(ctx, a.ID))
	equal(t, "trouble", d.courier.Health(a.ID), Health{})

	// A withdrawal that a reply met first.
	gone := &wechat.Error{Code: store.Withdrawn, Path: sendPath}
	d.courier.health.bad(a.ID, sendCalls, gone, 1)
	d.courier.health.good(a.ID, tokenCalls)
	equal(t, "trouble", d.courier.Health(a.ID).Code, store.Withdrawn)
	d.courier.health.bad(a.ID, tokenCalls, gone, 1)
	d.courier.health.good(a.ID, tokenCalls)
	equal(t, "trouble", d.courier.Health(a.ID), Health{})
}
