package courier

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"sync/atomic"
	"testing"

	"kfdesk/hub/wechat"
	"kfdesk/hub/wechat/hostile"
	"kfdesk/store"
)

// What strangers send is kept as what its bytes are, or not at all; nothing is
// unpacked, however large it says it is.
func TestHostileFiles(t *testing.T) {
	d := newDesk(t)
	var files atomic.Value // of bytes
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/jpeg") // it says so of everything
		w.Write(files.Load().([]byte))
	}))
	t.Cleanup(web.Close)
	d.run()
	for _, f := range hostile.Files() {
		files.Store(f.Data)
		got := d.brought(d.want(store.Wanted{Kind: f.Kind, URL: web.URL + "/photo.jpg?n=" + url.QueryEscape(f.Name)}).Media)
		if f.Type == "" {
			equal(t, f.Name+": state", got.State, "lost")
			equal(t, f.Name+": hash", got.Hash, "")
			if len(f.Data) > 0 {
				equal(t, f.Name+": reason", got.Error, "wrong_type")
			}
			continue
		}
		equal(t, f.Name+": state", got.State, "ready")
		equal(t, f.Name+": type", got.Mime, f.Type)
		equal(t, f.Name+": bytes", got.Size, int64(len(f.Data)))
	}
}

// Looking at a file costs little, whatever the file says of itself.
func TestLookingAtHostileFilesCostsLittle(t *testing.T) {
	for _, f := range hostile.Files() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		wechat.Look(bytes.NewReader(f.Data), int64(len(f.Data)))
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
			t.Errorf("%s: %d KB for a file of %d KB", f.Name, used>>10, len(f.Data)>>10)
		}
	}
}

// A large file goes from WeChat to the disk without being in memory as a whole.
func TestFetchingCostsLittle(t *testing.T) {
	d := newDesk(t)
	data := padded(jpegOf(30, 20), 20<<20)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write(data)
	}))
	t.Cleanup(web.Close)
	m := d.want(store.Wanted{Kind: "image", URL: web.URL + "/p"}).Media
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	d.run()
	got := d.brought(m)
	runtime.ReadMemStats(&after)
	equal(t, "size", got.Size, int64(len(data)))
	if used := after.TotalAlloc - before.TotalAlloc; used > 5<<20 {
		t.Errorf("%d KB for a file of 20 MB", used>>10)
	}
}
