package handlers

import (
	"net/url"
	"strings"
	"testing"

	"kfdesk/store"
)

// Hours, holidays and automatic replies are edited in the form of the rules,
// without a script too.
func TestAutosAreEdited(t *testing.T) {
	d := newConsole(t)
	d.setUp(t)
	rules := func() store.Rules {
		a, err := d.Store.Account(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		return a.Rules
	}
	send := func(form url.Values, more ...string) reply {
		t.Helper()
		for i := 0; i < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		return d.do(t, "POST", "/settings/routing", form)
	}
	saved := "/settings/routing?account=1&done=rules_saved"
	page := d.get(t, "/settings/routing")
	send(rulesForm(page.body), "hours", "on", "from-1", "8：30", "to-1", "24:00", "open-7", "on", "welcome-on", "on", "welcome", " 你好 ", "after", "7").went(t, saved)
	got := rules()
	if h := got.Hours; !h.On || h.Days[0] != (store.Day{Open: true, From: 510, To: 1440}) || !h.Days[6].Open {
		t.Errorf("hours: %+v", h)
	}
	if a := got.Autos; a.Welcome != (store.AutoText{On: true, Text: "你好"}) || a.After != 7 {
		t.Errorf("automatic replies: %+v", a)
	}

	page = send(rulesForm(d.get(t, "/settings/routing").body), "do", "add_holiday")
	page = send(rulesForm(page.body), "do", "add_keyword", "holiday-name-1", "清明节", "holiday-from-1", "2026-04-04", "holiday-to-1", "2026-04-06")
	page.has(t, 200, `value="清明节"`)
	send(rulesForm(page.body), "keyword-words-1", "发票、开票，收据 fapiao", "keyword-match-1", "exact", "keyword-text-1", "<b>寄到邮箱</b>").went(t, saved)
	got = rules()
	if h := got.Hours.Holidays; len(h) != 1 || h[0].Name != "清明节" || h[0].From != "2026-04-04" || h[0].Open {
		t.Errorf("holidays: %+v", h)
	}
	if k := got.Autos.Keywords; len(k) != 1 || strings.Join(k[0].Words, "|") != "发票|开票|收据|fapiao" || !k[0].Exact || !k[0].On || k[0].Text != "<b>寄到邮箱</b>" {
		t.Errorf("keywords: %+v", k)
	}

	page = d.get(t, "/settings/routing")
	page.has(t, 200, "&lt;b&gt;寄到邮箱")
	for _, c := range []struct{ field, name, value string }{
		{"hours", "from-2", "9"}, {"hours", "to-2", "08:00"}, {"hours", "to-2", "24:01"}, {"holidays", "holiday-to-1", "2026-04-03"},
		{"holidays", "holiday-name-1", ""}, {"welcome", "welcome", ""}, {"after", "after", "0"}, {"keywords", "keyword-words-1", "、"}, {"keywords", "keyword-text-1", " "},
	} {
		send(rulesForm(page.body), c.name, c.value).has(t, 422, `id="`+c.field+`-problem"`)
	}
	page = send(rulesForm(page.body), "do", "drop_holiday:1")
	send(rulesForm(page.body), "do", "drop_keyword:1").has(t, 200)
	page = send(rulesForm(page.body), "do", "drop_keyword:1")
	send(rulesForm(page.body)).went(t, saved)
	if got := rules(); len(got.Hours.Holidays)+len(got.Autos.Keywords) != 0 {
		t.Errorf("dropped: %+v", got)
	}
}
