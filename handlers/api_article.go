package handlers

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// When WeChat is asked for its articles although nobody pressed a button: it
// allows 100 calls a day, and a refusal does not go away by asking.
const (
	articlesAge   = 6 * 60 * 60 * 1000 // ms after it was asked
	articlesPause = 30 * 60 * 1000     // ms after that failed
)

// account is the official account in the path, if the agent may see it.
func (c *Console) account(ctx *fiber.Ctx) (store.Account, error) {
	id, err := rowID(ctx)
	if err != nil {
		return store.Account{}, err
	}
	a, err := c.Store.Account(ctx.UserContext(), id)
	if err == nil && !who(ctx).Sees(a.ID) {
		err = store.ErrNotFound
	}
	return a, err
}

// articleKind is the kind that the query asks for: what was published when it
// names none.
func articleKind(ctx *fiber.Ctx) (string, error) {
	switch kind := ctx.Query("kind", "article"); kind {
	case "article", "material":
		return kind, nil
	}
	return "", refused(fiber.StatusUnprocessableEntity, "bad_type", "field", "kind")
}

func (c *Console) apiArticles(ctx *fiber.Ctx) error {
	return c.articles(ctx, func(a store.Account, kind string) error {
		was, err := c.Store.ArticleSync(ctx.UserContext(), a.ID, kind)
		age := int64(articlesAge)
		if was.ErrMsg != "" {
			age = articlesPause
		}
		if err != nil || c.Store.Now().UnixMilli()-was.TriedAt < age {
			return err
		}
		return c.WeChat.SyncArticles(ctx.UserContext(), a.ID, kind, false)
	})
}

func (c *Console) apiSyncArticles(ctx *fiber.Ctx) error {
	return c.articles(ctx, func(a store.Account, kind string) error {
		return c.WeChat.SyncArticles(ctx.UserContext(), a.ID, kind, true)
	})
}

// articles answers with the mirror of the kind that is asked for, after sync.
func (c *Console) articles(ctx *fiber.Ctx, sync func(store.Account, string) error) error {
	a, err := c.account(ctx)
	if err != nil {
		return err
	}
	kind, err := articleKind(ctx)
	if err == nil {
		err = sync(a, kind)
	}
	if err != nil {
		return err
	}
	now, err := c.Store.ArticleSync(ctx.UserContext(), a.ID, kind)
	if err != nil {
		return err
	}
	list, err := c.Store.Articles(ctx.UserContext(), a.ID, kind, strings.TrimSpace(ctx.Query("q")))
	if err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"articles": all(list), "synced_at": now.SyncedAt, "error": c.articleError(ctx, &now)})
}

// articleError says why the last sync did not work, nil when it did.
func (c *Console) articleError(ctx *fiber.Ctx, s *store.ArticleSync) any {
	if s.ErrMsg == "" {
		return nil
	}
	text := c.text(ctx, "page.check.unreachable_desc")
	switch {
	case s.ErrCode == 48001:
		text = c.text(ctx, "wxerr.48001.articles")
	case s.ErrCode != 0:
		text = c.wechatError(ctx, &wechat.Error{Code: s.ErrCode, Msg: s.ErrMsg})
	}
	return fiber.Map{"code": s.ErrCode, "text": text}
}

// article takes the name of an article; the rest of what the browser knows of it
// is taken from the mirror instead. WeChat calls the name by the type.
func (in *replyInput) article(d *store.Draft) error {
	var b struct {
		ArticleID   string `json:"article_id"`
		MediaID     string `json:"media_id"`
		Title       string `json:"title"`
		Description string `json:"description"`
		URL         string `json:"url"`
	}
	if err := decode(in.Body, &b); err != nil {
		return err
	}
	field, ref, other := "article_id", b.ArticleID, b.MediaID
	if in.Type == "mpnews" {
		field, ref, other = "media_id", b.MediaID, b.ArticleID
	}
	switch {
	case ref == "":
		return empty(field)
	case other != "":
		return badBody(field)
	}
	d.Article = ref
	return nil
}

// apiRecent gives what agents of an official account sent, to be sent again.
func (c *Console) apiRecent(ctx *fiber.Ctx) error {
	a, err := c.account(ctx)
	if err != nil {
		return err
	}
	list, err := c.Store.Recent(ctx.UserContext(), a.ID, ctx.Query("type"))
	if err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"recent": all(list)})
}
