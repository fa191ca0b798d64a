package handlers

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// quickPage is the list of quick replies with one of them in the editor beside
// it; a dialog may be over it.
type quickPage struct {
	List       []quickRow
	Categories []quickCategory
	Names      []string // of all categories, to choose from
	Team, Mine int      // how many there are
	Scope      string   // team, mine
	Category   string   // that is shown; "": all
	All        int      // in the scope
	Search     string
	Filter     string // these, as the query of an address
	Form       *quickForm
	Vars       []quickVar
	Supervisor bool   // may change the team's
	Dialog     string // delete, import or ""
	Report     *quickReport
	Problems   problems
}

type quickRow struct {
	store.QuickReply
	Content string // one line of it
}

type quickCategory struct {
	Name, Filter string
	Count        int
}

// quickVar is a variable that can be put in, and what it may become.
type quickVar struct{ Name, Sample string }

// quickForm is one in the editor. ID 0: a new one.
type quickForm struct {
	store.QuickReply
	Content string
	Scope   string
	Fixed   bool // the agent may not change it
	Editor  string
}

// quickPage begins the page; Form is left to the caller.
func (c *Console) quickPage(ctx *fiber.Ctx) (*Page, *quickPage, error) {
	me := who(ctx)
	list, err := c.Store.QuickReplies(ctx.UserContext(), me)
	if err != nil {
		return nil, nil, err
	}
	d := &quickPage{Scope: "team", Category: ctx.Query("category"), Search: strings.TrimSpace(ctx.Query("q")), Supervisor: me.Supervisor()}
	if ctx.Query("scope") == "mine" {
		d.Scope = "mine"
	}
	d.fill(list)
	d.Filter = d.filter(d.Category)
	p := c.page(ctx, "quick.title")
	d.Vars = c.quickSamples(ctx)
	p.D = d
	return p, d, nil
}

// fill puts the list into categories, and shows what is asked for.
func (d *quickPage) fill(list []store.QuickReply) {
	for _, q := range list {
		if !slices.Contains(d.Names, q.Category) && q.Category != "" {
			d.Names = append(d.Names, q.Category)
		}
		if q.Agent == 0 {
			d.Team++
		} else {
			d.Mine++
		}
		if (q.Agent != 0) != (d.Scope == "mine") {
			continue
		}
		d.All++
		if n := len(d.Categories); q.Category != "" && (n == 0 || d.Categories[n-1].Name != q.Category) {
			d.Categories = append(d.Categories, quickCategory{Name: q.Category, Filter: d.filter(q.Category)})
		}
		if q.Category != "" {
			d.Categories[len(d.Categories)-1].Count++
		}
		content := oneLine(quickWords(&q))
		if (d.Category == "" || d.Category == q.Category) && quickFits(&q, content, d.Search) {
			d.List = append(d.List, quickRow{q, content})
		}
	}
}

// filter is the query of an address that shows a category.
func (d *quickPage) filter(category string) string {
	v := url.Values{"scope": {d.Scope}}
	if category != "" {
		v.Set("category", category)
	}
	if d.Search != "" {
		v.Set("q", d.Search)
	}
	return "?" + v.Encode()
}

// quickWords is what can be read of a quick reply.
func quickWords(q *store.QuickReply) string {
	if q.Type == "text" {
		return quickContent(q)
	}
	var b struct {
		Title, Description, Transcript, MusicURL string
		Head                                     string `json:"head_content"`
	}
	_ = json.Unmarshal(q.Body, &b) // the store holds what was written by us
	return strings.Join(slices.DeleteFunc([]string{b.Title, b.Head, b.Description, b.Transcript, b.MusicURL}, func(s string) bool { return s == "" }), " ")
}

// quickFits tells whether a search finds one, by its words, initials or pinyin.
func quickFits(q *store.QuickReply, content, search string) bool {
	search = strings.ToLower(strings.TrimPrefix(search, "/"))
	var initials, full strings.Builder
	for _, word := range strings.Fields(q.Spelling) {
		if first, _, _ := strings.Cut(word, "/"); first != "-" {
			full.WriteString(first)
			initials.WriteString(string([]rune(first)[:1]))
		}
	}
	for _, in := range []string{strings.ToLower(q.Title), q.Code, initials.String(), full.String(), strings.ToLower(content)} {
		if strings.Contains(in, search) {
			return true
		}
	}
	return false
}

// quickSamples are the variables by their names here, with what they may become.
func (c *Console) quickSamples(ctx *fiber.Ctx) []quickVar {
	me := who(ctx)
	account, nick := "", me.Name
	if len(me.Bindings) > 0 {
		account, nick = me.Bindings[0].AccountName, me.Bindings[0].Nick
	}
	samples := map[string]string{"customer": c.text(ctx, "quick.sample.customer"), "agent": nick, "account": account,
		"date": c.text(ctx, "quick.sample.date"), "time": "14:05", "order": "20261126"}
	list := make([]quickVar, len(quickVars))
	for i, v := range quickVars {
		list[i] = quickVar{c.text(ctx, "quick.var."+v), samples[v]}
	}
	return list
}

// quickFormOf puts a quick reply into the editor.
func (c *Console) quickFormOf(ctx *fiber.Ctx, q store.QuickReply) (*quickForm, error) {
	f := &quickForm{QuickReply: q, Content: quickContent(&q), Scope: "mine"}
	if q.Type != "text" {
		f.Content = quickWords(&q)
	}
	if q.Agent == 0 {
		f.Scope, f.Fixed = "team", !who(ctx).Supervisor()
	}
	if q.UpdatedBy != 0 {
		editor, err := c.Store.Agent(ctx.UserContext(), q.UpdatedBy)
		if err != nil {
			return nil, err
		}
		f.Editor = editor.Name
	}
	return f, nil
}

// newQuick is an empty one for the editor. Who may change the team's makes those.
func (d *quickPage) newQuick() *quickForm {
	f := &quickForm{QuickReply: store.QuickReply{Type: "text", Category: d.Category}, Scope: d.Scope}
	if !d.Supervisor {
		f.Scope = "mine"
	}
	return f
}

func (c *Console) pageQuick(ctx *fiber.Ctx) error {
	p, d, err := c.quickPage(ctx)
	if err != nil {
		return err
	}
	if len(d.List) > 0 {
		d.Form, err = c.quickFormOf(ctx, d.List[0].QuickReply)
	} else if d.Search == "" && (d.Supervisor || d.Scope == "mine") {
		d.Form = d.newQuick()
	}
	if err != nil {
		return err
	}
	return ctx.Render("quick_replies", p)
}

func (c *Console) pageQuickNew(ctx *fiber.Ctx) error {
	p, d, err := c.quickPage(ctx)
	if err != nil {
		return err
	}
	d.Form = d.newQuick()
	return ctx.Render("quick_replies", p)
}

// pageQuickOne shows one in the editor, with the dialog that is asked for.
func (c *Console) pageQuickOne(dialog string) fiber.Handler {
	return func(ctx *fiber.Ctx) error {
		q, err := c.Store.QuickReply(ctx.UserContext(), who(ctx), pathID(ctx))
		if err != nil {
			return err
		}
		p, d, err := c.quickPage(ctx)
		if err != nil {
			return err
		}
		if d.Form, err = c.quickFormOf(ctx, q); err != nil {
			return err
		}
		d.Dialog = dialog
		return ctx.Render("quick_replies", p)
	}
}

// postQuick takes the editor's form, of a new one or of one that is there.
func (c *Console) postQuick(ctx *fiber.Ctx) error {
	me := who(ctx)
	q := store.QuickReply{ID: pathID(ctx), Category: ctx.FormValue("category"), Code: ctx.FormValue("code"), Title: ctx.FormValue("title"), Type: "text"}
	if ctx.FormValue("scope") != "team" {
		q.Agent = me.ID
	}
	content := strings.TrimSpace(ctx.FormValue("content"))
	var d store.Draft
	in := replyInput{Type: "text", Body: marshal(map[string]string{"content": content})}
	err := in.fill(&d)
	switch {
	case q.ID == 0 && err == nil:
		q, err = c.Store.AddQuickReply(ctx.UserContext(), me, q, d)
	case q.ID != 0:
		err = c.updateQuick(ctx, &q, d, err)
	}
	if err == nil {
		return see(ctx, "/quick-replies/"+itoa(q.ID)+"?"+url.Values{"scope": {ctx.FormValue("scope")}, "done": {"quick_saved"}}.Encode())
	}
	wrong, ok := c.refusal(ctx, err, "title")
	if !ok {
		return err
	}
	p, page, err := c.quickPage(ctx)
	if err != nil {
		return err
	}
	page.Problems = wrong
	page.Form = &quickForm{QuickReply: q, Content: content, Scope: ctx.FormValue("scope")}
	return again(ctx, "quick_replies", p)
}

// updateQuick changes one; only of a text the content is looked at.
func (c *Console) updateQuick(ctx *fiber.Ctx, q *store.QuickReply, d store.Draft, wrong error) error {
	old, err := c.Store.QuickReply(ctx.UserContext(), who(ctx), q.ID)
	if err != nil {
		return err
	}
	if q.Type, q.Body = old.Type, d.Body; old.Type == "text" && wrong != nil {
		return wrong
	}
	return c.Store.UpdateQuickReply(ctx.UserContext(), who(ctx), *q)
}

func (c *Console) postQuickDelete(ctx *fiber.Ctx) error {
	if err := c.Store.RemoveQuickReply(ctx.UserContext(), who(ctx), pathID(ctx)); err != nil {
		return err
	}
	return see(ctx, "/quick-replies?"+url.Values{"scope": {ctx.FormValue("scope")}, "done": {"quick_deleted"}}.Encode())
}

func (c *Console) postQuickMove(ctx *fiber.Ctx) error {
	if err := c.Store.MoveQuickReply(ctx.UserContext(), who(ctx), pathID(ctx), ctx.FormValue("to") == "up"); err != nil {
		return err
	}
	return see(ctx, localPath(ctx.FormValue("back")))
}
