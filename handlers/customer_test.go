package handlers

import (
	"fmt"
	"strings"
	"testing"

	"kfdesk/store"
)

// A note is in the thread, for everybody who may see it, and nowhere else.
func TestNotes(t *testing.T) {
	d := newDesk(t)
	path := d.open(t, "o1")
	note := func(content string, more ...any) object {
		body := object{"client_id": "client-of-" + d.number(), "content": content}
		for i := 0; i < len(more); i += 2 {
			body[more[i].(string)] = more[i+1]
		}
		return body
	}
	body := note(" for <us>\r\n", "mentions", []int64{d.ids["chen"]})
	got := d.call(t, "li", "POST", path+"/notes", body).ok(t, 201)
	if m := got["message"].(object); m["dir"] != "note" || m["type"] != "text" || m["state"] != "" || dig(m, "body", "content") != "for <us>" {
		t.Errorf("the note: %v", m)
	}
	if dig(got, "conversation", "last", "text") != "hello" || dig(got, "conversation", "grants", "message", "left") != 5.0 {
		t.Errorf("the conversation: %v", got["conversation"])
	}
	if again := d.call(t, "li", "POST", path+"/notes", body).ok(t, 200); id(again, "message", "id") != id(got, "message", "id") {
		t.Errorf("the same again: %v", again)
	}
	d.call(t, "chen", "POST", path+"/notes", note("of another's")).ok(t, 201)
	d.deed(t, "li", path+"/end", nil)
	d.call(t, "chen", "POST", path+"/notes", note("of what has ended")).ok(t, 201)
	for body, code := range map[string]string{
		`{"client_id":"short","content":"x"}`:                                                                "bad_client_id",
		`{"client_id":"long enough","content":" \n"}`:                                                        "empty_note",
		`{"client_id":"long enough","content":"x","mentions":[1` + strings.Repeat(",1", mentionsMost) + `]}`: "bad_body",
		`{"client_id":"long enough","content":"` + strings.Repeat("长", noteMost+1) + `"}`:                    "long_note",
		fmt.Sprintf(`{"client_id":"long enough","content":"x","mentions":[%d]}`, d.ids["wang"]):              "bad_mention",
	} {
		d.call(t, "li", "POST", path+"/notes", body).refused(t, 422, code)
	}
	d.call(t, "wang", "POST", path+"/notes", note("from elsewhere")).refused(t, 404, "not_found")

	list := d.call(t, "chen", "GET", "/api/v1/mentions", nil).ok(t, 200)["mentions"].([]any)
	if len(list) != 1 || id(list[0], "message") != id(got, "message", "id") || dig(list[0], "text") != "for <us>" {
		t.Errorf("mentions: %v", list)
	}
	seen := fmt.Sprintf("/api/v1/messages/%d/seen", id(got, "message", "id"))
	d.call(t, "li", "POST", seen, nil).ok(t, 200)
	if left := d.call(t, "chen", "POST", seen, nil).ok(t, 200)["mentions"].([]any); len(left) != 0 {
		t.Errorf("seen: %v", left)
	}
}

func TestCustomers(t *testing.T) {
	d := newDesk(t)
	path := d.open(t, "o1")
	if err := d.Store.SetTag(t.Context(), store.Actor{}, store.Tag{Account: 1, Name: "售后", Colour: 3, VIP: 2}); err != nil {
		t.Fatal(err)
	}
	of := fmt.Sprintf("/api/v1/customers/%d", id(d.call(t, "li", "GET", path, nil).ok(t, 200), "conversation", "customer", "id"))
	for _, c := range []struct {
		who, method, path, body string
		status                  int
		code                    string
		names                   string // what of the customer
		want                    any
	}{
		{"chen", "PUT", of + "/remark", `{"remark":"王女士"}`, 200, "", "remark", "王女士"},
		{"chen", "PUT", of + "/remark", `{"remark":"` + strings.Repeat("长", 30) + `"}`, 422, "long_remark", "", nil},
		{"chen", "PUT", of + "/remark", `{"name":"x"}`, 400, "bad_json", "", nil},
		{"wang", "PUT", of + "/remark", `{"remark":"x"}`, 404, "not_found", "", nil},
		{"li", "PUT", of + "/vip", `{"level":1}`, 200, "", "vip", 1.0},
		{"li", "PUT", of + "/vip", `{"level":9}`, 422, "bad_level", "", nil},
		{"wang", "PUT", of + "/vip", `{"level":1}`, 404, "not_found", "", nil},
		{"chen", "PUT", of + "/tags", `{"add":[1]}`, 200, "", "vip", 2.0},
		{"chen", "PUT", of + "/tags", `{"add":[2]}`, 422, "no_tag", "", nil},
		{"chen", "PUT", of + "/tags", `{"add":[1` + strings.Repeat(",1", store.TagsMost) + `]}`, 422, "bad_body", "", nil},
		{"chen", "PUT", of + "/tags", `{"remove":[1` + strings.Repeat(",1", store.TagsMost) + `]}`, 422, "bad_body", "", nil},
		{"wang", "PUT", of + "/tags", `{"remove":[1]}`, 404, "not_found", "", nil},
		{"chen", "POST", of + "/memos", `{"text":"north gate"}`, 200, "", "vip", 2.0},
		{"chen", "POST", of + "/memos", `{"text":""}`, 422, "empty_memo", "", nil},
		{"wang", "POST", of + "/memos", `{"text":"x"}`, 404, "not_found", "", nil},
		{"li", "PUT", "/api/v1/memos/1", `{"text":"south gate"}`, 200, "", "vip", 2.0},
		{"li", "PUT", "/api/v1/memos/1", `{"text":"` + strings.Repeat("长", 1001) + `"}`, 422, "long_memo", "", nil},
		{"li", "PUT", "/api/v1/memos/9", `{"text":""}`, 404, "not_found", "", nil},
		{"chen", "PUT", of + "/blocked", `{"blocked":true}`, 409, "not_yours", "", nil},
		{"wang", "PUT", of + "/blocked", `{"blocked":true}`, 404, "not_found", "", nil},
		{"li", "PUT", of + "/blocked", `{"blocked":true}`, 200, "", "blocked_at", float64(noon)},
		{"li", "POST", path + "/messages", `{"client_id":"long enough","type":"text","body":{"content":"x"}}`, 409, "blocked", "", nil},
		{"wang", "GET", of, "", 404, "not_found", "", nil},
	} {
		got := d.call(t, c.who, c.method, c.path, c.body)
		if c.code != "" {
			got.refused(t, c.status, c.code)
		} else if v := got.ok(t, c.status); dig(v, "conversation", "customer", c.names) != c.want {
			t.Errorf("%s %s: %v", c.method, c.path, dig(v, "conversation", "customer"))
		}
	}
	known := d.call(t, "chen", "GET", of, nil).ok(t, 200)
	if memos := known["memos"].([]any); len(memos) != 1 || dig(memos[0], "text") != "south gate" || id(memos[0], "agent") != d.ids["li"] {
		t.Errorf("memos: %v", memos)
	}
	if past := known["past"].([]any); len(past) != 1 || dig(past[0], "messages") != 1.0 || dig(past[0], "state") != "open" {
		t.Errorf("past: %v", past)
	}
	if tags := dig(d.call(t, "chen", "GET", "/api/v1/me", nil).ok(t, 200)["accounts"].([]any)[0], "tags").([]any); dig(tags[0], "name") != "售后" {
		t.Errorf("tags: %v", tags)
	}
}

// A mention goes to who is named, and to nobody else.
func TestMentionsOnTheSocket(t *testing.T) {
	l := newLive(t)
	path := l.says(t, 1, "o1", "hello")
	chen, li := l.dial(t, "chen", l.newest(t)), l.dial(t, "li", l.newest(t))
	l.call(t, "li", "POST", path+"/notes", object{"client_id": "client-of-1", "content": "@佳怡", "mentions": []int64{l.ids["chen"]}}).ok(t, 201)
	l.says(t, 1, "o2", "later")
	for want, c := range map[string]line{"message mention message": chen, "message message": li} {
		kinds := []string{}
		for range strings.Fields(want) {
			frame := c.row(t)
			kinds = append(kinds, frame["kind"].(string))
			if list, ok := frame["mentions"].([]any); ok && (len(list) != 1 || dig(list[0], "text") != "@佳怡") {
				t.Errorf("mentions: %v", list)
			}
		}
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("frames: %s, want %s", got, want)
		}
	}
}
