package handlers

import (
	"database/sql"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
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
		if r.Method != "GET" || strings.HasPrefix(r.Path, "/phone/api/") {
			continue
		}
		got := d.browse(t, "zhou", "GET", d.addressOf(r.Path))
		if did := written(); did != slices.Contains(writesOnGet, r.Path) {
			t.Errorf("GET %s writes: %v (%d)", r.Path, did, got.status)
		}
	}
}

// An id of another account is answered as one that does not exist, word for word.
// wang sees the cafe alone, first as an agent, then as a supervisor; what is asked
// for belongs to the shop. TestNothingOfAnotherAccountIsReached does the same over
// the routes of the API.
func TestPagesOfAnotherAccountAreAsNone(t *testing.T) {
	d := newDesk(t)
	own := d.open(t, "o1")
	v := d.call(t, "li", "GET", own, nil).ok(t, 200)
	quick := id(d.call(t, "zhou", "POST", quickreplies, object{"scope": "team", "account": 1, "title": "t", "type": "text",
		"body": object{"content": "hello"}}).ok(t, 201), "quickreply", "id")
	mine := id(d.call(t, "li", "POST", quickreplies, object{"scope": "mine", "account": 0, "title": "t", "type": "text",
		"body": object{"content": "hello"}}).ok(t, 201), "quickreply", "id")
	wang, err := d.Store.Agent(ctx, d.ids["wang"])
	if err != nil {
		t.Fatal(err)
	}
	things := map[string][]string{
		"/media/":         {strings.TrimPrefix(d.medium(t, 1, "image/png", "", "x"), "/media/")},
		"/quick-replies/": {fmt.Sprint(quick), fmt.Sprint(mine)},
		"/customers/":     {fmt.Sprint(id(v, "conversation", "customer", "id"))},
	}
	for _, role := range []string{"agent", "supervisor"} {
		wang.Role = role
		if err := d.Store.UpdateAgent(ctx, store.Actor{}, wang); err != nil {
			t.Fatal(err)
		}
		tried := 0
		for _, r := range d.guarded() {
			if !strings.Contains(r.Path, "/:") || routes[r.Method+" "+r.Path] == public || strings.HasPrefix(r.Path, "/profile/two-step/") || strings.HasPrefix(r.Path, "/api/") {
				continue
			}
			ids := []string{"1"} // a thing of the admins
			for prefix, list := range things {
				if strings.HasPrefix(r.Path, prefix) {
					ids = list
				}
			}
			for _, one := range ids {
				there, none := parameter.ReplaceAllString(r.Path, one), parameter.ReplaceAllString(r.Path, "987654")
				got, want := d.browse(t, "wang", r.Method, there), d.browse(t, "wang", r.Method, none)
				if got.status != want.status || got.plain() != want.plain() || got.header.Get("Location") != want.header.Get("Location") {
					t.Errorf("%s %s as %s: %d, but %d for what is not there", r.Method, there, role, got.status, want.status)
				}
				if who := routes[r.Method+" "+r.Path]; (who == agent || who == role) && len(r.Path) > 0 && !strings.Contains(r.Path, "sessions") && got.status != 404 {
					t.Errorf("%s %s as %s: %d, which is not none", r.Method, there, role, got.status)
				}
				tried++
			}
		}
		if tried < 45 {
			t.Errorf("only %d routes were tried", tried)
		}
	}
	for _, page := range []string{"/customers/" + things["/customers/"][0], "/quick-replies/" + fmt.Sprint(quick), "/media/" + things["/media/"][0]} {
		if got := d.browse(t, "zhou", "GET", page); got.status != 200 {
			t.Errorf("%s by an admin: %d", page, got.status)
		}
	}
}

var answerOf = regexp.MustCompile(`"request":"[0-9a-f]*"|value="[^"]*"|[0-9]{1,6}`)

// plain is the body of an answer without what names its request.
func (a result) plain() string { return answerOf.ReplaceAllString(a.body, "") }

// Ids inside of a request are none either: wang names, from a conversation of the
// cafe, what is the shop's, and is told the same as of what does not exist.
func TestIDsOfAnotherAccountInsideOfRequests(t *testing.T) {
	d := newDesk(t)
	shop := d.open(t, "o1")
	v := d.call(t, "li", "GET", shop, nil).ok(t, 200)
	picture := d.medium(t, 1, "image/png", "", "x")[len("/media/"):]
	cafe := d.says(t, 2, "o2", "hello")
	d.deed(t, "wang", cafe+"/claim", nil)
	customer := fmt.Sprintf("/api/v1/customers/%d", id(d.call(t, "wang", "GET", cafe, nil).ok(t, 200), "conversation", "customer", "id"))
	for name, tt := range map[string]struct {
		method, path, body, there string
	}{
		"to a colleague":       {"POST", cafe + "/transfer", `{"to":%s}`, fmt.Sprint(d.ids["li"])},
		"inviting a colleague": {"POST", cafe + "/invite", `{"to":%s}`, fmt.Sprint(d.ids["li"])},
		"a note's colleague":   {"POST", cafe + "/notes", `{"client_id":"0123456789","content":"x","mentions":[%s]}`, fmt.Sprint(d.ids["li"])},
		"ending":               {"POST", conversations + "end", `{"ids":[%s]}`, shop[len(conversations):]},
		"a picture":            {"POST", cafe + "/messages", `{"client_id":"0123456789","type":"image","body":{},"media":%s}`, picture},
		"a draft's file":       {"PUT", cafe + "/draft", `{"text":"x","files":[{"place":"image","media":%s}]}`, picture},
		"a quick reply's":      {"POST", quickreplies, `{"scope":"mine","account":0,"title":"t","type":"image","body":{},"media":%s}`, picture},
		"a quick reply for":    {"POST", quickreplies, `{"scope":"mine","account":%s,"title":"t","type":"text","body":{"content":"x"}}`, "1"},
		"a tag":                {"PUT", customer + "/tags", `{"add":[%s]}`, "1"},
		"the list of":          {"GET", "/api/v1/conversations?list=waiting&account=%s", "", "1"},
		"a search in":          {"GET", "/api/v1/search?q=hello&account=%s", "", "1"},
		"a search of":          {"GET", "/api/v1/search?q=hello&agent=%s", "", fmt.Sprint(d.ids["li"])},
		"an upload to":         {"POST", "/api/v1/media?kind=image&account=%s", "x", "1"},
		"reading":              {"POST", cafe + "/read", `{"message":%s}`, fmt.Sprint(id(v, "conversation", "last", "id"))},
	} {
		ask := func(id string) result {
			body := tt.body
			if strings.Contains(body, "%s") {
				body = fmt.Sprintf(body, id)
			}
			return d.call(t, "wang", tt.method, strings.Replace(tt.path, "%s", id, 1), body)
		}
		got, want := ask(tt.there), ask("987654")
		if got.status != want.status || got.plain() != want.plain() {
			t.Errorf("%s: %d %s\nbut of what is not there: %d %s", name, got.status, got.body, want.status, want.body)
		}
		if strings.Contains(got.body, "hello") && strings.Contains(got.body, "o1") {
			t.Errorf("%s shows what is the shop's", name)
		}
	}
}
