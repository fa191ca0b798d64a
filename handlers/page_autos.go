package handlers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// The parts of the rules' form about the hours and the automatic replies.

// dayRow is a day of the week in the form; N names its fields, Monday is 1.
type dayRow struct {
	N int
	store.Day
}

// Days are the seven of the week.
func (d *routingPage) Days() (list []dayRow) {
	for i, day := range d.Rules.Hours.Days {
		list = append(list, dayRow{i + 1, day})
	}
	return list
}

// holidayRow is a holiday in the form; N names its fields.
type holidayRow struct {
	N int
	store.Holiday
}

// Holidays are those of the rules, in their order.
func (d *routingPage) Holidays() (list []holidayRow) {
	for i, h := range d.Rules.Hours.Holidays {
		list = append(list, holidayRow{i + 1, h})
	}
	return list
}

// NewHoliday is the row that the page's script adds.
func (d *routingPage) NewHoliday() holidayRow { return holidayRow{0, newHoliday(d.Rules.Hours)} }

// newHoliday has the hours of a Monday, for when it is worked.
func newHoliday(h store.Hours) store.Holiday {
	return store.Holiday{Day: store.Day{From: h.Days[0].From, To: h.Days[0].To}}
}

// keywordRow is a keyword in the form; N names its fields.
type keywordRow struct {
	N int
	store.Keyword
	Hits int // of the last seven days
}

// Joined is the words in one field.
func (k keywordRow) Joined() string { return strings.Join(k.Words, "、") }

// Keywords are those of the rules, in their order.
func (d *routingPage) Keywords() (list []keywordRow) {
	for i, k := range d.Rules.Autos.Keywords {
		list = append(list, keywordRow{i + 1, k, k.Hits(d.Hits)})
	}
	return list
}

// NewKeyword is the row that the page's script adds.
func (d *routingPage) NewKeyword() keywordRow { return keywordRow{0, store.Keyword{On: true}, 0} }

// autoRow is one of the automatic texts in the form.
type autoRow struct {
	Name string
	store.AutoText
}

// Autos are the automatic texts that answer no word.
func (d *routingPage) Autos() []autoRow {
	a := &d.Rules.Autos
	return []autoRow{{"welcome", a.Welcome}, {"away", a.Away}, {"queued", a.Queued}}
}

// clockTime is minutes since midnight as a field shows them.
func clockTime(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// quarters is a span of the day as its bar draws it, a quarter of an hour a unit.
func quarters(d store.Day) (bar struct{ From, Long float64 }) {
	bar.From, bar.Long = float64(d.From)/15, float64(d.To-d.From)/15
	return bar
}

func typedHours(ctx *fiber.Ctx, h *store.Hours) {
	h.On = ctx.FormValue("hours") != ""
	for i := range h.Days {
		h.Days[i] = typedDay(ctx, itoa(int64(i+1)), ctx.FormValue("open-"+itoa(int64(i+1))) != "")
	}
	h.Holidays = []store.Holiday{}
	for _, n := range typedList(ctx, "holiday") {
		h.Holidays = append(h.Holidays, store.Holiday{Name: ctx.FormValue("holiday-name-" + n), From: ctx.FormValue("holiday-from-" + n),
			To: ctx.FormValue("holiday-to-" + n), Day: typedDay(ctx, "h"+n, ctx.FormValue("holiday-open-"+n) == "open")})
	}
}

func typedDay(ctx *fiber.Ctx, n string, open bool) store.Day {
	return store.Day{Open: open, From: typedTime(ctx, "from-"+n), To: typedTime(ctx, "to-"+n)}
}

// typedTime reads a time of day, 24:00 too, with either colon.
func typedTime(ctx *fiber.Ctx, name string) int {
	hour, minute, ok := strings.Cut(strings.ReplaceAll(strings.TrimSpace(ctx.FormValue(name)), "：", ":"), ":")
	h, err := strconv.Atoi(hour)
	m, err2 := strconv.Atoi(minute)
	if !ok || err != nil || err2 != nil || m < 0 || m > 59 {
		return notNumber
	}
	return h*60 + m
}

func typedAutos(ctx *fiber.Ctx, a *store.Autos) {
	text := func(name string) store.AutoText {
		return store.AutoText{On: ctx.FormValue(name+"-on") != "", Text: ctx.FormValue(name)}
	}
	a.Welcome, a.Away, a.Queued, a.After = text("welcome"), text("away"), text("queued"), typedNumber(ctx, "after")
	a.Keywords = []store.Keyword{}
	for _, n := range typedList(ctx, "keyword") {
		a.Keywords = append(a.Keywords, store.Keyword{On: ctx.FormValue("keyword-on-"+n) != "", Words: typedWords(ctx.FormValue("keyword-words-" + n)),
			Exact: ctx.FormValue("keyword-match-"+n) == "exact", Raise: ctx.FormValue("keyword-do-"+n) == "raise", Text: ctx.FormValue("keyword-text-" + n)})
	}
}

// typedWords are separated by any comma or by spaces.
func typedWords(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("、，,;；", r) })
}

// changeAutos does what a button of these parts says: add_holiday,
// drop_holiday:N, add_keyword, drop_keyword:N.
func changeAutos(r *store.Rules, what, n string) {
	at, _ := strconv.Atoi(n)
	switch {
	case what == "add_holiday":
		r.Hours.Holidays = append(r.Hours.Holidays, newHoliday(r.Hours))
	case what == "drop_holiday" && 0 < at && at <= len(r.Hours.Holidays):
		r.Hours.Holidays = slices.Delete(r.Hours.Holidays, at-1, at)
	case what == "add_keyword":
		r.Autos.Keywords = append(r.Autos.Keywords, store.Keyword{On: true})
	case what == "drop_keyword" && 0 < at && at <= len(r.Autos.Keywords):
		r.Autos.Keywords = slices.Delete(r.Autos.Keywords, at-1, at)
	}
}
