package store

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// A statement that takes longer than the bound is logged once, by its text and
// without what it was about; so is the transaction around it.
func TestSlowStatements(t *testing.T) {
	var log bytes.Buffer
	commits := 0
	s := must(Open(ctx, t.TempDir(), Options{Log: slog.New(slog.NewTextHandler(&log, nil)), Slow: time.Nanosecond,
		Committed: func(changes int, took time.Duration) {
			equal(t, "changes", changes, 1)
			if took <= 0 {
				t.Error("it took no time")
			}
			commits++
		}}))(t)
	for n := range 3 {
		ok(t, s.SetSetting(ctx, "name", fmt.Sprint("secret", n)))
		equal(t, "value", must(s.Setting(ctx, "name"))(t), fmt.Sprint("secret", n))
	}
	if s.slow.count.Load() < 3*5 {
		t.Errorf("%d were slow", s.slow.count.Load())
	}
	ok(t, s.Close())                     // the writer has ended, and with it what it logs
	equal(t, "transactions", commits, 4) // and the one that opened it
	for text, want := range map[string]int{"insert into setting (name, value) values ($1, $2) on conflict": 1,
		"select value from setting where name = $1": 1, "sql=commit ": 1, "sql=transaction": 1, "changes=1": 1, "secret": 0, "ms=": -1} {
		if got := strings.Count(log.String(), text); want >= 0 && got != want || want < 0 && got == 0 {
			t.Errorf("%q is %d times in the log:\n%s", text, got, log.String())
		}
	}
}

// What is fast is not logged, and what was logged a minute ago is once more, with
// how often it was slow meanwhile.
func TestSlowIsBounded(t *testing.T) {
	var log bytes.Buffer
	s := newSlow(Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	s.took("fast", slowMost-1)
	for range 5 {
		s.took("slow", slowMost)
	}
	s.told["slow"].at = time.Now().Add(-slowAgain)
	s.took("slow", 2*slowMost)
	if got := strings.Count(log.String(), "\n"); got != 2 || !strings.Contains(log.String(), "ms=400 more=4") {
		t.Errorf("the log:\n%s", log.String())
	}
}
