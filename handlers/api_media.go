package handlers

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // the formats WeChat takes
	_ "image/jpeg"
	_ "image/png"
	"io"
	"mime"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

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
	account, err := c.Store.Account(ctx.UserContext(), number(ctx, "account"))
	if err != nil {
		return err
	}
	if !who(ctx).Sees(account.ID) {
		return store.ErrNotFound
	}
	if kind := ctx.Query("kind"); kind != "image" {
		return refused(fiber.StatusUnprocessableEntity, "bad_type", "field", "kind")
	}
	media, err := checkImage(ctx.Body())
	if err != nil {
		return err
	}
	media.Account, media.Kind = account.ID, "image"
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

// sendable are the formats that media/upload takes of a picture. The program
// reads more of them elsewhere, so that DecodeConfig knows those too.
var sendable = map[string]bool{"jpeg": true, "png": true, "gif": true}

// checkImage looks at the bytes, never at the name: a picture WeChat takes, of
// a size that can be shown. Only the header is decoded.
func checkImage(b []byte) (store.Media, error) {
	if len(b) > imageMost {
		return store.Media{}, refused(fiber.StatusRequestEntityTooLarge, "too_large", "most_mb", imageMost>>20)
	}
	conf, format, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil || !sendable[format] {
		return store.Media{}, refused(fiber.StatusUnsupportedMediaType, "unsupported_media")
	}
	if conf.Width*conf.Height > pixelsMost {
		return store.Media{}, refused(fiber.StatusRequestEntityTooLarge, "too_many_pixels")
	}
	return store.Media{Mime: "image/" + format, Width: conf.Width, Height: conf.Height}, nil
}

// showable are the types that a browser may show, with the end of their files'
// names. All else is only given to be kept.
var showable = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp",
	"audio/amr": ".amr", "audio/mpeg": ".mp3", "audio/wav": ".wav", "audio/ogg": ".ogg", "video/mp4": ".mp4"}

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
	if err := sendFile(ctx, c.Store.FilePath(d.Hash)); err != nil {
		return err
	}
	kind := d.Mime
	if showable[kind] == "" {
		kind = fiber.MIMEOctetStream
	}
	ctx.Set(fiber.HeaderContentType, kind)
	ctx.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	ctx.Set(fiber.HeaderCacheControl, "private, max-age=31536000, immutable")
	if kind != d.Mime || ctx.Query("download") != "" {
		ctx.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": downloadName(d)}))
	}
	return nil
}

// sendFile streams a file, or the part of it that is asked for, as players do.
// Fiber's own reads the path as a URL, so that some folders' names break it.
func sendFile(ctx *fiber.Ctx, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	ctx.Set(fiber.HeaderAcceptRanges, "bytes")
	first, last := 0, int(info.Size())-1
	if wanted := ctx.Get(fiber.HeaderRange); wanted != "" {
		if first, last, err = fasthttp.ParseByteRange([]byte(wanted), int(info.Size())); err != nil {
			ctx.Set(fiber.HeaderContentRange, fmt.Sprintf("bytes */%d", info.Size()))
			return errors.Join(fiber.ErrRequestedRangeNotSatisfiable, f.Close())
		}
		ctx.Status(fiber.StatusPartialContent).Response().Header.SetContentRange(first, last, int(info.Size()))
	}
	part := struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(f, int64(first), int64(last-first+1)), f}
	return ctx.SendStream(part, last-first+1)
}

// downloadName is a name that is safe as a file's name everywhere.
func downloadName(d store.Media) string {
	if d.Name == "" {
		return "kfdesk" + showable[d.Mime]
	}
	return strings.Map(func(r rune) rune {
		if r < 0x20 || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, d.Name)
}
