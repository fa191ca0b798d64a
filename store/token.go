package store

import (
	"context"
	"errors"
)

// Token gives an account's access token of a kind and its end; "" when there
// is none. It is kept so that a restart does not fetch again.
func (s *Store) Token(ctx context.Context, accountID int64, kind string) (value string, expiresAt int64, err error) {
	type pair struct {
		sealed []byte
		until  int64
	}
	p, err := row(ctx, s, func(r scanner) (p pair, err error) { err = r.Scan(&p.sealed, &p.until); return p, err },
		"select value, expires_at from token where account_id = $1 and kind = $2", accountID, kind)
	if errors.Is(err, ErrNotFound) {
		return "", 0, nil
	}
	if err != nil {
		return "", 0, err
	}
	value, err = s.key.open("token.value", p.sealed)
	return value, p.until, err
}

// SetToken keeps an access token, sealed.
func (s *Store) SetToken(ctx context.Context, accountID int64, kind, value string, expiresAt int64) error {
	return s.write(ctx, func(t *tx) error {
		return t.exec(`insert into token (account_id, kind, value, expires_at) values ($1, $2, $3, $4)
			on conflict (account_id, kind) do update set value = excluded.value, expires_at = excluded.expires_at`,
			accountID, kind, s.key.seal("token.value", value), expiresAt)
	})
}
