package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"kfdesk/store"
)

// colleague is another agent, of the desk's account when bound.
func (d *desk) colleague(login string, bound bool) store.Agent {
	d.Helper()
	ctx := context.Background()
	a, err := d.store.AddAgent(ctx, store.Actor{}, store.Agent{Login: login, Role: "agent"}, "long enough")
	if err == nil && bound {
		err = d.store.Bind(ctx, store.Actor{}, a.ID, d.account.ID, "")
	}
	if err == nil {
		a, err = d.store.Agent(ctx, a.ID)
	}
	if err != nil {
		d.Fatal(err)
	}
	return a
}

// browser opens a browser of an agent.
func (d *desk) browser(a store.Agent) *line {
	l := newLine()
	since := d.newest()
	d.joined.Go(func() {
		d.hub.Serve(context.Background(), l, Viewer{Agent: a, Since: since,
			Check: func(ctx context.Context) (store.Agent, error) { return d.store.Agent(ctx, a.ID) }})
	})
	return l
}

// signals are the signal frames that have arrived, in short.
func (l *line) told() (list []string) {
	for _, f := range l.frames {
		if f["signal"] != nil {
			list = append(list, fmt.Sprintf("%s looking%s typing%s", f["conversation"], f["looking"], f["typing"]))
		}
	}
	return list
}

// last waits until the latest signal is this one.
func (l *line) last(t *testing.T, want string) {
	t.Helper()
	l.until(t, want, func() bool { told := l.told(); return len(told) > 0 && told[len(told)-1] == want })
}

// Who looks and who types is told to all others who may see it, and its end too,
// said or not.
func TestSignalsAreTold(t *testing.T) {
	d := newDesk(t)
	su := d.colleague("su", true)
	d.write("one", 1)
	d.write("two", 1)
	li, other := d.browser(d.agent), d.browser(su)
	me, you := d.agent.ID, su.ID
	for _, c := range []struct {
		by     *line
		signal string
		told   string
	}{
		{li, `{"open":1}`, fmt.Sprintf("1 looking[%d] typing[]", me)},
		{other, `{"open":1}`, fmt.Sprintf("1 looking[%d,%d] typing[]", me, you)},
		{li, `{"typing":1}`, fmt.Sprintf("1 looking[%d,%d] typing[%d]", me, you, me)},
		{other, `{"typing":1}`, fmt.Sprintf("1 looking[%d,%d] typing[%d,%d]", me, you, me, you)},
		{li, `{"typing":0}`, fmt.Sprintf("1 looking[%d,%d] typing[%d]", me, you, you)},
		{other, `{"typing":0}`, fmt.Sprintf("1 looking[%d,%d] typing[]", me, you)},
		{li, `{"open":0}`, fmt.Sprintf("1 looking[%d] typing[]", you)},
	} {
		c.by.signals <- c.signal
		li.last(t, c.told)
		other.last(t, c.told)
	}
	// One that comes later is told what holds; two browsers of one agent are one.
	li.signals <- `{"open":2}`
	li.last(t, fmt.Sprintf("2 looking[%d] typing[]", me))
	second := d.browser(d.agent)
	second.until(t, "all that holds", func() bool { return len(second.told()) == 2 })
	second.signals <- `{"open":2,"typing":2}`
	other.last(t, fmt.Sprintf("2 looking[%d] typing[%d]", me, me))
	li.signals <- `{"open":0}`
	second.Stop() // the connection is lost
	other.last(t, "2 looking[] typing[]")
	late := d.browser(su)
	late.until(t, "what holds, and nothing that is over", func() bool {
		told := late.told()
		return len(told) == 1 && told[0] == fmt.Sprintf("1 looking[%d] typing[]", you)
	})
}

func TestSignalsOfAnotherAccountAreNotTold(t *testing.T) {
	d := newDesk(t)
	stranger := d.colleague("stranger", false)
	d.write("one", 1)
	li, out := d.browser(d.agent), d.browser(stranger)
	out.signals <- `{"open":1,"typing":1}`
	li.signals <- `{"open":1}`
	li.last(t, fmt.Sprintf("1 looking[%d] typing[]", d.agent.ID))
	d.colleague("somebody", false)
	out.until(t, "an event behind the signal", out.has(d.newest()))
	if told := out.told(); len(told) != 0 {
		t.Errorf("a stranger is told %v", told)
	}
}

// Who does not say that they type does not for ever.
func TestTypingRests(t *testing.T) {
	d := newDesk(t)
	su := d.colleague("su", true)
	d.write("one", 1)
	li, other := d.browser(d.agent), d.browser(su)
	li.signals <- `{"typing":1}`
	other.last(t, fmt.Sprintf("1 looking[] typing[%d]", d.agent.ID))
	d.hub.rest()
	other.last(t, fmt.Sprintf("1 looking[] typing[%d]", d.agent.ID))
	d.hub.mu.Lock()
	d.hub.pause = 0
	d.hub.mu.Unlock()
	d.hub.rest()
	other.last(t, "1 looking[] typing[]")
}

// A browser that takes nothing costs the others nothing, and is told only what
// holds when it comes to it.
func TestSignalsDoNotWaitForASlowBrowser(t *testing.T) {
	d := newDesk(t)
	su := d.colleague("su", true)
	d.write("one", 1)
	li, other, slow := d.browser(d.agent), d.browser(su), newLine()
	hold := make(chan struct{})
	slow.hold = hold
	since := d.newest()
	d.joined.Go(func() {
		d.hub.Serve(context.Background(), slow, Viewer{Agent: su, Since: since,
			Check: func(ctx context.Context) (store.Agent, error) { return d.store.Agent(ctx, su.ID) }})
	})
	typing, still := fmt.Sprintf("1 looking[] typing[%d]", d.agent.ID), "1 looking[] typing[]"
	for range 20 {
		li.signals <- `{"typing":1}`
		li.last(t, typing)
		other.last(t, typing)
		li.signals <- `{"typing":0}`
		other.last(t, still)
	}
	li.signals <- `{"typing":1}`
	other.last(t, typing)
	slow.mu.Lock()
	slow.hold = nil
	slow.mu.Unlock()
	close(hold)
	slow.last(t, typing)
	if n := len(slow.told()); n > 2 {
		t.Errorf("%d signals had waited for the slow browser", n)
	}
	// What nobody looks at any more is forgotten once all have heard of it.
	li.signals <- `{"typing":0}`
	for _, l := range []*line{li, other, slow} {
		l.last(t, still)
	}
	d.write("two", 1)
	li.signals <- `{"open":2}`
	other.last(t, fmt.Sprintf("2 looking[%d] typing[]", d.agent.ID))
	d.hub.mu.Lock()
	defer d.hub.mu.Unlock()
	if len(d.hub.places) != 1 {
		t.Errorf("%d places are kept", len(d.hub.places))
	}
}

// A draft goes to its author's browsers and to nobody else.
func TestDraftsGoToTheirAuthor(t *testing.T) {
	d := newDesk(t)
	su := d.colleague("su", true)
	d.write("one", 1)
	lines := map[*line]bool{d.browser(d.agent): true, d.browser(d.agent): true, d.browser(su): false}
	if _, err := d.store.SaveDraft(context.Background(), &d.agent, store.SavedDraft{Conversation: 1, Mode: "reply", Text: "half a"}); err != nil {
		t.Fatal(err)
	}
	at := d.newest()
	d.write("one more", 1)
	for l, mine := range lines {
		l.until(t, "what came behind the draft", l.has(at+1))
		got := ""
		for _, f := range l.frames {
			if f["draft"] != nil {
				got += string(f["draft"])
			}
		}
		if (got != "") != mine {
			t.Errorf("mine %v: %s", mine, got)
		}
	}
}

func TestBodiesGoToWhoLooks(t *testing.T) {
	d := newDesk(t)
	d.write("customer", 1)
	list, err := d.store.ActiveConversations(context.Background(), &d.agent)
	if err != nil || len(list) != 1 {
		t.Fatal(err, list)
	}
	looking, elsewhere := d.connect(d.newest()), d.connect(d.newest())
	looking.signals <- fmt.Sprintf(`{"open":%d}`, list[0].ID)
	looking.until(t, "the open conversation is confirmed", func() bool {
		return slices.ContainsFunc(looking.frames, func(f map[string]json.RawMessage) bool { return f["opened"] != nil })
	})
	d.store.Receive(context.Background(), store.Incoming{Account: d.account.ID, OpenID: "customer", Dedupe: "x", Dir: "in", Type: "text",
		Body: json.RawMessage(`{"content":"private"}`), At: 1, Grant: "message"})
	for _, l := range []*line{looking, elsewhere} {
		l.until(t, "the message", l.has(d.newest()))
		last := l.frames[len(l.frames)-1]
		if (last["message"] != nil) != (l == looking) || last["conversation"] == nil {
			t.Fatalf("looking %v: %s", l == looking, last)
		}
	}
}
