package handlers

import (
	"fmt"
	"strings"
	"testing"

	"kfdesk/store"
)

// What is decided not by the route but by the deed: who may do it to a
// conversation that li serves, to li's replies, to what the team shares. chen is
// a colleague, sun a supervisor, zhou an admin, and all three speak here too;
// wang does not see the account. The table of the roles on the page of the
// members says the same.
func TestWhoMayDoEachDeed(t *testing.T) {
	const c, m, k = "{conversation}", "/api/v1/messages/{reply}", "/api/v1/customers/{customer}"
	quick := object{"scope": "team", "account": 1, "title": "t", "type": "text", "body": object{"content": "hello"}}
	for _, tt := range []struct {
		method, path                string
		body                        any
		li, chen, sun, zhou, nobody int // nobody: wang
	}{
		{"GET", c, nil, 200, 200, 200, 200, 404},
		{"POST", c + "/notes", object{"client_id": "client-n", "content": "look"}, 201, 201, 201, 201, 404},
		{"POST", c + "/messages", object{"client_id": "client-m", "type": "text", "body": text("hello")}, 201, 409, 409, 409, 404},
		{"POST", c + "/end", nil, 200, 409, 200, 200, 404},
		{"POST", c + "/transfer", object{"to": 0}, 200, 409, 200, 200, 404},
		{"POST", c + "/take-over", nil, 200, 409, 200, 200, 404},
		{"PUT", k + "/remark", object{"remark": "Wu"}, 200, 200, 200, 200, 404},
		{"PUT", k + "/blocked", object{"blocked": true}, 200, 409, 200, 200, 404},
		{"POST", m + "/resend", object{"attempts": 1}, 200, 409, 409, 409, 404},
		{"POST", m + "/discard", nil, 200, 409, 409, 200, 404},
		{"POST", quickreplies, quick, 409, 409, 201, 201, 409},
		{"PUT", "/api/v1/accounts/1/rules", object{}, 403, 403, 403, 200, 404},
	} {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			for who, want := range map[string]int{"li": tt.li, "chen": tt.chen, "sun": tt.sun, "zhou": tt.zhou, "wang": tt.nobody} {
				d := newDesk(t)
				d.speaks(t, "sun", "zhou")
				conversation := d.open(t, "o1")
				reply := d.replies(t, "li", conversation, "sent by li")
				d.outcome(t, "failed")
				customer := id(d.call(t, "li", "GET", conversation, nil).ok(t, 200), "conversation", "customer", "id")
				path := strings.NewReplacer("{conversation}", conversation, "{reply}", reply, "{customer}", fmt.Sprint(customer)).Replace(tt.path)
				if got := d.call(t, who, tt.method, path, tt.body); got.status != want {
					t.Errorf("%s: %d, want %d: %.200s", who, got.status, want, got.body)
				}
			}
		})
	}
}

// speaks gives agents a kf account in the shop.
func (d *desk) speaks(t *testing.T, logins ...string) {
	t.Helper()
	kf, err := d.Store.KFAccounts(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, login := range logins {
		kf = append(kf, store.KFAccount{KFAccount: login + "@hemu_life", Nickname: login})
	}
	if err := d.Store.SetKFAccounts(t.Context(), 1, kf); err != nil {
		t.Fatal(err)
	}
	for _, login := range logins {
		if err := d.Store.Bind(t.Context(), store.Actor{}, d.ids[login], 1, login+"@hemu_life"); err != nil {
			t.Fatal(err)
		}
	}
}
