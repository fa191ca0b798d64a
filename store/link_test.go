package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A link opens its page once, within its time, and only the newest does.
func TestLinkToJoin(t *testing.T) {
	d := openDesk(t)
	by := Actor{AgentID: d.admin.ID, IP: "::1"}
	_, _, err := d.InviteAgent(ctx, by, Agent{Login: "LI", Role: "agent"})
	refused(t, err, "login_taken")
	a, first, err := d.InviteAgent(ctx, by, Agent{Login: "man", Name: "Man", Role: "agent"})
	ok(t, err)
	equal(t, "audit", d.lastDeed(t), fmt.Sprintf("agent.invite man by %d from ::1", d.admin.ID))
	_, err = d.Login(ctx, "man", "", "1", "")
	refused(t, err, "login_wrong") // no password fits none
	equal(t, "joined", d.agent(t, a.ID).Joined, false)
	equal(t, "links", len(must(d.Links(ctx))(t)), 1)

	second := must(d.NewLink(ctx, by, a.ID, true))(t)
	_, err = d.Link(ctx, first)
	refused(t, err, "link_dead") // a newer one was made
	l := must(d.Link(ctx, second))(t)
	equal(t, "link", fmt.Sprint(l.Agent.Login, l.Kind, l.TOTPOff, l.ExpiresAt-d.now()), "manjoinfalse 604800000")

	_, err = d.UseLink(ctx, "2", second, "满秋", "en", "short")
	refused(t, err, "weak_password") // and it still opens
	d.clock.advance(joinLife - time.Millisecond)
	joined := must(d.UseLink(ctx, "2", second, " 满秋 ", "en", right))(t)
	equal(t, "agent", fmt.Sprint(joined.Name, joined.Lang, joined.Joined, joined.PasswordAt == d.now()), "满秋entrue true")
	equal(t, "audit", d.lastDeed(t), fmt.Sprintf("agent.join man by %d from 2", a.ID))
	_, err = d.Login(ctx, "man", right, "1", "")
	ok(t, err)
	_, err = d.UseLink(ctx, "2", second, "again", "", wrong)
	refused(t, err, "link_dead")
	equal(t, "links", len(must(d.Links(ctx))(t)), 0)

	b, late, err := d.InviteAgent(ctx, by, Agent{Login: "late", Role: "agent"})
	ok(t, err)
	d.clock.advance(joinLife)
	_, err = d.Link(ctx, late)
	refused(t, err, "link_dead")
	_, err = d.UseLink(ctx, "2", late, "", "", right)
	refused(t, err, "link_dead")
	ok(t, d.PruneSessions(ctx))
	equal(t, "ended links are still shown", len(must(d.Links(ctx))(t)), 1)

	third := must(d.NewLink(ctx, by, b.ID, false))(t)
	ok(t, d.SetAgentActive(ctx, by, b.ID, false))
	_, err = d.UseLink(ctx, "2", third, "", "", right)
	refused(t, err, "link_dead")
	_, err = d.NewLink(ctx, by, b.ID, false)
	refused(t, err, "inactive")
	_, err = d.NewLink(ctx, by, 99, false)
	equal(t, "of nobody", errors.Is(err, ErrNotFound), true)
}

// Many who use one link at once: one of them sets the password.
func TestLinkIsUsedOnce(t *testing.T) {
	d := openDesk(t)
	a, secret, err := d.InviteAgent(ctx, Actor{}, Agent{Login: "man", Role: "agent"})
	ok(t, err)
	errs := make([]error, 4)
	each(4, func(i int) { _, errs[i] = d.UseLink(ctx, "1", secret, fmt.Sprint("n", i), "", fmt.Sprint(right, i)) })
	var used []int
	for i, err := range errs {
		if err == nil {
			used = append(used, i)
		} else {
			refused(t, err, "link_dead")
		}
	}
	equal(t, "used", len(used), 1)
	equal(t, "name", d.agent(t, a.ID).Name, fmt.Sprint("n", used[0]))
}

// A link that resets: the browsers are out at once, the second step goes only
// when that was chosen, and a password set by hand ends it.
func TestLinkToReset(t *testing.T) {
	for _, off := range []bool{false, true} {
		d := loginDesk(t)
		d.twoStep(t)
		session := must(d.AddSession(ctx, Session{AgentID: d.li.ID, Kind: "browser"}, time.Hour))(t)
		half := must(d.HalfLogin(ctx, &d.li, ""))(t)
		secret := must(d.NewLink(ctx, Actor{AgentID: d.admin.ID, IP: "::1"}, d.li.ID, off))(t)
		equal(t, "audit", d.lastDeed(t), strings.TrimSpace("agent.reset li "+map[bool]string{true: "totp"}[off])+fmt.Sprintf(" by %d from ::1", d.admin.ID))
		_, _, err := d.Session(ctx, session)
		equal(t, "session ended", errors.Is(err, ErrNotFound), true)
		_, err = d.Half(ctx, half)
		equal(t, "half log-in ended", errors.Is(err, ErrNotFound), true)
		equal(t, "still on", d.agent(t, d.li.ID).TOTP, true)
		a := must(d.UseLink(ctx, "2", secret, "another name", "en", wrong))(t)
		equal(t, "agent", fmt.Sprint(a.Name, a.Lang, a.TOTP), fmt.Sprint("li", "", !off))
		_, err = d.Login(ctx, "li", wrong, "1", "")
		ok(t, err)

		secret = must(d.NewLink(ctx, Actor{}, d.li.ID, off))(t)
		ok(t, d.SetPassword(ctx, Actor{}, d.li.ID, right, nil))
		_, err = d.Link(ctx, secret)
		refused(t, err, "link_dead")
		secret = must(d.NewLink(ctx, Actor{}, d.li.ID, off))(t)
		d.clock.advance(resetLife)
		_, err = d.Link(ctx, secret)
		refused(t, err, "link_dead")
	}
}
