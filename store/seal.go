package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
)

const keySize = 32

// sealer hides secrets at rest: AES-256-GCM, a fresh nonce before each value,
// the value's place ("account.secret") as additional data.
type sealer struct{ aead cipher.AEAD }

func openKey(dir string, key []byte, fresh bool) (*sealer, error) {
	if key == nil {
		var err error
		if key, err = readKey(dir, fresh); err != nil {
			return nil, err
		}
	}
	if len(key) != keySize {
		return nil, openError("key_damaged", dir, nil)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &sealer{aead}, err
}

func newKey() []byte {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // never fails
	return key
}

func (k *sealer) seal(place, plain string) []byte {
	nonce := make([]byte, k.aead.NonceSize())
	_, _ = rand.Read(nonce)
	return k.aead.Seal(nonce, nonce, []byte(plain), []byte(place))
}

func (k *sealer) open(place string, sealed []byte) (string, error) {
	n := k.aead.NonceSize()
	if len(sealed) < n {
		return "", errors.New("store: sealed value is cut off")
	}
	plain, err := k.aead.Open(nil, sealed[:n], sealed[n:], []byte(place))
	if err != nil {
		return "", errors.New("store: sealed value does not open with this key")
	}
	return string(plain), nil
}

// checkKey refuses a key that is not the one this database was made with.
func (s *Store) checkKey(ctx context.Context) error {
	const place = "setting.key_check"
	have, err := s.Setting(ctx, "key_check")
	if err != nil {
		return err
	}
	if have == "" {
		return s.SetSetting(ctx, "key_check", base64.StdEncoding.EncodeToString(s.key.seal(place, "kfdesk")))
	}
	sealed, _ := base64.StdEncoding.DecodeString(have) // damaged: does not open
	if _, err := s.key.open(place, sealed); err != nil {
		return openError("key_wrong", s.dir, nil)
	}
	return nil
}
