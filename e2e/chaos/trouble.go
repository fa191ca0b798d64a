package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"kfdesk/hub/wechat/sandbox"
)

const sendPath = "/cgi-bin/message/custom/send"

// trouble makes one trouble after the other until ctx ends.
func (c *chaos) trouble(ctx context.Context, r *rand.Rand) {
	fault := func(f sandbox.Fault) func() {
		return func() { f.Times = 1 + r.IntN(3); c.Box.AddFault(f) }
	}
	troubles := []struct {
		name string
		do   func()
	}{
		{"kill", func() { c.kill(ctx, time.Duration(r.IntN(1500))*time.Millisecond) }},
		{"kill", func() { c.kill(ctx, 0) }},
		{"sockets cut", func() { c.screens[r.IntN(len(c.screens))].cut() }},
		{"slow", fault(sandbox.Fault{On: sendPath, Kind: "slow", DelayMS: int64(r.IntN(3000))})},
		{"too slow", fault(sandbox.Fault{On: sendPath, Kind: "slow", DelayMS: 12_000})},
		{"busy", fault(sandbox.Fault{On: sendPath, Kind: "errcode", Code: -1})},
		{"minute limit", fault(sandbox.Fault{On: sendPath, Kind: "errcode", Code: 45011})},
		{"refused", fault(sandbox.Fault{On: sendPath, Kind: "errcode", Code: 45015})},
		{"reset before", fault(sandbox.Fault{On: sendPath, Kind: "reset"})},
		{"answer lost", fault(sandbox.Fault{On: sendPath, Kind: "reset", Accept: true})},
		{"half an answer", fault(sandbox.Fault{On: sendPath, Kind: "cut"})},
		{"empty answer", fault(sandbox.Fault{On: sendPath, Kind: "empty", Accept: r.IntN(2) == 0})},
		{"bad gateway", fault(sandbox.Fault{On: sendPath, Kind: "bad_gateway", Accept: r.IntN(2) == 0})},
		{"tokens expire", func() { c.Box.ExpireTokens("") }},
		{"no token", fault(sandbox.Fault{On: "/cgi-bin/stable_token", Kind: "errcode", Code: -1})},
		{"twice", fault(sandbox.Fault{On: "push", Kind: "duplicate"})},
		{"overtaken", fault(sandbox.Fault{On: "push", Kind: "reorder"})},
		{"forged", fault(sandbox.Fault{On: "push", Kind: "bad_signature"})},
		{"disk full", func() { c.fillDisk(ctx, 2*time.Second) }},
		{"clock", func() { c.Box.Advance(time.Duration(r.IntN(3000)) * time.Millisecond) }},
	}
	for rest(ctx, time.Duration(300+r.IntN(2200))*time.Millisecond) {
		one := troubles[r.IntN(len(troubles))]
		c.count("trouble: " + one.name)
		one.do()
	}
}

// kill ends the program as a power cut does, and starts it again after a while.
func (c *chaos) kill(ctx context.Context, down time.Duration) {
	c.mu.Lock()
	c.kills = append(c.kills, time.Now())
	c.mu.Unlock()
	c.Kill()
	rest(ctx, down)
	if err := c.Start(); err != nil {
		fmt.Println("chaos:", err)
	}
}

// fillDisk lets no file of the program grow for a while.
func (c *chaos) fillDisk(ctx context.Context, lasting time.Duration) {
	if err := limitFiles(c.PID, 1); err != nil {
		fmt.Println("chaos: the disk cannot be filled here:", err)
		return
	}
	rest(ctx, lasting)
	_ = limitFiles(c.PID, unlimited)
}

// calm ends all troubles.
func (c *chaos) calm() { c.Box.ClearFault(0) }
