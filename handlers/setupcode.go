package handlers

import "crypto/rand"

// NewSetupCode proves that who sets kfdesk up can read what it prints: eight
// letters and digits that are not taken for one another.
func NewSetupCode() string {
	const set = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = set[int(b[i])%len(set)]
	}
	return string(b[:4]) + "-" + string(b[4:])
}
