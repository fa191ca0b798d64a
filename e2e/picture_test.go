package e2e

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// drawing is a small PNG, different for each seed.
func drawing(t testing.TB, seed uint64) []byte {
	t.Helper()
	return encode(t, paint(320, 200, func(x, y int) color.Color {
		return color.RGBA{uint8(x), uint8(y), uint8(seed * 40), 255}
	}))
}

// noise is a PNG that cannot be made small: about four bytes a pixel.
func noise(t testing.TB, width, height int) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	return encode(t, paint(width, height, func(int, int) color.Color {
		n := r.Uint32()
		return color.RGBA{uint8(n), uint8(n >> 8), uint8(n >> 16), 255}
	}))
}

func paint(width, height int, at func(x, y int) color.Color) image.Image {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			picture.Set(x, y, at(x, y))
		}
	}
	return picture
}

func encode(t testing.TB, picture image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, picture))
	return b.Bytes()
}

// file writes bytes to the disk for a drop or a file field.
func file(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(path, data, 0o600))
	return path
}
