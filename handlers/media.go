package handlers

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"os"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// showable are the types that a browser may show. All else is only given to be
// kept.
var showable = map[string]bool{"image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true,
	"audio/amr": true, "audio/mpeg": true, "audio/mp4": true, "audio/wav": true, "audio/ogg": true, "video/mp4": true}

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
	tag := `"` + d.Hash + `"`
	if err := sendFile(ctx, c.Store.FilePath(d.Hash), tag); errors.Is(err, os.ErrNotExist) {
		c.Log.ErrorContext(ctx.UserContext(), "a file that the database names is not there", "media", d.ID, "path", c.Store.FilePath(d.Hash))
		return store.ErrNotFound
	} else if err != nil {
		return err
	}
	ctx.Set(fiber.HeaderETag, tag)
	kind := d.Mime
	if !showable[kind] {
		kind = fiber.MIMEOctetStream
	}
	ctx.Set(fiber.HeaderContentType, kind)
	ctx.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	ctx.Set(fiber.HeaderCacheControl, "private, max-age=31536000, immutable")
	ctx.Set(fiber.HeaderVary, fiber.HeaderCookie) // the next to log in here is not shown it
	if !showable[d.Mime] || ctx.Query("download") != "" {
		ctx.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": downloadName(d)}))
	}
	return nil
}

// sendFile streams a file, or the part of it that is asked for, as players do.
// Fiber's own reads the path as a URL, so that some folders' names break it.
func sendFile(ctx *fiber.Ctx, path, tag string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	size := int(info.Size())
	ctx.Set(fiber.HeaderAcceptRanges, "bytes")
	first, last := 0, size-1
	if wanted := rangeOf(ctx, tag); wanted != "" {
		first, last, err = fasthttp.ParseByteRange([]byte(wanted), size)
		if err != nil || first > last {
			ctx.Set(fiber.HeaderContentRange, fmt.Sprintf("bytes */%d", size))
			return errors.Join(fiber.ErrRequestedRangeNotSatisfiable, f.Close())
		}
		ctx.Status(fiber.StatusPartialContent).Response().Header.SetContentRange(first, last, size)
	}
	part := struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(f, int64(first), int64(last-first+1)), f}
	return ctx.SendStream(part, last-first+1)
}

// rangeOf is the one part of the file that is asked for; "" for the whole: also
// when several parts are, in units we do not know, or of a file that was another.
func rangeOf(ctx *fiber.Ctx, tag string) string {
	wanted, of := ctx.Get(fiber.HeaderRange), ctx.Get(fiber.HeaderIfRange)
	if ctx.Method() != fiber.MethodGet || !strings.HasPrefix(wanted, "bytes=") || strings.Contains(wanted, ",") || of != "" && of != tag {
		return ""
	}
	return wanted
}

// downloadName is a name that is safe as a file's name everywhere.
func downloadName(d store.Media) string {
	if d.Name == "" {
		return fmt.Sprintf("kfdesk-%d%s", d.ID, wechat.Extension(d.Mime))
	}
	return strings.Map(func(r rune) rune {
		if r < 0x20 || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, d.Name)
}
