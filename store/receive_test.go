package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// lines is a timeline in short.
func lines(list []Message) string {
	var out []string
	for _, m := range list {
		out = append(out, fmt.Sprintf("%s %s@%d", m.Dir, m.Type, m.Conversation))
	}
	return strings.Join(out, ", ")
}

func TestReceiveFromANewCustomer(t *testing.T) {
	d := openDesk(t)
	in := d.text("o1", "hello")
	in.At = d.now() - 1000
	v := d.receive(t, in)
	c := v.Customer
	equal(t, "state", v.State, "waiting")
	equal(t, "agent", v.Agent, 0)
	equal(t, "unread", v.Unread, 1)
	equal(t, "waiting since", v.WaitingSince, d.now())
	equal(t, "created", v.CreatedAt, d.now())
	equal(t, "account", v.Account, d.account)
	equal(t, "customer", fmt.Sprint(c.OpenID, c.Following, c.Conversations, c.VIP), "o1true 1 0")
	m := d.timeline(t, c.ID)[0]
	equal(t, "last", v.Last, Last{ID: m.ID, Dir: "in", Type: "text", Text: "hello", At: in.At})
	equal(t, "grant", *v.Grants.Message, Grant{5, 5, in.At, in.At + (48*3600-45)*1000, "message"})
	equal(t, "action grant", v.Grants.Action, nil)
	equal(t, "body", string(m.Body), `{"content":"hello"}`)
	equal(t, "at", m.At, in.At)
	equal(t, "raw", string(must(d.Raw(ctx, &d.admin, m.ID))(t)), "<xml/>")
	equal(t, "the message's event and the conversation's", m.Event, v.Event)
	newest, _, err := d.LastEvent(ctx)
	ok(t, err)
	equal(t, "newest event", newest, v.Event)
}

func TestReceiveTheSamePushTwice(t *testing.T) {
	d := openDesk(t)
	in := d.text("o1", "hello")
	first := d.receive(t, in)
	want, err := json.Marshal(first)
	ok(t, err)
	same := func(s *Store) {
		t.Helper()
		in := in
		in.Body = json.RawMessage(`{"content":"not looked at"}`)
		equal(t, "again", must(s.Receive(ctx, in))(t), true)
		v := must(s.Conversation(ctx, &d.admin, first.ID))(t)
		equal(t, "conversation", string(must(json.Marshal(v))(t)), string(want))
		equal(t, "messages", len(must(s.Messages(ctx, v.Customer.ID, 0, 0, 10))(t)), 1)
	}
	same(d.Store)
	d.clock.advance(15 * time.Second)
	same(d.Store)
	ok(t, d.Close())
	s := openAt(t, d.Dir(), d.clock)
	same(s)

	// The same key of another official account is another push.
	d.Store = s
	other := in
	other.Account = d.addAccount(t, "wxfedcba0987654321")
	equal(t, "again", must(d.Receive(ctx, other))(t), false)
}

// Many deliveries of the same pushes at once: each is stored once.
func TestReceiveTheSamePushAtOnce(t *testing.T) {
	d := openDesk(t)
	pushes := make([]Incoming, 20)
	for i := range pushes {
		pushes[i] = d.text(fmt.Sprint("o", i%4), fmt.Sprint(i))
	}
	news := make([]int, 60)
	each(len(news), func(i int) {
		if again, err := d.Receive(ctx, pushes[i%20]); err != nil {
			t.Error(err)
		} else if !again {
			news[i] = 1
		}
	})
	sum := 0
	for _, n := range news {
		sum += n
	}
	equal(t, "taken as new", sum, 20)
	for i := range 4 {
		v := d.of(t, fmt.Sprint("o", i))
		equal(t, "messages", len(d.timeline(t, v.Customer.ID)), 5)
		equal(t, "unread", v.Unread, 5)
		equal(t, "conversations", v.Customer.Conversations, 1)
	}
}

// Where a push goes by the state of the customer's conversation.
func TestReceiveFindsTheConversation(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func(t *testing.T, d *desk, v Conversation) // v waits
		push   func(d *desk) Incoming
		want   string // state, agent's login, unread, whether the conversation is new
	}{
		{"waiting", nil, nil, "waiting - 2 same"},
		{"open", func(t *testing.T, d *desk, v Conversation) { must(d.Claim(ctx, &d.li, v.ID))(t) }, nil, "open li 2 same"},
		{"closed ten minutes ago", closed(10 * time.Minute), nil, "open li 1 same"},
		{"closed longer ago", closed(10*time.Minute + time.Millisecond), nil, "waiting - 1 new"},
		{"closed by an admin out of the queue", func(t *testing.T, d *desk, v Conversation) { must(d.End(ctx, &d.admin, v.ID))(t) },
			nil, "waiting - 1 new"},
		{"closed, its agent deactivated", func(t *testing.T, d *desk, v Conversation) {
			closed(0)(t, d, v)
			ok(t, d.SetAgentActive(ctx, Actor{}, d.li.ID, false))
		}, nil, "waiting - 1 new"},
		{"closed, its agent without kf account", func(t *testing.T, d *desk, v Conversation) {
			closed(0)(t, d, v)
			ok(t, d.Bind(ctx, Actor{}, d.li.ID, d.account, ""))
		}, nil, "waiting - 1 new"},
		{"closed, its agent unbound", func(t *testing.T, d *desk, v Conversation) {
			closed(0)(t, d, v)
			ok(t, d.Unbind(ctx, Actor{}, d.li.ID, d.account))
		}, nil, "waiting - 1 new"},
		{"closed, with the time set to a minute", func(t *testing.T, d *desk, v Conversation) {
			d.reopen(t, 1)
			closed(61*time.Second)(t, d, v)
		}, nil, "waiting - 1 new"},
		{"closed, with the time set to an hour", func(t *testing.T, d *desk, v Conversation) {
			d.reopen(t, 60)
			closed(time.Hour)(t, d, v)
		}, nil, "open li 1 same"},
		{"closed, and never reopened", func(t *testing.T, d *desk, v Conversation) {
			d.reopen(t, 0)
			closed(0)(t, d, v)
		}, nil, "waiting - 1 new"},
		{"a menu tap while waiting", nil, tap, "waiting - 1 same"},
		{"a menu tap while open", func(t *testing.T, d *desk, v Conversation) { must(d.Claim(ctx, &d.li, v.ID))(t) }, tap, "open li 1 same"},
		{"a menu tap shortly after the end", closed(time.Minute), tap, "closed li 0 same"},
		{"a menu tap long after the end", closed(time.Hour), tap, "waiting - 0 new"},
		{"a view while waiting", nil, view, "waiting - 1 same"},
		{"a view after the end", closed(time.Hour), view, "closed li 0 same"},
		{"a word without a grant, after the end", closed(time.Hour), func(d *desk) Incoming {
			in := d.text("o1", "?")
			in.Grant, in.Type = "", "unknown"
			return in
		}, "waiting - 1 new"},
		{"a tap on a menu message, after the end", closed(time.Hour), func(d *desk) Incoming {
			in := d.text("o1", "very good")
			in.Grant, in.Cause = "action", "menu"
			return in
		}, "waiting - 1 new"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := openDesk(t)
			first := d.receive(t, d.text("o1", "hello"))
			if c.before != nil {
				c.before(t, d, first)
			}
			in := d.text("o1", "and")
			if c.push != nil {
				in = c.push(d)
			}
			v := d.receive(t, in)
			login, where := "-", "same"
			if v.Agent != 0 {
				login = d.agent(t, v.Agent).Login
			}
			if v.ID != first.ID {
				where = "new"
			}
			equal(t, "conversation", fmt.Sprintf("%s %s %d %s", v.State, login, v.Unread, where), c.want)
			if (v.State == "closed") != (v.ClosedAt != 0) {
				t.Errorf("%s, closed at %d", v.State, v.ClosedAt)
			}
			equal(t, "conversations of the customer", v.Customer.Conversations, map[string]int{"same": 1, "new": 2}[where])

			// Whatever it changed, its event shows the customer's newest conversation.
			changes := must(d.Changes(ctx, 0, 1000))(t)
			last := changes[len(changes)-1]
			equal(t, "conversation of the event", last.Conversation.ID, v.ID)
			equal(t, "event of the conversation", v.Event, last.Event.ID)
			equal(t, "dir of the message", last.Message.Dir, in.Dir)
		})
	}
}

// closed lets li claim and end the conversation, some time ago.
func closed(ago time.Duration) func(*testing.T, *desk, Conversation) {
	return func(t *testing.T, d *desk, v Conversation) {
		t.Helper()
		must(d.Claim(ctx, &d.li, v.ID))(t)
		must(d.End(ctx, &d.li, v.ID))(t)
		d.clock.advance(ago)
	}
}

func tap(d *desk) Incoming  { return d.event("o1", "click", "click") }
func view(d *desk) Incoming { return d.event("o1", "view", "") }

func TestReceiveKeepsPreviewAndWaiting(t *testing.T) {
	d := openDesk(t)
	first := d.receive(t, d.text("o1", "first"))
	d.clock.advance(time.Minute)
	v := d.receive(t, d.text("o1", "second"))
	equal(t, "preview", v.Last.Text, "second")
	equal(t, "waiting since the first word", v.WaitingSince, first.WaitingSince)
	v = d.receive(t, d.event("o1", "click", "click"))
	equal(t, "a deed leaves the preview", v.Last.Text, "second")
	equal(t, "a deed leaves the unread", v.Unread, 2)
	must(d.Claim(ctx, &d.li, v.ID))(t)
	d.reply(t, &d.li, v.ID)
	d.clock.advance(time.Minute)
	v = d.receive(t, d.text("o1", "third"))
	equal(t, "waiting since the word after the reply", v.WaitingSince, d.now())
	equal(t, "last", fmt.Sprint(v.Last.Dir, v.Last.State, v.Last.Agent), "in0")
	equal(t, "timeline", lines(d.timeline(t, v.Customer.ID)),
		"in text@1, in text@1, event click@1, event claimed@1, out text@1, in text@1")
}

func TestQuietEventsOutsideAConversation(t *testing.T) {
	d := openDesk(t)
	v := d.receive(t, d.event("o1", "view", ""))
	equal(t, "conversation", v.ID, 0)
	changes := must(d.Changes(ctx, 0, 1000))(t)
	last := changes[len(changes)-1]
	if last.Conversation != nil || last.Message == nil || last.Message.Type != "view" {
		t.Errorf("the change is %+v", last)
	}
	v = d.receive(t, d.text("o1", "hello"))
	equal(t, "timeline", lines(d.timeline(t, v.Customer.ID)), "event view@0, in text@1")
	must(d.Claim(ctx, &d.li, v.ID))(t)
	must(d.End(ctx, &d.li, v.ID))(t)
	d.receive(t, d.event("o1", "view", ""))
	equal(t, "timeline", lines(d.timeline(t, v.Customer.ID)), "event view@0, in text@1, event claimed@1, event ended@1, event view@0")
}

func TestDeedsQueueAndLapse(t *testing.T) {
	d := openDesk(t)
	v := d.receive(t, d.event("o1", "subscribe", "subscribe"))
	equal(t, "conversation", fmt.Sprintf("%s %d %d %s %s", v.State, v.Unread, v.WaitingSince, v.Last.Dir, v.Last.Type), "waiting 0 0 event subscribe")
	equal(t, "grant", *v.Grants.Action, Grant{3, 3, d.now(), d.now() + 60_000, "subscribe"})
	equal(t, "message grant", v.Grants.Message, nil)

	spoke := d.receive(t, d.event("o2", "scan", "scan"))
	d.receive(t, d.text("o2", "hello"))
	claimed := d.receive(t, d.event("o3", "click", "click"))
	must(d.Claim(ctx, &d.li, claimed.ID))(t)
	tapped := d.text("o4", "very good") // a tap on a menu message is a word
	tapped.Grant, tapped.Cause = "action", "menu"
	menu := d.receive(t, tapped)
	answered := d.open(t, "o5", &d.su) // answered, then back in the queue: it holds more than a deed
	d.reply(t, &d.su, answered.ID)
	ok(t, d.SetAgentActive(ctx, Actor{}, d.su.ID, false))

	states := func() string {
		var out []string
		for _, id := range []int64{v.ID, spoke.ID, claimed.ID, menu.ID, answered.ID} {
			out = append(out, must(d.Conversation(ctx, &d.admin, id))(t).State)
		}
		return strings.Join(out, " ")
	}
	d.clock.advance(time.Minute - 1)
	ok(t, d.Lapse(ctx))
	equal(t, "before the minute is over", states(), "waiting waiting open waiting waiting")
	d.clock.advance(time.Millisecond)
	since, _, err := d.LastEvent(ctx)
	ok(t, err)
	ok(t, d.Lapse(ctx))
	equal(t, "after the minute", states(), "closed waiting open waiting waiting")
	v = d.of(t, "o1")
	equal(t, "unread", v.Unread, 0)
	equal(t, "closed at", v.ClosedAt, d.now())
	changes := must(d.Changes(ctx, since, 10))(t)
	equal(t, "events", len(changes), 1)
	equal(t, "conversation of the event", changes[0].Conversation.ID, v.ID)

	d.clock.advance(time.Hour)
	next := d.receive(t, d.text("o1", "hello"))
	if next.ID == v.ID || next.State != "waiting" {
		t.Errorf("after a lapse: %+v", next)
	}
}

func TestFollowAndUnfollow(t *testing.T) {
	d := openDesk(t)
	follow := func(way int, at int64) Conversation {
		t.Helper()
		in := d.event("o1", map[int]string{+1: "subscribe", -1: "unsubscribe"}[way], "")
		if in.Follow, in.At, in.Source = way, at, "77"; way > 0 {
			in.Grant, in.Cause = "action", "subscribe"
		}
		return d.receive(t, in)
	}
	v := d.receive(t, d.text("o1", "hello"))
	d.clock.advance(time.Minute)
	at := d.now()
	v = follow(-1, at)
	equal(t, "following", v.Customer.Following, false)
	equal(t, "window ends", v.Grants.Message.Until, at)
	equal(t, "verdict", Decide(v.Grants, v.Customer.Following, d.now()).Reason, "unsubscribed")

	v = follow(+1, at+10_000)
	equal(t, "following", v.Customer.Following, true)
	equal(t, "source", v.Customer.Source, "77")
	equal(t, "subscribed", v.Customer.SubscribedAt, at+10_000)
	equal(t, "strangers: the profile is wanted anew", len(must(d.Strangers(ctx, 0, 10))(t)), 1)

	v = follow(-1, at+5_000) // comes late
	equal(t, "following after a late unfollow", v.Customer.Following, true)
	equal(t, "action window", v.Grants.Action.Until, at+70_000)

	v = follow(-1, at+20_000)
	equal(t, "following", v.Customer.Following, false)
	v = d.receive(t, d.text("o1", "still here"))
	equal(t, "who writes can be reached", v.Customer.Following, true)
	equal(t, "left", v.Grants.Message.Left, 5)
}

func TestMediaOfAPush(t *testing.T) {
	d := openDesk(t)
	image, video := d.push("o1", "in", "image"), d.push("o1", "in", "video")
	image.Media = &Wanted{Kind: "image", Source: "m1", URL: "http://pic"}
	video.Media, video.Thumb = &Wanted{Kind: "video", Source: "m2"}, &Wanted{Kind: "thumb", Source: "m3"}
	d.receive(t, image)
	v := d.receive(t, video)
	list := d.timeline(t, v.Customer.ID)
	equal(t, "body when there is none", string(list[0].Body), "{}")
	equal(t, "thumb", list[0].Thumb, nil)
	for i, got := range []*Media{list[0].Media, list[1].Media, list[1].Thumb} {
		m := must(d.Media(ctx, got.ID))(t)
		equal(t, "state", got.State, "wanted")
		equal(t, "medium", fmt.Sprint(m.Kind, m.Source, m.URL, m.Account), []string{"imagem1http://pic", "videom2", "thumbm3"}[i]+fmt.Sprint(d.account))
	}
}

func TestFirstPushIsNoted(t *testing.T) {
	d := openDesk(t)
	account := func() Account { return must(d.Account(ctx, d.account))(t) }
	equal(t, "pushed at", account().PushedAt, 0)
	d.receive(t, d.text("o1", "hello"))
	first := d.now()
	equal(t, "pushed at", account().PushedAt, first)
	d.clock.advance(time.Hour)
	d.receive(t, d.text("o2", "hello"))
	equal(t, "pushed at", account().PushedAt, first)
}

// reopen sets within how many minutes a customer's word goes on in what ended.
func (d *desk) reopen(t *testing.T, minutes int) {
	t.Helper()
	ok(t, d.ChangeRules(ctx, Actor{}, d.account, func(r *Rules) error { r.Reopen = minutes; return nil }))
}
