package handlers

import (
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kfdesk/store"
)

// Planted secrets, each to be found wherever it should not be.
const (
	leakSecret   = "0leak0secret0leak0secret0leak000"
	leakToken    = "leakCallbackToken2025"
	leakAES      = "leakAESkeyleakAESkeyleakAESkeyleakAESkey000"
	leakAccess   = "leak-access-token"
	leakPassword = "leak the password"
	leakBody     = "leaked words of a customer"
)

// showsKeys are the pages that show a callback's token and key on purpose: an admin
// copies them to WeChat's site.
var showsKeys = []string{"/accounts", "/setup/callback", "/setup/account"}

// Secrets, and what customers say, are in no page of the administration, no error,
// no log at its most talkative, no row of the audit log, no export of it, and not
// readable in the database.
func TestSecretsStayInside(t *testing.T) {
	d := newDesk(t)
	d.withPhone()
	d.Console.Log = slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	boss := store.Actor{AgentID: d.ids["zhou"], IP: "192.0.2.1"}
	a, err := d.Store.Account(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	a.Secret, a.CallbackToken, a.AESKey = leakSecret, leakToken, leakAES
	for _, err := range []error{d.Store.UpdateAccount(ctx, boss, a), d.Store.SetToken(ctx, 1, "access", leakAccess, noon*2),
		d.Store.SetPassword(ctx, boss, d.ids["li"], leakPassword, nil), d.Store.SetPassword(ctx, boss, d.ids["zhou"], leakPassword, nil)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	cookie, err := d.Store.AddSession(ctx, store.Session{AgentID: d.ids["zhou"], Kind: "browser", Name: "test"}, shortLogin)
	if err != nil {
		t.Fatal(err)
	}
	d.seed = &seed{files: d.seed.files, tokens: d.seed.tokens, ids: d.seed.ids, logins: map[string]string{"zhou": cookie}}
	for _, mode := range []string{leakBody, ""} {
		if _, err := d.Store.Receive(ctx, store.Incoming{Account: 1, OpenID: "o1", Dedupe: "1" + mode, Dir: "in", Type: "text",
			Body: []byte(`{"content":"` + leakBody + `"}`), Raw: []byte(leakBody), At: noon, Grant: "message", Cause: "message"}); err != nil {
			t.Fatal(err)
		}
	}
	d.call(t, "", "GET", "/api/v1/me?access_token="+leakAccess, nil)
	form := []string{"login", "li", "password", leakPassword, "old", leakPassword, "new", "x", "secret", leakSecret, "token", leakToken, "aes_key", leakAES,
		"callback_token", leakToken, "name", "", "appid", "bad", "role", "nobody", "code", "0000", "proof", leakPassword}
	names := slices.Sorted(maps.Keys(routes))
	asked := 0
	for _, name := range names {
		method, path, _ := strings.Cut(name, " ")
		if routes[name] == signed || path == "/ws" || strings.HasPrefix(path, "/static") || method != "GET" && method != "POST" ||
			method == "POST" && (strings.Contains(path, "logout") || strings.Contains(path, "sign-out") || strings.Contains(path, "sessions") || strings.Contains(path, "erase")) {
			continue
		}
		id := "1"
		if strings.HasPrefix(path, "/agents") {
			id = "2"
		}
		address := strings.NewReplacer(":id<int>", id, ":id", id, "*", "state").Replace(path)
		var got result
		if method == "POST" && !strings.HasPrefix(path, "/api/") {
			got = d.posts(t, "zhou", address, form...)
		} else {
			got = d.browse(t, "zhou", method, address)
		}
		asked++
		for _, c := range (&http.Response{Header: got.header}).Cookies() {
			if c.Name == cookieName { // the password was changed
				d.logins["zhou"] = c.Value
			}
		}
		secrets := []string{leakSecret, leakAccess, cookie, d.logins["zhou"]}
		if path != "/agents/new" { // the first password is there to be read out to its agent
			secrets = append(secrets, leakPassword)
		}
		if !slices.ContainsFunc(showsKeys, func(p string) bool { return strings.HasPrefix(path, p) }) {
			secrets = append(secrets, leakToken, leakAES)
		}
		if !strings.HasPrefix(path, "/api/") && !strings.HasPrefix(path, "/phone") { // those are made to show it
			secrets = append(secrets, leakBody)
		}
		d.leaks(t, name, got.body+got.header.Get("Location"), secrets)
	}
	if asked < 100 {
		t.Errorf("only %d routes were asked", asked)
	}
	all := []string{leakSecret, leakToken, leakAES, leakAccess, leakPassword, leakBody, cookie, d.logins["zhou"], url.QueryEscape(leakPassword)}
	for _, address := range []string{"/audit?time=all", "/audit/export?time=all"} {
		if body := d.browse(t, "zhou", "GET", address).body; !strings.Contains(body, "周哲") {
			t.Errorf("%s shows nothing", address)
		} else {
			d.leaks(t, address, body, all)
		}
	}
	d.leaks(t, "the log", d.log.String(), all)
	if err := d.Store.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(d.dir, "kfdesk.db"))
	if err != nil {
		t.Fatal(err)
	}
	d.leaks(t, "the database", string(b), []string{leakSecret, leakToken, leakAES, leakAccess, leakPassword, cookie})
	if !strings.Contains(string(b), leakBody) {
		t.Error("this test looks at nothing")
	}
}

func (d *desk) leaks(t *testing.T, where, text string, secrets []string) {
	t.Helper()
	for _, secret := range secrets {
		if at := strings.Index(text, secret); at >= 0 {
			t.Errorf("%s tells %q: …%s…", where, secret, text[max(0, at-80):min(len(text), at+len(secret)+40)])
		}
	}
}
