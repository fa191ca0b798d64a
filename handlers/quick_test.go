package handlers

import (
	"fmt"
	"strings"
	"testing"
)

const quickreplies = "/api/v1/quickreplies"

// quick is a text that must be kept.
func (d *desk) quick(t *testing.T, who, scope, title string) object {
	t.Helper()
	return dig(d.call(t, who, "POST", quickreplies, object{"scope": scope, "title": title, "type": "text",
		"body": object{"content": "hello {customer}"}}).ok(t, 201), "quickreply").(object)
}

func (d *desk) titles(t *testing.T, who string) string {
	t.Helper()
	var list []string
	for _, q := range d.call(t, who, "GET", quickreplies, nil).ok(t, 200)["quickreplies"].([]any) {
		list = append(list, q.(object)["title"].(string))
	}
	return strings.Join(list, " ")
}

func TestQuickReplies(t *testing.T) {
	d := newDesk(t)
	got := d.call(t, "li", "GET", quickreplies, nil).ok(t, 200)
	if len(got["quickreplies"].([]any)) != 0 {
		t.Errorf("at first: %v", got)
	}
	names := got["variables"].(object)
	if names["客户称呼"] != "customer" || names["customer"] != "customer" || names["订单号"] != "order" {
		t.Errorf("variables: %v", names)
	}
	d.quick(t, "zhou", "team", "团队")
	own := d.quick(t, "li", "mine", "换新")
	if own["spelling"] != "huan xin" || id(own, "agent") != d.ids["li"] || own["account"] != 0.0 {
		t.Errorf("li's: %v", own)
	}
	for who, want := range map[string]string{"li": "团队 换新", "chen": "团队", "zhou": "团队", "wang": "团队"} {
		if got := d.titles(t, who); got != want {
			t.Errorf("%s sees %s, want %s", who, got, want)
		}
	}
	used := fmt.Sprintf("%s/%d/used", quickreplies, id(own, "id"))
	if got := d.call(t, "li", "POST", used, nil).ok(t, 200); dig(got, "quickreply", "used") != 1.0 {
		t.Errorf("used: %v", got)
	}
	d.call(t, "chen", "POST", used, nil).refused(t, 404, "not_found")
}

func TestRefusedQuickReplies(t *testing.T) {
	d := newDesk(t)
	text := object{"content": "hello"}
	for name, tt := range map[string]struct {
		who    string
		body   object
		status int
		code   string
	}{
		"the team's by an agent": {"li", object{"scope": "team", "title": "t", "type": "text", "body": text}, 409, "not_supervisor"},
		"no scope":               {"li", object{"title": "t", "type": "text", "body": text}, 422, "bad_body"},
		"no title":               {"li", object{"scope": "mine", "type": "text", "body": text}, 422, "empty"},
		"no text":                {"li", object{"scope": "mine", "title": "t", "type": "text", "body": object{"content": " "}}, 422, "empty"},
		"no such type":           {"li", object{"scope": "mine", "title": "t", "type": "dance", "body": text}, 422, "bad_type"},
		"no file":                {"li", object{"scope": "mine", "title": "t", "type": "image", "body": object{}, "account": 1}, 422, "empty"},
		"no such file":           {"li", object{"scope": "mine", "title": "t", "type": "image", "body": object{}, "account": 1, "media": 99}, 422, "no_media"},
		"no account":             {"li", object{"scope": "mine", "title": "t", "type": "image", "body": object{}, "media": 1}, 422, "empty"},
		"another's account":      {"wang", object{"scope": "mine", "title": "t", "type": "text", "body": text, "account": 1}, 404, "not_found"},
		"a strange code":         {"li", object{"scope": "mine", "title": "t", "type": "text", "body": text, "code": "a b"}, 422, "bad_code"},
		"an unknown name":        {"li", object{"scope": "mine", "title": "t", "type": "text", "body": text, "colour": "red"}, 400, "bad_json"},
	} {
		t.Run(name, func(t *testing.T) { d.call(t, tt.who, "POST", quickreplies, tt.body).refused(t, tt.status, tt.code) })
	}
	if got := d.titles(t, "li"); got != "" {
		t.Errorf("kept: %s", got)
	}
}

// A picture of the official account is kept with its reply, and seen by who sees
// the account.
func TestQuickReplyWithAPicture(t *testing.T) {
	d := newDesk(t)
	file := id(d.upload(t, "li", "/api/v1/media?account=1&kind=image", picture(t, "png")).ok(t, 201), "media", "id")
	body := object{"scope": "team", "title": "图", "type": "image", "body": object{}, "media": file, "account": 1}
	got := d.call(t, "zhou", "POST", quickreplies, body).ok(t, 201)
	if id(got, "quickreply", "media", "id") != file {
		t.Errorf("kept %v", got)
	}
	if li, wang := d.titles(t, "li"), d.titles(t, "wang"); li != "图" || wang != "" {
		t.Errorf("li sees %q, wang %q", li, wang)
	}
}

// A browser is told when the team's list changes, and of nobody else's own.
func TestQuickRepliesLive(t *testing.T) {
	l := newLive(t)
	line := l.dial(t, "chen", 0)
	l.quick(t, "li", "mine", "mine")
	l.quick(t, "zhou", "team", "team")
	for {
		if f := line.next(t); f["kind"] == "quickreply" {
			last, _, err := l.Store.LastEvent(ctx)
			if err != nil || id(f, "id") != last {
				t.Errorf("chen was told of %v, the team's is %d (%v)", f, last, err)
			}
			return
		}
	}
}
