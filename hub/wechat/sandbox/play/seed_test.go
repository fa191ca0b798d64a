package play

import (
	"context"
	"log/slog"
	"testing"

	"kfdesk/store"
)

// A backup of other data was restored over the demo: the sandbox starts, tells no
// log-ins that are not there, and lets an admin in.
func TestSandboxOverOtherData(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	box, err := Open(dir, "http://127.0.0.1:1", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	for _, c := range []struct {
		dir   string
		names int
	}{{box.Dir, 3}, {t.TempDir(), 0}} {
		s, err := store.Open(ctx, c.dir, store.Options{Now: box.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		l, err := box.Seed(ctx, s, true)
		if err != nil || len(l.Names) != c.names {
			t.Errorf("%d log-ins: %v", len(l.Names), err)
		}
		admin, err := s.AddAgent(ctx, store.Actor{}, store.Agent{Login: "owner", Name: "Owner", Role: "admin"}, "a password of theirs")
		if err != nil {
			t.Fatal(err)
		}
		if err := box.Host(ctx, s, admin.ID); err != nil {
			t.Error(err)
		}
	}
}
