package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// Rules are how an official account is served. What was never set has its
// default.
type Rules struct {
	Levels []Level `json:"levels"` // VIP 1 and up, the highest last
	Target int     `json:"target"` // of who has no level, as Level.Target
	// Order of the queue: level, waited, closing (the window ends within half an
	// hour), overdue (the target is passed); a later one decides where the
	// earlier are equal.
	Order []string `json:"order"`
	// Closing is how many minutes before its window ends a conversation is on the radar; 0: never.
	Closing int `json:"closing"`

	Assign   string `json:"assign"`    // hand: agents claim; last: who served before, else fewest; fewest: open conversations; longest: idle
	Capacity int    `json:"capacity"`  // conversations that one agent is assigned at once
	Silence  int    `json:"silence"`   // minutes without a reply or typing until a claimed conversation goes back; 0: never
	Gone     int    `json:"gone"`      // minutes that an absent agent's conversations wait before they go back; -1: they stay
	Return   int    `json:"return"`    // hours within which a customer comes back to the same agent
	Reopen   int    `json:"reopen"`    // minutes within which a customer's next word goes on in the conversation that ended; 0: never
	Idle     int    `json:"idle"`      // minutes without a key or a pointer that make an agent away; 0: never
	TakeOver string `json:"take_over"` // who may: supervisor, all

	Reasons []string `json:"reasons"` // of ending a conversation; none: it is not asked
	Undo    int      `json:"undo"`    // seconds in which a reply can be taken back; 0: none

	Hours Hours `json:"hours"`
	Autos Autos `json:"autos"`
}

// Level is a VIP level.
type Level struct {
	Name   string `json:"name"`
	Target int    `json:"target"` // minutes until the first reply; 0: none
	Look   string `json:"look"`   // outline, tint, solid
}

// defaultRules are those of a new official account.
func defaultRules() Rules {
	return Rules{
		Levels: []Level{{"VIP 1", 5, "outline"}, {"VIP 2", 3, "tint"}, {"VIP 3", 1, "solid"}}, Target: 10,
		Order: []string{"level", "waited"}, Closing: 120,
		Assign: "hand", Capacity: 10, Silence: 0, Gone: 3, Return: 24, Reopen: 10, Idle: 15, TakeOver: "supervisor",
		Reasons: []string{}, Undo: 3,
		Hours: defaultHours(), Autos: Autos{After: 3, Keywords: []Keyword{}},
	}
}

func parseRules(j string) (Rules, error) {
	r := defaultRules()
	err := json.Unmarshal([]byte(j), &r)
	return r, err
}

// Most of what rules may say.
const (
	levelsMost   = 9
	reasonsMost  = 20
	capacityMost = 1000
	nameMost     = 20 // characters of a level's or a reason's name
	undoMost     = 30
)

// levelName is what a level is called, "–" for none.
func (r *Rules) levelName(level int) string {
	if level < 1 || level > len(r.Levels) {
		return "–"
	}
	return r.Levels[level-1].Name
}

// check refuses rules that cannot be meant ("bad_rules", detail.field).
func (r *Rules) check() error {
	bad := func(field string) error { return refuse("bad_rules", "field", field) }
	r.Levels, r.Order, r.Reasons = append([]Level{}, r.Levels...), append([]string{}, r.Order...), append([]string{}, r.Reasons...) // never null
	r.Hours.Holidays, r.Autos.Keywords = append([]Holiday{}, r.Hours.Holidays...), append([]Keyword{}, r.Autos.Keywords...)
	for i := range r.Levels {
		l := &r.Levels[i]
		l.Name = strings.TrimSpace(l.Name)
		if !named(l.Name) || l.Target < 0 || l.Target > 24*60 || !slices.Contains([]string{"outline", "tint", "solid"}, l.Look) {
			return bad("levels")
		}
	}
	for i, reason := range r.Reasons {
		if r.Reasons[i] = strings.TrimSpace(reason); !named(r.Reasons[i]) {
			return bad("reasons")
		}
	}
	if field := cmp.Or(r.Hours.check(), r.Autos.check()); field != "" {
		return bad(field)
	}
	seen := map[string]bool{}
	for _, by := range r.Order {
		if seen[by] || !slices.Contains([]string{"level", "waited", "closing", "overdue"}, by) {
			return bad("order")
		}
		seen[by] = true
	}
	switch {
	case len(r.Levels) > levelsMost:
		return bad("levels")
	case len(r.Reasons) > reasonsMost:
		return bad("reasons")
	case r.Target < 0 || r.Target > 24*60:
		return bad("target")
	case !slices.Contains([]string{"hand", "last", "fewest", "longest"}, r.Assign):
		return bad("assign")
	case !slices.Contains([]string{"supervisor", "all"}, r.TakeOver):
		return bad("take_over")
	case r.Capacity < 1 || r.Capacity > capacityMost:
		return bad("capacity")
	case r.Closing < 0 || r.Closing > 48*60:
		return bad("closing")
	case r.Silence < 0 || r.Silence > 24*60:
		return bad("silence")
	case r.Gone < -1 || r.Gone > 24*60:
		return bad("gone")
	case r.Return < 0 || r.Return > 24*365:
		return bad("return")
	case r.Reopen < 0 || r.Reopen > 24*60:
		return bad("reopen")
	case r.Idle < 0 || r.Idle > 24*60:
		return bad("idle")
	case r.Undo < 0 || r.Undo > undoMost:
		return bad("undo")
	}
	return nil
}

func named(name string) bool { return name != "" && utf8.RuneCountInString(name) <= nameMost }

// SetRules gives an official account other rules. Refusal: bad_rules.
func (s *Store) SetRules(ctx context.Context, by Actor, accountID int64, r Rules) error {
	return s.ChangeRules(ctx, by, accountID, func(old *Rules) error { *old = r; return nil })
}

// ChangeRules changes the rules of an official account as they are now; do owns
// those that it gets. Refusals: bad_rules, and those of do.
func (s *Store) ChangeRules(ctx context.Context, by Actor, accountID int64, do func(*Rules) error) error {
	return s.write(ctx, func(t *tx) error {
		appid, err := txOne[string](t, "select appid from account where id = $1", accountID)
		if err != nil {
			return err
		}
		old, err := t.rulesText(accountID)
		if err != nil {
			return err
		}
		r, err := parseRules(old) // its own, for do changes them
		if err != nil {
			return err
		}
		if err := cmp.Or(do(&r), r.check()); err != nil {
			return err
		}
		j, err := json.Marshal(r)
		if err != nil {
			return err
		}
		if err := t.exec("update account set rules = $1 where id = $2", string(j), accountID); err != nil {
			return err
		}
		if err := t.accountChanged(by, accountID, "account.rules", appid); err != nil {
			return err
		}
		return t.assign(accountID, 0)
	})
}

// rules are those of an official account, as they are now. They are shared: nobody
// changes what their lists hold.
func (t *tx) rules(accountID int64) (Rules, error) {
	j, err := t.rulesText(accountID)
	if err != nil {
		return Rules{}, err
	}
	return t.w.rulesOf(accountID, j)
}

func (t *tx) rulesText(accountID int64) (string, error) {
	return txOne[string](t, "select rules from account where id = $1", accountID)
}

// readRules are rules with the text they were read from.
type readRules struct {
	text  string
	rules Rules
}

// rulesOf are the rules that a text holds, read anew only when it is another than
// last time: every push asks for them.
func (w *writer) rulesOf(accountID int64, text string) (Rules, error) {
	if known := w.rules[accountID]; known.text == text && text != "" {
		return known.rules, nil
	}
	r, err := parseRules(text)
	if err == nil {
		w.rules[accountID] = readRules{text, r}
	}
	return r, err
}
