package store

import (
	"errors"
	"fmt"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// contents lists replies by what they say.
func contents(list []Message) string {
	var out []string
	for _, m := range list {
		out = append(out, strings.TrimSuffix(strings.TrimPrefix(string(m.Body), `{"content":"`), `"}`))
	}
	return strings.Join(out, " ")
}

func (d *desk) say(t testing.TB, a *Agent, conversation int64, content string) Message {
	t.Helper()
	m, _, _, err := d.Reply(ctx, a, conversation, d.draft(content))
	ok(t, err)
	return m
}

func TestClaimRepliesInOrder(t *testing.T) {
	d := openDesk(t)
	one, two := d.open(t, "o1", &d.li), d.open(t, "o2", &d.su)
	first := d.say(t, &d.li, one.ID, "1a")
	d.say(t, &d.li, one.ID, "1b")
	second := d.say(t, &d.su, two.ID, "2a")
	d.say(t, &d.li, one.ID, "1c")
	equal(t, "next due", must(d.NextReply(ctx))(t), 0)

	list := must(d.ClaimReplies(ctx, 10))(t)
	equal(t, "claimed", contents(list), "1a 2a")
	for _, m := range list {
		equal(t, "as claimed", fmt.Sprint(m.State, m.Attempts), "sending1")
		equal(t, "as stored", d.message(t, m.ID).State, "sending")
	}
	equal(t, "while the first are on their way", contents(must(d.ClaimReplies(ctx, 10))(t)), "")
	ok(t, d.Sent(ctx, second.ID, Result{State: "sent"}))
	equal(t, "after the other customer's", contents(must(d.ClaimReplies(ctx, 10))(t)), "")

	// What is tried again later holds back what comes after it.
	later := d.now() + 5000
	ok(t, d.Sent(ctx, first.ID, Result{State: "pending", ErrCode: -1, ErrMsg: "busy", RetryAt: later}))
	equal(t, "next due", must(d.NextReply(ctx))(t), 0) // 1b is due, but held back
	equal(t, "before its time", contents(must(d.ClaimReplies(ctx, 10))(t)), "")
	d.clock.advance(5 * time.Second)
	list = must(d.ClaimReplies(ctx, 10))(t)
	equal(t, "at its time", contents(list), "1a")
	equal(t, "attempts", list[0].Attempts, 2)
	for _, c := range []struct{ state, next string }{{"failed", "1b"}, {"unknown", "1c"}, {"sent", ""}} {
		ok(t, d.Sent(ctx, list[0].ID, Result{State: c.state}))
		list = must(d.ClaimReplies(ctx, 10))(t)
		equal(t, "after one that is "+c.state, contents(list), c.next)
	}
	equal(t, "nothing is pending", must(d.NextReply(ctx))(t), -1)
}

// The order holds over a customer's conversations too.
func TestOrderOverConversations(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	m := d.say(t, &d.li, v.ID, "old")
	must(d.End(ctx, &d.li, v.ID))(t)
	d.clock.advance(time.Hour)
	next := must(d.Claim(ctx, &d.su, d.receive(t, d.text("o1", "again")).ID))(t)
	d.say(t, &d.su, next.ID, "new")
	equal(t, "claimed", contents(must(d.ClaimReplies(ctx, 10))(t)), "old")
	ok(t, d.Sent(ctx, m.ID, Result{State: "sent"}))
	equal(t, "then", contents(must(d.ClaimReplies(ctx, 10))(t)), "new")
}

func TestAccountsTakeTurns(t *testing.T) {
	d := openDesk(t)
	for i := range 6 {
		v := d.open(t, fmt.Sprint("busy", i), &d.li)
		d.say(t, &d.li, v.ID, fmt.Sprint("b", i))
	}
	equal(t, "first two", contents(must(d.ClaimReplies(ctx, 2))(t)), "b0 b1")
	d.account = d.addAccount(t, "wxfedcba0987654321")
	d.undo(t, 0)
	d.addKF(t, d.account, "li@other")
	ok(t, d.Bind(ctx, Actor{}, d.li.ID, d.account, "li@other"))
	d.li = d.agent(t, d.li.ID)
	for i := range 3 {
		v := d.open(t, fmt.Sprint("calm", i), &d.li)
		d.say(t, &d.li, v.ID, fmt.Sprint("c", i))
	}
	equal(t, "next three", contents(must(d.ClaimReplies(ctx, 3))(t)), "c0 c1 b2") // two of the busy one are on their way
	equal(t, "next two", contents(must(d.ClaimReplies(ctx, 2))(t)), "c2 b3")
	equal(t, "the rest", contents(must(d.ClaimReplies(ctx, 9))(t)), "b4 b5")
}

// What could not be noted as being sent is not handed out: it would leave again when
// there is room.
func TestNothingIsClaimedOnAFullDisk(t *testing.T) {
	d := openDesk(t)
	d.say(t, &d.li, d.open(t, "o1", &d.li).ID, "hello")
	picture := d.push("o2", "in", "image")
	picture.Media = &Wanted{Kind: "image", Source: "m1"}
	d.receive(t, picture)
	var was syscall.Rlimit
	ok(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was))
	signal.Ignore(syscall.SIGXFSZ)
	ok(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1, Max: was.Max}))
	replies, noReplies := d.ClaimReplies(ctx, 9)
	media, noMedia := d.ClaimMedia(ctx, 9, 60_000)
	ok(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was))
	if len(replies) > 0 || noReplies == nil || len(media) > 0 || noMedia == nil {
		t.Errorf("claimed %d replies, %v, and %d media, %v", len(replies), noReplies, len(media), noMedia)
	}
	equal(t, "replies when there is room", contents(must(d.ClaimReplies(ctx, 9))(t)), "hello")
	equal(t, "media", len(must(d.ClaimMedia(ctx, 9, 60_000))(t)), 1)
}

func TestClaimRepliesAtOnce(t *testing.T) {
	d := openDesk(t)
	for i := range 12 {
		d.say(t, &d.li, d.open(t, fmt.Sprint("o", i), &d.li).ID, fmt.Sprint(i))
	}
	var mu sync.Mutex
	seen := map[int64]int{}
	each(8, func(int) {
		list, err := d.ClaimReplies(ctx, 3)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, m := range list {
			seen[m.ID]++
		}
	})
	equal(t, "claimed", len(seen), 12)
	for id, n := range seen {
		equal(t, fmt.Sprint("times ", id), n, 1)
	}
}

// attempts lists what was tried for a reply.
func (s *Store) attempts(t testing.TB, message int64) string {
	t.Helper()
	list, err := rows(ctx, s, func(r scanner) (string, error) {
		var n, code int
		var started, ended int64
		var outcome, msg string
		err := r.Scan(&n, &started, &ended, &outcome, &code, &msg)
		if ended != 0 {
			ended -= started
		}
		return fmt.Sprintf("%d %s %d %s %d", n, outcome, code, msg, ended), err
	}, "select n, started_at, ended_at, outcome, errcode, errmsg from attempt where message_id = $1 order by n", message)
	ok(t, err)
	return strings.Join(list, "; ")
}

func TestSentStoresTheResult(t *testing.T) {
	for _, c := range []struct {
		result   Result
		row      string // state, errcode, errmsg, sent
		waiting  bool
		attempts string
	}{
		{Result{State: "sent"}, "sent 0  true", false, "1 sent 0  20"},
		{Result{State: "failed", ErrCode: 45002, ErrMsg: "content size out of limit"}, "failed 45002 content size out of limit false", true,
			"1 failed 45002 content size out of limit 20"},
		{Result{State: "unknown", ErrMsg: "time-out"}, "unknown 0 time-out false", false, "1 unknown 0 time-out 20"},
		{Result{State: "pending", ErrCode: -1, ErrMsg: "busy", RetryAt: start + 9000}, "pending -1 busy false", false, "1 pending -1 busy 20"},
	} {
		t.Run(c.result.State, func(t *testing.T) {
			d := openDesk(t)
			v := d.open(t, "o1", &d.li)
			m := d.reply(t, &d.li, v.ID)
			must(d.ClaimReplies(ctx, 1))(t)
			d.clock.advance(20 * time.Millisecond)
			since, _, err := d.LastEvent(ctx)
			ok(t, err)
			ok(t, d.Sent(ctx, m.ID, c.result))
			now := d.message(t, m.ID)
			equal(t, "row", fmt.Sprintf("%s %d %s %v", now.State, now.ErrCode, now.ErrMsg, now.SentAt == d.now()), c.row)
			equal(t, "retry at", now.RetryAt, c.result.RetryAt)
			equal(t, "attempts", d.attempts(t, m.ID), c.attempts)
			v = d.of(t, "o1")
			equal(t, "last state", v.Last.State, c.result.State)
			equal(t, "waits again", v.WaitingSince != 0, c.waiting)
			changes := must(d.Changes(ctx, since, 10))(t)
			equal(t, "events", len(changes), 1)
			equal(t, "event", fmt.Sprint(changes[0].Message.State, changes[0].Conversation.Last.State), c.result.State+c.result.State)
			if c.result.State != "pending" {
				if err := d.Sent(ctx, m.ID, Result{State: "failed"}); !errors.Is(err, errNotSending) {
					t.Errorf("a second result: %v", err)
				}
			}
		})
	}
	d := openDesk(t)
	if err := d.Sent(ctx, 99, Result{State: "sent"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("no such reply: %v", err)
	}
	m := d.reply(t, &d.li, d.open(t, "o1", &d.li).ID)
	if err := d.Sent(ctx, m.ID, Result{State: "sent"}); !errors.Is(err, errNotSending) {
		t.Errorf("the result of a reply that was not claimed: %v", err)
	}
	must(d.ClaimReplies(ctx, 1))(t)
	if err := d.Sent(ctx, m.ID, Result{State: "lost"}); err == nil {
		t.Error("an unknown state is stored")
	}
}

// When a reply fails, the customer waits since the first word that nobody has
// answered.
func TestWaitsAgain(t *testing.T) {
	d := openDesk(t)
	minute := func() int64 { d.clock.advance(time.Minute); return d.now() }
	v := d.open(t, "o1", &d.li)
	minute()
	d.say(t, &d.li, v.ID, "answered")
	d.send(t, Result{State: "sent"})
	second := minute()
	d.receive(t, d.text("o1", "second"))
	minute()
	d.receive(t, d.text("o1", "third"))
	minute()
	d.say(t, &d.li, v.ID, "fails")
	d.say(t, &d.li, v.ID, "fails too")
	d.send(t, Result{State: "failed"})
	equal(t, "another reply is on its way", d.of(t, "o1").WaitingSince, 0)
	m := d.send(t, Result{State: "failed"})
	equal(t, "waiting since", d.of(t, "o1").WaitingSince, second)
	_, v, err := d.Resend(ctx, &d.li, m.ID, m.Attempts)
	ok(t, err)
	equal(t, "after a resend", v.WaitingSince, 0)
	must(d.End(ctx, &d.li, v.ID))(t)
	d.send(t, Result{State: "failed"})
	equal(t, "after the end", d.of(t, "o1").WaitingSince, 0)
}

// A crash while sending: nobody knows, so nothing is sent by itself.
func TestRecover(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	m := d.say(t, &d.li, v.ID, "on its way")
	next := d.say(t, &d.li, v.ID, "waits")
	must(d.ClaimReplies(ctx, 1))(t)
	ok(t, d.Close())

	d.Store = openAt(t, d.Dir(), d.clock)
	equal(t, "before", contents(must(d.ClaimReplies(ctx, 10))(t)), "")
	equal(t, "recovered", must(d.Recover(ctx))(t), 1)
	equal(t, "recovered again", must(d.Recover(ctx))(t), 0)
	got := d.message(t, m.ID)
	equal(t, "the one on its way", got.State, "unknown")
	equal(t, "attempts", d.attempts(t, m.ID), "1 unknown 0 the program ended while sending 0")
	equal(t, "the one that waits", d.message(t, next.ID).State, "pending")
	equal(t, "its grant is not given back", left(d.of(t, "o1")), "3 -")
	equal(t, "after", contents(must(d.ClaimReplies(ctx, 10))(t)), "waits")
}

func TestOutgoing(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	m := d.reply(t, &d.li, v.ID)
	tries := func(want int) {
		t.Helper()
		must(d.ClaimReplies(ctx, 1))(t)
		o := must(d.Outgoing(ctx, m.ID))(t)
		equal(t, "tries", o.Tries, want)
		equal(t, "openid", o.OpenID, "o1")
		equal(t, "until", o.Until, v.Grants.Message.Until)
	}
	tries(1)
	ok(t, d.Sent(ctx, m.ID, Result{State: "pending"}))
	tries(2)
	ok(t, d.Sent(ctx, m.ID, Result{State: "failed"}))
	_, _, err := d.Resend(ctx, &d.li, m.ID, 2)
	ok(t, err)
	tries(1) // a person sent it anew
}

func TestSetPicURL(t *testing.T) {
	d := openDesk(t)
	draft := d.draft("")
	draft.Type, draft.Body = "news", []byte(`{"title":"<b>","picurl":""}`)
	m, _, _, err := d.Reply(ctx, &d.li, d.open(t, "o1", &d.li).ID, draft)
	ok(t, err)
	ok(t, d.SetPicURL(ctx, m.ID, "https://mmbiz.qpic.cn/a?b=1&c=2"))
	equal(t, "body", string(d.message(t, m.ID).Body), `{"title":"<b>","picurl":"https://mmbiz.qpic.cn/a?b=1&c=2"}`)
	if err := d.SetPicURL(ctx, 99, ""); !errors.Is(err, ErrNotFound) {
		t.Errorf("no such reply: %v", err)
	}
}
