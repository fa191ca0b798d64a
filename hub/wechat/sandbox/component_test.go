package sandbox

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"kfdesk/hub/wechat"
)

// platform is a third-party platform of a world, with what it was told.
type platform struct {
	*world
	Component
	ticket, token string

	mu     sync.Mutex
	told   []*wechat.Notice
	pushes []string // appid of the path and text
}

func newPlatform(t *testing.T) *platform {
	t.Helper()
	p := &platform{world: newWorld(t)}
	console := httptest.NewServer(p)
	t.Cleanup(console.Close)
	p.Component = Component{AppID: "wxc0ffee0000000001", Secret: strings.Repeat("c", 32), Name: "Desk", Token: "componentToken", AESKey: strings.Repeat("k", 42) + "8",
		EventURL: console.URL + "/component", MessageURL: console.URL + "/component/$APPID$"}
	p.SetComponent(p.Component)
	p.settle()
	p.Advance(ticketEvery - time.Second)
	p.settle()
	if n := len(p.heard("component_verify_ticket")); n != 1 {
		t.Fatalf("%d tickets after ten minutes, want 1", n)
	}
	p.ticket = p.heard("component_verify_ticket")[0].Ticket
	var err error
	p.token, _, err = p.client.ComponentToken(t.Context(), p.AppID, p.Secret, p.ticket)
	p.must(err)
	return p
}

// settle waits until all is told; the first ticket is due at once.
func (p *platform) settle() {
	p.t.Helper()
	p.must(p.wait(p.t.Context(), func() bool {
		for _, one := range p.st.Components {
			if one.TicketAt == 0 {
				return false
			}
		}
		return p.pending == 0
	}))
}

// ServeHTTP is the console.
func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, _ := wechat.NewCipher(p.AESKey, p.AppID)
	cb := &wechat.Callback{Token: p.Component.Token, Mode: wechat.Safe, Ciphers: []*wechat.Cipher{c}}
	q := r.URL.Query()
	body, _ := io.ReadAll(r.Body)
	plain, _, err := cb.Open(wechat.Query{Timestamp: q.Get("timestamp"), Nonce: q.Get("nonce"), EncryptType: "aes", MsgSignature: q.Get("msg_signature")}, body)
	if err != nil {
		p.t.Errorf("%s: %v", r.URL.Path, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if appid, is := strings.CutPrefix(r.URL.Path, "/component/"); is {
		push, err := wechat.ParsePush(plain)
		if err != nil {
			p.t.Error(err)
			return
		}
		p.pushes = append(p.pushes, appid+" "+push.Content)
	} else {
		n, err := wechat.ParseNotice(plain)
		if err != nil {
			p.t.Error(err)
			return
		}
		p.told = append(p.told, n)
	}
	w.Write([]byte("success"))
}

func (p *platform) heard(what string) (list []*wechat.Notice) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range p.told {
		if n.InfoType == what {
			list = append(list, n)
		}
	}
	return list
}

func (p *platform) is(name string, err error, code int) {
	p.t.Helper()
	if got := wechat.Code(err); got != code || code == 0 && err != nil {
		p.t.Errorf("%s: %v, want %d", name, err, code)
	}
}

// preAuth begins a way to the consent page.
func (p *platform) preAuth() string {
	p.t.Helper()
	code, life, err := p.client.PreAuthCode(p.t.Context(), p.token, p.AppID)
	p.must(err)
	if life != preAuthLife {
		p.t.Errorf("life of the code: %v", life)
	}
	return code
}

// An account authorises, is served, changes what it grants and withdraws; every
// call does what the platform's does.
func TestComponentServesAnAccount(t *testing.T) {
	p, ctx := newPlatform(t), t.Context()
	code, err := p.Consent(p.AppID, p.preAuth(), p.account.AppID, []int{1, 6})
	p.must(err)
	p.settle()
	if n := p.heard("authorized"); len(n) != 1 || n[0].Code != code || n[0].Authorizer != p.account.AppID || n[0].PreAuthCode == "" {
		t.Fatalf("told of the authorisation: %+v", n)
	}
	z, err := p.client.QueryAuth(ctx, p.token, p.AppID, code)
	p.must(err)
	if z.AppID != p.account.AppID || len(z.Scopes) != 2 || z.ExpiresIn != 2*time.Hour {
		t.Errorf("authorisation: %+v", z)
	}
	info, err := p.client.AuthorizerInfo(ctx, p.token, p.AppID, z.AppID)
	p.must(err)
	if info.OriginalID != p.account.OriginalID || info.Alias != "test" || info.ServiceType != 2 || info.RefreshToken != z.RefreshToken || info.MiniProgram {
		t.Errorf("info: %+v", info)
	}
	list, total, err := p.client.AuthorizerList(ctx, p.token, p.AppID, 0, 500)
	p.must(err)
	if total != 1 || list[0].AppID != z.AppID || list[0].RefreshToken != z.RefreshToken {
		t.Errorf("list: %d %+v", total, list)
	}

	p.said("hello")
	p.settle()
	if len(p.pushes) != 1 || p.pushes[0] != z.AppID+" hello" {
		t.Errorf("pushes: %v", p.pushes)
	}
	hi := wechat.Message{ToUser: p.openid, MsgType: "text", Text: &wechat.Text{Content: "hi"}}
	p.is("send", p.client.Send(ctx, z.AccessToken, hi), 0)
	_, err = p.client.UserInfo(ctx, z.AccessToken, p.openid)
	p.is("a permission that was not granted", err, 61007)

	first, err := p.client.AuthorizerToken(ctx, p.token, p.AppID, z.AppID, z.RefreshToken)
	p.must(err)
	if first.RefreshToken != z.RefreshToken {
		t.Error("the refresh token changed unasked")
	}
	c := p.Component
	c.Rotate = true
	p.SetComponent(c)
	second, err := p.client.AuthorizerToken(ctx, p.token, p.AppID, z.AppID, z.RefreshToken)
	p.must(err)
	_, err = p.client.AuthorizerToken(ctx, p.token, p.AppID, z.AppID, z.RefreshToken)
	p.is("the former refresh token", err, 61023)
	if second.RefreshToken == z.RefreshToken {
		t.Error("the refresh token did not change")
	}

	p.Regrant(p.AppID, z.AppID, []int{1, 2, 6})
	p.Regrant(p.AppID, z.AppID, []int{2, 1, 6}) // the same: nothing is told
	p.settle()
	if n := p.heard("updateauthorized"); len(n) != 1 || n[0].Code == "" {
		t.Errorf("told of the change: %+v", n)
	}
	_, err = p.client.UserInfo(ctx, second.AccessToken, p.openid)
	p.is("granted now", err, 0)

	p.Withdraw(p.AppID, z.AppID)
	p.settle()
	if n := p.heard("unauthorized"); len(n) != 1 || n[0].Authorizer != z.AppID {
		t.Errorf("told of the withdrawal: %+v", n)
	}
	p.is("its token", p.client.Send(ctx, second.AccessToken, hi), 61003)
	_, err = p.client.AuthorizerToken(ctx, p.token, p.AppID, z.AppID, second.RefreshToken)
	p.is("its refresh token", err, 61003)
	_, err = p.client.AuthorizerInfo(ctx, p.token, p.AppID, z.AppID)
	p.is("its data", err, 61003)
}

// Each error of the component's calls.
func TestComponentErrors(t *testing.T) {
	p, ctx := newPlatform(t), t.Context()
	component := func(appid, secret, ticket string) error {
		_, _, err := p.client.ComponentToken(ctx, appid, secret, ticket)
		return err
	}
	p.is("no appid", component("", p.Secret, p.ticket), 41018)
	p.is("no secret", component(p.AppID, "", p.ticket), 41019)
	p.is("no ticket", component(p.AppID, p.Secret, ""), 41020)
	p.is("another platform", component("wx0000000000000000", p.Secret, p.ticket), 61011)
	p.is("wrong secret", component(p.AppID, "wrong", p.ticket), 40094)
	p.is("wrong ticket", component(p.AppID, p.Secret, "ticket@@@no"), 61006)
	p.is("ticket push, wrong secret", p.client.StartPushTicket(ctx, p.AppID, "wrong"), 40094)
	n := len(p.heard("component_verify_ticket"))
	p.is("ticket push", p.client.StartPushTicket(ctx, p.AppID, p.Secret), 0)
	p.settle()
	if len(p.heard("component_verify_ticket")) != n+1 {
		t.Error("no ticket came")
	}

	pre := func(token, appid string) error { _, _, err := p.client.PreAuthCode(ctx, token, appid); return err }
	p.is("no token", pre("", p.AppID), 41021)
	p.is("an account's token", pre(p.world.token, p.AppID), 61014)
	p.is("an unknown token", pre(strings.Repeat("x", 136), p.AppID), 40001)
	p.is("not its platform", pre(p.token, "wx0000000000000000"), 61011)
	p.is("the platform's token for an account's call", p.client.Typing(ctx, p.token, p.openid, "Typing"), 61015)

	query := func(code string) error { _, err := p.client.QueryAuth(ctx, p.token, p.AppID, code); return err }
	p.is("unknown code", query("queryauthcode@@@no"), 61009)
	if _, err := p.Consent(p.AppID, "preauthcode@@@no", p.account.AppID, nil); err == nil {
		t.Error("a way that nobody began")
	}
	code, err := p.Consent(p.AppID, p.preAuth(), p.account.AppID, []int{1})
	p.must(err)
	late, err := p.Consent(p.AppID, p.preAuth(), p.account.AppID, []int{1})
	p.must(err)
	p.is("code", query(code), 0)
	p.is("used code", query(code), 61009)
	_, _, err = p.client.AuthorizerList(ctx, p.token, p.AppID, 0, 501)
	p.is("too many", err, 40170)
	_, err = p.client.AuthorizerInfo(ctx, p.token, p.AppID, "wxnobody0000000000")
	p.is("not authorised", err, 61003)

	p.Advance(codeLife)
	p.is("expired code", query(late), 61010)
	p.Advance(time.Hour)
	p.is("expired token", pre(p.token, p.AppID), 42006)
	p.settle()
	p.Advance(ticketLife)
	p.is("expired ticket", component(p.AppID, p.Secret, p.ticket), 61005)
	c := p.Component
	c.IPs = []string{"10.0.0.1"}
	p.SetComponent(c)
	p.is("not on the whitelist", component(p.AppID, p.Secret, p.ticket), 61004)
	p.settle()
}

// What a component has lives on after a restart.
func TestComponentOutlivesARestart(t *testing.T) {
	dir := t.TempDir()
	s, err := New(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	s.SetComponent(Component{AppID: "wxc0ffee0000000001", Secret: "s"})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = New(Options{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	if c, ok := s.Component("wxc0ffee0000000001"); !ok || c.Secret != "s" {
		t.Errorf("%v %v", c, ok)
	}
	if err := s.Run(canceled()); err != nil {
		t.Fatal(err)
	}
}

func canceled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
