package handlers

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
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
	work := oidc.ClientContext(ctx.UserContext(), &http.Client{Timeout: 8 * time.Second})
	p, err := oidc.NewProvider(work, o.Issuer)
	if err != nil {
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
// proves later that this browser began it stays in its cookie.
func (c *Console) startOIDC(ctx *fiber.Ctx) error {
	_, _, config, _, err := c.provider(ctx)
	if err != nil {
		return c.oidcFailed(ctx, err)
	}
	next := localPath(ctx.Query("next"))
	state, nonce, verifier := oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	c.setOIDC(ctx, strings.Join([]string{state, nonce, verifier, base64.RawURLEncoding.EncodeToString([]byte(next))}, "."))
	return ctx.Redirect(config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), fiber.StatusFound)
}

// setOIDC keeps what began here; "" forgets it.
func (c *Console) setOIDC(ctx *fiber.Ctx, value string) {
	cookie := &fiber.Cookie{Name: oidcCookie, Value: value, Path: "/login/oidc", HTTPOnly: true, Secure: c.secure(ctx), SameSite: "Lax",
		MaxAge: int(oidcLife.Seconds())}
	if value == "" {
		cookie.MaxAge, cookie.Expires = 0, time.Unix(1, 0)
	}
	ctx.Cookie(cookie)
}

// returnOIDC takes the browser back from the other system and logs in whom it
// names.
func (c *Console) returnOIDC(ctx *fiber.Ctx) error {
	kept := strings.Split(ctx.Cookies(oidcCookie), ".")
	c.setOIDC(ctx, "")
	if len(kept) != 4 || subtle.ConstantTimeCompare([]byte(kept[0]), []byte(ctx.Query("state"))) != 1 {
		return c.oidcFailed(ctx, &oidcFailure{Why: "state"})
	}
	if ctx.Query("error") != "" {
		return c.oidcFailed(ctx, &oidcFailure{Why: "denied"})
	}
	agent, err := c.fromOIDC(ctx, kept[1], kept[2])
	if err != nil {
		return c.oidcFailed(ctx, err)
	}
	if err := c.login(ctx, &agent, false, "oidc"); err != nil {
		return err
	}
	next, _ := base64.RawURLEncoding.DecodeString(kept[3]) // damaged: "/"
	return see(ctx, localPath(string(next)))
}

// fromOIDC changes the code into an id_token, checks it and finds its member.
func (c *Console) fromOIDC(ctx *fiber.Ctx, nonce, verifier string) (store.Agent, error) {
	work, p, config, o, err := c.provider(ctx)
	if err != nil {
		return store.Agent{}, err
	}
	tokens, err := config.Exchange(work, ctx.Query("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		return store.Agent{}, &oidcFailure{Why: "provider", err: plainRetrieve(err)}
	}
	raw, _ := tokens.Extra("id_token").(string)
	token, err := p.VerifierContext(work, &oidc.Config{ClientID: o.ClientID, Now: c.Store.Now}).Verify(work, raw)
	if err != nil {
		return store.Agent{}, &oidcFailure{Why: "provider", err: err}
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonce)) != 1 {
		return store.Agent{}, &oidcFailure{Why: "state"}
	}
	var claims map[string]any
	if err := token.Claims(&claims); err != nil {
		return store.Agent{}, &oidcFailure{Why: "provider", err: err}
	}
	login := oidcLogin(claims, &o)
	if login == "" {
		return store.Agent{}, &oidcFailure{Why: "claim"}
	}
	name, _ := claims["name"].(string)
	return c.oidcMember(ctx, &o, login, name)
}

// oidcLogin is the login that the claims name, "" when they name none that may
// be trusted: of an address, the part before the @ counts, within the domain
// that is set; an email has to be verified.
func oidcLogin(claims map[string]any, o *store.OIDC) string {
	value, _ := claims[o.Claim].(string)
	if verified, _ := claims["email_verified"].(bool); o.Claim == "email" && !verified {
		return ""
	}
	local, domain, address := strings.Cut(value, "@")
	if address && (o.Domain == "" || !strings.EqualFold(domain, o.Domain)) {
		return ""
	}
	return strings.ToLower(local)
}

func (c *Console) oidcMember(ctx *fiber.Ctx, o *store.OIDC, login, name string) (store.Agent, error) {
	agent, err := c.Store.AgentByLogin(ctx.UserContext(), login)
	if errors.Is(err, store.ErrNotFound) && o.Create {
		agent, err = c.Store.AddOIDCAgent(ctx.UserContext(), c.clientIP(ctx), store.Agent{Login: login, Name: name, Lang: c.lang(ctx)})
	}
	var rule *store.Refusal
	switch {
	case errors.As(err, &rule): // no login of ours
		return agent, &oidcFailure{Why: "claim"}
	case errors.Is(err, store.ErrNotFound), err == nil && !agent.Active:
		return agent, &oidcFailure{Why: "nobody", Login: login}
	}
	return agent, err
}

// oidcFailed shows the log-in page with the reason.
func (c *Console) oidcFailed(ctx *fiber.Ctx, err error) error {
	var why *oidcFailure
	if !errors.As(err, &why) {
		return err
	}
	if why.err != nil {
		c.Log.Error("sign-in by OIDC", "error", why.err)
	}
	p, err := c.loginPage(ctx, &loginPage{Next: "/", Keep: true})
	if err != nil {
		return err
	}
	rules, err := c.Store.Security(ctx.UserContext())
	if err != nil {
		return err
	}
	p.Alert = &Alert{c.text(ctx, "people.oidc.failed"), c.text(ctx, "people.oidc.failed."+why.Why, "login", why.Login, "claim", rules.OIDC.Claim)}
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
