package handlers

import (
	"fmt"
	"testing"
	"time"

	"kfdesk/store"
)

// undo sets the seconds in which replies of the shop can be taken back.
func (d *desk) undo(t *testing.T, seconds int) {
	t.Helper()
	a, err := d.Store.Account(t.Context(), 1)
	if err == nil {
		a.Rules.Undo = seconds
		err = d.Store.SetRules(t.Context(), store.Actor{}, a.ID, a.Rules)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (d *desk) text(content string, more ...any) object {
	body := object{"client_id": "client-of-test-" + d.number(), "type": "text", "body": object{"content": content}}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return body
}

func TestReplyIsTakenBack(t *testing.T) {
	d := newDesk(t)
	d.undo(t, 3)
	path := d.open(t, "o1")
	reply := func() string {
		m := dig(d.call(t, "li", "POST", path+"/messages", d.text("quick")).ok(t, 201), "message")
		if id(m, "retry_at") != noon+3000 || dig(m, "state") != "pending" {
			t.Errorf("due at %d, %v", id(m, "retry_at"), dig(m, "state"))
		}
		return fmt.Sprintf("/api/v1/messages/%d", id(m, "id"))
	}
	one := reply()
	d.call(t, "chen", "POST", one+"/undo", nil).refused(t, 409, "not_yours")
	got := d.call(t, "li", "POST", one+"/undo", nil).ok(t, 200)
	if dig(got, "message", "state") != "discarded" || id(got, "conversation", "grants", "message", "left") != 5 {
		t.Errorf("taken back: %v", got)
	}
	d.call(t, "li", "POST", one+"/undo", nil).refused(t, 409, "too_late")
	d.call(t, "wang", "POST", one+"/undo", nil).refused(t, 404, "not_found")

	two := reply()
	if got := d.call(t, "li", "POST", two+"/now", nil).ok(t, 200); id(got, "message", "retry_at") != 0 {
		t.Errorf("sent now: %v", got)
	}
	if list, err := d.Store.ClaimReplies(t.Context(), 10); err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	for _, deed := range []string{"/undo", "/now"} {
		d.call(t, "li", "POST", two+deed, nil).refused(t, 409, "too_late")
		d.call(t, "li", "POST", "/api/v1/messages/99"+deed, nil).refused(t, 404, "not_found")
	}
}

func TestReplyIsHeld(t *testing.T) {
	d := newDesk(t)
	path := d.open(t, "o1")
	seen := id(d.call(t, "li", "GET", path, nil).ok(t, 200), "conversation", "last", "id")
	d.says(t, 1, "o1", "wait")
	reply := d.text("the answer", "seen", seen)
	detail := d.call(t, "li", "POST", path+"/messages", reply).refused(t, 409, "unseen")
	newer := id(d.call(t, "li", "GET", path, nil).ok(t, 200), "conversation", "last", "id")
	if fmt.Sprint(detail["messages"], detail["n"]) != fmt.Sprint([]int64{newer}, 1) {
		t.Errorf("%v, not %d", detail, newer)
	}
	reply["anyway"] = true
	got := d.call(t, "li", "POST", path+"/messages", reply).ok(t, 201)
	if id(got, "conversation", "grants", "message", "left") != 4 {
		t.Errorf("sent anyway: %v", got)
	}
	d.says(t, 1, "o1", "and again")
	d.call(t, "li", "POST", path+"/messages", d.text("a program's")).ok(t, 201)
}

func TestDrafts(t *testing.T) {
	l := newLive(t)
	path := l.open(t, "o1")
	number := id(l.call(t, "li", "GET", path, nil).ok(t, 200), "conversation", "id")
	li, chen := l.dial(t, "li", -1), l.dial(t, "chen", -1)
	got := l.call(t, "li", "PUT", path+"/draft", object{"text": "half a", "pieces": []string{"one"}, "edited_at": noon}).ok(t, 200)
	if frame := li.row(t); frame["kind"] != "draft" || dig(frame, "draft", "text") != "half a" || fmt.Sprint(frame["draft"]) != fmt.Sprint(got["draft"]) {
		t.Errorf("li hears %v", frame)
	}
	l.clock.Advance(time.Second)
	old := l.call(t, "li", "PUT", path+"/draft", object{"text": "late", "edited_at": noon - 1}).ok(t, 200)
	if dig(old, "draft", "text") != "half a" {
		t.Errorf("the older edit won: %v", old)
	}
	l.says(t, 1, "o1", "hello")
	if frame := chen.row(t); frame["kind"] != "message" {
		t.Errorf("chen hears %v", frame)
	}
	drafts := func(who string) string {
		list, _ := l.call(t, who, "GET", "/api/v1/drafts", nil).ok(t, 200)["drafts"].([]any)
		words := ""
		for _, d := range list {
			words += fmt.Sprint(id(d, "conversation"), dig(d, "mode"), dig(d, "text"))
		}
		return words
	}
	if got, want := drafts("li"), fmt.Sprint(number, "reply", "half a"); got != want {
		t.Errorf("drafts %q, want %q", got, want)
	}
	if got := drafts("chen"); got != "" {
		t.Errorf("chen reads %q", got)
	}
	for _, bad := range []struct {
		body   any
		status int
		code   string
	}{
		{object{"text": "x", "mode": "shout"}, 422, "bad_body"},
		{object{"text": string(make([]byte, draftMost+1))}, 422, "too_long"},
		{object{"text": "x", "pieces": make([]string, piecesMost+1)}, 422, "bad_body"},
		{object{"forms": object{"news": object{"title": string(make([]byte, draftMost))}}}, 422, "too_long"},
		{object{"files": []object{{"place": "elsewhere", "media": 1}}}, 422, "bad_body"},
		{object{"files": []object{{"place": "image", "media": 99}}}, 422, "no_media"},
		{object{"words": "x"}, 400, "bad_json"},
	} {
		l.call(t, "li", "PUT", path+"/draft", bad.body).refused(t, bad.status, bad.code)
	}
	l.call(t, "wang", "PUT", path+"/draft", object{"text": "x"}).refused(t, 404, "not_found")
}

// Who looks and who types is told as the document says.
func TestSocketTellsOfColleagues(t *testing.T) {
	l := newLive(t)
	path := l.says(t, 1, "o1", "hello")
	li, chen := l.dial(t, "li", l.newest(t)), l.dial(t, "chen", l.newest(t))
	li.opens(t, path)
	frame := chen.next(t)
	for frame["signal"] == nil {
		frame = chen.next(t)
	}
	if fmt.Sprint(frame["looking"], frame["typing"]) != fmt.Sprintf("[%d] []", l.ids["li"]) {
		t.Errorf("chen is told %v", frame)
	}
}
