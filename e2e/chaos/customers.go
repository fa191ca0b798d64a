package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"kfdesk/hub/wechat/sandbox"
)

// writes is a customer: a line now and then, a picture, a tap on the menu. What is
// a word grants replies for two days, a deed for a minute.
func (c *chaos) writes(ctx context.Context, openid string, i int, r *rand.Rand) {
	for n := 0; rest(ctx, between(r, 500, 3500)); n++ {
		mark := fmt.Sprintf("C%d-%d!", i, n)
		switch dice := r.IntN(20); {
		case dice < 12:
			c.says(openid, mark, true, sandbox.Action{Do: "text", Text: mark + " 我的订单到哪里了"})
		case dice < 14:
			c.says(openid, mark, true, sandbox.Action{Do: "image", Sample: "photo-lampshade.jpg"})
		case dice < 16:
			c.says(openid, mark, false, sandbox.Action{Do: "tap", MenuID: "1", Text: mark})
		case dice < 18:
			c.says(openid, mark, false, sandbox.Action{Do: "click", Key: mark})
		case dice < 19:
			c.says(openid, mark, false, sandbox.Action{Do: "scan", Scene: mark})
		default: // WeChat empties the windows, and a new one opens
			c.note(func() { c.left[openid] = time.Now() })
			_ = c.Box.Unfollow(openid)
			rest(ctx, between(r, 0, 200))
			c.says(openid, mark, false, sandbox.Action{Do: "follow", Scene: mark})
		}
	}
}

// says is one deed of a customer; it is noted before WeChat can push it.
func (c *chaos) says(openid, mark string, word bool, a sandbox.Action) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a.OpenID = openid
	id, err := c.Box.Act(a)
	if err != nil {
		c.counts["deeds of customers that failed: "+err.Error()]++
		return
	}
	if id == "" {
		id = mark
	}
	c.said[openid] = append(c.said[openid], id)
	c.counts["customers: "+a.Do]++
	if word {
		c.words[openid] = deed{id, time.Now()}
	} else {
		c.deeds[openid] = deed{id, time.Now()}
	}
}
