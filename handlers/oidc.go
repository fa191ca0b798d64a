package handlers

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/gofiber/fiber/v2"
	"golang.org/x/oauth2"

	"kfdesk/store"
)

const (
	oidcReturn = "/login/oidc/return"
	oidcCookie = "kfdesk_oidc"
	oidcLife   = 10 * time.Minute // at the provider
)

// oidcFailure is why nobody was logged in, as a key below people.oidc.failed.
type oidcFailure struct {
	Why   string
	Login string
	err   error // for the log
}

func (e *oidcFailure) Error() string { return "oidc: " + e.Why }

// provider finds the other system by its issuer.
func (c *Console) provider(ctx *fiber.Ctx) (context.Context, *oidc.Provider, *oauth2.Config, store.OIDC, error) {
	rules, err := c.Store.Security(ctx.UserContext())
	if err != nil {
		return nil, nil, nil, store.OIDC{}, err
	}
	o := rules.OIDC
	if !o.On {
		return nil, nil, nil, o, fiber.ErrNotFound
	}
	work := oidcClient(ctx.UserContext())
	p, err := c.oidcs.find(work, c.Store.Now(), o.Issuer)
	if p == nil {
		return nil, nil, nil, o, &oidcFailure{Why: "provider", err: err}
	}
	scopes := []string{oidc.ScopeOpenID, "profile"}
	if o.Claim == "email" {
		scopes = append(scopes, "email")
	}
	return work, p, &oauth2.Config{ClientID: o.ClientID, ClientSecret: o.Secret, Endpoint: p.Endpoint(),
		RedirectURL: c.publicURL(ctx) + oidcReturn, Scopes: scopes}, o, nil
}

// startOIDC sends the browser to the other system: code flow with PKCE. What
// proves later that this browser began it stays in its cookie. With connect, who
// comes back is not logged in but connected: it is the key of the session, so that
// no other site's page can begin it.
func (c *Console) startOIDC(ctx *fiber.Ctx) error {
	connect := ctx.Query("connect")
	if connect != "" && connect != sessionKey(ctx) {
		return c.oidcFailed(ctx, &oidcFailure{Why: "state"})
	}
	_, _, config, _, err := c.provider(ctx)
	if err != nil {
		return c.oidcFailed(ctx, err)
	}
	next := localPath(ctx.Query("next"))
	state, nonce, verifier := oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	c.setOIDC(ctx, strings.Join([]string{state, nonce, verifier, base64.RawURLEncoding.EncodeToString([]byte(next)), connect}, "."))
	return ctx.Redirect(config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), fiber.StatusFound)
}

// setOIDC keeps what began here; "" forgets it.
func (c *Console) setOIDC(ctx *fiber.Ctx, value string) {
	cookie := c.hostCookie(ctx, oidcCookie, value)
	if value != "" {
		cookie.SessionOnly, cookie.MaxAge = false, int(oidcLife.Seconds())
	}
	ctx.Cookie(cookie)
}

// returnOIDC takes the browser back from the other system and logs in whom it
// names.
func (c *Console) returnOIDC(ctx *fiber.Ctx) error {
	kept := strings.Split(ctx.Cookies(c.hosted(ctx, oidcCookie)), ".")
	c.setOIDC(ctx, "")
	if len(kept) != 5 || subtle.ConstantTimeCompare([]byte(kept[0]), []byte(ctx.Query("state"))) != 1 {
		return c.oidcFailed(ctx, &oidcFailure{Why: "state"})
	}
	if ctx.Query("error") != "" {
		return c.oidcFailed(ctx, &oidcFailure{Why: "denied"})
	}
	from, err := c.fromOIDC(ctx, kept[1], kept[2])
	if err != nil {
		return c.oidcFailed(ctx, err)
	}
	if kept[4] != "" {
		return c.connectOIDC(ctx, from, kept[4])
	}
	agent, err := c.oidcMember(ctx, from)
	if err != nil {
		return c.oidcFailed(ctx, err)
	}
	raw, _ := base64.RawURLEncoding.DecodeString(kept[3]) // damaged: "/"
	next := localPath(string(raw))
	if agent.TOTP {
		return c.askCode(ctx, &agent, &loginPage{Next: next}, "oidc")
	}
	if err := c.login(ctx, &agent, false, "oidc"); err != nil {
		return err
	}
	return see(ctx, next)
}

// oidcPerson is who an id_token names.
type oidcPerson struct {
	who         store.OIDCSubject
	login, name string
	create      bool // may become a member
}

// fromOIDC changes the code into an id_token and checks it.
func (c *Console) fromOIDC(ctx *fiber.Ctx, nonce, verifier string) (from oidcPerson, err error) {
	work, p, config, o, err := c.provider(ctx)
	if err != nil {
		return from, err
	}
	tokens, err := config.Exchange(work, ctx.Query("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		return from, &oidcFailure{Why: "provider", err: plainRetrieve(err)}
	}
	raw, _ := tokens.Extra("id_token").(string)
	token, err := p.VerifierContext(work, &oidc.Config{ClientID: o.ClientID, Now: c.Store.Now}).Verify(work, raw)
	if err != nil {
		return from, &oidcFailure{Why: "provider", err: err}
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonce)) != 1 {
		return from, &oidcFailure{Why: "state"}
	}
	var claims map[string]any
	if err := token.Claims(&claims); err != nil {
		return from, &oidcFailure{Why: "provider", err: err}
	}
	from = oidcPerson{who: store.OIDCSubject{Issuer: token.Issuer, Subject: token.Subject}, login: oidcLogin(claims, &o), create: o.Create}
	if from.login == "" || from.who.Subject == "" {
		return from, &oidcFailure{Why: "claim"}
	}
	from.name, _ = claims["name"].(string)
	return from, nil
}

// oidcLogin is the login that the claims name, "" when they name none that may
// be trusted: where a domain is set it has to be an address of it, whose part
// before the @ counts; an email has to be verified.
func oidcLogin(claims map[string]any, o *store.OIDC) string {
	value, _ := claims[o.Claim].(string)
	if verified, _ := claims["email_verified"].(bool); o.Claim == "email" && !verified {
		return ""
	}
	local, domain, address := strings.Cut(value, "@")
	if address != (o.Domain != "") || !strings.EqualFold(domain, o.Domain) {
		return ""
	}
	return strings.ToLower(local)
}

func (c *Console) oidcMember(ctx *fiber.Ctx, from oidcPerson) (store.Agent, error) {
	agent, err := c.Store.OIDCAgent(ctx.UserContext(), c.clientIP(ctx), from.who, from.login)
	if errors.Is(err, store.ErrNotFound) && from.create {
		agent, err = c.Store.AddOIDCAgent(ctx.UserContext(), c.clientIP(ctx), store.Agent{Login: from.login, Name: from.name, Lang: c.lang(ctx)}, from.who)
	}
	var rule *store.Refusal
	switch {
	case store.Refused(err, "oidc_admin"), store.Refused(err, "oidc_other"):
		return agent, err
	case store.Refused(err, "login_taken"): // of a member who is not active
		return agent, &oidcFailure{Why: "nobody", Login: from.login}
	case errors.As(err, &rule): // no login of ours
		return agent, &oidcFailure{Why: "claim"}
	case errors.Is(err, store.ErrNotFound):
		return agent, &oidcFailure{Why: "nobody", Login: from.login}
	}
	return agent, err
}

// oidcFailed shows the log-in page with the reason, the profile to who is logged in.
func (c *Console) oidcFailed(ctx *fiber.Ctx, err error) error {
	var why *oidcFailure
	var rule *store.Refusal
	alert := &Alert{Title: c.text(ctx, "people.oidc.failed")}
	switch {
	case errors.As(err, &rule):
		alert.Text = c.errorText(ctx, explain(rule))
	case errors.As(err, &why):
		rules, err := c.Store.Security(ctx.UserContext())
		if err != nil {
			return err
		}
		alert.Text = c.text(ctx, "people.oidc.failed."+why.Why, "login", why.Login, "claim", rules.OIDC.Claim)
	default:
		return err
	}
	if why != nil && why.err != nil {
		if quiet, ok := c.sparse.may("oidc", c.Store.Now()); ok { // anybody can come back with a code
			c.Log.ErrorContext(ctx.UserContext(), "sign-in by OIDC", "error", why.err, "more", quiet)
		}
	}
	if c.whole(ctx) == nil {
		alert.Title = c.text(ctx, "people.oidc.not_connected")
		return c.renderProfile(ctx, profilePage{Alert: alert})
	}
	p, err := c.loginPage(ctx, &loginPage{Next: "/", Keep: true})
	if err != nil {
		return err
	}
	p.Alert = alert
	return again(ctx, "login", p)
}

// plainRetrieve leaves the body of the provider's answer out of the log.
func plainRetrieve(err error) error {
	var no *oauth2.RetrieveError
	if errors.As(err, &no) {
		return errors.New("oauth2: " + no.Response.Status + " " + no.ErrorCode)
	}
	return err
}
