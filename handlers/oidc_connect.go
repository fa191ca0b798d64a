package handlers

import (
	"crypto/subtle"
	"encoding/hex"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// oidcRow is the sign-in by the other system on the profile.
type oidcRow struct {
	Button    string // what stands on that of the log-in page
	Connected bool
	Key       string // begins it, see startOIDC
}

func (c *Console) oidcRow(ctx *fiber.Ctx) (*oidcRow, error) {
	rules, err := c.Store.Security(ctx.UserContext())
	if err != nil || !rules.OIDC.On {
		return nil, err
	}
	connected, err := c.Store.OIDCConnected(ctx.UserContext(), who(ctx).ID, rules.OIDC.Issuer)
	return &oidcRow{c.oidcButton(ctx, &rules.OIDC), connected, sessionKey(ctx)}, err
}

func (c *Console) oidcButton(ctx *fiber.Ctx, o *store.OIDC) string {
	if o.Button == "" {
		return c.text(ctx, "people.oidc.button")
	}
	return o.Button
}

// sessionKey names the session of this browser; "" without one.
func sessionKey(ctx *fiber.Ctx) string {
	s, _ := ctx.Locals("session").(store.Session)
	if s.Kind != "browser" {
		return ""
	}
	return hex.EncodeToString(s.Hash)
}

// connectOIDC connects who came back from the other system to the member who began
// it and is still logged in here. Their login is to be named there as well.
func (c *Console) connectOIDC(ctx *fiber.Ctx, from oidcPerson, key string) error {
	if subtle.ConstantTimeCompare([]byte(key), []byte(sessionKey(ctx))) != 1 {
		return c.oidcFailed(ctx, &oidcFailure{Why: "state"})
	}
	if err := c.whole(ctx); err != nil {
		return err
	}
	if from.login != who(ctx).Login {
		return c.oidcFailed(ctx, &oidcFailure{Why: "mismatch", Login: from.login})
	}
	err := c.Store.ConnectOIDC(ctx.UserContext(), c.actor(ctx), from.who)
	if err != nil {
		return c.oidcFailed(ctx, err)
	}
	return see(ctx, "/profile?done=oidc_connected")
}
