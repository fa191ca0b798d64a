package store

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"
)

func TestClaimHasOneWinner(t *testing.T) {
	d := openDesk(t)
	agents := []Agent{d.li, d.su}
	for i := range 8 {
		agents = append(agents, d.addAgent(t, fmt.Sprint("agent", i), "agent", fmt.Sprintf("a%d@hemu", i)))
	}
	v := d.receive(t, d.text("o1", "hello"))
	d.clock.advance(time.Minute)
	var winners atomic.Int32
	var winner atomic.Int64
	losers := make([]*Refusal, 50)
	each(50, func(i int) {
		a := &agents[i%len(agents)]
		got, err := d.Claim(ctx, a, v.ID)
		switch {
		case err == nil:
			if got.Agent != a.ID || got.State != "open" {
				t.Errorf("%s won, but: %+v", a.Login, got)
			}
			if winner.Swap(a.ID) != a.ID {
				winners.Add(1)
			}
		case !errors.As(err, &losers[i]):
			t.Errorf("got %v", err)
		}
	})
	equal(t, "winners", winners.Load(), 1)
	name := d.agent(t, winner.Load()).Name
	for i, r := range losers {
		if r == nil {
			continue
		}
		equal(t, "code", r.Code, "claimed")
		equal(t, "who won", fmt.Sprint(r.Detail["agent"], r.Detail["name"]), fmt.Sprint(winner.Load(), name))
		if agents[i%len(agents)].ID == winner.Load() {
			t.Error("the winner lost against themselves")
		}
	}
	v = d.of(t, "o1")
	equal(t, "claimed at", v.ClaimedAt, d.now())
	equal(t, "still waiting for an answer", v.WaitingSince, d.now()-60_000)
	list := d.timeline(t, v.Customer.ID)
	equal(t, "timeline", lines(list), "in text@1, event claimed@1")
	equal(t, "line", fmt.Sprint(string(list[1].Body), list[1].Agent, list[1].Nick), fmt.Sprint(`{"waited_ms":60000}`, winner.Load(), name))
	equal(t, "the line leaves the preview", v.Last.Text, "hello")
}

func TestClaimNextOrder(t *testing.T) {
	d := openDesk(t)
	other := d.addAccount(t, "wxfedcba0987654321")
	for i, c := range []struct {
		openid string
		vip    int
		deed   bool
	}{{"plain", 0, false}, {"deed", 0, true}, {"later", 0, false}, {"vip", 2, false}, {"vip later", 2, false}, {"vip one", 1, false}} {
		d.clock.advance(time.Second)
		in := d.text(c.openid, "hello")
		if c.deed {
			in = d.event(c.openid, "subscribe", "subscribe")
		}
		d.receive(t, in)
		ok(t, d.write(ctx, func(t *tx) error {
			return t.exec("update customer set vip = $1 where openid = $2", c.vip, c.openid)
		}))
		if i == 0 { // waits at an account where li cannot reply
			in := d.text("elsewhere", "hello")
			in.Account = other
			_ = must(d.Receive(ctx, in))(t)
		}
	}
	for _, want := range []string{"vip", "vip later", "vip one", "plain", "deed", "later"} {
		v := must(d.ClaimNext(ctx, &d.li))(t)
		equal(t, "next", v.Customer.OpenID, want)
		equal(t, "agent", v.Agent, d.li.ID)
	}
	if _, err := d.ClaimNext(ctx, &d.li); !errors.Is(err, ErrNotFound) {
		t.Errorf("nobody waits: %v", err)
	}
	if _, err := d.ClaimNext(ctx, &d.admin); !errors.Is(err, ErrNotFound) {
		t.Errorf("an admin without kf account: %v", err)
	}
}

func TestClaimNextAtOnce(t *testing.T) {
	d := openDesk(t)
	for i := range 10 {
		d.receive(t, d.text(fmt.Sprint("o", i), "hello"))
	}
	var got, none atomic.Int32
	each(20, func(i int) {
		switch _, err := d.ClaimNext(ctx, []*Agent{&d.li, &d.su}[i%2]); {
		case err == nil:
			got.Add(1)
		case errors.Is(err, ErrNotFound):
			none.Add(1)
		default:
			t.Error(err)
		}
	})
	equal(t, "claimed", got.Load(), 10)
	equal(t, "none left", none.Load(), 10)
	equal(t, "still waiting", must(row(ctx, d, one[int], "select count(*) from conversation where state = 'waiting'"))(t), 0)
}

// Who may do what to a conversation in which state.
func TestWhoMay(t *testing.T) {
	deeds := map[string]func(*desk, *Agent, int64) (Conversation, error){
		"claim":  func(d *desk, a *Agent, id int64) (Conversation, error) { return d.Claim(ctx, a, id) },
		"end":    func(d *desk, a *Agent, id int64) (Conversation, error) { return d.End(ctx, a, id) },
		"reopen": func(d *desk, a *Agent, id int64) (Conversation, error) { return d.Reopen(ctx, a, id) },
	}
	for _, c := range []struct{ state, deed, who, want string }{ // li serves what is open or closed
		{"waiting", "claim", "li", "open li"},
		{"waiting", "claim", "admin", "no_kf_account"},
		{"waiting", "claim", "looker", "no_kf_account"},
		{"waiting", "claim", "gone", "no_kf_account"},
		{"waiting", "claim", "stranger", "not found"},
		{"waiting", "end", "li", "not_yours"},
		{"waiting", "end", "admin", "closed -"},
		{"waiting", "end", "stranger", "not found"},
		{"waiting", "reopen", "su", "open su"},
		{"open", "claim", "li", "open li"},
		{"open", "claim", "su", "claimed"},
		{"open", "end", "li", "closed li"},
		{"open", "end", "su", "not_yours"},
		{"open", "end", "admin", "closed li"},
		{"open", "reopen", "li", "open li"},
		{"open", "reopen", "su", "claimed"},
		{"closed", "claim", "li", "ended"},
		{"closed", "end", "li", "closed li"},
		{"closed", "end", "su", "closed li"}, // nothing to do
		{"closed", "reopen", "li", "open li"},
		{"closed", "reopen", "su", "open su"},
		{"closed", "reopen", "admin", "no_kf_account"},
		{"closed", "reopen", "gone", "no_kf_account"},
		{"closed", "reopen", "stranger", "not found"},
		{"superseded", "reopen", "li", "superseded"},
		{"nothing", "claim", "li", "not found"},
		{"nothing", "end", "admin", "not found"},
	} {
		t.Run(c.state+" "+c.deed+" "+c.who, func(t *testing.T) {
			d := openDesk(t)
			who := map[string]*Agent{"li": &d.li, "su": &d.su, "admin": &d.admin}
			for _, login := range []string{"looker", "gone", "stranger"} {
				a := d.addAgent(t, login, "agent", map[string]string{"gone": "gone@hemu"}[login])
				if login == "looker" {
					ok(t, d.Bind(ctx, Actor{}, a.ID, d.account, ""))
					a = d.agent(t, a.ID)
				}
				who[login] = &a
			}
			// Deactivated after the request read who asks.
			ok(t, d.SetAgentActive(ctx, Actor{}, who["gone"].ID, false))

			v := d.receive(t, d.text("o1", "hello"))
			switch c.state {
			case "open":
				must(d.Claim(ctx, &d.li, v.ID))(t)
			case "closed", "superseded":
				closed(time.Hour)(t, d, v)
			case "nothing":
				v.ID = 99
			}
			if c.state == "superseded" {
				d.receive(t, d.text("o1", "again"))
			}
			before, _, err := d.LastEvent(ctx)
			ok(t, err)
			got, err := deeds[c.deed](d, who[c.who], v.ID)
			var r *Refusal
			answer := ""
			switch {
			case errors.Is(err, ErrNotFound):
				answer = "not found"
			case errors.As(err, &r):
				answer = r.Code
			case err != nil:
				t.Fatal(err)
			case got.Agent == 0:
				answer = got.State + " -"
			default:
				answer = got.State + " " + d.agent(t, got.Agent).Login
			}
			equal(t, "answer", answer, c.want)
			after, _, err2 := d.LastEvent(ctx)
			ok(t, err2)
			if err != nil {
				equal(t, "a refusal's events", after-before, 0)
			} else {
				equal(t, "event of the answer", got.Event, d.of(t, "o1").Event)
			}
		})
	}
}

func TestEndAndReopen(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	d.receive(t, d.text("o1", "one more"))
	d.clock.advance(time.Minute)
	v = must(d.End(ctx, &d.li, v.ID))(t)
	equal(t, "ended", fmt.Sprint(v.State, v.ClosedAt-d.now(), v.WaitingSince, v.Unread), "closed0 0 0")
	d.clock.advance(time.Hour)
	v = must(d.Reopen(ctx, &d.su, v.ID))(t)
	equal(t, "reopened", fmt.Sprint(v.State, v.ClosedAt, v.ClaimedAt-d.now(), v.Agent == d.su.ID), "open0 0 true")
	equal(t, "timeline", lines(d.timeline(t, v.Customer.ID)),
		"in text@1, event claimed@1, in text@1, event ended@1, event reopened@1")
}

func TestReadAndUnread(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	for range 3 {
		d.receive(t, d.text("o1", "more"))
	}
	d.receive(t, d.event("o1", "view", ""))
	v = d.of(t, "o1")
	equal(t, "unread", v.Unread, 4)
	var texts []int64
	for _, m := range d.timeline(t, v.Customer.ID) {
		if m.Dir == "in" {
			texts = append(texts, m.ID)
		}
	}
	read := func(a *Agent, id int64, unread int, readID int64, events int64) {
		t.Helper()
		before, _, err := d.LastEvent(ctx)
		ok(t, err)
		v := must(d.Read(ctx, a, v.ID, id))(t)
		equal(t, "unread", v.Unread, unread)
		equal(t, "read up to", v.ReadID, readID)
		after, _, err := d.LastEvent(ctx)
		ok(t, err)
		equal(t, "events", after-before, events)
	}
	read(&d.su, texts[3], 4, 0, 0) // only who serves has read
	read(&d.admin, texts[3], 4, 0, 0)
	read(&d.li, texts[1], 2, texts[1], 1)
	read(&d.li, texts[0], 2, texts[1], 0) // never back
	newest := d.timeline(t, v.Customer.ID)[5].ID
	read(&d.li, 1<<50, 0, newest, 1) // not beyond what there is
	v = d.receive(t, d.text("o1", "and more"))
	equal(t, "unread", v.Unread, 1)
	read(&d.li, v.Last.ID, 0, v.Last.ID, 1)
}

// An agent who can serve no longer gives back what they serve.
func TestRequeue(t *testing.T) {
	for name, c := range map[string]struct {
		reason string
		deed   func(d *desk) error
	}{
		"deactivated": {"inactive", func(d *desk) error { return d.SetAgentActive(ctx, Actor{}, d.li.ID, false) }},
		"unbound":     {"unbound", func(d *desk) error { return d.Unbind(ctx, Actor{}, d.li.ID, d.account) }},
		"only looks":  {"unbound", func(d *desk) error { return d.Bind(ctx, Actor{}, d.li.ID, d.account, "") }},
	} {
		t.Run(name, func(t *testing.T) {
			d := openDesk(t)
			waits, answered, ended, other := d.open(t, "o1", &d.li), d.open(t, "o2", &d.li), d.open(t, "o3", &d.li), d.open(t, "o4", &d.su)
			d.reply(t, &d.li, answered.ID)
			must(d.End(ctx, &d.li, ended.ID))(t)
			ok(t, c.deed(d))
			for _, v := range []Conversation{waits, answered} {
				now := must(d.Conversation(ctx, &d.admin, v.ID))(t)
				equal(t, "conversation", fmt.Sprint(now.State, now.Agent, now.ClaimedAt), "waiting0 0")
				list := d.timeline(t, v.Customer.ID)
				last := list[len(list)-1]
				equal(t, "line", fmt.Sprint(last.Type, string(last.Body), last.Agent, last.Nick), fmt.Sprintf(`queued{"reason":"%s"}%dli`, c.reason, d.li.ID))
			}
			equal(t, "ended", must(d.Conversation(ctx, &d.admin, ended.ID))(t).State, "closed")
			equal(t, "another agent's", must(d.Conversation(ctx, &d.admin, other.ID))(t).Agent, d.su.ID)
			_, _, _, err := d.Reply(ctx, &d.li, waits.ID, d.draft("as the request knew me"))
			refused(t, err, "not_claimed")
			must(d.Claim(ctx, &d.su, waits.ID))(t)
		})
	}
}
