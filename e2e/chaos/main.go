// Command chaos lets customers and agents work while the program is killed, the
// network breaks, WeChat fails and the disk fills, and says at the end whether
// anything was lost or sent twice:
//
//	go run ./e2e/chaos -time 3m -seed 1
//
// The same seed makes the same troubles at the same times; what they meet differs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"time"

	"kfdesk/e2e/rig"
	"kfdesk/hub/wechat/sandbox"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

// chaos is one run.
type chaos struct {
	*rig.Server
	ledger
	agents    []string
	customers []string // openids
	screens   []*screen
}

func run(ctx context.Context, args []string) error {
	set := flag.NewFlagSet("chaos", flag.ContinueOnError)
	length := set.Duration("time", 3*time.Minute, "how long trouble lasts")
	seed := set.Uint64("seed", uint64(time.Now().UnixNano()), "of the troubles")
	customers := set.Int("customers", 30, "who write")
	if err := set.Parse(args); err != nil {
		return err
	}
	fmt.Printf("seed %d, %v\n", *seed, *length)
	c := &chaos{agents: []string{"ann", "ben", "cai"}, ledger: newLedger()}
	var err error
	c.Server, err = rig.New(ctx, rig.Options{Mode: "plain", Agents: c.agents, Sandbox: sandbox.Options{
		Record: true, Workers: 8, Pause: time.Second, Client: &http.Client{Transport: c.witness(&http.Transport{MaxIdleConnsPerHost: 16})}}})
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.prepare(ctx, *customers); err != nil {
		return err
	}
	handles := c.handles()
	c.live(ctx, *length, *seed)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return c.judge(ctx, handles)
}

// prepare makes the customers, opens the agents' screens and lets WeChat tell of
// the calls that it takes.
func (c *chaos) prepare(ctx context.Context, customers int) error {
	if err := c.SetRules(ctx, map[string]any{"undo": 0}); err != nil {
		return err
	}
	for i := range customers {
		u, err := c.Box.AddUser(sandbox.User{AppID: c.Account.AppID, Name: fmt.Sprint("客户", i), Following: true})
		if err != nil {
			return err
		}
		c.customers = append(c.customers, u.OpenID)
	}
	c.Listen(c.call)
	for _, login := range c.agents {
		c.screens = append(c.screens, newScreen(c.Server, login))
	}
	return nil
}

// live lets everybody work for a time, in trouble; then the troubles end, and what
// was begun is finished.
func (c *chaos) live(ctx context.Context, length time.Duration, seed uint64) {
	busy, rest := context.WithTimeout(ctx, length)
	defer rest()
	var wg sync.WaitGroup
	for i, openid := range c.customers {
		wg.Go(func() { c.writes(busy, openid, i, random(seed, i)) })
	}
	for i, login := range c.agents {
		wg.Go(func() { c.works(ctx, busy, login, random(seed, 1000+i)) })
	}
	watching, stop := context.WithCancel(ctx)
	for _, s := range c.screens {
		s.run(watching)
	}
	c.trouble(busy, random(seed, 2000))
	c.calm()
	wg.Wait()
	if err := c.settle(ctx); err != nil {
		fmt.Println(err)
	}
	for _, s := range c.screens {
		s.catchUp(ctx)
	}
	stop()
	for _, s := range c.screens {
		s.done.Wait()
	}
}

func random(seed uint64, i int) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(i))) }

// rest waits a while, and is false when ctx ended.
func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
