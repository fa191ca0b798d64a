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

	// Looking at the other source ends a recording and keeps it.
	p.click(".rec .btn >> " + p.word("editor.voice.again"))
	p.see(".rec-live .voice-wave rect:nth-child(8)")
	p.click("dialog .seg label >> " + p.word("editor.voice.file"))
	p.see(".rec >> " + p.word("editor.voice.none"))
	p.click("dialog .seg label >> " + p.word("editor.voice.mic"))
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

// A codec that fails loses nothing: the recording and the file are kept, it is
// told, and the next try makes them a voice.
func TestVoiceOutlivesItsEncoder(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	p.grant("microphone")
	p.breakWorkers()
	p.editor("voice")
	p.click(".rec-go")
	p.see(".rec-live .voice-wave rect:nth-child(8)")
	p.click(".rec-stop")
	told := ".rec-bad [role=alert] >> " + p.word("editor.voice.fault.encoder")
	p.see(told)
	p.until("a button that is off", "document.querySelector('dialog .btn-primary').disabled")
	p.accessible("voice editor, encoder failed")
	p.click(".rec .btn >> " + p.word("editor.voice.retry"))
	p.see(told)
	p.press(kb.Escape)
	p.gone("dialog[open]")
	p.editor("voice")
	p.see(told)
	p.until("a leave that is asked for", "!dispatchEvent(new Event('beforeunload', { cancelable: true }))")
	p.mendWorkers()
	p.click(".rec .btn >> " + p.word("editor.voice.retry"))
	p.see(".rec-btn[aria-label^=试听]")
	p.sendEditor("voice-editor")
	if got := d.received(ann, 1)[0]; got.Type != "voice" || !bytes.HasPrefix(d.bytes(got.File), []byte("#!AMR\n")) {
		t.Errorf("arrived: %s", got.Type)
	}
}

func TestFileOutlivesItsEncoder(t *testing.T) {
	parallel(t)
	_, p, _ := writing(t)
	p.breakWorkers()
	p.editor("voice")
	p.click("dialog .seg label >> " + p.word("editor.voice.file"))
	p.choose("dialog [type=file]", file(t, "tone.wav", wav(3)))
	p.click(".rec-bad .btn >> " + p.word("editor.voice.convert"))
	p.see(".rec-bad [role=alert] >> tone.wav " + p.word("editor.voice.fault.encoder"))
	p.mendWorkers()
	p.click(".rec-bad .btn >> " + p.word("editor.voice.retry"))
	p.see(".rec >> tone.amr 0:03")
}

// A file that is slow to be read does not take the place of one that was chosen
// after it.
func TestNewestVoiceWins(t *testing.T) {
	parallel(t)
	_, p, _ := writing(t)
	eval[bool](p, `(() => {
		const [read, decode] = [Blob.prototype.arrayBuffer, OfflineAudioContext.prototype.decodeAudioData];
		const slow = new Promise((go) => (window.goOn = go));
		window.decoded = 0;
		Blob.prototype.arrayBuffer = async function () {
			if (this.name === 'slow.mp3') await slow;
			return read.call(this);
		};
		OfflineAudioContext.prototype.decodeAudioData = function (data) {
			return decode.call(this, data).finally(() => setTimeout(() => window.decoded++));
		};
		return true;
	})()`)
	p.editor("voice")
	p.click("dialog .seg label >> " + p.word("editor.voice.file"))
	p.choose("dialog [type=file]", file(t, "slow.mp3", mp3(8)))
	p.see(".rec .spin")
	p.choose("dialog [type=file]", file(t, "quick.mp3", mp3(3)))
	p.see(".rec >> quick.mp3 0:03")
	eval[bool](p, "(goOn(), true)")
	p.until("both read", "decoded === 2")
	p.see(".rec >> quick.mp3 0:03")
	p.gone(".rec >> slow.mp3")
}

// breakWorkers makes the browser start no worker; mendWorkers lets it again.
func (p *page) breakWorkers() {
	p.t.Helper()
	eval[bool](p, `(() => {
		window.GoodWorker = Worker;
		window.Worker = class {
			postMessage() { setTimeout(() => this.onerror(new ErrorEvent('error', { message: 'out of memory' }))); }
			terminate() {}
		};
		return true;
	})()`)
}

func (p *page) mendWorkers() {
	p.t.Helper()
	eval[bool](p, "(window.Worker = GoodWorker, true)")
}
