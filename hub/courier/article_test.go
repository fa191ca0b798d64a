package courier

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

const (
	publishedPath = "/cgi-bin/freepublish/batchget"
	materialPath  = "/cgi-bin/material/batchget_material"
)

// publish puts articles of these titles into the first account, each a second
// newer than the one before.
func (d *desk) publish(titles ...string) {
	d.Helper()
	for _, title := range titles {
		d.sandbox.Advance(time.Second)
		ok(d, d.sandbox.AddArticle(d.account(0).AppID, sandbox.Article{ID: "id-of-" + title, Title: title, Digest: "about " + title,
			URL: "https://e.com/" + title, Cover: jpegOf(40, 30)}))
	}
}

// mirror lists what is mirrored of a kind.
func (d *desk) mirror(kind string) string {
	d.Helper()
	var list []string
	for _, a := range must(d.store.Articles(ctx, d.account(0).ID, kind, ""))(d) {
		list = append(list, a.Title)
	}
	return strings.Join(list, " ")
}

func (d *desk) sync(kind string) store.ArticleSync {
	d.Helper()
	ok(d, d.courier.SyncArticles(ctx, d.account(0).ID, kind, false))
	return must(d.store.ArticleSync(ctx, d.account(0).ID, kind))(d)
}

func numbered(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("a%03d", i))
	}
	return list
}

func TestArticlesAreMirrored(t *testing.T) {
	d := newDesk(t)
	d.publish("desk", "lamp")
	appid := d.account(0).AppID
	ok(t, d.sandbox.AddArticle(appid, sandbox.Article{Title: "group", More: []sandbox.Article{{Title: "second"}}, At: 9}))
	ok(t, d.sandbox.AddArticle(appid, sandbox.Article{Title: "gone", Deleted: true, At: 8}))
	ok(t, d.sandbox.AddArticle(appid, sandbox.Article{Title: "old", ID: "media-id", Old: true, Digest: "of before", URL: "https://e.com/old"}))
	equal(t, "error", d.sync("article").ErrMsg, "")
	equal(t, "published", d.mirror("article"), "lamp desk group gone")
	equal(t, "before its own sync", d.mirror("material"), "")
	d.sync("material")
	equal(t, "material", d.mirror("material"), "old")
	list := must(d.store.Articles(ctx, d.account(0).ID, "article", ""))(t)
	lamp := list[0]
	lamp.Cover = nil
	equal(t, "an article", fmt.Sprint(lamp.Ref, lamp.Description, lamp.URL, lamp.Count, lamp.Deleted, lamp.UpdatedAt),
		fmt.Sprint("id-of-lamp", "about lamp", "https://e.com/lamp", 1, false, d.sandbox.Now().Unix()*1000))
	equal(t, "of a group", list[2].Count, 2)
	equal(t, "deleted", fmt.Sprint(list[2].Deleted, list[3].Deleted), "false true")
}

// A second look at an unchanged list costs one call, another one as many as it has pages.
func TestSyncOfArticlesIsThrifty(t *testing.T) {
	d := newDesk(t)
	d.publish(numbered(45)...)
	calls := func(what string, want int) {
		t.Helper()
		before := d.count(publishedPath)
		d.sync("article")
		equal(t, "calls "+what, d.count(publishedPath)-before, want)
	}
	calls("at first", 3)
	equal(t, "mirrored", len(strings.Fields(d.mirror("article"))), 45)
	calls("when nothing changed", 1)
	d.publish("new")
	calls("with a new one", 3)
	calls("when nothing changed again", 1)
	equal(t, "the newest", strings.Fields(d.mirror("article"))[0], "new")
	d.publish(numbered(200)...)
	calls("with very many", articlePages)
	calls("and then", 1)

	// A person who asks for the whole list also sees what changed far down in it.
	before := d.count(publishedPath)
	ok(t, d.courier.SyncArticles(ctx, d.account(0).ID, "article", true))
	equal(t, "calls for all", d.count(publishedPath)-before, articlePages)
}

func TestArticlesAreReadOnceForAll(t *testing.T) {
	d := newDesk(t)
	d.publish("desk")
	h := d.hold(publishedPath, "")
	var all sync.WaitGroup
	all.Go(func() { ok(t, d.courier.SyncArticles(ctx, d.account(0).ID, "article", false)) })
	d.meet(h)
	for range 50 {
		all.Go(func() { ok(t, d.courier.SyncArticles(ctx, d.account(0).ID, "article", false)) })
	}
	// Who comes while it lasts joins it; who comes after it makes a call that others join.
	close(h.release)
	all.Wait()
	if n := d.count(publishedPath); n > 25 {
		t.Errorf("%d calls", n)
	}
	equal(t, "mirrored", d.mirror("article"), "desk")
}

// Who asked first may leave: the others get their answer.
func TestSyncOfArticlesOutlivesWhoAsked(t *testing.T) {
	d := newDesk(t)
	d.publish("desk")
	gone, cancel := context.WithCancel(ctx)
	cancel()
	ok(t, d.courier.SyncArticles(gone, d.account(0).ID, "article", false))
	equal(t, "mirrored", d.mirror("article"), "desk")
}

func TestWhyArticlesCouldNotBeRead(t *testing.T) {
	d := newDesk(t)
	d.publish(numbered(30)...)
	d.sync("article")
	for name, c := range map[string]struct {
		fault sandbox.Fault
		code  int
		msg   string
	}{
		"no permission": {sandbox.Fault{Kind: "errcode", Code: 48001}, 48001, "api unauthorized"},
		"no answer":     {sandbox.Fault{Kind: "bad_gateway"}, 0, "HTTP status 502"},
	} {
		c.fault.On = publishedPath
		d.publish("another") // so that all would be read
		d.sandbox.AddFault(c.fault)
		got := d.sync("article")
		if got.ErrCode != c.code || !strings.Contains(got.ErrMsg, c.msg) || got.SyncedAt == 0 || got.TriedAt <= got.SyncedAt {
			t.Errorf("%s: %+v", name, got)
		}
		equal(t, name+": the mirror stays", len(strings.Fields(d.mirror("article"))), 30)
	}
	got := d.sync("article")
	equal(t, "after it went well", fmt.Sprint(got.ErrCode, got.ErrMsg), "0")
	if err := d.courier.SyncArticles(ctx, 99, "article", false); err != store.ErrNotFound {
		t.Errorf("no such account: %v", err)
	}
}

func TestCoversAreFetched(t *testing.T) {
	d := newDesk(t)
	d.run()
	d.publish("desk")
	d.sync("article")
	cover := func() *store.Media { return must(d.store.Articles(ctx, d.account(0).ID, "article", ""))(t)[0].Cover }
	d.until("the cover is here", func() bool { return cover().State == "ready" })
	equal(t, "its size", fmt.Sprint(cover().Mime, cover().Width, cover().Height), "image/jpeg40 30")

	// Old lists tell no address, only the material's id.
	bare := must(d.store.Articles(ctx, d.account(0).ID, "article", ""))(t)
	source := must(d.store.Media(ctx, bare[0].Cover.ID))(t).Source
	ok(t, d.store.SetArticles(ctx, d.account(0).ID, "material", 1, []store.Article{{Ref: "m", CoverSource: source}}))
	d.until("the cover is here", func() bool {
		return must(d.store.Articles(ctx, d.account(0).ID, "material", ""))(t)[0].Cover.State == "ready"
	})
	equal(t, "fetched as material, not as a temporary medium", fmt.Sprint(d.count("/cgi-bin/material/get_material"), d.count(getPath)), "1 0")
}

func TestArticlesAreSent(t *testing.T) {
	d := newDesk(t)
	d.run()
	v := d.customer(0)
	d.publish("desk")
	ok(t, d.sandbox.AddArticle(d.account(0).AppID, sandbox.Article{Title: "old", ID: "media-id", Old: true}))
	d.sync("article")
	d.sync("material")
	for _, c := range []struct{ typ, ref string }{{"mpnewsarticle", "id-of-desk"}, {"mpnews", "media-id"}} {
		m := d.settled(d.send(v, store.Draft{Type: c.typ, Article: c.ref}))
		equal(t, c.typ+": state", m.State, "sent")
		golden := string(must(os.ReadFile("../wechat/testdata/send/" + c.typ + ".json"))(t))
		want := strings.NewReplacer("oDesk_user_00000000000000001", v.Customer.OpenID, "ARTICLE_ID", c.ref, "MEDIA_ID", c.ref,
			"}}", `},"customservice":{"kf_account":"`+m.KFAccount+`"}}`).Replace(golden)
		got := d.sandbox.Received(v.Customer.OpenID)
		equal(t, c.typ, string(got[len(got)-1].Raw), want)
	}
	// Deleted since the list was read: WeChat's word, and no second try.
	d.publish("gone")
	d.sync("article")
	sends := d.count(sendPath)
	errcode(53600, 1)(d, v)
	m := d.settled(d.send(v, store.Draft{Type: "mpnewsarticle", Article: "id-of-gone"}))
	equal(t, "code", m.ErrCode, 53600)
	equal(t, "sends", d.count(sendPath)-sends, 1)
}
