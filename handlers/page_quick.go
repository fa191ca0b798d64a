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
	Vars       []string
	Supervisor bool   // may change the team's
	Dialog     string // delete, import, category or ""
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

// quickForm is one in the editor. ID 0: a new one.
type quickForm struct {
	store.QuickReply
	Content string // of a text
	Reply   string // what it shall send, when that was made anew and is no text: quickInput
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
	p.Entry = "quickpage.js"
	p.Boot = fiber.Map{"lang": p.Lang, "static": p.Static, "now": c.Store.Now().UnixMilli(), "me": me, "settings": editorSettings()}
	d.Vars = c.quickNamesHere(ctx)
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

// Here is how many the category has that is shown.
func (d *quickPage) Here() int {
	for _, c := range d.Categories {
		if c.Name == d.Category {
			return c.Count
		}
	}
	return 0
}

// Others are the categories that the replies of this one can go to.
func (d *quickPage) Others() (list []string) {
	for _, c := range d.Categories {
		if c.Name != d.Category {
			list = append(list, c.Name)
		}
	}
	return list
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

// quickNamesHere are the variables by their names in the language of the page.
func (c *Console) quickNamesHere(ctx *fiber.Ctx) []string {
	list := make([]string, len(quickVars))
	for i, v := range quickVars {
		list[i] = c.text(ctx, "quick.var."+v)
	}
	return list
}

// quickFormOf puts a quick reply into the editor.
func (c *Console) quickFormOf(ctx *fiber.Ctx, q store.QuickReply) (*quickForm, error) {
	f := &quickForm{QuickReply: q, Scope: "mine"}
	if q.Type == "text" {
		f.Content = quickContent(&q)
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
