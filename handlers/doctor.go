package handlers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/courier"
	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// The four ways in which a check ends, in the order in which they are shown.
const (
	checkBad  = "bad"
	checkWarn = "warn"
	checkFine = "ok"
	checkSkip = "skip" // not possible yet
)

// check is one line of the doctor's: what was found, and how it is mended.
type check struct {
	State          string
	Title, Text    string
	Steps          []string
	Copy, CopyName string
	Link, LinkText string // the place where it is mended
	Stable         bool   // offers the stable token
	At             int64
	Took           string
}

// Icon is the drawing for the state.
func (k check) Icon() string {
	return map[string]string{checkFine: "circle-check", checkBad: "circle-x", checkWarn: "triangle-alert", checkSkip: "circle-dashed"}[k.State]
}

// Away tells whether the link leads to another site.
func (k check) Away() bool { return strings.HasPrefix(k.Link, "https://") }

// exam is one examination of an account: what WeChat said, and what our own
// address looks like. Settings may change after it, so it is judged when shown.
type exam struct {
	courier.Examination
	Site site
}

// exams keeps the last one of each account, until its settings change.
type exams struct {
	mu   sync.Mutex
	last map[int64]exam
}

func (e *exams) keep(accountID int64, x exam) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.last == nil {
		e.last = map[int64]exam{}
	}
	e.last[accountID] = x
}

func (e *exams) forget(accountID int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.last, accountID)
}

func (e *exams) of(accountID int64) (exam, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	x, ok := e.last[accountID]
	return x, ok
}

// doctor judges one account for one reader.
type doctor struct {
	*Console
	ctx    *fiber.Ctx
	a      *store.Account
	x      exam
	pushed pushes
	denied bool // customers may not be written to
	list   []check
}

// check adds what was found, in the words that the catalogue has for it: key is
// the title, key.text the cause, key.step.1 and so on the remedy.
func (d *doctor) check(key, state string, args ...any) *check {
	k := check{State: state, Title: d.text(d.ctx, key, args...)}
	if d.Texts.Has(DefaultLang, key+".text") || d.Texts.Has(DefaultLang, key+".text.other") {
		k.Text = d.text(d.ctx, key+".text", args...)
	}
	for n := 1; d.Texts.Has(DefaultLang, fmt.Sprint(key, ".step.", n)); n++ {
		k.Steps = append(k.Steps, d.text(d.ctx, fmt.Sprint(key, ".step.", n), args...))
	}
	d.list = append(d.list, k)
	return &d.list[len(d.list)-1]
}

func (d *doctor) took(t time.Duration) string {
	return d.text(d.ctx, "doctor.took", "ms", max(1, t.Milliseconds()))
}

// platformSite is where official accounts are managed.
const platformSite = "https://mp.weixin.qq.com/"

// platform leads to WeChat's own site, where most mistakes are mended.
func (k *check) platform(d *doctor) *check {
	return k.to(platformSite, d.text(d.ctx, "doctor.to.platform"))
}

func (k *check) to(link, text string) *check { k.Link, k.LinkText = link, text; return k }

func (k *check) copy(value, name string) *check { k.Copy, k.CopyName = value, name; return k }

// diagnose judges the last examination of an account; nil when there was none.
func (c *Console) diagnose(ctx *fiber.Ctx, a *store.Account) (*doctor, bool) {
	x, ok := c.exams.of(a.ID)
	d := &doctor{Console: c, ctx: ctx, a: a, x: x, pushed: c.pushes.read(a.ID, c.Store.Now().UnixMilli())}
	if !ok {
		return d, false
	}
	d.ofWeChat()
	d.ofCallback()
	order := []string{checkBad, checkWarn, checkFine, checkSkip}
	slices.SortStableFunc(d.list, func(a, b check) int { return slices.Index(order, a.State) - slices.Index(order, b.State) })
	d.hide()
	return d, true
}

// hide takes out what must never be shown, in case WeChat's own words repeat it.
func (d *doctor) hide() {
	for _, secret := range []string{d.a.Secret, d.a.CallbackToken, d.a.AESKey, d.a.CallbackTokenPrevious, d.a.AESKeyPrevious} {
		if secret == "" {
			continue
		}
		for i := range d.list {
			d.list[i].Text = strings.ReplaceAll(d.list[i].Text, secret, "***")
		}
	}
}

func (d *doctor) count(state string) (n int) {
	for _, k := range d.list {
		if k.State == state {
			n++
		}
	}
	return n
}

// report is the diagnosis as a text to send to somebody: no value that is to be
// copied is in it, for some are secrets, but for the address of this server.
func (d *doctor) report() string {
	var b strings.Builder
	fmt.Fprintf(&b, "kfdesk %s · %s · %s · %s · %s\n", d.Version, d.a.AppID, d.a.OriginalID, d.a.Mode, d.a.TokenKind)
	fmt.Fprintf(&b, "%s, %d ms\n", time.UnixMilli(d.x.At).UTC().Format(time.RFC3339), d.x.Took.Milliseconds())
	for _, k := range d.list {
		fmt.Fprintf(&b, "[%s] %s: %s", k.State, k.Title, k.Text)
		if addressInError.MatchString(k.Copy) {
			fmt.Fprintf(&b, " %s", k.Copy)
		}
		if k.Took != "" {
			fmt.Fprintf(&b, " (%s)", k.Took)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// postAccountCheck lets the doctor ask WeChat, and looks at our own address.
func (c *Console) postAccountCheck(ctx *fiber.Ctx) error {
	account, err := c.Store.Account(ctx.UserContext(), pathID(ctx))
	if err != nil {
		return err
	}
	looked := make(chan site, 1)
	go func(where context.Context, base string) { looked <- visit(where, base) }(ctx.UserContext(), c.publicURL(ctx))
	answers, err := c.WeChat.Examine(ctx.UserContext(), account.ID)
	x := exam{answers, <-looked}
	if err != nil {
		return err
	}
	c.exams.keep(account.ID, x)
	return see(ctx, accountPath(account.ID)+"#check-title")
}

// errcode is WeChat's errcode of an answer, 0 when there was none.
func errcode(a courier.Answer) int { return wechat.Code(a.Err) }
