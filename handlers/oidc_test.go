package handlers

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"kfdesk/store"
)

// idp is a small OpenID provider: one client, one code at a time.
type idp struct {
	*httptest.Server
	key       *rsa.PrivateKey
	signs     *rsa.PrivateKey // what it signs with: the same, unless a test says otherwise
	claims    map[string]any  // of the next id_token, over the usual
	nonce     string
	challenge string
	used      bool
	asked     int // for what it is
}

const oidcClientSecret = "planted-oidc-client-secret"

func newIDP(t *testing.T) *idp {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &idp{key: key, signs: key}
	mux := http.NewServeMux()
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		p.asked++
		answer(w, object{"issuer": p.URL, "authorization_endpoint": p.URL + "/auth", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, object{"keys": []object{{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1", "n": base64url(key.N.Bytes()),
			"e": base64url(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		id, secret, _ := r.BasicAuth()
		proof := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if id != "kfdesk" || secret != oidcClientSecret || r.FormValue("code") != "the-code" || p.used || base64url(proof[:]) != p.challenge {
			w.WriteHeader(http.StatusBadRequest)
			answer(w, object{"error": "invalid_grant"})
			return
		}
		p.used = true
		answer(w, object{"access_token": "a", "token_type": "Bearer", "id_token": p.token(t)})
	})
	return p
}

func base64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// token is a signed id_token.
func (p *idp) token(t *testing.T) string {
	claims := object{"iss": p.URL, "aud": "kfdesk", "sub": "42", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(), "nonce": p.nonce,
		"preferred_username": "zhouzhe", "name": "周哲"}
	for name, value := range p.claims {
		claims[name] = value
	}
	body, _ := json.Marshal(claims)
	signed := base64url([]byte(`{"alg":"RS256","kid":"1"}`)) + "." + base64url(body)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, p.signs, crypto.SHA256, sum[:])
	if err != nil {
		t.Error(err)
	}
	return signed + "." + base64url(signature)
}

// begin follows the button of the log-in page to the provider, and gives the
// state with which it sends the browser back.
func (d *console) begin(t *testing.T, p *idp, next string) (state string) {
	t.Helper()
	d.cookies = map[string]string{}
	return d.begun(t, p, d.get(t, "/login/oidc?next="+url.QueryEscape(next)))
}

func (d *console) begun(t *testing.T, p *idp, r reply) (state string) {
	t.Helper()
	to, err := url.Parse(r.location)
	if err != nil || r.status != 302 || to.Scheme+"://"+to.Host+to.Path != p.URL+"/auth" {
		t.Fatalf("%d to %q", r.status, r.location)
	}
	q := to.Query()
	if q.Get("response_type") != "code" || q.Get("client_id") != "kfdesk" || q.Get("code_challenge_method") != "S256" ||
		q.Get("redirect_uri") != "http://example.com"+oidcReturn || !strings.Contains(q.Get("scope"), "openid") {
		t.Fatalf("asked with %v", q)
	}
	p.nonce, p.challenge, p.used = q.Get("nonce"), q.Get("code_challenge"), false
	return q.Get("state")
}

// oidcDesk is a console with an admin zhouzhe, who is 42 at the provider.
func oidcDesk(t *testing.T, change func(*store.OIDC)) (*console, *idp) {
	t.Helper()
	d, p := newConsole(t), newIDP(t)
	d.setUp(t)
	o := store.OIDC{On: true, Issuer: p.URL, ClientID: "kfdesk", Secret: oidcClientSecret, Button: "公司账号"}
	if change != nil {
		change(&o)
	}
	if err := d.Store.SetSecurity(t.Context(), store.Actor{}, store.Security{TwoStep: "all", OIDC: o}); err != nil {
		t.Fatal(err)
	}
	if err := d.Store.ConnectOIDC(t.Context(), store.Actor{AgentID: 1}, store.OIDCSubject{Issuer: p.URL, Subject: "42"}); err != nil {
		t.Fatal(err)
	}
	return d, p
}

func TestSignInByOIDC(t *testing.T) {
	d, p := oidcDesk(t, nil)
	d.cookies = map[string]string{}
	d.get(t, "/login?next=%2Fprofile").has(t, 200, `href="/login/oidc?next=%2fprofile"`, "公司账号")
	back := oidcReturn + "?code=the-code&state="
	state := d.begin(t, p, "/profile")
	d.get(t, back+state).went(t, "/profile")
	// Nobody asks for a code, nor to set one up: that is the provider's.
	d.get(t, "/profile").has(t, 200, "zhouzhe")
	d.get(t, back+state).has(t, 422, "登录过程中断了") // what was kept is used up

	// Another browser cannot be logged in by a link with our code.
	state = d.begin(t, p, "/")
	d.cookies = map[string]string{}
	d.get(t, back+state).has(t, 422, "登录过程中断了")
	d.begin(t, p, "//evil.example")
	d.get(t, back+"wrong").has(t, 422, "登录过程中断了")
	d.get(t, back+d.begin(t, p, "//evil.example")).went(t, "/")
	d.get(t, oidcReturn+"?error=access_denied&state="+d.begin(t, p, "/")).has(t, 422, "那边没有同意登录")
}

// A token that is not right in every point logs nobody in.
func TestTokensOfOIDCThatAreNotRight(t *testing.T) {
	d, p := oidcDesk(t, func(o *store.OIDC) { o.Domain = "hemu.example" })
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	try := func(name, words string, status int) {
		t.Helper()
		r := d.get(t, oidcReturn+"?code=the-code&state="+d.begin(t, p, "/"))
		if r.status != status || !strings.Contains(r.body, words) {
			t.Errorf("%s: %d, want %d and %q", name, r.status, status, words)
		}
		if (d.cookies[cookieName] != "") != (status == 303) {
			t.Errorf("%s: logged in: %v", name, d.cookies[cookieName] != "")
		}
	}
	p.claims = object{"preferred_username": "zhouzhe@hemu.example"}
	try("as it should be", "", 303)
	for name, claims := range map[string]object{
		"another audience": {"aud": "another"}, "another issuer": {"iss": "https://another.example"},
		"ended": {"exp": time.Now().Add(-time.Minute).Unix()},
	} {
		p.claims = claims
		try(name, "和那边的连接没有成功", 422)
	}
	p.claims = object{"nonce": "another"}
	try("another log-in's nonce", "登录过程中断了", 422)
	p.claims, p.signs = nil, other
	try("another key", "和那边的连接没有成功", 422)
	p.signs = p.key
	for name, claims := range map[string]object{
		"no name": {"preferred_username": ""}, "a number": {"preferred_username": 5}, "no address": {"preferred_username": "zhouzhe"}, "an address elsewhere": {"preferred_username": "zhouzhe@evil.example"},
	} {
		p.claims = claims
		try(name, "没有给出可以用的用户名（preferred_username）", 422)
	}
	p.claims = object{"preferred_username": "ZhouZhe@hemu.example"}
	try("an address of ours", "", 303)
	p.claims = object{"sub": "43", "preferred_username": "stranger@hemu.example"}
	try("nobody", "那边的账号 stranger 在这里没有对应的成员", 422)
	p.used = true
	p.claims = nil
	state := d.begin(t, p, "/")
	p.challenge = "another"
	d.get(t, oidcReturn+"?code=the-code&state="+state).has(t, 422, "和那边的连接没有成功")
}

// Whoever asks for the way to the provider, it is asked what it is once in a while.
func TestProviderIsAskedOnce(t *testing.T) {
	d, p := oidcDesk(t, nil)
	clock := &clock{}
	clock.ms.Store(noon)
	d.Store.Now = clock.Now
	asked := func(want int) {
		t.Helper()
		if d.get(t, "/login/oidc"); p.asked != want {
			t.Errorf("asked %d times, want %d", p.asked, want)
		}
	}
	asked(1)
	asked(1)
	clock.Advance(providerKept)
	asked(2)
	p.Close()
	clock.Advance(providerKept)
	d.get(t, "/login/oidc").has(t, 422, "和那边的连接没有成功")
	d.get(t, "/login/oidc").has(t, 422, "和那边的连接没有成功")
}

// A name that people can change there makes nobody another member here.
func TestNamesThatChangeAtTheProvider(t *testing.T) {
	d, p := oidcDesk(t, nil)
	back := func(claims object) reply {
		t.Helper()
		state := d.begin(t, p, "/")
		p.claims = claims
		return d.get(t, oidcReturn+"?code=the-code&state="+state)
	}
	for login, role := range map[string]string{"li": "agent", "su": "agent", "boss": "admin"} {
		if _, err := d.Store.AddAgent(t.Context(), store.Actor{}, store.Agent{Login: login, Role: role}, adminPassword); err != nil {
			t.Fatal(err)
		}
	}
	back(object{"sub": "7", "preferred_username": "boss"}).has(t, 422, "管理员先用密码登录")
	back(object{"sub": "7", "preferred_username": "zhouzhe"}).has(t, 422, "已经连接了那边的另一个账号")
	back(object{"sub": "7", "preferred_username": "li"}).went(t, "/")
	d.get(t, "/profile").has(t, 200, "已连接")
	back(object{"sub": "7", "preferred_username": "zhouzhe"}).went(t, "/")
	d.get(t, "/agents").has(t, 403)
	back(object{"sub": "8", "preferred_username": "li"}).has(t, 422, "已经连接了那边的另一个账号")
	back(object{"sub": "42", "preferred_username": "su"}).went(t, "/")
	d.get(t, "/agents").has(t, 200)

	// Another account for an admin who is logged in, and for nobody else.
	key := regexp.MustCompile(`href="(/login/oidc\?connect=[0-9a-f]+)"`).FindStringSubmatch(d.get(t, "/profile").body)
	d.get(t, "/login/oidc?connect=00").has(t, 422, "登录过程中断了")
	connect := func(claims object) reply {
		t.Helper()
		state := d.begun(t, p, d.get(t, key[1]))
		p.claims = claims
		return d.get(t, oidcReturn+"?code=the-code&state="+state)
	}
	connect(object{"sub": "9", "preferred_username": "evil"}).has(t, 422, "和你在这里的不一样")
	connect(object{"sub": "7", "preferred_username": "zhouzhe"}).has(t, 422, "已经连接了别的成员")
	connect(object{"sub": "9", "preferred_username": "zhouzhe"}).went(t, "/profile?done=oidc_connected")
	d.get(t, "/audit").has(t, 200, "连接了公司账号", "用公司账号登录")
	state := d.begun(t, p, d.get(t, key[1]))
	delete(d.cookies, cookieName)
	d.get(t, oidcReturn+"?code=the-code&state="+state).has(t, 422, "登录过程中断了")
	back(object{"sub": "9", "preferred_username": "zhouzhe"}).went(t, "/")
}

// Who has a second step is asked for it, and it takes a log-in of just now to stop
// it where there is no password.
func TestSecondStepAfterOIDC(t *testing.T) {
	d, p := oidcDesk(t, func(o *store.OIDC) { o.Create = true })
	clock := &clock{}
	clock.ms.Store(time.Now().UnixMilli()) // of the tokens
	d.Store.Now = clock.Now
	if err := d.Store.SetSecurity(t.Context(), store.Actor{}, func() store.Security {
		v, _ := d.Store.Security(t.Context())
		v.TwoStep = ""
		return v
	}()); err != nil {
		t.Fatal(err)
	}
	back := func() reply {
		t.Helper()
		state := d.begin(t, p, "/profile")
		p.claims = object{"sub": "7", "preferred_username": "man", "exp": clock.Now().Add(time.Minute).Unix()}
		return d.get(t, oidcReturn+"?code=the-code&state="+state)
	}
	back().went(t, "/profile")
	d.get(t, "/profile").has(t, 200, "你没有密码")
	d.post(t, "/profile/two-step/start").went(t, "/profile/two-step#totp")
	_, key := d.get(t, "/profile/two-step").scan(t)
	d.post(t, "/profile/two-step", "code", app(t, key, clock.Now())).codes(t)
	clock.Advance(10 * time.Minute)
	d.get(t, "/profile/two-step/off").has(t, 200, "重新登录")
	d.post(t, "/profile/two-step/off").has(t, 422, "先用公司账号重新登录")
	back().went(t, "/login/code?next=%2Fprofile")
	d.get(t, "/profile").went(t, "/login?next=%2Fprofile")
	d.post(t, "/login/code", "code", app(t, key, clock.Now()), "next", "/profile").went(t, "/profile")
	d.post(t, "/profile/two-step/off").went(t, "/profile?done=totp_off")
}

func TestMembersThatOIDCMakes(t *testing.T) {
	d, p := oidcDesk(t, func(o *store.OIDC) { o.Create, o.Claim, o.Domain = true, "email", "hemu.example" })
	p.claims = object{"sub": "43", "email": "man@hemu.example"}
	d.get(t, oidcReturn+"?code=the-code&state="+d.begin(t, p, "/")).has(t, 422, "没有给出可以用的用户名（email）")
	p.claims = object{"sub": "43", "email": "man@hemu.example", "email_verified": true, "name": "满秋"}
	d.get(t, oidcReturn+"?code=the-code&state="+d.begin(t, p, "/profile")).went(t, "/profile")
	a, err := d.Store.AgentByLogin(t.Context(), "man")
	if err != nil || a.Role != "agent" || a.Name != "满秋" || !a.Joined || len(a.Bindings) != 0 {
		t.Fatalf("%+v, %v", a, err)
	}
	d.get(t, "/agents").has(t, 403)
	if _, err := d.Store.Login(t.Context(), "man", "", "1", ""); !store.Refused(err, "login_wrong") {
		t.Errorf("without a password: %v", err)
	}
	if err := d.Store.SetAgentActive(t.Context(), store.Actor{}, a.ID, false); err != nil {
		t.Fatal(err)
	}
	d.get(t, oidcReturn+"?code=the-code&state="+d.begin(t, p, "/")).has(t, 422, "没有对应的成员")
	p.claims = object{"sub": "44", "email": "满@hemu.example", "email_verified": true}
	d.get(t, oidcReturn+"?code=the-code&state="+d.begin(t, p, "/")).has(t, 422, "没有给出可以用的用户名")
}

// Whoever makes up codes of the provider does not fill the log.
func TestCodesThatAreMadeUp(t *testing.T) {
	d, p := oidcDesk(t, nil)
	log := &logBook{also: t.Output()}
	d.Log = slog.New(slog.NewTextHandler(log, nil))
	for range linesMost + 5 {
		state := d.begin(t, p, "/")
		p.used = true
		d.get(t, oidcReturn+"?code=made-up&state="+state).has(t, 422, "和那边的连接没有成功")
	}
	if n := strings.Count(log.String(), "sign-in by OIDC"); n != linesMost {
		t.Errorf("%d lines", n)
	}
}
