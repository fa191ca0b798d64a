package handlers

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/wechat"
)

// wechatError is a refusal of WeChat in plain words, with its code.
func (c *Console) wechatError(ctx *fiber.Ctx, e *wechat.Error) string {
	key := "wxerr." + itoa(int64(e.Code))
	if !c.Texts.Has(DefaultLang, key) {
		return c.text(ctx, "wxerr.other", "errmsg", e.Msg, "code", e.Code)
	}
	return c.text(ctx, "page.check.code", "text", c.text(ctx, key), "code", e.Code)
}

// syncFailure says why a sync did not work.
func (c *Console) syncFailure(ctx *fiber.Ctx, err error) string {
	var said *wechat.Error
	if errors.As(err, &said) {
		return c.wechatError(ctx, said)
	}
	return c.text(ctx, "page.check.unreachable_desc")
}
