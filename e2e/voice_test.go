package e2e

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"math"
	"testing"

	"kfdesk/hub/wechat/sandbox"
)

//go:embed testdata/dtx.amr
var dtxClip []byte

// script loads one of our modules in the page and runs js with it as m.
func script[T any](p *page, module, js string) T {
	p.t.Helper()
	return eval[T](p, fmt.Sprintf(`(async () => {
		const m = await import(JSON.parse(document.getElementById('boot').textContent).static + '/js/%s');
		const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
		%s
	})()`, module, js))
}

type decoded struct {
	Seconds float64
	Peaks   []float64
	Size    int
	Type    string
}

// A clip with DTX frames is decoded to its full length, quiet where it was
// quiet; what the encoder makes has frames of 32 bytes and comes back as it was.
func TestAMRInTheBrowser(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	clip := quote(base64.StdEncoding.EncodeToString(dtxClip))
	got := script[decoded](p, "lib/amr.js", `const { wav, seconds, peaks } = await m.decode(bytesOf(`+clip+`).buffer);
		return { seconds, peaks, size: wav.size, type: wav.type };`)
	if math.Abs(got.Seconds-6.02) > 0.021 || got.Size != 44+int(math.Round(got.Seconds*16000)) || got.Type != "audio/wav" || len(got.Peaks) != 28 {
		t.Errorf("decoded: %+v", got)
	}
	if loud, quiet := got.Peaks[3], got.Peaks[14]; loud < 0.3 || quiet > 0.1 {
		t.Errorf("peaks: %v", got.Peaks)
	}
	size := script[[]float64](p, "lib/amr.js", `
		const tone = Float32Array.from({ length: 8000 }, (_, i) => 0.5 * Math.sin(i / 3));
		const blob = await m.encode(tone);
		const bytes = new Uint8Array(await blob.arrayBuffer());
		const { seconds, peaks } = await m.decode(bytes.buffer);
		return [bytes.length, m.countFrames(bytes), seconds, Math.min(...peaks.slice(1))];`)
	if size[0] != 6+50*32 || size[1] != 50 || size[2] != 1 || size[3] < 0.5 {
		t.Errorf("encoded: %v", size)
	}
	for name, bytes := range map[string]string{
		"nothing": "new Uint8Array(0)", "a name only": "new TextEncoder().encode('#!AMR\\n')", "text": "new TextEncoder().encode('hello')",
		"hours of frames without data": "Uint8Array.from({ length: 2e6 }, (_, i) => '#!AMR\\n'.charCodeAt(i) || 0x7c)",
	} {
		if script[bool](p, "lib/amr.js", "return m.decode("+bytes+".buffer).then(() => true, () => false);") {
			t.Errorf("%s was decoded", name)
		}
	}
}

// A sound is told by its first bytes, whatever it is called.
func TestSoundsAreTold(t *testing.T) {
	parallel(t)
	p := newDesk(t).agent("xiaoli")
	for head, want := range map[string]string{
		"#!AMR\n<": "audio/amr", "#!AMR-WB\n": "", "ID3\x04": "audio/mpeg", "\xff\xfb\x90": "audio/mpeg", "\xff\xf3\x44": "audio/mpeg",
		"\xff\xf1\x50": "audio/aac", "\xff\xfd\x90": "", "RIFF\x00\x00\x00\x00WAVE": "audio/wav", "RIFF\x00\x00\x00\x00WEBP": "",
		"OggS": "audio/ogg", "\x00\x00\x00\x20ftypM4A ": "audio/mp4", "": "", "hello": "",
	} {
		bytes := quote(base64.StdEncoding.EncodeToString([]byte(head)))
		if got := script[string](p, "lib/soundtype.js", "return m.typeOf(bytesOf("+bytes+"));"); got != want {
			t.Errorf("%q is %q, not %q", head, got, want)
		}
	}
}

// The microphone's beeps come as 8,000 samples a second; the recorder ends by
// itself, tells levels and lets the microphone go.
func TestRecorder(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	p.grant("microphone")
	p.click("#list")
	const watched = `
		const tracks = [];
		const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
		navigator.mediaDevices.getUserMedia = async (wish) => { const s = await ask(wish); tracks.push(...s.getTracks()); return s; };
		const on = () => tracks.filter(({ readyState }) => readyState === 'live').length;
		const levels = [];`
	ended := script[[]float64](p, "lib/recorder.js", watched+`
		const samples = await new Promise((onEnd) => m.record({ most: 2, onLevel: (level) => levels.push(level), onEnd }));
		return [samples.length, Math.max(...samples), Math.max(...levels), on()];`)
	if ended[0] != 16000 || ended[1] < 0.01 || ended[2] <= 0 || ended[3] != 0 {
		t.Errorf("after two seconds: %v", ended)
	}
	stopped := script[[]float64](p, "lib/recorder.js", watched+`
		let recording;
		const enough = new Promise((done) => { recording = m.record({ onLevel: (level, seconds) => seconds > 0.5 && done() }); });
		const { stop } = await recording;
		await enough;
		const samples = await stop();
		return [samples.length, on(), tracks.length];`)
	if stopped[0] < 4000 || stopped[1] != 0 || stopped[2] != 1 {
		t.Errorf("stopped: %v", stopped)
	}
	refusal := script[string](p, "lib/recorder.js", `
		navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError'); };
		return m.record({}).then(() => '', (error) => error.name + ' ' + error.code);`)
	if refusal != "RecorderError denied" {
		t.Errorf("refused: %q", refusal)
	}
}

// A voice with DTX frames plays: its length is there before, time goes on, the
// speed changes, one voice ends the other, P goes back to the newest.
func TestVoicePlays(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann := d.customer("安")
	d.act(sandbox.Action{OpenID: ann, Do: "voice", File: dtxClip, FileName: "first.amr", Recognition: "底座有点扎手"})
	d.act(sandbox.Action{OpenID: ann, Do: "voice", File: dtxClip, FileName: "second.amr"})
	p.show("all", d.conversation(ann).ID)
	p.see(".voice-text >> 底座有点扎手")
	p.see(".voice-text >> " + p.word("inbox.media.recognition"))
	p.until("two lengths", `e2e.text('.voice-len').join() === '6″,6″'`)
	p.until("two waves", `document.querySelectorAll('kf-sound rect[height="18"]').length >= 2`)
	const first, second = "article:nth-of-type(1) kf-sound", "article:nth-of-type(2) kf-sound"
	p.click(first + " .voice-play")
	p.see(first + " [aria-label] >> " + p.word("inbox.voice.pause"))
	p.see(first + " .voice-len >> 1″ / 6″")
	p.click(first + " .voice-speed")
	p.see(first + " .voice-speed >> 1.5×")
	p.see(first + " .voice-len >> 3″ / 6″")
	p.click(second + " .voice-play")
	p.see(second + " .voice-speed >> 1.5×")
	p.see(second + " .voice-len >> 1″ / 6″")
	p.until("the first one silent", "e2e.text('"+first+" .voice-len').join() === '6″'")
	p.click(second + " .voice-play")
	p.see(second + " .voice-play:not([aria-busy=true]) >> " + p.part("inbox.voice.play.other"))
	paused := p.texts(second + " .voice-len")
	p.press("p")
	p.until("time that goes on", fmt.Sprintf("e2e.text(%s).join() > %s", quote(second+" .voice-len"), quote(paused[0])))
	p.until("the end", "e2e.text('.voice-len').join() === '6″,6″'")
	p.accessible("voices")
}

// What no browser plays says so and can be taken away.
func TestVoiceThatCannotBePlayed(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann := d.customer("安")
	d.act(sandbox.Action{OpenID: ann, Do: "voice", File: []byte("#!AMR\n<"), FileName: "cut.amr"})
	p.show("all", d.conversation(ann).ID)
	p.see("kf-sound .unknown >> " + p.word("inbox.voice.format"))
	p.see("kf-sound a[download] >> " + p.word("inbox.media.download"))
}

// A film plays in its place and can be wound on: the server sends parts.
func TestFilmPlaysAndSeeks(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann := d.customer("安")
	d.act(sandbox.Action{OpenID: ann, Do: "video", Sample: "unboxing.mp4"})
	p.show("all", d.conversation(ann).ID)
	p.click("#stream .film")
	p.until("a film that plays", "document.querySelector('#stream video')?.currentTime > 0")
	at := eval[[]float64](p, `(async () => {
		const film = document.querySelector('#stream video');
		film.pause();
		await new Promise((done) => { film.onseeked = done; film.currentTime = film.duration * 0.8; });
		return [film.currentTime / film.duration, film.seekable.end(0) / film.duration];
	})()`)
	if math.Abs(at[0]-0.8) > 0.05 || at[1] < 0.99 {
		t.Errorf("wound to %v of the film, seekable to %v", at[0], at[1])
	}
	p.until("an answer with a part", "performance.getEntriesByType('resource').some(({ name, responseStatus }) => name.includes('/media/') && responseStatus === 206)")
	p.accessible("film")
}
