package handlers

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

func (c *Console) pageAccountKeys(ctx *fiber.Ctx) error {
	return c.renderAccount(ctx, func(d *accountPage) { d.Dialog = "keys" })
}

// changeAccount stores a change of an account's settings, after which the doctor
// has to look again.
func (c *Console) changeAccount(ctx *fiber.Ctx, change func(*store.Account)) (store.Account, error) {
	account, err := c.Store.Account(ctx.UserContext(), pathID(ctx))
	if err != nil {
		return account, err
	}
	if account.Component != 0 {
		return account, refused(fiber.StatusConflict, "of_component")
	}
	change(&account)
	if err := c.Store.UpdateAccount(ctx.UserContext(), c.actor(ctx), account); err != nil {
		return account, err
	}
	c.exams.forget(account.ID)
	return account, nil
}

// postAccountKeys makes a new callback token and AES key. The store keeps the old
// ones, for pushes under them may still come.
func (c *Console) postAccountKeys(ctx *fiber.Ctx) error {
	account, err := c.changeAccount(ctx, func(a *store.Account) { a.CallbackToken, a.AESKey = newKey(32), newKey(43) })
	if err != nil {
		return err
	}
	return see(ctx, accountPath(account.ID)+"?done=account_keys")
}

// postAccountKeysEnd takes no more pushes under the former token and key.
func (c *Console) postAccountKeysEnd(ctx *fiber.Ctx) error {
	if err := c.Store.EndFormerKeys(ctx.UserContext(), c.actor(ctx), pathID(ctx)); err != nil {
		return err
	}
	return see(ctx, accountPath(pathID(ctx))+"?done=account_keys_end")
}

func (c *Console) pageAccountSecret(ctx *fiber.Ctx) error {
	return c.renderAccount(ctx, func(d *accountPage) { d.Dialog = "secret" })
}

// postAccountSecret replaces the AppSecret, which is never shown.
func (c *Console) postAccountSecret(ctx *fiber.Ctx) error {
	secret := strings.TrimSpace(ctx.FormValue("secret"))
	account, err := c.changeAccount(ctx, func(a *store.Account) { a.Secret = secret })
	if faults, ok := c.refusal(ctx, err, "secret"); ok {
		kept, err := c.Store.Account(ctx.UserContext(), account.ID)
		if err != nil {
			return err
		}
		d := c.accountPage(ctx, kept)
		d.Dialog, d.Problems = "secret", faults
		p, err := c.accountView(ctx, d)
		if err != nil {
			return err
		}
		return again(ctx, "account", p)
	}
	if err != nil {
		return err
	}
	return see(ctx, accountPath(account.ID)+"?done=account_secret")
}

// postAccountStable is the doctor's remedy for a token that others put out.
func (c *Console) postAccountStable(ctx *fiber.Ctx) error {
	account, err := c.changeAccount(ctx, func(a *store.Account) { a.TokenKind = "stable" })
	if err != nil {
		return err
	}
	return see(ctx, accountPath(account.ID)+"?done=account_saved")
}
