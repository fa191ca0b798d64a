package wechat

import (
	"bufio"
	"encoding/binary"
	"io"
	"time"
)

// Bytes of an AMR frame by its type, the type's own byte included; each plays
// 20 ms. 0: there is no such frame.
var (
	amrSizes   = [16]int{13, 14, 16, 18, 20, 21, 27, 32, 6, 15: 1}
	amrWBSizes = [16]int{18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 14: 1, 15: 1}
)

const amrFrame = 20 * time.Millisecond

// amrDuration counts frames behind the magic. whole is false when there are none,
// the last is cut off or something else comes.
func amrDuration(r *bufio.Reader, magic int, sizes *[16]int) (d time.Duration, whole bool) {
	_, _ = r.Discard(magic)
	for {
		head, err := r.ReadByte()
		if err != nil {
			return d, err == io.EOF && d > 0
		}
		size := sizes[head>>3&15]
		if size == 0 || head&0x83 != 0 {
			return d, false
		}
		if _, err := r.Discard(size - 1); err != nil {
			return d, false
		}
		d += amrFrame
	}
}

// Bit rates of MPEG layer III in kbit/s, of version 1 and of 2 and 2.5; sampling
// rates of version 1, which are halved for 2 and quartered for 2.5.
var (
	mp3Rates = [2][16]int{
		{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
	}
	mp3Samples = [4]int{44100, 48000, 32000}
)

// mp3Frame reads a frame's header: its bytes, and how long it plays. 0: it is
// none.
func mp3Frame(h []byte) (size int, plays time.Duration) {
	if h[0] != 0xFF || h[1]&0xE6 != 0xE2 {
		return 0, 0
	}
	version, shift, samples, table := h[1]>>3&3, 0, 576, 1
	switch version {
	case 3:
		samples, table = 1152, 0
	case 2:
		shift = 1
	case 0:
		shift = 2
	default:
		return 0, 0
	}
	rate, frequency := mp3Rates[table][h[2]>>4], mp3Samples[h[2]>>2&3]>>shift
	if rate == 0 || frequency == 0 {
		return 0, 0
	}
	size = samples/8*rate*1000/frequency + int(h[2]>>1&1)
	return size, time.Duration(samples) * time.Second / time.Duration(frequency)
}

// mp3Duration adds up the frames. What is between them, such as tags, plays
// nothing. whole is false when there is no frame.
func mp3Duration(r *bufio.Reader) (d time.Duration, whole bool) {
	for {
		h, err := r.Peek(10)
		if len(h) < 4 {
			return d, d > 0
		}
		skip := 1
		if size, plays := mp3Frame(h); size > 0 {
			skip, d = size, d+plays
		} else if err == nil && string(h[:3]) == "ID3" {
			skip = 10 + syncSafe(h[6:])
		}
		if _, err := r.Discard(skip); err != nil {
			return d, d > 0
		}
	}
}

// syncSafe is the length of an ID3 tag: seven bits a byte.
func syncSafe(b []byte) int {
	n := binary.BigEndian.Uint32(b)
	return int(n>>24&0x7F<<21 | n>>16&0x7F<<14 | n>>8&0x7F<<7 | n&0x7F)
}
