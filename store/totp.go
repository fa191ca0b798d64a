package store

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
)

// One-time codes by the clock, RFC 6238: SHA-1, 30 seconds, six digits, for
// that is what every authenticator app can do.
const (
	totpStep   = 30_000 // milliseconds
	totpDigits = 6
	totpDrift  = 1 // steps a clock may be off
)

var base32Key = base32.StdEncoding.WithPadding(base32.NoPadding)

// newTOTPKey is 160 bits, as long as the hash, in base32.
func newTOTPKey() string {
	key := make([]byte, 20)
	_, _ = rand.Read(key) // never fails
	return base32Key.EncodeToString(key)
}

// totpCode is the code of a step, with as many digits as asked for.
func totpCode(key []byte, step int64, digits int) string {
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes all
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	n := uint64(binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff)
	mod := uint64(1)
	for range digits {
		mod *= 10
	}
	return fmt.Sprintf("%0*d", digits, n%mod)
}

// totpMatch gives the step whose code was typed, 0 when it is none near now
// (milliseconds) that comes after last.
func totpMatch(key, typed string, now, last int64) int64 {
	raw, err := base32Key.DecodeString(key)
	if err != nil {
		return 0
	}
	found := int64(0)
	for step := now/totpStep - totpDrift; step <= now/totpStep+totpDrift; step++ {
		same := subtle.ConstantTimeCompare([]byte(totpCode(raw, step, totpDigits)), []byte(typed)) == 1
		if same && step > last {
			found = step
		}
	}
	return found
}

// plainCode is a code as it was typed, without what people put between.
func plainCode(typed string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r == '-' || unicode.IsSpace(r) {
			return -1
		}
		return r // what is no rune becomes one, so that no two halves meet
	}, typed))
}

// recoveryCodes is how many there are.
const recoveryCodes = 8

// newRecoveryCodes are eight of eight letters and digits that are not mistaken
// for each other (40 bits), each in two groups, and their hashes.
func newRecoveryCodes(salt []byte) (codes []string, hashes [][]byte) {
	const set = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ" // 32
	for range recoveryCodes {
		b := make([]byte, 8)
		_, _ = rand.Read(b) // never fails
		for i := range b {
			b[i] = set[b[i]%32]
		}
		codes = append(codes, string(b[:4])+"-"+string(b[4:]))
		hashes = append(hashes, hashRecovery(string(b), salt))
	}
	return codes, hashes
}

// hashRecovery is slow, for 40 bits would be found out from a fast hash.
func hashRecovery(plain string, salt []byte) []byte {
	return argon(plain, salt, argonPasses, argonMemory, argonLanes)
}
