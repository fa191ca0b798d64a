package hub

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"kfdesk/store"
)

// A look at a session that panics ends its own connection and no other.
func TestCheckThatPanics(t *testing.T) {
	d := newDesk(t)
	h := New(d.store, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- h.Run(ctx) }()
	look := func(check func(context.Context) (store.Agent, error)) error {
		return (&client{hub: h, check: check}).recheck(ctx)
	}
	if err := look(func(context.Context) (store.Agent, error) { panic("no session") }); !errors.Is(err, errBroken) {
		t.Errorf("it panics: %v", err)
	}
	if err := look(func(context.Context) (store.Agent, error) { return store.Agent{}, store.ErrNotFound }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the next: %v", err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
