package store

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// passwordLeast and passwordMost bound a password, in characters.
const passwordLeast, passwordMost = 10, 200

// The cost of a password hash: argon2id with 19 MiB, two passes, one lane.
const (
	argonPasses = 2
	argonMemory = 19 * 1024
	argonLanes  = 1
)

// hashing bounds how many hashes are made at once, for each takes its memory.
var hashing = make(chan struct{}, 4)

func argon(password string, salt []byte, passes, memory uint32, lanes uint8) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, 32)
}

// hashPassword refuses what is too short or too long ("weak_password") or too common
// for an agent of this login ("common_password"), and hashes the rest as
// "argon2id$m=…,t=…,p=…$salt$hash".
func hashPassword(password, login string) (string, error) {
	if n := utf8.RuneCountInString(password); n < passwordLeast || n > passwordMost {
		return "", refuse("weak_password", "field", "password", "least", passwordLeast)
	}
	if is, err := common(password, login); err != nil || is {
		return "", orElse(err, refuse("common_password", "field", "password"))
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	hash := argon(password, salt, argonPasses, argonMemory, argonLanes)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("argon2id$m=%d,t=%d,p=%d$%s$%s", argonMemory, argonPasses, argonLanes,
		enc.EncodeToString(salt), enc.EncodeToString(hash)), nil
}

// checkPassword compares in constant time. An unknown user is compared with a
// hash that fits nothing, so that it takes as long.
func checkPassword(encoded, password string) bool {
	parts := strings.Split(encoded, "$")
	var memory, passes uint32
	var lanes uint8
	if len(parts) != 4 {
		parts = []string{"", fmt.Sprintf("m=%d,t=%d,p=%d", argonMemory, argonPasses, argonLanes), "", ""}
	}
	if _, err := fmt.Sscanf(parts[1], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil {
		return false
	}
	enc := base64.RawStdEncoding
	salt, err1 := enc.DecodeString(parts[2])
	want, err2 := enc.DecodeString(parts[3])
	got := argon(password, salt, passes, memory, lanes)
	return err1 == nil && err2 == nil && subtle.ConstantTimeCompare(got, want) == 1
}
