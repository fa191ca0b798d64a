package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"kfdesk/e2e/rig"
	"kfdesk/hub/courier"
	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// fill makes a database with as many messages as asked for: text of about 24
// characters in which few are frequent and most are rare, as in Chinese, 50 of each
// customer. It goes the way of a real message, so that the database is a real one.
func fill(ctx context.Context, args []string) error {
	set := flag.NewFlagSet("load fill", flag.ContinueOnError)
	dir := set.String("data", "", "data directory to make")
	most := set.Int("messages", 10_000, "how many")
	if err := set.Parse(args); err != nil {
		return err
	}
	if *dir == "" || *most < 1 || *most > 10_000_000 {
		return fmt.Errorf("-data names a new directory; at most 10,000,000 messages")
	}
	s, err := rig.New(ctx, rig.Options{Data: *dir, Agents: []string{agent}}) // its account and its agent
	if err != nil {
		return err
	}
	s.Close()
	db, err := store.Open(ctx, *dir, store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	account, err := db.AccountByAppID(ctx, rig.Demo.AppID)
	if err == nil {
		err = receiveAll(ctx, db, account.ID, *most)
	}
	if closing := db.Close(); err == nil {
		err = closing
	}
	return err
}

// receiveAll lets many receive at once: the store commits them together.
func receiveAll(ctx context.Context, db *store.Store, account int64, most int) error {
	const hands = 128
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	began := time.Now()
	var wg sync.WaitGroup
	for hand := range hands {
		wg.Go(func() {
			words := newChatter(uint64(hand))
			for i := hand; i < most && ctx.Err() == nil; i += hands {
				push := &wechat.Push{ToUserName: rig.Demo.OriginalID, FromUserName: fmt.Sprintf("oFill%023d", i%max(1, most/50)),
					CreateTime: time.Now().Unix(), MsgType: "text", Content: words.text(i), MsgID: fmt.Sprint(7_000_000_000 + i)}
				if _, err := db.Receive(ctx, courier.Incoming(account, push)); err != nil {
					cancel(err)
				}
				if hand == 0 && i/hands%1000 == 999 {
					fmt.Printf("%d of %d, %.0f a second\n", i, most, float64(i)/time.Since(began).Seconds())
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// chatter makes texts.
type chatter struct {
	zipf *rand.Zipf
}

func newChatter(seed uint64) *chatter {
	return &chatter{rand.NewZipf(rand.New(rand.NewPCG(seed, 1)), 1.1, 8, 3000)}
}

func (c *chatter) text(i int) string {
	out := make([]rune, 0, 32)
	for range 24 {
		out = append(out, rune(0x4e00+c.zipf.Uint64()))
	}
	if i%1000 == 0 {
		out = append(out, '灯', '罩')
	}
	return string(out)
}
