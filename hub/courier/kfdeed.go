package courier

import (
	"bytes"
	"context"
	"errors"
	"sync"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// turns lets one at a time work on something of an account.
type turns struct {
	mu sync.Mutex
	of map[int64]chan struct{} // holds something while somebody works
}

// take waits for the turn, as long as ctx lasts, and gives what ends it.
func (t *turns) take(ctx context.Context, accountID int64) (done func(), err error) {
	t.mu.Lock()
	if t.of == nil {
		t.of = map[int64]chan struct{}{}
	}
	turn := t.of[accountID]
	if turn == nil {
		turn = make(chan struct{}, 1)
		t.of[accountID] = turn
	}
	t.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// DoKF asks WeChat for a deed on a kf account and takes over what it did; avatar
// is the JPG of such a deed. A person waits for it. When it is not known whether
// WeChat did it (the error is none of WeChat's), the next sync finds out.
func (c *Courier) DoKF(ctx context.Context, by store.Actor, d store.KFDeed, avatar []byte) error {
	done, err := c.kfs.take(ctx, d.Account)
	if err != nil {
		return err
	}
	defer done()
	a, err := c.o.Store.Account(ctx, d.Account)
	if err != nil {
		return err
	}
	if d, err = c.o.Store.WishKF(ctx, by, d); err != nil {
		return err
	}
	asked := false
	err = c.tokens.call(ctx, a, true, func(token string) error {
		asked = true
		return c.askKF(ctx, a, token, d, avatar)
	})
	after := context.WithoutCancel(ctx) // what is known by now is written down, whoever has left
	switch outcome := wechat.Classify(err); {
	case outcome == wechat.Sent:
		return c.o.Store.KFDone(after, d)
	case !asked, outcome == wechat.Refused, outcome == wechat.Unsent:
		return errors.Join(err, c.o.Store.DropKF(after, d.ID))
	}
	return err
}

func (c *Courier) askKF(ctx context.Context, a store.Account, token string, d store.KFDeed, avatar []byte) error {
	deadline := listDeadline
	if d.What == "avatar" {
		deadline = uploadDeadline
	}
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	api := c.o.API(a)
	switch d.What {
	case "add":
		return api.AddKF(ctx, token, d.KFAccount, d.Wish)
	case "update":
		return api.UpdateKF(ctx, token, d.KFAccount, d.Wish)
	case "delete":
		return api.DelKF(ctx, token, d.KFAccount)
	case "invite":
		return api.InviteKF(ctx, token, d.KFAccount, d.Wish)
	}
	return api.UploadKFAvatar(ctx, token, d.KFAccount, "avatar.jpg", bytes.NewReader(avatar), int64(len(avatar)))
}
