package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// AuthCode is an authorisation code that an event brought, to be exchanged by
// the courier. With OpenID it is one of the release test: the user gets an
// answer, and nothing is stored.
type AuthCode struct {
	Code     string
	AppID    string // of the account that gave it
	OpenID   string
	At       int64 // WeChat's time
	Attempts int
}

func hashed(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// AddAuthCode keeps a code until it is exchanged. The same code again changes
// nothing, but when it is now known who gets the answer: it is due again, although
// it may be used up.
func (s *Store) AddAuthCode(ctx context.Context, c AuthCode) error {
	return s.write(ctx, func(t *tx) error {
		return t.exec(`insert into authcode (hash, code, appid, openid, at) values ($1,$2,$3,$4,$5) on conflict (hash) do update
			set code = excluded.code, openid = excluded.openid, at = excluded.at, attempts = 0, retry_at = 0
			where excluded.openid <> '' and authcode.openid = ''`,
			hashed(c.Code), s.key.seal("authcode.code", c.Code), c.AppID, c.OpenID, c.At)
	})
}

// AuthCodes lists the codes that are due, oldest first.
func (s *Store) AuthCodes(ctx context.Context) ([]AuthCode, error) {
	return rows(ctx, s, func(r scanner) (c AuthCode, err error) {
		var sealed []byte
		if err = r.Scan(&sealed, &c.AppID, &c.OpenID, &c.At, &c.Attempts); err != nil {
			return c, err
		}
		c.Code, err = s.key.open("authcode.code", sealed)
		return c, err
	}, "select code, appid, openid, at, attempts from authcode where retry_at >= 0 and retry_at <= $1 order by at, hash", s.now())
}

// AuthCodeDone notes how the exchange of a code ended: which account it gave (0
// none), and when to try again (-1 never). The code itself is forgotten when it
// is over; codes that are long over are deleted. A code that meanwhile came with
// an OpenID stays due.
func (s *Store) AuthCodeDone(ctx context.Context, c AuthCode, accountID, retryAt int64) error {
	const kept = 24 * int64(time.Hour/time.Millisecond)
	return s.write(ctx, func(t *tx) error {
		sealed := s.key.seal("authcode.code", c.Code)
		if retryAt < 0 {
			sealed = s.key.seal("authcode.code", "")
		}
		if err := t.exec(`insert into authcode (hash, code, openid, at, attempts, retry_at, account_id) values ($1,$2,$3,$4,1,$5,$6)
			on conflict (hash) do update set code = excluded.code, attempts = authcode.attempts + 1, retry_at = excluded.retry_at,
			account_id = excluded.account_id where authcode.openid = excluded.openid`, hashed(c.Code), sealed, c.OpenID, t.now, retryAt,
			accountID); err != nil {
			return err
		}
		return t.exec("delete from authcode where retry_at < 0 and at < $1", t.now-kept)
	})
}

// AuthCodeAccount tells which account a code has given already, 0 none.
func (s *Store) AuthCodeAccount(ctx context.Context, code string) (int64, error) {
	return row(ctx, s, one[int64], "select coalesce(max(account_id), 0) from authcode where hash = $1", hashed(code))
}

// NewAuthState begins a way to WeChat's authorisation page and gives the value
// with which it comes back, good for life.
func (s *Store) NewAuthState(ctx context.Context, agentID int64, life time.Duration) (state string, err error) {
	state = rand.Text()
	return state, s.write(ctx, func(t *tx) error {
		if err := t.exec("delete from authstate where until < $1", t.now); err != nil {
			return err
		}
		return t.exec("insert into authstate (hash, agent_id, until) values ($1,$2,$3)", hashed(state), agentID, t.now+life.Milliseconds())
	})
}

// UseAuthState tells who began this way. It is good once. Refusal: bad_state.
func (s *Store) UseAuthState(ctx context.Context, state string) (agentID int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		list, err := rows(ctx, t, one[int64], "select agent_id from authstate where hash = $1 and until >= $2", hashed(state), t.now)
		if err != nil || len(list) == 0 {
			return orElse(err, refuse("bad_state"))
		}
		agentID = list[0]
		return t.exec("delete from authstate where hash = $1", hashed(state))
	})
	return agentID, err
}
