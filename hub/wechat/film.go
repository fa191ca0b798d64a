package wechat

import (
	"encoding/binary"
	"io"
	"time"
)

// boxesMost bounds the boxes of a film that are looked at. Real ones have a few
// dozen outside of their tables, which are not read.
const boxesMost = 1000

// film walks through the boxes of an MP4 file (ISO 14496-12). No size in the file
// is believed beyond the box it lies in, and nothing is read but two headers.
type film struct {
	f     io.ReaderAt
	is    *Facts
	boxes int
	moov  bool
}

func lookMP4(f io.ReaderAt, size int64, is *Facts) {
	m := &film{f: f, is: is}
	is.Whole = m.walk(0, size, "") && m.moov
}

// walk reads the boxes from at to end, which lie in a box of type in. It is false
// when one does not fit.
func (m *film) walk(at, end int64, in string) bool {
	var head [16]byte
	for at+8 <= end {
		if m.boxes++; m.boxes > boxesMost {
			return false
		}
		if _, err := m.f.ReadAt(head[:8], at); err != nil {
			return false
		}
		size, body := int64(binary.BigEndian.Uint32(head[:])), at+8
		switch size {
		case 0:
			size = end - at
		case 1:
			if _, err := m.f.ReadAt(head[8:], body); err != nil {
				return false
			}
			size, body = int64(binary.BigEndian.Uint64(head[8:])), at+16
		}
		if size < body-at || size > end-at {
			return false
		}
		if !m.box(string(head[4:8]), in, body, at+size) {
			return false
		}
		at += size
	}
	return true
}

func (m *film) box(typ, in string, at, end int64) bool {
	switch in + "/" + typ {
	case "/moov":
		m.moov = true
		return m.walk(at, end, typ)
	case "moov/trak":
		return m.walk(at, end, typ)
	case "moov/mvhd":
		m.movie(at, end)
	case "trak/tkhd":
		m.track(at, end)
	}
	return true
}

// full reads the head of a box, which begins with its version: so many bytes of
// version 0 or of 1, which has longer times. nil when they are not there.
func (m *film) full(at, end int64, v0, v1 int) []byte {
	var b [96]byte
	if _, err := m.f.ReadAt(b[:1], at); err != nil {
		return nil
	}
	n := v0
	if b[0] == 1 {
		n = v1
	}
	if end-at < int64(n) {
		return nil
	}
	if _, err := m.f.ReadAt(b[:n], at); err != nil {
		return nil
	}
	return b[:n]
}

// movie is mvhd: how long it plays.
func (m *film) movie(at, end int64) {
	b := m.full(at, end, 20, 32)
	if b == nil {
		return
	}
	scale, length := binary.BigEndian.Uint32(b[12:]), uint64(0)
	if b[0] == 1 {
		scale, length = binary.BigEndian.Uint32(b[20:]), binary.BigEndian.Uint64(b[24:])
	} else if short := binary.BigEndian.Uint32(b[16:]); short != 1<<32-1 { // all ones: not known
		length = uint64(short)
	}
	if seconds := float64(length) / float64(scale); scale > 0 && seconds < 24*3600 {
		m.is.Duration = time.Duration(seconds * float64(time.Second))
	}
}

// track is tkhd: how large it is shown. The first that is shown at all counts.
func (m *film) track(at, end int64) {
	b := m.full(at, end, 84, 96)
	if b == nil || m.is.Width > 0 {
		return
	}
	shown := b[len(b)-8:] // width, height in 16.16, after nine numbers that turn it
	turn := b[len(b)-44:]
	w, h := int(binary.BigEndian.Uint16(shown)), int(binary.BigEndian.Uint16(shown[4:]))
	if w == 0 || h == 0 {
		return
	}
	if binary.BigEndian.Uint32(turn) == 0 && binary.BigEndian.Uint32(turn[4:]) != 0 { // by 90 or 270 degrees
		w, h = h, w
	}
	m.is.Width, m.is.Height = w, h
}
