package handlers

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// A change is made only for our own pages, and for programs with a token.
func TestChangesForOtherSites(t *testing.T) {
	d := newDesk(t)
	const allowed, refused = 404, 403 // 404: nobody waits
	for name, tt := range map[string]struct {
		headers []string
		status  int
	}{
		"our page":                    {[]string{"Sec-Fetch-Site", "same-origin"}, allowed},
		"our page, older browser":     {[]string{"Origin", "http://desk.example"}, allowed},
		"our page, another case":      {[]string{"Origin", "http://DESK.example"}, allowed},
		"nothing said":                {nil, refused},
		"a neighbour":                 {[]string{"Sec-Fetch-Site", "same-site", "Origin", "http://shop.example"}, refused},
		"another site":                {[]string{"Sec-Fetch-Site", "cross-site", "Origin", "http://evil.example"}, refused},
		"another site that lies":      {[]string{"Sec-Fetch-Site", "cross-site", "Origin", "http://desk.example"}, refused},
		"typed in":                    {[]string{"Sec-Fetch-Site", "none"}, refused},
		"another site, older browser": {[]string{"Origin", "http://evil.example"}, refused},
		"another port":                {[]string{"Origin", "http://desk.example:81"}, refused},
		"a longer name":               {[]string{"Origin", "http://desk.example.evil.example"}, refused},
		"a hidden page":               {[]string{"Origin", "null"}, refused},
		"not an address":              {[]string{"Origin", "http://%"}, refused},
		"as if forwarded":             {[]string{"Origin", "http://evil.example", "X-Forwarded-Host", "evil.example"}, refused},
		"an empty token":              {[]string{"Authorization", "Bearer "}, refused},
		"a token of nobody":           {[]string{"Authorization", "Bearer x"}, 401},
		"a token":                     {[]string{"Authorization", "Bearer " + d.tokens["li"], "Origin", "http://evil.example"}, allowed},
	} {
		t.Run(name, func(t *testing.T) {
			req := request("POST", conversations+"claim-next", nil, append(tt.headers, "Host", "desk.example")...)
			req.AddCookie(&http.Cookie{Name: cookieName, Value: d.logins["li"]})
			if got := d.send(t, req); got.status != tt.status {
				t.Errorf("%d %s", got.status, got.body)
			}
		})
	}
	d.URL = "https://desk.example"
	req := request("POST", conversations+"claim-next", nil, "Origin", "https://desk.example", "Host", "127.0.0.1:8080")
	req.AddCookie(&http.Cookie{Name: "__Host-" + cookieName, Value: d.logins["li"]})
	if got := d.send(t, req); got.status != allowed {
		t.Errorf("behind a proxy that changes the host: %d", got.status)
	}
	// Over TLS, what claims to be our page and came without it is not.
	d.URL, d.Proxies = "", []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32")} // where requests of a test come from
	for origin, want := range map[string]int{"http://desk.example": refused, "https://desk.example": allowed} {
		req := request("POST", conversations+"claim-next", nil, "Origin", origin, "Host", "desk.example", "X-Forwarded-Proto", "https")
		req.AddCookie(&http.Cookie{Name: "__Host-" + cookieName, Value: d.logins["li"]})
		if got := d.send(t, req); got.status != want {
			t.Errorf("over TLS from %s: %d", origin, got.status)
		}
	}
	if got := d.send(t, request("GET", "/login", nil, "Sec-Fetch-Site", "cross-site")); got.status != 200 {
		t.Errorf("a link from another site: %d", got.status)
	}
}

// signIn logs li in and gives the cookie.
func (d *desk) signIn(t *testing.T, form string, headers ...string) *http.Cookie {
	t.Helper()
	req := request("POST", "/login", strings.NewReader("login=li&password="+strings.ReplaceAll(password, " ", "+")+form),
		append(headers, "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")...)
	got := d.send(t, req)
	cookies := (&http.Response{Header: got.header}).Cookies()
	if got.status != 303 || len(cookies) != 2 {
		t.Fatalf("log-in: %d, %d cookies", got.status, len(cookies))
	}
	known := cookies[1]
	if !known.HttpOnly || known.SameSite != http.SameSiteStrictMode || known.Path != "/login" || known.Domain != "" || known.Secure != cookies[0].Secure || known.MaxAge != year {
		t.Errorf("the cookie of the browser is %s", known.Raw)
	}
	return cookies[0]
}

// asks tells what the API says to who has this secret.
func (d *desk) asks(t *testing.T, secret string) int {
	t.Helper()
	req := request("GET", "/api/v1/me", nil)
	req.AddCookie(&http.Cookie{Name: cookieName, Value: secret})
	return d.send(t, req).status
}

// The secret of a session is made at the log-in, whatever the browser brought.
func TestLogInGivesANewSecret(t *testing.T) {
	d := newDesk(t)
	planted := strings.Repeat("A", 43)
	first := d.signIn(t, "", "Cookie", cookieName+"="+planted)
	second := d.signIn(t, "", "Cookie", cookieName+"="+first.Value)
	if first.Value == planted || second.Value == first.Value || len(second.Value) < 43 {
		t.Errorf("secrets %q and %q", first.Value, second.Value)
	}
	if got := d.asks(t, planted); got != 401 {
		t.Errorf("the planted secret opens: %d", got)
	}
	out := d.send(t, request("POST", "/logout", nil, "Sec-Fetch-Site", "same-origin", "Cookie", cookieName+"="+second.Value))
	cookies := (&http.Response{Header: out.header}).Cookies()
	if len(cookies) != 1 || cookies[0].Value != "" || !cookies[0].Expires.Before(time.Now()) {
		t.Errorf("after the log-out: %v", cookies)
	}
	if got := d.asks(t, second.Value); got != 401 {
		t.Errorf("after the log-out the secret opens: %d", got)
	}
}

func TestCookieOfTheSession(t *testing.T) {
	d := newDesk(t)
	d.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for name, tt := range map[string]struct {
		url, form string
		headers   []string
		secure    bool
		age       int
	}{
		"for the day":             {"", "", nil, false, 0},
		"to stay":                 {"", "&keep=1", nil, false, 30 * 24 * 3600},
		"over TLS":                {"https://desk.example", "", nil, true, 0},
		"a stranger who says TLS": {"", "", []string{"X-Forwarded-Proto", "https", "X-Forwarded-Ssl", "on"}, false, 0},
		"a known address without": {"http://desk.example", "", nil, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d.URL = tt.url
			c := d.signIn(t, tt.form, tt.headers...)
			if name := map[bool]string{false: "kfdesk", true: "__Host-kfdesk"}[tt.secure]; c.Name != name {
				t.Errorf("its name is %s, not %s", c.Name, name)
			}
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != tt.secure || c.MaxAge != tt.age || !c.Expires.IsZero() {
				t.Errorf("the cookie is %s", c.Raw)
			}
		})
	}
	d.URL, d.Proxies = "", []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32")} // where requests of a test come from
	c := d.signIn(t, "", "X-Forwarded-Proto", "https")
	if !c.Secure || c.Name != "__Host-kfdesk" {
		t.Error("a believed proxy's word on TLS counts for nothing")
	}
	// Over TLS nothing is opened by a cookie that a neighbour can have set.
	for name, want := range map[string]int{"__Host-kfdesk": 200, "kfdesk": 401} {
		if got := d.send(t, request("GET", "/api/v1/me", nil, "X-Forwarded-Proto", "https", "Cookie", name+"="+c.Value)); got.status != want {
			t.Errorf("the secret as %s: %d", name, got.status)
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	d := newDesk(t)
	short, long := d.signIn(t, "").Value, d.signIn(t, "&keep=1").Value
	d.clock.Advance(shortLogin - time.Second)
	if got := d.asks(t, short); got != 200 {
		t.Errorf("within the day: %d", got)
	}
	d.clock.Advance(time.Second)
	if got := d.asks(t, short); got != 401 {
		t.Errorf("after the day: %d", got)
	}
	d.clock.Advance(longLogin - shortLogin - time.Second)
	if got := d.asks(t, long); got != 200 {
		t.Errorf("within the month: %d", got)
	}
	if err := d.Store.SetAgentActive(t.Context(), store.Actor{}, d.ids["li"], false); err != nil {
		t.Fatal(err)
	}
	if got := d.asks(t, long); got != 401 {
		t.Errorf("deactivated: %d", got)
	}
	d.call(t, "li", "GET", "/api/v1/me", nil).refused(t, 401, "login_needed")
}

func TestAddressOfTheBrowser(t *testing.T) {
	c := &Console{Proxies: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32"), netip.MustParsePrefix("10.0.0.0/8")}}
	app := fiber.New(fiber.Config{Immutable: true, EnableTrustedProxyCheck: true})
	app.Get("/", func(ctx *fiber.Ctx) error { return ctx.SendString(c.clientIP(ctx)) })
	ask := func(headers ...string) string {
		res, err := app.Test(request("GET", "/", nil, headers...), -1)
		if err != nil {
			t.Fatal(err)
		}
		return read(t, res).body
	}
	const name = "X-Forwarded-For"
	for _, tt := range []struct {
		want    string
		headers []string
	}{
		{"0.0.0.0", nil},
		{"192.0.2.1", []string{name, "192.0.2.1"}},
		{"192.0.2.1", []string{name, "6.6.6.6, 192.0.2.1"}},
		{"192.0.2.1", []string{name, "6.6.6.6", name, "192.0.2.1"}}, // a proxy may add a line of its own
		{"192.0.2.1", []string{name, "6.6.6.6, 192.0.2.1, 10.0.0.9"}},
		{"192.0.2.1", []string{name, "6.6.6.6, ::ffff:192.0.2.1,10.0.0.9,10.0.0.8"}},
		{"2001:db8::1", []string{name, "2001:db8::1"}},
		{"10.0.0.9", []string{name, "10.0.0.9"}},
		{"10.0.0.9", []string{name, "nonsense, 10.0.0.9"}},
		{"0.0.0.0", []string{name, "192.0.2.1, nonsense"}},
		{"0.0.0.0", []string{"X-Real-Ip", "6.6.6.6", "Forwarded", "for=6.6.6.6"}},
	} {
		if got := ask(tt.headers...); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.headers, got, tt.want)
		}
	}
	c.Proxies = nil
	if got := ask(name, "192.0.2.1"); got != "0.0.0.0" {
		t.Errorf("a stranger's word is believed: %s", got)
	}
}

// The phones are played without a log-in by a person at this machine only: not
// through a proxy, and not by a page of another site whose name points here.
func TestPhonesOfThisMachine(t *testing.T) {
	d := newDesk(t)
	d.withPhone()
	base := d.serve(t)
	port := base[strings.LastIndex(base, ":"):]
	for name, tt := range map[string]struct {
		headers []string
		status  int
	}{
		"by address":         {nil, 200},
		"by name":            {[]string{"Host", "localhost" + port}, 200},
		"over IPv6":          {[]string{"Host", "[::1]" + port}, 200},
		"by another name":    {[]string{"Host", "evil.example" + port}, 403},
		"by a similar name":  {[]string{"Host", "localhost.evil.example"}, 403},
		"as if forwarded":    {[]string{"Host", "evil.example", "X-Forwarded-Host", "localhost"}, 403},
		"through a proxy":    {[]string{"X-Forwarded-For", "127.0.0.1"}, 403},
		"through another":    {[]string{"X-Real-Ip", "127.0.0.1"}, 403},
		"through one of RFC": {[]string{"Forwarded", "for=127.0.0.1"}, 403},
	} {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{"/phone", "/phone/api/state"} {
				req := request("GET", base+path, nil, append([]string{"Host", "127.0.0.1" + port}, tt.headers...)...)
				req.RequestURI = ""
				res, err := http.DefaultTransport.RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				if got := read(t, res); got.status != tt.status {
					t.Errorf("%s: %d", path, got.status)
				}
			}
		})
	}
	// Its own page may, another site's may not.
	for origin, status := range map[string]int{base: 200, "http://evil.example": 403} {
		req := request("POST", base+"/phone/api/act", nil, "Host", "127.0.0.1"+port, "Origin", origin)
		req.RequestURI = ""
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, res); got.status != status {
			t.Errorf("a deed for %s: %d", origin, got.status)
		}
	}
}

// Where to go on after a form or a log-in is a path of ours. Browsers drop tabs and
// line ends from an address before they read it, and take a backslash for a slash.
func TestFormsLeadNowhereElse(t *testing.T) {
	d := newDesk(t)
	quick := strconv.FormatInt(id(d.call(t, "li", "POST", quickreplies, object{"scope": "mine", "account": 0, "title": "t", "type": "text",
		"body": object{"content": "hello"}}).ok(t, 201), "quickreply", "id"), 10)
	for _, to := range []string{"//evil.example", "///evil.example", "/\t/evil.example", "/\n/evil.example", "/\r\nLocation: //evil.example", "/\\evil.example",
		"\\\\evil.example", "\\/evil.example", "\t//evil.example", " //evil.example", "https://evil.example", "https:evil.example", "evil.example",
		"javascript:alert(1)", "data:text/html,x", "@evil.example", "%2f%2fevil.example", ""} {
		asked := url.QueryEscape(to)
		for name, got := range map[string]result{
			"the preferences": d.posts(t, "", "/preferences", "theme", "dark", "back", to),
			"a log-in":        d.posts(t, "", "/login", "login", "li", "password", password, "next", to),
			"a link to it":    d.browse(t, "li", "GET", "/login?next="+asked),
			"a quick reply":   d.posts(t, "li", "/quick-replies/"+quick+"/move", "to", "up", "back", to),
		} {
			if at := got.header.Values("Location"); got.status != 303 || len(at) != 1 || at[0] != "/" {
				t.Errorf("%s: %q leads to %d %q", name, to, got.status, at)
			}
		}
		for name, got := range map[string]result{"the log-in": d.browse(t, "", "GET", "/login?next="+asked),
			"the code": d.browse(t, "", "GET", "/login/code?next="+asked), "OIDC": d.browse(t, "", "GET", "/login/oidc?next="+asked)} {
			if strings.Contains(got.body+got.header.Get("Location"), "evil") {
				t.Errorf("%s: %q stands in the answer", name, to)
			}
		}
	}
	// What leads somewhere of ours is kept.
	if got := d.browse(t, "li", "GET", "/login?next="+url.QueryEscape("/customers/1?a=b")); got.header.Get("Location") != "/customers/1?a=b" {
		t.Errorf("our own path leads to %q", got.header.Get("Location"))
	}
}

// Who forwarded a request is believed of no stranger: neither the name under which we
// are reached, nor TLS, nor the address it came from.
func TestForwardedHeadersOfStrangers(t *testing.T) {
	d := newDesk(t)
	forged := []string{"X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "https", "X-Forwarded-For", "6.6.6.6", "X-Forwarded-Prefix", "/evil",
		"Forwarded", "for=6.6.6.6;host=evil.example;proto=https", "X-Original-Url", "/agents", "X-Rewrite-Url", "/agents", "X-Http-Method-Override", "DELETE"}
	req := request("POST", fmt.Sprintf("/agents/%d/link", d.ids["li"]), nil, append(forged, "Host", "desk.example", "Sec-Fetch-Site", "same-origin")...)
	req.AddCookie(&http.Cookie{Name: cookieName, Value: d.logins["zhou"]})
	got := d.send(t, req)
	if got.status != 200 || !strings.Contains(got.body, "http://desk.example/join/") || strings.Contains(got.body, "evil") || got.header.Get("Strict-Transport-Security") != "" {
		t.Errorf("%d: %.300s", got.status, got.body)
	}
	log, err := d.Store.Audit(ctx, store.AuditQuery{})
	if err != nil || len(log) == 0 || log[0].IP != "0.0.0.0" {
		t.Errorf("the deed is noted from %v, %v", log, err)
	}
}
