package hub

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"kfdesk/store"
)

// A change of a colleague tells each browser of the official accounts that both see.
func TestColleaguesAreShownWhereBothAre(t *testing.T) {
	d := newDesk(t)
	ctx, by := context.Background(), store.Actor{}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	shop, err := d.store.AddAccount(ctx, by, store.Account{Name: "the shop", AppID: "wx0000000000000001", OriginalID: "gh_000000000001", WechatID: "shop", Mode: "plain", Secret: "secret", CallbackToken: "token123"})
	must(err)
	admin, err := d.store.AddAgent(ctx, by, store.Agent{Login: "boss", Role: "admin"}, "long enough")
	must(err)
	su, err := d.store.AddAgent(ctx, by, store.Agent{Login: "su", Role: "agent"}, "long enough")
	must(err)
	must(d.store.Bind(ctx, by, su.ID, d.account.ID, ""))
	li, since := d.connect(d.newest()), d.newest()
	d.agent = admin
	boss := d.connect(since)
	must(d.store.Bind(ctx, by, su.ID, shop.ID, ""))
	for name, tt := range map[string]struct {
		line *line
		both bool
	}{"li": {li, false}, "the admin": {boss, true}} {
		tt.line.until(t, "the change", tt.line.has(d.newest()))
		frame := string(tt.line.frames[len(tt.line.frames)-1]["agent"])
		if !strings.Contains(frame, `"login":"su"`) || !strings.Contains(frame, fmt.Sprintf(`"account":%d,`, d.account.ID)) ||
			strings.Contains(frame, "the shop") != tt.both || strings.Contains(frame, fmt.Sprintf(`"account":%d,`, shop.ID)) != tt.both {
			t.Errorf("%s is told %s", name, frame)
		}
	}
}

// Who may see all of a colleague is given the bytes that are ready.
func TestAgentRowIsMadeOnce(t *testing.T) {
	d := newDesk(t)
	f, err := d.hub.frame(context.Background(), &store.Change{Event: store.Event{ID: 1, Kind: "agent", Agent: d.agent.ID}})
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		who   store.Agent
		ready bool
	}{"the agent": {d.agent, true}, "an admin": {store.Agent{ID: 8, Role: "admin"}, true}, "one of no account": {store.Agent{ID: 9, Role: "agent"}, false}} {
		row, err := f.agentRow(&tt.who)
		if err != nil || (&row[0] == &f.row[0]) != tt.ready || strings.Contains(string(row), `"account":`) != tt.ready {
			t.Errorf("%s: %v, %s", name, err, row)
		}
	}
}
