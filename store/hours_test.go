package store

import (
	"testing"
	"time"
)

func TestHours(t *testing.T) {
	h := defaultHours() // Monday to Saturday, 9 to 21
	h.Holidays = []Holiday{{"2026-04-04", "2026-04-06", "清明节", Day{}}, {"2026-05-10", "2026-05-10", "调休上班", Day{true, 600, 960}}}
	for when, want := range map[string]bool{
		"2026-03-13 08:59": false, "2026-03-13 09:00": true, "2026-03-13 20:59": true, "2026-03-13 21:00": false,
		"2026-03-15 12:00": false, // a Sunday
		"2026-04-03 12:00": true, "2026-04-04 12:00": false, "2026-04-06 12:00": false, "2026-04-07 12:00": true,
		"2026-05-10 09:30": false, "2026-05-10 10:00": true, "2026-05-10 16:00": false, // a Sunday that is worked
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", when, beijing)
		ok(t, err)
		h.On = true
		equal(t, when, h.open(at.UnixMilli()), want)
		h.On = false
		equal(t, when+", without hours", h.open(at.UnixMilli()), true)
	}
}
