package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"kfdesk/e2e/rig"
)

// writes is a customer: a line now and then.
func (c *chaos) writes(ctx context.Context, openid string, i int, r *rand.Rand) {
	for n := 0; rest(ctx, time.Duration(500+r.IntN(3000))*time.Millisecond); n++ {
		mark := fmt.Sprintf("C%d-%d!", i, n)
		c.mu.Lock()
		c.said[mark] = openid
		c.mu.Unlock()
		if _, err := c.Box.Text(openid, mark+" 我的订单到哪里了"); err != nil {
			fmt.Println("customer:", err)
		}
	}
}

// works is an agent: claims, replies, transfers, ends. A deed that got no answer is
// left, but a reply is asked for again and again, as a browser does.
func (c *chaos) works(ctx, busy context.Context, login string, r *rand.Rand) {
	var me struct {
		Me     struct{ ID int64 }
		Agents []struct{ ID int64 }
	}
	for c.Ask(busy, login, "GET", "me", nil, &me) != nil {
		if !rest(busy, 100*time.Millisecond) {
			return
		}
	}
	for n := 0; rest(busy, time.Duration(50+r.IntN(250))*time.Millisecond); n++ {
		list, _, err := c.Active(busy, login)
		if err != nil || len(list) == 0 {
			continue
		}
		v := list[r.IntN(len(list))]
		switch dice := r.IntN(20); {
		case v.State == "waiting":
			c.deed(busy, login, v.ID, "claim", nil)
		case v.Agent != me.Me.ID:
		case dice < 14:
			c.reply(ctx, login, v.ID, n)
		case dice < 16:
			c.deed(busy, login, v.ID, "transfer", map[string]any{"to": me.Agents[r.IntN(len(me.Agents))].ID})
		case dice < 17:
			c.deed(busy, login, v.ID, "end", nil)
		default:
			c.deed(busy, login, v.ID, "read", map[string]any{"message": v.Last.ID})
		}
	}
}

func (c *chaos) deed(ctx context.Context, login string, id int64, what string, body any) {
	err := c.Ask(ctx, login, "POST", fmt.Sprintf("conversations/%d/%s", id, what), body, nil)
	var no *rig.Refused
	switch {
	case err == nil:
		c.count(what)
	case errors.As(err, &no):
		c.count(what + " refused")
	}
}

// reply asks for a reply until it is answered.
func (c *chaos) reply(ctx context.Context, login string, id int64, n int) {
	mark := fmt.Sprintf("A%s-%d!", login, n)
	one := &reply{conversation: id, begun: time.Now()}
	c.mu.Lock()
	c.replies[mark] = one
	c.mu.Unlock()
	body := map[string]any{"client_id": mark, "type": "text", "body": map[string]string{"content": mark + " 马上为您查"}}
	for {
		err := c.Ask(ctx, login, "POST", fmt.Sprintf("conversations/%d/messages", id), body, nil)
		var no *rig.Refused
		switch {
		case err == nil:
			c.mu.Lock()
			one.accepted = true
			c.mu.Unlock()
			c.count("reply")
			return
		case errors.As(err, &no):
			c.count("reply refused")
			return
		}
		if !rest(ctx, 200*time.Millisecond) {
			return
		}
	}
}
