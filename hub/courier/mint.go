package courier

import (
	"context"
	"fmt"
	"time"

	"kfdesk/store"
)

// mint makes the token call that suits the account. With force the token that is
// out dies at once.
func (t *tokens) mint(ctx context.Context, a store.Account, force bool) (token string, life time.Duration, err error) {
	switch {
	case a.Component != 0:
		return t.authorised(ctx, a)
	case a.TokenKind == "classic": // each call makes a new one, so there is nothing to force
		return t.api(a).Token(ctx, a.AppID, a.Secret)
	}
	return t.api(a).StableToken(ctx, a.AppID, a.Secret, force)
}

// origin is what the tokens of an account come from: with another one all begins
// afresh.
func origin(a store.Account) string {
	if a.Component != 0 {
		return fmt.Sprint("authorised ", a.AuthorisedAt, a.Refused)
	}
	return a.AppID + " " + a.TokenKind + " " + a.Secret
}

// ahead is how long before its end an account's token is renewed.
func ahead(a store.Account) time.Duration {
	if a.Component != 0 {
		return authorisedAhead
	}
	return tokenAhead
}
