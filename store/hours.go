package store

import (
	"strings"
	"time"
)

// Hours are when people are on duty, in Beijing time, as WeChat counts its days.
type Hours struct {
	On       bool      `json:"on"`   // false: always
	Days     []Day     `json:"days"` // seven, Monday first
	Holidays []Holiday `json:"holidays"`
}

// Day is one of a week: minutes since midnight, To exclusive.
type Day struct {
	Open bool `json:"open"`
	From int  `json:"from_minute"`
	To   int  `json:"to_minute"`
}

// Holiday takes the place of the week's days, both dates included.
type Holiday struct {
	From string `json:"from"` // 2026-04-04
	To   string `json:"to"`
	Name string `json:"name"`
	Day
}

const (
	dayMinutes   = 24 * 60
	dayMS        = dayMinutes * 60 * 1000
	holidaysMost = 100
)

var beijing = time.FixedZone("", 8*60*60)

func defaultHours() Hours {
	h := Hours{Days: make([]Day, 7), Holidays: []Holiday{}}
	for i := range h.Days {
		h.Days[i] = Day{i < 6, 9 * 60, 21 * 60}
	}
	return h
}

// open tells whether people are on duty.
func (h *Hours) open(at int64) bool {
	if !h.On {
		return true
	}
	t := time.UnixMilli(at).In(beijing)
	date, minute := t.Format(time.DateOnly), t.Hour()*60+t.Minute()
	day := h.Days[(int(t.Weekday())+6)%7]
	for _, free := range h.Holidays {
		if free.From <= date && date <= free.To {
			day = free.Day
			break
		}
	}
	return day.Open && day.From <= minute && minute < day.To
}

// check names the field that cannot be right, "" when all can.
func (h *Hours) check() string {
	if len(h.Days) != 7 {
		return "hours"
	}
	for _, d := range h.Days {
		if !d.ok() {
			return "hours"
		}
	}
	if len(h.Holidays) > holidaysMost {
		return "holidays"
	}
	for i := range h.Holidays {
		free := &h.Holidays[i]
		if free.Name = strings.TrimSpace(free.Name); !named(free.Name) || !isDate(free.From) || !isDate(free.To) || free.From > free.To || !free.ok() {
			return "holidays"
		}
	}
	return ""
}

func (d Day) ok() bool { return !d.Open || 0 <= d.From && d.From < d.To && d.To <= dayMinutes }

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
