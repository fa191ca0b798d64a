package store

import (
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

const oidcSecret = "setting.oidc_secret"

// Security gives the rules of the log-in.
func (s *Store) Security(ctx context.Context) (v Security, err error) {
	text, err := s.Setting(ctx, "security")
	if err != nil || text == "" {
		return v, err
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return v, err
	}
	if text, err = s.Setting(ctx, "oidc_secret"); err != nil || text == "" {
		return v, err
	}
	sealed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return v, err
	}
	v.OIDC.Secret, err = s.key.open(oidcSecret, sealed)
	return v, err
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
		return t.audit(by, deed{Name: "setting.security", Detail: v.changes(&before)})
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
	if o.Claim == "" {
		o.Claim = "preferred_username"
	}
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
func (v *Security) changes(before *Security) string {
	var out []string
	if v.TwoStep != before.TwoStep {
		name := func(s string) string { return map[bool]string{true: "none", false: s}[s == ""] }
		out = append(out, "two_step "+name(before.TwoStep)+" → "+name(v.TwoStep))
	}
	if v.OIDC != before.OIDC {
		out = append(out, map[bool]string{true: "oidc on", false: "oidc off"}[v.OIDC.On])
	}
	return strings.Join(out, ", ")
}
