package handlers

import (
	"strings"
	"testing"
)

// Whether customers are told that an agent types is ticked on the account's page.
func TestTypingIsTicked(t *testing.T) {
	d := newConsole(t)
	d.setUp(t)
	save := func(more ...string) {
		t.Helper()
		d.post(t, "/accounts/1", append([]string{"name", "禾木", "original_id", "gh_7f2c0e91ab34", "wechat_id", "hemu_life", "mode", "safe"}, more...)...).
			went(t, "/accounts/1?done=account_saved")
	}
	ticked := func() bool {
		t.Helper()
		r := d.get(t, "/accounts/1")
		r.has(t, 200, `name="typing"`)
		return strings.Contains(r.body, `name="typing" value="1" checked`)
	}
	if !ticked() {
		t.Error("a new account has it off")
	}
	save()
	if ticked() {
		t.Error("unticked, it is still on")
	}
	save("typing", "1")
	if !ticked() {
		t.Error("ticked, it is still off")
	}
	if r := d.get(t, "/accounts/new"); strings.Contains(r.body, `name="typing"`) {
		t.Error("it is asked for before there is an account")
	}
}
