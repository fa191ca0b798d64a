package handlers

import (
	"cmp"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// auditKinds are what the log is filtered by, each with the nouns of its deeds.
var auditKinds = []auditKind{
	{"conversation", []string{"conversation"}},
	{"kf", []string{"kf"}},
	{"connection", []string{"account", "component"}},
	{"members", []string{"agent", "login"}},
	{"customer", []string{"customer", "message"}},
	{"backup", []string{"backup"}},
	{"settings", []string{"setting", "tag", "quickreply", "audit"}},
}

type auditKind struct {
	Name  string
	nouns []string
}

// auditTimes are the stretches of time to choose from, in days.
var auditTimes = map[string]int{"7": 7, "30": 30}

// auditZone is where the days of the log begin: in Beijing, as those of the rules.
var auditZone = time.FixedZone("", 8*60*60)

type auditPage struct {
	Kinds    []auditKind
	Text     string
	Kind     string
	Time     string // 7, 30, all or range
	From, To string // dates of a range, To inclusive
	Filter   string // "?…" of all that, "" for none
	Days     []auditDay
	Count    int
	Kept     int    // days
	Older    string // address of the next page, "" for none
	Later    bool   // this is not the first page
	Row      *auditRow
	Problems problems

	after int64
}

type auditDay struct {
	Title string
	Rows  []auditRow
}

// auditRow is a row in words.
type auditRow struct {
	store.Audited
	Avatar              int64
	Who, From           string
	Does, Object, Extra string
	Clock, Date         string
}

// audited reads what the address asks for.
func (c *Console) audited(ctx *fiber.Ctx) (*auditPage, store.AuditQuery) {
	d := &auditPage{Kinds: auditKinds, Text: strings.TrimSpace(cut(ctx.Query("q"), 200)), Time: ctx.Query("time", "7"), Problems: problems{}}
	q := store.AuditQuery{Text: d.Text}
	for _, k := range auditKinds {
		if k.Name == ctx.Query("kind") {
			d.Kind, q.Nouns = k.Name, k.nouns
		}
	}
	now := c.Store.Now().In(auditZone)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, auditZone)
	switch days, ok := auditTimes[d.Time]; {
	case ok:
		q.From = today.AddDate(0, 0, 1-days).UnixMilli()
	case d.Time == "range":
		d.From, d.To = ctx.Query("from"), ctx.Query("to")
		q.From = c.auditDate(ctx, d, "from", d.From, 0)
		q.To = c.auditDate(ctx, d, "to", d.To, 1)
	default:
		d.Time = "all"
	}
	d.Filter = d.address(0)
	q.After, _ = strconv.ParseInt(ctx.Query("after"), 10, 64)
	d.after, d.Later = q.After, q.After > 0
	return d, q
}

// auditDate reads a date and gives the time when it, or the day plus days later,
// begins; 0 for none.
func (c *Console) auditDate(ctx *fiber.Ctx, d *auditPage, field, text string, plus int) int64 {
	if text == "" {
		return 0
	}
	day, err := time.ParseInLocation(time.DateOnly, text, auditZone)
	if err != nil {
		d.Problems[field] = c.text(ctx, "audit.bad_date")
		return 0
	}
	return day.AddDate(0, 0, plus).UnixMilli()
}

// Times are the stretches of time to choose from.
func (d *auditPage) Times() []string { return []string{"7", "30", "all", "range"} }

// Here is the page behind a row's dialog; Open is that of a row's details.
func (d *auditPage) Here() string { return "/audit" + d.address(d.after) }

func (d *auditPage) Open(id int64) string { return "/audit/" + itoa(id) + d.address(d.after) }

// address is the query of what was chosen, with a page of it.
func (d *auditPage) address(after int64) string {
	v := url.Values{}
	for name, value := range map[string]string{"q": d.Text, "kind": d.Kind, "from": d.From, "to": d.To} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if d.Time != "7" {
		v.Set("time", d.Time)
	}
	if after > 0 {
		v.Set("after", itoa(after))
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

func (c *Console) pageAudit(ctx *fiber.Ctx) error {
	d, q := c.audited(ctx)
	list, err := c.Store.Audit(ctx.UserContext(), q)
	if err != nil {
		return err
	}
	if d.Count, err = c.Store.AuditCount(ctx.UserContext(), q); err != nil {
		return err
	}
	if d.Kept, err = c.Store.Number(ctx.UserContext(), "audit_days"); err != nil {
		return err
	}
	say, err := c.auditWords(ctx)
	if err != nil {
		return err
	}
	if id := pathID(ctx); id != 0 {
		one, err := c.Store.AuditRow(ctx.UserContext(), id)
		if err != nil {
			return err
		}
		row := say(one)
		d.Row = &row
	}
	for _, one := range list {
		row := say(one)
		if n := len(d.Days); n == 0 || d.Days[n-1].Rows[0].Date != row.Date {
			d.Days = append(d.Days, auditDay{Title: c.auditDay(ctx, one.At)})
		}
		day := &d.Days[len(d.Days)-1]
		day.Rows = append(day.Rows, row)
	}
	if len(list) == store.AuditPage {
		d.Older = "/audit" + d.address(list[len(list)-1].ID)
	}
	p := c.page(ctx, "audit.title")
	p.D = d
	return ctx.Render("audit", p)
}

// auditDay is a day of the log in words.
func (c *Console) auditDay(ctx *fiber.Ctx, ms int64) string {
	at, now := time.UnixMilli(ms).In(auditZone), c.Store.Now().In(auditZone)
	weekday := (int(at.Weekday())+6)%7 + 1 // Monday is the first
	text := c.text(ctx, "audit.date", "month", c.text(ctx, "audit.month."+strconv.Itoa(int(at.Month()))), "day", at.Day(),
		"weekday", c.text(ctx, "routing.day."+strconv.Itoa(weekday)))
	switch at.Format(time.DateOnly) {
	case now.Format(time.DateOnly):
		return c.text(ctx, "inbox.day.today", "date", text)
	case now.AddDate(0, 0, -1).Format(time.DateOnly):
		return c.text(ctx, "inbox.day.yesterday", "date", text)
	}
	if at.Year() != now.Year() {
		return strconv.Itoa(at.Year()) + " " + text
	}
	return text
}

// auditWords gives what turns rows into words.
func (c *Console) auditWords(ctx *fiber.Ctx) (func(store.Audited) auditRow, error) {
	agents, err := c.Store.Agents(ctx.UserContext())
	if err != nil {
		return nil, err
	}
	lang := c.lang(ctx) // the words outlive the request
	avatars, names := map[int64]int64{}, map[string]string{}
	for _, a := range agents {
		avatars[a.ID], names[a.Login] = avatarOf(a.Bindings), a.Name
	}
	return func(d store.Audited) auditRow {
		at := time.UnixMilli(d.At).In(auditZone)
		row := auditRow{Audited: d, Avatar: avatars[d.Agent], Who: d.Name, From: d.IP, Object: d.Subject, Extra: d.Detail,
			Clock: at.Format(time.TimeOnly), Date: at.Format(time.DateOnly)}
		row.Does = c.auditText(lang, "audit."+d.Deed, d.Deed)
		row.Extra = c.auditDetail(lang, &d)
		if d.Agent == 0 {
			row.Who = c.Texts.T(lang, "audit.system")
		}
		if ip, err := netip.ParseAddr(d.IP); d.IP == "" || err == nil && ip.IsLoopback() {
			row.From = c.Texts.T(lang, "audit.here")
		}
		noun, _, _ := strings.Cut(d.Deed, ".")
		switch {
		case d.Customer != 0 && d.Subject == "":
			row.Object = c.auditCustomer(lang, &d)
		case noun == "agent" && names[d.Subject] != "":
			row.Object = names[d.Subject]
		case noun == "account" && d.Account != "":
			row.Object = d.Account
		case noun == "setting":
			row.Object = c.auditText(lang, "data."+d.Subject, d.Subject)
		case noun == "login":
			c.auditLogin(lang, &row, names)
		}
		return row
	}, nil
}

// auditLogin words a log-in: by whom stands beside it already, but for one that was
// refused to somebody who is not known yet.
func (c *Console) auditLogin(lang string, row *auditRow, names map[string]string) {
	row.Object = ""
	switch row.Deed {
	case "login.browser", "login.oidc", "login.end":
		row.Extra, _ = c.device(lang, &store.Session{Kind: "browser", Name: row.Detail})
	case "login.refused":
		if row.Agent == 0 {
			row.Object = cmp.Or(names[row.Subject], row.Subject, c.Texts.T(lang, "audit.login.nobody"))
		}
	}
}

// auditDetail is what more there is to say of a deed, with texts for codes.
func (c *Console) auditDetail(lang string, d *store.Audited) string {
	known := d.Detail
	switch d.Deed {
	case "agent.update", "setting.security":
		var list []string
		for _, line := range strings.Split(d.Detail, "\n") {
			list = append(list, c.auditChange(lang, line))
		}
		return strings.Join(list, c.Texts.T(lang, "audit.comma"))
	case "message.raw":
		known = c.auditText(lang, "inbox.type."+d.Detail, d.Detail)
	}
	return c.auditText(lang, "audit.detail."+d.Deed+"."+d.Detail, known)
}

// auditChange is a line of a deed's changes: "field: before → after", or a field.
func (c *Console) auditChange(lang, line string) string {
	field, change, valued := strings.Cut(line, ": ")
	name := c.auditText(lang, "audit.field."+field, field)
	if !valued {
		return name
	}
	const arrow = " → "
	before, after, _ := strings.Cut(change, arrow)
	value := func(v string) string {
		if v == "" {
			return c.Texts.T(lang, "audit.value.empty")
		}
		return c.auditText(lang, "audit.value."+field+"."+v, v)
	}
	return c.Texts.T(lang, "audit.field", "field", name, "change", value(before)+arrow+value(after))
}

// auditText is a text of the catalogue; what it does not know is shown as it is.
func (c *Console) auditText(lang, key, known string) string {
	if !c.Texts.Has(lang, key) {
		return known
	}
	return c.Texts.T(lang, key)
}

func (c *Console) auditCustomer(lang string, d *store.Audited) string {
	if d.Erased {
		return c.Texts.T(lang, "audit.erased", "id", d.Customer)
	}
	return c.customerName(lang, d.OpenID, d.Remark)
}

// customerName is what agents call a customer; lib/people.js has the same.
func (c *Console) customerName(lang, openid, remark string) string {
	words := strings.Fields(c.Texts.T(lang, "inbox.names"))
	if remark != "" || len(words) == 0 {
		return remark
	}
	return words[int(store.NameNumber(openid))%len(words)] + " " + openid[max(0, len(openid)-4):]
}

// knownNoun tells whether deeds of a noun are found by one of the kinds.
func knownNoun(noun string) bool {
	return slices.ContainsFunc(auditKinds, func(k auditKind) bool { return slices.Contains(k.nouns, noun) })
}
