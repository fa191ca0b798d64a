package handlers

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

// deed does something with a conversation and gives its row.
func (d *desk) deed(t *testing.T, who, path string, body any) object {
	t.Helper()
	got := d.call(t, who, "POST", path, body).ok(t, 200)
	shape(t, path, got, "conversation", "")
	return conversationShaped(t, got["conversation"])
}

func TestClaim(t *testing.T) {
	d := newDesk(t)
	path := d.says(t, 1, "o1", "hello")
	d.clock.Advance(time.Minute)
	v := d.deed(t, "li", path+"/claim", nil)
	if v["state"] != "open" || v["agent"] != float64(d.ids["li"]) || v["claimed_at"] != float64(noon+60_000) {
		t.Errorf("claimed: %v", v)
	}
	if again := d.deed(t, "li", path+"/claim", nil); fmt.Sprint(again) != fmt.Sprint(v) {
		t.Errorf("claiming one's own again changes it: %v", again)
	}
	lost := d.call(t, "chen", "POST", path+"/claim", nil).refused(t, 409, "claimed")
	if lost["agent"] != float64(d.ids["li"]) || lost["name"] != "李晓琳" {
		t.Errorf("the winner is %v", lost)
	}
	d.call(t, "zhou", "POST", d.says(t, 1, "o2", "hello")+"/claim", nil).refused(t, 409, "no_kf_account")
}

func TestClaimNext(t *testing.T) {
	d := newDesk(t)
	next := conversations + "claim-next"
	d.call(t, "li", "POST", next, nil).refused(t, 404, "queue_empty")
	first := d.says(t, 1, "o1", "hello")
	d.clock.Advance(time.Second)
	second := d.says(t, 1, "o2", "hello")
	for _, want := range []string{first, second} {
		if v := d.deed(t, "li", next, nil); conversations+strconv.FormatInt(id(v, "id"), 10) != want {
			t.Errorf("%v, want %s", v["id"], want)
		}
	}
	d.call(t, "wang", "POST", next, nil).refused(t, 404, "queue_empty")
}

func TestEndAndReopen(t *testing.T) {
	d := newDesk(t)
	path := d.says(t, 1, "o1", "hello")
	d.call(t, "li", "POST", path+"/end", nil).refused(t, 409, "not_yours")
	d.deed(t, "li", path+"/claim", nil)
	if detail := d.call(t, "chen", "POST", path+"/end", nil).refused(t, 409, "not_yours"); detail["agent"] != float64(d.ids["li"]) {
		t.Errorf("detail %v", detail)
	}
	d.clock.Advance(time.Minute)
	v := d.deed(t, "li", path+"/end", nil)
	if v["state"] != "closed" || v["closed_at"] != float64(noon+60_000) || v["waiting_since"] != 0.0 || v["unread"] != 0.0 {
		t.Errorf("ended: %v", v)
	}
	d.call(t, "li", "POST", path+"/claim", nil).refused(t, 409, "ended")
	if v := d.deed(t, "chen", path+"/reopen", nil); v["state"] != "open" || v["agent"] != float64(d.ids["chen"]) || v["closed_at"] != 0.0 {
		t.Errorf("reopened: %v", v)
	}
	d.deed(t, "zhou", path+"/end", nil) // an admin may end any
	d.clock.Advance(time.Hour)
	newer := d.says(t, 1, "o1", "again")
	detail := d.call(t, "chen", "POST", path+"/reopen", nil).refused(t, 409, "superseded")
	if conversations+strconv.FormatInt(id(detail, "conversation"), 10) != newer {
		t.Errorf("detail %v, want %s", detail, newer)
	}
}

func TestRead(t *testing.T) {
	d := newDesk(t)
	path := d.says(t, 1, "o1", "one")
	d.says(t, 1, "o1", "two")
	d.deed(t, "li", path+"/claim", nil)
	first := d.arrived(t)[0].Message.ID
	if v := d.deed(t, "li", path+"/read", object{"message": first}); v["unread"] != 1.0 || v["read_id"] != float64(first) {
		t.Errorf("read one: %v", v)
	}
	if v := d.deed(t, "li", path+"/read", object{"message": 1 << 40}); v["unread"] != 0.0 || id(v, "read_id") > 1000 {
		t.Errorf("read all: %v", v)
	}
	d.says(t, 1, "o1", "three")
	if v := d.deed(t, "chen", path+"/read", object{"message": 1 << 40}); v["unread"] != 1.0 {
		t.Errorf("read by who does not serve: %v", v)
	}
}

// What is not understood is refused, and nothing of it is done.
func TestBodiesOfDeeds(t *testing.T) {
	d := newDesk(t)
	path := d.says(t, 1, "o1", "one")
	d.deed(t, "li", path+"/claim", nil)
	for _, body := range []string{"", "x", `[]`, `"x"`, `{"message":"1"}`, `{"message":1.5}`, `{"message":1} {"message":2}`, `{"mesage":1}`, `{"message":1`} {
		d.call(t, "li", "POST", path+"/read", body).refused(t, 400, "bad_json")
	}
	d.call(t, "li", "POST", path+"/read", strings.Repeat(" ", formMost)+"{}").refused(t, 413, "too_large")
	d.call(t, "li", "POST", path+"/dance", nil).refused(t, 404, "not_found")
	d.call(t, "li", "PUT", path+"/read", nil).refused(t, 405, "not_found")
	if v, err := d.Store.NewestConversation(t.Context(), 1, "o1"); err != nil || v.Unread != 1 {
		t.Errorf("unread %d, %v", v.Unread, err)
	}
}

// What belongs to an official account is out of reach for who does not see it:
// as if it were not there, on every route that takes an id.
func TestNothingOfAnotherAccountIsReached(t *testing.T) {
	d := newDesk(t)
	path := d.says(t, 1, "o1", "hello")
	d.deed(t, "li", path+"/claim", nil)
	reply := d.replies(t, "li", path, "sent by li")
	d.outcome(t, "failed")
	quick := strconv.FormatInt(id(d.call(t, "zhou", "POST", quickreplies, object{"scope": "team", "account": 1, "title": "t", "type": "text",
		"body": object{"content": "hello"}}).ok(t, 201), "quickreply", "id"), 10)
	customer := d.call(t, "li", "GET", path, nil).ok(t, 200)
	of := fmt.Sprintf("customers/%d", id(customer, "conversation", "customer", "id"))
	d.call(t, "li", "POST", "/api/v1/"+of+"/memos", object{"text": "north gate"}).ok(t, 200)
	pushed := strconv.FormatInt(d.arrived(t)[0].Message.ID, 10)
	tried := 0
	for _, r := range d.app.GetRoutes(true) {
		if !strings.HasPrefix(r.Path, "/api/v1/") || !strings.Contains(r.Path, "/:id") || r.Method == "HEAD" {
			continue
		}
		tried++
		message := reply
		if strings.HasSuffix(r.Path, "/raw") {
			message = pushed
		}
		address := strings.NewReplacer(conversations+":id", path, "messages/:id", "messages/"+message, "accounts/:id", "accounts/1", "customers/:id", "customers/1", "quickreplies/:id", "quickreplies/"+quick,
			"customers/:id", of, "memos/:id", "memos/1").Replace(r.Path)
		var body any
		switch {
		case strings.HasSuffix(address, "/read"):
			body = object{"message": 1}
		case strings.HasSuffix(address, "/transfer"), strings.HasSuffix(address, "/invite"):
			body = object{"to": d.ids["chen"]}
		case strings.HasSuffix(address, "/vip"):
			body = object{"level": 1}
		case strings.HasSuffix(address, "/resend"):
			body = object{"attempts": 1}
		case strings.HasSuffix(address, "/draft"):
			body = object{"text": "half a"}
		case strings.HasSuffix(address, "/notes"):
			body = object{"client_id": "9876543210", "content": "hello"}
		case strings.HasSuffix(address, "/memos"), strings.Contains(address, "/memos/"):
			body = object{"text": "south gate"}
		case strings.HasSuffix(address, "/remark"), strings.HasSuffix(address, "/vip"), strings.HasSuffix(address, "/tags"), strings.HasSuffix(address, "/blocked"):
			body = object{}
		case r.Method == "POST" && strings.HasSuffix(address, "/messages"):
			body = object{"client_id": "0123456789", "type": "text", "body": object{"content": "hello"}}
		}
		got := d.call(t, "wang", r.Method, address, body)
		got.refused(t, 404, "not_found")
		none := parameter.ReplaceAllString(r.Path, "987654")
		if not := d.call(t, "wang", r.Method, none, body); not.plain() != got.plain() {
			t.Errorf("%s %s: %s, but %s of what is not there", r.Method, address, got.body, not.body)
		}
		if got := d.call(t, "zhou", r.Method, address, body); got.status == 404 {
			t.Errorf("%s %s: an admin sees nothing either", r.Method, address)
		}
	}
	if tried < 14 {
		t.Errorf("only %d routes were tried", tried)
	}
}
