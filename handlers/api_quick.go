package handlers

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// quickVars are what {NAME} in a quick reply stands for. Its names are those of
// every language (quick.var.…), for colleagues read different ones. The browser
// fills them in; order has no value of its own: the agent writes it.
var quickVars = []string{"customer", "agent", "account", "date", "time", "order"}

// quickNames gives the variable of every name.
func (c *Console) quickNames() map[string]string {
	names := map[string]string{}
	for _, v := range quickVars {
		names[v] = v
		for _, lang := range Languages {
			names[c.Texts.T(lang, "quick.var."+v)] = v
		}
	}
	return names
}

func (c *Console) apiQuickReplies(ctx *fiber.Ctx) error {
	list, err := c.Store.QuickReplies(ctx.UserContext(), who(ctx))
	if err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"quickreplies": all(list), "variables": c.quickNames()})
}

func (c *Console) apiAddQuickReply(ctx *fiber.Ctx) error {
	var in struct {
		Scope    string          `json:"scope"`
		Account  int64           `json:"account"`
		Category string          `json:"category"`
		Code     string          `json:"code"`
		Title    string          `json:"title"`
		Type     string          `json:"type"`
		Body     json.RawMessage `json:"body"`
		Media    int64           `json:"media"`
		Thumb    int64           `json:"thumb"`
	}
	if err := bodyOf(ctx, &in); err != nil {
		return err
	}
	q := store.QuickReply{Account: in.Account, Category: in.Category, Code: in.Code, Title: in.Title}
	switch in.Scope {
	case "team":
	case "mine":
		q.Agent = who(ctx).ID
	default:
		return badBody("scope")
	}
	var d store.Draft
	content := replyInput{Type: in.Type, Body: in.Body, Media: in.Media, Thumb: in.Thumb}
	if err := content.fill(&d); err != nil {
		return err
	}
	if err := c.sendable(ctx, &d); err != nil {
		return err
	}
	q, err := c.Store.AddQuickReply(ctx.UserContext(), who(ctx), q, d)
	if err != nil {
		return err
	}
	return ctx.Status(fiber.StatusCreated).JSON(fiber.Map{"quickreply": q})
}

func (c *Console) apiUseQuickReply(ctx *fiber.Ctx) error {
	id, err := rowID(ctx)
	if err != nil {
		return err
	}
	q, err := c.Store.UseQuickReply(ctx.UserContext(), who(ctx), id)
	if err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"quickreply": q})
}
