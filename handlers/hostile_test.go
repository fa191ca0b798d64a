package handlers

import (
	"bytes"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/hub/wechat/hostile"
	"kfdesk/store"
)

// shown are the types that reach a browser as what they are; no more, for each of
// them was thought about.
var shown = strings.Fields("image/jpeg image/png image/gif image/webp audio/amr audio/mpeg audio/mp4 audio/wav audio/ogg video/mp4")

// Whatever a stranger has sent, a browser gets it as a picture, sound or film, or
// as a file to keep; never as what it could run.
func TestHostileFilesAreNeverRun(t *testing.T) {
	d := newDesk(t)
	if len(showable) != len(shown) {
		t.Errorf("%d types are shown, not %d", len(showable), len(shown))
	}
	for _, f := range hostile.Files() {
		is := wechat.Look(bytes.NewReader(f.Data), int64(len(f.Data)))
		hash, size, err := d.Store.SaveFile(bytes.NewReader(f.Data), 10<<20)
		if err != nil {
			t.Fatal(err)
		}
		m, err := d.Store.AddMedia(t.Context(), store.Media{Account: 1, Kind: f.Kind, Mime: is.Type, Hash: hash, Size: size, Name: "a\r\nX: y.html"})
		if err != nil {
			t.Fatal(err)
		}
		got := d.call(t, "li", "GET", "/media/"+strconv.FormatInt(m.ID, 10), nil)
		kind, disposition := got.header.Get("Content-Type"), got.header.Get("Content-Disposition")
		inline := strings.Contains(" "+strings.Join(shown, " ")+" ", " "+kind+" ")
		if kept := kind == "application/octet-stream" && strings.HasPrefix(disposition, "attachment;"); got.status != 200 || !inline && !kept {
			t.Errorf("%s: %d %s %s", f.Name, got.status, kind, disposition)
		}
		if got.header.Get("X-Content-Type-Options") != "nosniff" || got.header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" ||
			got.header.Get("X") != "" || got.body != string(f.Data) {
			t.Errorf("%s: %v", f.Name, got.header)
		}
		if f.Type != "" && inline != (kind == f.Type && kind != "application/octet-stream") {
			t.Errorf("%s is given as %s", f.Name, kind)
		}
	}
}

// Uploaded, it is refused, or it is a picture, voice or film that WeChat takes.
func TestHostileFilesAsUploads(t *testing.T) {
	d := newDesk(t)
	taken := 0
	for _, f := range hostile.Files() {
		for kind, rule := range wechat.FileRules {
			got := d.upload(t, "li", uploadOf(kind), f.Data, "Content-Type", "image/jpeg", "X-File-Name", "photo.jpg")
			if got.status != 201 {
				if got.status/100 != 4 {
					t.Errorf("%s as %s: %d", f.Name, kind, got.status)
				}
				continue
			}
			taken++
			mime, _ := dig(got.object(t), "media", "mime").(string)
			if !rule.Takes(mime, int64(len(f.Data))) || mime != wechat.Sniff(f.Data) {
				t.Errorf("%s was taken as %s", f.Name, mime)
			}
		}
	}
	if taken == 0 || taken > 20 {
		t.Errorf("%d were taken", taken)
	}
	if log := d.log.String(); log != "" {
		t.Errorf("log: %.500s", log)
	}
	parts, err := filepath.Glob(filepath.Join(d.dir, "media", ".part*"))
	if err != nil || len(parts) > 0 {
		t.Error("left half:", parts, err)
	}
}

// As a picture of a kf account none of them is unpacked to more than a small one needs.
func TestHostileFilesAsAvatars(t *testing.T) {
	taken := 0
	for _, f := range hostile.Files() {
		used := allocated(func() {
			if _, err := squareJPEG(f.Data); err == nil {
				taken++
			} else if err != errNoPicture {
				t.Errorf("%s: %v", f.Name, err)
			}
		})
		if used > 1<<20 {
			t.Fatalf("%s: %d KB for a file of %d KB", f.Name, used>>10, len(f.Data)>>10)
		}
	}
	if taken == 0 {
		t.Error("not even the small ones that are pictures are taken")
	}
}

// One picture at a time is unpacked: while one is, the next waits before it takes memory.
func TestPicturesAreUnpackedOneByOne(t *testing.T) {
	raw := picture(t, "png")
	scaling.Lock()
	done := make(chan error)
	go func() { _, err := squareJPEG(raw); done <- err }()
	stacks := make([]byte, 1<<20)
	for waits, late := false, time.After(patience); !waits; time.Sleep(time.Millisecond) {
		select {
		case err := <-done:
			scaling.Unlock()
			t.Fatal("it did not wait:", err)
		case <-late:
			scaling.Unlock()
			t.Fatal("it is not seen to wait")
		default:
		}
		for one := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
			waits = waits || strings.Contains(one, "handlers.squareJPEG(") && strings.Contains(one, "sync.(*Mutex).Lock")
		}
	}
	scaling.Unlock()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
