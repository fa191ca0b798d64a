package handlers

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"kfdesk/store"
)

// Who may use a route.
const (
	public     = "everybody"
	signed     = "WeChat, by signature"
	member     = "agents, before they have set up the second step that they must have"
	agent      = "agents"
	supervisor = "supervisors and admins"
	admin      = "admins"
	player     = "admins, or a person at this machine"
	monitor    = "monitors, by their token"
)

// routes says of every route who may use it. HEAD goes with GET.
var routes = map[string]string{
	"GET /wechat/:appid":  signed,
	"POST /wechat/:appid": signed,

	"POST /wechat/component":         signed,
	"POST /wechat/component/:appid":  signed,
	"GET /settings/component/return": public, // by a value of ours, and only once

	"GET /settings/component":            admin,
	"POST /settings/component":           admin,
	"GET /settings/component/keys":       admin,
	"POST /settings/component/keys":      admin,
	"POST /settings/component/ticket":    admin,
	"POST /settings/component/sync":      admin,
	"GET /settings/component/authorise":  admin,
	"POST /settings/component/authorise": admin,
	"GET /phone/authorise":               player,

	"GET /healthz":             public,
	"GET /healthz/live":        public,
	"GET /healthz/ready":       public,
	"GET /metrics":             monitor,
	"GET /favicon.ico":         public,
	"GET /static/:hash/*":      public,
	"GET /sw.js":               public,
	"GET /offline":             public,
	"POST /csp-report":         public,
	"GET /login":               public,
	"POST /login":              public,
	"POST /logout":             public,
	"GET /login/code":          public, // by a half log-in
	"POST /login/code":         public,
	"GET /login/oidc":          public,
	"GET /login/oidc/return":   public, // by what was kept when it began
	"GET /join/:secret":        public, // by the secret, and only once
	"POST /join/:secret":       public,
	"POST /preferences":        public,
	"GET /setup":               public, // by its code, and only once
	"POST /setup":              public,
	"GET /api/v1/openapi.json": public,

	"GET /":                            agent,
	"GET /settings":                    agent,
	"GET /profile":                     agent,
	"POST /profile":                    agent,
	"GET /profile/password":            agent,
	"POST /profile/password":           agent,
	"GET /profile/sign-out":            agent,
	"POST /profile/sign-out":           agent,
	"POST /profile/sessions/:key/end":  agent,
	"GET /profile/two-step":            member,
	"POST /profile/two-step":           member,
	"POST /profile/two-step/start":     member,
	"POST /profile/two-step/cancel":    member,
	"GET /profile/two-step/:deed":      agent,
	"POST /profile/two-step/:deed":     agent,
	"GET /ws":                          agent,
	"GET /media/:id":                   agent,
	"GET /api/v1/me":                   agent,
	"GET /api/v1/counts":               agent,
	"GET /api/v1/alarms":               agent,
	"GET /api/v1/search":               agent,
	"GET /api/v1/conversations":        agent,
	"GET /api/v1/conversations/:id":    agent,
	"GET /api/v1/messages/:id/raw":     agent,
	"POST /api/v1/messages/:id/resend": agent,
	"POST /api/v1/media":               agent,

	"POST /api/v1/me/presence":                     agent,
	"POST /api/v1/conversations/end":               agent,
	"POST /api/v1/conversations/:id/transfer":      agent,
	"POST /api/v1/conversations/:id/take-over":     agent,
	"POST /api/v1/conversations/:id/invite":        agent,
	"POST /api/v1/conversations/claim-next":        agent,
	"GET /api/v1/conversations/:id/messages":       agent,
	"POST /api/v1/conversations/:id/messages":      agent,
	"POST /api/v1/conversations/:id/claim":         agent,
	"POST /api/v1/conversations/:id/end":           agent,
	"POST /api/v1/conversations/:id/reopen":        agent,
	"POST /api/v1/conversations/:id/session/close": agent,
	"POST /api/v1/conversations/:id/read":          agent,
	"POST /api/v1/conversations/:id/notes":         agent,
	"GET /api/v1/mentions":                         agent,
	"POST /api/v1/messages/:id/seen":               agent,
	"GET /api/v1/customers/:id":                    agent,
	"PUT /api/v1/customers/:id/remark":             agent,
	"PUT /api/v1/customers/:id/vip":                agent,
	"PUT /api/v1/customers/:id/tags":               agent,
	"PUT /api/v1/customers/:id/blocked":            agent,
	"POST /api/v1/customers/:id/memos":             agent,
	"PUT /api/v1/memos/:id":                        agent,
	"GET /api/v1/accounts/:id/articles":            agent,
	"POST /api/v1/accounts/:id/articles/sync":      agent,
	"GET /api/v1/accounts/:id/recent":              agent,
	"POST /api/v1/messages/:id/delivered":          agent,
	"POST /api/v1/messages/:id/discard":            agent,
	"GET /api/v1/accounts/:id/rules":               agent,
	"PUT /api/v1/accounts/:id/rules":               admin,

	"GET /quick-replies":                  agent,
	"GET /quick-replies/new":              agent,
	"POST /quick-replies/new":             agent,
	"GET /quick-replies/export":           agent,
	"GET /quick-replies/import":           agent,
	"POST /quick-replies/import":          agent,
	"GET /quick-replies/category":         agent,
	"POST /quick-replies/category":        agent,
	"GET /quick-replies/:id<int>":         agent,
	"POST /quick-replies/:id<int>":        agent,
	"GET /quick-replies/:id<int>/delete":  agent,
	"POST /quick-replies/:id<int>/delete": agent,
	"POST /quick-replies/:id<int>/move":   agent,
	"GET /api/v1/quickreplies":            agent,
	"POST /api/v1/quickreplies":           agent,
	"POST /api/v1/quickreplies/:id/used":  agent,
	"POST /api/v1/messages/:id/undo":      agent,
	"POST /api/v1/messages/:id/now":       agent,
	"GET /api/v1/drafts":                  agent,
	"PUT /api/v1/conversations/:id/draft": agent,

	"GET /setup/connect":               admin,
	"POST /setup/connect":              admin,
	"GET /setup/account":               admin,
	"POST /setup/account":              admin,
	"GET /setup/callback/:id<int>":     admin,
	"GET /setup/done":                  admin,
	"POST /sandbox/leave":              admin,
	"GET /agents":                      admin,
	"GET /agents/new":                  admin,
	"POST /agents/new":                 admin,
	"GET /agents/:id<int>":             admin,
	"POST /agents/:id<int>":            admin,
	"GET /agents/:id<int>/password":    admin,
	"POST /agents/:id<int>/password":   admin,
	"GET /agents/:id<int>/deactivate":  admin,
	"POST /agents/:id<int>/deactivate": admin,
	"POST /agents/:id<int>/activate":   admin,
	"GET /agents/:id<int>/reset":       admin,
	"POST /agents/:id<int>/link":       admin,
	"POST /agents/:id<int>/sign-out":   admin,
	"GET /settings/security":           admin,
	"POST /settings/security":          admin,
	"GET /accounts":                    admin,
	"GET /accounts/new":                admin,
	"POST /accounts/new":               admin,
	"GET /accounts/:id<int>":           admin,
	"POST /accounts/:id<int>":          admin,
	"GET /accounts/:id<int>/keys":      admin,
	"POST /accounts/:id<int>/keys":     admin,
	"POST /accounts/:id<int>/keys/end": admin,
	"GET /accounts/:id<int>/secret":    admin,
	"POST /accounts/:id<int>/secret":   admin,
	"POST /accounts/:id<int>/stable":   admin,
	"POST /accounts/:id<int>/rid":      admin,
	"POST /accounts/:id<int>/check":    admin,
	"GET /accounts/:id<int>/state":     admin,
	"GET /kf-accounts":                 admin,
	"GET /settings/routing":            admin,
	"POST /settings/routing":           admin,
	"POST /kf-accounts/sync":           admin,

	"POST /kf-accounts/deeds/:id<int>":      admin,
	"GET /kf-accounts/sessions":             admin,
	"POST /kf-accounts/sessions":            admin,
	"GET /kf-accounts/:id<int>/new":         admin,
	"POST /kf-accounts/:id<int>/new":        admin,
	"GET /kf-accounts/:id<int>/:kf":         admin,
	"POST /kf-accounts/:id<int>/:kf":        admin,
	"GET /kf-accounts/:id<int>/:kf/invite":  admin,
	"POST /kf-accounts/:id<int>/:kf/invite": admin,
	"GET /kf-accounts/:id<int>/:kf/delete":  admin,
	"POST /kf-accounts/:id<int>/:kf/delete": admin,

	"GET /settings/tags":                  admin,
	"POST /settings/tags":                 admin,
	"POST /settings/tags/sync":            admin,
	"GET /settings/tags/:id<int>":         admin,
	"POST /settings/tags/:id<int>/delete": admin,

	"GET /settings/backup":                admin,
	"GET /settings/backup/state":          admin,
	"POST /settings/backup/make":          admin,
	"POST /settings/backup/stop":          admin,
	"POST /settings/backup/settings":      admin,
	"GET /settings/backup/passphrase":     admin,
	"POST /settings/backup/passphrase":    admin,
	"GET /settings/backup/upload":         admin,
	"POST /settings/backup/upload":        admin,
	"GET /settings/backup/old/:old":       admin,
	"POST /settings/backup/old/:old":      admin,
	"GET /settings/backup/:name":          admin,
	"GET /settings/backup/:name/download": admin,
	"POST /settings/backup/:name/verify":  admin,
	"POST /settings/backup/:name/keep":    admin,
	"GET /settings/backup/:name/restore":  admin,
	"POST /settings/backup/:name/restore": admin,
	"GET /settings/backup/:name/delete":   admin,
	"POST /settings/backup/:name/delete":  admin,

	"GET /customers/:id<int>":        supervisor,
	"GET /customers/:id<int>/export": supervisor,
	"GET /customers/:id<int>/erase":  admin,
	"POST /customers/:id<int>/erase": admin,
	"GET /settings/data":             admin,
	"GET /settings/status":           admin,
	"POST /settings/data":            admin,
	"GET /settings/data/confirm":     admin,

	"GET /audit":          admin,
	"GET /audit/export":   admin,
	"GET /audit/:id<int>": admin,

	"GET /phone":       player,
	"ANY /phone/api/*": player,
}

// withPhone adds the sandbox's phones, whose control here only says "played".
func (d *desk) withPhone() {
	d.Phone = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("played")) })
	d.app = NewApp(d.Console)
}

// browse asks as a browser of ours in which this agent is logged in ("": nobody).
func (d *desk) browse(t *testing.T, who, method, address string) result {
	t.Helper()
	req := request(method, address, nil, "Sec-Fetch-Site", "same-origin", "Content-Type", "application/x-www-form-urlencoded")
	if who != "" {
		req.AddCookie(&http.Cookie{Name: cookieName, Value: d.logins[who]})
	}
	return d.send(t, req)
}

// turnedAway tells whether an answer says "log in" or "you may not".
func (a result) turnedAway() bool {
	return a.status == 401 || a.status == 403 || strings.HasPrefix(a.header.Get("Location"), "/login?next=")
}

// no is the status with which an asker is turned away: who is not known is sent
// to the log-in by pages, and told so by what programs ask for.
func no(method, path, who, asker string) int {
	page := method == "GET" && !strings.HasPrefix(path, "/api/") && !strings.HasPrefix(path, "/media/") && path != "/ws"
	switch {
	case asker != "" || who == player || who == signed || who == monitor:
		return 403
	case page:
		return 302
	}
	return 401
}

// everybody are those who try each route: nobody, an agent, an agent of another
// official account, a supervisor and an admin.
var everybody = []string{"", "li", "wang", "sun", "zhou"}

// A new route is in the table above, and does what the table says for each of
// everybody, or this fails. What a route opens of an account to whom is held by
// TestNothingOfAnotherAccountIsReached, what a supervisor may more than an agent
// by TestWhoMayDoEachDeed.
func TestWhoMayUseEachRoute(t *testing.T) {
	d := newDesk(t)
	d.withPhone()
	seen := map[string]bool{}
	for _, r := range d.app.GetRoutes(true) {
		name := r.Method + " " + r.Path
		switch {
		case strings.HasPrefix(r.Path, "/phone/api/"):
			name = "ANY " + r.Path
		case r.Method == "HEAD":
			name = "GET " + r.Path
		}
		if routes[name] == "" {
			t.Errorf("%s is in no row of the table", name)
		}
		seen[name] = true
		if r.Method != "CONNECT" && r.Method != "HEAD" {
			tryRoute(t, r.Method, r.Path, routes[name])
		}
	}
	for name := range routes {
		if !seen[name] {
			t.Errorf("%s is not a route", name)
		}
	}
}

var parameter = regexp.MustCompile(`:id(<int>)?|:\w+|\*`)

func tryRoute(t *testing.T, method, path, who string) {
	d := newDesk(t) // of its own: some routes end what others need
	d.withPhone()
	address := d.addressOf(path)
	may := map[string]map[string]bool{
		public:     {"": true, "li": true, "wang": true, "sun": true, "zhou": true},
		signed:     {},
		monitor:    {},
		member:     {"li": true, "wang": true, "sun": true, "zhou": true},
		agent:      {"li": true, "wang": true, "sun": true, "zhou": true},
		supervisor: {"sun": true, "zhou": true},
		admin:      {"zhou": true},
		player:     {"zhou": true},
	}[who]
	for _, asker := range everybody {
		got := d.browse(t, asker, method, address)
		safe(t, method+" "+address+" by "+asker, address, got)
		if asker == "wang" && got.status == 404 && !may[asker] {
			continue // not even seen
		}
		if want := no(method, path, who, asker); may[asker] == got.turnedAway() || !may[asker] && got.status != want {
			t.Errorf("%s %s is for %s, but %q gets %d %s", method, address, who, asker, got.status, got.header.Get("Location"))
		}
		if got.status >= 500 {
			t.Errorf("%s %s by %q: %d", method, address, asker, got.status)
		}
	}
}

// Where all must have a second step and nobody has: browsers open what they need
// to set it up and nothing else, tokens open what they did.
func TestWhatOpensBeforeTheSecondStep(t *testing.T) {
	d := newDesk(t)
	d.withPhone()
	if err := d.Store.SetSecurity(t.Context(), store.Actor{}, store.Security{TwoStep: "all"}); err != nil {
		t.Fatal(err)
	}
	for _, r := range d.app.GetRoutes(true) {
		who := routes[r.Method+" "+r.Path]
		if r.Method != "GET" && r.Method != "POST" && r.Method != "PUT" || who != member && who != agent && who != supervisor && who != admin {
			continue
		}
		address := parameter.ReplaceAllString(r.Path, "1")
		got := d.browse(t, "zhou", r.Method, address)
		shut := got.status == 403 || who != member && got.header.Get("Location") == "/profile/two-step"
		if shut != (who != member) {
			t.Errorf("%s %s is for %s: %d %s", r.Method, r.Path, who, got.status, got.header.Get("Location"))
		}
	}
	if got := d.browse(t, "li", "GET", "/"); got.header.Get("Location") != "/profile/two-step" {
		t.Errorf("the inbox leads to %q", got.header.Get("Location"))
	}
	if got := d.browse(t, "li", "GET", "/api/v1/me"); got.status != 403 || !strings.Contains(got.body, `"totp_needed"`) {
		t.Errorf("the API: %d %s", got.status, got.body)
	}
	d.call(t, "li", "GET", "/api/v1/me", nil).ok(t, 200)
}

// Nothing protected is reached by writing its path in another way.
func TestPathsInDisguise(t *testing.T) {
	d := newDesk(t)
	d.withPhone()
	for _, address := range []string{"/Agents", "/AGENTS/new", "//agents", "/./agents", "/x/../agents", "/%61gents", "/agents/", "/agents%2Fnew", "/agents;x",
		"/login/../agents", "/static/../agents", "/API/v1/me", "/api/v1/../v1/me", "//api/v1/me", "/api%2Fv1/me", "/api/v1/me/", "/Phone", "/phone/", "/media/../api/v1/me"} {
		got := d.browse(t, "", "GET", address)
		if got.status == 200 || strings.Contains(got.body, "李晓琳") {
			t.Errorf("%s is open: %d", address, got.status)
		}
	}
}
