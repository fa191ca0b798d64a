package wechat

import (
	"bufio"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"io"
)

// unpackedMost bounds the memory that a picture takes when it is unpacked, in bytes.
const unpackedMost = 256 << 20

// ErrPixels says that a picture would take more memory than that.
var ErrPixels = errors.New("the picture has too many pixels")

// Unpacked reads the head of a picture that is to be unpacked, and leaves the file at
// its beginning. The error is ErrPixels or that of the decoder. A pixel of 16 bits a
// colour takes twice as much as others, and a JPEG that comes in passes keeps what
// each of them brings until the last.
func Unpacked(f io.ReadSeeker) (size image.Config, kind string, err error) {
	if size, kind, err = image.DecodeConfig(f); err != nil {
		return size, kind, err
	}
	each := int64(4)
	switch {
	case size.ColorModel == color.RGBA64Model, size.ColorModel == color.NRGBA64Model, size.ColorModel == color.Gray16Model:
		each = 8
	case kind == "jpeg":
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return size, kind, err
		}
		if inPasses(f) {
			each = 20
		}
	}
	if _, err = f.Seek(0, io.SeekStart); err != nil {
		return size, kind, err
	}
	pixels := int64(size.Width) * int64(size.Height)
	if pixels <= 0 || pixels > MostPixels || pixels*each > unpackedMost {
		err = ErrPixels
	}
	return size, kind, err
}

// inPasses walks through the segments of a JPEG to the one that begins its picture.
func inPasses(f io.Reader) bool {
	r := bufio.NewReader(f)
	_, _ = r.Discard(2)
	var head [4]byte
	for {
		if _, err := io.ReadFull(r, head[:]); err != nil || head[0] != 0xff {
			return true // nothing is known of it
		}
		switch marker := head[1]; {
		case marker == 0xc4, marker == 0xc8, marker == 0xcc: // tables
		case marker >= 0xc0 && marker <= 0xcf:
			return marker != 0xc0 && marker != 0xc1
		}
		if _, err := r.Discard(int(binary.BigEndian.Uint16(head[2:])) - 2); err != nil {
			return true
		}
	}
}
