package courier

import (
	"context"
	"maps"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// typed is an agent who begins or stops to type in a conversation.
type typed struct {
	agent, conversation int64
	on                  bool
	at                  int64 // by the store's clock
}

// notice is what a customer was last told: it shows until its end, or until a
// message arrives.
type notice struct {
	agent int64
	at    int64
	shown bool // WeChat took it, and it was not taken back
}

// Rules of custom/typing.
const (
	typingShown = 16 * time.Second // WeChat shows it for 15, and refuses another before its end
	typingAfter = 30 * time.Second // of the last message, in either direction
	typingLate  = 5 * time.Second  // who was not told by then is not told any more
	typingHold  = time.Hour        // after an account was told that it may not
	typedMost   = 64
)

// Typing takes note that an agent types, or has stopped. When too many do at
// once it is lost, which does no harm.
func (c *Courier) Typing(agentID, conversationID int64, on bool) {
	select {
	case c.typed <- typed{agentID, conversationID, on, c.now()}:
	default:
	}
}

// tellTyping tells customers until ctx ends.
func (c *Courier) tellTyping(ctx context.Context) {
	told := map[int64]notice{}
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-c.typed:
			c.tell(ctx, told, s)
		}
	}
}

// tell tells a customer, if WeChat's rules let us, that an agent types or no
// longer does. told is by conversation. Nobody waits for it: what fails is not
// tried again.
func (c *Courier) tell(ctx context.Context, told map[int64]notice, s typed) {
	now := c.now()
	maps.DeleteFunc(told, func(_ int64, n notice) bool { return now-n.at >= typingShown.Milliseconds() })
	was, known := told[s.conversation]
	if s.on && (known || now-s.at > typingLate.Milliseconds()) || !s.on && (!was.shown || was.agent != s.agent) {
		return
	}
	account, v, err := c.typist(ctx, s)
	if err != nil || !c.mayTell(account, &v, s.agent) {
		return
	}
	command := "Typing"
	if s.on {
		was = notice{agent: s.agent, at: now}
	} else {
		command, was.shown = "CancelTyping", false
		if v.Last.Dir == "out" && v.Last.At >= was.at { // the reply has ended it
			told[s.conversation] = was
			return
		}
	}
	err = c.call(ctx, account, func(token string) error {
		ctx, cancel := context.WithTimeout(ctx, typingDeadline)
		defer cancel()
		return c.o.API(account).Typing(ctx, token, v.Customer.OpenID, command)
	})
	was.shown = s.on && err == nil
	told[s.conversation] = was
	if code := wechat.Code(err); code == 48001 || code == 40200 {
		c.quiet.set(account.ID, now+typingHold.Milliseconds())
	}
	c.o.Log.Debug("typing", "appid", account.AppID, "conversation", v.ID, "command", command, "code", wechat.Code(err), "err", err)
}

// typist reads the conversation as the agent may see it now.
func (c *Courier) typist(ctx context.Context, s typed) (a store.Account, v store.Conversation, err error) {
	agent, err := c.o.Store.Agent(ctx, s.agent)
	if err == nil {
		v, err = c.o.Store.Conversation(ctx, &agent, s.conversation)
	}
	if err == nil {
		a, err = c.o.Store.Account(ctx, v.Account)
	}
	return a, v, err
}

// mayTell: the account has it on and WeChat did not forbid it; the agent serves
// the customer, and could reply; and there was a message just now.
func (c *Courier) mayTell(a store.Account, v *store.Conversation, agent int64) bool {
	now := c.now()
	return a.Typing && !c.quiet.held(a.ID, now) && v.State == "open" && v.Agent == agent &&
		store.Decide(v.Grants, v.Customer.Following, now).OK &&
		(v.Last.Dir == "in" || v.Last.Dir == "out") && now-v.Last.At <= typingAfter.Milliseconds()
}
