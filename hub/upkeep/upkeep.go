// Package upkeep does what is due because time has passed, each part in a goroutine
// of its own that main waits for.
package upkeep

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"kfdesk/hub/courier"
	"kfdesk/store"
)

// Sweep does what people wait for, until ctx ends: it is short.
func Sweep(ctx context.Context, s *store.Store, log *slog.Logger) error {
	return every(ctx, 2*time.Second, func() {
		if err := errors.Join(s.Lapse(ctx), s.Route(ctx), s.TellQueue(ctx)); err != nil && ctx.Err() == nil {
			log.Error("sweeping", "error", err)
		}
	})
}

// Clean removes what is not to be kept any longer, which may take long: what was
// erased soon, what is too old once an hour. And it measures what is left.
func Clean(ctx context.Context, s *store.Store, log *slog.Logger) error {
	const day = 24 * int64(time.Hour/time.Millisecond)
	const keepEvents, keepDrafts = 7 * day, 30 * day
	hour, measured := time.Now(), time.Time{}
	return every(ctx, 2*time.Second, func() {
		err := s.Tidy(ctx)
		if time.Since(measured) >= time.Hour { // at the start, too: for who looks at the page of the status
			measured = time.Now()
			err = errors.Join(err, s.Measure(ctx))
		}
		if time.Since(hour) >= time.Hour {
			hour = time.Now()
			err = errors.Join(err, s.PruneSessions(ctx), s.PruneEvents(ctx, keepEvents), s.PruneDrafts(ctx, keepDrafts),
				s.PruneAudit(ctx), s.PruneCopies(ctx), s.Retain(ctx))
		}
		if err != nil && ctx.Err() == nil {
			log.Error("cleaning up", "error", err)
		}
	})
}

// every does something again and again until ctx ends, with a pause before each.
func every(ctx context.Context, pause time.Duration, do func()) error {
	often := time.NewTicker(pause)
	defer often.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-often.C:
			do()
		}
	}
}

// Mirror keeps the lists of kf accounts like WeChat's: at the start, then every
// hour, and every few minutes where somebody may answer an invitation. What is left of
// the day's calls it asks for four times an hour.
func Mirror(ctx context.Context, s *store.Store, c *courier.Courier, log *slog.Logger) error {
	often := time.NewTicker(5 * time.Minute)
	defer often.Stop()
	for n := 0; ; n++ {
		accounts, err := s.Accounts(ctx)
		for i := 0; err == nil && i < len(accounts); i++ {
			a := &accounts[i]
			if a.Refused != 0 {
				continue
			}
			if n%12 == 0 || invited(ctx, s, a.ID) {
				if err := c.MirrorKF(ctx, a.ID); err != nil && ctx.Err() == nil {
					log.Warn("kf accounts could not be read from WeChat", "appid", a.AppID, "error", err)
				}
			}
			if n%3 > 0 {
				continue
			}
			if err := c.AskQuota(ctx, a.ID); err != nil && ctx.Err() == nil { // not every account may
				log.Debug("what is left of the day's calls could not be read from WeChat", "appid", a.AppID, "error", err)
			}
		}
		if err != nil && ctx.Err() == nil {
			log.Error("reading the accounts", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-often.C:
		}
	}
}

// invited tells whether an invitation of the account has no answer yet.
func invited(ctx context.Context, s *store.Store, account int64) bool {
	list, err := s.KFAccounts(ctx, account)
	return err == nil && slices.ContainsFunc(list, func(k store.KFAccount) bool { return k.KFWx == "" && k.InviteStatus == "waiting" })
}
