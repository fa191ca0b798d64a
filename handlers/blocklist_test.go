package handlers

import (
	"strconv"
	"testing"
)

// The block list is the newest conversation of each blocked customer, for those
// who may see it.
func TestBlockedConversations(t *testing.T) {
	d := newDesk(t)
	path := d.says(t, 1, "o1", "buy!")
	d.says(t, 1, "o2", "hello")
	customer := id(d.call(t, "li", "GET", path, nil).ok(t, 200), "conversation", "customer", "id")
	d.call(t, "li", "PUT", "/api/v1/customers/"+strconv.FormatInt(customer, 10)+"/blocked", object{"blocked": true}).ok(t, 200)
	for who, want := range map[string]int{"li": 1, "chen": 1, "wang": 0} {
		page := d.call(t, who, "GET", "/api/v1/conversations?view=blocked", nil).ok(t, 200)
		shape(t, "blocked", page, "since conversations more", "")
		list := page["conversations"].([]any)
		if len(list) != want || page["more"] != false {
			t.Fatalf("%s sees %v", who, page)
		}
		if want > 0 && conversations+strconv.FormatInt(id(conversationShaped(t, list[0]), "id"), 10) != path {
			t.Errorf("%s sees another: %v", who, list[0])
		}
	}
}
