package handlers

import (
	"fmt"
	"testing"
)

// An admin changes what the body names; everybody who sees the account reads it.
func TestRulesOfAnAccount(t *testing.T) {
	d := newDesk(t)
	const path = "/api/v1/accounts/1/rules"
	before := d.call(t, "li", "GET", path, nil).ok(t, 200)
	if fmt.Sprint(dig(before, "rules", "capacity"), dig(before, "rules", "undo")) != "10 0" {
		t.Errorf("rules of a new account: %v", before)
	}
	got := d.call(t, "zhou", "PUT", path, object{"capacity": 4, "levels": []object{{"name": "金卡", "target": 2, "look": "solid"}}}).ok(t, 200)
	want := "map[look:solid name:金卡 target:2]"
	for _, who := range []object{got, d.call(t, "li", "GET", path, nil).ok(t, 200)} {
		if fmt.Sprint(dig(who, "rules", "capacity"), dig(who, "rules", "undo"), dig(who, "rules", "levels")) != "4 0 ["+want+"]" {
			t.Errorf("rules: %v", who)
		}
	}
	if other := d.call(t, "zhou", "GET", "/api/v1/accounts/2/rules", nil).ok(t, 200); dig(other, "rules", "capacity") != 10.0 {
		t.Errorf("the other account: %v", other)
	}
	if none := d.call(t, "zhou", "PUT", path, object{"order": []string{}}).ok(t, 200); fmt.Sprint(dig(none, "rules", "order")) != "[]" {
		t.Errorf("no order: %v", none)
	}
	d.call(t, "li", "PUT", path, object{"capacity": 5}).refused(t, 403, "admin_needed")
	d.call(t, "wang", "GET", path, nil).refused(t, 404, "not_found")
	d.call(t, "zhou", "PUT", "/api/v1/accounts/9/rules", object{}).refused(t, 404, "not_found")
	d.call(t, "zhou", "PUT", path, object{"capacities": 5}).refused(t, 400, "bad_json")
	d.call(t, "zhou", "PUT", path, object{"levels": []object{{"name": "", "target": 1, "look": "tint"}}}).refused(t, 422, "bad_rules")
	d.call(t, "zhou", "PUT", path, object{"levels": []object{{"name": "half of one"}}}).refused(t, 422, "bad_rules")
	if still := d.call(t, "li", "GET", path, nil).ok(t, 200); fmt.Sprint(dig(still, "rules", "levels")) != "["+want+"]" {
		t.Errorf("what was refused left %v", still)
	}
}

// A list takes the place of the whole old one, and what was refused leaves
// nothing: also where the rules were read before, and are shared.
func TestListsOfRules(t *testing.T) {
	d := newDesk(t)
	const path = "/api/v1/accounts/1/rules"
	at := func(who object, part, field string) string { return fmt.Sprint(dig(who, "rules", part, field)) }
	keywords := func(list string) result { return d.call(t, "zhou", "PUT", path, `{"autos":{"keywords":[`+list+`]}}`) }
	d.call(t, "zhou", "PUT", path, `{"hours":{"holidays":[{"from":"2026-04-04","to":"2026-04-06","name":"清明","open":true,"from_minute":600,"to_minute":660}]}}`).ok(t, 200)
	keywords(`{"on":true,"words":["急","退款"],"raise":true}`).ok(t, 200)
	const answers = `{"on":true,"words":["急"],"text":"soon"}`
	want := "[map[exact:false on:true raise:false text:soon words:[急]]]"
	if got := keywords(answers).ok(t, 200); at(got, "autos", "keywords") != want {
		t.Errorf("keywords: %v, want %v", at(got, "autos", "keywords"), want)
	}
	before := d.call(t, "li", "GET", path, nil).ok(t, 200)
	for body, code := range map[string]string{
		`{"autos":{"keywords":[{"on":false,"words":["no"]}]}}`:                                     "bad_rules",
		`{"hours":{"holidays":[{"from":"2026-05-01","to":"2026-04-01","name":"no"}]}}`:             "bad_rules",
		`{"hours":{"days":[{"open":false,"from_minute":0,"to_minute":1}]}}`:                        "bad_rules",
		`{"hours":{"days":[{"open":false}]},"autos":{"keywords":[{"on":false}]},"what":"unknown"}`: "bad_json",
	} {
		d.call(t, "zhou", "PUT", path, body).refused(t, map[string]int{"bad_rules": 422, "bad_json": 400}[code], code)
	}
	if still := d.call(t, "li", "GET", path, nil).ok(t, 200); fmt.Sprint(still) != fmt.Sprint(before) {
		t.Errorf("what was refused left %v, want %v", still, before)
	}
	free := `{"hours":{"holidays":[{"from":"2026-10-01","to":"2026-10-07","name":"国庆"}]}}`
	if got := d.call(t, "zhou", "PUT", path, free).ok(t, 200); at(got, "hours", "holidays") != "[map[from:2026-10-01 from_minute:0 name:国庆 open:false to:2026-10-07 to_minute:0]]" {
		t.Errorf("holidays: %v", at(got, "hours", "holidays"))
	}
}

func TestLevelOfACustomer(t *testing.T) {
	d := newDesk(t)
	d.open(t, "o1")
	set := func(who string, level int) result {
		return d.call(t, who, "PUT", "/api/v1/customers/1/vip", object{"level": level})
	}
	if got := set("chen", 2).ok(t, 200); dig(got, "conversation", "customer", "vip") != 2.0 {
		t.Errorf("level: %v", got)
	}
	set("li", 4).refused(t, 422, "bad_level")
	set("wang", 1).refused(t, 404, "not_found")
	d.call(t, "li", "PUT", "/api/v1/customers/99/vip", object{"level": 1}).refused(t, 404, "not_found")
	d.call(t, "li", "PUT", "/api/v1/customers/1/vip", object{"vip": 1}).refused(t, 400, "bad_json")
}
