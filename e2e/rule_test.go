package e2e

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// The rule of the reply budget is written twice, in Go and for the browser. Both
// must give the same answer in every case of the shared list.
func TestBudgetRuleInTheBrowser(t *testing.T) {
	parallel(t)
	raw, err := os.ReadFile("../store/testdata/budget.json")
	must(t, err)
	var cases []struct {
		Name         string          `json:"name"`
		Now          int64           `json:"now"`
		Conversation json.RawMessage `json:"conversation"`
		Want         struct {
			OK     bool
			Reason string
			Kind   string
			Left   int
			Until  int64
			Can    int
			Spend  string
		}
	}
	must(t, json.Unmarshal(raw, &cases))
	if len(cases) < 10 {
		t.Fatalf("only %d cases", len(cases))
	}
	s := serve(t, "-data", t.TempDir())
	p := newPage(t, "browser", s.URL, look{})
	p.open("/setup")
	type answer struct {
		Reason, Kind, Spend string
		Left, Can           int
		Until               int64
	}
	got := eval[[]answer](p, `(async () => {
		const { static: base } = JSON.parse(document.getElementById('boot').textContent);
		const { budget } = await import(base + '/js/lib/budget.js');
		return `+string(raw)+`.map(({ conversation, now }) => budget(conversation, now));
	})()`)
	for i, c := range cases {
		a, w := got[i], c.Want
		if a.Reason != w.Reason || a.Kind != w.Kind || a.Left != w.Left || a.Until != w.Until || a.Can != w.Can || a.Spend != w.Spend {
			t.Errorf("%s:\n got %+v\nwant %+v", c.Name, a, w)
		}
	}
}

// So is the order of the queue.
func TestQueueRuleInTheBrowser(t *testing.T) {
	parallel(t)
	raw, err := os.ReadFile("../store/testdata/queue.json")
	must(t, err)
	var cases []struct {
		Name string
		Want []int64
	}
	must(t, json.Unmarshal(raw, &cases))
	if len(cases) < 20 {
		t.Fatalf("only %d cases", len(cases))
	}
	s := serve(t, "-data", t.TempDir())
	p := newPage(t, "browser", s.URL, look{})
	p.open("/setup")
	got := eval[[][]int64](p, `(async () => {
		const { static: base } = JSON.parse(document.getElementById('boot').textContent);
		const { inOrder } = await import(base + '/js/lib/queue.js');
		return `+string(raw)+`.map(({ conversations, rules, now }) => inOrder(conversations, (account) => rules[account], now).map(({ id }) => id));
	})()`)
	for i, c := range cases {
		if !slices.Equal(got[i], c.Want) {
			t.Errorf("%s: %v, want %v", c.Name, got[i], c.Want)
		}
	}
}
