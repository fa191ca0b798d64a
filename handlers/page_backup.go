package handlers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// backupPage is the page of backups, with a dialog over it where one is open.
type backupPage struct {
	List        []backupRow
	Unreadable  bool // the folder is
	Set         store.BackupSettings
	At          string // as typed
	Folder      string
	Doing       *backupDoing
	Ended       *backupEnded
	Last        *backupRow // the newest that is whole and was made here
	Next        int64      // ms, 0: none is due
	Count       int
	Size        int64
	Free, Total int64 // bytes of the disk; 0: not known
	Used        int   // per cent
	Dialog      string
	One         backupRow
	Formers     []store.Former // what restores moved aside
	Old         store.Former   // one of them, of the dialog
	Problems    problems
}

type backupRow struct {
	store.Saved
	Until string // the day up to which it is kept, "": for ever
	Ago   string
	Took  string
}

// backupDoing is what is going on, in words.
type backupDoing struct {
	State   string `json:"state"` // make, verify, restore, restart; idle
	Title   string `json:"title"`
	Text    string `json:"text"`
	Percent int    `json:"percent"`
}

// backupEnded is how the last deed has ended, told for a while.
type backupEnded struct {
	OK          bool
	Title, Text string
}

const toldFor = 10 * time.Minute

func (c *Console) renderBackup(ctx *fiber.Ctx, d *backupPage) error {
	if err := c.fillBackup(ctx, d); err != nil {
		return err
	}
	p := c.page(ctx, "backup.title")
	p.D, p.Entry = d, "backup.js"
	if len(d.Problems) > 0 {
		return again(ctx, "settings_backup", p)
	}
	return ctx.Render("settings_backup", p)
}

func (c *Console) fillBackup(ctx *fiber.Ctx, d *backupPage) error {
	set, err := c.Store.BackupSettings(ctx.UserContext())
	if err != nil {
		return err
	}
	list, err := c.Backups.List(ctx.UserContext())
	d.Unreadable = err != nil // the log has it from the alarm above the page
	if d.At == "" {           // nothing was typed
		d.Set, d.At = set, clockTime(set.At)
	}
	if d.Formers, err = c.Backups.Formers(); err != nil {
		return err
	}
	d.Folder = c.Store.BackupDir(set)
	for _, saved := range list {
		row := c.backupRow(ctx, saved, set)
		d.List = append(d.List, row)
		if saved.There {
			d.Count, d.Size = d.Count+1, d.Size+saved.Size
		}
		if d.Last == nil && saved.There && saved.Fault == "" && saved.Why != "upload" {
			d.Last = &row
		}
	}
	if set.On {
		d.Next = set.Next(time.Now()).UnixMilli()
	}
	if free, total, ok := store.Disk(c.Store.Dir()); ok && total > 0 {
		d.Free, d.Total, d.Used = free, total, int(100-free*100/total)
	}
	doing, last := c.Backups.Doing()
	if doing != nil {
		d.Doing = c.backupDoing(ctx, doing)
	} else if last != nil && time.Since(last.At) < toldFor {
		d.Ended = c.backupEnded(ctx, last)
	}
	return nil
}

func (c *Console) backupRow(ctx *fiber.Ctx, saved store.Saved, set store.BackupSettings) backupRow {
	made := time.UnixMilli(saved.MadeAt)
	row := backupRow{Saved: saved, Ago: c.ago(ctx, time.Since(made)), Took: c.duration(ctx, time.Duration(saved.Took)*time.Millisecond)}
	if !saved.Keep {
		row.Until = c.day(ctx, made.AddDate(0, 0, set.Keep))
	}
	return row
}

// day is a date without its year.
func (c *Console) day(ctx *fiber.Ctx, at time.Time) string {
	months := strings.Split(c.text(ctx, "backup.months"), " ")
	return c.text(ctx, "backup.day", "month", months[at.Month()-1], "day", at.Day())
}

// ago is how long ago something was, in one unit.
func (c *Console) ago(ctx *fiber.Ctx, d time.Duration) string {
	switch {
	case d < time.Minute:
		return c.text(ctx, "common.now")
	case d < time.Hour:
		return c.text(ctx, "backup.ago.minutes", "n", int(d.Minutes()))
	case d < 48*time.Hour:
		return c.text(ctx, "backup.ago.hours", "n", int(d.Hours()))
	}
	return c.text(ctx, "backup.ago.days", "n", int(d.Hours())/24)
}

func (c *Console) duration(ctx *fiber.Ctx, d time.Duration) string {
	seconds := int(d.Round(time.Second).Seconds())
	if seconds < 60 {
		return c.text(ctx, "backup.took.seconds", "n", max(1, seconds))
	}
	return c.text(ctx, "backup.took.minutes", "m", seconds/60, "s", seconds%60)
}

func (c *Console) backupDoing(ctx *fiber.Ctx, d *store.Doing) *backupDoing {
	v := &backupDoing{State: d.Kind, Title: c.text(ctx, "backup.doing."+d.Kind, "step", max(1, d.Step), "steps", d.Steps)}
	switch {
	case d.Kind == "restart":
		v.Percent, v.Text = 100, c.text(ctx, "backup.doing.restart.text")
		return v
	case d.What == "":
		v.Text = c.text(ctx, "backup.step.begin")
		return v
	}
	v.Text = c.text(ctx, "backup.step."+d.What, "done", sizeText(d.Done), "total", sizeText(d.Total))
	if d.Total > 0 {
		v.Percent = int(d.Done * 100 / d.Total)
	}
	return v
}

func (c *Console) backupEnded(ctx *fiber.Ctx, o *store.Outcome) *backupEnded {
	v := &backupEnded{OK: o.Err == nil, Title: c.text(ctx, "backup.ended."+o.Kind)}
	if o.Err != nil {
		v.Title, v.Text = c.text(ctx, "backup.failed."+o.Kind), c.backupError(ctx, o.Err)
	}
	return v
}

// backupError says why a deed on backups failed.
func (c *Console) backupError(ctx *fiber.Ctx, err error) string {
	var no *store.Refusal
	switch {
	case errors.As(err, &no):
		return c.errorText(ctx, explain(no))
	case errors.Is(err, store.ErrFull):
		return c.text(ctx, "backup.error.disk_full")
	case store.FaultOf(err) == store.Damaged:
		return c.text(ctx, "backup.error.database", "restore", store.RestoreCommand(c.Store.Dir()))
	case errors.Is(err, context.Canceled):
		return c.text(ctx, "backup.error.stopped")
	}
	return c.text(ctx, "backup.error.failed")
}

// sizeText is a number of bytes as disks are sold: three digits and a unit.
func sizeText(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", max(n, 0))
	}
	v, unit := float64(n), ""
	for _, unit = range []string{"KB", "MB", "GB", "TB"} {
		if v /= 1000; v < 999.5 {
			break
		}
	}
	switch {
	case v < 9.995:
		return fmt.Sprintf("%.2f %s", v, unit)
	case v < 99.95:
		return fmt.Sprintf("%.1f %s", v, unit)
	}
	return fmt.Sprintf("%.0f %s", v, unit)
}
