package wechat

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	_ "image/jpeg"
	"image/png"
	"io"
	"testing"
)

// headOfJPEG is the head of a JPEG of this size, that begins with this segment.
func headOfJPEG(sof byte, width, height int) []byte {
	b := []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xfe\x00\x06\xff\xc2 \x00") // a remark that looks like a picture in passes
	return append(b, 0xff, sof, 0, 17, 8, byte(height>>8), byte(height), byte(width>>8), byte(width), 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0)
}

func pngSized(t *testing.T, p image.Image, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	raw := b.Bytes()
	for i, n := range []int{width, height} {
		copy(raw[16+4*i:], []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
	}
	binary.BigEndian.PutUint32(raw[29:], crc32.ChecksumIEEE(raw[12:29]))
	return raw
}

// What is small as a file is unpacked only when it stays small in memory.
func TestUnpackedBoundsMemory(t *testing.T) {
	rect := image.Rect(0, 0, 2, 2)
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"a large photo":              {headOfJPEG(0xc0, 8000, 6000), nil},
		"a photo in passes":          {headOfJPEG(0xc2, 4000, 3000), nil},
		"a large one in passes":      {headOfJPEG(0xc2, 8000, 6000), ErrPixels},
		"a JPEG of the largest size": {headOfJPEG(0xc0, 65535, 65535), ErrPixels},
		"a large drawing":            {pngSized(t, image.NewNRGBA(rect), 8000, 6000), nil},
		"one of 16 bits":             {pngSized(t, image.NewNRGBA64(rect), 8000, 6000), ErrPixels},
		"a smaller one of 16 bits":   {pngSized(t, image.NewNRGBA64(rect), 6000, 5000), nil},
		"a line without end":         {pngSized(t, image.NewGray(rect), 1<<31-1, 1), ErrPixels},
	} {
		f := bytes.NewReader(c.file)
		if _, _, err := Unpacked(f); !errors.Is(err, c.want) || (c.want == nil && err != nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if at, _ := f.Seek(0, io.SeekCurrent); at != 0 {
			t.Errorf("%s: the file is left at %d", name, at)
		}
	}
	if _, _, err := Unpacked(bytes.NewReader([]byte("GIF8"))); err == nil || errors.Is(err, ErrPixels) {
		t.Errorf("what is no picture: %v", err)
	}
}
