package store

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// tries makes n wrong tries at a login, each from another address.
func (d *desk) guess(t *testing.T, login string, n int) {
	t.Helper()
	for i := range n {
		if _, err := d.Login(ctx, login, wrong, fmt.Sprintf("203.0.113.%d", i), ""); !Refused(err, "login_wrong") {
			t.Fatalf("guess %d: %v", i, err)
		}
	}
}

// Whoever guesses at a login, from however many addresses, soon waits; the owner
// does not, in their own browser or where they have logged in before.
func TestGuessesFromManyAddresses(t *testing.T) {
	d := loginDesk(t)
	d.agent(t, d.su.ID)
	must(d.LogIn(ctx, &d.li, Session{IP: "198.51.100.7"}, time.Hour))(t)
	device := d.Device(&d.li)
	d.guess(t, "li", strangerTries)
	equal(t, "audit", d.lastDeed(t), "login.refused li password by 0 from 203.0.113.29")
	login := func(password, ip, device string) string {
		_, err := d.Login(ctx, "li", password, ip, device)
		return refusal(err)
	}
	equal(t, "the next stranger", login(wrong, "192.0.2.1", ""), "login_wait seconds=1800")
	equal(t, "a stranger with the password", login(right, "192.0.2.1", ""), "login_wait seconds=1800")
	for range 3 { // and again and again
		equal(t, "in their own browser", login(right, "192.0.2.1", device), "<nil>")
		equal(t, "from their own address", login(right, "198.51.100.7", ""), "<nil>")
	}
	d.guess(t, "su", 1) // others are not held up
	_, err := d.Login(ctx, "nobody", wrong, "192.0.2.9", "")
	equal(t, "who is not there", refusal(err), "login_wrong left=4")

	d.clock.advance(strangerWait - time.Second)
	equal(t, "before the wait is over", login(right, "192.0.2.1", ""), "login_wait seconds=1")
	d.clock.advance(time.Second)
	equal(t, "after the wait", login(right, "192.0.2.1", ""), "<nil>")
	equal(t, "a right one takes its try back", must(row(ctx, d, one[int], "select count from login_failure where subject = 'li@*'"))(t), 0)
}

// Who is not there is counted as who is: the answers are the same.
func TestGuessesAtNobodyAreCountedToo(t *testing.T) {
	d := loginDesk(t)
	for _, login := range []string{"li", "nobody", "not a login!"} {
		d.guess(t, login, strangerTries)
		_, err := d.Login(ctx, login, wrong, "192.0.2.1", "")
		equal(t, login, refusal(err), "login_wait seconds=1800")
	}
}

// One address that tries a few passwords at every login waits too; who is known
// from there does not.
func TestGuessesAtManyLogins(t *testing.T) {
	d := loginDesk(t)
	const office = "2001:db8:1:2::"
	must(d.LogIn(ctx, &d.li, Session{IP: office + "1"}, time.Hour))(t)
	for i := range addressTries { // all of a /64 are one
		_, err := d.Login(ctx, fmt.Sprint("agent", i), wrong, fmt.Sprint(office, i+1), "")
		refused(t, err, "login_wrong")
	}
	_, err := d.Login(ctx, "su", wrong, office+"abc", "")
	equal(t, "the next login", refusal(err), "login_wait seconds=900")
	_, err = d.Login(ctx, "su", wrong, "2001:db8:1:3::1", "")
	equal(t, "from elsewhere", refusal(err), "login_wrong left=4")
	_, err = d.Login(ctx, "li", right, office+"9", "")
	ok(t, err)
	// Nor can they be held up by the next in the office for long: with their own browser not at all.
	for range loginTries {
		_, err = d.Login(ctx, "li", wrong, office+"9", "")
		refused(t, err, "login_wrong")
	}
	_, err = d.Login(ctx, "li", right, office+"1", "")
	refused(t, err, "login_wait")
	_, err = d.Login(ctx, "li", right, office+"1", d.Device(&d.li))
	ok(t, err)
}

// What a browser keeps gives it tries of its own, no more than anybody has, and is
// good for its agent alone.
func TestDevice(t *testing.T) {
	d := loginDesk(t)
	device := d.Device(&d.li)
	for i := range loginTries {
		_, err := d.Login(ctx, "li", wrong, fmt.Sprintf("203.0.113.%d", i), device)
		refused(t, err, "login_wrong")
	}
	_, err := d.Login(ctx, "li", right, "203.0.113.99", device)
	refused(t, err, "login_wait")
	_, err = d.Login(ctx, "li", right, "203.0.113.1", "") // strangers have not been counted
	ok(t, err)

	d.guess(t, "li", strangerTries)
	old := d.Device(&d.li)
	changed := []byte(device)
	changed[20] ^= 1
	for name, device := range map[string]string{"another agent's": d.Device(&d.su), "nobody's": d.Device(&Agent{}), "made up": "AAAA", "no base64": "?",
		"changed": string(changed), "cut off": device[:30]} {
		_, err := d.Login(ctx, "li", right, "192.0.2.1", device)
		equal(t, name, refusal(err), "login_wait seconds=1800")
	}
	d.clock.advance(deviceLife)
	d.guess(t, "li", strangerTries)
	_, err = d.Login(ctx, "li", right, "192.0.2.1", old)
	equal(t, "an old one", refusal(err), "login_wait seconds=1800")

	before := d.Device(&d.li)
	ok(t, d.EndSessions(ctx, Actor{}, d.li.ID))
	_, err = d.Login(ctx, "li", right, "192.0.2.1", before)
	equal(t, "one from before all log-ins were ended", refusal(err), "login_wait seconds=1800")
}

// Who knows the password and not the code keeps nobody else from typing theirs.
func TestGuessesAtACode(t *testing.T) {
	d := openDesk(t)
	_, codes := d.twoStep(t)
	must(d.LogIn(ctx, &d.li, Session{IP: "198.51.100.7"}, time.Hour))(t)
	d.li = d.agent(t, d.li.ID)
	try := func(code, ip, device string) string {
		_, err := d.SecondStep(ctx, must(d.HalfLogin(ctx, &d.li, ""))(t), code, ip, device)
		return refusal(err)
	}
	for i := range loginTries {
		equal(t, "a guess", try("000000", fmt.Sprintf("203.0.113.%d", i), ""), fmt.Sprintf("code_wrong left=%d", loginTries-1-i))
	}
	equal(t, "from anywhere", try(codes[0], "192.0.2.1", ""), "login_wait seconds=300")
	equal(t, "from their own address", try(codes[0], "198.51.100.7", ""), "<nil>")
	equal(t, "in their own browser", try(codes[1], "192.0.2.1", d.Device(&d.li)), "<nil>")
}

// A session's new secret opens it, the former one nothing.
func TestRenewSession(t *testing.T) {
	d := openDesk(t)
	before := must(d.LogIn(ctx, &d.li, Session{Name: "name"}, time.Hour))(t)
	first, _, err := d.Session(ctx, before)
	ok(t, err)
	after := must(d.RenewSession(ctx, hashSecret(before)))(t)
	again, a, err := d.Session(ctx, after)
	ok(t, err)
	equal(t, "agent", a.ID, d.li.ID)
	equal(t, "name and end", fmt.Sprint(again.Name, again.ExpiresAt), fmt.Sprint(first.Name, first.ExpiresAt))
	_, _, err = d.Session(ctx, before)
	equal(t, "the former secret", errors.Is(err, ErrNotFound), true)
	_, err = d.RenewSession(ctx, hashSecret(before))
	equal(t, "once more", errors.Is(err, ErrNotFound), true)
}
