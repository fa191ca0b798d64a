package handlers

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// lastsWarn is for how many days the disk has to last at least, at the rate of late.
const lastsWarn = 7

// statusRoom is what the data takes up of its disk, as it was measured within the
// last hour.
type statusRoom struct {
	At    int64 // 0: not yet
	Media int64
	Share string // of media in the disk, in words; "": not known
	Day   int64  // bytes by which all grows a day
	Known bool   // whether that is
	Lasts string // how long what is free is enough for that and for the backups, in words; "": not known, or it does not grow
	days  int64  // the same
}

// statusRoom: copies is how many backups are kept on the same disk, each of which grows
// with the data.
func (c *Console) statusRoom(ctx *fiber.Ctx, sizes []store.Size, copies, free, total int64) (r statusRoom) {
	if len(sizes) == 0 {
		return r
	}
	last := sizes[len(sizes)-1]
	r.At, r.Media = last.At, last.Media
	if total > 0 {
		r.Share = c.share(ctx, last.Media, total)
	}
	if r.Day, r.Known = store.Growth(sizes); r.Day > 0 && total > 0 {
		r.days = free / (r.Day * (1 + copies))
		r.Lasts = c.daysText(ctx, r.days)
	}
	return r
}

// copiesHere is how many backups are kept on the disk of the data, when all are there.
func (c *Console) copiesHere(ctx context.Context) (int64, error) {
	v, err := c.Store.BackupSettings(ctx)
	if err != nil || !v.On || v.Dir != "" && !store.SameDisk(v.Dir, c.Store.Dir()) {
		return 0, err
	}
	return int64(v.Keep), nil
}

// share is a part of a disk in words.
func (c *Console) share(ctx *fiber.Ctx, part, total int64) string {
	if percent := int64(float64(part) / float64(total) * 100); percent > 0 {
		return c.text(ctx, "status.share", "percent", percent)
	}
	return c.text(ctx, "status.share.little")
}

// daysText is a number of days as one says it: nobody counts those of years.
func (c *Console) daysText(ctx *fiber.Ctx, days int64) string {
	switch {
	case days < 1:
		return c.text(ctx, "status.lasts.now")
	case days < 60:
		return c.text(ctx, "status.lasts.days", "n", days)
	case days < 2*365:
		return c.text(ctx, "status.lasts.months", "n", days/30)
	}
	return c.text(ctx, "status.lasts.years")
}

// lasts adds to how the disk is for how long it lasts. Days are no emergency, but
// they are to be used.
func (c *Console) lasts(ctx *fiber.Ctx, disk *statusCheck, free int64, r *statusRoom) {
	switch {
	case disk.State != "ok" || r.Lasts == "":
	case r.days < lastsWarn:
		disk.State, disk.Text = "warn", c.text(ctx, "status.disk.soon", "free", sizeText(free), "lasts", r.Lasts)
	default:
		disk.Text = c.text(ctx, "status.disk.lasts", "free", sizeText(free), "lasts", r.Lasts)
	}
}

// statusCalls is how many replies an official account may still send today.
type statusCalls struct {
	Name        string // "" when there is only one
	Used, Limit string
	At          int64 // when WeChat said so
}

// statusCalls gives those of the account that has used up most of its day. What
// WeChat said the day before, in Beijing, says nothing of today.
func (c *Console) statusCalls(accounts []store.Account) (most *statusCalls) {
	share := -1.0
	for i := range accounts {
		q, ok := c.WeChat.Quota(accounts[i].ID)
		if !ok || q.DailyLimit <= 0 || beijingDate(q.At) != beijingDate(c.Store.Now().UnixMilli()) {
			continue
		}
		if now := float64(q.Used) / float64(q.DailyLimit); now > share {
			share, most = now, &statusCalls{Name: accounts[i].Name, Used: thousands(int64(q.Used)), Limit: thousands(int64(q.DailyLimit)), At: q.At}
		}
	}
	if most != nil && len(accounts) == 1 {
		most.Name = ""
	}
	return most
}

func beijingDate(ms int64) string {
	return time.UnixMilli(ms).In(time.FixedZone("", 8*60*60)).Format(time.DateOnly)
}
