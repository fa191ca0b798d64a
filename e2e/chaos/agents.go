package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"kfdesk/e2e/rig"
)

// agent is one who works, and what their screen shows.
type agent struct {
	*chaos
	login  string
	id     int64
	others []int64
	dice   *rand.Rand
	screen *screen
	n      int // deeds that they had in mind
}

// works claims, replies, transfers, gives back, ends, opens again. A deed that got no
// answer is left, but a reply is asked for again and again, as a browser does.
func (a *agent) works(ctx, busy context.Context) {
	for a.id == 0 && a.meet(busy) != nil {
		if !rest(busy, 100*time.Millisecond) {
			return
		}
	}
	for rest(busy, between(a.dice, 50, 300)) {
		a.n++
		v, ok := a.screen.any(a.dice)
		switch dice := a.dice.IntN(40); {
		case !ok:
		case v.State == "closed":
			if dice < 4 {
				a.deed(busy, v.ID, "reopen", nil)
			}
		case v.State == "waiting":
			a.deed(busy, v.ID, "claim", nil)
		case v.Agent != a.id:
		case dice < 26:
			a.reply(ctx, v, fmt.Sprintf("A%s-%d!", a.login, a.n))
		case dice < 29:
			a.deed(busy, v.ID, "transfer", map[string]any{"to": a.others[a.dice.IntN(len(a.others))]})
		case dice < 30:
			a.deed(busy, v.ID, "transfer", map[string]any{"to": 0})
		case dice < 32:
			a.deed(busy, v.ID, "end", nil)
		case dice < 36:
			a.screen.look(v.ID)
		default:
			a.deed(busy, v.ID, "read", map[string]any{"message": v.Last.ID})
		}
	}
}

func (a *agent) meet(ctx context.Context) error {
	var me struct {
		Me     struct{ ID int64 }
		Agents []struct{ ID int64 }
	}
	err := a.Ask(ctx, a.login, "GET", "me", nil, &me)
	a.id = me.Me.ID
	for _, one := range me.Agents {
		if one.ID != a.id {
			a.others = append(a.others, one.ID)
		}
	}
	return err
}

// answer is what the program says to a deed: the rows as they are now.
type answer struct {
	Conversation *rig.Conversation
	Message      *rig.Message
}

// deed does something to a conversation, or to a message; the screen shows the answer.
func (a *agent) deed(ctx context.Context, id int64, what string, body any) error {
	return a.ask(ctx, fmt.Sprintf("conversations/%d/%s", id, what), what, body, nil)
}

func (a *agent) ask(ctx context.Context, path, what string, in any, out *answer) error {
	if out == nil {
		out = &answer{}
	}
	age := a.age.Load()
	err := a.Ask(ctx, a.login, "POST", path, in, out)
	var no *rig.Refused
	switch {
	case err == nil && age == a.age.Load():
		a.screen.apply(frame{Conversation: out.Conversation, Message: out.Message})
		a.count("agents: %s", what)
	case errors.As(err, &no):
		a.count("agents: %s refused", what)
	}
	return err
}

// reply asks for a reply until it is answered, and sometimes takes it back, or
// sends it again when it failed.
func (a *agent) reply(ctx context.Context, v rig.Conversation, mark string) {
	one, age := &reply{openid: v.Customer.OpenID}, a.age.Load()
	a.note(func() { a.replies[mark] = one })
	body := map[string]any{"client_id": mark, "type": "text", "body": map[string]string{"content": mark + " 马上为您查"}}
	var got answer
	for {
		a.note(func() { one.done = append(one.done, time.Now()) })
		err := a.ask(ctx, fmt.Sprintf("conversations/%d/messages", v.ID), "reply", body, &got)
		var no *rig.Refused
		if err == nil {
			a.note(func() { one.accepted = true; one.done = append(one.done, time.Now()) })
			break
		}
		if errors.As(err, &no) || !rest(ctx, 200*time.Millisecond) || age != a.age.Load() {
			return // a restore makes every tab start anew
		}
	}
	switch dice := a.dice.IntN(10); {
	case dice < 2 && got.Message != nil:
		a.undo(ctx, one, got.Message.ID)
	case dice < 5:
		a.resend(ctx, v)
	}
}

func (a *agent) undo(ctx context.Context, one *reply, message int64) {
	rest(ctx, between(a.dice, 0, 1200))
	a.note(func() { one.back = true })
	err := a.ask(ctx, fmt.Sprintf("messages/%d/undo", message), "undo", nil, nil)
	a.note(func() {
		one.done = append(one.done, time.Now())
		one.undone = err == nil
	})
}

// resend sends a failed reply of a conversation again. One that is unknown may have
// arrived: it is left.
func (a *agent) resend(ctx context.Context, v rig.Conversation) {
	for _, m := range a.screen.thread() {
		one := a.of(m.Body.Content)
		if m.State != "failed" || one == nil {
			continue
		}
		a.note(func() {
			one.resent = true
			one.done = append(one.done, time.Now())
		})
		_ = a.ask(ctx, fmt.Sprintf("messages/%d/resend", m.ID), "resend", map[string]any{"attempts": m.Attempts}, nil)
		a.note(func() { one.done = append(one.done, time.Now()) })
		return
	}
}

// of is the reply with this mark in it.
func (l *ledger) of(text string) *reply {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.replies[agentMark.FindString(text)]
}
