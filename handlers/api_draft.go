package handlers

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// Most that a draft may hold.
const (
	draftMost  = 32 << 10 // bytes of its texts
	piecesMost = 100
)

func (c *Console) apiDrafts(ctx *fiber.Ctx) error {
	list, err := c.Store.SavedDrafts(ctx.UserContext(), who(ctx))
	if err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"drafts": all(list)})
}

func (c *Console) apiSaveDraft(ctx *fiber.Ctx) error {
	id, err := rowID(ctx)
	if err != nil {
		return err
	}
	var in struct {
		Mode     string   `json:"mode"`
		Text     string   `json:"text"`
		Pieces   []string `json:"pieces"`
		EditedAt int64    `json:"edited_at"`
	}
	if err := bodyOf(ctx, &in); err != nil {
		return err
	}
	if in.Mode == "" {
		in.Mode = "reply"
	}
	size := len(in.Text)
	for _, piece := range in.Pieces {
		size += len(piece)
	}
	switch {
	case !slices.Contains([]string{"reply", "note"}, in.Mode):
		return badBody("mode")
	case size > draftMost:
		return refused(fiber.StatusUnprocessableEntity, "too_long", "field", "text", "bytes", size, "most", draftMost)
	case len(in.Pieces) > piecesMost:
		return badBody("pieces")
	}
	d, err := c.Store.SaveDraft(ctx.UserContext(), who(ctx),
		store.SavedDraft{Conversation: id, Mode: in.Mode, Text: in.Text, Pieces: in.Pieces, EditedAt: in.EditedAt})
	if err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"draft": d})
}
