package handlers

import (
	"context"
	"errors"
	"io"
	"math"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// apiUpload takes a file for a reply: the body is the file. It goes to the disk as
// it comes in, and stays there when it is what WeChat takes.
func (c *Console) apiUpload(ctx *fiber.Ctx) error {
	account, err := c.Store.Account(ctx.UserContext(), number(ctx, "account"))
	if err != nil {
		return err
	}
	if !who(ctx).Sees(account.ID) {
		return store.ErrNotFound
	}
	media := store.Media{Account: account.ID, Kind: ctx.Query("kind"), Name: fileName(ctx)}
	if _, ok := wechat.FileRules[media.Kind]; !ok {
		return refused(fiber.StatusUnprocessableEntity, "bad_type", "field", "kind")
	}
	if err := c.keepUpload(ctx, &media); err != nil {
		return err
	}
	// The file may have taken longer to come than a request may take.
	work, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	if media, err = c.Store.AddMedia(work, media); err != nil {
		return err
	}
	return ctx.Status(fiber.StatusCreated).JSON(fiber.Map{"media": media})
}

// keepUpload saves the file and fills in what it is. What is refused or breaks off
// leaves nothing.
func (c *Console) keepUpload(ctx *fiber.Ctx, media *store.Media) (err error) {
	rule, in := wechat.FileRules[media.Kind], inflowOf(ctx)
	if in.left > rule.Most {
		return tooLarge(media.Kind)
	}
	if err := in.conn.SetReadDeadline(time.Now().Add(uploadTime)); err != nil {
		return err
	}
	media.Hash, media.Size, err = c.Store.SaveChecked(in, rule.Most, func(f io.ReaderAt, size int64) error {
		return checkUpload(media, wechat.Look(f, size))
	})
	switch {
	case errors.Is(err, errCutOff):
		return refused(fiber.StatusBadRequest, "cut_off")
	case errors.Is(err, store.ErrTooLarge):
		return tooLarge(media.Kind)
	case errors.Is(err, store.ErrFull):
		c.Log.ErrorContext(ctx.UserContext(), "an upload found the disk full", "error", err)
		return refused(fiber.StatusInsufficientStorage, "disk_full")
	}
	return err
}

func tooLarge(kind string) error {
	return refused(fiber.StatusRequestEntityTooLarge, "too_large", "kind", kind, "most", wechat.FileRules[kind].Most)
}

// checkUpload looks at the bytes, never at the name: a file WeChat takes, of a
// size that can be shown.
func checkUpload(media *store.Media, is wechat.Facts) error {
	media.Mime, media.Width, media.Height, media.Duration = is.Type, is.Width, is.Height, is.Duration.Milliseconds()
	switch {
	case !is.Whole:
		return unsupported(media.Kind)
	case is.Width*is.Height > wechat.MostPixels:
		return refused(fiber.StatusRequestEntityTooLarge, "too_many_pixels")
	}
	return fits(media)
}

// fits refuses a file that WeChat does not take as its kind.
func fits(media *store.Media) error {
	rule, length := wechat.FileRules[media.Kind], time.Duration(media.Duration)*time.Millisecond
	switch {
	case !slices.Contains(rule.Types, media.Mime):
		return unsupported(media.Kind)
	case media.Size > rule.Most:
		return tooLarge(media.Kind)
	case rule.Longest > 0 && length > rule.Longest:
		return refused(fiber.StatusUnprocessableEntity, "too_long_voice", "seconds", math.Ceil(length.Seconds()),
			"most", rule.Longest.Seconds())
	}
	return nil
}

func unsupported(kind string) error {
	return refused(fiber.StatusUnsupportedMediaType, "unsupported_media", "kind", kind)
}

// fileName is what the client calls the file; nothing is decided by it.
func fileName(ctx *fiber.Ctx) string {
	name, err := url.PathUnescape(ctx.Get("X-File-Name"))
	if err != nil || name == "" {
		return ""
	}
	return cut(plainText(filepath.Base(name)), 200)
}
