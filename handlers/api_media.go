package handlers

import (
	"bytes"
	"errors"
	"image"
	_ "image/gif" // the formats WeChat takes
	_ "image/jpeg"
	_ "image/png"
	"mime"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// imageMost is what media/upload takes of a picture; pixelsMost keeps a picture
// that is small as a file and huge on the screen out of the browsers.
const (
	imageMost  = 10 << 20
	pixelsMost = 50_000_000
)

// apiUpload takes a file for a reply: the body is the file.
func (c *Console) apiUpload(ctx *fiber.Ctx) error {
	account := number(ctx, "account")
	if !who(ctx).Sees(account) {
		return store.ErrNotFound
	}
	if kind := ctx.Query("kind"); kind != "image" {
		return refused(fiber.StatusUnprocessableEntity, "bad_type", "field", "kind")
	}
	media, err := checkImage(ctx.Body())
	if err != nil {
		return err
	}
	media.Account, media.Kind = account, "image"
	if name, err := url.PathUnescape(ctx.Get("X-File-Name")); err == nil {
		media.Name = cut(plainText(filepath.Base(name)), 200)
	}
	if media.Hash, media.Size, err = c.Store.SaveFile(bytes.NewReader(ctx.Body()), imageMost); err != nil {
		return err
	}
	if media, err = c.Store.AddMedia(ctx.UserContext(), media); err != nil {
		return err
	}
	return ctx.Status(fiber.StatusCreated).JSON(fiber.Map{"media": media})
}

// checkImage looks at the bytes, never at the name: a picture WeChat takes, of
// a size that can be shown. Only the header is decoded.
func checkImage(b []byte) (store.Media, error) {
	if len(b) > imageMost {
		return store.Media{}, refused(fiber.StatusRequestEntityTooLarge, "too_large", "most_mb", imageMost>>20)
	}
	conf, format, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return store.Media{}, refused(fiber.StatusUnsupportedMediaType, "unsupported_media")
	}
	if conf.Width*conf.Height > pixelsMost {
		return store.Media{}, refused(fiber.StatusRequestEntityTooLarge, "too_many_pixels")
	}
	return store.Media{Mime: "image/" + format, Width: conf.Width, Height: conf.Height}, nil
}

// inlineTypes may be shown by a browser. All else is only given to be kept.
var inlineTypes = map[string]bool{"image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true,
	"audio/amr": true, "audio/mpeg": true, "audio/wav": true, "audio/ogg": true, "video/mp4": true}

// mediaFile gives the bytes of a medium to who may see its account. The type
// was found from the bytes; a file is never run, whatever it holds.
func (c *Console) mediaFile(ctx *fiber.Ctx) error {
	id, err := rowID(ctx)
	if err != nil {
		return err
	}
	d, err := c.Store.Media(ctx.UserContext(), id)
	if err != nil {
		return err
	}
	if !who(ctx).Sees(d.Account) || d.State != "ready" {
		return store.ErrNotFound
	}
	if err := ctx.SendFile(c.Store.FilePath(d.Hash)); err != nil {
		return errors.Join(errors.New("media file"), err)
	}
	if ctx.Response().StatusCode() >= http.StatusBadRequest {
		return store.ErrNotFound
	}
	kind := d.Mime
	if !inlineTypes[kind] {
		kind = "application/octet-stream"
	}
	ctx.Set(fiber.HeaderContentType, kind)
	ctx.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	ctx.Set(fiber.HeaderCacheControl, "private, max-age=31536000, immutable")
	if !inlineTypes[d.Mime] || ctx.Query("download") != "" {
		ctx.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": downloadName(d)}))
	}
	return nil
}

// downloadName is a name that is safe as a file's name everywhere.
func downloadName(d store.Media) string {
	name := strings.Map(func(r rune) rune {
		if r < 0x20 || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, d.Name)
	if name == "" {
		name = "kfdesk"
		if ext, err := mime.ExtensionsByType(d.Mime); err == nil && len(ext) > 0 {
			name += ext[0]
		}
	}
	return name
}
