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
		"X-Content-Type-Options":     "nosniff",
		"X-Frame-Options":            "DENY",
		"Referrer-Policy":            "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %s is %q", what, name, got)
		}
	}
	if h.Get("X-Request-Id") == "" || h.Get("Cache-Control") == "" {
		t.Errorf("%s: no request id or Cache-Control: %v", what, h)
	}
}
