package store

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// Who somebody at a provider is here does not follow what is said of them there.
func TestMemberOfAProvider(t *testing.T) {
	d := openDesk(t)
	id := func(subject string) OIDCSubject { return OIDCSubject{"https://id.example", subject} }
	is := func(subject, login string) string {
		a, err := d.OIDCAgent(ctx, "1", id(subject), login)
		if errors.Is(err, ErrNotFound) {
			return "nobody"
		}
		if err != nil {
			return refusal(err)
		}
		return a.Login
	}
	equal(t, "nobody's login", is("1", "man"), "nobody")
	equal(t, "the first time", is("1", " LI "), "li")
	equal(t, "audit", d.lastDeed(t), fmt.Sprintf("agent.connect li by %d from 1", d.li.ID))
	equal(t, "renamed", is("1", "su"), "li")
	equal(t, "renamed to an admin", is("1", "boss"), "li")
	equal(t, "another of that name", is("2", "li"), "oidc_other")
	equal(t, "an admin's name", is("2", "boss"), "oidc_admin")
	equal(t, "at another provider", must(d.OIDCAgent(ctx, "1", OIDCSubject{"https://other.example", "2"}, "li"))(t).Login, "li")
	equal(t, "connected", fmt.Sprint(must(d.OIDCConnected(ctx, d.li.ID, "https://id.example"))(t),
		must(d.OIDCConnected(ctx, d.admin.ID, "https://id.example"))(t)), "true false")

	boss := Actor{AgentID: d.admin.ID, IP: "1"}
	refused(t, d.ConnectOIDC(ctx, boss, id("1")), "oidc_taken")
	ok(t, d.ConnectOIDC(ctx, boss, id("2")))
	equal(t, "audit", d.lastDeed(t), fmt.Sprintf("agent.connect boss by %d from 1", d.admin.ID))
	equal(t, "an admin who connected", is("2", "su"), "boss")
	ok(t, d.ConnectOIDC(ctx, boss, id("3")))
	equal(t, "in place of the former", is("2", "boss"), "oidc_other")
	equal(t, "the new one", is("3", ""), "boss")

	ok(t, d.SetAgentActive(ctx, Actor{}, d.li.ID, false))
	equal(t, "deactivated", is("1", "li"), "nobody")
	ok(t, d.SetAgentActive(ctx, Actor{}, d.su.ID, false))
	equal(t, "deactivated, the first time", is("4", "su"), "nobody")

	man := must(d.AddOIDCAgent(ctx, "1", Agent{Login: "man"}, id("5")))(t)
	equal(t, "audit", d.lastDeed(t), "agent.oidc man by 0 from 1")
	equal(t, "who was made", is("5", "x"), "man")
	must(d.LogIn(ctx, &man, Session{Way: "oidc", Name: "Edge", IP: "1"}, time.Hour))(t)
	equal(t, "audit", d.lastDeed(t), fmt.Sprintf("login.oidc man Edge by %d from 1", man.ID))
}

// Without a password a log-in of just now stands for it.
func TestWhoAsksForMore(t *testing.T) {
	d := loginDesk(t)
	refused(t, d.Prove(ctx, &d.li, &Session{Way: "oidc", CreatedAt: d.now()}, wrong, "1"), "login_wrong")
	ok(t, d.Prove(ctx, &d.li, &Session{}, right, "1"))
	man := must(d.AddOIDCAgent(ctx, "1", Agent{Login: "man"}, OIDCSubject{"https://id.example", "1"}))(t)
	refused(t, d.Prove(ctx, &man, &Session{CreatedAt: d.now()}, "", "1"), "login_again")
	here := Session{Way: "oidc", CreatedAt: d.now()}
	d.clock.advance(freshLife - time.Millisecond)
	ok(t, d.Prove(ctx, &man, &here, "", "1"))
	d.clock.advance(time.Millisecond)
	refused(t, d.Prove(ctx, &man, &here, "", "1"), "login_again")
}

// Who was checked and then put out does not come in.
func TestPutOutAfterTheCheck(t *testing.T) {
	for name, out := range map[string]func(d *desk){
		"signed out": func(d *desk) { ok(t, d.EndSessions(ctx, Actor{}, d.li.ID)) },
		"reset":      func(d *desk) { must(d.NewLink(ctx, Actor{}, d.li.ID, false))(t) },
		"password":   func(d *desk) { ok(t, d.SetPassword(ctx, Actor{}, d.li.ID, right, nil)) },
		"inactive":   func(d *desk) { ok(t, d.SetAgentActive(ctx, Actor{}, d.li.ID, false)) },
		"active again": func(d *desk) {
			ok(t, d.SetAgentActive(ctx, Actor{}, d.li.ID, false))
			ok(t, d.SetAgentActive(ctx, Actor{}, d.li.ID, true))
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := loginDesk(t)
			_, codes := d.twoStep(t)
			checked := must(d.Login(ctx, "li", right, "1", ""))(t)
			half := must(d.HalfLogin(ctx, &checked, ""))(t)
			must(d.LogIn(ctx, &checked, Session{}, time.Hour))(t)
			out(d)
			_, err := d.LogIn(ctx, &checked, Session{}, time.Hour)
			equal(t, "a log-in", errors.Is(err, ErrNotFound), true)
			_, err = d.HalfLogin(ctx, &checked, "")
			equal(t, "half of one", errors.Is(err, ErrNotFound), true)
			_, err = d.SecondStep(ctx, half, codes[0], "1", "")
			equal(t, "the code", errors.Is(err, ErrNotFound), true)
			_, err = d.AddSession(ctx, Session{AgentID: d.li.ID, Kind: "token"}, 0)
			equal(t, "a token", errors.Is(err, ErrNotFound), name == "inactive")
		})
	}
}

// One half log-in opens once, though two recovery codes are typed at once.
func TestHalfLoginOpensOnce(t *testing.T) {
	d := openDesk(t)
	_, codes := d.twoStep(t)
	secret := must(d.HalfLogin(ctx, &d.li, "oidc"))(t)
	done := make([]SecondStep, 3)
	errs := make([]error, 3)
	each(3, func(i int) { done[i], errs[i] = d.SecondStep(ctx, secret, codes[i], "1", "") })
	opened := 0
	for i, err := range errs {
		if err == nil {
			opened++
			equal(t, "way", done[i].Way, "oidc")
		} else if !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
	}
	equal(t, "opened", opened, 1)
	equal(t, "codes left", must(d.TwoStep(ctx, d.li.ID))(t).Left, recoveryCodes-1)
}

// What was begun with a new phone ends by itself.
func TestBegunPhoneEnds(t *testing.T) {
	d := openDesk(t)
	ok(t, d.StartTwoStep(ctx, d.li.ID))
	d.clock.advance(freshLife - time.Millisecond)
	key := must(d.TwoStep(ctx, d.li.ID))(t).Fresh
	equal(t, "still there", key != "", true)
	d.clock.advance(time.Millisecond)
	equal(t, "ended", must(d.TwoStep(ctx, d.li.ID))(t).Fresh, "")
	_, err := d.ConfirmTwoStep(ctx, Actor{AgentID: d.li.ID}, d.code(t, key, 0))
	refused(t, err, "no_set_up")
}
