package handlers

import (
	"encoding/json"
	"path"
	"sort"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// ServiceWorker answers GET /sw.js: worker/shell.js with the build it belongs
// to. It is asked for anew each time, or a browser would stay with an old build.
func (a *Assets) ServiceWorker(ctx *fiber.Ctx) error {
	f, err := a.find("js/worker/shell.js")
	if err != nil {
		return err
	}
	body, err := f.body()
	if err != nil {
		return err
	}
	shell, err := json.Marshal(map[string]any{"base": a.Base, "files": a.shell()})
	if err != nil {
		return err
	}
	ctx.Set(fiber.HeaderCacheControl, "no-cache")
	ctx.Set(fiber.HeaderContentType, f.mime)
	return ctx.SendString("const SHELL = " + string(shell) + ";\n" + string(body))
}

// shell are the files that the page without a server needs.
func (a *Assets) shell() []string {
	files := []string{}
	for name := range a.files {
		switch {
		case name == "js/pages.js", strings.HasPrefix(name, "js/pages/"), name == "img/logo.svg", path.Dir(name) == "css":
			files = append(files, name)
		}
	}
	sort.Strings(files)
	return files
}

// pageOffline is what the service worker shows in place of any page while the
// server cannot be reached. It is the same for everybody.
func (c *Console) pageOffline(ctx *fiber.Ctx) error {
	return ctx.Render("offline", c.page(ctx, "keys.offline"))
}
