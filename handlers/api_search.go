package handlers

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

func (c *Console) apiSearch(ctx *fiber.Ctx) error {
	found, err := c.Store.Search(ctx.UserContext(), who(ctx), store.Query{
		Text: ctx.Query("q"), Names: strings.Fields(c.text(ctx, "inbox.names")),
		Account: number(ctx, "account"), Agent: number(ctx, "agent"), Dir: ctx.Query("dir"), Type: ctx.Query("type"), Tag: number(ctx, "tag"),
		From: number(ctx, "from"), To: number(ctx, "to"), Before: number(ctx, "before"),
	})
	if err != nil {
		return err
	}
	return ctx.JSON(found)
}
