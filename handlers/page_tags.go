package handlers

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// tagGroup are the tags of one official account, with the form for one: a new
// one, or the one that is being changed.
type tagGroup struct {
	Account  store.Account
	Tags     []store.Tag
	Form     store.Tag
	Problems problems
}

// Colours are those of a tag.
func (tagGroup) Colours() []int { return []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10} }

// renderTags shows the tags; form is what was typed for one, and what is wrong
// with it.
func (c *Console) renderTags(ctx *fiber.Ctx, form store.Tag, faults problems, alert *Alert) error {
	accounts, err := c.Store.Accounts(ctx.UserContext())
	if err != nil {
		return err
	}
	groups := make([]tagGroup, len(accounts))
	for i, a := range accounts {
		groups[i] = tagGroup{Account: a}
		if groups[i].Tags, err = c.Store.Tags(ctx.UserContext(), a.ID); err != nil {
			return err
		}
		if a.ID == form.Account {
			groups[i].Form, groups[i].Problems = form, faults
		}
	}
	p := c.page(ctx, "page.tags.title")
	p.D, p.Alert = struct{ Groups []tagGroup }{groups}, alert
	switch {
	case faults != nil:
		return again(ctx, "settings_tags", p)
	case alert != nil:
		ctx.Status(fiber.StatusBadGateway)
	}
	return ctx.Render("settings_tags", p)
}

func (c *Console) pageTags(ctx *fiber.Ctx) error { return c.renderTags(ctx, store.Tag{}, nil, nil) }

func (c *Console) pageTag(ctx *fiber.Ctx) error {
	tag, err := c.Store.Tag(ctx.UserContext(), pathID(ctx))
	if err != nil {
		return err
	}
	return c.renderTags(ctx, tag, nil, nil)
}

func (c *Console) postTag(ctx *fiber.Ctx) error {
	tag := store.Tag{Account: formID(ctx, "account"), ID: formID(ctx, "id"), Name: ctx.FormValue("name"),
		Colour: int(formID(ctx, "colour")), VIP: int(formID(ctx, "vip"))}
	if tag.ID != 0 { // what cannot be changed is as it is
		old, err := c.Store.Tag(ctx.UserContext(), tag.ID)
		if err != nil {
			return err
		}
		tag.Account, tag.WechatID, tag.Count = old.Account, old.WechatID, old.Count
		if old.WechatID != 0 {
			tag.Name = old.Name
		}
	}
	err := c.Store.SetTag(ctx.UserContext(), c.actor(ctx), tag)
	if faults, ok := c.refusal(ctx, err, "name"); ok {
		return c.renderTags(ctx, tag, faults, nil)
	}
	if err != nil {
		return err
	}
	return see(ctx, "/settings/tags?done=tag_saved")
}

func (c *Console) postTagDelete(ctx *fiber.Ctx) error {
	err := c.Store.DeleteTag(ctx.UserContext(), c.actor(ctx), pathID(ctx))
	if err != nil {
		return err
	}
	return see(ctx, "/settings/tags?done=tag_deleted")
}

// postTagSync fetches WeChat's list while the admin waits.
func (c *Console) postTagSync(ctx *fiber.Ctx) error {
	id := formID(ctx, "account")
	if _, err := c.Store.Account(ctx.UserContext(), id); err != nil {
		return err
	}
	if err := c.WeChat.SyncTags(ctx.UserContext(), c.actor(ctx), id); err != nil {
		return c.renderTags(ctx, store.Tag{}, nil, &Alert{Title: c.text(ctx, "page.kf.sync_failed"), Text: c.syncFailure(ctx, err)})
	}
	return see(ctx, "/settings/tags?done=synced")
}

// formID is a number of a form, 0 when it is none.
func formID(ctx *fiber.Ctx, name string) int64 {
	n, _ := strconv.ParseInt(ctx.FormValue(name), 10, 64)
	return n
}
