package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kfdesk/store"
)

// watchedDesk has a presence whose looks the test makes itself, at times that it sets.
func watchedDesk(t *testing.T) (*desk, *Presence, func(time.Duration)) {
	d := newDesk(t)
	var ahead atomic.Int64
	began := time.Now()
	d.store.Now = func() time.Time { return began.Add(time.Duration(ahead.Load())) }
	p := NewPresence(d.store, slog.New(slog.DiscardHandler))
	return d, p, func(by time.Duration) { ahead.Add(int64(by)) }
}

func (d *desk) presence() string {
	d.Helper()
	a, err := d.store.Agent(context.Background(), d.agent.ID)
	if err != nil {
		d.Fatal(err)
	}
	return a.Presence
}

// What tabs, touches and time make of an agent: + opens a tab, - closes one, k
// touches a key; b and a: set by hand to busy and away; a number of seconds
// passes; = says what the presence is then.
func TestPresence(t *testing.T) {
	for name, c := range map[string]struct {
		idle  int
		steps string
	}{
		"a tab":                     {15, "=away + =online"},
		"the last tab":              {15, "+ - =online 29 =online 1 =away"},
		"a reload":                  {15, "+ - 2 + 60 =online"},
		"a reload takes too long":   {15, "+ - 31 =away + =online"},
		"one of two tabs":           {15, "+ + - 60 =online - 29 =online 1 =away"},
		"idle":                      {15, "+ 899 =online 1 =away 9999 =away k =online"},
		"one touch and idle again":  {15, "+ 890 k 899 =online 1 =away k =online 900 =away"},
		"never idle":                {0, "+ 99999 =online"},
		"a tab after idling":        {15, "+ 900 =away + =online"},
		"idle, then gone":           {15, "+ 900 - 30 =away + =online"},
		"busy does not idle":        {15, "+ b 9999 =busy k =busy"},
		"busy who left":             {15, "+ b - 30 =away + =busy"},
		"busy reload":               {15, "+ b - + 99 =busy"},
		"away by hand":              {15, "+ a k =away + =away 60 k =away"},
		"away by hand, then gone":   {15, "+ a - 30 =away + =online"},
		"nobody is told of a touch": {15, "+ k k 5 k =online"},
	} {
		t.Run(name, func(t *testing.T) {
			d, p, pass := watchedDesk(t)
			ctx := context.Background()
			a, _ := d.store.Account(ctx, d.account.ID)
			a.Rules.Idle = c.idle
			if err := d.store.SetRules(ctx, store.Actor{}, d.account.ID, a.Rules); err != nil {
				t.Fatal(err)
			}
			for at, step := range strings.Fields(c.steps) {
				var err error
				switch step[0] {
				case '+':
					p.Tab(d.agent, true)
				case '-':
					p.Tab(d.agent, false)
				case 'k':
					p.Touched(d.agent)
				case 'b':
					err = d.store.SetPresence(ctx, d.agent.ID, "busy")
				case 'a':
					err = d.store.SetPresence(ctx, d.agent.ID, "away")
				case '=':
					if got := d.presence(); got != step[1:] {
						t.Errorf("after %v: %s, want %s", strings.Fields(c.steps)[:at], got, step[1:])
					}
				default:
					s, _ := time.ParseDuration(step + "s")
					pass(s)
				}
				if err == nil {
					err = p.look(ctx)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// The strictest of the accounts that an agent sees counts; one that never makes
// idle, and those of others, do not.
func TestIdleOfSeveralAccounts(t *testing.T) {
	d, p, pass := watchedDesk(t)
	ctx := context.Background()
	for i, idle := range []int{0, 20, 10, 3} {
		account := d.account.ID
		if i > 0 {
			a, err := d.store.AddAccount(ctx, store.Actor{}, store.Account{AppID: "wx123456789012345" + string(rune('0'+i)), OriginalID: "gh_012345678901",
				WechatID: "other", Mode: "plain", Secret: "secret", CallbackToken: "token123"})
			if err != nil {
				t.Fatal(err)
			}
			account = a.ID
		}
		a, err := d.store.Account(ctx, account)
		if err == nil {
			a.Rules.Idle = idle
			err = d.store.SetRules(ctx, store.Actor{}, account, a.Rules)
		}
		if err == nil && i < 3 { // the strictest of all is another's
			err = d.store.Bind(ctx, store.Actor{}, d.agent.ID, account, "")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	d.agent, _ = d.store.Agent(ctx, d.agent.ID)
	p.Tab(d.agent, true)
	for _, want := range []string{"online", "away"} {
		if want == "online" {
			pass(10*time.Minute - time.Second)
		} else {
			pass(time.Second)
		}
		if err := p.look(ctx); err != nil {
			t.Fatal(err)
		}
		if got := d.presence(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// A server that starts anew gives who was here the grace to come back.
func TestPresenceAfterARestart(t *testing.T) {
	for _, back := range []bool{true, false} {
		d, p, pass := watchedDesk(t)
		ctx := context.Background()
		if err := d.store.SetPresence(ctx, d.agent.ID, "busy"); err != nil {
			t.Fatal(err)
		}
		look := func(want string) {
			t.Helper()
			if err := p.look(ctx); err != nil {
				t.Fatal(err)
			}
			if got := d.presence(); got != want {
				t.Errorf("%s, want %s (back: %v)", got, want, back)
			}
		}
		if err := p.begin(ctx); err != nil {
			t.Fatal(err)
		}
		pass(p.Grace - time.Second)
		look("busy")
		if back {
			p.Tab(d.agent, true)
		}
		pass(time.Second)
		look(map[bool]string{true: "busy", false: "away"}[back])
	}
}

// The hub tells of every tab and touch, and the presence that runs beside it
// brings it to all browsers.
func TestTabsReachEveryBrowser(t *testing.T) {
	d := newDesk(t)
	p := NewPresence(d.store, slog.New(slog.DiscardHandler))
	p.Grace = 0
	d.hub.Tab, d.hub.Touched = p.Tab, p.Touched
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	other, err := d.store.AddAgent(ctx, store.Actor{}, store.Agent{Login: "su", Role: "agent"}, "long enough")
	if err != nil {
		t.Fatal(err)
	}
	first := d.agent
	d.agent = other
	watcher := d.connect(d.newest())
	d.agent = first
	seen := func(want string) func() bool {
		return func() bool {
			for i := len(watcher.frames) - 1; i >= 0; i-- {
				if a := string(watcher.frames[i]["agent"]); strings.Contains(a, `"login":"li"`) {
					return strings.Contains(a, `"presence":"`+want+`"`)
				}
			}
			return false
		}
	}
	l := d.connect(d.newest())
	watcher.until(t, "online", seen("online"))
	if err := d.store.Idle(ctx, first.ID); err != nil {
		t.Fatal(err)
	}
	watcher.until(t, "away", seen("away"))
	p.settle(first.ID, func(s *seat) { s.idle = true }) // as if the time had passed
	l.signals <- `{"active":true}`
	watcher.until(t, "online again", seen("online"))
	l.Stop()
	watcher.until(t, "gone", seen("away"))
}

// Whom a line concerns gets it whole, wherever they look; others get the row.
func TestWhomALineConcerns(t *testing.T) {
	d := newDesk(t)
	ctx := context.Background()
	d.write("o1", 1)
	lead, err := d.store.AddAgent(ctx, store.Actor{}, store.Agent{Login: "lead", Role: "admin"}, "long enough")
	if err == nil {
		err = d.store.SetPresence(ctx, d.agent.ID, "online")
	}
	if err != nil {
		t.Fatal(err)
	}
	first := d.agent
	l := d.connect(d.newest())
	d.agent = lead
	watcher := d.connect(d.newest())
	d.agent = first
	if _, err := d.store.Invite(ctx, &lead, 1, first.ID); err != nil {
		t.Fatal(err)
	}
	told := d.newest() - 1 // after it comes that there is something to see
	for who, c := range map[*line]bool{l: true, watcher: false} {
		who.until(t, "the line", who.has(told))
		i := slices.IndexFunc(who.frames, func(f map[string]json.RawMessage) bool { return string(f["id"]) == fmt.Sprint(told) })
		if f := who.frames[max(i, 0)]; f["conversation"] == nil || (f["message"] != nil) != c {
			t.Errorf("got %s, whole: %v", f, c)
		}
	}
	l.until(t, "what is to be seen", l.has(told+1))
	if f := l.frames[len(l.frames)-1]; !strings.Contains(string(f["mentions"]), `"kind":"invited"`) {
		t.Errorf("got %s", f)
	}
}
