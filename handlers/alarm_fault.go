package handlers

import (
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// faultBook has the faults of the disk and the database that requests have met.
type faultBook struct {
	mu   sync.Mutex
	seen map[store.Fault]time.Time // the last
}

func (f *faultBook) note(fault store.Fault, at time.Time) {
	if fault == "" {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen == nil {
		f.seen = map[store.Fault]time.Time{}
	}
	f.seen[fault] = at
}

// all are those that were met and not mended; the worst last.
func (f *faultBook) all() (list []store.Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, one := range []store.Fault{store.DiskFails, store.DiskReadOnly, store.DiskFull, store.Damaged} {
		if _, ok := f.seen[one]; ok {
			list = append(list, one)
		}
	}
	return list
}

// mended forgets all but damage, which stays until the program starts anew.
func (f *faultBook) mended() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for one := range f.seen {
		if one != store.Damaged {
			delete(f.seen, one)
		}
	}
}

// faultAlarms tell of a disk that takes nothing, of a database that is damaged and
// of one that came back without its last changes.
func faultAlarms(c *Console, ctx *fiber.Ctx) (list []alarm, err error) {
	add := func(key string, args ...any) {
		args = append(args, "dir", c.Store.Dir(), "restore", store.RestoreCommand(c.Store.Dir()))
		list = append(list, alarm{Text: c.text(ctx, key, args...), Link: backupPath})
	}
	met := c.faults.all()
	if len(met) > 0 && met[len(met)-1] != store.Damaged {
		c.ready() // which tries it out
		met = c.faults.all()
	}
	if len(met) > 0 {
		add("fault.alarm." + string(met[len(met)-1]))
	}
	if n := c.Store.Lost(); n > 0 {
		add("fault.alarm.lost", "n", n)
	}
	return list, nil
}
