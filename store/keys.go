package store

import "context"

// Keys are the callback token and AES key of an official account or of the
// third-party platform, and the former of both, "" when there are none.
type Keys struct {
	Token, AESKey                 string
	TokenPrevious, AESKeyPrevious string
	At                            int64 // the last change, 0 never
	UsedAt                        int64 // when WeChat was first seen to have those of now, 0 not yet
}

// Unused tells whether there are new keys that WeChat was not seen to have.
func (k *Keys) Unused() bool { return k.At > 0 && k.UsedAt == 0 }

// succeed puts new keys in the place of k, and tells whether they are new. The
// former that are kept are those that WeChat has: still the ones before, when it
// was never seen to have the last.
func (k *Keys) succeed(next Keys, now int64) bool {
	if next.Token == k.Token && next.AESKey == k.AESKey {
		return false
	}
	if !k.Unused() || k.TokenPrevious == "" {
		k.TokenPrevious, k.AESKeyPrevious = k.Token, k.AESKey
	}
	k.Token, k.AESKey, k.At, k.UsedAt = next.Token, next.AESKey, now, 0
	return true
}

// Keys are those of the account's own callback.
func (a *Account) Keys() Keys {
	return Keys{a.CallbackToken, a.AESKey, a.CallbackTokenPrevious, a.AESKeyPrevious, a.KeysAt, a.KeysUsedAt}
}

func (a *Account) setKeys(k Keys) {
	a.CallbackToken, a.AESKey, a.CallbackTokenPrevious, a.AESKeyPrevious = k.Token, k.AESKey, k.TokenPrevious, k.AESKeyPrevious
	a.KeysAt, a.KeysUsedAt = k.At, k.UsedAt
}

// Keys are those of the platform's callback.
func (p *Component) Keys() Keys {
	return Keys{p.CallbackToken, p.AESKey, p.CallbackTokenPrevious, p.AESKeyPrevious, p.KeysAt, p.KeysUsedAt}
}

func (p *Component) setKeys(k Keys) {
	p.CallbackToken, p.AESKey, p.CallbackTokenPrevious, p.AESKeyPrevious = k.Token, k.AESKey, k.TokenPrevious, k.AESKeyPrevious
	p.KeysAt, p.KeysUsedAt = k.At, k.UsedAt
}

// KeysUsed notes that WeChat has an account's new callback token and AES key: it
// pushed under them, or verified the address.
func (s *Store) KeysUsed(ctx context.Context, accountID int64) error {
	return s.write(ctx, func(t *tx) error {
		n, err := t.affect("update account set keys_used_at = $1 where id = $2 and keys_at > 0 and keys_used_at = 0", t.now, accountID)
		if err != nil || n == 0 {
			return err
		}
		return t.note(Event{Kind: "account", Account: accountID})
	})
}

// ComponentKeysUsed notes that of the third-party platform.
func (s *Store) ComponentKeysUsed(ctx context.Context, componentID int64) error {
	return s.write(ctx, func(t *tx) error {
		return t.exec("update component set keys_used_at = $1 where id = $2 and keys_at > 0 and keys_used_at = 0", t.now, componentID)
	})
}

// KeysSeen notes that somebody was shown an account's callback token and AES key,
// once an hour: the page that shows them is also where other settings are.
func (s *Store) KeysSeen(ctx context.Context, by Actor, accountID int64) error {
	return s.write(ctx, func(t *tx) error {
		appid, err := txOne[string](t, "select appid from account where id = $1", accountID)
		if err != nil {
			return err
		}
		return t.seen(by, deed{Name: "account.keys_view", Account: accountID, Subject: appid})
	})
}

// ComponentKeysSeen notes that of the third-party platform.
func (s *Store) ComponentKeysSeen(ctx context.Context, by Actor) error {
	return s.write(ctx, func(t *tx) error {
		appid, err := txOne[string](t, "select appid from component")
		if err != nil {
			return err
		}
		return t.seen(by, deed{Name: "component.keys_view", Subject: appid})
	})
}

// seen notes a view of secrets, once an hour.
func (t *tx) seen(by Actor, d deed) error {
	const again = 60 * 60 * 1000
	n, err := txOne[int](t, "select count(*) from audit where at > $1 and deed = $2 and agent_id = $3 and account_id = $4",
		t.now-again, d.Name, by.AgentID, d.Account)
	if err != nil || n > 0 {
		return err
	}
	return t.audit(by, d)
}

// EndFormerKeys forgets an account's former callback token and AES key at once.
func (s *Store) EndFormerKeys(ctx context.Context, by Actor, accountID int64) error {
	return s.write(ctx, func(t *tx) error {
		a, err := txRow(t, s.scanAccount, accountColumns+" where account.id = $1", accountID)
		if err != nil {
			return err
		}
		a.CallbackTokenPrevious, a.AESKeyPrevious = "", ""
		sealed := s.sealed(&a)
		if err := t.exec("update account set aes_key_previous=$1, callback_token_previous=$2 where id=$3", sealed[3], sealed[4], a.ID); err != nil {
			return err
		}
		return t.accountChanged(by, a.ID, "account.keys_end", a.AppID)
	})
}
