package handlers

import (
	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/wechat"
)

// scaleAbove is from where on pictures are scaled down in the browser before the
// upload.
const scaleAbove = 2 << 20

// pageInbox is the shell of the inbox; its data come through the JSON API.
func (c *Console) pageInbox(ctx *fiber.Ctx) error {
	me := who(ctx)
	accounts, err := c.Store.Accounts(ctx.UserContext())
	if err != nil {
		return err
	}
	if len(accounts) == 0 && me.Admin() {
		return see(ctx, "/setup/connect")
	}
	since, err := c.since(ctx)
	if err != nil {
		return err
	}
	p := c.page(ctx, "inbox.title")
	p.Entry = "inbox.js"
	p.Boot = fiber.Map{"lang": p.Lang, "static": p.Static, "since": since, "now": c.Store.Now().UnixMilli(), "me": me,
		"sandbox": p.Sandbox, "version": p.Version, "settings": editorSettings()}
	return ctx.Render("inbox", p)
}

// editorSettings are what the editors of the browser must know.
func editorSettings() fiber.Map {
	return fiber.Map{"text_limit": textMost, "image_limit": wechat.FileRules["image"].Most, "image_scale_above": scaleAbove,
		"voice_limit": wechat.FileRules["voice"].Most, "video_limit": wechat.FileRules["video"].Most}
}

// pagePhone is the shell of the sandbox's phones.
func (c *Console) pagePhone(ctx *fiber.Ctx) error {
	p := c.page(ctx, "phone.title")
	p.Entry = "phone.js"
	p.Boot = fiber.Map{"lang": p.Lang, "static": p.Static, "now": c.Store.Now().UnixMilli(), "sandbox": true}
	return ctx.Render("phone", p)
}

// pageConsent is the sandbox's imitation of WeChat's authorisation page.
func (c *Console) pageConsent(ctx *fiber.Ctx) error {
	p := c.page(ctx, "component.consent.title")
	p.Entry = "consent.js"
	scopes := fiber.Map{}
	for _, id := range []int{1, 2, 6, 11, 15} {
		scopes[itoa(int64(id))] = c.scopeName(ctx, id)
	}
	p.Boot = fiber.Map{"lang": p.Lang, "static": p.Static, "sandbox": true, "scopes": scopes}
	return ctx.Render("phone_authorise", p)
}
