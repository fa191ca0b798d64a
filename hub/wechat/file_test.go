package wechat

import (
	"bytes"
	"encoding/binary"
	"os"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/wechat/hostile"
)

func look(b []byte) Facts { return Look(bytes.NewReader(b), int64(len(b))) }

// amrOf is AMR of these frame types.
func amrOf(magic string, sizes *[16]int, types ...byte) []byte {
	b := []byte(magic)
	for _, typ := range types {
		b = append(b, append([]byte{typ<<3 | 4}, make([]byte, max(0, sizes[typ]-1))...)...)
	}
	return b
}

func TestAMR(t *testing.T) {
	all := []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 15}
	speech := amrOf("#!AMR\n", &amrSizes, all...)
	wide := amrOf("#!AMR-WB\n", &amrWBSizes, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15)
	for name, c := range map[string]struct {
		data  []byte
		want  time.Duration
		whole bool
	}{
		"every frame there is":   {speech, 200 * time.Millisecond, true},
		"wide band":              {wide, 240 * time.Millisecond, true},
		"pauses alone":           {amrOf("#!AMR\n", &amrSizes, 8, 15, 15, 15), 80 * time.Millisecond, true},
		"the last frame cut off": {amrOf("#!AMR\n", &amrSizes, 7, 7)[:60], 20 * time.Millisecond, false},
		"no frame":               {[]byte("#!AMR\n"), 0, false},
		"a frame of no type":     {append(bytes.Clone(speech), 10<<3|4), 200 * time.Millisecond, false},
		"padding that is set":    {append(bytes.Clone(speech), 0x7f), 200 * time.Millisecond, false},
	} {
		if got := look(c.data); got.Duration != c.want || got.Whole != c.whole {
			t.Errorf("%s: %v %v", name, got.Duration, got.Whole)
		}
	}
}

// mp3Of is so many frames with this header, of size bytes.
func mp3Of(n int, header string, size int) []byte {
	frame := append([]byte(header), make([]byte, size-4)...)
	return bytes.Repeat(frame, n)
}

func TestMP3(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want time.Duration
	}{
		"44.1 kHz, 128 kbit/s":     {mp3Of(100, "\xff\xfb\x90\x44", 417), 2612 * time.Millisecond},
		"padded":                   {mp3Of(100, "\xff\xfb\x92\x44", 418), 2612 * time.Millisecond},
		"version 2, 22.05, 64":     {mp3Of(100, "\xff\xf3\x80\x44", 208), 2612 * time.Millisecond},
		"version 2.5, 8 kHz, 8":    {mp3Of(50, "\xff\xe3\x18\xc4", 72), 3600 * time.Millisecond},
		"with a checksum":          {mp3Of(100, "\xff\xfa\x90\x44", 417), 2612 * time.Millisecond},
		"a tag before":             {append([]byte("ID3\x04\x00\x00\x00\x00\x01\x00"+strings.Repeat("\xff\xfb\x90\x44", 32)), mp3Of(10, "\xff\xfb\x90\x44", 417)...), 261 * time.Millisecond},
		"a tag behind":             {append(mp3Of(10, "\xff\xfb\x90\x44", 417), "TAG"+strings.Repeat("x", 125)...), 261 * time.Millisecond},
		"the last frame cut off":   {mp3Of(10, "\xff\xfb\x90\x44", 417)[:4000], 261 * time.Millisecond},
		"a tag that lies":          {[]byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + strings.Repeat("\xff\xfb\x90\x44", 100)), 0},
		"a rate that is none":      {mp3Of(10, "\xff\xfb\xf0\x44", 417), 0},
		"a frequency that is none": {mp3Of(10, "\xff\xfb\x9c\x44", 417), 0},
	} {
		got := look(c.data)
		if got.Type != "audio/mpeg" || got.Duration.Truncate(time.Millisecond) != c.want || got.Whole != (c.want > 0) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func boxOf(typ string, body ...[]byte) []byte {
	all := bytes.Join(body, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(all)+8)), typ...), all...)
}

// header is a box's body with numbers at places.
func header(size int, at map[int]uint32) []byte {
	b := make([]byte, size)
	for i, v := range at {
		binary.BigEndian.PutUint32(b[i:], v)
	}
	return b
}

func TestMP4(t *testing.T) {
	ftyp, mdat := boxOf("ftyp", []byte("mp42\x00\x00\x00\x00isom")), boxOf("mdat", make([]byte, 100))
	mvhd := boxOf("mvhd", header(100, map[int]uint32{12: 600, 16: 1500}))
	long := boxOf("mvhd", header(112, map[int]uint32{0: 1 << 24, 20: 90000, 28: 135000}))
	straight := map[int]uint32{40: 1 << 16, 56: 1 << 16, 76: 640 << 16, 80: 360 << 16}
	turned := map[int]uint32{44: 1 << 16, 52: 0xffff0000, 76: 640 << 16, 80: 360 << 16}
	sound := boxOf("trak", boxOf("tkhd", header(84, map[int]uint32{40: 1 << 16})))
	trak := boxOf("trak", boxOf("tkhd", header(84, straight)), boxOf("mdia"))
	far := append(binary.BigEndian.AppendUint32(nil, 1), append([]byte("mdat"), header(8+100, map[int]uint32{4: 116})...)...)
	film := func(parts ...[]byte) []byte { return append(bytes.Clone(ftyp), bytes.Join(parts, nil)...) }
	for name, c := range map[string]struct {
		data          []byte
		width, height int
		plays         time.Duration
		whole         bool
	}{
		"the head first":             {film(boxOf("moov", mvhd, trak), mdat), 640, 360, 2500 * time.Millisecond, true},
		"the head last":              {film(mdat, boxOf("moov", mvhd, sound, trak)), 640, 360, 2500 * time.Millisecond, true},
		"long times":                 {film(boxOf("moov", long, trak), mdat), 640, 360, 1500 * time.Millisecond, true},
		"a size in 64 bits":          {film(boxOf("moov", mvhd, trak), far), 640, 360, 2500 * time.Millisecond, true},
		"held upright":               {film(boxOf("moov", mvhd, boxOf("trak", boxOf("tkhd", header(84, turned)))), mdat), 360, 640, 2500 * time.Millisecond, true},
		"sound alone":                {film(boxOf("moov", mvhd, sound), mdat), 0, 0, 2500 * time.Millisecond, true},
		"a length that is not known": {film(boxOf("moov", boxOf("mvhd", header(100, map[int]uint32{12: 600, 16: 1<<32 - 1})), trak)), 640, 360, 0, true},
		"no time scale":              {film(boxOf("moov", boxOf("mvhd", header(100, map[int]uint32{16: 1500})), trak)), 640, 360, 0, true},
		"a head that is too short":   {film(boxOf("moov", boxOf("mvhd", []byte{0, 0}), boxOf("trak", boxOf("tkhd", []byte{1, 0})))), 0, 0, 0, true},
		"no head":                    {film(mdat), 0, 0, 0, false},
		"cut off":                    {film(boxOf("moov", mvhd, trak), mdat[:50]), 640, 360, 2500 * time.Millisecond, false},
		"cut off in the head":        {film(boxOf("moov", mvhd, trak)[:130]), 0, 0, 0, false},
	} {
		got := look(c.data)
		if got.Type != "video/mp4" || got.Width != c.width || got.Height != c.height || got.Duration != c.plays || got.Whole != c.whole {
			t.Errorf("%s: %+v", name, got)
		}
	}
	real, err := os.ReadFile("sandbox/demo/unboxing.mp4")
	if got := look(real); err != nil || got.Width != 288 || got.Height != 384 || got.Duration < time.Second || !got.Whole {
		t.Errorf("a real film: %+v %v", got, err)
	}
}

func TestTypes(t *testing.T) {
	for first, want := range map[string]string{
		"\x00\x00\x00\x18ftypM4A \x00": "audio/mp4", "\x00\x00\x00\x18ftypheic\x00": "image/heic", "\x00\x00\x00\x18ftyp3gp4\x00": "video/mp4",
		"RIFF\x00\x00\x00\x00WAVEfmt ": "audio/wav", "OggS\x00\x02" + strings.Repeat("\x00", 22) + "Speex   ": "audio/speex",
		"OggS\x00\x02" + strings.Repeat("\x00", 22) + "OpusHead": "audio/ogg", "\xff\xd8\xff": "image/jpeg",
		"<svg": "text/plain", "<?xml version=": "text/xml", "": "text/plain",
	} {
		if got := Sniff([]byte(first)); got != want {
			t.Errorf("%q is %s", first, got)
		}
	}
}

// counted counts the bytes that are read of a file.
type counted struct {
	*bytes.Reader
	n int
}

func (c *counted) ReadAt(b []byte, at int64) (int, error) {
	n, err := c.Reader.ReadAt(b, at)
	c.n += n
	return n, err
}

// Whatever comes, it is looked at without a fault, in few readings, and never found
// to be what it is not.
func FuzzLook(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isom\x00\x00\x00\x01moov\x00\x00\x00\x00\x00\x00\x00\x10"))
	f.Add(amrOf("#!AMR\n", &amrSizes, 0, 8, 15))
	f.Add([]byte("ID3\x04\x00\x00\x00\x00\x00\x02xx\xff\xfb\x90\x44"))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00"))
	for _, one := range hostile.Files() {
		if len(one.Data) < 4<<10 { // the fuzzer is slow with large ones
			f.Add(one.Data)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file := &counted{Reader: bytes.NewReader(b)}
		got := Look(file, int64(len(b)))
		if file.n > 2*len(b)+boxesMost*128 {
			t.Errorf("%d bytes are read of %d", file.n, len(b))
		}
		if got.Width < 0 || got.Height < 0 || got.Duration < 0 || got.Type != Sniff(b[:min(len(b), SniffLen)]) {
			t.Errorf("%+v", got)
		}
	})
}
