package handlers

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// quickTypes are those of quick replies, in the order of the form. An article is
// mpnews or mpnewsarticle; the form has one name for both.
var quickTypes = []string{"text", "image", "voice", "video", "news", "mpnewsarticle", "msgmenu", "miniprogrampage", "wxcard", "music"}

func quickType(t string) string {
	if t == "mpnews" {
		return "mpnewsarticle"
	}
	return t
}

// quickInput is what the page's script sends of a reply that is no text.
type quickInput struct {
	Account int64           `json:"account"`
	Type    string          `json:"type"`
	Body    json.RawMessage `json:"body"`
	Media   int64           `json:"media"`
	Thumb   int64           `json:"thumb"`
}

// TypeChosen is the type as the form names it.
func (f *quickForm) TypeChosen() string { return quickType(f.Type) }

// JSON is the quick reply for the page's script.
func (f *quickForm) JSON() (string, error) {
	if len(f.Body) == 0 {
		return "null", nil
	}
	b, err := json.Marshal(f.QuickReply)
	return string(b), err
}

// postQuick takes the editor's form, of a new one or of one that is there.
func (c *Console) postQuick(ctx *fiber.Ctx) error {
	me := who(ctx)
	f := &quickForm{Content: strings.TrimSpace(ctx.FormValue("content")), Reply: ctx.FormValue("reply"), Scope: ctx.FormValue("scope")}
	if id := pathID(ctx); id != 0 {
		old, err := c.Store.QuickReply(ctx.UserContext(), me, id)
		if err != nil {
			return err
		}
		f.QuickReply = old
	}
	q := &f.QuickReply
	q.Category, q.Code, q.Title, q.Agent = ctx.FormValue("category"), ctx.FormValue("code"), ctx.FormValue("title"), 0
	if f.Scope != "team" {
		q.Agent = me.ID
	}
	d, err := c.quickDraft(ctx, f)
	switch {
	case err != nil:
	case q.ID == 0:
		*q, err = c.Store.AddQuickReply(ctx.UserContext(), me, *q, *d)
	default:
		err = c.Store.UpdateQuickReply(ctx.UserContext(), me, *q, d)
	}
	if err == nil {
		return see(ctx, "/quick-replies/"+itoa(q.ID)+"?"+url.Values{"scope": {f.Scope}, "done": {"quick_saved"}}.Encode())
	}
	wrong, ok := c.quickProblems(ctx, err)
	if !ok {
		return err
	}
	p, page, err := c.quickPage(ctx)
	if err != nil {
		return err
	}
	page.Problems, page.Form = wrong, f
	return again(ctx, "quick_replies", p)
}

// quickProblems is a no of the store, or of what WeChat takes, at its field of the
// form; what is said of a reply that is no text has one place.
func (c *Console) quickProblems(ctx *fiber.Ctx, err error) (problems, bool) {
	var said *problemError
	if errors.As(err, &said) && said.Status == fiber.StatusUnprocessableEntity {
		if said.Detail["field"] == "content" {
			return problems{"content": c.errorText(ctx, said)}, true
		}
		return problems{"reply": c.errorText(ctx, said)}, true
	}
	wrong, ok := c.refusal(ctx, err, "title")
	for field, text := range wrong {
		if !slices.Contains([]string{"title", "code", "category"}, field) {
			wrong = problems{"reply": text}
		}
	}
	return wrong, ok
}

// quickDraft is what the form's quick reply shall send; nil: what it sends now.
func (c *Console) quickDraft(ctx *fiber.Ctx, f *quickForm) (*store.Draft, error) {
	q := &f.QuickReply
	typed, old := ctx.FormValue("type"), quickType(q.Type)
	if typed == "" { // a form without a choice
		if typed = old; old == "" {
			typed = "text"
		}
	}
	in := replyInput{Type: typed}
	switch {
	case typed == "text":
		if old != "text" {
			q.Account = 0
		}
		in.Body = marshal(map[string]string{"content": f.Content})
	case f.Reply != "":
		var made quickInput
		if err := decode([]byte(f.Reply), &made); err != nil {
			return nil, err
		}
		if quickType(made.Type) != typed {
			return nil, empty("reply")
		}
		q.Account = made.Account
		in = replyInput{Type: made.Type, Body: made.Body, Media: made.Media, Thumb: made.Thumb}
	case q.ID != 0 && typed == old:
		return nil, nil
	default:
		q.Type, q.Body = typed, nil
		return nil, empty("reply")
	}
	d := &store.Draft{}
	err := in.fill(d)
	if err == nil {
		err = c.sendable(ctx, d)
	}
	q.Type, q.Body = in.Type, d.Body
	c.quickFiles(ctx, q, d)
	return d, err
}

// quickFiles shows the files of a reply that is not kept yet.
func (c *Console) quickFiles(ctx *fiber.Ctx, q *store.QuickReply, d *store.Draft) {
	file := func(id int64) *store.Media {
		m, err := c.Store.Media(ctx.UserContext(), id)
		if err != nil || !who(ctx).Sees(m.Account) {
			return nil
		}
		return &m
	}
	q.Media, q.Thumb = file(d.MediaID), file(d.ThumbID)
}

// pageQuickCategory asks for another name of a category, or whether it shall go.
func (c *Console) pageQuickCategory(ctx *fiber.Ctx) error { return c.quickCategory(ctx, nil) }

func (c *Console) quickCategory(ctx *fiber.Ctx, wrong problems) error {
	p, d, err := c.quickPage(ctx)
	if err != nil {
		return err
	}
	if d.Here() == 0 || d.Scope == "team" && !d.Supervisor {
		return see(ctx, "/quick-replies")
	}
	d.Dialog, d.Problems = "category", wrong
	if wrong != nil {
		return again(ctx, "quick_replies", p)
	}
	return ctx.Render("quick_replies", p)
}

// postQuickCategory renames a category, or puts its replies elsewhere: then it is
// gone.
func (c *Console) postQuickCategory(ctx *fiber.Ctx) error {
	team, to := ctx.Query("scope") == "team", strings.TrimSpace(ctx.FormValue("name"))
	done := "quick_renamed"
	switch ctx.FormValue("do") {
	case "keep":
		to, done = "", "quick_category_gone"
	case "move":
		to, done = ctx.FormValue("to"), "quick_category_gone"
	default:
		if to == "" {
			return c.quickCategory(ctx, problems{"name": c.errorText(ctx, explain(empty("name")))})
		}
	}
	err := c.Store.RenameQuickCategory(ctx.UserContext(), who(ctx), team, ctx.Query("category"), to)
	if wrong, ok := c.refusal(ctx, err, "name"); ok && store.Refused(err, "too_long") {
		return c.quickCategory(ctx, problems{"name": wrong["category"]})
	}
	if err != nil {
		return err
	}
	v := url.Values{"scope": {ctx.Query("scope")}, "done": {done}}
	if to != "" {
		v.Set("category", to)
	}
	return see(ctx, "/quick-replies?"+v.Encode())
}
