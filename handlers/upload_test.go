package handlers

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"kfdesk/hub/wechat"
)

// amr is voice of so many seconds, with pauses in it.
func amr(seconds float64) []byte {
	b := []byte("#!AMR\n")
	for i := range int(seconds * 50) {
		if i%10 == 9 {
			b = append(b, 0x7c) // nothing is said
		} else {
			b = append(b, append([]byte{0x3c}, make([]byte, 31)...)...)
		}
	}
	return b
}

// mp3 is silence of so many frames of 26.122 ms, with a tag before it.
func mp3(frames int) []byte {
	b := append([]byte("ID3\x03\x00\x00\x00\x00\x00\x05"), "title"...)
	for range frames {
		b = append(b, append([]byte{0xff, 0xfb, 0x90, 0x44}, make([]byte, 413)...)...)
	}
	return b
}

func box(typ string, body ...[]byte) []byte {
	all := bytes.Join(body, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(all)+8)), typ...), all...)
}

// mp4 is a film of this size that plays so many milliseconds, and has size bytes.
func mp4(width, height, plays uint32, size int) []byte {
	mvhd, tkhd := make([]byte, 100), make([]byte, 84)
	binary.BigEndian.PutUint32(mvhd[12:], 1000)
	binary.BigEndian.PutUint32(mvhd[16:], plays)
	binary.BigEndian.PutUint32(tkhd[40:], 1<<16)
	binary.BigEndian.PutUint32(tkhd[76:], width<<16)
	binary.BigEndian.PutUint32(tkhd[80:], height<<16)
	head := append(box("ftyp", []byte("isom\x00\x00\x02\x00isommp41")), box("moov", box("mvhd", mvhd), box("trak", box("tkhd", tkhd)))...)
	return append(head, box("mdat", make([]byte, max(0, size-len(head)-8)))...)
}

// samples are a file of each kind.
func samples(t *testing.T) map[string][]byte {
	return map[string][]byte{"image": picture(t, "png"), "voice": amr(2), "video": mp4(320, 240, 4000, 0), "thumb": picture(t, "jpeg")}
}

func uploadOf(kind string) string { return "/api/v1/media?account=1&kind=" + kind }

func TestUploads(t *testing.T) {
	d := newDesk(t)
	for name, tt := range map[string]struct {
		kind  string
		body  []byte
		mime  string
		shown string // width x height, milliseconds
	}{
		"AMR":           {"voice", amr(4.2), "audio/amr", "0x0 4200"},
		"a minute":      {"voice", amr(60), "audio/amr", "0x0 60000"},
		"MP3":           {"voice", mp3(100), "audio/mpeg", "0x0 2612"},
		"MP3, no tag":   {"voice", mp3(100)[15:], "audio/mpeg", "0x0 2612"},
		"film":          {"video", mp4(640, 360, 9500, 0), "video/mp4", "640x360 9500"},
		"largest film":  {"video", mp4(640, 360, 9500, 10<<20), "video/mp4", "640x360 9500"},
		"cover":         {"thumb", picture(t, "jpeg"), "image/jpeg", "3x2 0"},
		"largest cover": {"thumb", append(picture(t, "jpeg"), make([]byte, 64<<10-len(picture(t, "jpeg")))...), "image/jpeg", "3x2 0"},
	} {
		m := d.upload(t, "li", uploadOf(tt.kind), tt.body, "X-File-Name", "a.exe").ok(t, 201)["media"].(object)
		shape(t, "media", m, mediaShape, "")
		if got := fmt.Sprintf("%vx%v %v", m["width"], m["height"], m["duration"]); m["mime"] != tt.mime || got != tt.shown ||
			m["size"] != float64(len(tt.body)) || m["name"] != "a.exe" {
			t.Errorf("%s became %v", name, m)
		}
	}
}

// The router takes a slash behind a path for nothing, so the upload does too.
func TestUploadBehindASlash(t *testing.T) {
	d := newDesk(t)
	d.upload(t, "li", "/api/v1/media/?account=1&kind=voice", amr(1)).ok(t, 201)
}

// Only a sandbox has a phone page that may send files inside of forms.
func TestNoLargeBodiesForAPhoneThatIsNotThere(t *testing.T) {
	d := newDesk(t)
	d.upload(t, "li", "/phone/api/act", make([]byte, formMost+1)).refused(t, 413, "too_large")
}

func TestUploadsThatWeChatDoesNotTake(t *testing.T) {
	d := newDesk(t)
	jpg, film := picture(t, "jpeg"), mp4(320, 240, 4000, 9000)
	for name, tt := range map[string]struct {
		kind   string
		body   []byte
		status int
		code   string
	}{
		"a picture as voice":    {"voice", jpg, 415, "unsupported_media"},
		"wide-band AMR":         {"voice", []byte("#!AMR-WB\n\x3c"), 415, "unsupported_media"},
		"AMR without a frame":   {"voice", []byte("#!AMR\n"), 415, "unsupported_media"},
		"AMR cut off":           {"voice", amr(1)[:100], 415, "unsupported_media"},
		"AMR with a page in it": {"voice", append(amr(1), "<script>"...), 415, "unsupported_media"},
		"a tag and no music":    {"voice", []byte("ID3\x03\x00\x00\x00\x00\x00\x05title and text"), 415, "unsupported_media"},
		"WAV":                   {"voice", []byte("RIFF\x24\x00\x00\x00WAVEfmt "), 415, "unsupported_media"},
		"a second too long":     {"voice", amr(60.02), 422, "too_long_voice"},
		"MP3 too long":          {"voice", mp3(2300), 422, "too_long_voice"},
		"voice too large":       {"voice", append(amr(1), make([]byte, 2<<20)...), 413, "too_large"},
		"QuickTime":             {"video", bytes.Replace(film, []byte("isom"), []byte("qt  "), 1), 415, "unsupported_media"},
		"a film cut off":        {"video", film[:8000], 415, "unsupported_media"},
		"a film without a head": {"video", append(bytes.Clone(film[:24]), box("mdat", film)...), 415, "unsupported_media"},
		"AVI":                   {"video", []byte("RIFF\x24\x00\x00\x00AVI LIST"), 415, "unsupported_media"},
		"a film too large":      {"video", mp4(320, 240, 4000, 10<<20+1), 413, "too_large"},
		"a PNG as cover":        {"thumb", picture(t, "png"), 415, "unsupported_media"},
		"cover too large":       {"thumb", append(bytes.Clone(jpg), make([]byte, 64<<10)...), 413, "too_large"},
		"nothing":               {"voice", nil, 415, "unsupported_media"},
	} {
		t.Run(name, func(t *testing.T) {
			d.upload(t, "li", uploadOf(tt.kind), tt.body).refused(t, tt.status, tt.code)
		})
	}
	for _, name := range files(t, filepath.Join(d.dir, "media")) {
		t.Errorf("%s was kept", name)
	}
	detail := d.upload(t, "li", uploadOf("voice"), amr(75.5)).refused(t, 422, "too_long_voice")
	if detail["seconds"] != 76.0 || detail["most"] != 60.0 {
		t.Errorf("detail %v", detail)
	}
	detail = d.upload(t, "li", uploadOf("thumb"), make([]byte, 64<<10+1)).refused(t, 413, "too_large")
	if detail["kind"] != "thumb" || detail["most"] != 65536.0 {
		t.Errorf("detail %v", detail)
	}
}

// Each kind of file, and each field, has words of its own.
func TestWordsForKindsAndFields(t *testing.T) {
	d := newDesk(t)
	path := d.open(t, "o1")
	words := map[string]bool{}
	say := func(got result) {
		t.Helper()
		var text string
		if text, _ = dig(got.object(t), "error", "text").(string); text == "" || words[text] || strings.Contains(text, "{") {
			t.Errorf("%q is said twice or says nothing", text)
		}
		words[text] = true
	}
	for kind := range wechat.FileRules {
		say(d.upload(t, "li", uploadOf(kind), []byte("text")))
		say(d.upload(t, "li", uploadOf(kind), make([]byte, wechat.FileRules[kind].Most+1)))
	}
	say(d.upload(t, "li", uploadOf("voice"), amr(61)))
	for _, draft := range []object{d.draft("voice", object{}), d.draft("music", object{"musicurl": ""}),
		d.draft("music", object{"musicurl": "x"}), d.draft("music", object{"musicurl": "https://e.com"}), d.draft("msgmenu", object{}), d.draft("wxcard", object{})} {
		say(d.call(t, "li", "POST", path+"/messages", draft))
	}
}

// A connection that breaks, and a body that nobody reads.
func TestBodiesOnTheWire(t *testing.T) {
	d := newDesk(t)
	address := strings.TrimPrefix(d.serve(t), "http://")
	open := func(t *testing.T, head string, body []byte) (net.Conn, *bufio.Reader) {
		t.Helper()
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		if _, err := fmt.Fprintf(conn, "%s\r\nHost: desk.example\r\nAuthorization: Bearer %s\r\n\r\n%s", head, d.tokens["li"], body); err != nil {
			t.Fatal(err)
		}
		return conn, bufio.NewReader(conn)
	}
	answer := func(t *testing.T, r *bufio.Reader) result {
		t.Helper()
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		return read(t, res)
	}
	film := mp4(320, 240, 4000, 100_000)
	length := fmt.Sprintf("\r\nContent-Length: %d", len(film))
	for name, head := range map[string]string{"of known length": "POST " + uploadOf("video") + " HTTP/1.1" + length,
		"in chunks": "POST " + uploadOf("video") + " HTTP/1.1\r\nTransfer-Encoding: chunked"} {
		t.Run("half an upload "+name, func(t *testing.T) {
			half := film[:len(film)/2]
			if strings.Contains(head, "chunked") {
				half = fmt.Appendf(nil, "%x\r\n%s\r\n1000\r\nabc", len(half), half)
			}
			conn, r := open(t, head, half)
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			answer(t, r).refused(t, 400, "cut_off")
			for _, name := range files(t, filepath.Join(d.dir, "media")) {
				t.Errorf("%s was kept", name)
			}
		})
	}
	for name, tt := range map[string]struct {
		body   []byte
		status int
	}{"a whole upload in chunks": {film, 201}, "chunks without end": {make([]byte, 11<<20), 413}} {
		t.Run(name, func(t *testing.T) {
			chunked := fmt.Appendf(nil, "%x\r\n%s\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: desk.example\r\n\r\n", len(tt.body), tt.body)
			_, r := open(t, "POST "+uploadOf("video")+" HTTP/1.1\r\nTransfer-Encoding: chunked", chunked)
			if got := answer(t, r); got.status != tt.status {
				t.Errorf("%d %s", got.status, got.body)
			}
			if got := answer(t, r); got.status != 200 {
				t.Errorf("the next request: %d %s", got.status, got.body)
			}
		})
	}
	// What a refused body holds is never taken for a request: here a second one
	// that would be answered with another status.
	inside := []byte(strings.Repeat(" ", 20_000) + "GET /healthz HTTP/1.1\r\nHost: desk.example\r\n\r\n")
	for name, tt := range map[string]struct {
		head   string
		status int
	}{
		"a route that does not read it": {"POST /api/v1/media?account=99&kind=image HTTP/1.1", 404},
		"no such route":                 {"POST /no/such/route HTTP/1.1", 404},
		"no such method":                {"FROB / HTTP/1.1", 405},
		"packed":                        {"POST /api/v1/media HTTP/1.1\r\nContent-Encoding: gzip", 415},
		"a GET with a body":             {"GET /media/99 HTTP/1.1", 404},
		"a form that is too large":      {"POST /login HTTP/1.1\r\nContent-Length: 99000000", 413},
	} {
		t.Run("a body unread by "+name, func(t *testing.T) {
			length := fmt.Sprintf("\r\nContent-Length: %d", len(inside))
			if strings.Contains(tt.head, "Content-Length") {
				length = ""
			}
			conn, r := open(t, tt.head+length, inside)
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			if got := answer(t, r); got.status != tt.status {
				t.Errorf("%d %s", got.status, got.body)
			}
			if res, err := http.ReadResponse(r, nil); err == nil {
				_ = res.Body.Close()
				t.Errorf("the body was answered with %d", res.StatusCode)
			}
		})
	}
	t.Run("a body that stops coming", func(t *testing.T) {
		conn, r := open(t, "POST /login HTTP/1.1\r\nContent-Length: 99000000", inside[:10_000])
		if got := answer(t, r); got.status != 413 {
			t.Errorf("%d %s", got.status, got.body)
		}
		_, _ = fmt.Fprintf(conn, "GET /healthz HTTP/1.1\r\nHost: desk.example\r\n\r\n") // still of the body
		if res, err := http.ReadResponse(r, nil); err == nil {
			_ = res.Body.Close()
			t.Errorf("what came late was answered with %d", res.StatusCode)
		}
	})
	t.Run("the next request of a connection", func(t *testing.T) {
		conn, r := open(t, fmt.Sprintf("POST %s HTTP/1.1\r\nContent-Length: %d", uploadOf("thumb"), 200_000), make([]byte, 200_000))
		answer(t, r).refused(t, 413, "too_large")
		if _, err := fmt.Fprintf(conn, "GET /healthz HTTP/1.1\r\nHost: desk.example\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if got := answer(t, r); got.status != 200 {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
}

// The kernel says that the disk is full: here because files may not grow beyond
// a limit.
func TestUploadToAFullDisk(t *testing.T) {
	d := newDesk(t)
	signal.Ignore(syscall.SIGXFSZ)
	t.Cleanup(func() { signal.Reset(syscall.SIGXFSZ) })
	var was syscall.Rlimit
	limit := func(n uint64) {
		if err := errors.Join(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: was.Max})); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	limit(4 << 20)
	got := d.upload(t, "li", uploadOf("video"), mp4(320, 240, 4000, 8<<20))
	limit(was.Cur)
	got.refused(t, 507, "disk_full")
	for _, name := range files(t, filepath.Join(d.dir, "media")) {
		t.Errorf("%s was kept", name)
	}
	if log := d.log.String(); !strings.Contains(log, "disk") {
		t.Errorf("the log does not tell: %s", log)
	}
}
