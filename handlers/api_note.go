package handlers

import (
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// What an internal note may have.
const (
	noteMost     = 4000 // characters
	mentionsMost = 50
)

func (c *Console) apiNote(ctx *fiber.Ctx) error {
	id, err := rowID(ctx)
	if err != nil {
		return err
	}
	var in struct {
		ClientID string  `json:"client_id"`
		Content  string  `json:"content"`
		Mentions []int64 `json:"mentions"`
	}
	if err := bodyOf(ctx, &in); err != nil {
		return err
	}
	if n := len(in.ClientID); n < 8 || n > 64 {
		return refused(fiber.StatusUnprocessableEntity, "bad_client_id", "field", "client_id")
	}
	content := strings.TrimSpace(plainText(in.Content))
	switch n := utf8.RuneCountInString(content); {
	case n == 0:
		return refused(fiber.StatusUnprocessableEntity, "empty_note", "field", "content")
	case n > noteMost:
		return refused(fiber.StatusUnprocessableEntity, "long_note", "field", "content", "limit", noteMost)
	case len(in.Mentions) > mentionsMost:
		return badBody("mentions")
	}
	m, v, again, err := c.Store.AddNote(ctx.UserContext(), who(ctx), id,
		store.Note{ClientID: in.ClientID, Content: content, Mentions: in.Mentions})
	if err != nil {
		return err
	}
	if !again {
		ctx.Status(fiber.StatusCreated)
	}
	return ctx.JSON(fiber.Map{"message": m, "conversation": v})
}

// apiMentions lists the notes and the hand-overs that the agent has not seen.
func (c *Console) apiMentions(ctx *fiber.Ctx) error {
	list, err := c.Store.Mentions(ctx.UserContext(), who(ctx))
	if err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"mentions": all(list)})
}

func (c *Console) apiSeen(ctx *fiber.Ctx) error {
	id, err := rowID(ctx)
	if err != nil {
		return err
	}
	if err := c.Store.SeeMention(ctx.UserContext(), who(ctx), id); err != nil {
		return err
	}
	return c.apiMentions(ctx)
}
