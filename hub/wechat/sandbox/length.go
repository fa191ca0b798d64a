package sandbox

import (
	"encoding/binary"
	"time"
)

const maxVoice = time.Minute

// playLength is how long a sound or a film plays; 0 when its bytes do not say.
func playLength(b []byte) time.Duration {
	switch sniff(b) {
	case "audio/amr":
		return amrLength(b)
	case "audio/mpeg":
		return mp3Length(b)
	case "video/mp4":
		return mp4Length(b)
	}
	return 0
}

// seconds is the length of a file as the phone shows it.
func (s *Sandbox) seconds(file string) int {
	data, err := s.files.get(file)
	if err != nil {
		return 0
	}
	return int((playLength(data) + time.Second/2) / time.Second)
}

// amrSizes are the bytes of an AMR-NB frame by its type; each lasts 20 ms.
var amrSizes = [16]int{13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1}

func amrLength(b []byte) time.Duration {
	n := 0
	for i := len("#!AMR\n"); i < len(b); i += amrSizes[b[i]>>3&15] {
		n++
	}
	return time.Duration(n) * 20 * time.Millisecond
}

// Bit rates of layer III in kbit/s, and sample rates in Hz, both by MPEG-1 or
// MPEG-2 and 2.5.
var (
	mp3Rates  = [2][16]int{{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}, {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}}
	mp3Sample = [4][4]int{{11025, 12000, 8000}, {}, {22050, 24000, 16000}, {44100, 48000, 32000}}
)

// mp3Length adds up the frames.
func mp3Length(b []byte) (length time.Duration) {
	if len(b) > 10 && string(b[:3]) == "ID3" {
		size := int(b[6])<<21 | int(b[7])<<14 | int(b[8])<<7 | int(b[9])
		b = b[min(len(b), size+10):]
	}
	for len(b) > 4 {
		version, padding := b[1]>>3&3, int(b[2]>>1&1)
		old, samples := 0, 1152
		if version != 3 {
			old, samples = 1, 576
		}
		rate, hertz := mp3Rates[old][b[2]>>4]*1000, mp3Sample[version][b[2]>>2&3]
		if b[0] != 0xff || b[1]&0xe6 != 0xe2 || rate == 0 || hertz == 0 {
			b = b[1:]
			continue
		}
		length += time.Second * time.Duration(samples) / time.Duration(hertz)
		b = b[min(len(b), samples/8*rate/hertz+padding):]
	}
	return length
}

// mp4Length reads the movie header.
func mp4Length(b []byte) time.Duration {
	box := func(b []byte, name string) []byte {
		for len(b) >= 8 {
			n := int(binary.BigEndian.Uint32(b))
			if n < 8 || n > len(b) {
				return nil
			}
			if string(b[4:8]) == name {
				return b[8:n]
			}
			b = b[n:]
		}
		return nil
	}
	head := box(box(b, "moov"), "mvhd")
	if len(head) < 20 || head[0] != 0 { // the long form is for films of years
		return 0
	}
	scale := binary.BigEndian.Uint32(head[12:])
	if scale == 0 {
		return 0
	}
	return time.Second * time.Duration(binary.BigEndian.Uint32(head[16:])) / time.Duration(scale)
}
