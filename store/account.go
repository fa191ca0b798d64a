package store

import (
	"cmp"
	"context"
	"regexp"
	"strings"
	"sync"
)

// Account is an official account and how it is reached.
type Account struct {
	ID         int64  `json:"id"`
	AppID      string `json:"appid"`
	OriginalID string `json:"original_id"` // gh_…
	WechatID   string `json:"wechat_id"`   // the part of a kf_account after @
	Name       string `json:"name"`
	Mode       string `json:"mode"` // plain, compatible, safe

	Secret        string `json:"-"`
	CallbackToken string `json:"-"`
	AESKey        string `json:"-"`

	// The former callback token and AES key, "" when there are none.
	CallbackTokenPrevious string `json:"-"`
	AESKeyPrevious        string `json:"-"`

	TokenKind  string `json:"token_kind"`   // stable, classic: how the access token is fetched
	KeysAt     int64  `json:"keys_at"`      // the last change of callback token and AES key, 0 never
	KeysUsedAt int64  `json:"keys_used_at"` // when WeChat was first seen to have those of now, 0 not yet

	PayQuota   int   `json:"pay_quota"` // replies a payment gives; 0 as WeChat rules since 2023
	Typing     bool  `json:"typing"`    // customers are told that an agent writes; a new account has it on
	CreatedAt  int64 `json:"created_at"`
	VerifiedAt int64 `json:"verified_at"` // WeChat's last GET verification
	PushedAt   int64 `json:"pushed_at"`   // the first push that was stored

	// Component is the third-party platform that the account has authorised, 0:
	// it is reached by its AppSecret. Refused is WeChat's code why it has to be
	// authorised again, 0: it has not; until then nothing is sent for it.
	Component    int64 `json:"-"`
	AuthorisedAt int64 `json:"-"`
	Refused      int   `json:"refused"`

	Rules Rules `json:"-"`
}

// accountCache holds the accounts until one has an event: the callback needs
// one with its keys for every push.
type accountCache struct {
	mu      sync.Mutex
	list    []Account // nil: read again
	changes int       // so that what was read before a change is not kept after it
}

func (c *accountCache) get() (list []Account, changes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.list, c.changes
}

func (c *accountCache) keep(list []Account, changes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes == changes {
		c.list = list
	}
}

func (c *accountCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = nil
	c.changes++
}

// Forget drops what is kept in memory, after another process changed the database.
func (s *Store) Forget() { s.cache.forget() }

// Accounts lists all official accounts, oldest first. The list is shared: do
// not change it.
func (s *Store) Accounts(ctx context.Context) ([]Account, error) {
	list, changes := s.cache.get()
	if list != nil {
		return list, nil
	}
	list, err := rows(ctx, s, s.scanAccount, accountColumns+" order by account.id")
	if err != nil {
		return nil, err
	}
	s.cache.keep(list, changes)
	return list, nil
}

// Account gives one by id.
func (s *Store) Account(ctx context.Context, id int64) (Account, error) {
	return s.findAccount(ctx, func(a *Account) bool { return a.ID == id })
}

// AccountByAppID gives one by its AppID, the name in its callback path.
func (s *Store) AccountByAppID(ctx context.Context, appid string) (Account, error) {
	return s.findAccount(ctx, func(a *Account) bool { return a.AppID == appid })
}

func (s *Store) findAccount(ctx context.Context, is func(*Account) bool) (Account, error) {
	list, err := s.Accounts(ctx)
	if err != nil {
		return Account{}, err
	}
	for i := range list {
		if is(&list[i]) {
			return list[i], nil
		}
	}
	return Account{}, ErrNotFound
}

const accountColumns = `select id, appid, original_id, wechat_id, name, mode, secret, callback_token,
	aes_key, aes_key_previous, callback_token_previous, token_kind, keys_at, keys_used_at, pay_quota, typing, created_at,
	verified_at, pushed_at, rules, coalesce(z.component_id, 0), coalesce(z.authorised_at, 0), coalesce(z.refused, 0)
	from account left join authorizer z on z.account_id = account.id`

func (s *Store) scanAccount(r scanner) (a Account, err error) {
	var sealed [5][]byte
	var rules string
	if err = r.Scan(&a.ID, &a.AppID, &a.OriginalID, &a.WechatID, &a.Name, &a.Mode, &sealed[0], &sealed[1],
		&sealed[2], &sealed[3], &sealed[4], &a.TokenKind, &a.KeysAt, &a.KeysUsedAt, &a.PayQuota, &a.Typing, &a.CreatedAt, &a.VerifiedAt, &a.PushedAt, &rules,
		&a.Component, &a.AuthorisedAt, &a.Refused); err != nil {
		return a, err
	}
	for i, f := range a.secrets() {
		if sealed[i] == nil {
			continue // a column that is younger than the row
		}
		if *f.value, err = s.key.open(f.place, sealed[i]); err != nil {
			return a, err
		}
	}
	a.Rules, err = parseRules(rules)
	return a, err
}

type secretField struct {
	place string
	value *string
}

func (a *Account) secrets() [5]secretField {
	return [5]secretField{{"account.secret", &a.Secret}, {"account.callback_token", &a.CallbackToken},
		{"account.aes_key", &a.AESKey}, {"account.aes_key_previous", &a.AESKeyPrevious},
		{"account.callback_token_previous", &a.CallbackTokenPrevious}}
}

var (
	appidForm    = regexp.MustCompile(`^wx[0-9a-zA-Z]{8,30}$`)
	originalForm = regexp.MustCompile(`^gh_[0-9a-zA-Z]{6,30}$`)
	wechatForm   = regexp.MustCompile(`^[0-9a-zA-Z_-]{1,30}$`)
	tokenForm    = regexp.MustCompile(`^[0-9a-zA-Z]{3,32}$`)
	aesKeyForm   = regexp.MustCompile(`^[0-9a-zA-Z]{43}$`)
)

// payQuotaMost bounds the replies that a payment may grant.
const payQuotaMost = 20

// check refuses what WeChat would not take; detail.field names the field.
func (a *Account) check() error {
	a.AppID, a.OriginalID, a.WechatID = strings.TrimSpace(a.AppID), strings.TrimSpace(a.OriginalID), strings.TrimSpace(a.WechatID)
	a.Secret, a.Name = strings.TrimSpace(a.Secret), strings.TrimSpace(a.Name)
	a.TokenKind = cmp.Or(a.TokenKind, "stable")
	bad := func(field string) error { return refuse("bad_"+field, "field", field) }
	switch {
	case !appidForm.MatchString(a.AppID):
		return bad("appid")
	case !originalForm.MatchString(a.OriginalID):
		return bad("original_id")
	case !wechatForm.MatchString(a.WechatID):
		return bad("wechat_id")
	case a.Secret == "" && a.Component == 0:
		return bad("secret")
	case !tokenForm.MatchString(a.CallbackToken):
		return bad("callback_token")
	case a.Mode != "plain" && a.Mode != "compatible" && a.Mode != "safe":
		return bad("mode")
	case a.TokenKind != "stable" && a.TokenKind != "classic":
		return bad("token_kind")
	case a.Mode != "plain" && !aesKeyForm.MatchString(a.AESKey):
		return bad("aes_key")
	case a.PayQuota < 0 || a.PayQuota > payQuotaMost:
		return bad("pay_quota")
	case a.AESKey != "" && !aesKeyForm.MatchString(a.AESKey):
		return bad("aes_key")
	}
	if a.Name == "" {
		a.Name = a.WechatID
	}
	return nil
}

// AddAccount stores a new official account. Refusals: bad_FIELD,
// account_exists.
func (s *Store) AddAccount(ctx context.Context, by Actor, a Account) (Account, error) {
	a.Component = 0
	if err := a.check(); err != nil {
		return a, err
	}
	err := s.write(ctx, func(t *tx) (err error) {
		if n, err := txOne[int](t, "select count(*) from account where appid = $1", a.AppID); err != nil || n > 0 {
			return orElse(err, refuse("account_exists", "field", "appid"))
		}
		if err := t.insertAccount(s, &a); err != nil {
			return err
		}
		return t.accountChanged(by, a.ID, "account.add", a.AppID)
	})
	return a, err
}

func (t *tx) insertAccount(s *Store, a *Account) (err error) {
	a.CreatedAt, a.Typing, a.Rules = t.now, true, defaultRules()
	a.ID, err = t.insert(`insert into account (appid, original_id, wechat_id, name, mode, secret, callback_token,
		aes_key, aes_key_previous, callback_token_previous, token_kind, pay_quota, created_at)
		values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)`,
		append([]any{a.AppID, a.OriginalID, a.WechatID, a.Name, a.Mode}, append(s.sealed(a), a.TokenKind, a.PayQuota, a.CreatedAt)...)...)
	return err
}

// UpdateAccount changes an account's settings. A changed callback token or AES
// key keeps the former of both, for pushes under them still come. The AppID can
// be put right until the first push. Refusals: bad_FIELD, account_exists.
func (s *Store) UpdateAccount(ctx context.Context, by Actor, a Account) error {
	return s.write(ctx, func(t *tx) error {
		old, err := txRow(t, s.scanAccount, accountColumns+" where account.id = $1", a.ID)
		if err != nil {
			return err
		}
		if a.Component = old.Component; old.PushedAt != 0 || a.Component != 0 {
			a.AppID = old.AppID
		}
		if err := a.check(); err != nil {
			return err
		}
		if n, err := txOne[int](t, "select count(*) from account where appid = $1 and id <> $2", a.AppID, a.ID); err != nil || n > 0 {
			return orElse(err, refuse("account_exists", "field", "appid"))
		}
		deed, k := "account.update", old.Keys()
		if k.succeed(a.Keys(), t.now) {
			deed = "account.keys"
		}
		a.setKeys(k)
		if err := t.exec(`update account set appid=$1, original_id=$2, wechat_id=$3, name=$4, mode=$5, secret=$6, callback_token=$7,
			aes_key=$8, aes_key_previous=$9, callback_token_previous=$10, token_kind=$11, keys_at=$12, keys_used_at=$13, pay_quota=$14,
			typing=$15 where id=$16`, append([]any{a.AppID, a.OriginalID, a.WechatID, a.Name, a.Mode},
			append(s.sealed(&a), a.TokenKind, a.KeysAt, a.KeysUsedAt, a.PayQuota, a.Typing, a.ID)...)...); err != nil {
			return err
		}
		if a.Secret != old.Secret || a.AppID != old.AppID || a.TokenKind != old.TokenKind {
			if err := t.exec("delete from token where account_id = $1", a.ID); err != nil {
				return err
			}
		}
		return t.accountChanged(by, a.ID, deed, a.AppID)
	})
}

// AccountState tells the browsers to look again at how an account fares: what is
// wrong between it and WeChat is not in the store.
func (s *Store) AccountState(ctx context.Context, accountID int64) error {
	return s.write(ctx, func(t *tx) error { return t.note(Event{Kind: "account", Account: accountID}) })
}

// Verified notes that WeChat verified the callback address.
func (s *Store) Verified(ctx context.Context, accountID int64) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.exec("update account set verified_at = $1 where id = $2", t.now, accountID); err != nil {
			return err
		}
		return t.note(Event{Kind: "account", Account: accountID})
	})
}

func (s *Store) sealed(a *Account) []any {
	var out []any
	for _, f := range a.secrets() {
		out = append(out, s.key.seal(f.place, *f.value))
	}
	return out
}

func (t *tx) accountChanged(by Actor, id int64, name, subject string) error {
	if err := t.audit(by, deed{Name: name, Account: id, Subject: subject}); err != nil {
		return err
	}
	return t.note(Event{Kind: "account", Account: id})
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
