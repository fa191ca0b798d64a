package handlers

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	_ "image/gif"
	"image/jpeg"
	_ "image/png"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"kfdesk/hub/wechat"
)

const (
	avatarSide = 640
	avatarMost = 12 << 20 // of a form with a picture as phones take them
	avatarPath = "/kf-accounts/"
)

// errNoPicture: what was chosen cannot be read as a picture.
var errNoPicture = errors.New("handlers: no picture")

// scaling lets one picture at a time be unpacked: they are large in memory.
var scaling sync.Mutex

// hasPicture tells whether a request brings a form that may hold a picture. It is
// read when it is known who sends it: see withPicture.
func hasPicture(ctx *fiber.Ctx) bool {
	return strings.HasPrefix(ctx.Path(), avatarPath) && strings.Count(ctx.Path(), "/") == 3 && strings.HasPrefix(ctx.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm)
}

// withPicture reads such a form.
func (c *Console) withPicture(ctx *fiber.Ctx) error {
	if in := inflowOf(ctx); !in.ended {
		b, err := in.all(avatarMost)
		if err != nil {
			return err
		}
		ctx.Request().SetBodyRaw(b)
	}
	return ctx.Next()
}

// avatarOfForm is the picture of a form as WeChat takes it; nil without one. What
// is none is a problem of its field.
func (c *Console) avatarOfForm(ctx *fiber.Ctx) ([]byte, error) {
	raw, err := formFile(ctx, "avatar")
	if err != nil || len(raw) == 0 {
		return nil, err
	}
	picture, err := squareJPEG(raw)
	if errors.Is(err, errNoPicture) {
		return nil, refused(fiber.StatusUnprocessableEntity, "bad_avatar", "field", "avatar")
	}
	return picture, err
}

// squareJPEG makes a square JPEG of at most 640 pixels from the middle of a
// picture. One that is so already stays as it is.
func squareJPEG(raw []byte) ([]byte, error) {
	size, kind, err := wechat.Unpacked(bytes.NewReader(raw))
	if err != nil {
		return nil, errNoPicture
	}
	if kind == "jpeg" && size.Width == size.Height && size.Width <= avatarSide && len(raw) <= 1<<20 {
		return raw, nil
	}
	scaling.Lock()
	defer scaling.Unlock()
	p, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, errNoPicture
	}
	side := min(size.Width, size.Height)
	from := image.Rect(0, 0, side, side).Add(p.Bounds().Min).Add(image.Pt((size.Width-side)/2, (size.Height-side)/2))
	out := image.NewRGBA(image.Rect(0, 0, min(side, avatarSide), min(side, avatarSide)))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src) // JPEG knows no transparency
	draw.CatmullRom.Scale(out, out.Bounds(), p, from, draw.Over, nil)
	var b bytes.Buffer
	err = jpeg.Encode(&b, out, &jpeg.Options{Quality: 90})
	return b.Bytes(), err
}
