package handlers

import "github.com/gofiber/fiber/v2"

// openAPI gives the description of the JSON API, for those who build on it.
func (c *Console) openAPI(ctx *fiber.Ctx) error {
	f, err := c.Assets.find("openapi.json")
	if err != nil {
		return err
	}
	return send(ctx, f)
}
