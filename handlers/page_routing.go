package handlers

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// routingPage is the form of the rules of an official account.
type routingPage struct {
	Account  store.Account
	Accounts []store.Account
	Rules    store.Rules // as typed
	Hits     map[store.KeywordHit]int
	Tags     []store.Tag
	Unsaved  bool // a button of the form changed it
	Problems problems
}

// levelRow is a VIP level in the form; N names its fields.
type levelRow struct {
	N int
	store.Level
}

// Levels are listed from the highest down.
func (d *routingPage) Levels() (list []levelRow) {
	for i, l := range d.Rules.Levels {
		list = append(list, levelRow{i + 1, l})
	}
	slices.Reverse(list)
	return list
}

// Blank is the row of a level that is added by the page's script.
func (d *routingPage) Blank() levelRow { return levelRow{0, newLevel(d.Rules.Levels)} }

func newLevel(levels []store.Level) store.Level {
	return store.Level{Name: "VIP " + strconv.Itoa(len(levels)+1), Target: 1, Look: "solid"}
}

// orders are what can decide in the queue.
var orders = []string{"closing", "overdue", "level", "waited"}

// Order is the whole order: what the rules do not name comes behind the waiting
// time, where it decides nothing.
func (d *routingPage) Order() []string {
	list := slices.Clone(d.Rules.Order)
	if !slices.Contains(list, "waited") {
		list = append(list, "waited")
	}
	for _, by := range orders {
		if !slices.Contains(list, by) {
			list = append(list, by)
		}
	}
	return list
}

// Gones are the minutes to choose from until an absent agent's conversations go
// back.
func (d *routingPage) Gones() []int {
	list := []int{0, 1, 3, 5, 10, 30}
	if d.Rules.Gone > 0 && !slices.Contains(list, d.Rules.Gone) {
		list = append(list, d.Rules.Gone)
		slices.Sort(list)
	}
	return append(list, -1)
}

// Reasons are edited one a line.
func (d *routingPage) Reasons() string { return strings.Join(d.Rules.Reasons, "\n") }

func routingPath(account int64) string { return "/settings/routing?account=" + itoa(account) }

// routed reads the official account that the page is about: the one asked for,
// else the first.
func (c *Console) routed(ctx *fiber.Ctx) (*routingPage, error) {
	accounts, err := c.Store.Accounts(ctx.UserContext())
	if err != nil || len(accounts) == 0 {
		return nil, err
	}
	d := &routingPage{Accounts: accounts, Account: accounts[0]}
	id := ctx.FormValue("account")
	for _, a := range accounts {
		if itoa(a.ID) == id {
			d.Account = a
		}
	}
	d.Rules = ownRules(d.Account.Rules)
	if d.Hits, err = c.Store.KeywordHits(ctx.UserContext(), d.Account.ID); err != nil {
		return nil, err
	}
	d.Tags, err = c.Store.Tags(ctx.UserContext(), d.Account.ID)
	return d, err
}

func (c *Console) renderRouting(ctx *fiber.Ctx, d *routingPage) error {
	p := c.page(ctx, "routing.title")
	p.D = d
	if len(d.Problems) > 0 {
		return again(ctx, "settings_routing", p)
	}
	return ctx.Render("settings_routing", p)
}

func (c *Console) pageRouting(ctx *fiber.Ctx) error {
	d, err := c.routed(ctx)
	if err != nil {
		return err
	}
	if d == nil {
		return see(ctx, "/accounts")
	}
	return c.renderRouting(ctx, d)
}

// postRouting saves the form, or does what a button of it says and shows it again.
func (c *Console) postRouting(ctx *fiber.Ctx) error {
	d, err := c.routed(ctx)
	if err != nil {
		return err
	}
	if d == nil {
		return see(ctx, "/accounts")
	}
	typedRules(ctx, &d.Rules)
	typedHours(ctx, &d.Rules.Hours)
	typedAutos(ctx, &d.Rules.Autos)
	if do := ctx.FormValue("do"); do != "" {
		d.Unsaved = true
		d.Rules.Order = d.Order()
		changeRules(&d.Rules, do)
		what, n, _ := strings.Cut(do, ":")
		changeAutos(&d.Rules, what, n)
		return c.renderRouting(ctx, d)
	}
	err = c.Store.SetRules(ctx.UserContext(), c.actor(ctx), d.Account.ID, d.Rules)
	if faults, ok := c.refusal(ctx, err, "levels"); ok {
		d.Problems, d.Unsaved = faults, true
		return c.renderRouting(ctx, d)
	}
	if err != nil {
		return err
	}
	return see(ctx, routingPath(d.Account.ID)+"&done=rules_saved")
}

// changeRules does what a button of the form says: add_level, drop_level, up:BY
// or down:BY.
func changeRules(r *store.Rules, do string) {
	what, by, _ := strings.Cut(do, ":")
	at := slices.Index(r.Order, by)
	switch {
	case what == "add_level":
		r.Levels = append(r.Levels, newLevel(r.Levels))
	case what == "drop_level" && len(r.Levels) > 0: // the highest: the others keep their customers
		r.Levels = r.Levels[:len(r.Levels)-1]
	case what == "up" && at > 0:
		r.Order[at-1], r.Order[at] = r.Order[at], r.Order[at-1]
	case what == "down" && at >= 0 && at+1 < len(r.Order):
		r.Order[at+1], r.Order[at] = r.Order[at], r.Order[at+1]
	}
}

// typedRules takes over what the form says; what it does not have stays.
func typedRules(ctx *fiber.Ctx, r *store.Rules) {
	r.Levels = nil
	for _, n := range typedList(ctx, "level") {
		r.Levels = append(r.Levels, store.Level{Name: ctx.FormValue("name-" + n), Target: typedNumber(ctx, "target-"+n), Look: ctx.FormValue("look-" + n)})
	}
	slices.Reverse(r.Levels)
	r.Order = typedList(ctx, "order")
	r.Target, r.Closing, r.Capacity, r.Silence = typedNumber(ctx, "target"), typedNumber(ctx, "closing"), typedNumber(ctx, "capacity"), typedNumber(ctx, "silence")
	r.Gone, r.Return, r.Idle, r.Undo = typedNumber(ctx, "gone"), typedNumber(ctx, "return"), typedNumber(ctx, "idle"), typedNumber(ctx, "undo")
	r.Reopen = typedNumber(ctx, "reopen")
	r.Assign, r.TakeOver = ctx.FormValue("assign"), ctx.FormValue("take_over")
	r.Reasons = nil
	for _, line := range strings.Split(ctx.FormValue("reasons"), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			r.Reasons = append(r.Reasons, line)
		}
	}
}

func typedList(ctx *fiber.Ctx, name string) (list []string) {
	for _, v := range ctx.Context().PostArgs().PeekMulti(name) {
		list = append(list, string(v))
	}
	return list
}

// notNumber is what stands for a field that holds no number: the store refuses
// it, at its field.
const notNumber = -99

func typedNumber(ctx *fiber.Ctx, name string) int {
	n, err := strconv.Atoi(strings.TrimSpace(ctx.FormValue(name)))
	if err != nil {
		return notNumber
	}
	return n
}

// pageSettings leads to the first page of the settings that the agent may see.
func (c *Console) pageSettings(ctx *fiber.Ctx) error {
	if who(ctx).Admin() {
		return see(ctx, "/settings/routing")
	}
	return see(ctx, "/profile")
}
