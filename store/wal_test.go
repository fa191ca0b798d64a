package store

import (
	"fmt"
	"strings"
	"testing"
)

// Somebody who reads keeps the write-ahead log from being emptied; as soon as
// they have done it is, and nothing is lost.
func TestWALIsEmptied(t *testing.T) {
	s := open(t)
	const small = 1 << 20
	ok(t, s.write(ctx, func(t *tx) error { t.w.walMost = small; return nil }))
	ok(t, s.SetSetting(ctx, "a", "1"))
	ok(t, s.SetSetting(ctx, "b", "1"))
	reader, err := s.read.QueryContext(ctx, "select name from setting")
	ok(t, err)
	reader.Next()

	big := strings.Repeat("x", 100_000)
	written := 0
	write := func() {
		written++
		ok(t, s.SetSetting(ctx, fmt.Sprint(written), big))
	}
	for s.writer.walSize() < 2*small {
		write()
	}
	ok(t, reader.Close())
	ok(t, s.write(ctx, func(t *tx) error { t.w.walMost = small; return nil })) // as when it has grown once more
	write()
	ok(t, s.write(ctx, func(*tx) error { return nil })) // after which the log was looked at
	if size := s.writer.walSize(); size >= small {
		t.Errorf("the log has %d bytes", size)
	}
	equal(t, "settings", must(row(ctx, s, one[int], "select count(*) from setting where length(value) = 100000"))(t), written)
}
