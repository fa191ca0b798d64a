package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// The test vectors of RFC 6238, appendix B, for SHA-1.
func TestCodesOfRFC6238(t *testing.T) {
	key := []byte("12345678901234567890")
	for seconds, want := range map[int64]string{59: "94287082", 1111111109: "07081804", 1111111111: "14050471",
		1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130"} {
		step := seconds * 1000 / totpStep
		equal(t, fmt.Sprint("eight digits at ", seconds), totpCode(key, step, 8), want)
		equal(t, fmt.Sprint("six digits at ", seconds), totpMatch(base32Key.EncodeToString(key), want[2:], seconds*1000, 0), step)
	}
}

// twoStep turns on the second step of li. It gives the key and recovery codes.
func (d *desk) twoStep(t testing.TB) (key string, codes []string) {
	t.Helper()
	ok(t, d.StartTwoStep(ctx, d.li.ID))
	key = must(d.TwoStep(ctx, d.li.ID))(t).Fresh
	codes = must(d.ConfirmTwoStep(ctx, Actor{AgentID: d.li.ID}, d.code(t, key, 0)))(t)
	return key, codes
}

// code is what an app shows, so many steps from now.
func (d *desk) code(t testing.TB, key string, steps int64) string {
	t.Helper()
	raw := must(base32Key.DecodeString(key))(t)
	return totpCode(raw, d.now()/totpStep+steps, totpDigits)
}

// second tries a code after the right password.
func (d *desk) second(t testing.TB, code string) string {
	t.Helper()
	secret := must(d.HalfLogin(ctx, &d.li, ""))(t)
	done, err := d.SecondStep(ctx, secret, code, "1", "")
	if err != nil {
		return refusal(err)
	}
	equal(t, "agent", done.Agent.ID, d.li.ID)
	_, err = d.Half(ctx, secret)
	equal(t, "the half log-in is used up", errors.Is(err, ErrNotFound), true)
	return fmt.Sprint(done.Recovery, " ", done.Left)
}

// A code counts once, and within a step of now; so does a recovery code.
func TestSecondStep(t *testing.T) {
	d := openDesk(t)
	key, codes := d.twoStep(t)
	equal(t, "audit", d.lastDeed(t), fmt.Sprintf("agent.totp_on li by %d from ", d.li.ID))
	equal(t, "recovery codes", len(codes), recoveryCodes)
	equal(t, "li has it", d.agent(t, d.li.ID).TOTP, true)
	for i, step := range []struct {
		wait time.Duration // before
		code string
		want string
	}{
		{0, d.code(t, key, 0), "code_wrong left=4"}, // it has turned the step on
		{0, d.code(t, key, -1), "code_wrong left=3"},
		{0, d.code(t, key, 2), "code_wrong left=2"},
		{0, d.code(t, key, 1), "false 8"},
		{0, d.code(t, key, 1), "code_wrong left=4"},
		{time.Minute, d.code(t, key, 2)[:3] + " " + d.code(t, key, 2)[3:], "false 8"},
		{time.Minute, strings.ToLower(codes[3]), "true 7"},
		{0, codes[3], "code_wrong left=4"},
		{0, strings.ReplaceAll(codes[0], "-", " "), "true 6"},
		{0, "", "code_wrong left=4"},
		{0, strings.Repeat("x", 1<<16), "code_wrong left=3"},
		{0, "000000", "code_wrong left=2"},
		{0, "000000", "code_wrong left=1"},
		{0, "000000", "code_wrong left=0"},
		{0, codes[1], "login_wait seconds=300"},
		{5 * time.Minute, codes[1], "true 5"},
	} {
		d.clock.advance(step.wait)
		equal(t, fmt.Sprint("step ", i), d.second(t, step.code), step.want)
	}
	equal(t, "refusals in the audit log", must(row(ctx, d, one[int], "select count(*) from audit where deed = 'login.refused' and detail = 'code'"))(t), 1)

	again := must(d.RenewRecovery(ctx, Actor{AgentID: d.li.ID}))(t)
	equal(t, "an old recovery code", d.second(t, codes[2]), "code_wrong left=4")
	equal(t, "a new one", d.second(t, again[0]), "true 7")
	_, err := d.RenewRecovery(ctx, Actor{AgentID: d.su.ID})
	refused(t, err, "no_set_up")
}

// One code typed in two browsers at once opens one.
func TestCodeAtOnce(t *testing.T) {
	d := openDesk(t)
	key, _ := d.twoStep(t)
	var opened atomic.Int32
	secrets := []string{must(d.HalfLogin(ctx, &d.li, ""))(t), must(d.HalfLogin(ctx, &d.li, ""))(t), must(d.HalfLogin(ctx, &d.li, ""))(t)}
	code := d.code(t, key, 1)
	each(3, func(i int) {
		if _, err := d.SecondStep(ctx, secrets[i], code, "1", ""); err == nil {
			opened.Add(1)
		}
	})
	equal(t, "opened", opened.Load(), 1)
}

func TestHalfLoginEnds(t *testing.T) {
	d := openDesk(t)
	_, codes := d.twoStep(t)
	secret := must(d.HalfLogin(ctx, &d.li, ""))(t)
	_, _, err := d.Session(ctx, secret)
	equal(t, "it opens no session", errors.Is(err, ErrNotFound), true)
	d.clock.advance(halfLife)
	_, err = d.SecondStep(ctx, secret, codes[0], "1", "")
	equal(t, "ended", errors.Is(err, ErrNotFound), true)
	ok(t, d.PruneSessions(ctx))
	equal(t, "rows", must(row(ctx, d, one[int], "select count(*) from half_login"))(t), 0)

	secret = must(d.HalfLogin(ctx, &d.li, ""))(t)
	ok(t, d.SetAgentActive(ctx, Actor{}, d.li.ID, false))
	_, err = d.Half(ctx, secret)
	equal(t, "deactivated", errors.Is(err, ErrNotFound), true)
}

// The old phone holds until a code of the new one was typed.
func TestAnotherPhone(t *testing.T) {
	d := openDesk(t)
	by := Actor{AgentID: d.li.ID}
	_, err := d.ConfirmTwoStep(ctx, by, "000000")
	refused(t, err, "no_set_up")
	key, codes := d.twoStep(t)
	ok(t, d.StartTwoStep(ctx, d.li.ID))
	now := must(d.TwoStep(ctx, d.li.ID))(t)
	equal(t, "another key", now.Fresh != key && now.Since == d.now(), true)
	_, err = d.ConfirmTwoStep(ctx, by, d.code(t, key, 0)) // of the old phone
	refused(t, err, "code_wrong")
	equal(t, "the old phone", d.second(t, d.code(t, key, 1)), "false 8")
	ok(t, d.CancelTwoStep(ctx, d.li.ID))
	equal(t, "nothing is set up", must(d.TwoStep(ctx, d.li.ID))(t).Fresh, "")

	d.clock.advance(time.Minute)
	ok(t, d.StartTwoStep(ctx, d.li.ID))
	fresh := must(d.TwoStep(ctx, d.li.ID))(t).Fresh
	must(d.ConfirmTwoStep(ctx, by, d.code(t, fresh, 0)))(t)
	equal(t, "the new phone", d.second(t, d.code(t, fresh, 1)), "false 8")
	equal(t, "the old phone", d.second(t, d.code(t, key, 1)), "code_wrong left=4")
	equal(t, "an old recovery code", d.second(t, codes[0]), "code_wrong left=3")

	ok(t, d.SetSecurity(ctx, Actor{}, Security{TwoStep: "all"}))
	refused(t, d.StopTwoStep(ctx, by), "totp_needed")
	ok(t, d.SetSecurity(ctx, Actor{}, Security{TwoStep: "supervisors"}))
	ok(t, d.StopTwoStep(ctx, by))
	equal(t, "audit", d.lastDeed(t), fmt.Sprintf("agent.totp_off li by %d from ", d.li.ID))
	equal(t, "off", d.agent(t, d.li.ID).TOTP, false)
	ok(t, d.StopTwoStep(ctx, by)) // twice is once
}

func TestSecurityRules(t *testing.T) {
	d := openDesk(t)
	for who, want := range map[string]string{"": "false false false", "admins": "true false false", "supervisors": "true true false", "all": "true true true"} {
		ok(t, d.SetSecurity(ctx, Actor{}, Security{TwoStep: who}))
		v := must(d.Security(ctx))(t)
		equal(t, who, fmt.Sprint(v.Requires("admin"), v.Requires("supervisor"), v.Requires("agent")), want)
	}
	equal(t, "oidc", must(d.Security(ctx))(t).OIDC.On, false)
	for want, v := range map[string]Security{
		"bad_two_step": {TwoStep: "none"},
		"bad_issuer":   {OIDC: OIDC{On: true, Issuer: "http://id.example", ClientID: "c", Secret: "s"}},
		"missing":      {OIDC: OIDC{On: true, Issuer: "https://id.example", ClientID: "c", Secret: "s", Claim: "email"}},
	} {
		refused(t, d.SetSecurity(ctx, Actor{}, v), want)
	}
	refused(t, d.SetSecurity(ctx, Actor{}, Security{OIDC: OIDC{On: true, Issuer: "https://id.example", ClientID: "c"}}), "missing") // no secret
	o := OIDC{On: true, Issuer: " https://id.example ", ClientID: "c", Secret: "planted-oidc-secret", Button: "公司账号", Create: true}
	ok(t, d.SetSecurity(ctx, Actor{}, Security{TwoStep: "all", OIDC: o}))
	o.Secret = ""
	ok(t, d.SetSecurity(ctx, Actor{AgentID: d.admin.ID, IP: "::1"}, Security{OIDC: o}))
	equal(t, "kept", fmt.Sprintf("%+v", must(d.Security(ctx))(t).OIDC),
		"{On:true Issuer:https://id.example ClientID:c Secret:planted-oidc-secret Button:公司账号 Claim:preferred_username Domain: Create:true}")
	equal(t, "audit", d.lastDeed(t), fmt.Sprintf("setting.security two_step: all → none by %d from ::1", d.admin.ID))
}

// The log says which rules of the log-in changed, and nothing when none did.
func TestSecurityInTheLog(t *testing.T) {
	d := openDesk(t)
	o := OIDC{On: true, Issuer: "https://id.example", ClientID: "c", Secret: "planted-oidc-secret"}
	ok(t, d.SetSecurity(ctx, Actor{}, Security{OIDC: o}))
	equal(t, "audit", d.lastDeed(t), "setting.security oidc: off → on\nissuer:  → https://id.example\nclient_id:  → c\nsecret by 0 from ")
	count := func() int { return must(d.AuditCount(ctx, AuditQuery{}))(t) }
	before := count()
	o.Secret = ""
	ok(t, d.SetSecurity(ctx, Actor{}, Security{OIDC: o}))
	equal(t, "rows of no change", count(), before)
	o.Secret, o.Claim, o.Domain, o.Create, o.Button = "another planted secret", "upn", "@hemu.example", true, "公司"
	ok(t, d.SetSecurity(ctx, Actor{}, Security{TwoStep: "all", OIDC: o}))
	equal(t, "audit", d.lastDeed(t), "setting.security two_step: none → all\nsecret\nbutton:  → 公司\nclaim: preferred_username → upn\n"+
		"domain:  → hemu.example\ncreate: off → on by 0 from ")
}

// The files of the store tell nothing that opens an account: keys are sealed, of
// codes and links there are only hashes.
func TestSecretsOfPeopleAreNotInTheFiles(t *testing.T) {
	d := openDesk(t)
	key, codes := d.twoStep(t)
	ok(t, d.StartTwoStep(ctx, d.li.ID))
	planted := append(codes, key, must(d.TwoStep(ctx, d.li.ID))(t).Fresh, must(d.HalfLogin(ctx, &d.li, ""))(t),
		must(d.NewLink(ctx, Actor{}, d.li.ID, true))(t), "planted-oidc-secret")
	planted = append(planted, strings.ReplaceAll(codes[0], "-", ""))
	ok(t, d.SetSecurity(ctx, Actor{}, Security{OIDC: OIDC{On: true, Issuer: "https://id.example", ClientID: "c", Secret: "planted-oidc-secret"}}))
	ok(t, d.Close())
	files := must(os.ReadDir(d.Dir()))(t)
	for _, f := range files {
		if f.IsDir() {
			continue
		}
		raw := must(os.ReadFile(d.Dir() + "/" + f.Name()))(t)
		for _, secret := range planted {
			if bytes.Contains(raw, []byte(secret)) {
				t.Errorf("%s tells %q", f.Name(), secret)
			}
		}
	}
}
