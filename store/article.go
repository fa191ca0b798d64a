package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
)

// Article is a row of the mirror of what an official account has published
// (kind article) or keeps as old news material (kind material).
type Article struct {
	Kind        string `json:"kind"`
	Ref         string `json:"ref"`   // article_id, or media_id of material
	Title       string `json:"title"` // of the first, where it is a group
	Description string `json:"description"`
	URL         string `json:"url"`
	Cover       *Media `json:"cover"`
	Count       int    `json:"count"` // more than one: a group, which cannot be sent
	Deleted     bool   `json:"deleted"`
	UpdatedAt   int64  `json:"updated_at"`

	CoverURL    string `json:"-"` // where the courier gets the picture
	CoverSource string `json:"-"` // its media id

	cover string // as the mirror has it
}

// picture names the cover: another name, another picture. An address may change
// without that.
func (a *Article) picture() string { return cmp.Or(a.cover, a.CoverSource, a.CoverURL) }

// Same tells whether WeChat lists an article as the mirror has it.
func (a *Article) Same(b *Article) bool {
	return a.Ref == b.Ref && a.Title == b.Title && a.Description == b.Description && a.URL == b.URL && a.picture() == b.picture() &&
		a.Count == b.Count && a.Deleted == b.Deleted && a.UpdatedAt == b.UpdatedAt
}

// ArticleSync tells how the mirror stands to WeChat's list.
type ArticleSync struct {
	Total    int // as WeChat counts
	SyncedAt int64
	TriedAt  int64
	ErrCode  int    // of the last try; 0 with a message: WeChat was not reached
	ErrMsg   string // "" when it went well
}

// ArticlesMost is how many articles one list holds.
const ArticlesMost = 100

const selectArticle = `select a.kind, a.ref, a.title, a.description, a.url, a.cover, a.count, a.deleted, a.updated_at,
	d.id, d.state, d.mime, d.size, d.width, d.height, d.duration, d.name, d.error from article a left join media d on d.id = a.cover_id `

func scanArticle(r scanner) (a Article, err error) {
	var d Media
	err = r.Scan(&a.Kind, &a.Ref, &a.Title, &a.Description, &a.URL, &a.cover, &a.Count, &a.Deleted, &a.UpdatedAt, opt(&d.ID),
		opt(&d.State), opt(&d.Mime), opt(&d.Size), opt(&d.Width), opt(&d.Height), opt(&d.Duration), opt(&d.Name), opt(&d.Error))
	if d.ID != 0 {
		a.Cover = &d
	}
	return a, err
}

// Articles lists those of a kind whose title or description holds a text, the
// newest first, at most ArticlesMost.
func (s *Store) Articles(ctx context.Context, accountID int64, kind, text string) ([]Article, error) {
	list, err := rows(ctx, s, scanArticle, selectArticle+`where a.account_id = $1 and a.kind = $2 order by a.updated_at desc, a.ref`,
		accountID, kind)
	text = strings.ToLower(text)
	list = slices.DeleteFunc(list, func(a Article) bool {
		return !strings.Contains(strings.ToLower(a.Title+"\n"+a.Description), text)
	})
	return list[:min(len(list), ArticlesMost)], err
}

// ArticleSync tells how the mirror of a kind stands; its zero value: never synced.
func (s *Store) ArticleSync(ctx context.Context, accountID int64, kind string) (ArticleSync, error) {
	a, err := row(ctx, s, func(r scanner) (a ArticleSync, err error) {
		err = r.Scan(&a.Total, &a.SyncedAt, &a.TriedAt, &a.ErrCode, &a.ErrMsg)
		return a, err
	}, "select total, synced_at, tried_at, errcode, errmsg from article_sync where account_id = $1 and kind = $2", accountID, kind)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return a, err
}

// SetArticles makes the mirror of a kind equal to what WeChat listed. A changed
// cover is wanted anew.
func (s *Store) SetArticles(ctx context.Context, accountID int64, kind string, total int, list []Article) error {
	return s.write(ctx, func(t *tx) error {
		have, err := rows(ctx, t, one[string], "select ref from article where account_id = $1 and kind = $2", accountID, kind)
		if err != nil {
			return err
		}
		for _, ref := range have {
			if slices.ContainsFunc(list, func(a Article) bool { return a.Ref == ref }) {
				continue
			}
			if err := t.exec("delete from article where account_id = $1 and kind = $2 and ref = $3", accountID, kind, ref); err != nil {
				return err
			}
		}
		for i := range list {
			if err := t.setArticle(accountID, kind, &list[i]); err != nil {
				return err
			}
		}
		return t.exec(`insert into article_sync (account_id, kind, total, synced_at, tried_at) values ($1,$2,$3,$4,$4)
			on conflict (account_id, kind) do update set total = excluded.total, synced_at = excluded.synced_at,
			tried_at = excluded.tried_at, errcode = 0, errmsg = ''`, accountID, kind, total, t.now)
	})
}

func (t *tx) setArticle(accountID int64, kind string, a *Article) error {
	old, err := txOne[string](t, `select case when d.state = 'lost' then '' else a.cover end from article a
		left join media d on d.id = a.cover_id where a.account_id = $1 and a.kind = $2 and a.ref = $3`, accountID, kind, a.Ref)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	fresh := err != nil || old != a.picture()
	if err := t.exec(`insert into article (account_id, kind, ref, title, description, url, cover, count, deleted, updated_at)
		values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10) on conflict (account_id, kind, ref) do update set title = excluded.title,
		description = excluded.description, url = excluded.url, cover = excluded.cover, count = excluded.count,
		deleted = excluded.deleted, updated_at = excluded.updated_at`, accountID, kind, a.Ref, a.Title, a.Description, a.URL,
		a.picture(), a.Count, a.Deleted, a.UpdatedAt); err != nil || !fresh {
		return err
	}
	var wanted *Wanted
	if a.picture() != "" {
		wanted = &Wanted{Kind: "cover", URL: a.CoverURL, Source: a.CoverSource}
	}
	cover, err := t.want(accountID, wanted)
	if err != nil {
		return err
	}
	return t.exec("update article set cover_id = $1 where account_id = $2 and kind = $3 and ref = $4", cover, accountID, kind, a.Ref)
}

// ArticlesUnchanged notes that WeChat's list is as the mirror is.
func (s *Store) ArticlesUnchanged(ctx context.Context, accountID int64, kind string) error {
	return s.write(ctx, func(t *tx) error {
		return t.exec("update article_sync set synced_at = $1, tried_at = $1, errcode = 0, errmsg = '' where account_id = $2 and kind = $3",
			t.now, accountID, kind)
	})
}

// ArticlesFailed notes why WeChat's list could not be read. The mirror stays.
func (s *Store) ArticlesFailed(ctx context.Context, accountID int64, kind string, code int, msg string) error {
	return s.write(ctx, func(t *tx) error {
		return t.exec(`insert into article_sync (account_id, kind, tried_at, errcode, errmsg) values ($1,$2,$3,$4,$5)
			on conflict (account_id, kind) do update set tried_at = excluded.tried_at, errcode = excluded.errcode,
			errmsg = excluded.errmsg`, accountID, kind, t.now, code, msg)
	})
}

// articleOf tells which kind of article a reply of a type sends, and how
// WeChat calls its name there.
func articleOf(typ string) (kind, name string) {
	if typ == "mpnews" {
		return "material", "media_id"
	}
	return "article", "article_id"
}

// article writes the body of a reply that sends an article: what the mirror
// knows of it is kept with the reply. Refused when the mirror does not have it,
// it was deleted, or it is a group.
func (t *tx) article(accountID int64, d *Draft) error {
	kind, name := articleOf(d.Type)
	a, err := txRow(t, scanArticle, selectArticle+"where a.account_id = $1 and a.kind = $2 and a.ref = $3", accountID, kind, d.Article)
	reason := ""
	switch {
	case errors.Is(err, ErrNotFound):
		reason = "unknown"
	case err != nil:
		return err
	case a.Deleted:
		reason = "deleted"
	case a.Count > 1:
		reason = "group"
	}
	if reason != "" {
		return refuse("bad_article", "field", name, "reason", reason)
	}
	d.Body = []byte(body{name: a.Ref, "title": a.Title, "description": a.Description, "url": a.URL}.json())
	d.MediaID, d.ThumbID = 0, 0
	if a.Cover != nil && a.Cover.State == "ready" {
		d.ThumbID = a.Cover.ID
	}
	return nil
}
