package courier

import (
	"context"
	"time"

	"kfdesk/store"
)

// mint makes the token call that suits the account. With force the token that is
// out dies at once.
func (t *tokens) mint(ctx context.Context, a store.Account, force bool) (token string, life time.Duration, err error) {
	switch a.TokenKind {
	case "classic": // each call makes a new one, so there is nothing to force
		return t.api(a).Token(ctx, a.AppID, a.Secret)
	}
	return t.api(a).StableToken(ctx, a.AppID, a.Secret, force)
}
