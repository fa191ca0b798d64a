package courier

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	_ "image/gif" // pictures that people upload
	"image/jpeg"
	_ "image/png"
	"io"
	"io/fs"
	"os"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// imgMost is what media/uploadimg takes.
const imgMost = 1000 * 1000

// sides are the longer sides of pictures that WeChat does not take as they are.
var sides = map[string]int{"image": 2560, "thumb": 640}

// mediaID gives WeChat's id of a file of ours, uploaded as this type: that of an
// earlier upload of the same bytes while it is good.
func (c *Courier) mediaID(ctx context.Context, a store.Account, of *store.Media, typ string) (string, error) {
	d, err := c.file(ctx, of)
	if err != nil {
		return "", err
	}
	id, err := c.o.Store.Upload(ctx, a.ID, d.Hash, typ)
	if err != nil || id != "" {
		return id, err
	}
	name := "upload" + wechat.Extension(d.Mime)
	r, size, err := c.open(d)
	if rule := wechat.FileRules[typ]; err == nil && sides[typ] > 0 && !rule.Takes(d.Mime, d.Size) {
		name = "upload.jpg"
		r, size, err = c.scaled(r, int(rule.Most), sides[typ])
	}
	if err != nil {
		return "", err
	}
	defer r.Close()
	err = c.upload(ctx, a, r, func(ctx context.Context, token string) error {
		up, err := c.o.API(a).UploadMedia(ctx, token, typ, name, r, size)
		id = up.MediaID
		return err
	})
	if err != nil {
		return "", err
	}
	return id, c.o.Store.Uploaded(ctx, a.ID, d.Hash, typ, id, c.now()+uploadLife.Milliseconds())
}

// picURL gives the permanent address of a news card's picture and puts it into
// the reply's body.
func (c *Courier) picURL(ctx context.Context, a store.Account, m store.Message) (string, error) {
	d, err := c.file(ctx, m.Media)
	if err != nil {
		return "", err
	}
	if d.WxURL == "" {
		if d.WxURL, err = c.uploadImg(ctx, a, d); err != nil {
			return "", err
		}
		if err := c.o.Store.MediaURL(ctx, d.ID, d.WxURL); err != nil {
			return "", err
		}
	}
	return d.WxURL, c.o.Store.SetPicURL(ctx, m.ID, d.WxURL)
}

func (c *Courier) uploadImg(ctx context.Context, a store.Account, d store.Media) (url string, err error) {
	name := "upload" + wechat.Extension(d.Mime)
	r, size, err := c.open(d)
	if err == nil && (d.Size > imgMost || d.Mime != "image/jpeg" && d.Mime != "image/png") {
		name = "upload.jpg"
		r, size, err = c.scaled(r, imgMost, 1280)
	}
	if err != nil {
		return "", err
	}
	defer r.Close()
	err = c.upload(ctx, a, r, func(ctx context.Context, token string) error {
		url, err = c.o.API(a).UploadImg(ctx, token, name, r, size)
		return err
	})
	return url, err
}

// upload makes an upload call, from the file's beginning each time.
func (c *Courier) upload(ctx context.Context, a store.Account, r io.Seeker, put func(context.Context, string) error) error {
	return c.call(ctx, a, func(token string) error {
		if _, err := r.Seek(0, io.SeekStart); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, uploadDeadline)
		defer cancel()
		return put(ctx, token)
	})
}

// file is the whole row of a reply's file.
func (c *Courier) file(ctx context.Context, of *store.Media) (store.Media, error) {
	if of == nil {
		return store.Media{}, unfit("the reply has no file")
	}
	d, err := c.o.Store.Media(ctx, of.ID)
	if err == nil && d.State != "ready" {
		err = unfit("the file is not there")
	}
	return d, err
}

// source is a file to upload.
type source interface {
	io.ReadSeeker
	io.Closer
}

func (c *Courier) open(d store.Media) (source, int64, error) {
	f, err := os.Open(c.o.Store.FilePath(d.Hash))
	if errors.Is(err, fs.ErrNotExist) {
		err = unfit("the file is not there")
	}
	return f, d.Size, err
}

// inMemory is a scaled picture.
type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

// scaled makes a JPEG of at most most bytes of a picture, its longer side at
// most side. It closes r.
func (c *Courier) scaled(r source, most int, side int) (source, int64, error) {
	defer r.Close()
	c.scaling.Lock()
	defer c.scaling.Unlock()
	size, _, err := wechat.Unpacked(r)
	if errors.Is(err, wechat.ErrPixels) {
		return nil, 0, unfit(err.Error())
	}
	if err != nil {
		return nil, 0, unfit("the picture cannot be read: " + err.Error())
	}
	picture, _, err := image.Decode(r)
	if err != nil {
		return nil, 0, unfit("the picture cannot be read: " + err.Error())
	}
	for side = min(side, max(size.Width, size.Height)); ; side = side * 3 / 4 {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, shrunk(picture, side), &jpeg.Options{Quality: 85}); err != nil {
			return nil, 0, err
		}
		if out.Len() <= most || side < 64 {
			return inMemory{bytes.NewReader(out.Bytes())}, int64(out.Len()), nil
		}
	}
}

// shrunk fits a picture into a square, on white: JPEG knows no transparency.
func shrunk(p image.Image, side int) image.Image {
	w, h := p.Bounds().Dx(), p.Bounds().Dy()
	if longer := max(w, h); longer > side {
		w, h = max(1, w*side/longer), max(1, h*side/longer)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.BiLinear.Scale(out, out.Bounds(), p, p.Bounds(), draw.Over, nil)
	return out
}
