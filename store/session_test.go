package store

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const (
	right = "correct horse battery"
	wrong = "wrong horse battery"
)

// loginDesk is a desk whose li has a password.
func loginDesk(t *testing.T) *desk {
	d := openDesk(t)
	ok(t, d.SetPassword(ctx, Actor{}, d.li.ID, right, nil))
	d.li = d.agent(t, d.li.ID)
	return d
}

// refusal is the code of a refusal, with the number in its detail.
func refusal(err error) string {
	var r *Refusal
	if !errors.As(err, &r) {
		return fmt.Sprint(err)
	}
	for _, v := range []string{"left", "seconds"} {
		if n, has := r.Detail[v]; has {
			return fmt.Sprintf("%s %s=%d", r.Code, v, n)
		}
	}
	return r.Code
}

func TestLoginThrottle(t *testing.T) {
	d := loginDesk(t)
	for i, step := range []struct {
		login, password, ip string
		wait                time.Duration // before
		want                string
	}{
		{"li", right, "1", 0, "<nil>"},
		{" LI ", right, "1", 0, "<nil>"},
		{"nobody", right, "1", 0, "login_wrong left=4"},
		{"su", "no password", "1", 0, "login_wrong left=4"}, // its hash fits nothing
		{"li", wrong, "1", 0, "login_wrong left=4"},
		{"li", wrong, "1", time.Minute, "login_wrong left=3"},
		{"li", right, "1", 0, "<nil>"}, // a right one resets
		{"li", wrong, "1", 0, "login_wrong left=4"},
		{"li", wrong, "1", 0, "login_wrong left=3"},
		{"Li", wrong, "1", 0, "login_wrong left=2"},
		{"li", wrong, "1", 0, "login_wrong left=1"},
		{"li", wrong, "1", 0, "login_wrong left=0"},
		{"li", right, "1", 0, "login_wait seconds=300"},
		{"li", right, "2", 0, "<nil>"},              // another address is not locked
		{"su", wrong, "1", 0, "login_wrong left=3"}, // nor another login
		{"li", right, "1", 299 * time.Second, "login_wait seconds=1"},
		{"li", wrong, "1", time.Second, "login_wrong left=4"}, // the wait is over
		{"li", wrong, "1", 5 * time.Minute, "login_wrong left=4"},
		{"li", right, "1", 0, "<nil>"},
		{strings.Repeat("x", 1<<16), wrong, "3", 0, "login_wrong left=4"},
		{"not a login!", wrong, "3", 0, "login_wrong left=3"},
	} {
		d.clock.advance(step.wait)
		a, err := d.Login(ctx, step.login, step.password, step.ip, "")
		if got := refusal(err); got != step.want {
			t.Errorf("step %d: got %s, want %s", i, got, step.want)
		}
		equal(t, "agent", a.ID != 0, err == nil)
	}
	equal(t, "seen, for no session was made", d.agent(t, d.li.ID).SeenAt, 0)
	equal(t, "audit", d.lastDeed(t), "login.refused li password by 0 from 1")

	d.clock.advance(25 * time.Hour)
	ok(t, d.PruneSessions(ctx))
	equal(t, "failures kept", must(row(ctx, d, one[int], "select count(*) from login_failure"))(t), 0)
}

func TestGuessesAtOnceAreCounted(t *testing.T) {
	d := loginDesk(t)
	var tried, waits atomic.Int32
	each(20, func(i int) {
		switch _, err := d.Login(ctx, "li", fmt.Sprint(wrong, i), "1", ""); {
		case Refused(err, "login_wrong"):
			tried.Add(1)
		case Refused(err, "login_wait"):
			waits.Add(1)
		default:
			t.Errorf("got %v", err)
		}
	})
	equal(t, "guesses that were looked at", tried.Load(), loginTries)
	equal(t, "guesses that must wait", waits.Load(), 20-loginTries)
}

func TestDeactivatedAgentCannotLogIn(t *testing.T) {
	d := loginDesk(t)
	ok(t, d.SetAgentActive(ctx, Actor{}, d.li.ID, false))
	_, err := d.Login(ctx, "li", right, "1", "")
	refused(t, err, "login_wrong")
	ok(t, d.SetAgentActive(ctx, Actor{}, d.li.ID, true))
	_, err = d.Login(ctx, "li", right, "1", "")
	ok(t, err)
}

func TestPasswordHash(t *testing.T) {
	hash := must(hashPassword(right, "li"))(t)
	if !strings.HasPrefix(hash, "argon2id$m=19456,t=2,p=1$") {
		t.Errorf("%s is not argon2id with 19 MiB and two passes", hash)
	}
	if hash == must(hashPassword(right, "li"))(t) {
		t.Error("two hashes have the same salt")
	}
	for _, c := range []struct {
		hash, password string
		want           bool
	}{
		{hash, right, true}, {hash, wrong, false}, {hash, "", false}, {hash, right + " ", false},
		{"", right, false}, {"", "", false}, {"argon2id$m=19456,t=2,p=1$$", "", false}, {"argon2id$x$x$x", right, false},
		{strings.TrimSuffix(hash, hash[len(hash)-1:]), right, false},
	} {
		equal(t, c.hash+" "+c.password, checkPassword(c.hash, c.password), c.want)
	}
	long := strings.Repeat("never mind the weather", 10)
	for _, c := range []struct {
		password string
		weak     bool
	}{{"123456789", true}, {"4915820473", false}, {"一只猫坐在窗台上看雨", false}, {long[:200], false}, {long[:201], true}} {
		_, err := hashPassword(c.password, "li")
		equal(t, c.password, Refused(err, "weak_password"), c.weak)
	}
}

// A login that nobody has, or that opens nothing, costs one hash as a known one does,
// so that nobody learns which there are: its memory is filled once.
func TestUnknownLoginCostsTheSame(t *testing.T) {
	d := loginDesk(t)
	ok(t, d.SetPassword(ctx, Actor{}, d.admin.ID, right, nil))
	gone := must(d.AddAgent(ctx, Actor{}, Agent{Login: "gone", Role: "agent"}, wrong))(t)
	ok(t, d.SetAgentActive(ctx, Actor{}, gone.ID, false))
	_, _, err := d.InviteAgent(ctx, Actor{}, Agent{Login: "invited", Role: "agent"})
	ok(t, err)
	for _, login := range []string{"li", "gone", "invited", "su", "nobody", "not a login!"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := d.Login(ctx, login, wrong, "1", "")
		runtime.ReadMemStats(&after)
		refused(t, err, "login_wrong")
		if took := after.TotalAlloc - before.TotalAlloc; took < argonMemory<<10 || took > 3*argonMemory<<9 {
			t.Errorf("%s: %d bytes, where a hash takes %d", login, took, argonMemory<<10)
		}
	}
}

func TestSessions(t *testing.T) {
	d := openDesk(t)
	add := func(a *Agent, kind string, life time.Duration) string {
		t.Helper()
		return must(d.AddSession(ctx, Session{AgentID: a.ID, Kind: kind, Name: "name", IP: "::1"}, life))(t)
	}
	// valid checks which sessions still stand.
	valid := func(when string, want map[string]bool) {
		t.Helper()
		for secret, stands := range want {
			s, a, err := d.Session(ctx, secret)
			if stands != (err == nil) || (!stands && !errors.Is(err, ErrNotFound)) {
				t.Errorf("%s: %v", when, err)
			}
			if err == nil && (a.ID != s.AgentID || s.Name != "name" || s.IP != "::1") {
				t.Errorf("%s: %+v", when, s)
			}
		}
	}
	short, long, token, other := add(&d.li, "browser", time.Hour), add(&d.li, "browser", 48*time.Hour), add(&d.li, "token", 0), add(&d.su, "browser", 48*time.Hour)
	valid("at first", map[string]bool{short: true, long: true, token: true, other: true, "": false, "made up": false})
	equal(t, "sessions", len(must(d.Sessions(ctx, d.li.ID))(t)), 3)
	equal(t, "li was seen", d.agent(t, d.li.ID).SeenAt, d.now())
	equal(t, "at", d.agent(t, d.li.ID).SeenIP, "::1")
	equal(t, "audit", d.lastDeed(t), fmt.Sprintf("login.browser su name by %d from ::1", d.su.ID))

	d.clock.advance(time.Hour)
	valid("after an hour", map[string]bool{short: false, long: true, token: true})
	equal(t, "sessions", len(must(d.Sessions(ctx, d.li.ID))(t)), 2)
	ok(t, d.PruneSessions(ctx))
	equal(t, "rows", must(row(ctx, d, one[int], "select count(*) from session"))(t), 3)
	s, _, err := d.Session(ctx, long)
	ok(t, err)
	equal(t, "seen, noted every few minutes", s.SeenAt, d.now())

	ok(t, d.EndSessions(ctx, Actor{AgentID: d.li.ID}, d.li.ID))
	valid("signed out everywhere", map[string]bool{long: false, token: true, other: true})

	again, keep := add(&d.li, "browser", time.Hour), add(&d.li, "browser", time.Hour)
	ok(t, d.LogOut(ctx, hashSecret(again)))
	valid("signed out", map[string]bool{again: false, keep: true})
	ok(t, d.LogOut(ctx, hashSecret(again))) // twice is once
	equal(t, "not in the log", strings.HasPrefix(d.lastDeed(t), "login.browser"), true)
	by := Actor{d.li.ID, "::1"}
	ok(t, d.EndSession(ctx, by, hashSecret(add(&d.li, "browser", time.Hour))))
	equal(t, "audit", d.lastDeed(t), fmt.Sprintf("login.end li name by %d from ::1", d.li.ID))
	ok(t, d.EndSession(ctx, by, hashSecret(add(&d.li, "token", 0))))
	equal(t, "audit", d.lastDeed(t), fmt.Sprintf("login.token_end li name by %d from ::1", d.li.ID))

	third := add(&d.li, "browser", time.Hour)
	ok(t, d.SetPassword(ctx, Actor{}, d.li.ID, right, hashSecret(keep)))
	valid("password changed here", map[string]bool{third: false, keep: true, token: true})
	ok(t, d.SetPassword(ctx, Actor{}, d.li.ID, right, nil))
	valid("password changed by another", map[string]bool{keep: false, token: true})

	ok(t, d.SetAgentActive(ctx, Actor{}, d.li.ID, false))
	valid("deactivated", map[string]bool{token: false, other: true})
	ok(t, d.SetAgentActive(ctx, Actor{}, d.li.ID, true))
	valid("active again", map[string]bool{token: false})
}
