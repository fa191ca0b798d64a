package handlers

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every page in every language, as an admin sees it.
var everyPage = []string{"/setup/connect", "/setup/account", "/setup/callback/1", "/setup/done", "/agents", "/agents/new",
	"/agents/1", "/agents/2", "/agents/2/password", "/agents/2/deactivate", "/accounts/new", "/accounts/1",
	"/accounts/1/keys", "/kf-accounts", "/audit", "/audit/1?time=all&kind=members", "/settings/data", "/profile",
	"/profile/password", "/profile/sign-out", "/agents?done=agent_added", "/quick-replies", "/quick-replies/new", "/agents/2/reset",
	"/settings/security", "/settings/status", "/profile/two-step/change", "/kf-accounts/sessions", "/kf-accounts/1/new", "/kf-accounts/1/xiaoli@hemu_life", "/kf-accounts/1/xiaoli@hemu_life/invite",
	"/kf-accounts/1/xiaoli@hemu_life/delete", "/accounts/1/secret",
	"/quick-replies/import", "/nowhere"}

func TestEveryPageIsSoundInEveryLanguage(t *testing.T) {
	d := newConsole(t)
	for _, lang := range Languages {
		d.cookies["lang"] = lang
		sound(t, lang+" /setup", d.get(t, "/setup").body)
	}
	d.setUp(t)
	d.post(t, "/agents/new", "login", "li", "name", "<b>\"李\"</b>", "role", "agent", "password", adminPassword,
		"account-1", "xiaoli@hemu_life").went(t, "/agents?done=agent_added")
	for _, lang := range Languages {
		d.cookies = map[string]string{"lang": lang}
		sound(t, lang+" /login", d.get(t, "/login").body)
		d.post(t, "/login", "login", "zhouzhe", "password", adminPassword).went(t, "/")
		for _, path := range everyPage {
			sound(t, lang+" "+path, d.get(t, path).body)
		}
		d.post(t, "/accounts/1/check").went(t, "/accounts/1#check-title")
		sound(t, lang+" check", d.get(t, "/accounts/1").body)
		sound(t, lang+" rid", d.post(t, "/accounts/1/rid", "rid", "61725984-6126f6f9-040f19c4").body)
		sound(t, lang+" no secret", d.post(t, "/accounts/1/secret", "secret", " ").body)
		sound(t, lang+" problem", d.post(t, "/agents/2", "role", "none").body)
	}
}

var (
	keyShown  = regexp.MustCompile(`[>"](?:page|common|err|wxerr|inbox|keys|quick|people|kf|audit|backup|data|status|doctor)\.[a-z_]+`)
	hole      = regexp.MustCompile(`\{[a-z_]+\}`)
	blocked   = regexp.MustCompile(`(?i)\sstyle\s*=|\son[a-z]+\s*=|javascript:|<style`)
	script    = regexp.MustCompile(`<script([^>]*)>`)
	idGiven   = regexp.MustCompile(`\sid="([^"]*)"`)
	idWanted  = regexp.MustCompile(`\s(?:for|aria-labelledby|aria-describedby|form|data-strength|data-copy-from)="([^"]*)"`)
	tag       = regexp.MustCompile(`<(/?)([a-z][a-z0-9]*)((?:\s[^<>]*)?)>`)
	noContent = regexp.MustCompile(`^(?:meta|link|input|img|br|path|rect|use)$`)
)

// sound fails on what a browser, a screen reader or our content policy would
// stumble over.
func sound(t *testing.T, name, page string) {
	t.Helper()
	if !strings.HasPrefix(page, "<!doctype html>") || !strings.HasSuffix(strings.TrimSpace(page), "</html>") {
		t.Errorf("%s: not a whole page: %.80q", name, page)
	}
	if m := keyShown.FindString(page); m != "" {
		t.Errorf("%s shows the key %s", name, m)
	}
	if m := hole.FindString(page); m != "" {
		t.Errorf("%s shows the hole %s", name, m)
	}
	if m := blocked.FindString(page); m != "" {
		t.Errorf("%s has %q, which the content policy blocks", name, m)
	}
	for _, m := range script.FindAllStringSubmatch(page, -1) {
		if !strings.Contains(m[1], ` src="/static/`) && !strings.Contains(m[1], `type="application/json"`) {
			t.Errorf("%s has an inline script", name)
		}
	}
	ids := map[string]bool{}
	for _, m := range idGiven.FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("%s gives the id %s twice", name, m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range idWanted.FindAllStringSubmatch(page, -1) {
		if !ids[m[1]] {
			t.Errorf("%s points to the id %q, which is not there", name, m[1])
		}
	}
	balanced(t, name, page)
}

func balanced(t *testing.T, name, page string) {
	t.Helper()
	var open []string
	for _, m := range tag.FindAllStringSubmatch(page, -1) {
		switch end, element := m[1] == "/", m[2]; {
		case end && (len(open) == 0 || open[len(open)-1] != element):
			t.Errorf("%s: </%s> inside %v", name, element, open)
			return
		case end:
			open = open[:len(open)-1]
		case !noContent.MatchString(element) && !strings.HasSuffix(m[3], "/"):
			open = append(open, element)
		}
	}
	if len(open) > 0 {
		t.Errorf("%s: never closed: %v", name, open)
	}
}

var (
	iconUsed  = regexp.MustCompile(`\{\{icon "([^"]+)"`)
	iconGiven = regexp.MustCompile(`id="i-([^"]+)"`)
)

func TestIconsInUseExist(t *testing.T) {
	sprite, err := os.ReadFile("../static/icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]bool{}
	for _, m := range iconGiven.FindAllStringSubmatch(string(sprite), -1) {
		given[m[1]] = true
	}
	files, _ := filepath.Glob("../templates/*.html")
	partials, _ := filepath.Glob("../templates/partials/*.html")
	for _, file := range append(files, partials...) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range iconUsed.FindAllStringSubmatch(string(text), -1) {
			if !given[m[1]] {
				t.Errorf("%s uses the icon %s, which is not in icons.svg", file, m[1])
			}
		}
	}
}
