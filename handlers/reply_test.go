package handlers

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"kfdesk/store"
)

// open lets a customer write to the shop and li take it, and gives the path.
func (d *desk) open(t *testing.T, customer string) string {
	t.Helper()
	path := d.says(t, 1, customer, "hello")
	d.deed(t, "li", path+"/claim", nil)
	return path
}

// draft is the body of a reply; each has an id of its own.
func (d *desk) draft(kind string, body any) object {
	return object{"client_id": "client-of-" + d.number(), "type": kind, "body": body}
}

func text(content string) object { return object{"content": content} }

// replies sends a text and gives the message's id.
func (d *desk) replies(t *testing.T, who, path, content string) string {
	t.Helper()
	got := d.call(t, who, "POST", path+"/messages", d.draft("text", text(content))).ok(t, 201)
	return strconv.FormatInt(id(got, "message", "id"), 10)
}

// outcome lets the reply that waits be sent, as the courier does, to this end.
func (d *desk) outcome(t *testing.T, state string) {
	t.Helper()
	list, err := d.Store.ClaimReplies(t.Context(), 10)
	if err != nil || len(list) != 1 {
		t.Fatal(len(list), "replies wait", err)
	}
	r := store.Result{State: state}
	if state == "failed" {
		r.ErrCode, r.ErrMsg = 50002, "user limited"
	}
	if err := d.Store.Sent(t.Context(), list[0].ID, r); err != nil {
		t.Fatal(err)
	}
}

func TestReply(t *testing.T) {
	d := newDesk(t)
	path := d.open(t, "o1")
	d.clock.Advance(time.Minute)
	draft := d.draft("text", text("<b>你好</b> & 再见"))
	got := d.call(t, "li", "POST", path+"/messages", draft).ok(t, 201)
	shape(t, "answer", got, "message conversation", "")
	shape(t, "reply", got["message"], messageShape, "")
	v := conversationShaped(t, got["conversation"])
	m := got["message"].(object)
	if m["dir"] != "out" || m["state"] != "pending" || m["kf_account"] != "li@hemu_life" || m["nick"] != "小李" || m["nth"] != 1.0 ||
		m["of"] != 5.0 || m["at"] != float64(noon+60_000) || dig(m, "body", "content") != "<b>你好</b> & 再见" {
		t.Errorf("the reply: %v", m)
	}
	if dig(v, "grants", "message", "left") != 4.0 || dig(v, "last", "state") != "pending" || v["first_reply_at"] != float64(noon+60_000) || v["waiting_since"] != 0.0 {
		t.Errorf("the conversation: %v", v)
	}
	// The answer was lost, the browser asks again: the same row, and no budget spent.
	again := d.call(t, "li", "POST", path+"/messages", draft).ok(t, 200)
	if id(again, "message", "id") != id(m, "id") || dig(again, "conversation", "grants", "message", "left") != 4.0 {
		t.Errorf("the same again: %v", again)
	}
	if n := len(d.arrived(t)); n != 3 {
		t.Errorf("%d rows", n)
	}
}

func TestTextsOfReplies(t *testing.T) {
	d := newDesk(t)
	for name, tt := range map[string]struct{ typed, stored string }{
		"as long as WeChat takes": {strings.Repeat("好", 682) + "ab", strings.Repeat("好", 682) + "ab"},
		"control characters":      {"a\x00b\x07c\x1b[0md\x7fe\tf\ng", "abc[0mde\tf\ng"},
		"line breaks":             {"a\r\nb\rc\u2028d\u2029e", "a\nb\nc\nd\ne"},
		"spaces around":           {"  a \n", "  a \n"},
	} {
		path := d.open(t, "o-"+name)
		got := d.call(t, "li", "POST", path+"/messages", d.draft("text", text(tt.typed))).ok(t, 201)
		if stored := dig(got, "message", "body", "content"); stored != tt.stored {
			t.Errorf("%s: %q, want %q", name, stored, tt.stored)
		}
	}
	path := d.open(t, "o1")
	detail := d.call(t, "li", "POST", path+"/messages", d.draft("text", text(strings.Repeat("好", 682)+"abc"))).refused(t, 422, "too_long")
	if detail["bytes"] != 2049.0 || detail["most"] != 2048.0 || detail["field"] != "content" {
		t.Errorf("too long: %v", detail)
	}
	for _, empty := range []string{"", " \n\t", "\x00"} {
		d.call(t, "li", "POST", path+"/messages", d.draft("text", text(empty))).refused(t, 422, "empty")
	}
}

func TestRepliesThatAreNotUnderstood(t *testing.T) {
	d := newDesk(t)
	path := d.open(t, "o1")
	good := `{"client_id":"01234567","type":"text","body":{"content":"hello"}}`
	for change, want := range map[string]struct {
		status int
		code   string
	}{
		`{"content":"hello"}→{"contents":"hello"}`:    {400, "bad_json"},
		`{"content":"hello"}→{"content":1}`:           {400, "bad_json"},
		`,"body":{"content":"hello"}→`:                {400, "bad_json"},
		`"body"→"boby"`:                               {400, "bad_json"},
		`}}→}} {}`:                                    {400, "bad_json"},
		`"text"→"link"`:                               {422, "bad_type"},
		`"text"→""`:                                   {422, "bad_type"},
		`01234567→0123456`:                            {422, "bad_client_id"},
		`01234567→` + strings.Repeat("0123456789", 7): {422, "bad_client_id"},
		`"text","body":{"content":"hello"}→"image"`:   {422, "empty"},
		`"text"→"image","media":99`:                   {422, "no_media"},
	} {
		from, to, _ := strings.Cut(change, "→")
		d.call(t, "li", "POST", path+"/messages", strings.Replace(good, from, to, 1)).refused(t, want.status, want.code)
	}
	if v, err := d.Store.NewestConversation(t.Context(), 1, "o1"); err != nil || v.Grants.Message.Left != 5 {
		t.Errorf("a refusal spent budget: %+v, %v", v.Grants.Message, err)
	}
	d.call(t, "li", "POST", path+"/messages", good).ok(t, 201)
}

func TestNewsCards(t *testing.T) {
	d := newDesk(t)
	card := func() object {
		return object{"title": " 新品 ", "description": " 九折 ", "url": "https://example.com/a?b=1&c=2", "picurl": ""}
	}
	path := d.open(t, "o1")
	got := d.call(t, "li", "POST", path+"/messages", d.draft("news", card())).ok(t, 201)
	if b := fmt.Sprint(dig(got, "message", "body")); b != "map[description:九折 picurl: title:新品 url:https://example.com/a?b=1&c=2]" {
		t.Errorf("stored %s", b)
	}
	if dig(got, "conversation", "last", "text") != "新品" {
		t.Errorf("the list shows %v", dig(got, "conversation", "last"))
	}
	for name, tt := range map[string]struct {
		field, value string
		refusal      string
	}{
		"no title":              {"title", " \n", "empty"},
		"longest title":         {"title", strings.Repeat("题", 64), ""},
		"title too long":        {"title", strings.Repeat("题", 65), "too_long"},
		"no description":        {"description", "", ""},
		"longest description":   {"description", strings.Repeat("述", 120), ""},
		"description too long":  {"description", strings.Repeat("述", 121), "too_long"},
		"no address":            {"url", "", "empty"},
		"script":                {"url", "javascript:alert(1)", "bad_body"},
		"a path":                {"url", "/a", "bad_body"},
		"no host":               {"url", "https:///a", "bad_body"},
		"longest address":       {"url", "https://example.com/" + strings.Repeat("a", 1004), ""},
		"address too long":      {"url", "https://example.com/" + strings.Repeat("a", 1005), "too_long"},
		"line break in address": {"url", "https://example.com/\na", "bad_body"},
		"picture":               {"picurl", "http://mmbiz.qpic.cn/1", ""},
		"picture as data":       {"picurl", "data:image/png;base64,AAAA", "bad_body"},
	} {
		t.Run(name, func(t *testing.T) {
			path, body := d.open(t, "o-"+name), card()
			body[tt.field] = tt.value
			got := d.call(t, "li", "POST", path+"/messages", d.draft("news", body))
			if tt.refusal == "" {
				got.ok(t, 201)
			} else if detail := got.refused(t, 422, tt.refusal); detail["field"] != tt.field {
				t.Errorf("detail %v", detail)
			}
		})
	}
	body := card()
	body["pic_url"] = "http://example.com"
	d.call(t, "li", "POST", path+"/messages", d.draft("news", body)).refused(t, 400, "bad_json")
}

func TestPicturesInReplies(t *testing.T) {
	d := newDesk(t)
	path := d.open(t, "o1")
	mine := id(d.upload(t, "li", uploads, picture(t, "png")).ok(t, 201), "media", "id")
	for _, kind := range []string{"image", "news"} {
		body := object{}
		if kind == "news" {
			body = object{"title": "新品", "url": "https://example.com"}
		}
		draft := d.draft(kind, body)
		draft["media"] = mine
		got := d.call(t, "li", "POST", path+"/messages", draft).ok(t, 201)
		shape(t, "media", dig(got, "message", "media"), mediaShape, "")
		if id(got, "message", "media", "id") != mine {
			t.Errorf("%s: %v", kind, dig(got, "message", "media"))
		}
	}
	theirs := id(d.upload(t, "wang", strings.Replace(uploads, "account=1", "account=2", 1), picture(t, "png")).ok(t, 201), "media", "id")
	draft := d.draft("image", object{})
	draft["media"] = theirs
	d.call(t, "li", "POST", path+"/messages", draft).refused(t, 422, "no_media")
}

// The rules of WeChat and of the desk, as the API says them.
func TestRepliesThatRulesForbid(t *testing.T) {
	d := newDesk(t)
	send := func(who, path string) result {
		return d.call(t, who, "POST", path+"/messages", d.draft("text", text("hello")))
	}
	waiting := d.says(t, 1, "o1", "hello")
	send("li", waiting).refused(t, 409, "not_claimed")
	path := d.open(t, "o2")
	if detail := send("chen", path).refused(t, 409, "not_yours"); detail["agent"] != float64(d.ids["li"]) {
		t.Errorf("detail %v", detail)
	}
	for range 5 {
		send("li", path).ok(t, 201)
	}
	send("li", path).refused(t, 409, "quota_used")
	d.says(t, 1, "o2", "more?")
	send("li", path).ok(t, 201)
	d.clock.Advance(48 * time.Hour)
	send("li", path).refused(t, 409, "window_closed")
	d.says(t, 1, "o2", "still there?")
	d.deed(t, "li", path+"/end", nil)
	send("li", path).refused(t, 409, "ended")
	gone := d.open(t, "o3")
	d.deliver(t, platform(t, "plain", aesKey), "unsubscribe", pushOf("o3", "unsubscribe", d.clock.Now())).taken(t)
	send("li", gone).refused(t, 409, "unsubscribed")
}

func TestFateOfReplies(t *testing.T) {
	d := newDesk(t)
	path := d.open(t, "o1")
	reply := "/api/v1/messages/" + d.replies(t, "li", path, "hello")
	deed := func(who, what string) result {
		var body any
		if what == "resend" {
			body = object{"attempts": 1}
		}
		return d.call(t, who, "POST", reply+"/"+what, body)
	}
	state := func(got result) string {
		t.Helper()
		o := got.ok(t, 200)
		shape(t, "answer", o, "message conversation", "")
		shape(t, "reply", o["message"], messageShape, "")
		conversationShaped(t, o["conversation"])
		if dig(o, "conversation", "last", "state") != dig(o, "message", "state") {
			t.Errorf("the list shows %v of %v", dig(o, "conversation", "last", "state"), dig(o, "message", "state"))
		}
		return dig(o, "message", "state").(string)
	}
	deed("li", "resend").refused(t, 409, "not_failed")
	deed("li", "discard").refused(t, 409, "not_failed")
	deed("li", "delivered").refused(t, 409, "not_unknown")

	d.outcome(t, "failed")
	deed("chen", "resend").refused(t, 409, "not_yours")
	if got := state(deed("li", "resend")); got != "pending" {
		t.Errorf("sent again it is %s", got)
	}
	d.outcome(t, "unknown")
	deed("li", "resend").refused(t, 409, "not_failed") // clicked twice
	d.call(t, "li", "POST", reply+"/resend", object{"client_id": "an older page"}).refused(t, 400, "bad_json")
	deed("li", "discard").refused(t, 409, "not_failed")
	if got := state(deed("li", "delivered")); got != "sent" {
		t.Errorf("taken as delivered it is %s", got)
	}
	reply = "/api/v1/messages/" + d.replies(t, "li", path, "again")
	d.outcome(t, "failed")
	got := deed("li", "discard").ok(t, 200)
	if dig(got, "message", "state") != "discarded" || dig(got, "conversation", "last", "text") != "hello" {
		t.Errorf("discarded: %v", got)
	}
	for _, m := range d.call(t, "li", "GET", path+"/messages", nil).ok(t, 200)["messages"].([]any) {
		if dig(m, "body", "content") == "again" {
			t.Error("a discarded reply is still in the thread")
		}
	}
}

func TestRaw(t *testing.T) {
	d := newDesk(t)
	path := d.open(t, "o1")
	pushed := strconv.FormatInt(d.arrived(t)[0].Message.ID, 10)
	got := d.call(t, "chen", "GET", "/api/v1/messages/"+pushed+"/raw", nil)
	if got.status != 200 || got.header.Get("Content-Type") != "text/plain; charset=utf-8" || !strings.Contains(got.body, "<Content><![CDATA[hello]]></Content>") {
		t.Errorf("%d %s %q", got.status, got.header.Get("Content-Type"), got.body)
	}
	reply := d.replies(t, "li", path, "hello")
	d.call(t, "li", "GET", "/api/v1/messages/"+reply+"/raw", nil).refused(t, 404, "not_found")
}
