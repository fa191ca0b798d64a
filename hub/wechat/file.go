package wechat

import (
	"bufio"
	"bytes"
	"image"
	_ "image/gif" // whose sizes are read
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	_ "golang.org/x/image/webp"
)

// FileRule is what media/upload takes of a type.
type FileRule struct {
	Types   []string      // as Sniff tells them
	Most    int64         // bytes
	Longest time.Duration // 0: no limit
}

// FileRules by the type of the upload.
var FileRules = map[string]FileRule{
	"image": {Types: []string{"image/jpeg", "image/png", "image/gif"}, Most: 10 << 20},
	"voice": {Types: []string{"audio/amr", "audio/mpeg"}, Most: 2 << 20, Longest: time.Minute},
	"video": {Types: []string{"video/mp4"}, Most: 10 << 20},
	"thumb": {Types: []string{"image/jpeg"}, Most: 64 << 10},
}

// Takes tells whether a file of this type goes as it is.
func (r FileRule) Takes(typ string, size int64) bool {
	return size <= r.Most && slices.Contains(r.Types, typ)
}

// MostPixels bounds a picture that is small as a file and huge when unpacked: it
// takes up to 4 bytes of memory a pixel, here and in a browser.
const MostPixels = 50_000_000

// SniffLen is how much of a file Sniff wants to see.
const SniffLen = 512

// Sniff tells the type of a file by its first bytes. It knows the voice formats
// of the platform, which net/http does not. SVG is never a picture to it: that
// may hold scripts.
func Sniff(first []byte) string {
	switch {
	case bytes.HasPrefix(first, []byte("#!AMR-WB\n")):
		return "audio/amr-wb"
	case bytes.HasPrefix(first, []byte("#!AMR\n")):
		return "audio/amr"
	case bytes.HasPrefix(first, []byte("OggS")):
		if bytes.Contains(first[:min(len(first), 64)], []byte("Speex   ")) {
			return "audio/speex"
		}
		return "audio/ogg"
	case len(first) > 12 && string(first[4:8]) == "ftyp":
		return brandType(string(first[8:12]))
	case len(first) > 1 && first[0] == 0xFF && first[1]&0xE6 == 0xE2: // MPEG layer III without ID3
		return "audio/mpeg"
	}
	media, _, _ := strings.Cut(http.DetectContentType(first), ";")
	if media == "audio/wave" {
		return "audio/wav"
	}
	return media
}

// brandType is the type of an ISO base media file by its major brand.
func brandType(brand string) string {
	switch brand {
	case "qt  ":
		return "video/quicktime"
	case "M4A ", "M4B ":
		return "audio/mp4"
	case "heic", "heix", "mif1", "msf1":
		return "image/heic"
	case "avif", "avis":
		return "image/avif"
	}
	return "video/mp4"
}

var extensions = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "image/bmp": ".bmp",
	"image/heic": ".heic", "image/avif": ".avif", "audio/amr": ".amr",
	"audio/amr-wb": ".awb", "audio/mpeg": ".mp3", "audio/wav": ".wav", "audio/ogg": ".ogg", "audio/speex": ".spx",
	"audio/mp4": ".m4a", "video/mp4": ".mp4", "video/quicktime": ".mov",
}

// Extension is how the name of a file of this type ends, "" for types we do not
// know.
func Extension(typ string) string { return extensions[typ] }

// Facts is what a file is, by its bytes.
type Facts struct {
	Type          string
	Width, Height int           // of a picture or film, 0 not known
	Duration      time.Duration // of voice or a film, 0 not known
	Whole         bool          // nothing is seen to be missing; only a picture's head is looked at
}

// headMost is how far into a picture its size is looked for. Cameras put much
// before it.
const headMost = 4 << 20

// Look reads what a file says of itself. Whatever it says, little memory and no
// more than one pass are spent: strangers send them. The pixels stay packed.
func Look(f io.ReaderAt, size int64) Facts {
	all := bufio.NewReaderSize(io.NewSectionReader(f, 0, size), 32<<10)
	first, _ := all.Peek(SniffLen)
	is := Facts{Type: Sniff(first), Whole: true}
	switch is.Type {
	case "audio/amr":
		is.Duration, is.Whole = amrDuration(all, len("#!AMR\n"), &amrSizes)
	case "audio/amr-wb":
		is.Duration, is.Whole = amrDuration(all, len("#!AMR-WB\n"), &amrWBSizes)
	case "audio/mpeg":
		is.Duration, is.Whole = mp3Duration(all)
	case "video/mp4", "video/quicktime", "audio/mp4":
		lookMP4(f, size, &is)
	default:
		if strings.HasPrefix(is.Type, "image/") {
			conf, _, err := image.DecodeConfig(io.NewSectionReader(f, 0, min(size, headMost)))
			is.Width, is.Height, is.Whole = conf.Width, conf.Height, err == nil
		}
	}
	return is
}
