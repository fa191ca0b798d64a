package handlers

import (
	"regexp"
	"slices"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// Most that a draft may hold.
const (
	draftMost  = 32 << 10 // bytes of its texts and forms
	piecesMost = 100
	formsMost  = 20
	filesMost  = 50
)

// drafted is where a file may wait: in the composer, or in an editor.
var drafted = regexp.MustCompile(`^(image|[a-z]{1,20} (media|thumb))$`)

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
		Mode   string      `json:"mode"`
		Text   string      `json:"text"`
		Pieces []string    `json:"pieces"`
		Forms  store.Forms `json:"forms"`
		Files  []struct {
			Place string `json:"place"`
			Media int64  `json:"media"`
		} `json:"files"`
		EditedAt int64 `json:"edited_at"`
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
	for _, form := range in.Forms {
		size += len(form)
	}
	switch {
	case !slices.Contains([]string{"reply", "note"}, in.Mode):
		return badBody("mode")
	case size > draftMost:
		return refused(fiber.StatusUnprocessableEntity, "too_long", "field", "text", "bytes", size, "most", draftMost)
	case len(in.Pieces) > piecesMost:
		return badBody("pieces")
	case len(in.Forms) > formsMost:
		return badBody("forms")
	case len(in.Files) > filesMost:
		return badBody("files")
	}
	draft := store.SavedDraft{Conversation: id, Mode: in.Mode, Text: in.Text, Pieces: in.Pieces, Forms: in.Forms, EditedAt: in.EditedAt}
	for _, f := range in.Files {
		if !drafted.MatchString(f.Place) || f.Media <= 0 {
			return badBody("files")
		}
		draft.Files = append(draft.Files, store.Waits{Place: f.Place, Media: store.Media{ID: f.Media}})
	}
	d, err := c.Store.SaveDraft(ctx.UserContext(), who(ctx), draft)
	if err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"draft": d})
}
