package handlers

import "github.com/gofiber/fiber/v2"

// pageBackupOld asks before what a restore moved aside is deleted.
func (c *Console) pageBackupOld(ctx *fiber.Ctx) error {
	old, err := c.Backups.Former(ctx.Params("old"))
	if err != nil {
		return err
	}
	return c.renderBackup(ctx, &backupPage{Dialog: "old", Old: old})
}

func (c *Console) postBackupOld(ctx *fiber.Ctx) error {
	if err := c.Backups.DeleteFormer(ctx.UserContext(), c.actor(ctx), ctx.Params("old")); err != nil {
		return err
	}
	return see(ctx, backupPath+"?done=backup_deleted")
}
