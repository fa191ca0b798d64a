package handlers

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
)

// Assets are the files under /static/<hash>/. The hash is that of the whole
// tree: a new build has new addresses, so a browser may keep what it has for
// ever, and a script's relative imports always stay within one build.
type Assets struct {
	Base  string // "/static/<hash>", what pages put before a path
	files map[string]asset
	dev   fs.FS // set: read from here at each request, keep nothing
}

type asset struct {
	mime   string
	body   func() ([]byte, error) // not kept: the program's file holds it
	zipped func() ([]byte, error) // made at the first request; nil where gzip gains nothing
}

var errNoAsset = errors.New("no such file")

// NewAssets reads the whole tree. The catalogue's merged texts stand in it as
// i18n/<language>.json in place of the files they were made from.
func NewAssets(static fs.FS, texts *Catalogue) (*Assets, error) {
	a := &Assets{files: map[string]asset{}}
	sum := sha256.New()
	err := fs.WalkDir(static, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(static, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(body))
		sum.Write(body)
		if strings.HasPrefix(name, "i18n/") {
			return nil
		}
		return a.add(name, func() ([]byte, error) { return fs.ReadFile(static, name) })
	})
	if err != nil {
		return nil, fmt.Errorf("static files: %w", err)
	}
	for _, lang := range Languages {
		if err := a.add("i18n/"+lang+".json", func() ([]byte, error) { return texts.JSON(lang), nil }); err != nil {
			return nil, fmt.Errorf("static files: %w", err)
		}
	}
	a.Base = "/static/" + hex.EncodeToString(sum.Sum(nil)[:6])
	return a, nil
}

// NewDevAssets serves the folder as it is at each moment, for work on the
// console itself.
func NewDevAssets(static fs.FS) *Assets {
	return &Assets{Base: "/static/dev", dev: static}
}

func (a *Assets) add(name string, body func() ([]byte, error)) error {
	mime, zip, err := fileType(name)
	if err != nil {
		return err
	}
	f := asset{mime: mime, body: body}
	if zip { // at once it would be half of what the start takes
		f.zipped = sync.OnceValues(func() ([]byte, error) {
			body, err := body()
			if err != nil {
				return nil, err
			}
			return gzipped(body)
		})
	}
	a.files[name] = f
	return nil
}

// fileType is our own table: the system's differs from machine to machine, and
// a script with the wrong type does not run.
func fileType(name string) (mime string, zip bool, err error) {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8", true, nil
	case ".css":
		return "text/css; charset=utf-8", true, nil
	case ".json":
		return "application/json; charset=utf-8", true, nil
	case ".svg":
		return "image/svg+xml; charset=utf-8", true, nil
	case ".txt":
		return "text/plain; charset=utf-8", true, nil
	case ".png":
		return "image/png", false, nil
	case ".jpg":
		return "image/jpeg", false, nil
	case ".mp3":
		return "audio/mpeg", false, nil
	}
	return "", false, fmt.Errorf("%s: no content type is known for this name", name)
}

func gzipped(body []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if b.Len() >= len(body) {
		return nil, nil
	}
	return b.Bytes(), nil
}

// Serve answers GET /static/:hash/*.
func (a *Assets) Serve(ctx *fiber.Ctx) error {
	if "/static/"+ctx.Params("hash") != a.Base {
		return fiber.ErrNotFound
	}
	f, err := a.find(ctx.Params("*"))
	if errors.Is(err, errNoAsset) {
		return fiber.ErrNotFound
	}
	if err != nil {
		return err
	}
	cache := "public, max-age=31536000, immutable"
	if a.dev != nil {
		cache = "no-store"
	}
	ctx.Set(fiber.HeaderCacheControl, cache)
	return send(ctx, f)
}

// Favicon answers GET /favicon.ico, which browsers ask for by themselves.
func (a *Assets) Favicon(ctx *fiber.Ctx) error {
	f, err := a.find("img/logo.svg")
	if err != nil {
		return err
	}
	ctx.Set(fiber.HeaderCacheControl, "public, max-age=86400")
	return send(ctx, f)
}

func (a *Assets) find(name string) (asset, error) {
	if a.dev != nil {
		return findOnDisk(a.dev, name)
	}
	f, ok := a.files[name]
	if !ok {
		return asset{}, errNoAsset
	}
	return f, nil
}

func findOnDisk(static fs.FS, name string) (asset, error) {
	mime, _, err := fileType(name)
	if err != nil {
		return asset{}, errNoAsset
	}
	if lang, ok := strings.CutPrefix(name, "i18n/"); ok {
		texts, err := LoadCatalogue(static)
		if err != nil {
			return asset{}, err
		}
		body := texts.JSON(strings.TrimSuffix(lang, ".json"))
		if body == nil {
			return asset{}, errNoAsset
		}
		return asset{mime: mime, body: func() ([]byte, error) { return body, nil }}, nil
	}
	file, err := static.Open(name)
	if err != nil {
		return asset{}, errNoAsset
	}
	defer file.Close()
	body, err := io.ReadAll(file)
	return asset{mime: mime, body: func() ([]byte, error) { return body, nil }}, err
}

func send(ctx *fiber.Ctx, f asset) error {
	ctx.Set(fiber.HeaderContentType, f.mime)
	if f.zipped != nil {
		ctx.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
		if strings.Contains(ctx.Get(fiber.HeaderAcceptEncoding), "gzip") {
			zipped, err := f.zipped()
			if err != nil {
				return err
			}
			if zipped != nil {
				ctx.Set(fiber.HeaderContentEncoding, "gzip")
				return ctx.Send(zipped)
			}
		}
	}
	body, err := f.body()
	if err != nil {
		return err
	}
	return ctx.Send(body)
}
