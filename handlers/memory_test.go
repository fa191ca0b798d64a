package handlers

import (
	"encoding/binary"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"kfdesk/store"
)

// zeros is a body that is never in memory.
type zeros struct {
	head []byte
	left int64
}

func (z *zeros) Read(p []byte) (int, error) {
	if len(z.head) > 0 {
		n := copy(p, z.head)
		z.head, z.left = z.head[n:], z.left-int64(n)
		return n, nil
	}
	if z.left <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.left)
	clear(p[:n])
	z.left -= n
	return int(n), nil
}

// peak watches how much memory is in use while do runs, beyond what was before.
func peak(do func()) (most uint64) {
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var stop atomic.Bool
	done := make(chan uint64)
	go func() {
		var top uint64
		for !stop.Load() {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			top = max(top, now.HeapAlloc)
			time.Sleep(time.Millisecond)
		}
		done <- top
	}()
	do()
	stop.Store(true)
	return max(<-done, before.HeapAlloc) - before.HeapAlloc
}

// ask makes a request with this body, and gives the answer's status.
func (l *live) ask(t testing.TB, method, path, who string, body *zeros) int {
	var in io.Reader
	if body != nil {
		in = body
	}
	req, err := http.NewRequest(method, l.base+path, in)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		req.ContentLength = body.left
	}
	req.Header.Set("Authorization", "Bearer "+l.tokens[who])
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode
}

// filmOf is a film of exactly size bytes.
func filmOf(size int64) *zeros {
	head := mp4(320, 240, 4000, 0)
	binary.BigEndian.PutUint32(head[len(head)-8:], uint32(size)-uint32(len(head))+8)
	return &zeros{head, size}
}

// large keeps a file of 20 MB, as the courier does, and gives its address.
func (d *desk) large(t testing.TB) string {
	hash, size, err := d.Store.SaveFile(filmOf(20<<20), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	m, err := d.Store.AddMedia(t.Context(), store.Media{Account: 1, Kind: "video", Mime: "video/mp4", Hash: hash, Size: size})
	if err != nil {
		t.Fatal(err)
	}
	return "/media/" + strconv.FormatInt(m.ID, 10)
}

// ways are what happens to large files.
func ways(t testing.TB) map[string]func() (status, want int) {
	l := newLive(t)
	path := l.large(t)
	return map[string]func() (status, want int){
		"upload of 10 MB":         func() (int, int) { return l.ask(t, "POST", uploadOf("video"), "li", filmOf(10<<20)), 201 },
		"20 MB refused":           func() (int, int) { return l.ask(t, "POST", uploadOf("video"), "li", filmOf(20<<20)), 413 },
		"10 MB of another type":   func() (int, int) { return l.ask(t, "POST", uploadOf("image"), "li", filmOf(10<<20)), 415 },
		"20 MB to no such route":  func() (int, int) { return l.ask(t, "POST", "/no/such/route", "li", filmOf(20<<20)), 413 },
		"10 MB without a session": func() (int, int) { return l.ask(t, "POST", uploadOf("video"), "", filmOf(10<<20)), 403 },
		"download of 20 MB":       func() (int, int) { return l.ask(t, "GET", path, "li", nil), 200 },
	}
}

// allocated is how many bytes do takes from memory, whether they are given back
// or not; the client's part is in it.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Files are never in memory as a whole: neither what is taken nor what is refused
// nor what is given.
func TestMemoryOfFiles(t *testing.T) {
	for name, do := range ways(t) {
		var status, want int
		used := allocated(func() { status, want = do() })
		if status != want {
			t.Errorf("%s: %d, not %d", name, status, want)
		}
		if used > 3<<20 {
			t.Errorf("%s takes %d KB", name, used>>10)
		}
	}
}

// BenchmarkFiles tells B/op (taken from memory) and the peak of what is in use.
func BenchmarkFiles(b *testing.B) {
	for name, do := range ways(b) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var top uint64
			for b.Loop() {
				top = max(top, peak(func() { do() }))
			}
			b.ReportMetric(float64(top>>10), "peak-KB")
		})
	}
}
