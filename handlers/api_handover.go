package handlers

import (
	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// apiPresence takes the agent's own word on their presence.
func (c *Console) apiPresence(ctx *fiber.Ctx) error {
	var in struct {
		Presence string `json:"presence"`
	}
	if err := bodyOf(ctx, &in); err != nil {
		return err
	}
	me := *who(ctx)
	if err := c.Store.SetPresence(ctx.UserContext(), me.ID, in.Presence); err != nil {
		return err
	}
	me.Presence = in.Presence
	return ctx.JSON(fiber.Map{"me": me})
}

func (c *Console) apiTransfer(ctx *fiber.Ctx) error {
	var in struct {
		To   int64  `json:"to"`
		Note string `json:"note"`
	}
	if err := bodyOf(ctx, &in); err != nil {
		return err
	}
	if err := short("note", in.Note, noteMost); err != nil {
		return err
	}
	return c.conversationDeed(ctx, func(id int64) (store.Conversation, error) {
		return c.Store.Transfer(ctx.UserContext(), who(ctx), id, in.To, in.Note)
	})
}

func (c *Console) apiTakeOver(ctx *fiber.Ctx) error {
	return c.conversationDeed(ctx, func(id int64) (store.Conversation, error) {
		return c.Store.TakeOver(ctx.UserContext(), who(ctx), id)
	})
}

func (c *Console) apiInvite(ctx *fiber.Ctx) error {
	var in struct {
		To int64 `json:"to"`
	}
	if err := bodyOf(ctx, &in); err != nil {
		return err
	}
	return c.conversationDeed(ctx, func(id int64) (store.Conversation, error) {
		return c.Store.Invite(ctx.UserContext(), who(ctx), id, in.To)
	})
}

// apiEnd takes a reason, or no body at all.
func (c *Console) apiEnd(ctx *fiber.Ctx) error {
	var in struct {
		Reason string `json:"reason"`
	}
	if len(ctx.Body()) > 0 {
		if err := bodyOf(ctx, &in); err != nil {
			return err
		}
	}
	return c.conversationDeed(ctx, func(id int64) (store.Conversation, error) {
		return c.Store.EndFor(ctx.UserContext(), who(ctx), id, in.Reason)
	})
}

// endMost bounds how many conversations are closed at once.
const endMost = 200

func (c *Console) apiEndAll(ctx *fiber.Ctx) error {
	var in struct {
		IDs    []int64 `json:"ids"`
		Reason string  `json:"reason"`
	}
	if err := bodyOf(ctx, &in); err != nil {
		return err
	}
	if len(in.IDs) == 0 || len(in.IDs) > endMost {
		return badBody("ids")
	}
	list, err := c.Store.EndAll(ctx.UserContext(), who(ctx), in.IDs, in.Reason)
	if err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"conversations": all(list)})
}
