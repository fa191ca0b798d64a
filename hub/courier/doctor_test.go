package courier

import (
	"math"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

func (d *desk) examine() Examination {
	d.Helper()
	return must(d.courier.Examine(ctx, d.account(0).ID))(d)
}

func (d *desk) fail(on string, code, times int) {
	d.Helper()
	d.sandbox.AddFault(sandbox.Fault{On: on, Kind: "errcode", Code: code, Times: times})
}

// All questions are asked once, and the answers are WeChat's.
func TestExamine(t *testing.T) {
	d := newDesk(t)
	ok(t, d.sandbox.AddKF(d.account(0).AppID, "su@hemuf", "Su", "su_wx", nil))
	d.sandbox.SetOnline(d.account(0).AppID, "su@hemuf", true)
	x := d.examine()
	for what, a := range map[string]Answer{"token": x.Token, "kf list": x.KF, "tool": x.Tool, "addresses": x.IPs, "callback": x.Callback} {
		if !a.Good() {
			t.Errorf("%s: %v", what, a.Err)
		}
	}
	equal(t, "kf accounts", x.KFCount, 2)
	equal(t, "open in Tencent's tool", strings.Join(x.Online, " "), "su@hemuf")
	equal(t, "quotas", len(x.Quotas), 4)
	equal(t, "limit of custom/send", x.Quotas[0].DailyLimit, 500_000)
	equal(t, "addresses", len(x.Sources), 2)
	if !x.Dated || x.Ahead.Abs() > time.Second {
		t.Errorf("the clocks differ by %v", x.Ahead)
	}
	for path, n := range map[string]int{tokenPath: 1, "/cgi-bin/customservice/getkflist": 1, "/cgi-bin/customservice/getonlinekflist": 1,
		"/cgi-bin/openapi/quota/get": 4, "/cgi-bin/getcallbackip": 1, "/cgi-bin/callback/check": 1, sendPath: 0} {
		equal(t, "calls of "+path, d.count(path), n)
	}
}

// A token that is kept says nothing about the secret, so it is asked for again;
// and however often somebody clicks, what was refused makes no storm.
func TestExamineTrustsNoKeptToken(t *testing.T) {
	d := newDesk(t)
	id := d.account(0).ID
	first := must(d.courier.Token(ctx, id))(t)
	ok(t, d.examine().Token.Err)
	equal(t, "token calls", d.count(tokenPath), 2)
	equal(t, "token", must(d.courier.Token(ctx, id))(t), first)

	d.fail(tokenPath, 40164, 1)
	for range 3 {
		x := d.examine()
		equal(t, "code", wechat.Code(x.Token.Err), 40164)
		equal(t, "asked without a token", x.KF.Asked || x.IPs.Asked, false)
	}
	equal(t, "token calls", d.count(tokenPath), 3)
	equal(t, "trouble", d.courier.Health(id).Code, 40164)
	equal(t, "token", must(d.courier.tokens.get(ctx, d.account(0), false))(t), first)
	d.sandbox.Advance(personAgain)
	ok(t, d.examine().Token.Err)
	equal(t, "trouble", d.courier.Health(id), Health{})

	// Nor is a token believed that WeChat refuses and still gives out; no question
	// is asked twice for it.
	d.fail("/cgi-bin/customservice/getkflist", 40001, 1)
	before := d.count("/cgi-bin/customservice/getkflist")
	equal(t, "code", wechat.Code(d.examine().KF.Err), 40001)
	equal(t, "calls", d.count("/cgi-bin/customservice/getkflist"), before+1)
	equal(t, "clashes", len(d.courier.Clashes(id)), 1)
	if must(d.courier.Token(ctx, id))(t) == first {
		t.Error("the token that was refused is still used")
	}
}

func TestExamineMeasuresTheClock(t *testing.T) {
	for _, ms := range []int64{-4200, 9000} {
		d := newDesk(t)
		d.sandbox.AddFault(sandbox.Fault{On: tokenPath, Kind: "skew", DelayMS: ms})
		x := d.examine()
		if off := x.Ahead + time.Duration(ms)*time.Millisecond; !x.Dated || off.Abs() > time.Second {
			t.Errorf("WeChat's clock %d ms ahead: ours is ahead by %v", ms, x.Ahead)
		}
	}
}

// Every no of a question is in its own answer.
func TestExamineHearsEachNo(t *testing.T) {
	for path, code := range map[string]int{"/cgi-bin/customservice/getkflist": 65400, "/cgi-bin/customservice/getonlinekflist": 65400,
		"/cgi-bin/openapi/quota/get": 76022, "/cgi-bin/getcallbackip": 48001, "/cgi-bin/callback/check": 40201} {
		d := newDesk(t)
		d.fail(path, code, 1)
		x := d.examine()
		no := 0
		for _, a := range []Answer{x.KF, x.Tool, x.Quotas[0].Answer, x.Quotas[1].Answer, x.IPs, x.Callback} {
			if a.Err != nil {
				no++
				equal(t, path, wechat.Code(a.Err), code)
			}
		}
		equal(t, "refusals of "+path, no, 1)
	}
}

// Two programs that fetch classic tokens put each other out; with the stable
// token they do not, and the kept one goes when the kind is changed.
func TestTokenClash(t *testing.T) {
	d := newDesk(t)
	a := d.account(0)
	a.TokenKind = "classic"
	ok(t, d.store.UpdateAccount(ctx, store.Actor{}, a))
	stranger := &wechat.Client{Base: d.web.URL}
	steal := func() {
		_, _, err := stranger.Token(ctx, a.AppID, secret)
		ok(t, err)
		d.sandbox.Advance(6 * time.Minute)
	}
	list := func() { ok(t, d.courier.SyncKF(ctx, a.ID)) }
	list()
	for range 3 {
		steal()
		list()
	}
	equal(t, "clashes", len(d.courier.Clashes(a.ID)), 3)
	equal(t, "stable tokens", d.count(tokenPath), 0)
	d.sandbox.Advance(clashSpan)
	equal(t, "clashes an hour later", len(d.courier.Clashes(a.ID)), 0)

	a.TokenKind = "stable"
	ok(t, d.store.UpdateAccount(ctx, store.Actor{}, a))
	list()
	steal()
	list()
	equal(t, "stable tokens", d.count(tokenPath), 1)
	equal(t, "clashes with it", len(d.courier.Clashes(a.ID)), 0)
}

// Browsers are told when the health of an account changes, and not more often
// than that.
func TestHealthIsTold(t *testing.T) {
	d := newDesk(t)
	v := d.customer(0)
	d.fail(sendPath, 48001, 2)
	d.run()
	told := func() (n int) {
		for _, c := range must(d.store.Changes(ctx, 0, 1000))(t) {
			if c.Event.Kind == "account" {
				n++
			}
		}
		return n
	}
	before := told()
	d.settled(d.reply(v, "one"))
	equal(t, "trouble", d.courier.Health(v.Account).Code, 48001)
	d.until("the browsers are told", func() bool { return told() == before+1 })
	d.settled(d.reply(v, "the same again"))
	equal(t, "to tell of the same trouble", len(d.courier.health.due(math.MaxInt64)), 0)
	d.sandbox.Advance(healthAgain)
	d.settled(d.reply(v, "two"))
	d.until("that it is mended", func() bool { return told() == before+2 })
	equal(t, "trouble", d.courier.Health(v.Account), Health{})
}

func TestRIDLookUp(t *testing.T) {
	d := newDesk(t)
	_, err := d.courier.RID(ctx, d.account(0).ID, "61725984-6126f6f9-040f19c4")
	equal(t, "code", wechat.Code(err), 76001)
}
