package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/courier"
	"kfdesk/hub/wechat"
	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

// CloseSession: there is none.
func (d *console) CloseSession(context.Context, int64, store.Customer) error { return nil }

// SyncArticles: there are none.
func (d *console) SyncArticles(context.Context, int64, string, bool) error { return nil }

// SyncTags: there is one.
func (d *console) SyncTags(ctx context.Context, by store.Actor, accountID int64) error {
	return d.Store.SetWechatTags(ctx, by, accountID, []store.Tag{{Name: "批发", WechatID: 134}})
}

const articlesPath = "/api/v1/accounts/1/articles"

// published is a console whose shop has articles at WeChat.
type published struct {
	*desk
	box *sandbox.Sandbox
}

func newPublished(t *testing.T) *published {
	t.Helper()
	d := &published{desk: newDesk(t)}
	var err error
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.box.API().ServeHTTP(w, r) }))
	t.Cleanup(web.Close)
	if d.box, err = sandbox.New(sandbox.Options{Clock: d.clock.Now, Base: web.URL}); err != nil {
		t.Fatal(err)
	}
	err = d.box.AddAccount(sandbox.Account{AppID: shopApp, Secret: "0123456789abcdef", OriginalID: shopGH, WechatID: "hemu_life"})
	for _, a := range []sandbox.Article{
		{ID: "a1", Title: "书桌定制", Digest: "从选木头开始", URL: "https://e.com/1", At: 2, Cover: picture(t, "jpeg")},
		{ID: "a2", Title: "落地灯", At: 1, More: []sandbox.Article{{Title: "灯罩"}}},
		{ID: "m1", Title: "旧文", Deleted: true, Old: true},
	} {
		err = errors.Join(err, d.box.AddArticle(shopApp, a))
	}
	if err != nil {
		t.Fatal(err)
	}
	d.WeChat = courier.New(courier.Options{Store: d.Store, API: func(store.Account) *wechat.Client { return &wechat.Client{Base: web.URL} }})
	return d
}

// asked tells which lists WeChat was asked for while do ran.
func (d *published) asked(do func()) string {
	before := len(d.box.Log())
	do()
	var paths []string
	for _, l := range d.box.Log()[before:] {
		if name := map[string]string{"/cgi-bin/freepublish/batchget": "article", "/cgi-bin/material/batchget_material": "material"}[l.Path]; name != "" {
			paths = append(paths, name)
		}
	}
	return strings.Join(paths, " ")
}

// list gives the titles of an answer.
func list(t *testing.T, got object) string {
	t.Helper()
	var titles []string
	for _, a := range got["articles"].([]any) {
		titles = append(titles, a.(object)["title"].(string))
	}
	return strings.Join(titles, " ")
}

func TestArticles(t *testing.T) {
	d := newPublished(t)
	read := func(what, path, titles, asked string) (got object) {
		t.Helper()
		method := "GET"
		if strings.Contains(path, "/sync") {
			method = "POST"
		}
		calls := d.asked(func() { got = d.call(t, "li", method, path, nil).ok(t, 200) })
		if list(t, got) != titles || calls != asked {
			t.Errorf("%s: %q after asking for %q, want %q after %q", what, list(t, got), calls, titles, asked)
		}
		return got
	}
	got := read("at first", articlesPath, "书桌定制 落地灯", "article")
	if got["synced_at"] != float64(noon) || got["error"] != nil {
		t.Errorf("%v", got)
	}
	one := got["articles"].([]any)[0].(object)
	if one["ref"] != "a1" || one["count"] != 1.0 || dig(one, "cover", "state") != "wanted" || got["articles"].([]any)[1].(object)["count"] != 2.0 {
		t.Errorf("%v", got)
	}
	read("again", articlesPath+"?kind=article", "书桌定制 落地灯", "")
	read("found", articlesPath+"?q=%20%E6%9C%A8%E5%A4%B4%20", "书桌定制", "")
	read("not found", articlesPath+"?q=x", "", "")
	if got = read("the other kind", articlesPath+"?kind=material", "旧文", "material"); dig(got["articles"].([]any)[0], "deleted") != true {
		t.Errorf("%v", got)
	}
	d.clock.Advance(6*time.Hour - time.Millisecond)
	read("almost old", articlesPath, "书桌定制 落地灯", "")
	d.clock.Advance(time.Millisecond)
	read("old", articlesPath+"?q=%E7%81%AF", "落地灯", "article")
	read("by hand", articlesPath+"/sync?kind=material", "旧文", "material")
	read("by hand", articlesPath+"/sync", "书桌定制 落地灯", "article")
	d.call(t, "li", "GET", articlesPath+"?kind=video", nil).refused(t, 422, "bad_type")
	d.call(t, "li", "GET", "/api/v1/accounts/2/articles", nil).refused(t, 404, "not_found")
	d.call(t, "li", "POST", "/api/v1/accounts/2/articles/sync", nil).refused(t, 404, "not_found")
	d.call(t, "li", "GET", "/api/v1/accounts/99/articles", nil).refused(t, 404, "not_found")
}

func TestArticlesThatWeChatDoesNotGive(t *testing.T) {
	d := newPublished(t)
	d.call(t, "li", "GET", articlesPath, nil).ok(t, 200)
	for code, word := range map[int]string{48001: "图文卡片", 45009: "45009", 7: "said no"} {
		d.box.AddFault(sandbox.Fault{On: "/cgi-bin/freepublish/batchget", Kind: "errcode", Code: code, Msg: "said no"})
		got := d.call(t, "li", "POST", articlesPath+"/sync?kind=article", nil).ok(t, 200)
		if list(t, got) != "书桌定制 落地灯" || got["synced_at"] != float64(noon) || dig(got, "error", "code") != float64(code) ||
			!strings.Contains(dig(got, "error", "text").(string), word) {
			t.Errorf("%d: %v", code, got)
		}
	}
	// It is not asked at every letter of a search then.
	var got object
	read := func() { got = d.call(t, "li", "GET", articlesPath, nil).ok(t, 200) }
	d.clock.Advance(30*time.Minute - time.Millisecond)
	if calls := d.asked(read); calls != "" || got["error"] == nil {
		t.Errorf("asked for %q: %v", calls, got)
	}
	d.clock.Advance(time.Millisecond)
	if calls := d.asked(read); calls != "article" || got["error"] != nil {
		t.Errorf("asked for %q: %v", calls, got)
	}
}

func TestReplyWithAnArticle(t *testing.T) {
	d := newPublished(t)
	for _, kind := range []string{"article", "material"} {
		d.call(t, "li", "POST", articlesPath+"/sync?kind="+kind, nil).ok(t, 200)
	}
	path := d.open(t, "o1")
	send := func(kind string, body object) result {
		return d.call(t, "li", "POST", path+"/messages", d.draft(kind, body))
	}
	got := send("mpnewsarticle", object{"article_id": "a1", "title": "a lie"}).ok(t, 201)
	if b := dig(got, "message", "body").(object); len(b) != 4 || b["title"] != "书桌定制" || b["article_id"] != "a1" || b["url"] != "https://e.com/1" {
		t.Errorf("the body is %v", b)
	}
	if dig(got, "conversation", "last", "text") != "书桌定制" {
		t.Errorf("the list shows %v", dig(got, "conversation", "last"))
	}
	for ref, reason := range map[string]string{"a2": "group", "m1": "unknown"} {
		if detail := send("mpnewsarticle", object{"article_id": ref}).refused(t, 422, "bad_article"); detail["reason"] != reason || detail["field"] != "article_id" {
			t.Errorf("%s: %v", ref, detail)
		}
	}
	if detail := send("mpnews", object{"media_id": "m1"}).refused(t, 422, "bad_article"); detail["reason"] != "deleted" {
		t.Errorf("deleted: %v", detail)
	}
	send("mpnews", object{"media_id": ""}).refused(t, 422, "empty")
	send("mpnews", object{"article_id": "a1"}).refused(t, 422, "empty")
	send("mpnewsarticle", object{"article_id": "a1", "media_id": "m1"}).refused(t, 422, "bad_body")
	send("mpnewsarticle", object{"id": "a1"}).refused(t, 400, "bad_json")
}

func TestRecent(t *testing.T) {
	d := newDesk(t)
	path := d.open(t, "o1")
	recent := func(who, query string) result { return d.call(t, who, "GET", "/api/v1/accounts/1/recent"+query, nil) }
	if got := recent("li", "?type=news").ok(t, 200); len(got["recent"].([]any)) != 0 {
		t.Errorf("at first: %v", got)
	}
	media := id(d.upload(t, "li", uploads, picture(t, "png")).ok(t, 201), "media", "id")
	draft := d.draft("news", object{"title": "新品", "url": "https://example.com"})
	draft["media"] = media
	d.call(t, "li", "POST", path+"/messages", draft).ok(t, 201)
	got := recent("chen", "?type=news").ok(t, 200)["recent"].([]any)
	if len(got) != 1 || dig(got[0], "body", "title") != "新品" || id(got[0], "media", "id") != media || dig(got[0], "at") != float64(noon) {
		t.Errorf("%v", got)
	}
	if got := recent("li", "").ok(t, 200); len(got["recent"].([]any)) != 0 {
		t.Errorf("of no type: %v", got)
	}
	recent("wang", "?type=news").refused(t, 404, "not_found")
}
