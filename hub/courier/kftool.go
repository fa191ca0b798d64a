package courier

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// KFSessions lists what WeChat's own tool has at hand: the customers whom somebody
// serves there (getsessionlist, of every kf account that a person is bound to), and
// those who wait (getwaitcase: count is all of them, the list the first hundred).
func (c *Courier) KFSessions(ctx context.Context, accountID int64) (open, waiting []wechat.KFSession, count int, err error) {
	a, err := c.o.Store.Account(ctx, accountID)
	if err != nil {
		return nil, nil, 0, err
	}
	kfs, err := c.o.Store.KFAccounts(ctx, accountID)
	if err != nil {
		return nil, nil, 0, err
	}
	err = c.tokens.call(ctx, a, true, func(token string) error {
		count, waiting, err = c.o.API(a).Waiting(ctx, token)
		if err == nil {
			open, err = sessionsOf(ctx, c.o.API(a), token, kfs)
		}
		return err
	})
	return open, waiting, count, err
}

func sessionsOf(ctx context.Context, api *wechat.Client, token string, kfs []store.KFAccount) (open []wechat.KFSession, err error) {
	lists := make([][]wechat.KFSession, len(kfs))
	calls, ctx := errgroup.WithContext(ctx)
	calls.SetLimit(kfCalls)
	for i, k := range kfs {
		if k.KFWx == "" {
			continue
		}
		calls.Go(func() (err error) {
			lists[i], err = api.Sessions(ctx, token, k.KFAccount)
			return err
		})
	}
	err = calls.Wait()
	for i, list := range lists {
		for _, s := range list {
			s.KFAccount = kfs[i].KFAccount
			open = append(open, s)
		}
	}
	return open, err
}

const (
	kfCalls     = 8      // getsessionlist at once
	recordsPage = 10_000 // the most that getmsglist gives
	recordsDay  = 24 * time.Hour
	recordsOnce = 500 // in one transaction
)

// ImportRecords fills the gaps of the timelines with the chat records of WeChat's
// own tool (getmsglist) from a time until before another. It tells what became of
// them, also when it breaks off; to do it again does no harm.
func (c *Courier) ImportRecords(ctx context.Context, by store.Actor, accountID int64, from, to time.Time) (n store.Imported, err error) {
	a, err := c.o.Store.Account(ctx, accountID)
	for day := from; err == nil && day.Before(to); day = day.Add(recordsDay) {
		end := day.Add(recordsDay)
		if end.After(to) {
			end = to
		}
		for next, more := int64(1), true; more && err == nil; {
			var list []wechat.Record
			list, next, more, err = c.records(ctx, a, day, end.Add(-time.Second), next)
			n.Read += len(list)
			if err == nil {
				err = c.keepRecords(ctx, by, accountID, list, &n)
			}
		}
	}
	return n, err
}

// records reads a page of at most a day.
func (c *Courier) records(ctx context.Context, a store.Account, from, to time.Time, at int64) (list []wechat.Record, next int64, more bool, err error) {
	err = c.tokens.call(ctx, a, true, func(token string) error {
		list, next, err = c.o.API(a).Records(ctx, token, from, to, at, c.recordsPage)
		return err
	})
	more = len(list) == c.recordsPage
	if more && next <= at {
		return list, next, false, fmt.Errorf("courier: chat records go on at %d after %d", next, at)
	}
	return list, next, more, err
}

func (c *Courier) keepRecords(ctx context.Context, by store.Actor, accountID int64, list []wechat.Record, n *store.Imported) error {
	part := make([]store.Record, 0, recordsOnce)
	for i, r := range list {
		if r.Opcode == wechat.OpAgentSent || r.Opcode == wechat.OpAgentReceived { // the others are no messages
			part = append(part, store.Record{OpenID: r.OpenID, Out: r.Opcode == wechat.OpAgentSent, Text: r.Text,
				At: int64(r.Time) * 1000, KFAccount: r.Worker})
		}
		if len(part) == recordsOnce || i == len(list)-1 && len(part) > 0 {
			some, err := c.o.Store.ImportRecords(ctx, by, accountID, part)
			if err != nil {
				return err
			}
			n.New, n.Skipped, part = n.New+some.New, n.Skipped+some.Skipped, part[:0]
		}
	}
	return nil
}
