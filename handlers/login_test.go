package handlers

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"kfdesk/hub"
	"kfdesk/store"
)

// Strangers who guess from everywhere do not keep li from logging in where li has
// been before.
func TestKnownBrowserGoesPastTheGuesses(t *testing.T) {
	d := newDesk(t)
	d.Proxies = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32")} // where requests of a test come from
	login := func(password, from, known string) result {
		form := url.Values{"login": {"li"}, "password": {password}}
		return d.send(t, request("POST", "/login", strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded",
			"Sec-Fetch-Site", "same-origin", "X-Forwarded-For", from, "Cookie", knownCookie+"="+known))
	}
	first := login(password, "198.51.100.7", "")
	known := ""
	for _, line := range first.header.Values("Set-Cookie") {
		if value, ok := strings.CutPrefix(line, knownCookie+"="); ok {
			known, _, _ = strings.Cut(value, ";")
		}
	}
	if first.status != 303 || known == "" {
		t.Fatalf("%d, and the browser is given %q", first.status, known)
	}
	for i := range 31 {
		if got := login("guess", fmt.Sprintf("203.0.113.%d", i), ""); got.status != 422 {
			t.Fatalf("guess %d: %d", i, got.status)
		}
	}
	for name, tt := range map[string]struct {
		from, known string
		status      int
	}{
		"a stranger":        {"192.0.2.1", "", 422},
		"a stranger's fake": {"192.0.2.1", "x" + known, 422},
		"the known browser": {"192.0.2.9", known, 303}, // which makes the address known
		"the known address": {"198.51.100.7", "", 303},
	} {
		if got := login(password, tt.from, tt.known); got.status != tt.status {
			t.Errorf("%s: %d", name, got.status)
		}
	}
}

// A session gets another secret whenever it opens more than before, or others may
// know the former one: then that one opens nothing, no socket either.
func TestSecretOfASessionChanges(t *testing.T) {
	l := newLive(t)
	post := func(path string, pairs ...string) string {
		t.Helper()
		old, socket := l.logins["li"], l.dial(t, "li", -1)
		got := l.posts(t, "li", path, pairs...)
		fresh := ""
		for _, line := range got.header.Values("Set-Cookie") {
			if value, ok := strings.CutPrefix(line, cookieName+"="); ok {
				fresh, _, _ = strings.Cut(value, ";")
				if !strings.Contains(line, "HttpOnly") || !strings.Contains(line, "SameSite=Lax") {
					t.Errorf("the new cookie is %s", line)
				}
			}
		}
		if fresh == "" || fresh == old || l.asks(t, old) != 401 || l.asks(t, fresh) != 200 {
			t.Errorf("%s: %d, from %q to %q, which open %d and %d", path, got.status, old, fresh, l.asks(t, old), l.asks(t, fresh))
		}
		if code := socket.ends(t); code != hub.CloseSession {
			t.Errorf("%s: the socket ends with %d", path, code)
		}
		return fresh
	}
	l.seed = &seed{files: l.files, tokens: l.tokens, ids: l.ids, logins: map[string]string{"li": l.logins["li"], "zhou": l.logins["zhou"]}}
	l.logins["li"] = post("/profile/password", "old", password, "password", "another long password")
	if got := l.posts(t, "li", "/profile/two-step/start", "old", "another long password"); got.status != 303 {
		t.Fatal(got.status)
	}
	two, err := l.Store.TwoStep(ctx, l.ids["li"])
	if err != nil {
		t.Fatal(err)
	}
	l.logins["li"] = post("/profile/two-step", "code", app(t, two.Fresh, l.clock.Now()))
	// And it ends when it would have ended.
	l.clock.Advance(24*time.Hour - time.Second)
	if got := l.asks(t, l.logins["li"]); got != 200 {
		t.Errorf("within the life of the session: %d", got)
	}
	l.clock.Advance(time.Second)
	if got := l.asks(t, l.logins["li"]); got != 401 {
		t.Errorf("after it: %d", got)
	}
}

// Signing out everywhere ends every socket of the agent at once, of every browser, and
// no other's. So does a new password; the browser that sets it comes back with its new
// secret, the others log in.
func TestSignOutEverywhereEndsTheSockets(t *testing.T) {
	for name, tt := range map[string]struct {
		path  string
		pairs []string
		back  int // what the new secret is answered
	}{
		"signing out everywhere": {"/profile/sign-out", nil, 401},
		"a new password":         {"/profile/password", []string{"old", password, "password", "another long password"}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLive(t)
			here := l.dial(t, "li", -1)
			other, err := l.Store.AddSession(ctx, store.Session{AgentID: l.ids["li"], Kind: "browser"}, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			l.seed = &seed{files: l.files, tokens: l.tokens, ids: l.ids, logins: map[string]string{"li": l.logins["li"], "there": other, "chen": l.logins["chen"]}}
			there, chen := l.dial(t, "there", -1), l.dial(t, "chen", -1)
			got := l.posts(t, "li", tt.path, tt.pairs...)
			if got.status != 303 {
				t.Fatal(got.status)
			}
			for name, socket := range map[string]line{"here": here, "there": there} {
				if code := socket.ends(t); code != hub.CloseSession {
					t.Errorf("%s: %d", name, code)
				}
			}
			fresh := ""
			for _, c := range (&http.Response{Header: got.header}).Cookies() {
				if c.Name == cookieName {
					fresh = c.Value
				}
			}
			for what, want := range map[string]int{l.logins["li"]: 401, other: 401, fresh: tt.back} {
				if got := l.asks(t, what); got != want {
					t.Errorf("a secret is answered %d, want %d", got, want)
				}
			}
			l.says(t, 1, "o1", "hello")
			for chen.row(t)["kind"] != "message" {
			}
		})
	}
}

// narrow fails unless a cookie goes to this server alone, and no script reads it that
// has no need to.
func narrow(t *testing.T, c *http.Cookie) {
	t.Helper()
	look := c.Name == "theme" || c.Name == "lang"
	path := "/"
	if strings.HasSuffix(c.Name, knownCookie) {
		path = "/login"
	}
	if c.Domain != "" || c.Path != path || c.SameSite != http.SameSiteLaxMode && c.SameSite != http.SameSiteStrictMode || !look && !c.HttpOnly {
		t.Errorf("a cookie is %s", c.Raw)
	}
	if strings.HasPrefix(c.Name, "__Host-") && !c.Secure {
		t.Errorf("no browser takes the cookie %s", c.Raw)
	}
}

// Over TLS every cookie is for TLS alone, and so is the whole site from then on. What
// opens something can be set by nobody else; one that ends is one that was made.
func TestCookiesOverTLS(t *testing.T) {
	d := newDesk(t)
	d.URL = "https://desk.example"
	if err := d.Store.StartTwoStep(ctx, d.ids["chen"]); err != nil {
		t.Fatal(err)
	}
	two, err := d.Store.TwoStep(ctx, d.ids["chen"])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Store.ConfirmTwoStep(ctx, store.Actor{AgentID: d.ids["chen"]}, app(t, two.Fresh, d.clock.Now())); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		got  result
		want string
	}{
		"log-in":      {d.posts(t, "", "/login", "login", "li", "password", password), "__Host-kfdesk kfdesk_known"},
		"half log-in": {d.posts(t, "", "/login", "login", "chen", "password", password), "__Host-kfdesk_half"},
		"log-out":     {d.posts(t, "", "/logout"), "__Host-kfdesk"},
		"OIDC":        {d.browse(t, "", "GET", "/login/oidc/return"), "__Host-kfdesk_oidc"},
		"theme":       {d.posts(t, "", "/preferences", "theme", "dark", "lang", "en"), "theme lang"},
	} {
		var names []string
		for _, c := range (&http.Response{Header: tt.got.header}).Cookies() {
			names = append(names, c.Name)
			narrow(t, c)
			if !c.Secure {
				t.Errorf("%s: %s is not for TLS alone", name, c.Raw)
			}
		}
		if fmt.Sprint(names) != "["+tt.want+"]" {
			t.Errorf("%s: %d, cookies %v, want %s", name, tt.got.status, names, tt.want)
		}
		if hsts := tt.got.header.Get("Strict-Transport-Security"); hsts != "max-age=31536000" {
			t.Errorf("%s: Strict-Transport-Security is %q", name, hsts)
		}
	}
}
