package handlers

import (
	"database/sql"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// commits tells whether something was written to the database since it was last
// asked.
func (d *desk) commits(t *testing.T) func() bool {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(d.dir, "kfdesk.db"))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1) // data_version is of a connection
	t.Cleanup(func() { _ = db.Close() })
	last := int64(0)
	written := func() bool {
		before := last
		if err := db.QueryRow("pragma data_version").Scan(&last); err != nil {
			t.Fatal(err)
		}
		return last != before
	}
	written()
	return written
}

// addressOf is a route's path with something in its parameters.
func (d *desk) addressOf(path string) string {
	return parameter.ReplaceAllStringFunc(path, func(p string) string {
		switch {
		case p == ":appid":
			return shopApp
		case p == ":hash":
			return strings.TrimPrefix(d.Assets.Base, "/static/")
		case p == "*" && strings.HasPrefix(path, "/static/"):
			return "css/pages.css"
		case p == "*":
			return "state"
		}
		return "1"
	})
}

// guarded are the routes whose rule is not a signature.
func (d *desk) guarded() (list []fiber.Route) {
	for _, r := range d.app.GetRoutes(true) {
		name := r.Method + " " + r.Path
		if strings.HasPrefix(r.Path, "/phone/api/") {
			name = "ANY " + r.Path
		}
		if routes[name] != signed && r.Method != "HEAD" && r.Method != "CONNECT" {
			list = append(list, r)
		}
	}
	return list
}

// keepable are answers that a browser may keep; no other is.
var keepable = regexp.MustCompile(`^(/static/.*|/favicon\.ico|/sw\.js|/media/.*)$`)

// safe fails unless an answer has the headers of safety, and is kept by nobody
// unless it is one that may be.
func safe(t *testing.T, what, path string, got result) {
	t.Helper()
	headed(t, what, got.header)
	if cache := got.header.Get("Cache-Control"); cache != "no-store" && (got.status >= 300 || !keepable.MatchString(path)) {
		t.Errorf("%s: Cache-Control is %q", what, cache)
	}
	for _, name := range []string{"Server", "X-Powered-By", "Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"} {
		if got.header.Get(name) != "" {
			t.Errorf("%s has %s: %q", what, name, got.header.Get(name))
		}
	}
}

// What a browser keeps of what needs a log-in is given to no cache on the way, and to
// nobody who logs in after.
func TestKeptMediaAreOfOneLogIn(t *testing.T) {
	d := newDesk(t)
	got := d.browse(t, "li", "GET", d.medium(t, 1, "image/png", "", "x"))
	if h := got.header; got.status != 200 || h.Get("Cache-Control") != "private, max-age=31536000, immutable" || h.Get("Vary") != "Cookie" {
		t.Errorf("%d %v", got.status, h)
	}
	// A medium has a policy of its own, in which nothing runs; all else is as everywhere.
	if policy := got.header.Get("Content-Security-Policy"); policy != "default-src 'none'; sandbox" {
		t.Errorf("the policy is %q", policy)
	}
	got.header.Set("Content-Security-Policy", cspHeader)
	headed(t, "a medium", got.header)
}

// What no route takes is refused by every path: a TRACE shows nothing of its
// request, OPTIONS lets in no other site, HEAD is a GET without its body.
func TestEveryPathRefusesOtherMethods(t *testing.T) {
	d := newDesk(t)
	d.withPhone()
	taken := map[string][]string{}
	for _, r := range d.app.GetRoutes(true) {
		taken[r.Path] = append(taken[r.Path], r.Method)
	}
	written := d.commits(t)
	for path, methods := range taken {
		address := d.addressOf(path)
		for _, method := range []string{"TRACE", "OPTIONS", "PATCH", "DELETE", "PUT", "POST", "GET", "PROPFIND"} {
			if slices.Contains(methods, method) || path == "/phone/api/*" { // which takes all
				continue
			}
			req := request(method, address, nil, "Sec-Fetch-Site", "same-origin", "X-Echo", "told-by-trace", "Access-Control-Request-Method", "PUT",
				"Cookie", cookieName+"="+d.logins["zhou"])
			got := d.send(t, req)
			what := method + " " + address
			if got.status < 400 || got.status >= 500 || strings.Contains(got.body, "told-by-trace") {
				t.Errorf("%s: %d", what, got.status)
			}
			safe(t, what, address, got)
		}
	}
	if written() {
		t.Error("something was written")
	}
	for path, methods := range taken {
		if !slices.Contains(methods, "GET") || !slices.Contains(methods, "HEAD") || path == "/ws" {
			continue
		}
		address := d.addressOf(path)
		get, head := d.browse(t, "", "GET", address), d.browse(t, "", "HEAD", address)
		if head.status != get.status || head.body != "" || head.header.Get("Location") != get.header.Get("Location") {
			t.Errorf("HEAD %s: %d %q, GET: %d", address, head.status, head.header.Get("Location"), get.status)
		}
		safe(t, "HEAD "+address, address, head)
	}
}

// foreign are requests that a page of another site can make a browser send, and
// those that come from no page of a browser.
var foreign = map[string][]string{
	"another site":                 {"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
	"another site, as a form":      {"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example", "Content-Type", "text/plain"},
	"another site, older browser":  {"Origin", "https://evil.example", "Content-Type", "text/plain"},
	"a sibling":                    {"Sec-Fetch-Site", "same-site", "Origin", "http://shop.desk.example"},
	"a sibling, older browser":     {"Origin", "http://shop.desk.example"},
	"another port":                 {"Sec-Fetch-Site", "same-site", "Origin", "http://desk.example:81"},
	"a hidden frame":               {"Sec-Fetch-Site", "cross-site", "Origin", "null"},
	"a hidden frame, older":        {"Origin", "null"},
	"a referrer alone":             {"Referer", "http://desk.example/"},
	"typed in":                     {"Sec-Fetch-Site", "none"},
	"no browser":                   {},
	"no browser, another host":     {"X-Forwarded-Host", "evil.example", "Origin", "http://evil.example"},
	"an empty token":               {"Authorization", "Bearer ", "Origin", "https://evil.example"},
	"another way of Authorization": {"Authorization", "Basic eDp5", "Origin", "https://evil.example"},
}

// Whatever route changes something, a page of another site changes nothing by it:
// neither before the log-in, nor with the cookie of an admin.
func TestNoRouteChangesAnythingForOtherSites(t *testing.T) {
	d := newDesk(t)
	d.withPhone()
	written, tried := d.commits(t), 0
	for _, r := range d.guarded() {
		if slices.Contains([]string{"GET", "OPTIONS", "TRACE"}, r.Method) || r.Path == "/csp-report" { // which browsers send by themselves
			continue
		}
		tried++
		address := d.addressOf(r.Path)
		for name, headers := range foreign {
			for _, cookie := range []string{"", d.logins["zhou"]} {
				req := request(r.Method, address, strings.NewReader("login=li&password=x&name=x&to=1"),
					append([]string{"Content-Type", "application/x-www-form-urlencoded", "Host", "desk.example"}, headers...)...)
				if cookie != "" {
					req.AddCookie(&http.Cookie{Name: cookieName, Value: cookie})
				}
				if got := d.send(t, req); got.status != 403 || got.header.Get("Set-Cookie") != "" {
					t.Errorf("%s %s by %s: %d", r.Method, address, name, got.status)
				}
			}
		}
	}
	if written() {
		t.Error("something was written")
	}
	if tried < 90 {
		t.Errorf("only %d routes were tried", tried)
	}
}

// writesOnGet are the pages whose view is itself noted: what they show is secret, or
// leaves the house.
var writesOnGet = []string{"/audit/export", "/customers/:id<int>/export", "/api/v1/messages/:id/raw", "/setup/callback/:id<int>"}

// A link from another site opens pages with the cookie of who follows it: looking at
// one changes nothing.
func TestLookingChangesNothing(t *testing.T) {
	d := newDesk(t)
	d.withPhone()
	d.says(t, 1, "o1", "hello")
	written := d.commits(t)
	for _, r := range d.guarded() {
		if r.Method != "GET" || strings.HasPrefix(r.Path, "/phone/api/") || strings.HasPrefix(r.Path, "/healthz") || r.Path == "/settings/status" { // health tries out that the store takes a change
			continue
		}
		got := d.browse(t, "zhou", "GET", d.addressOf(r.Path))
		if did := written(); did != slices.Contains(writesOnGet, r.Path) {
			t.Errorf("GET %s writes: %v (%d)", r.Path, did, got.status)
		}
	}
}
