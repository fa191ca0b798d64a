package hub

import (
	"context"
	"fmt"
	"strings"
	"testing"

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
