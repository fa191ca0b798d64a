package handlers

import (
	"html/template"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// twoStep is the second step on the profile, or on a page of its own for who
// must set it up first.
type twoStep struct {
	store.TwoStep
	Must     bool // the role must have it
	Gate     bool // and nothing else opens before
	Password bool // is asked for; else the log-in has to be fresh
	QR       template.HTML
	Key      string       // in groups of four, to be typed
	Codes    []string     // new recovery codes, shown only now
	Text     string       // the same in lines, to copy
	File     template.URL // and to download
	Used     bool         // the log-in was by a recovery code
	Problems problems
}

func (c *Console) twoStep(ctx *fiber.Ctx) (d twoStep, err error) {
	me := who(ctx)
	if d.TwoStep, err = c.Store.TwoStep(ctx.UserContext(), me.ID); err != nil {
		return d, err
	}
	d.Password = me.Password
	if d.Must, err = c.Store.MustTwoStep(ctx.UserContext(), me.Role); err != nil {
		return d, err
	}
	if d.Gate, err = c.mustSetUp(ctx); err != nil {
		return d, err
	}
	if d.Fresh != "" {
		d.Key = inFours(d.Fresh)
		d.QR, err = qrCode(otpURL(c.issuer(ctx), me.Login, d.Fresh), c.text(ctx, "people.totp.qr"))
	}
	return d, err
}

// issuer is under which name an app lists the code: kfdesk, and of whom where
// that is one.
func (c *Console) issuer(ctx *fiber.Ctx) string {
	accounts, err := c.Store.Accounts(ctx.UserContext())
	if err != nil || len(accounts) != 1 {
		return "kfdesk"
	}
	return "kfdesk " + strings.ReplaceAll(accounts[0].Name, ":", " ")
}

// otpURL is what authenticator apps read from the picture.
func otpURL(issuer, login, key string) string {
	return "otpauth://totp/" + url.PathEscape(issuer+":"+login) + "?secret=" + key + "&issuer=" + url.PathEscape(issuer)
}

func inFours(key string) string {
	var groups []string
	for ; len(key) > 4; key = key[4:] {
		groups = append(groups, key[:4])
	}
	return strings.Join(append(groups, key), " ")
}

// renderTwoStep shows the second step where this agent finds it.
func (c *Console) renderTwoStep(ctx *fiber.Ctx, d twoStep, done string) error {
	if !d.Gate {
		return c.renderProfile(ctx, profilePage{TwoStep: &d, Problems: d.Problems, Done: done})
	}
	p := c.page(ctx, "people.must.title")
	p.D = struct{ TwoStep *twoStep }{&d}
	if len(d.Problems) > 0 {
		return again(ctx, "two_step", p)
	}
	return ctx.Render("two_step", p)
}

func (c *Console) pageTwoStep(ctx *fiber.Ctx) error {
	d, err := c.twoStep(ctx)
	if err != nil {
		return err
	}
	if left, err := strconv.Atoi(ctx.Query("recovery")); err == nil && left == d.Left {
		d.Used = true
	}
	return c.renderTwoStep(ctx, d, "")
}

// prove is Store.Prove for who asks.
func (c *Console) prove(ctx *fiber.Ctx) error {
	here, _ := ctx.Locals("session").(store.Session)
	return c.Store.Prove(ctx.UserContext(), who(ctx), &here, ctx.FormValue("old"), c.clientIP(ctx))
}

// postTwoStepStart makes a key to scan. Who has a second step already begins
// with postTwoStepDeed.
func (c *Console) postTwoStepStart(ctx *fiber.Ctx) error {
	if who(ctx).TOTP {
		return see(ctx, "/profile/two-step/change")
	}
	if no := c.prove(ctx); no != nil {
		faults, ok := c.passwordFaults(ctx, no, "start-old")
		if !ok {
			return no
		}
		d, err := c.twoStep(ctx)
		if err != nil {
			return err
		}
		d.Problems = faults
		return c.renderTwoStep(ctx, d, "")
	}
	if err := c.Store.StartTwoStep(ctx.UserContext(), who(ctx).ID); err != nil {
		return err
	}
	return see(ctx, "/profile/two-step#totp")
}

func (c *Console) postTwoStepCancel(ctx *fiber.Ctx) error {
	if err := c.Store.CancelTwoStep(ctx.UserContext(), who(ctx).ID); err != nil {
		return err
	}
	return see(ctx, "/profile/two-step")
}

// postTwoStep takes the first code of the new app. The recovery codes are in
// this answer and nowhere else.
func (c *Console) postTwoStep(ctx *fiber.Ctx) error {
	codes, err := c.Store.ConfirmTwoStep(ctx.UserContext(), c.actor(ctx), ctx.FormValue("code"))
	if store.Refused(err, "no_set_up") { // cancelled in another tab
		return see(ctx, "/profile/two-step")
	}
	faults, wrong := c.refusal(ctx, err, "code")
	if err != nil && !wrong {
		return err
	}
	if wrong {
		d, err := c.twoStep(ctx)
		if err != nil {
			return err
		}
		d.Problems = faults
		return c.renderTwoStep(ctx, d, "")
	}
	if err := c.renew(ctx); err != nil {
		return err
	}
	return c.showCodes(ctx, codes, "people.done.on")
}

func (c *Console) showCodes(ctx *fiber.Ctx, codes []string, done string) error {
	d, err := c.twoStep(ctx)
	if err != nil {
		return err
	}
	d.Codes = codes
	d.Text = strings.Join(codes, "\n")
	text := "kfdesk " + who(ctx).Login + "\r\n\r\n" + strings.Join(codes, "\r\n") + "\r\n"
	d.File = template.URL("data:text/plain;charset=utf-8," + url.PathEscape(text))
	return c.renderTwoStep(ctx, d, done)
}

// What is done to a second step after the password was typed again.
var twoStepDeeds = map[string]bool{"change": true, "off": true, "codes": true}

func (c *Console) pageTwoStepDeed(ctx *fiber.Ctx) error {
	if !twoStepDeeds[ctx.Params("deed")] {
		return fiber.ErrNotFound
	}
	return c.renderProfile(ctx, profilePage{Dialog: "two-step", Deed: ctx.Params("deed")})
}

func (c *Console) postTwoStepDeed(ctx *fiber.Ctx) error {
	me, deed := who(ctx), ctx.Params("deed")
	if !twoStepDeeds[deed] {
		return fiber.ErrNotFound
	}
	again := profilePage{Dialog: "two-step", Deed: deed}
	if err := c.prove(ctx); err != nil {
		return c.passwordProblem(ctx, err, "old", again)
	}
	switch deed {
	case "change":
		if err := c.Store.StartTwoStep(ctx.UserContext(), me.ID); err != nil {
			return err
		}
		return see(ctx, "/profile/two-step#totp")
	case "off":
		if err := c.Store.StopTwoStep(ctx.UserContext(), c.actor(ctx)); err != nil {
			return c.passwordProblem(ctx, err, "old", again)
		}
		return see(ctx, "/profile?done=totp_off")
	}
	codes, err := c.Store.RenewRecovery(ctx.UserContext(), c.actor(ctx))
	if err != nil {
		return c.passwordProblem(ctx, err, "old", again)
	}
	return c.showCodes(ctx, codes, "people.done.codes")
}
