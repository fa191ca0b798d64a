package handlers

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/url"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"kfdesk/store"
)

// picture makes a picture of this format, three by two.
func picture(t testing.TB, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	img := image.NewGray(image.Rect(0, 0, 3, 2))
	switch format {
	case "png":
		err = png.Encode(&b, img)
	case "jpeg":
		err = jpeg.Encode(&b, img, nil)
	case "gif":
		err = gif.Encode(&b, img, nil)
	case "webp": // which WeChat does not take
		var raw []byte
		raw, err = base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
		b.Write(raw)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pngOf is the beginning of a PNG that claims to be so large.
func pngOf(width, height uint32) []byte {
	chunk := append([]byte("IHDR"), make([]byte, 8)...)
	binary.BigEndian.PutUint32(chunk[4:], width)
	binary.BigEndian.PutUint32(chunk[8:], height)
	chunk = append(chunk, 8, 2, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	return binary.BigEndian.AppendUint32(append(b, chunk...), crc32.ChecksumIEEE(chunk))
}

const uploads = "/api/v1/media?account=1&kind=image"

func (d *desk) upload(t *testing.T, who, address string, body []byte, headers ...string) result {
	t.Helper()
	headers = append(headers, "Authorization", "Bearer "+d.tokens[who])
	got := d.send(t, request("POST", address, bytes.NewReader(body), headers...))
	conforms(t, "POST", address, got)
	return got
}

func TestUploadOfPictures(t *testing.T) {
	d := newDesk(t)
	for _, format := range []string{"png", "jpeg", "gif"} {
		b := picture(t, format)
		// Neither the type nor the name that the client gives is believed.
		got := d.upload(t, "li", uploads, b, "Content-Type", "text/html", "X-File-Name", url.PathEscape("../照 片\x00."+format)).ok(t, 201)
		shape(t, "media", got["media"], mediaShape, "")
		m := got["media"].(object)
		if m["state"] != "ready" || m["mime"] != "image/"+format || m["size"] != float64(len(b)) || m["width"] != 3.0 || m["height"] != 2.0 ||
			m["name"] != "照 片."+format {
			t.Errorf("%s became %v", format, m)
		}
		file := d.call(t, "li", "GET", "/media/"+strconv.FormatInt(id(m, "id"), 10), nil)
		if file.status != 200 || file.body != string(b) || file.header.Get("Content-Type") != "image/"+format {
			t.Errorf("%s comes back as %d %s", format, file.status, file.header.Get("Content-Type"))
		}
	}
}

func TestUploadRefusals(t *testing.T) {
	d := newDesk(t)
	jpg := picture(t, "jpeg")
	for name, tt := range map[string]struct {
		address string
		body    []byte
		status  int
		code    string
	}{
		"SVG":               {uploads, []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), 415, "unsupported_media"},
		"HTML named .jpg":   {uploads, []byte("<html><script>alert(1)</script>"), 415, "unsupported_media"},
		"WebP":              {uploads, picture(t, "webp"), 415, "unsupported_media"},
		"nothing":           {uploads, nil, 415, "unsupported_media"},
		"a broken header":   {uploads, jpg[:20], 415, "unsupported_media"},
		"too many pixels":   {uploads, pngOf(10_000, 5_001), 413, "too_many_pixels"},
		"sides without end": {uploads, pngOf(1<<20, 1<<20), 413, "too_many_pixels"},
		"too many bytes":    {uploads, append(bytes.Clone(jpg), make([]byte, int(uploadMost)+1-len(jpg))...), 413, "too_large"},
		"no kind":           {"/api/v1/media?account=1", jpg, 422, "bad_type"},
		"another kind":      {"/api/v1/media?account=1&kind=file", jpg, 422, "bad_type"},
		"no account":        {"/api/v1/media?kind=image", jpg, 404, "not_found"},
		"another's account": {"/api/v1/media?account=2&kind=image", jpg, 404, "not_found"},
	} {
		t.Run(name, func(t *testing.T) {
			d.upload(t, "li", tt.address, tt.body, "Content-Type", "image/jpeg", "X-File-Name", "photo.jpg").refused(t, tt.status, tt.code)
		})
	}
	d.upload(t, "zhou", "/api/v1/media?account=9&kind=image", jpg).refused(t, 404, "not_found")
	for _, name := range files(t, filepath.Join(d.dir, "media")) {
		t.Errorf("%s was kept", name)
	}
	most := append(bytes.Clone(jpg), make([]byte, int(uploadMost)-len(jpg))...)
	d.upload(t, "li", uploads, most).ok(t, 201)
}

// medium keeps a file as the courier does when it has fetched one.
func (d *desk) medium(t *testing.T, account int64, mime, name, content string) string {
	t.Helper()
	hash, size, err := d.Store.SaveFile(strings.NewReader(content), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	m, err := d.Store.AddMedia(t.Context(), store.Media{Account: account, Kind: "image", Mime: mime, Name: name, Hash: hash, Size: size})
	if err != nil {
		t.Fatal(err)
	}
	return "/media/" + strconv.FormatInt(m.ID, 10)
}

func TestMediaIsNeverRun(t *testing.T) {
	d := newDesk(t)
	for mime, want := range map[string]struct{ kind, disposition string }{
		"image/png":       {"image/png", ""},
		"audio/amr":       {"audio/amr", ""},
		"video/mp4":       {"video/mp4", ""},
		"text/html":       {"application/octet-stream", "attachment; filename*=utf-8''%E5%8F%91_%E7%A5%A8.htm"},
		"image/svg+xml":   {"application/octet-stream", "attachment; filename*=utf-8''%E5%8F%91_%E7%A5%A8.htm"},
		"application/pdf": {"application/octet-stream", "attachment; filename*=utf-8''%E5%8F%91_%E7%A5%A8.htm"},
		"":                {"application/octet-stream", "attachment; filename*=utf-8''%E5%8F%91_%E7%A5%A8.htm"},
	} {
		got := d.call(t, "li", "GET", d.medium(t, 1, mime, "发/票.htm", "<script>alert(1)</script>"), nil)
		h := got.header
		if got.status != 200 || h.Get("Content-Type") != want.kind || h.Get("Content-Disposition") != want.disposition {
			t.Errorf("%s is given as %d %q %q", mime, got.status, h.Get("Content-Type"), h.Get("Content-Disposition"))
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
			t.Errorf("%s without protection: %v", mime, h)
		}
		if h.Get("Cache-Control") != "private, max-age=31536000, immutable" {
			t.Errorf("%s: %s", mime, h.Get("Cache-Control"))
		}
	}
	nameless := d.medium(t, 1, "image/jpeg", "", "x")
	got := d.call(t, "li", "GET", nameless+"?download=1", nil)
	if name := got.header.Get("Content-Disposition"); name != "attachment; filename=kfdesk-"+path.Base(nameless)+".jpg" {
		t.Errorf("a nameless picture is kept as %q", name)
	}
}

func TestPartsOfAFile(t *testing.T) {
	d := newDesk(t)
	address := d.medium(t, 1, "video/mp4", "", "0123456789")
	for wanted, want := range map[string]struct {
		status      int
		body, shown string
	}{
		"":            {200, "0123456789", ""},
		"bytes=0-1":   {206, "01", "bytes 0-1/10"},
		"bytes=4-":    {206, "456789", "bytes 4-9/10"},
		"bytes=-3":    {206, "789", "bytes 7-9/10"},
		"bytes=8-99":  {206, "89", "bytes 8-9/10"},
		"bytes=10-12": {416, "bad_request", "bytes */10"},
		"bytes=-0":    {416, "bad_request", "bytes */10"},
		"bytes=a-b":   {416, "bad_request", "bytes */10"},
		"bytes=0-1,4": {200, "0123456789", ""},
		"pages=1-2":   {200, "0123456789", ""},
	} {
		req := request("GET", address, nil, "Authorization", "Bearer "+d.tokens["li"])
		if wanted != "" {
			req.Header.Set("Range", wanted)
		}
		got := d.send(t, req)
		if got.status != want.status || got.body != want.body || got.header.Get("Content-Range") != want.shown {
			t.Errorf("%q: %d %q %q", wanted, got.status, got.body, got.header.Get("Content-Range"))
		}
		if got.status == 416 && got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("a refusal may be kept: %q", got.header.Get("Cache-Control"))
		}
	}
	tag := d.call(t, "li", "GET", address, nil).header.Get("ETag")
	for of, status := range map[string]int{tag: 206, `"another"`: 200, "Thu, 26 Nov 2026 12:00:00 GMT": 200} {
		got := d.send(t, request("GET", address, nil, "Authorization", "Bearer "+d.tokens["li"], "Range", "bytes=0-1", "If-Range", of))
		if got.status != status || len(got.body) != map[int]int{206: 2, 200: 10}[status] {
			t.Errorf("If-Range %s: %d %q", of, got.status, got.body)
		}
	}
	head := d.send(t, request("HEAD", address, nil, "Range", "bytes=0-1", "Authorization", "Bearer "+d.tokens["li"]))
	if head.status != 200 || head.header.Get("Content-Length") != "10" || head.header.Get("ETag") != tag || len(tag) != 66 {
		t.Errorf("HEAD of a part: %d %v", head.status, head.header)
	}
	head = d.send(t, request("HEAD", address, nil, "Authorization", "Bearer "+d.tokens["li"]))
	if head.status != 200 || head.header.Get("Content-Length") != "10" || head.header.Get("Accept-Ranges") != "bytes" || head.body != "" {
		t.Errorf("HEAD: %d %v", head.status, head.header)
	}
}

func TestMediaThatIsNotThere(t *testing.T) {
	d := newDesk(t)
	d.says(t, 1, "oWanted", "")
	foreign := d.medium(t, 2, "image/png", "", "x")
	for _, address := range []string{foreign, "/media/0", "/media/x", "/media/99", "/media/" + d.wantedMedia(t), "/media/../kfdesk.db", "/media/%2e%2e%2fkey"} {
		got := d.call(t, "li", "GET", address, nil)
		if got.status != http.StatusNotFound || strings.Contains(got.body, d.dir) {
			t.Errorf("%s: %d %.100s", address, got.status, got.body)
		}
	}
	if got := d.call(t, "zhou", "GET", foreign, nil); got.status != 200 {
		t.Errorf("an admin sees all accounts: %d", got.status)
	}
}

// wantedMedia is the id of a picture that was pushed and not yet fetched.
func (d *desk) wantedMedia(t *testing.T) string {
	t.Helper()
	rows := d.arrived(t)
	m := rows[len(rows)-1].Message
	if m.Media == nil || m.Media.State != "wanted" {
		t.Fatal("no picture is wanted")
	}
	return strconv.FormatInt(m.Media.ID, 10)
}

// The data directory may have any name.
func TestMediaInAStrangeFolder(t *testing.T) {
	d := newDesk(t)
	d.move(t, "a b#c%41?")
	b := picture(t, "png")
	got := d.upload(t, "li", uploads, b).ok(t, 201)
	if file := d.call(t, "li", "GET", "/media/"+strconv.FormatInt(id(got, "media", "id"), 10), nil); file.status != 200 || file.body != string(b) {
		t.Errorf("%d %.100q", file.status, file.body)
	}
}
