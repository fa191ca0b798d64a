package e2e

import (
	"bytes"
	"encoding/json"
	"testing"
)

// A recorded voice arrives on the phone as AMR, an MP3 as the file that it was;
// the transcript stays here.
func TestVoiceReachesThePhone(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	p.grant("microphone")
	p.editor("voice")
	p.click(".rec-go")
	p.see(".rec-live .voice-wave rect:nth-child(6)")
	p.click(".rec-stop")
	p.see(".rec .btn >> " + p.word("editor.voice.again"))
	p.fill("#voice-transcript", "卡扣在内侧")
	p.click("dialog .btn-primary")
	p.gone("dialog[open]")
	got := d.received(ann, 1)[0]
	if data := d.bytes(got.File); got.Type != "voice" || !bytes.HasPrefix(data, []byte("#!AMR\n")) || len(data) < 1000 {
		t.Errorf("arrived: %s, %d bytes, %.10q", got.Type, len(data), data)
	}
	if bytes.Contains(got.Raw, []byte("transcript")) {
		t.Errorf("WeChat got the transcript: %s", got.Raw)
	}
	p.see("#stream .msg-out .voice")
	p.see("#stream .msg-out >> 卡扣在内侧")
	p.budget(4)

	p.editor("voice")
	p.see(".rec-go") // nothing is left of the one before
	p.click("dialog .seg label >> " + p.word("editor.voice.file"))
	p.choose("dialog [type=file]", file(t, "silence.mp3", mp3(8)))
	p.see(".rec >> silence.mp3")
	p.click("dialog .btn-primary")
	if data := d.bytes(d.received(ann, 2)[1].File); !bytes.Equal(data, mp3(8)) {
		t.Errorf("WeChat got other bytes: %d", len(data))
	}
}

// A video arrives with its words and its cover.
func TestVideoReachesThePhone(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	p.editor("video")
	p.choose("dialog [accept^=video]", file(t, "box.mp4", film(t)))
	p.until("a cover", "document.querySelector('.frames input:checked')")
	p.fill("#video-title", "开箱")
	p.fill("#video-description", "三步装好")
	p.click("dialog .btn-primary")
	p.gone("dialog[open]")
	got := d.received(ann, 1)[0]
	var body struct{ Title, Description string }
	must(t, json.Unmarshal(got.Body, &body))
	if got.Type != "video" || body.Title != "开箱" || body.Description != "三步装好" || !bytes.Equal(d.bytes(got.File), film(t)) {
		t.Errorf("arrived: %s %+v %s", got.Type, body, got.File)
	}
	p.until("its cover in the thread", "document.querySelector('#stream .msg-out .film img')?.naturalWidth === 288")
	p.budget(4)
}

// What WeChat refused opens in its editor again with all that was in it, and
// leaves from there.
func TestRefusedVoiceAndVideoOpenAgain(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	d.refuse(40003, 1)
	p.editor("voice")
	p.click("dialog .seg label >> " + p.word("editor.voice.file"))
	p.choose("dialog [type=file]", file(t, "clip.amr", dtxClip))
	p.fill("#voice-transcript", "卡扣在内侧")
	p.click("dialog .btn-primary")
	p.click("#stream .msg-fail button >> " + p.word("inbox.fail.open"))
	p.see("dialog[open] .rec >> 0:06，5 KB")
	p.until("the transcript", "document.querySelector('#voice-transcript').value === '卡扣在内侧'")
	p.click(".rec-btn")
	p.see(".rec-btn[aria-label=停止试听]")
	p.click("dialog .btn-primary")
	if data := d.bytes(d.received(ann, 1)[0].File); !bytes.Equal(data, dtxClip) {
		t.Errorf("the voice has %d bytes", len(data))
	}

	d.refuse(40003, 1)
	p.editor("video")
	p.choose("dialog [accept^=video]", file(t, "box.mp4", film(t)))
	p.until("a cover", "document.querySelector('.frames input:checked')")
	p.click("dialog .btn-primary")
	p.click("#stream .msg-fail button >> " + p.word("inbox.fail.open"))
	p.see("dialog[open] .filerow >> box.mp4")
	p.until("the cover and pictures of the film", "document.querySelectorAll('.frames label img').length === 5")
	p.click("dialog .btn-primary")
	if data := d.bytes(d.received(ann, 2)[1].File); !bytes.Equal(data, film(t)) {
		t.Errorf("the film has %d bytes", len(data))
	}
}
