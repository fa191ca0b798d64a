package courier

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// deliver sends one claimed reply and stores how that ended, whatever happens.
func (c *Courier) deliver(ctx context.Context, m store.Message) {
	r := store.Result{State: "unknown", ErrMsg: "the program failed while sending"}
	defer func() { c.settle(ctx, m.ID, r) }()
	r = c.send(ctx, m)
}

// settle stores a result. While the store cannot take it the reply stays as
// being sent, so that it is not sent twice; a result that never gets in makes it
// uncertain at the next start.
func (c *Courier) settle(ctx context.Context, messageID int64, r store.Result) {
	for {
		err := c.o.Store.Sent(context.WithoutCancel(ctx), messageID, r)
		if err == nil {
			return
		}
		c.o.Log.Error("the result of a reply could not be stored", "message", messageID, "state", r.State, "err", err)
		select {
		case <-time.After(settleAgain):
		case <-ctx.Done():
			return
		}
	}
}

func (c *Courier) send(ctx context.Context, m store.Message) store.Result {
	began := time.Now()
	a, err := c.o.Store.Account(ctx, m.Account)
	var to store.Outgoing
	if err == nil {
		to, err = c.o.Store.Outgoing(ctx, m.ID)
	}
	gone := false
	if err == nil {
		gone, err = c.try(ctx, a, m, to.OpenID)
	}
	if !gone && wechat.ReasonOf(err) == wechat.MediaExpired && (m.Media != nil || m.Thumb != nil) {
		// WeChat dropped a file before its time: once more with our copies.
		n, failed := c.o.Store.UploadsGone(ctx, m.ID)
		if err = cmp.Or(failed, err); failed == nil && n > 0 {
			gone, err = c.try(ctx, a, m, to.OpenID)
		}
	}
	r := c.result(ctx, err, gone, to)
	c.note(a, m, r, err, time.Since(began))
	return r
}

// try makes the message and sends it. After an error, gone tells that the
// customer may have got it all the same; else it certainly did not arrive.
func (c *Courier) try(ctx context.Context, a store.Account, m store.Message, openid string) (gone bool, err error) {
	msg, err := c.compose(ctx, a, m, openid)
	if err != nil {
		return false, err
	}
	err = c.call(ctx, a, func(token string) error {
		ctx, cancel := context.WithTimeout(ctx, c.o.Deadline)
		defer cancel()
		err := c.o.API(a).Send(ctx, token, msg)
		gone = wechat.Classify(err) == wechat.Unknown
		return err
	})
	return gone, err
}

// result judges how a try ended.
//
// A refusal is taken at its word, and so is a wrong kf_account (65401, 61452):
// sending again without it would put the account's name in place of the agent's,
// and the customer would see another sender than the one who wrote. The agent is
// told instead.
func (c *Courier) result(ctx context.Context, err error, gone bool, to store.Outgoing) store.Result {
	if err == nil {
		return store.Result{State: "sent"}
	}
	r := store.Result{State: "failed", ErrCode: wechat.Code(err), ErrMsg: err.Error()}
	if said, ok := refusal(err); ok {
		r.ErrMsg = said.Msg
	}
	switch {
	case gone:
		// There is no idempotency key, so nobody but a person may send it again.
		r.State = "unknown"
		return r
	case r.ErrCode == 0 && ctx.Err() != nil:
		// The program ends and nothing has left: it goes on at the next start.
		return store.Result{State: "pending"}
	}
	if at := c.again(err, to.Tries); at > 0 && at < to.Until {
		r.State, r.RetryAt = "pending", at
		return r
	}
	switch wechat.ReasonOf(err) {
	case wechat.WindowClosed:
		r.Shut = "window"
		r.NotFollowing = slices.Contains([]int{43004, 50005}, r.ErrCode)
	case wechat.QuotaUsed:
		r.Shut = "quota"
	}
	return r
}

// again tells when to try again after the n-th try, 0 never.
func (c *Courier) again(err error, n int) int64 {
	now := c.now()
	var waits []time.Duration
	switch reason := wechat.ReasonOf(err); {
	case reason == wechat.MinuteLimit && n < minuteTries:
		return nextMinute(now)
	case reason == wechat.Busy:
		waits = busyWaits
	case wechat.Classify(err) != wechat.Refused && !isUnfit(err):
		waits = unsentWaits
	}
	if d, ok := wait(waits, n); ok {
		return now + d.Milliseconds()
	}
	return 0
}

// note tells the log and the account's health how a reply ended; never what it says.
func (c *Courier) note(a store.Account, m store.Message, r store.Result, err error, took time.Duration) {
	l := c.o.Log.With("appid", a.AppID, "message", m.ID, "attempt", m.Attempts, "ms", took.Milliseconds())
	switch r.State {
	case "sent":
		c.health.good(a.ID, sendCalls)
		c.times.add(c.now(), took)
		l.Debug("reply sent")
		return
	case "pending":
		l.Info("reply waits for another try", "code", r.ErrCode, "err", err, "retry_at", r.RetryAt)
	default:
		l.Warn("reply "+r.State, "code", r.ErrCode, "err", err)
	}
	if isNoToken(err) {
		return // the token call has told
	}
	if _, silent := errors.AsType[*wechat.CallError](err); silent || r.ErrCode != 0 && wechat.For(r.ErrCode) == wechat.Admin {
		c.health.bad(a.ID, sendCalls, err, c.now())
	}
}

func refusal(err error) (*wechat.Error, bool) { return errors.AsType[*wechat.Error](err) }

// unfit is a reply that cannot be made into a message of WeChat's: trying again
// would not change that.
type unfit string

func (u unfit) Error() string { return string(u) }

func isUnfit(err error) bool {
	_, ok := errors.AsType[unfit](err)
	return ok
}
