package wechat

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
)

// ErrForged is the one error for everything that is wrong with a signature, an
// envelope or a cipher text: the sender learns nothing about what failed.
var ErrForged = errors.New("wechat: signature or encryption does not hold")

// ErrKey says that an EncodingAESKey is not one.
var ErrKey = errors.New("wechat: EncodingAESKey must be 43 letters and digits")

const (
	keyLength   = 43 // EncodingAESKey, as the platform's site shows it
	padBlock    = 32 // PKCS#7 with the key size, not with AES's block of 16
	prefixBytes = 16
	lengthBytes = 4
)

// Sign is the platform's signature: the parts sorted by byte value, joined
// without a separator, SHA1, lower-case hex.
func Sign(parts ...string) string {
	sorted := slices.Clone(parts)
	slices.Sort(sorted)
	sum := sha1.Sum([]byte(strings.Join(sorted, "")))
	return hex.EncodeToString(sum[:])
}

// signed compares in constant time. Upper-case hex is wrong.
func signed(signature string, parts ...string) bool {
	return subtle.ConstantTimeCompare([]byte(signature), []byte(Sign(parts...))) == 1
}

// Cipher is the AES scheme of the callback for one key and one receiver. It may
// be used by several goroutines at once.
type Cipher struct {
	block     cipher.Block
	iv        []byte
	receiveID []byte
}

// NewCipher takes the EncodingAESKey and the id that closes every plain text: the
// account's appid, or the component's appid on a third-party platform.
func NewCipher(encodingAESKey, receiveID string) (*Cipher, error) {
	if len(encodingAESKey) != keyLength {
		return nil, ErrKey
	}
	// 43 characters carry 258 bits. The two surplus bits may be set, so the
	// decoder must not be strict.
	key, err := base64.StdEncoding.DecodeString(encodingAESKey + "=")
	if err != nil || len(key) != 32 {
		return nil, ErrKey
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, ErrKey
	}
	return &Cipher{block: block, iv: key[:aes.BlockSize], receiveID: []byte(receiveID)}, nil
}

// Seal encrypts a message under a fresh random prefix.
func (c *Cipher) Seal(plain []byte) (string, error) {
	var prefix [prefixBytes]byte
	if _, err := rand.Read(prefix[:]); err != nil {
		return "", err
	}
	return c.seal(prefix, plain), nil
}

func (c *Cipher) seal(prefix [prefixBytes]byte, plain []byte) string {
	size := prefixBytes + lengthBytes + len(plain) + len(c.receiveID)
	pad := padBlock - size%padBlock
	buf := make([]byte, 0, size+pad)
	buf = append(buf, prefix[:]...)
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(plain)))
	buf = append(buf, plain...)
	buf = append(buf, c.receiveID...)
	buf = append(buf, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(c.block, c.iv).CryptBlocks(buf, buf)
	return base64.StdEncoding.EncodeToString(buf)
}

// Open decrypts what Seal or the platform made. Every failure is ErrForged.
func (c *Cipher) Open(encrypted string) ([]byte, error) {
	buf, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil || len(buf) == 0 || len(buf)%aes.BlockSize != 0 {
		return nil, ErrForged
	}
	cipher.NewCBCDecrypter(c.block, c.iv).CryptBlocks(buf, buf)
	buf, ok := unpad(buf)
	if !ok || len(buf) < prefixBytes+lengthBytes {
		return nil, ErrForged
	}
	size := uint64(binary.BigEndian.Uint32(buf[prefixBytes:]))
	rest := buf[prefixBytes+lengthBytes:]
	if size > uint64(len(rest)) {
		return nil, ErrForged
	}
	if subtle.ConstantTimeCompare(rest[size:], c.receiveID) != 1 {
		return nil, ErrForged
	}
	return rest[:size:size], nil
}

// unpad takes 1 to 32 equal bytes off the end. Nothing may be trimmed before: a
// pad of 32 is made of spaces, one of 10 of line feeds.
func unpad(buf []byte) ([]byte, bool) {
	pad := int(buf[len(buf)-1])
	if pad < 1 || pad > padBlock || pad > len(buf) {
		return nil, false
	}
	body, tail := buf[:len(buf)-pad], buf[len(buf)-pad:]
	for _, b := range tail {
		if int(b) != pad {
			return nil, false
		}
	}
	return body, true
}
