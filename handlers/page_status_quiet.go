package handlers

import (
	"context"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// When no push is too long for none: only where there was never so little at this
// time of the day, on none of the days before. So nobody is called in a quiet night,
// on a new account, or on one that rests at week-ends.
const (
	quietLeast  = 15 * time.Minute
	quietDays   = 7
	quietPushes = 10 // in the same time on each of those days, at least
)

// statusQuiet is an official account that is pushed nothing when it always was.
type statusQuiet struct {
	ID    int64
	Name  string
	Link  string
	Span  string // for how long
	Usual int    // pushes in the same time of the quietest of the days before
	Whole bool   // the same time is a whole day
}

// lastPushes is when each official account was pushed to last, in ms, as far as it is
// known: since the program began, or within a day. Account.PushedAt is the first.
func (c *Console) lastPushes(ctx context.Context, accounts []store.Account) (map[int64]int64, error) {
	now := c.Store.Now()
	last := map[int64]int64{}
	var err error
	for _, a := range accounts {
		at := c.pushes.read(a.ID, now.UnixMilli()).TakenAt
		if at == 0 { // the store reads a day of all accounts
			stored, failed := c.Store.Pushed(ctx, a.ID, now.Add(-24*time.Hour).UnixMilli(), now.Add(time.Minute).UnixMilli())
			at, err = stored.Last, errors.Join(err, failed)
		}
		if at > 0 {
			last[a.ID] = at
		}
	}
	return last, err
}

// quiets are the accounts with no push for too long. One that turns pushes away, or
// that has withdrawn, is told of elsewhere.
func (c *Console) quiets(ctx *fiber.Ctx, accounts []store.Account, last map[int64]int64) (list []statusQuiet, err error) {
	now := c.Store.Now()
	began := now.Add(-time.Since(c.Meter.began)) // before that, nothing was heard
	for i := range accounts {
		a := &accounts[i]
		book := c.pushes.read(a.ID, now.UnixMilli())
		if a.Refused != 0 || book.deaf(a.KeysUsedAt) != "" {
			continue
		}
		since := time.UnixMilli(max(last[a.ID], began.UnixMilli()))
		if now.Sub(since) < quietLeast {
			continue
		}
		usual, err := c.usualPushes(ctx.UserContext(), a.ID, since, min(now.Sub(since), 24*time.Hour))
		if err != nil {
			return nil, err
		}
		if usual >= quietPushes {
			list = append(list, statusQuiet{ID: a.ID, Name: a.Name, Link: accountPath(a.ID), Span: c.span(ctx, now.Sub(since).Milliseconds()),
				Usual: usual, Whole: now.Sub(since) >= 24*time.Hour})
		}
	}
	return list, nil
}

// usualPushes is how many an account was pushed in a span of time on the quietest of
// the days before. When one of them had too few it looks no further.
func (c *Console) usualPushes(ctx context.Context, accountID int64, since time.Time, span time.Duration) (usual int, err error) {
	for day := 1; day <= quietDays; day++ {
		from := since.Add(time.Duration(-day) * 24 * time.Hour)
		pushed, err := c.Store.Pushed(ctx, accountID, from.UnixMilli(), from.Add(span).UnixMilli())
		if err != nil {
			return 0, err
		}
		if day == 1 || pushed.N < usual {
			usual = pushed.N
		}
		if usual < quietPushes {
			break
		}
	}
	return usual, nil
}
