package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Withdrawn is WeChat's code for an account that has taken its authorisation back.
const Withdrawn = 61003

// Authorizer is an official account as it authorised the third-party platform.
type Authorizer struct {
	Account      int64
	Component    int64
	Scopes       []int // ids of the permission sets
	ServiceType  int   // 0, 1 subscription account, 2 service account
	VerifyType   int   // -1 not verified
	Principal    string
	AuthorisedAt int64
	Refused      int // as Account.Refused
	RefusedAt    int64
	PushedAt     int64 // the last push, to the minute
	TokenUntil   int64 // when its access token ends, 0: none is kept
}

// Authorizers lists the accounts of the third-party platform, oldest first.
func (s *Store) Authorizers(ctx context.Context) ([]Authorizer, error) {
	return rows(ctx, s, scanAuthorizer, `select z.account_id, z.component_id, z.scopes, z.service_type, z.verify_type, z.principal,
		z.authorised_at, z.refused, z.refused_at, z.last_push_at, coalesce(k.expires_at, 0)
		from authorizer z join account a on a.id = z.account_id left join token k on k.account_id = a.id and k.kind = a.token_kind
		order by z.account_id`)
}

func scanAuthorizer(r scanner) (z Authorizer, err error) {
	var scopes string
	if err = r.Scan(&z.Account, &z.Component, &scopes, &z.ServiceType, &z.VerifyType, &z.Principal, &z.AuthorisedAt, &z.Refused,
		&z.RefusedAt, &z.PushedAt, &z.TokenUntil); err != nil {
		return z, err
	}
	return z, json.Unmarshal([]byte(scopes), &z.Scopes)
}

// Authorisation is what WeChat says of an account that has authorised us.
type Authorisation struct {
	AppID, OriginalID, Alias, Name string // Alias may be empty
	CallbackToken, AESKey          string // for a new account: of its own callback, should it ever be reached directly
	RefreshToken                   string
	Scopes                         []int
	ServiceType, VerifyType        int
	Principal                      string
	ToldAt                         int64 // WeChat's time of the event that told us, 0 when none did
}

// Authorise stores an account that has authorised the platform. One that is
// here already keeps its customers, its history and its name; one that was
// reached by its AppSecret is taken over. Its tokens begin anew.
func (s *Store) Authorise(ctx context.Context, by Actor, componentID int64, z Authorisation) (a Account, err error) {
	err = s.write(ctx, func(t *tx) error {
		detail := "again"
		a, err = txRow(t, s.scanAccount, accountColumns+" where appid = $1", z.AppID)
		if errors.Is(err, ErrNotFound) {
			detail = "new"
			a, err = t.newAuthorizer(s, componentID, z)
		}
		if err != nil {
			return err
		}
		if a.Component == 0 && detail != "new" {
			detail = "taken_over"
		}
		// A kf account's suffix may have become known, or the original id was mistyped.
		if err := t.exec("update account set original_id = $1, wechat_id = $2 where id = $3", z.OriginalID,
			cmp.Or(z.Alias, a.WechatID), a.ID); err != nil {
			return err
		}
		scopes, _ := json.Marshal(slices.Sorted(slices.Values(z.Scopes))) // numbers always encode
		if err := t.exec(`insert into authorizer (account_id, component_id, refresh_token, scopes, service_type, verify_type, principal,
			authorised_at, told_at) values ($1,$2,$3,$4,$5,$6,$7,$8,$9) on conflict (account_id) do update set component_id = excluded.component_id,
			refresh_token = excluded.refresh_token, scopes = excluded.scopes, service_type = excluded.service_type,
			verify_type = excluded.verify_type, principal = excluded.principal, authorised_at = max(excluded.authorised_at,
			authorizer.authorised_at + 1), told_at = max(excluded.told_at, authorizer.told_at), refused = 0, refused_at = 0`, a.ID, componentID, s.key.seal("authorizer.refresh_token", z.RefreshToken),
			string(scopes), z.ServiceType, z.VerifyType, z.Principal, t.now, z.ToldAt); err != nil {
			return err
		}
		if err := t.exec("delete from token where account_id = $1", a.ID); err != nil {
			return err
		}
		if err := t.audit(by, deed{Name: "account.authorise", Account: a.ID, Subject: a.AppID, Detail: detail}); err != nil {
			return err
		}
		if a, err = txRow(t, s.scanAccount, accountColumns+" where account.id = $1", a.ID); err != nil {
			return err
		}
		return t.note(Event{Kind: "account", Account: a.ID})
	})
	return a, err
}

func (t *tx) newAuthorizer(s *Store, componentID int64, z Authorisation) (Account, error) {
	a := Account{AppID: z.AppID, OriginalID: z.OriginalID, WechatID: cmp.Or(z.Alias, z.OriginalID), Name: z.Name, Mode: "safe",
		CallbackToken: z.CallbackToken, AESKey: z.AESKey, Component: componentID}
	if err := a.check(); err != nil {
		return a, err
	}
	return a, t.insertAccount(s, &a)
}

// Unauthorised notes that WeChat said at a time of its clock that an account has
// withdrawn. What comes again, or later than a newer event, changes nothing.
func (s *Store) Unauthorised(ctx context.Context, accountID, at int64) error {
	return s.write(ctx, func(t *tx) error {
		n, err := t.affect("update authorizer set told_at = $1 + 1 where account_id = $2 and told_at <= $1", at, accountID)
		if err != nil || n == 0 {
			return err
		}
		return t.refuseAuthorizer(s, accountID, Withdrawn)
	})
}

// AuthorizerRefused notes why an account has to be authorised again: Withdrawn,
// or WeChat's code for a refresh token that is dead. a is the account as it was
// when WeChat was asked: authorised again since, it stays as it is.
func (s *Store) AuthorizerRefused(ctx context.Context, a Account, code int) error {
	return s.write(ctx, func(t *tx) error {
		n, err := txOne[int](t, "select count(*) from authorizer where account_id = $1 and authorised_at = $2", a.ID, a.AuthorisedAt)
		if err != nil || n == 0 {
			return err
		}
		return t.refuseAuthorizer(s, a.ID, code)
	})
}

// refuseAuthorizer deletes the tokens of an account; nothing is sent for it any
// more.
func (t *tx) refuseAuthorizer(s *Store, accountID int64, code int) error {
	n, err := t.affect(`update authorizer set refused = $1, refused_at = $2, refresh_token = $3
		where account_id = $4 and refused not in ($1, 61003)`, code, t.now, s.key.seal("authorizer.refresh_token", ""), accountID)
	if err != nil || n == 0 {
		return err
	}
	if err := t.exec("delete from token where account_id = $1", accountID); err != nil {
		return err
	}
	appid, err := txOne[string](t, "select appid from account where id = $1", accountID)
	if err != nil {
		return err
	}
	name := "account.unauthorise"
	if code != Withdrawn {
		name = "account.authorisation_lost"
	}
	if err := t.audit(Actor{}, deed{Name: name, Account: accountID, Subject: appid, Detail: fmt.Sprint(code)}); err != nil {
		return err
	}
	return t.note(Event{Kind: "account", Account: accountID})
}

// RefreshToken gives an account's authorizer_refresh_token, "" when it is lost.
func (s *Store) RefreshToken(ctx context.Context, accountID int64) (string, error) {
	sealed, err := row(ctx, s, one[[]byte], "select refresh_token from authorizer where account_id = $1", accountID)
	if err != nil {
		return "", err
	}
	return s.key.open("authorizer.refresh_token", sealed)
}

// SetRefreshToken keeps a refresh token that WeChat has changed, before anything
// is done with the access token that came with it.
func (s *Store) SetRefreshToken(ctx context.Context, a Account, token string) error {
	return s.write(ctx, func(t *tx) error {
		n, err := t.affect("update authorizer set refresh_token = $1 where account_id = $2 and authorised_at = $3",
			s.key.seal("authorizer.refresh_token", token), a.ID, a.AuthorisedAt)
		if err == nil && n == 0 {
			err = ErrNotFound // authorised again since: that token is newer
		}
		if err != nil {
			return err
		}
		return t.audit(Actor{}, deed{Name: "account.refresh_token", Account: a.ID, Subject: a.AppID})
	})
}

// authorizerPushed notes that WeChat pushed for an account, to the minute.
func (t *tx) authorizerPushed(accountID int64) error {
	const minute = 60_000
	return t.exec("update authorizer set last_push_at = $1 where account_id = $2 and last_push_at < $3", t.now, accountID, t.now-minute)
}

// ActiveOf tells how many conversations of an account have not ended.
func (s *Store) ActiveOf(ctx context.Context, accountID int64) (int, error) {
	return row(ctx, s, one[int], `select (select count(*) from conversation v where v.account_id = $1 and v.state = 'waiting')
		+ (select count(*) from conversation v where v.account_id = $1 and v.state = 'open')`, accountID)
}
