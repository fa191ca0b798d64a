package handlers

import (
	"errors"
	"net/url"
	"regexp"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/wechat"
)

// ridView is what WeChat kept of a call, without what was sent: a customer may
// stand in it, and a token.
type ridView struct {
	Typed   string
	Problem string
	Found   bool
	At      int64
	MS      int64
	Path    string
	Answer  string
	IP      string
}

var (
	ridForm   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{1,16}-[0-9a-f]{1,16}`)
	longWords = regexp.MustCompile(`[A-Za-z0-9_-]{32,}`) // as tokens and secrets are
)

// pageAccountRID looks a rid up: it may be pasted with the words around it.
func (c *Console) pageAccountRID(ctx *fiber.Ctx) error {
	account, err := c.Store.Account(ctx.UserContext(), pathID(ctx))
	if err != nil {
		return err
	}
	v := ridView{Typed: cut(ctx.FormValue("rid"), 300)}
	rid := ridForm.FindString(v.Typed)
	if rid == "" {
		v.Problem = c.text(ctx, "doctor.rid.form")
	} else if kept, err := c.WeChat.RID(ctx.UserContext(), account.ID, rid); err != nil {
		v.Problem = c.ridProblem(ctx, err)
	} else {
		v = c.ridView(v.Typed, kept)
	}
	return c.renderAccount(ctx, func(d *accountPage) { d.RID = v })
}

func (c *Console) ridProblem(ctx *fiber.Ctx, err error) string {
	var said *wechat.Error
	if errors.As(err, &said) && (said.Code == 76001 || said.Code == 76002) {
		return c.text(ctx, "doctor.rid.unknown", "code", said.Code)
	}
	return c.syncFailure(ctx, err)
}

func (c *Console) ridView(typed string, kept wechat.RID) ridView {
	path := ""
	if u, err := url.Parse(kept.RequestURL); err == nil {
		path = u.Path
	}
	return ridView{Typed: typed, Found: true, At: int64(kept.InvokeTime) * 1000, MS: int64(kept.CostMS), Path: path, IP: kept.ClientIP,
		Answer: longWords.ReplaceAllString(strings.TrimSpace(cut(kept.ResponseBody, 1000)), "***")}
}
