package handlers

import (
	"net/http"
	"testing"
)

// headed fails unless the headers of safety are there.
func headed(t *testing.T, what string, h http.Header) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; " +
			"font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; " +
			"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types app lit-html; report-uri /csp-report",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Referrer-Policy":              "no-referrer",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "camera=(), geolocation=(), microphone=(self)",
	} {
		if got := h.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %s is %q", what, name, got)
		}
	}
	if h.Get("X-Request-Id") == "" {
		t.Errorf("%s has no number", what)
	}
}

func TestEveryAnswerHasTheHeadersOfSafety(t *testing.T) {
	d := newDesk(t)
	d.withPhone()
	static := d.Assets.Base + "/css/pages.css"
	for _, tt := range []struct {
		who, method, path string
		status            int
	}{
		{"li", "GET", "/profile", 200},
		{"", "GET", "/login", 200},
		{"", "GET", "/profile", 302},
		{"li", "GET", "/settings", 303},
		{"li", "GET", "/agents", 403},
		{"li", "POST", "/login", 422},
		{"", "GET", "/nowhere", 404},
		{"", "DELETE", "/login", 405},
		{"", "GET", "/api/v1/me", 401},
		{"li", "GET", "/api/v1/me", 200},
		{"li", "GET", "/api/v1/nowhere", 404},
		{"", "GET", "/ws", 401},
		{"li", "GET", "/media/1", 404},
		{"", "GET", static, 200},
		{"", "GET", static + "x", 404},
		{"", "GET", "/favicon.ico", 200},
		{"", "GET", "/sw.js", 200},
		{"", "GET", "/offline", 200},
		{"", "GET", "/healthz", 200},
		{"", "POST", "/csp-report", 204},
		{"", "GET", "/wechat/" + shopApp, 403},
		{"", "POST", "/wechat/" + shopApp, 403},
		{"zhou", "GET", "/phone", 200},
		{"zhou", "GET", "/phone/api/state", 200},
	} {
		what := tt.method + " " + tt.path
		got := d.browse(t, tt.who, tt.method, tt.path)
		if got.status != tt.status {
			t.Errorf("%s: %d, want %d", what, got.status, tt.status)
		}
		headed(t, what, got.header)
		kept := got.status == 200 && (tt.path == static || tt.path == "/favicon.ico" || tt.path == "/sw.js")
		if cache := got.header.Get("Cache-Control"); (cache == "no-store") == kept {
			t.Errorf("%s: Cache-Control is %q", what, cache)
		}
		if got.header.Get("Server") != "" {
			t.Errorf("%s tells what it is made of: %q", what, got.header.Get("Server"))
		}
	}
}
