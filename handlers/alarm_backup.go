package handlers

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// backupAlarms tell of a daily backup that failed or is late, and of disks that
// fill up. A folder that cannot be read is a backup that fails.
func backupAlarms(c *Console, ctx *fiber.Ctx) ([]alarm, error) {
	if c.Backups == nil {
		return nil, nil
	}
	set, err := c.Store.BackupSettings(ctx.UserContext())
	if err != nil {
		return nil, err
	}
	var alarms []alarm
	add := func(warn bool, key string, args ...any) {
		alarms = append(alarms, alarm{Text: c.text(ctx, key, args...), Link: backupPath, Warn: warn})
	}
	if free, low := lowDisk(c.Store.Dir()); low {
		add(free > diskLeast/4, "backup.alarm.disk", "free", sizeText(free))
	}
	for _, dir := range otherDisks(c.Store.Dir(), c.Store.BackupDir(set), set.Copy) {
		if free, low := lowDisk(dir); low {
			add(true, "backup.alarm.disk_backup", "free", sizeText(free), "dir", dir)
		}
	}
	list, err := c.Backups.List(ctx.UserContext())
	late := false
	if err == nil {
		late, err = c.Backups.Late(ctx.UserContext(), set, list, time.Now())
	}
	switch failed := lastDaily(list); {
	case err != nil, c.Backups.Lost():
		add(false, "backup.alarm.failed")
	case failed != "":
		add(false, "backup.alarm."+failed, "restore", store.RestoreCommand(c.Store.Dir()))
	case late:
		add(false, "backup.alarm.late")
	}
	return alarms, err
}

const diskLeast, diskEnough = 2_000_000_000, 10_000_000_000 // bytes

// lowDisk tells whether the disk of a folder fills up, and how many bytes are free.
func lowDisk(dir string) (free int64, low bool) {
	free, total, ok := store.Disk(dir)
	return free, ok && total > 0 && fillsUp(free, total)
}

// fillsUp: a tenth is left, but of a large disk that is plenty.
func fillsUp(free, total int64) bool { return free < max(diskLeast, min(total/10, diskEnough)) }

// otherDisks are the folders that lie on another disk than those before them.
func otherDisks(dir string, more ...string) (other []string) {
	seen := []string{dir}
	for _, dir := range more {
		if dir != "" && !slices.ContainsFunc(seen, func(s string) bool { return store.SameDisk(s, dir) }) {
			seen, other = append(seen, dir), append(other, dir)
		}
	}
	return other
}

// lastDaily says what is wrong with the newest daily backup: failed, database (that
// is damaged), damaged, copy; "" nothing. One by hand that went well since has mended it.
func lastDaily(list []store.Saved) string {
	for _, b := range list {
		switch {
		case b.Error == "database":
			return b.Error
		case b.Error != "" && b.Why == "auto":
			return "failed"
		case b.Error != "" || b.Why == "upload":
			continue
		case b.Fault != "":
			return "damaged"
		case b.CopyError != "":
			return "copy"
		}
		return ""
	}
	return ""
}
