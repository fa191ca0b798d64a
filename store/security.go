package store

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// Security are the rules of the log-in.
type Security struct {
	TwoStep string `json:"two_step"` // who must have a second step: "" nobody, admins, supervisors (and admins), all
	OIDC    OIDC   `json:"oidc"`
}

// OIDC is the sign-in by another system that speaks OpenID Connect.
type OIDC struct {
	On       bool   `json:"on"`
	Issuer   string `json:"issuer"`
	ClientID string `json:"client_id"`
	Secret   string `json:"-"`      // sealed in a setting of its own
	Button   string `json:"button"` // what stands on the button
	Claim    string `json:"claim"`  // which claim of the id_token is the login
	Domain   string `json:"domain"` // the only one, where that claim holds addresses
	Create   bool   `json:"create"` // who has no member gets one, as an agent
}

// whoMust are the choices of Security.TwoStep.
var whoMust = []string{"", "admins", "supervisors", "all"}

// Requires tells whether a role must have a second step.
func (v *Security) Requires(role string) bool {
	switch v.TwoStep {
	case "admins":
		return role == "admin"
	case "supervisors":
		return role == "admin" || role == "supervisor"
	}
	return v.TwoStep == "all"
}

// oidcClaim is usual. That people may change it there is not enough to become
// another member here, see OIDCAgent.
const oidcClaim = "preferred_username"

const oidcSecret = "setting.oidc_secret"

// Security gives the rules of the log-in.
func (s *Store) Security(ctx context.Context) (v Security, err error) {
	if v, err = s.security(ctx); err != nil {
		return v, err
	}
	text, err := s.Setting(ctx, "oidc_secret")
	if err != nil || text == "" {
		return v, err
	}
	sealed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return v, err
	}
	v.OIDC.Secret, err = s.key.open(oidcSecret, sealed)
	return v, err
}

// security is Security without the secret.
func (s *Store) security(ctx context.Context) (v Security, err error) {
	text, err := s.Setting(ctx, "security")
	if err != nil || text == "" {
		return v, err
	}
	return v, json.Unmarshal([]byte(text), &v)
}

// MustTwoStep tells whether the rules of the log-in require a second step of a role.
func (s *Store) MustTwoStep(ctx context.Context, role string) (bool, error) {
	v, err := s.security(ctx)
	return v.Requires(role), err
}

// SetSecurity changes the rules of the log-in; an empty OIDC secret keeps the
// one from before. Refusals: bad_two_step, bad_issuer (https, but for this
// machine), missing (detail.field).
func (s *Store) SetSecurity(ctx context.Context, by Actor, v Security) error {
	if err := v.check(); err != nil {
		return err
	}
	before, err := s.Security(ctx)
	if err != nil {
		return err
	}
	if v.OIDC.Secret == "" {
		v.OIDC.Secret = before.OIDC.Secret
	}
	if v.OIDC.On && v.OIDC.Secret == "" {
		return refuse("missing", "field", "secret")
	}
	more := v.changes(&before).text()
	if more == "" {
		return nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		const set = "insert into setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value"
		if err := t.exec(set, "security", string(text)); err != nil {
			return err
		}
		if v.OIDC.Secret != "" {
			if err := t.exec(set, "oidc_secret", base64.StdEncoding.EncodeToString(s.key.seal(oidcSecret, v.OIDC.Secret))); err != nil {
				return err
			}
		}
		return t.audit(by, deed{Name: "setting.security", Detail: more})
	})
}

func (v *Security) check() error {
	o := &v.OIDC
	for _, text := range []*string{&o.Issuer, &o.ClientID, &o.Secret, &o.Button, &o.Claim, &o.Domain} {
		*text = strings.TrimSpace(*text)
	}
	if !slices.Contains(whoMust, v.TwoStep) {
		return refuse("bad_two_step", "field", "two_step")
	}
	o.Claim = cmp.Or(o.Claim, oidcClaim)
	if !o.On {
		return nil
	}
	at, err := url.Parse(o.Issuer)
	if err != nil || at.Host == "" || at.User != nil || at.RawQuery != "" || at.Scheme != "https" &&
		!(at.Scheme == "http" && slices.Contains([]string{"localhost", "127.0.0.1"}, at.Hostname())) {
		return refuse("bad_issuer", "field", "issuer")
	}
	if o.ClientID == "" {
		return refuse("missing", "field", "client_id")
	}
	if o.Domain = strings.TrimPrefix(o.Domain, "@"); o.Claim == "email" && o.Domain == "" {
		return refuse("missing", "field", "domain")
	}
	return nil
}

// changes names what is not as before, for the audit log.
func (v *Security) changes(before *Security) (c changes) {
	o, was := &v.OIDC, &before.OIDC
	onOff := map[bool]string{true: "on", false: "off"}
	c.add("two_step", cmp.Or(before.TwoStep, "none"), cmp.Or(v.TwoStep, "none"))
	c.add("oidc", onOff[was.On], onOff[o.On])
	c.add("issuer", was.Issuer, o.Issuer)
	c.add("client_id", was.ClientID, o.ClientID)
	if o.Secret != was.Secret {
		c = append(c, "secret")
	}
	c.add("button", was.Button, o.Button)
	c.add("claim", cmp.Or(was.Claim, oidcClaim), o.Claim)
	c.add("domain", was.Domain, o.Domain)
	c.add("create", onOff[was.Create], onOff[o.Create])
	return c
}
