package handlers

import (
	"encoding/json"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/wechat"
)

// talks makes the log of a desk tell all it can, as JSON.
func (d *desk) talks() {
	d.Log = Numbered(slog.New(slog.NewJSONHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
}

// line is the log's newest line with this message.
func (d *desk) line(t *testing.T, msg string) object {
	t.Helper()
	var found object
	for line := range strings.Lines(d.log.String()) {
		var o object
		if json.Unmarshal([]byte(line), &o) == nil && o["msg"] == msg {
			found = o
		}
	}
	if found == nil {
		t.Fatalf("%q is not in the log:\n%s", msg, d.log)
	}
	return found
}

// Each request is one line, by its route and with its number, and every other line
// that it leaves has the number, too. No path, query or body is in the log.
func TestAccessLog(t *testing.T) {
	d := newDesk(t)
	d.talks()
	path := d.says(t, 1, "o1", "words of a customer")
	before := strings.Count(d.log.String(), `"msg":"request"`)
	for _, c := range []struct {
		who, method, path, route string
		status                   int
		level                    string
	}{
		{"li", "GET", path + "/messages?limit=9", "/api/v1/conversations/:id/messages", 200, "DEBUG"},
		{"", "GET", "/join/secret-of-a-link?x=secret-query", "/join/:secret", 200, "DEBUG"},
		{"", "GET", "/no/secret-path?access_token=secret-query", "none", 404, "DEBUG"},
		{"", "GET", "/api/v1/me", "/api/v1", 401, "DEBUG"},
		{"", "GET", "/wechat/" + shopApp + "?echostr=secret-query", "/wechat/:appid", 403, "DEBUG"},
	} {
		got := d.browse(t, c.who, c.method, c.path)
		line := d.line(t, "request")
		if got.status != c.status && c.route != "/join/:secret" || line["route"] != c.route || line["status"] != float64(got.status) || line["method"] != c.method ||
			line["level"] != c.level || line["request"] != got.header.Get("X-Request-Id") || line["bytes"] != float64(len(got.body)) || line["ms"] == nil {
			t.Errorf("%s: %d, %v", c.path, got.status, line)
		}
	}
	if line := d.line(t, "a request to the callback was refused"); line["request"] != d.line(t, "request")["request"] {
		t.Errorf("without the number: %v", line)
	}
	if n := strings.Count(d.log.String(), `"msg":"request"`); n-before != 5 {
		t.Errorf("%d lines for five requests", n-before)
	}
	for _, secret := range []string{"secret", "words of a customer", `"o1"`} {
		if strings.Contains(strings.ReplaceAll(d.log.String(), "/join/:secret", ""), secret) {
			t.Errorf("the log tells %s", secret)
		}
	}
	if err := d.Store.Close(); err != nil {
		t.Fatal(err)
	}
	got := d.browse(t, "li", "GET", "/profile")
	if line := d.line(t, "request"); line["level"] != "WARN" || line["status"] != float64(500) || line["request"] != got.header.Get("X-Request-Id") {
		t.Errorf("a request that failed: %v", line)
	}
}

// The log warns of what fails by our fault and of what is slow, but not of a file that
// comes slowly. That the time is the request's is seen in TestStatusWithoutStore.
func TestSlowRequestsAreWarnedOf(t *testing.T) {
	for _, c := range []struct {
		route  string
		status int
		took   time.Duration
		want   slog.Level
	}{
		{"/api/v1/me", 200, 2*time.Second - 1, slog.LevelDebug},
		{"/api/v1/me", 200, 2 * time.Second, slog.LevelWarn},
		{"/api/v1/me", 404, 2 * time.Second, slog.LevelWarn},
		{"/api/v1/me", 499, 0, slog.LevelDebug},
		{"/api/v1/me", 500, 0, slog.LevelWarn},
		{"/api/v1/me", 503, 0, slog.LevelWarn},
		{"/wechat/:appid", 200, 2 * time.Second, slog.LevelWarn},
		{"/api/v1/media", 201, time.Minute, slog.LevelDebug},
		{"/settings/backup/upload", 303, time.Minute, slog.LevelDebug},
		{"/api/v1/media", 507, time.Second, slog.LevelWarn},
	} {
		if got := requestLevel(c.route, c.status, c.took); got != c.want {
			t.Errorf("%s, %d after %v: %v, want %v", c.route, c.status, c.took, got, c.want)
		}
	}
	for _, path := range []string{"/api/v1/media", "/settings/backup/upload"} {
		if routes["POST "+path] == "" {
			t.Errorf("%s is no route", path)
		}
	}
}

// A request has the number that a believed proxy gave it, if it is one, and a number
// of ours else.
func TestRequestNumber(t *testing.T) {
	d := newDesk(t)
	for _, c := range []struct {
		proxy, said string
		taken       bool
	}{
		{"0.0.0.0/32", "req-0123.456_789", true}, // the other end of a test's connection
		{"10.0.0.0/8", "req-0123.456_789", false},
		{"0.0.0.0/32", "short", false},
		{"0.0.0.0/32", strings.Repeat("a", 65), false},
		{"0.0.0.0/32", "one\" level=ERROR", false},
		{"0.0.0.0/32", "", false},
	} {
		d.Proxies = []netip.Prefix{netip.MustParsePrefix(c.proxy)}
		got := d.send(t, request("GET", "/healthz/live", nil, "X-Request-Id", c.said)).header.Get("X-Request-Id")
		if (got == c.said) != c.taken || !wellFormed.MatchString(got) {
			t.Errorf("%q through %s: the number is %q", c.said, c.proxy, got)
		}
	}
}

// What a push says is in no line of the log, however much is logged.
func TestPushesAreNotLogged(t *testing.T) {
	d := newDesk(t)
	d.talks()
	d.inMode(t, wechat.Safe)
	d.deliver(t, platform(t, wechat.Safe, aesKey), "n1", textPush("1", leakBody)).taken(t)
	line := d.line(t, "request")
	if line["route"] != "/wechat/:appid" || line["status"] != 200.0 {
		t.Errorf("%v", line)
	}
	d.leaks(t, "the log", d.log.String(), []string{leakBody, openid, callbackToken, aesKey, "msg_signature"})
}
