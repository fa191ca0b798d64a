package store

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// commonList is that of common/README.md.
//
//go:embed common/passwords.txt.gz
var commonList []byte

const signs = " !@#$%^&*()-_=+[]{};:'\",.<>/?\\|`~"

// common tells whether a password is among the first that somebody tries: one of the
// list or the agent's login, also with a year, a date or a few signs before or behind
// it; the same few characters over and over; or a run such as abcdefghij.
func common(password, login string) (bool, error) {
	p := strings.ToLower(password)
	if repeated(p) || inOrder(p) {
		return true, nil
	}
	p = strings.Trim(p, signs)
	parts := map[string]bool{p: false}
	for i := range p {
		parts[p[:i]], parts[p[i:]] = false, false
	}
	if err := markListed(parts); err != nil {
		return false, err
	}
	if _, has := parts[login]; has && login != "" {
		parts[login] = true
	}
	for i := range p {
		head, tail := p[:i], p[i:]
		if parts[tail] && cheap(head, parts) || parts[head] && cheap(tail, parts) {
			return true, nil
		}
	}
	return false, nil
}

// markListed finds which of the parts are in the list. It is read anew each time, so
// that nothing of it stays in memory: passwords are seldom set.
func markListed(parts map[string]bool) error {
	z, err := gzip.NewReader(bytes.NewReader(commonList))
	if err != nil {
		return fmt.Errorf("common passwords: %w", err)
	}
	lines := bufio.NewScanner(z)
	for lines.Scan() {
		if _, asked := parts[string(lines.Bytes())]; asked {
			parts[lines.Text()] = true
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("common passwords: %w", err)
	}
	return nil
}

// cheap tells whether what stands beside a common password makes it no better.
func cheap(s string, listed map[string]bool) bool {
	digits := strings.Trim(s, signs)
	switch {
	case utf8.RuneCountInString(s) <= 2:
		return true
	case strings.Trim(digits, "0123456789") != "":
		return false
	case len(digits) <= 4, listed[digits], repeated(digits), inOrder(digits):
		return true
	}
	for _, date := range []string{"20060102", "060102"} {
		if _, err := time.Parse(date, digits); err == nil {
			return true
		}
	}
	return false
}

// repeated tells whether s is a few characters, too few for a password, over and over.
func repeated(s string) bool {
	for n := 1; n <= len(s)/2; n++ {
		if s[n:] == s[:len(s)-n] && utf8.RuneCountInString(s[:n]) < passwordLeast {
			return true
		}
	}
	return false
}

// inOrder tells whether s goes up or down by one with every character.
func inOrder(s string) bool {
	if len(s) < 2 {
		return false
	}
	step := int(s[1]) - int(s[0])
	for i := 2; i < len(s); i++ {
		if int(s[i])-int(s[i-1]) != step {
			return false
		}
	}
	return step == 1 || step == -1
}
