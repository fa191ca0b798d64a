package e2e

import (
	"bytes"
	enc "encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp/kb"
)

// hold presses a key without letting it go; release does.
func (p *page) hold(key rune) (release func()) {
	p.t.Helper()
	k := kb.Keys[key]
	event := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: k.Key, Code: k.Code, WindowsVirtualKeyCode: k.Windows, Text: k.Text}
	send(p, input.DispatchKeyEvent, event)
	return func() {
		p.t.Helper()
		event.Type, event.Text = input.DispatchKeyEventTypeKeyUp, ""
		send(p, input.DispatchKeyEvent, event)
	}
}

// wav is a tone, 8,000 samples a second.
func wav(seconds int) []byte {
	n := seconds * 8000
	var b bytes.Buffer
	b.WriteString("RIFF")
	enc.Write(&b, enc.LittleEndian, uint32(36+2*n))
	b.WriteString("WAVEfmt ")
	enc.Write(&b, enc.LittleEndian, []uint32{16, 1 | 1<<16, 8000, 16000, 2 | 16<<16})
	b.WriteString("data")
	enc.Write(&b, enc.LittleEndian, uint32(2*n))
	for i := range n {
		enc.Write(&b, enc.LittleEndian, int16(9000*math.Sin(float64(i)/3)))
	}
	return b.Bytes()
}

// mp3 is silence: frames of 26 ms without data.
func mp3(seconds int) []byte {
	frame := append([]byte{0xff, 0xfb, 0x90, 0xc4}, make([]byte, 413)...)
	return bytes.Repeat(frame, seconds*44100/1152+1)
}

// A voice is recorded with the button, heard again, recorded again with the
// space bar held down, and stays when the editor is closed.
func TestVoiceIsRecorded(t *testing.T) {
	parallel(t)
	_, p, _ := writing(t)
	p.grant("microphone")
	p.editor("voice")
	p.see(".rec >> " + p.word("editor.voice.idle"))
	p.see("dialog [role=status] >> " + p.word("editor.voice.first_mic"))
	p.accessible("voice editor, nothing yet")
	p.click(".rec-go")
	p.see(".rec-live .voice-wave rect:nth-child(8)")
	p.accessible("voice editor, recording")
	p.click(".rec-stop")
	p.see(".rec-btn[aria-label^=试听]")
	p.see(".rec >> KB")
	p.accessible("voice editor, recorded")
	p.until("a button that is on", "!document.querySelector('dialog .btn-primary').disabled")
	p.click(".rec-btn[aria-label^=试听]")
	p.see(".rec-time .num")
	p.see(".rec-btn[aria-label^=试听]") // to the end

	p.click(".rec .btn >> " + p.word("editor.voice.again"))
	p.see(".rec-live")
	p.click(".rec .btn >> " + p.word("editor.voice.discard"))
	p.see(".rec-go")
	release := p.hold(' ')
	p.see(".rec-live .voice-wave rect:nth-child(5)")
	release()
	p.see(".rec-btn[aria-label^=试听]")
	p.fill("#voice-transcript", "卡扣 在内侧")
	p.press(kb.Escape)
	p.gone("dialog[open]")
	p.editor("voice")
	p.see(".rec-btn[aria-label^=试听]")
	p.until("the transcript", "document.querySelector('#voice-transcript').value === '卡扣 在内侧'")
}

// Without a microphone the reason is told, and trying again is offered.
func TestVoiceWithoutMicrophone(t *testing.T) {
	parallel(t)
	_, p, _ := writing(t)
	p.editor("voice")
	for name, code := range map[string]string{"NotAllowedError": "denied", "NotFoundError": "missing"} {
		eval[bool](p, fmt.Sprintf("(navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', %q); }, true)", name))
		p.click(".rec-go, .rec-off .btn")
		p.see(".rec-off >> " + p.word("editor.voice.off."+code))
		p.accessible("voice editor, no microphone")
	}
}

// Files are measured before they are sent: what WeChat takes goes as it is, what
// it does not is cut and converted, or refused with the reason.
func TestVoiceFiles(t *testing.T) {
	parallel(t)
	_, p, _ := writing(t)
	p.editor("voice")
	p.click("dialog .seg label >> " + p.word("editor.voice.file"))
	take := func(name string, data []byte) {
		t.Helper()
		p.choose("dialog [type=file]", file(t, name, data))
	}
	take("clip.bin", dtxClip)
	p.see(".rec >> 0:06，5 KB")
	take("silence.mp3", mp3(8))
	p.see(".rec >> 0:08")
	p.accessible("voice editor, file")
	take("long.mp3", mp3(75))
	p.see(".rec-bad >> long.mp3 1:15")
	p.accessible("voice editor, long file")
	p.click(".rec-bad .btn >> " + p.word("editor.voice.cut"))
	p.see(".rec >> long.amr 1:00，94 KB")
	take("tone.wav", wav(3))
	p.see(".rec-bad >> 0:03")
	p.click(".rec-bad .btn >> " + p.word("editor.voice.convert"))
	p.see(".rec >> tone.amr 0:03")
	for name, c := range map[string]struct {
		data  []byte
		fault string
	}{
		"notes.txt": {[]byte("hello"), "type"},
		"empty.amr": {[]byte("#!AMR\n"), "broken"},
		"huge.wav":  {make([]byte, 30<<20+1), "huge"},
	} {
		take(name, c.data)
		p.see(".rec-bad >> " + p.word("editor.voice.fault."+c.fault))
		p.until("a button that is off", "document.querySelector('dialog .btn-primary').disabled")
	}
}
