package store

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// titles lists the articles of a kind that a text finds.
func (d *desk) titles(t testing.TB, kind, text string) string {
	t.Helper()
	var list []string
	for _, a := range must(d.Articles(ctx, d.account, kind, text))(t) {
		list = append(list, a.Title)
	}
	return strings.Join(list, " ")
}

func TestArticlesAreAsWeChatLists(t *testing.T) {
	d := openDesk(t)
	other := d.addAccount(t, "wxfedcba0987654321")
	desk := Article{Ref: "a1", Title: "Desk", Description: "made of Ash", URL: "https://e/1", Count: 1, UpdatedAt: 1, CoverURL: "https://c/1", CoverSource: "m1"}
	lamp := Article{Ref: "a2", Title: "Lamp", Description: "面料", URL: "https://e/2", Count: 2, UpdatedAt: 2}
	ok(t, d.SetArticles(ctx, d.account, "article", 7, []Article{desk, lamp}))
	ok(t, d.SetArticles(ctx, d.account, "material", 1, []Article{{Ref: "a1", Title: "Old"}}))
	ok(t, d.SetArticles(ctx, other, "article", 1, []Article{{Ref: "a1", Title: "Theirs"}}))
	equal(t, "newest first", d.titles(t, "article", ""), "Lamp Desk")
	equal(t, "of the other kind", d.titles(t, "material", ""), "Old")
	for text, want := range map[string]string{"desk": "Desk", "ASH": "Desk", "料": "Lamp", "a": "Lamp Desk", "%": "", "pd": "", "ash ": ""} {
		equal(t, "found by "+text, d.titles(t, "article", text), want)
	}
	got := must(d.Articles(ctx, d.account, "article", "desk"))(t)[0]
	equal(t, "same as listed", got.Same(&desk), true)
	cover := *got.Cover
	wanted := must(d.Media(ctx, cover.ID))(t)
	equal(t, "its cover", wanted.State+wanted.Kind+wanted.URL+wanted.Source, "wantedcoverhttps://c/1m1")
	equal(t, "lamp has none", must(d.Articles(ctx, d.account, "article", "lamp"))(t)[0].Cover, nil)

	// Another address of the same picture is no other picture; another one is wanted.
	d.clock.advance(time.Minute)
	desk.Title, desk.CoverURL, desk.Deleted = "Table", "https://c/1?v=2", true
	equal(t, "same as before", got.Same(&desk), false)
	ok(t, d.SetArticles(ctx, d.account, "article", 1, []Article{desk}))
	equal(t, "now", d.titles(t, "article", ""), "Table")
	got = must(d.Articles(ctx, d.account, "article", ""))(t)[0]
	equal(t, "the cover stays", got.Cover.ID, cover.ID)
	equal(t, "deleted", got.Deleted, true)
	desk.CoverSource = "m2"
	equal(t, "same with another cover", got.Same(&desk), false)
	ok(t, d.SetArticles(ctx, d.account, "article", 1, []Article{desk}))
	if got = must(d.Articles(ctx, d.account, "article", ""))(t)[0]; got.Cover.ID == cover.ID {
		t.Error("a changed cover was not wanted")
	}
	lost := must(d.Articles(ctx, d.account, "article", ""))(t)[0].Cover.ID
	ok(t, d.MediaLost(ctx, lost, "expired"))
	ok(t, d.SetArticles(ctx, d.account, "article", 1, []Article{desk}))
	if got = must(d.Articles(ctx, d.account, "article", ""))(t)[0]; got.Cover.ID == lost || got.Cover.State != "wanted" {
		t.Errorf("a lost cover was not wanted again: %v", got.Cover)
	}
	desk.CoverURL, desk.CoverSource = "", ""
	ok(t, d.SetArticles(ctx, d.account, "article", 1, []Article{desk}))
	equal(t, "no cover any more", must(d.Articles(ctx, d.account, "article", ""))(t)[0].Cover, nil)
	equal(t, "of another account", must(d.Articles(ctx, other, "article", ""))(t)[0].Title, "Theirs")
}

func TestArticlesAreBounded(t *testing.T) {
	d := openDesk(t)
	list := make([]Article, ArticlesMost+1)
	for i := range list {
		list[i] = Article{Ref: fmt.Sprint(i), Title: fmt.Sprint("t", i), Count: 1, UpdatedAt: int64(i)}
	}
	ok(t, d.SetArticles(ctx, d.account, "article", len(list), list))
	got := must(d.Articles(ctx, d.account, "article", ""))(t)
	equal(t, "listed", len(got), ArticlesMost)
	equal(t, "the newest", got[0].Title, "t100")
	equal(t, "the oldest is found", d.titles(t, "article", "t0"), "t0")
}

func TestArticleSync(t *testing.T) {
	d := openDesk(t)
	state := func() ArticleSync { t.Helper(); return must(d.ArticleSync(ctx, d.account, "article"))(t) }
	equal(t, "never", state(), ArticleSync{})
	ok(t, d.ArticlesFailed(ctx, d.account, "article", 48001, "unauthorized"))
	equal(t, "failed at once", state(), ArticleSync{TriedAt: start, ErrCode: 48001, ErrMsg: "unauthorized"})
	d.clock.advance(time.Millisecond)
	ok(t, d.SetArticles(ctx, d.account, "article", 300, nil))
	equal(t, "read", state(), ArticleSync{Total: 300, SyncedAt: start + 1, TriedAt: start + 1})
	d.clock.advance(time.Millisecond)
	ok(t, d.ArticlesFailed(ctx, d.account, "article", 0, "timeout"))
	equal(t, "failed later", state(), ArticleSync{Total: 300, SyncedAt: start + 1, TriedAt: start + 2, ErrMsg: "timeout"})
	d.clock.advance(time.Millisecond)
	ok(t, d.ArticlesUnchanged(ctx, d.account, "article"))
	equal(t, "unchanged", state(), ArticleSync{Total: 300, SyncedAt: start + 3, TriedAt: start + 3})
	equal(t, "of the other kind", must(d.ArticleSync(ctx, d.account, "material"))(t), ArticleSync{})
}

func TestReplyWithAnArticle(t *testing.T) {
	d := openDesk(t)
	ok(t, d.SetArticles(ctx, d.account, "article", 4, []Article{
		{Ref: "a1", Title: "Desk <1>", Description: "made of ash", URL: "https://e/?a=1&b=2", Count: 1, CoverURL: "https://c/1"},
		{Ref: "bare", Title: "No cover", Count: 1, CoverURL: "https://c/2"}, {Ref: "gone", Count: 1, Deleted: true}, {Ref: "group", Count: 2}}))
	ok(t, d.SetArticles(ctx, d.account, "material", 1, []Article{{Ref: "m1", Title: "Old", Count: 1}}))
	cover := must(d.Articles(ctx, d.account, "article", "desk"))(t)[0].Cover
	cover.Hash, cover.Mime = strings.Repeat("a", 64), "image/jpeg"
	ok(t, d.MediaReady(ctx, *cover))
	v := d.open(t, "o1", &d.li)
	reply := func(typ, ref string) (Message, Conversation, error) {
		draft := d.draft("")
		draft.Type, draft.Article, draft.Body = typ, ref, nil
		m, v, _, err := d.Reply(ctx, &d.li, v.ID, draft)
		return m, v, err
	}
	m, after, err := reply("mpnewsarticle", "a1")
	ok(t, err)
	equal(t, "body", string(m.Body), `{"article_id":"a1","description":"made of ash","title":"Desk <1>","url":"https://e/?a=1&b=2"}`)
	equal(t, "cover", m.Thumb.ID, cover.ID)
	equal(t, "preview", after.Last.Text, "Desk <1>")
	m, _, err = reply("mpnews", "m1")
	ok(t, err)
	equal(t, "body", string(m.Body), `{"description":"","media_id":"m1","title":"Old","url":""}`)
	if m, _, err = reply("mpnewsarticle", "bare"); err != nil || m.Thumb != nil {
		t.Error("a cover that is not here yet:", m.Thumb, err)
	}
	left := d.of(t, "o1").Grants.Message.Left
	for _, bad := range [][2]string{{"mpnewsarticle", "gone"}, {"mpnewsarticle", "group"}, {"mpnewsarticle", "m1"}, {"mpnews", "a1"}} {
		_, _, err := reply(bad[0], bad[1])
		refused(t, err, "bad_article")
	}
	equal(t, "left after refusals", d.of(t, "o1").Grants.Message.Left, left)
}

// A repeat of a reply that was taken gives its row, whatever became of the article.
func TestReplyWithAnArticleAgain(t *testing.T) {
	d := openDesk(t)
	ok(t, d.SetArticles(ctx, d.account, "article", 1, []Article{{Ref: "a1", Title: "Desk", Count: 1}}))
	v := d.open(t, "o1", &d.li)
	draft := d.draft("")
	draft.Type, draft.Article = "mpnewsarticle", "a1"
	first, _, _, err := d.Reply(ctx, &d.li, v.ID, draft)
	ok(t, err)
	ok(t, d.SetArticles(ctx, d.account, "article", 0, nil))
	again, _, repeat, err := d.Reply(ctx, &d.li, v.ID, draft)
	ok(t, err)
	equal(t, "again", repeat, true)
	equal(t, "the same row", string(again.Body), string(first.Body))
}
