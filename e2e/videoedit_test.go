package e2e

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

func film(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("../hub/wechat/sandbox/demo/unboxing.mp4")
	must(t, err)
	return data
}

// A video brings pictures for its cover; another one can be uploaded. What WeChat
// does not take is refused before it is uploaded.
func TestVideoEditor(t *testing.T) {
	parallel(t)
	_, p, _ := writing(t)
	p.editor("video")
	p.accessible("video editor, nothing yet")
	take := func(name string, data []byte) {
		t.Helper()
		p.choose("dialog [accept^=video]", file(t, name, data))
	}
	mov := bytes.Replace(film(t)[:4096], film(t)[4:12], []byte("ftypqt  "), 1)
	for name, c := range map[string]struct {
		data  []byte
		fault string
	}{
		"big.mp4": {make([]byte, 10<<20+1), "large"}, "film.mov": {mov, "mov"}, "page.mp4": {[]byte("<script>alert(1)</script>"), "type"},
	} {
		take(name, c.data)
		p.see("dialog .field-error >> " + p.word("editor.video.fault."+c.fault, "name", name))
	}
	p.accessible("video editor, bad file")
	take("开箱.mp4", film(t))
	p.see(".filerow >> 开箱.mp4")
	p.see(".filerow small >> H.264")
	p.until("four pictures", "[...document.querySelectorAll('.frames img')].filter((img) => img.naturalWidth).length === 4")
	p.until("the second as the cover", "[...document.querySelectorAll('.frames input')].map(({ checked }) => checked).join() === 'false,true,false,false'")
	p.see(".wx-video .pic-len")
	p.accessible("video editor")
	p.choose("dialog [accept^=image]", file(t, "cover.png", noise(t, 1200, 900)))
	p.until("a cover of our own", "document.querySelectorAll('.frames label').length === 5 && document.querySelector('.frames label:nth-child(5) input').checked")
	p.click(".frames label:nth-child(3)")
	p.until("a picture of the video", "document.querySelectorAll('.frames label').length === 4 && document.querySelector('.frames label:nth-child(3) input').checked")
	p.fill("#video-title", "开箱")
	p.press(kb.Escape)
	p.gone("dialog[open]")
	p.editor("video")
	p.until("the same picture", "document.querySelector('.frames label:nth-child(3) input')?.checked")
	p.until("a button that is on", "!document.querySelector('dialog .btn-primary').disabled")
}

// A film that this browser does not play can be sent with a cover of one's own.
func TestVideoThatDoesNotPlay(t *testing.T) {
	parallel(t)
	_, p, _ := writing(t)
	p.editor("video")
	odd := bytes.ReplaceAll(film(t), []byte("avc1"), []byte("hvc1"))
	p.choose("dialog [accept^=video]", file(t, "odd.mp4", odd))
	p.see(".hint-warn >> " + p.word("editor.video.unplayable", "codec", "H.265"))
	p.see("dialog [role=status] >> " + p.word("editor.first_cover"))
	p.accessible("video editor, film that does not play")
	p.choose("dialog [accept^=image]", file(t, "cover.png", drawing(t, 3)))
	p.until("a button that is on", "!document.querySelector('dialog .btn-primary').disabled")
}

// A browser that fetches nothing of a film, or does not get to a place in it, is
// not waited for: a cover of one's own is asked for.
func TestVideoThatTheBrowserKeepsToItself(t *testing.T) {
	parallel(t)
	_, p, _ := writing(t)
	for _, property := range []string{"currentTime", "src"} {
		eval[bool](p, fmt.Sprintf("(Object.defineProperty(HTMLMediaElement.prototype, %q, { set() {} }), true)", property))
		p.editor("video")
		p.choose("dialog [accept^=video]", file(t, property+".mp4", film(t)))
		p.see(".filerow >> " + property + ".mp4")
		p.see("dialog [role=status] >> " + p.word("editor.first_cover"))
		p.choose("dialog [accept^=image]", file(t, "cover.png", drawing(t, 3)))
		p.until("a button that is on", "!document.querySelector('dialog .btn-primary').disabled")
		p.sendEditor("video-editor")
	}
}

// A sound that the browser does not open is told to be none.
func TestVoiceThatTheBrowserKeepsToItself(t *testing.T) {
	parallel(t)
	_, p, _ := writing(t)
	eval[bool](p, "(Object.defineProperty(HTMLMediaElement.prototype, 'src', { set() {} }), true)")
	p.editor("voice")
	p.click("dialog .seg label >> " + p.word("editor.voice.file"))
	p.choose("dialog [type=file]", file(t, "silence.mp3", mp3(8)))
	p.see(".rec-bad >> " + p.word("editor.voice.fault.type"))
}
