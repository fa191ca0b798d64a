package sandbox

import (
	"bytes"
	"cmp"
	"slices"
	"time"
)

// An Article is what was published under one id (freepublish), or what one old
// news material holds: an article, with more of them when it is a group.
type Article struct {
	ID      string        `json:"id"` // article_id; media_id of old material
	Title   string        `json:"title"`
	Author  string        `json:"author"`
	Digest  string        `json:"digest"`
	Content string        `json:"content"`
	URL     string        `json:"url"`
	Cover   []byte        `json:"-"`
	Thumb   string        `json:"thumb"`    // file of Cover
	MediaID string        `json:"media_id"` // of its cover
	Ago     time.Duration `json:"-"`        // how old it is when At is not given
	At      int64         `json:"at"`       // s
	Deleted bool          `json:"deleted,omitempty"`
	Old     bool          `json:"old,omitempty"` // material for mpnews, not published
	More    []Article     `json:"more,omitempty"`
}

func (a *account) article(id string) *Article {
	i := slices.IndexFunc(a.Articles, func(x *Article) bool { return x.ID == id })
	if i < 0 {
		return nil
	}
	return a.Articles[i]
}

// published finds an article for mpnewsarticle.
func (a *account) published(id string) *Article {
	if x := a.article(id); x != nil && !x.Old {
		return x
	}
	return nil
}

// AddArticle publishes an article or a group, or puts it among the old
// material; ID and time are made up when empty.
func (s *Sandbox) AddArticle(appid string, x Article) error {
	x.More = slices.Clone(x.More)
	for _, one := range x.all() {
		var err error
		if one.Thumb, err = s.files.put(bytes.Clone(one.Cover)); err != nil {
			return err
		}
		one.Cover = nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.account(appid)
	if a == nil {
		return errAccount
	}
	x.ID = cmp.Or(x.ID, randomText(43))
	x.At = cmp.Or(x.At, s.now().Add(-x.Ago).Unix())
	for _, one := range x.all() {
		m := s.newMedium(a, "thumb", "cover.jpg", one.Thumb)
		m.Forever, one.MediaID = true, m.ID
	}
	if x.Old {
		a.Media[x.ID] = &medium{ID: x.ID, Kind: "news", Created: x.At, Forever: true, Article: x.ID}
	}
	a.Articles = append(a.Articles, &x)
	s.touch()
	return nil
}

// all are the articles of a group, or the only one.
func (x *Article) all() []*Article {
	list := []*Article{x}
	for i := range x.More {
		list = append(list, &x.More[i])
	}
	return list
}

func (c *call) newsItems(x *Article, content bool) []map[string]any {
	items := []map[string]any{}
	if x == nil {
		return items
	}
	for _, one := range x.all() {
		text := ""
		if content {
			text = one.Content
		}
		items = append(items, map[string]any{
			"title": one.Title, "author": one.Author, "digest": one.Digest, "content": text, "content_source_url": "",
			"thumb_media_id": one.MediaID, "thumb_url": c.link(one.Thumb), "show_cover_pic": 0,
			"need_open_comment": 0, "only_fans_can_comment": 0, "url": one.URL, "is_deleted": one.Deleted,
		})
	}
	return items
}

// listArticles is freepublish/batchget.
func (c *call) listArticles() (any, *apiError) {
	all := slices.DeleteFunc(slices.Clone(c.acc.Articles), func(x *Article) bool { return x.Old })
	slices.SortFunc(all, func(a, b *Article) int { return cmp.Compare(b.At, a.At) })
	list := page(c.body, all)
	if list == nil {
		return nil, fail(40035)
	}
	items := []map[string]any{}
	for _, x := range list {
		items = append(items, map[string]any{
			"article_id":  x.ID,
			"content":     map[string]any{"news_item": c.newsItems(x, c.body.num("no_content", 0) == 0)},
			"update_time": x.At,
		})
	}
	return map[string]any{"total_count": len(all), "item_count": len(items), "item": items}, nil
}

// getArticle is freepublish/getarticle.
func (c *call) getArticle() (any, *apiError) {
	x := c.acc.published(c.body.str("article_id"))
	if x == nil {
		return nil, fail(53600)
	}
	return map[string]any{"news_item": c.newsItems(x, true)}, nil
}
