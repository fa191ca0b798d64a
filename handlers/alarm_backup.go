package handlers

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// backupAlarms tell of a daily backup that failed or is late, and of a disk that
// fills up.
func backupAlarms(c *Console, ctx *fiber.Ctx) ([]alarm, error) {
	if c.Backups == nil {
		return nil, nil
	}
	set, err := c.Store.BackupSettings(ctx.UserContext())
	if err != nil {
		return nil, err
	}
	list, err := c.Backups.List(ctx.UserContext())
	if err != nil {
		return nil, err
	}
	var alarms []alarm
	add := func(warn bool, key string, args ...any) {
		alarms = append(alarms, alarm{Text: c.text(ctx, key, args...), Link: backupPath, Warn: warn})
	}
	if free, total, ok := store.Disk(c.Store.Dir()); ok && lowDisk(free, total) {
		add(free > diskLeast/4, "backup.alarm.disk", "free", sizeText(free))
	}
	switch failed := lastDaily(list); {
	case failed != "":
		add(false, "backup.alarm."+failed)
	case c.Backups.Late(set, list, time.Now()):
		add(false, "backup.alarm.late")
	}
	return alarms, nil
}

const diskLeast = 2_000_000_000 // bytes

func lowDisk(free, total int64) bool { return free < diskLeast || free < total/10 }

// lastDaily says what is wrong with the newest daily backup: failed, damaged,
// copy; "" nothing. One by hand that went well since has mended it.
func lastDaily(list []store.Saved) string {
	for _, b := range list {
		switch {
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
