package handlers

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// apiCustomer gives what the panel shows besides the customer's row.
func (c *Console) apiCustomer(ctx *fiber.Ctx) error {
	id, err := rowID(ctx)
	if err != nil {
		return err
	}
	since, err := c.since(ctx)
	if err != nil {
		return err
	}
	k, err := c.Store.Customer(ctx.UserContext(), who(ctx), id)
	if err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"since": since, "memos": all(k.Memos), "past": all(k.Past), "untold": all(k.Untold)})
}

func (c *Console) apiRemark(ctx *fiber.Ctx) error {
	var in struct {
		Remark string `json:"remark"`
	}
	if err := bodyOf(ctx, &in); err != nil {
		return err
	}
	return c.conversationDeed(ctx, func(id int64) (store.Conversation, error) {
		return c.Store.SetRemark(ctx.UserContext(), who(ctx), id, plainText(in.Remark))
	})
}

func (c *Console) apiVIP(ctx *fiber.Ctx) error {
	var in struct {
		Level int `json:"level"`
	}
	if err := bodyOf(ctx, &in); err != nil {
		return err
	}
	return c.conversationDeed(ctx, func(id int64) (store.Conversation, error) {
		return c.Store.SetVIP(ctx.UserContext(), who(ctx), id, in.Level)
	})
}

func (c *Console) apiTags(ctx *fiber.Ctx) error {
	var in struct {
		Add    []int64 `json:"add"`
		Remove []int64 `json:"remove"`
	}
	if err := bodyOf(ctx, &in); err != nil {
		return err
	}
	if len(in.Add) > store.TagsMost {
		return badBody("add")
	}
	if len(in.Remove) > store.TagsMost {
		return badBody("remove")
	}
	return c.conversationDeed(ctx, func(id int64) (store.Conversation, error) {
		return c.Store.TagCustomer(ctx.UserContext(), who(ctx), id, in.Add, in.Remove)
	})
}

func (c *Console) apiBlocked(ctx *fiber.Ctx) error {
	var in struct {
		Blocked bool `json:"blocked"`
	}
	if err := bodyOf(ctx, &in); err != nil {
		return err
	}
	return c.conversationDeed(ctx, func(id int64) (store.Conversation, error) {
		return c.Store.Block(ctx.UserContext(), who(ctx), id, in.Blocked)
	})
}

func (c *Console) apiAddMemo(ctx *fiber.Ctx) error { return c.memoDeed(ctx, c.Store.AddMemo) }

func (c *Console) apiSetMemo(ctx *fiber.Ctx) error { return c.memoDeed(ctx, c.Store.SetMemo) }

func (c *Console) memoDeed(ctx *fiber.Ctx, do func(context.Context, *store.Agent, int64, string) (store.Conversation, error)) error {
	var in struct {
		Text string `json:"text"`
	}
	if err := bodyOf(ctx, &in); err != nil {
		return err
	}
	return c.conversationDeed(ctx, func(id int64) (store.Conversation, error) {
		return do(ctx.UserContext(), who(ctx), id, plainText(in.Text))
	})
}
