package handlers

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"kfdesk/store"
)

// What is no text is made by the page's script and comes with the form; what is
// not made anew stays.
func TestQuickPageOfEveryType(t *testing.T) {
	d := newDesk(t)
	file := id(d.upload(t, "zhou", "/api/v1/media?account=1&kind=image", picture(t, "png")).ok(t, 201), "media", "id")
	kept := func() store.QuickReply {
		t.Helper()
		li, err := d.Store.Agent(ctx, d.ids["li"])
		if err != nil {
			t.Fatal(err)
		}
		q, err := d.Store.QuickReply(ctx, &li, 1)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	image := fmt.Sprintf(`{"account":1,"type":"image","body":{},"media":%d}`, file)
	news := fmt.Sprintf(`{"account":1,"type":"news","body":{"title":"登记","description":"","url":"https://a.example/x","picurl":""},"media":%d}`, file)
	menu := `{"account":0,"type":"msgmenu","body":{"head_content":"满意吗","list":[{"content":"满意"}],"tail_content":""}}`
	d.posts(t, "zhou", "/quick-replies/new", "title", "图", "scope", "team", "type", "image", "reply", image).shows(t, 303)
	if q := kept(); q.Type != "image" || q.Media.ID != file || q.Account != 1 {
		t.Errorf("a picture: %+v", q)
	}
	page := d.browse(t, "zhou", "GET", "/quick-replies/1")
	page.shows(t, 200, `<option value="image" selected>`, `id="quick-text" hidden`, `&#34;type&#34;:&#34;image&#34;`)
	sound(t, "a picture", page.body)
	d.posts(t, "zhou", "/quick-replies/1", "title", "图二", "scope", "team", "type", "image", "reply", "").shows(t, 303)
	if q := kept(); q.Title != "图二" || q.Media.ID != file {
		t.Errorf("another title: %+v", q)
	}
	d.posts(t, "zhou", "/quick-replies/1", "title", "卡", "scope", "team", "type", "news", "reply", news).shows(t, 303)
	if q := kept(); q.Type != "news" || !strings.Contains(string(q.Body), "登记") || q.UpdatedBy != d.ids["zhou"] {
		t.Errorf("a card: %+v", q)
	}
	for name, typed := range map[string][]string{
		"another type without a content": {"type", "voice", "reply", ""}, "a content of another type": {"type", "image", "reply", menu},
		"a content that WeChat refuses": {"type", "msgmenu", "reply", `{"account":0,"type":"msgmenu","body":{"head_content":"x","list":[],"tail_content":""}}`},
		"no such file":                  {"type", "image", "reply", `{"account":1,"type":"image","body":{},"media":99}`},
		"no such type":                  {"type", "dance", "reply", `{"account":1,"type":"dance","body":{}}`},
	} {
		page := d.posts(t, "zhou", "/quick-replies/1", append([]string{"title", "卡", "scope", "team"}, typed...)...)
		page.shows(t, 422, `id="reply-problem"`)
		sound(t, name, page.body)
	}
	d.posts(t, "zhou", "/quick-replies/1", "title", "卡", "scope", "team", "type", "msgmenu", "reply", "no json").shows(t, 400)
	if q := kept(); q.Type != "news" {
		t.Errorf("a refused one was kept: %+v", q)
	}
	d.posts(t, "zhou", "/quick-replies/1", "title", "菜单", "scope", "team", "type", "msgmenu", "reply", menu).shows(t, 303)
	if q := kept(); q.Type != "msgmenu" || q.Account != 0 || q.Media != nil {
		t.Errorf("a menu: %+v", q)
	}
	d.posts(t, "zhou", "/quick-replies/1", "title", "文", "scope", "team", "type", "text", "content", "你好").shows(t, 303)
	if q := kept(); q.Type != "text" || quickContent(&q) != "你好" {
		t.Errorf("a text: %+v", q)
	}
	d.posts(t, "wang", "/quick-replies/new", "title", "图", "scope", "mine", "type", "image", "reply", image).shows(t, 404)
}

// A category is renamed, or goes: its replies stay without one or move.
func TestQuickCategories(t *testing.T) {
	d := newDesk(t)
	for title, category := range map[string]string{"一": "旧", "二": "旧", "三": "别的"} {
		d.posts(t, "zhou", "/quick-replies/new", "title", title, "category", category, "scope", "team", "content", "你好").shows(t, 303)
	}
	at := func(category string) string {
		return "/quick-replies/category?" + url.Values{"scope": {"team"}, "category": {category}}.Encode()
	}
	list := func(category string, want ...string) {
		t.Helper()
		got := d.browse(t, "li", "GET", "/quick-replies?scope=team&category="+url.QueryEscape(category))
		got.shows(t, 200, want...)
		if n := strings.Count(got.body, `class="qrow"`); n != len(want) {
			t.Errorf("%s has %d", category, n)
		}
	}
	page := d.browse(t, "zhou", "GET", at("旧"))
	page.shows(t, 200, "分类「旧」", "里面有 2 条", "<option>别的</option>")
	sound(t, "the dialog", page.body)
	d.browse(t, "li", "GET", at("旧")).shows(t, 303)
	d.posts(t, "li", at("旧"), "do", "rename", "name", "x").shows(t, 409)
	d.posts(t, "zhou", at("旧"), "do", "rename", "name", " ").shows(t, 422, `id="name-problem"`)
	d.posts(t, "zhou", at("旧"), "do", "rename", "name", strings.Repeat("长", 13)).shows(t, 422, `id="name-problem"`)
	d.posts(t, "zhou", at("旧"), "do", "rename", "name", "新").shows(t, 303)
	list("新", "一</b>", "二</b>")
	d.posts(t, "zhou", at("新"), "do", "move", "to", "别的").shows(t, 303)
	list("别的", "一</b>", "二</b>", "三</b>")
	d.posts(t, "zhou", at("别的"), "do", "keep").shows(t, 303)
	list("", "一</b>", "二</b>", "三</b>")
	if got := d.browse(t, "zhou", "GET", "/quick-replies"); strings.Contains(got.body, "别的") {
		t.Error("the category is still there")
	}
}
