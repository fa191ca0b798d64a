package rig

import (
	"strings"
	"testing"
)

// A panic is kept from its line on, though the log goes on and its word came in two pieces.
func TestPanicIsKept(t *testing.T) {
	for _, word := range []string{"WARNING: DATA RACE", "panic: it broke", "fatal error: all asleep"} {
		s := &Server{log: &lines{}}
		write := func(text string) {
			if n, err := s.log.Write([]byte(text)); n != len(text) || err != nil {
				t.Fatal(n, err)
			}
		}
		long := strings.Repeat("all is well\n", 5000)
		write(long)
		if got := s.Panic(); got != "" {
			t.Errorf("there was no panic, and it says %.40q", got)
		}
		half := len(word) / 2
		write(word[:half])
		write(word[half:] + "\ngoroutine 1\n")
		for range 3 * logMost / len(long) {
			write(long)
		}
		if got := s.Panic(); !strings.HasPrefix(got, word+"\ngoroutine 1\nall is well\n") || len(got) != panicMost {
			t.Errorf("of %q it kept %d bytes: %.60q", word, len(got), got)
		}
		if strings.Contains(s.Log(), word) || len(s.Log()) > 2*logMost {
			t.Errorf("the log keeps all: %d bytes", len(s.Log()))
		}
	}
}
