package courier

import (
	"context"
	"slices"
	"strconv"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// WeChat lists articles in pages; so many are read at most.
const (
	articlePage  = 20
	articlePages = 10
)

// SyncArticles makes the mirror of an account's articles of a kind equal to
// WeChat's list: what it has published (article), or its old news material
// (material). A person waits for it; who asks at the same time gets the same
// answer. Unless the whole list is asked for, a first page that is as before ends
// it. What WeChat refuses is kept with the mirror and is no error here.
func (c *Courier) SyncArticles(ctx context.Context, accountID int64, kind string, whole bool) error {
	_, err, _ := c.articles.Do(strconv.FormatInt(accountID, 10)+kind+strconv.FormatBool(whole), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), articleDeadline)
		defer cancel()
		return nil, c.syncArticles(ctx, accountID, kind, whole)
	})
	return err
}

func (c *Courier) syncArticles(ctx context.Context, accountID int64, kind string, whole bool) error {
	a, err := c.o.Store.Account(ctx, accountID)
	if err != nil {
		return err
	}
	total, list, err := c.listArticles(ctx, a, kind, 0)
	same := false
	if err == nil && !whole {
		same, err = c.sameArticles(ctx, a, kind, total, list)
	}
	for n := 1; err == nil && !same && n < articlePages && n*articlePage < total; n++ {
		var page []store.Article
		if _, page, err = c.listArticles(ctx, a, kind, n*articlePage); err == nil {
			list = append(list, page...)
		}
	}
	// The time for WeChat may be over; the result is stored all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	switch {
	case err != nil:
		c.o.Log.WarnContext(ctx, "articles could not be read from WeChat", "appid", a.AppID, "kind", kind, "code", wechat.Code(err), "err", err)
		msg := err.Error()
		if said, ok := refusal(err); ok {
			msg = said.Msg
		}
		return c.o.Store.ArticlesFailed(ctx, a.ID, kind, wechat.Code(err), msg)
	case same:
		return c.o.Store.ArticlesUnchanged(ctx, a.ID, kind)
	}
	return c.o.Store.SetArticles(ctx, a.ID, kind, total, list)
}

// sameArticles tells whether the first page is as the mirror has it, and as many
// follow. Then no more pages are asked for: freepublish takes 100 calls a day.
func (c *Courier) sameArticles(ctx context.Context, a store.Account, kind string, total int, page []store.Article) (bool, error) {
	before, err := c.o.Store.ArticleSync(ctx, a.ID, kind)
	if err != nil || before.SyncedAt == 0 || before.Total != total {
		return false, err
	}
	have, err := c.o.Store.Articles(ctx, a.ID, kind, "")
	for i := range page {
		if !slices.ContainsFunc(have, func(b store.Article) bool { return b.Same(&page[i]) }) {
			return false, err
		}
	}
	return true, err
}

// listArticles reads one page of WeChat's list.
func (c *Courier) listArticles(ctx context.Context, a store.Account, kind string, offset int) (total int, list []store.Article, err error) {
	add := func(ref string, updated int64, items []wechat.NewsItem) {
		if len(items) > 0 {
			list = append(list, articleOf(kind, ref, updated, items))
		}
	}
	err = c.tokens.call(ctx, a, true, func(token string) (err error) {
		list = nil
		if kind == "material" {
			var page []wechat.Material
			total, page, err = c.o.API(a).Materials(ctx, token, "news", offset, articlePage)
			for _, m := range page {
				add(m.MediaID, m.UpdateTime, m.News)
			}
			return err
		}
		var page []wechat.PublishedArticle
		total, page, err = c.o.API(a).Published(ctx, token, offset, articlePage)
		for _, p := range page {
			add(p.ArticleID, p.UpdateTime, p.Items)
		}
		return err
	})
	return total, list, err
}

// articleOf is one line of WeChat's list. A group is shown by its first; it is
// deleted when all of it is.
func articleOf(kind, ref string, updated int64, items []wechat.NewsItem) store.Article {
	first := items[0]
	return store.Article{
		Kind: kind, Ref: ref, Title: first.Title, Description: first.Digest, URL: first.URL,
		CoverURL: first.ThumbURL, CoverSource: first.ThumbMediaID, Count: len(items), UpdatedAt: updated * 1000,
		Deleted: !slices.ContainsFunc(items, func(i wechat.NewsItem) bool { return !i.Deleted }),
	}
}
