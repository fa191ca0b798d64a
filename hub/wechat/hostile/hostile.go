// Package hostile has files that strangers may send to do harm, for tests alone.
package hostile

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
)

// File is what a stranger may send to do harm, and what it may pass for at
// most: the type by its bytes, "" when it may not pass for a medium of its kind.
type File struct {
	Name, Kind, Type string
	Data             []byte
}

const (
	evilScript = "<script>alert(document.domain)</script>"
	evilPage   = "<!DOCTYPE html><html><body>" + evilScript + "</body></html>"
	evilSVG    = `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">` + evilScript + `</svg>`
)

// Files is the corpus: files that are two things at once, that unpack to
// more than memory holds, that say of themselves what is not so.
func Files() []File {
	jpg, pic, anim := small()
	return []File{
		{"SVG with a script", "image", "", []byte(evilSVG)},
		{"SVG as XML", "image", "", []byte(`<?xml version="1.0"?><!DOCTYPE svg>` + evilSVG)},
		{"SVG with a mark before", "image", "", []byte("\xef\xbb\xbf" + evilSVG)},
		{"a page called .jpg", "image", "", []byte(evilPage)},
		{"a page after spaces", "image", "", []byte(strings.Repeat(" ", 300) + evilPage)},
		{"a page as voice", "voice", "", []byte(evilPage)},
		{"a page as film", "video", "", []byte(evilPage)},
		{"an error of WeChat's", "image", "", []byte(`{"errcode":40007,"errmsg":"invalid media_id"}`)},
		{"an error as voice", "voice", "", []byte(` {"errcode":40007,"errmsg":"invalid media_id"}`)},
		{"PDF as picture", "image", "", []byte("%PDF-1.7\n1 0 obj<</JS(app.alert(1))>>")},
		{"PDF as voice", "voice", "", []byte("%PDF-1.7\n")},
		{"ZIP as picture", "image", "", []byte("PK\x03\x04\x14\x00\x00\x00")},
		{"a film as picture", "image", "", film(1, 1, nil)},
		{"a picture as film", "video", "", jpg},
		{"a picture as voice", "voice", "", anim},
		{"nothing", "image", "", nil},
		{"GIF and JAR", "image", "image/gif", append(bytes.Clone(anim), "PK\x03\x04META-INF/MANIFEST.MF"...)},
		{"GIF and script", "image", "image/gif", []byte("GIF89a/*" + strings.Repeat(" ", 20) + "*/=1;alert(1)//" + evilScript)},
		{"JPEG and page in a remark", "image", "image/jpeg", slice(jpg, 2, segment(0xFE, evilPage))},
		{"JPEG and page behind", "image", "image/jpeg", append(bytes.Clone(jpg), evilPage...)},
		{"JPEG and PDF", "image", "image/jpeg", slice(jpg, 2, segment(0xFE, "%PDF-1.7"))},
		{"PNG and page behind", "image", "image/png", append(bytes.Clone(pic), evilPage...)},
		{"PNG that unpacks without end", "image", "image/png", bomb(60000, 60000, 64<<20)},
		{"PNG of the largest size", "image", "image/png", bomb(1<<31-1, 1<<31-1, 1)},
		{"GIF of the largest size", "image", "image/gif", append(append(bytes.Clone(anim[:6]), "\xff\xff\xff\xff"...), anim[10:]...)},
		{"JPEG of the largest size", "image", "image/jpeg", enlarged(jpg)},
		{"WebP of the largest size", "image", "image/webp", append([]byte("RIFF\xff\xff\xff\x7fWEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00"), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)},
		{"a JPEG's first bytes", "image", "image/jpeg", jpg[:30]},
		{"JPEG with a profile without end", "image", "image/jpeg", append([]byte("\xff\xd8"), bytes.Repeat(segment(0xE2, strings.Repeat("x", 65000)), 100)...)},
		{"a PNG's first bytes", "image", "image/png", pic[:12]},
		{"BMP", "image", "image/bmp", []byte("BM\xff\xff\xff\x7f\x00\x00\x00\x00\x36\x00\x00\x00")},
		{"ICO", "image", "image/x-icon", []byte("\x00\x00\x01\x00\x01\x00")},
		{"MP4 of a box without end", "video", "video/mp4", film(320, 240, []byte("\x00\x00\x00\x01mdat\x7f\xff\xff\xff\xff\xff\xff\xff"))},
		{"MP4 of boxes without number", "video", "video/mp4", film(320, 240, bytes.Repeat([]byte("\x00\x00\x00\x08free"), 200_000))},
		{"MP4 of a box of no size", "video", "video/mp4", film(320, 240, bytes.Repeat([]byte("\x00\x00\x00\x04free"), 1000))},
		{"MP4 and page behind", "video", "video/mp4", film(320, 240, []byte(evilPage))},
		{"WebM", "video", "video/webm", []byte("\x1a\x45\xdf\xa3" + evilPage)},
		{"AMR of empty frames", "voice", "audio/amr", append([]byte("#!AMR\n"), bytes.Repeat([]byte{0x7c}, 5<<20)...)},
		{"AMR and page", "voice", "audio/amr", []byte("#!AMR\n" + evilPage)},
		{"MP3 of a tag without end", "voice", "audio/mpeg", []byte("ID3\x03\x00\x00\x7f\x7f\x7f\x7f" + evilPage)},
		{"MP3 of no frames", "voice", "audio/mpeg", bytes.Repeat([]byte{0xff, 0xfb, 0xff}, 2<<20)},
		{"WAV of the largest size", "voice", "audio/wav", []byte("RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff" + evilPage)},
		{"a program as voice", "voice", "application/octet-stream", []byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00" + evilPage)},
		{"Ogg with a page in it", "voice", "audio/ogg", []byte("OggS\x00\x02" + evilPage)},
		{"Speex", "voice", "audio/speex", []byte("OggS\x00\x02" + strings.Repeat("\x00", 22) + "Speex   1.2")},
	}
}

func small() (jpg, pic, anim []byte) {
	img := image.NewPaletted(image.Rect(0, 0, 8, 6), nil)
	var j, p, g bytes.Buffer
	_ = jpeg.Encode(&j, image.NewGray(img.Rect), nil)
	_ = png.Encode(&p, image.NewGray(img.Rect))
	_ = gif.Encode(&g, image.NewGray(img.Rect), nil)
	return j.Bytes(), p.Bytes(), g.Bytes()
}

// slice puts bytes into others.
func slice(b []byte, at int, in []byte) []byte {
	return append(append(bytes.Clone(b[:at]), in...), b[at:]...)
}

// segment is a part of a JPEG file.
func segment(marker byte, text string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(text)+2)), text...)
}

// enlarged makes a JPEG say that it is 65535 by 65535.
func enlarged(jpg []byte) []byte {
	b := bytes.Clone(jpg)
	if at := bytes.Index(b, []byte{0xff, 0xc0}); at > 0 {
		copy(b[at+5:], "\xff\xff\xff\xff")
	}
	return b
}

// bomb is a PNG of this size, with so many bytes of nothing in its data.
func bomb(width, height uint32, unpacked int) []byte {
	var data bytes.Buffer
	z := zlib.NewWriter(&data)
	zeros := make([]byte, 64<<10)
	for n := 0; n < unpacked; n += len(zeros) {
		_, _ = z.Write(zeros)
	}
	_ = z.Close()
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	return slice([]byte("\x89PNG\r\n\x1a\n"), 8, append(chunk("IHDR", append(head, 8, 6, 0, 0, 0)), chunk("IDAT", data.Bytes())...))
}

func chunk(typ string, data []byte) []byte {
	b := append(append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), typ...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// film is the head of an MP4 file that says it plays for ever, with more behind.
func film(width, height uint32, more []byte) []byte {
	box := func(typ string, body []byte) []byte {
		return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8)), typ...), body...)
	}
	mvhd, tkhd := make([]byte, 100), make([]byte, 84)
	copy(mvhd[12:], "\x00\x00\x00\x01\xff\xff\xff\xfe")
	binary.BigEndian.PutUint32(tkhd[76:], width<<16)
	binary.BigEndian.PutUint32(tkhd[80:], height<<16)
	moov := append(box("mvhd", mvhd), box("trak", box("tkhd", tkhd))...)
	return append(append(box("ftyp", []byte("isom\x00\x00\x02\x00isom")), box("moov", moov)...), more...)
}
