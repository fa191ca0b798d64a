package handlers

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kfdesk/store"
)

var (
	inputField  = regexp.MustCompile(`<input [^>]*name="([^"]+)"[^>]*value="([^"]*)"[^>]*`)
	chosenField = regexp.MustCompile(`(?s)<select [^>]*name="([^"]+)".*?</select>`)
	chosen      = regexp.MustCompile(`value="([^"]*)" selected`)
	radioField  = regexp.MustCompile(`type="radio" name="([^"]+)" value="([^"]*)" checked`)
	textField   = regexp.MustCompile(`(?s)<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>`)
	notSent     = regexp.MustCompile(`(?s)<template.*?</template>`)
)

// rulesForm is what a browser would send of the form as it stands, with some
// fields in another way.
func rulesForm(body string, other ...string) url.Values {
	form := url.Values{}
	add := func(name, value string) {
		for i := 0; i < len(other); i += 2 {
			if other[i] == name {
				value = other[i+1]
			}
		}
		form.Add(name, value)
	}
	_, body, _ = strings.Cut(body, `id="rules"`)
	body, _, _ = strings.Cut(notSent.ReplaceAllString(body, ""), "</form>")
	for _, m := range inputField.FindAllStringSubmatch(body, -1) {
		if !strings.Contains(m[0], `type="radio"`) && (!strings.Contains(m[0], `type="checkbox"`) || strings.Contains(m[0], " checked")) {
			add(m[1], m[2])
		}
	}
	for _, m := range radioField.FindAllStringSubmatch(body, -1) {
		add(m[1], m[2])
	}
	for _, m := range chosenField.FindAllStringSubmatch(body, -1) {
		add(m[1], chosen.FindStringSubmatch(m[0])[1])
	}
	for _, m := range textField.FindAllStringSubmatch(body, -1) {
		add(m[1], m[2])
	}
	for i := 0; i < len(other); i += 2 {
		if other[i] == "do" {
			form.Set("do", other[i+1])
		}
	}
	return form
}

// The form works without a script: it gives back what it was given, and its
// buttons change it before it is saved.
func TestRulesAreEdited(t *testing.T) {
	d := newConsole(t)
	d.setUp(t)
	rules := func() store.Rules {
		a, err := d.Store.Account(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		return a.Rules
	}
	page := d.get(t, "/settings/routing")
	page.has(t, 200, "接待规则", "客户等级")
	d.get(t, "/settings").went(t, "/settings/routing")
	before := rules()
	d.do(t, "POST", "/settings/routing", rulesForm(page.body)).went(t, "/settings/routing?account=1&done=rules_saved")
	after := rules()
	if fmt.Sprint(after.Order) != "[level waited closing overdue]" { // the rest decides nothing
		t.Errorf("order %v", after.Order)
	}
	after.Order = before.Order
	if fmt.Sprintf("%+v", before) != fmt.Sprintf("%+v", after) {
		t.Errorf("saved as it was: %+v, now %+v", before, after)
	}

	d.do(t, "POST", "/settings/routing", rulesForm(page.body, "name-3", "黑金", "target-3", "2", "look-3", "outline", "target", "20", "assign", "longest",
		"capacity", "6", "silence", "5", "gone", "-1", "return", "12", "reopen", "7", "idle", "0", "take_over", "all", "reasons", " 已解决 \r\n\r\n转电话", "undo", "0")).
		went(t, "/settings/routing?account=1&done=rules_saved")
	got := rules()
	if got.Levels[2] != (store.Level{Name: "黑金", Target: 2, Look: "outline"}) || !slices.Equal(got.Reasons, []string{"已解决", "转电话"}) ||
		fmt.Sprint(got.Target, got.Assign, got.Capacity, got.Silence, got.Gone, got.Return, got.Reopen, got.Idle, got.TakeOver, got.Undo) != "20longest6 5 -1 12 7 0all0" {
		t.Errorf("saved: %+v", got)
	}

	page = d.do(t, "POST", "/settings/routing", rulesForm(page.body, "do", "add_level"))
	page.has(t, 200, `name="name-4" value="VIP 4"`)
	page = d.do(t, "POST", "/settings/routing", rulesForm(page.body, "do", "up:closing", "name-4", "钻石"))
	page.has(t, 200, `value="钻石"`)
	page = d.do(t, "POST", "/settings/routing", rulesForm(page.body, "do", "up:closing"))
	page = d.do(t, "POST", "/settings/routing", rulesForm(page.body, "do", "down:level"))
	if len(rules().Levels) != 3 {
		t.Error("a button of the form saved it")
	}
	d.do(t, "POST", "/settings/routing", rulesForm(page.body)).went(t, "/settings/routing?account=1&done=rules_saved")
	if got := rules(); len(got.Levels) != 4 || got.Levels[3].Name != "钻石" || fmt.Sprint(got.Order) != "[closing waited level overdue]" {
		t.Errorf("saved: %+v", got)
	}
	page = d.do(t, "POST", "/settings/routing", rulesForm(d.get(t, "/settings/routing").body, "do", "drop_level"))
	d.do(t, "POST", "/settings/routing", rulesForm(page.body))
	if got := rules(); len(got.Levels) != 3 || got.Levels[2].Name != "VIP 3" {
		t.Errorf("the highest is dropped: %+v", got.Levels)
	}

	for field, value := range map[string]string{"name-1": "", "target": "x", "capacity": "0", "silence": "-1", "return": "1.5", "idle": "", "undo": "31"} {
		name := field
		if field == "name-1" {
			name = "levels"
		}
		r := d.do(t, "POST", "/settings/routing", rulesForm(page.body, field, value))
		r.has(t, 422, fmt.Sprintf(`id="%s-problem"`, name))
	}
}

// Each official account has its own; the page says which it is about.
func TestRulesOfSeveralAccounts(t *testing.T) {
	d := newConsole(t)
	d.setUp(t)
	if r := d.get(t, "/settings/routing"); strings.Contains(r.body, "?account=1\" aria-current") {
		t.Error("there is nothing to choose from")
	}
	second := append([]string{}, accountForm...)
	second[1], second[3], second[7] = "转角咖啡", "wx4f8a2c61d9e07b36", "gh_7f2c0e91ab35"
	d.post(t, "/accounts/new", second...).went(t, "/setup/callback/2")
	page := d.get(t, "/settings/routing?account=2")
	page.has(t, 200, "?account=2\" aria-current=\"page\">转角咖啡")
	d.do(t, "POST", "/settings/routing", rulesForm(page.body, "capacity", "3")).went(t, "/settings/routing?account=2&done=rules_saved")
	for id, want := range map[int64]int{1: 10, 2: 3} {
		if a, err := d.Store.Account(t.Context(), id); err != nil || a.Rules.Capacity != want {
			t.Errorf("account %d: %d at once, want %d (%v)", id, a.Rules.Capacity, want, err)
		}
	}
}

func TestCapacityOfAnAgent(t *testing.T) {
	d := newConsole(t)
	d.setUp(t)
	form := []string{"login", "li", "name", "Li", "role", "agent", "password", adminPassword, "account-1", "-"}
	d.post(t, "/agents/new", append(form, "capacity", "none")...).has(t, 422, `id="capacity-problem"`)
	d.post(t, "/agents/new", append(form, "capacity", "6")...).went(t, "/agents?done=agent_added")
	d.get(t, "/agents/2").has(t, 200, `name="capacity" value="6"`)
	d.post(t, "/agents/2", "name", "Li", "role", "agent", "account-1", "-", "capacity", "").went(t, "/agents?done=agent_saved")
	if a, err := d.Store.Agent(t.Context(), 2); err != nil || a.Capacity != 0 {
		t.Errorf("as the rules say: %d, %v", a.Capacity, err)
	}
}
