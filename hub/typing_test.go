package hub

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"kfdesk/store"
)

// Who types where reaches the one who tells the customers: only of whom the agent
// serves, and its end too, said or not.
func TestTyping(t *testing.T) {
	d := newDesk(t)
	ctx := context.Background()
	heard := make(chan string, 16)
	d.hub.Typing = func(agent, conversation int64, on bool) { heard <- fmt.Sprint(agent == d.agent.ID, conversation, on) }
	d.write("mine", 1)
	d.write("mine too", 1)
	d.write("waiting", 1)
	if err := d.store.SetKFAccounts(ctx, d.account.ID, []store.KFAccount{{KFAccount: "li@desk"}}); err != nil {
		t.Fatal(err)
	}
	if err := d.store.Bind(ctx, store.Actor{}, d.agent.ID, d.account.ID, "li@desk"); err != nil {
		t.Fatal(err)
	}
	for id := range int64(2) {
		if _, err := d.store.Claim(ctx, &d.agent, id+1); err != nil {
			t.Fatal(err)
		}
	}
	l := d.connect(d.newest())
	for _, c := range []struct{ signal, heard string }{
		{`{"typing":1}`, "true 1 true"},
		{`{"typing":1}`, "true 1 true"},
		{`{"typing":2}`, "true 1 false, true 2 true"},
		{`{"typing":0}`, "true 2 false"},
		{`{"typing":0}`, ""},
		{`{"typing":3}`, ""}, // served by nobody
		{`{"typing":99}`, ""},
		{`{"typing":"1"}`, ""},
		{`{"open":1,"typing":1}`, "true 1 true"},
	} {
		l.signals <- c.signal
		for _, want := range strings.Split(c.heard, ", ") {
			if want == "" {
				continue
			}
			if got := <-heard; got != want {
				t.Errorf("%s: heard %q, want %q", c.signal, got, want)
			}
		}
	}
	l.Stop()
	if got := <-heard; got != "true 1 false" {
		t.Errorf("after the connection ended: %q", got)
	}
}

// Who types is not silent: what they hold stays with them.
func TestTypingIsASignOfLife(t *testing.T) {
	d := newDesk(t)
	ctx := context.Background()
	done := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	heard := make(chan bool, 4)
	d.hub.Typing = func(_, _ int64, on bool) { heard <- on }
	d.write("typed to", 1)
	d.write("forgotten", 1)
	done(d.store.SetKFAccounts(ctx, d.account.ID, []store.KFAccount{{KFAccount: "li@desk"}}))
	done(d.store.Bind(ctx, store.Actor{}, d.agent.ID, d.account.ID, "li@desk"))
	rules := d.account.Rules
	rules.Silence = 10
	done(d.store.SetRules(ctx, store.Actor{}, d.account.ID, rules))
	for id := range int64(2) {
		_, err := d.store.Claim(ctx, &d.agent, id+1)
		done(err)
	}
	d.ahead.Store(int64(9 * time.Minute))
	l := d.connect(d.newest())
	l.signals <- `{"typing":1}`
	l.signals <- `{"typing":0}`
	<-heard
	<-heard // the first is done with
	d.ahead.Store(int64(15 * time.Minute))
	done(d.store.Route(ctx))
	for id, want := range map[int64]string{1: "open", 2: "waiting"} {
		v, err := d.store.Conversation(ctx, &d.agent, id)
		done(err)
		if v.State != want {
			t.Errorf("conversation %d is %s, want %s", id, v.State, want)
		}
	}
	l.Stop()
}
