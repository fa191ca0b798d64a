package courier

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

const typingPath = "/cgi-bin/message/custom/typing"

// typist lets the agent type in conversations, without Run.
type typist struct {
	*desk
	told map[int64]notice
}

func newTypist(t *testing.T) *typist { return &typist{newDesk(t), map[int64]notice{}} }

// types gives the commands that WeChat got for it.
func (d *typist) types(v store.Conversation, on bool) string {
	d.Helper()
	before := len(d.sandbox.Log())
	d.courier.tell(ctx, d.told, typed{d.agent.ID, v.ID, on, d.courier.now()})
	var list []string
	for _, l := range d.sandbox.Log()[before:] {
		if l.Path == typingPath {
			list = append(list, fmt.Sprint(l.Detail, l.Code))
		}
	}
	return strings.Join(list, " ")
}

func TestTyping(t *testing.T) {
	d := newTypist(t)
	v, other := d.customer(0), d.customer(0)
	for _, c := range []struct {
		after time.Duration
		v     store.Conversation
		on    bool
		want  string
	}{
		{0, v, false, ""}, // nothing shows
		{0, v, true, "Typing0"},
		{5 * time.Second, v, true, ""},
		{0, other, true, "Typing0"}, // each conversation for itself
		{5 * time.Second, v, false, "CancelTyping0"},
		{0, v, false, ""},
		{0, v, true, ""}, // not twice within 15 s
		{6 * time.Second, v, true, "Typing0"},
		{20 * time.Second, v, true, ""}, // the last message is too long ago
		{0, v, false, ""},
	} {
		d.sandbox.Advance(c.after)
		if got := d.types(c.v, c.on); got != c.want {
			t.Errorf("%s later, %v: %q, want %q", c.after, c.on, got, c.want)
		}
	}
	v = d.say(v.Customer.OpenID)
	equal(t, "after another message", d.types(v, true), "Typing0")
}

func TestTypingEndsWithTheReply(t *testing.T) {
	d := newTypist(t)
	d.run()
	v := d.customer(0)
	equal(t, "typing", d.types(v, true), "Typing0")
	d.sandbox.Advance(time.Second)
	d.settled(d.reply(v, "done"))
	equal(t, "the field is empty after it", d.types(v, false), "")
	d.sandbox.Advance(15 * time.Second)
	equal(t, "our own message counts too", d.types(v, true), "Typing0")
}

func TestWhenNobodyIsToldOfTyping(t *testing.T) {
	for name, prepare := range map[string]func(d *typist, v store.Conversation){
		"not served": func(d *typist, v store.Conversation) { must(d.store.End(ctx, &d.agent, v.ID))(d) },
		"of another agent": func(d *typist, v store.Conversation) {
			d.agent = must(d.store.AddAgent(ctx, store.Actor{}, store.Agent{Login: "su", Role: "admin"}, "a long pass phrase"))(d)
		},
		"of an agent who may not look any more": func(d *typist, v store.Conversation) {
			ok(d, d.store.Unbind(ctx, store.Actor{}, d.agent.ID, v.Account))
		},
		"unsubscribed": func(d *typist, v store.Conversation) {
			ok(d, d.store.SetProfile(ctx, v.Customer.ID, &store.Profile{}))
		},
		"no reply left": func(d *typist, v store.Conversation) {
			for range 5 {
				d.reply(v, "a")
			}
		},
		"switched off": func(d *typist, v store.Conversation) {
			a := d.account(0)
			a.Typing = false
			ok(d, d.store.UpdateAccount(ctx, store.Actor{}, a))
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newTypist(t)
			v := d.customer(0)
			prepare(d, v)
			equal(t, "typing", d.types(v, true), "")
		})
	}
	d := newTypist(t)
	v := d.customer(0)
	d.sandbox.Advance(20 * time.Second)
	d.courier.tell(ctx, d.told, typed{d.agent.ID, v.ID, true, d.courier.now() - 6000})
	equal(t, "calls for a signal that waited", d.count(typingPath), 0)
}

// An account that may not say so is left alone for an hour; any other fault
// concerns this time only.
func TestTypingThatWeChatRefuses(t *testing.T) {
	for code, held := range map[int]bool{48001: true, 40200: true, 45080: false, 45015: false} {
		d := newTypist(t)
		v := d.customer(0)
		d.sandbox.AddFault(sandbox.Fault{On: typingPath, Kind: "errcode", Code: code})
		d.types(v, true)
		equal(t, "nothing shows, so nothing ends", d.types(v, false), "")
		next := func() bool { v = d.say(v.Customer.OpenID); return d.types(v, true) == "Typing0" }
		d.sandbox.Advance(16 * time.Second)
		equal(t, fmt.Sprint(code, ": told the next time"), next(), !held)
		d.sandbox.Advance(time.Hour)
		equal(t, fmt.Sprint(code, ": told after an hour"), next(), true)
	}
}

// What browsers signal reaches the phone; who types too much blocks nobody.
func TestTypingReachesThePhone(t *testing.T) {
	d := newDesk(t)
	v := d.customer(0)
	for range typedMost + 1 {
		d.courier.Typing(d.agent.ID, v.ID, true)
	}
	d.run()
	d.until("WeChat is told", func() bool { return d.count(typingPath) == 1 })
	d.courier.Typing(d.agent.ID, v.ID, false)
	d.until("and of the end", func() bool { return d.count(typingPath) == 2 })
}
