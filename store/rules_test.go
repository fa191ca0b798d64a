package store

import (
	"errors"
	"slices"
	"testing"
)

// What was never set has its default, what was set stays, and what cannot be
// meant is refused with the field's name.
func TestRules(t *testing.T) {
	s := openDesk(t)
	a := must(s.Account(ctx, s.account))(t)
	equal(t, "default", a.Rules.Capacity, 10)
	r := a.Rules
	r.Capacity, r.Order, r.Reasons = 4, []string{"closing", "level"}, []string{" 已解决 "}
	ok(t, s.SetRules(ctx, Actor{}, a.ID, r))
	got := must(s.Account(ctx, a.ID))(t).Rules
	equal(t, "capacity", got.Capacity, 4)
	equal(t, "reason", got.Reasons[0], "已解决")
	if !slices.Equal(got.Order, r.Order) || len(got.Levels) != 3 {
		t.Errorf("rules: %+v", got)
	}
	for field, spoil := range map[string]func(*Rules){
		"levels": func(r *Rules) { r.Levels = []Level{{"", 5, "tint"}} }, "target": func(r *Rules) { r.Target = -1 },
		"order": func(r *Rules) { r.Order = []string{"level", "level"} }, "assign": func(r *Rules) { r.Assign = "any" },
		"capacity": func(r *Rules) { r.Capacity = 0 }, "silence": func(r *Rules) { r.Silence = -1 }, "gone": func(r *Rules) { r.Gone = -2 },
		"return": func(r *Rules) { r.Return = -1 }, "idle": func(r *Rules) { r.Idle = -1 }, "take_over": func(r *Rules) { r.TakeOver = "" },
		"reasons": func(r *Rules) { r.Reasons = []string{" "} }, "undo": func(r *Rules) { r.Undo = 31 },
	} {
		bad := r
		spoil(&bad)
		err := s.SetRules(ctx, Actor{}, a.ID, bad)
		var refusal *Refusal
		if !errors.As(err, &refusal) || refusal.Code != "bad_rules" || refusal.Detail["field"] != field {
			t.Errorf("bad %s: %v", field, err)
		}
	}
	equal(t, "untouched", must(s.Account(ctx, a.ID))(t).Rules.Capacity, 4)
}

// What is changed at the same time is all kept.
func TestChangeRules(t *testing.T) {
	d := openDesk(t)
	each(8, func(int) {
		ok(t, d.ChangeRules(ctx, Actor{}, d.account, func(r *Rules) error { r.Capacity++; return nil }))
	})
	equal(t, "capacity", must(d.Account(ctx, d.account))(t).Rules.Capacity, 18)
	refused(t, d.ChangeRules(ctx, Actor{}, d.account, func(r *Rules) error { r.Capacity = 0; return nil }), "bad_rules")
	equal(t, "refused by who changes", d.ChangeRules(ctx, Actor{}, d.account, func(*Rules) error { return ErrClosed }), ErrClosed)
	equal(t, "capacity", must(d.Account(ctx, d.account))(t).Rules.Capacity, 18)
}
