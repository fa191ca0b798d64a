package handlers

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// search asks until the index knows all that is stored.
func (d *desk) search(t *testing.T, who, query string) object {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		got := d.call(t, who, "GET", "/api/v1/search?"+query, nil).ok(t, 200)
		if got["behind"] == 0.0 {
			return got
		}
		if time.Now().After(deadline) {
			t.Fatal("the index does not follow")
		}
	}
}

func TestSearch(t *testing.T) {
	d := newDesk(t)
	path := d.says(t, 1, "oAbCdEf9xQe", "这个灯罩能换吗")
	d.says(t, 2, "oOther", "灯罩多少钱")
	d.deed(t, "li", path+"/claim", nil)
	d.call(t, "li", "POST", path+"/messages", object{"client_id": "client-1", "type": "text", "body": object{"content": "灯罩可以单独买"}}).ok(t, 201)
	q := "q=" + url.QueryEscape("灯罩")
	texts := func(who, query string) string {
		t.Helper()
		var list []string
		for _, h := range d.search(t, who, query)["hits"].([]any) {
			list = append(list, fmt.Sprint(dig(h, "message", "text")))
		}
		return strings.Join(list, " ")
	}
	for _, c := range []struct{ who, query, want string }{
		{"li", q, "灯罩可以单独买 这个灯罩能换吗"},
		{"wang", q, "灯罩多少钱"},
		{"zhou", q, "灯罩可以单独买 灯罩多少钱 这个灯罩能换吗"},
		{"zhou", q + "&account=2", "灯罩多少钱"},
		{"li", q + "&account=2", ""},
		{"li", q + "&dir=out", "灯罩可以单独买"},
		{"li", q + fmt.Sprint("&agent=", d.ids["li"]), "灯罩可以单独买"},
		{"li", q + "&type=voice", ""},
		{"li", q + fmt.Sprint("&from=", noon+1), ""},
		{"li", q + fmt.Sprint("&to=", noon+1), "灯罩可以单独买 这个灯罩能换吗"},
		{"li", q + "&before=1&from=x&to=-1", ""},
		{"li", "", ""},
		{"li", "q=" + url.QueryEscape(`"灯罩" OR (`), ""},
		{"li", "q=%00%ff%22", ""},
		{"li", "q=" + strings.Repeat("a", 3000), ""},
	} {
		if got := texts(c.who, c.query); got != c.want {
			t.Errorf("%s finds with %.80s: %q, want %q", c.who, c.query, got, c.want)
		}
	}
	h := d.search(t, "li", q)["hits"].([]any)[1]
	if got := fmt.Sprint(dig(h, "marks"), dig(h, "before"), dig(h, "after", "text"), dig(h, "conversation", "customer", "openid")); got !=
		"[[2 4]] <nil>灯罩可以单独买oAbCdEf9xQe" {
		t.Errorf("the first hit: %s", got)
	}
	for query, want := range map[string]int{"9xqe": 1, "other": 0, "oother": 0} {
		if n := len(d.search(t, "li", "q="+query)["customers"].([]any)); n != want {
			t.Errorf("li finds %d customers with %s", n, query)
		}
	}
	d.call(t, "", "GET", "/api/v1/search?q=x", nil).refused(t, 401, "login_needed")
}
