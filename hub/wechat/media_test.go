package wechat

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// unseekable hides that a reader can go back.
type unseekable struct{ io.Reader }

// TestUpload: one part named media, an exact Content-Length, no chunks.
func TestUpload(t *testing.T) {
	big := bytes.Repeat([]byte("0123456789abcdef"), 100_000)
	type got struct{ path, filename, contentType, content, description string }
	var last got
	c := platform(t, func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil || r.ContentLength != int64(len(raw)) || len(r.TransferEncoding) != 0 {
			t.Errorf("length %d, read %d, %v, %v", r.ContentLength, len(raw), r.TransferEncoding, err)
		}
		r.Body = io.NopCloser(bytes.NewReader(raw))
		file, header, err := r.FormFile("media")
		if err != nil {
			t.Errorf("no part media: %v", err)
			return
		}
		content, _ := io.ReadAll(file)
		last = got{r.URL.Path + " " + r.URL.Query().Get("type"), header.Filename, header.Header.Get("Content-Type"), string(content), r.FormValue("description")}
		io.WriteString(w, `{"type":"image","media_id":"M","thumb_media_id":"","created_at":1735689600,"url":"http://mmbiz.qpic.cn/x","errcode":0}`)
	})
	ctx := t.Context()
	upload := func(typ, name string) func(io.Reader, int64) error {
		return func(r io.Reader, size int64) error {
			res, err := c.UploadMedia(ctx, testAccess, typ, name, r, size)
			if err == nil && res != (UploadResult{"M", 1735689600}) {
				t.Errorf("%+v", res)
			}
			return err
		}
	}
	for _, v := range []struct {
		call func(io.Reader, int64) error
		want got
	}{
		{upload("image", "a.JPG"), got{"/cgi-bin/media/upload image", "a.jpg", "image/jpeg", "", ""}},
		{upload("image", "截图.png"), got{"/cgi-bin/media/upload image", "upload.png", "image/png", "", ""}},
		{upload("image", "a\".jpg\r\nX: y"), got{"/cgi-bin/media/upload image", "upload.jpg", "image/jpeg", "", ""}},
		{upload("voice", "录音"), got{"/cgi-bin/media/upload voice", "upload.mp3", "audio/mpeg", "", ""}},
		{upload("video", ""), got{"/cgi-bin/media/upload video", "upload.mp4", "video/mp4", "", ""}},
		{func(r io.Reader, size int64) error {
			u, err := c.UploadImg(ctx, testAccess, "p.png", r, size)
			if u != "http://mmbiz.qpic.cn/x" {
				t.Errorf("url %q", u)
			}
			return err
		}, got{"/cgi-bin/media/uploadimg ", "p.png", "image/png", "", ""}},
		{func(r io.Reader, size int64) error {
			return c.UploadKFAvatar(ctx, testAccess, "a@b", "me.jpg", r, size)
		}, got{"/customservice/kfaccount/uploadheadimg ", "me.jpg", "image/jpeg", "", ""}},
		{func(r io.Reader, size int64) error {
			_, err := c.AddMaterial(ctx, testAccess, "video", "v.mp4", "标题", "<介绍>", r, size)
			return err
		}, got{"/cgi-bin/material/add_material video", "v.mp4", "video/mp4", "", `{"title":"标题","introduction":"<介绍>"}`}},
	} {
		v.want.content = string(big)
		if err := v.call(bytes.NewReader(big), int64(len(big))); err != nil {
			t.Fatal(err)
		}
		if last != v.want {
			last.content, v.want.content = "", strconv.FormatBool(last.content == v.want.content)
			t.Errorf("got %+v, want %+v", last, v.want)
		}
		if err := v.call(unseekable{bytes.NewReader(big)}, int64(len(big))); err != nil {
			t.Errorf("unseekable: %v", err)
		}
	}
}

func TestUploadTooShort(t *testing.T) {
	c := platform(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			io.WriteString(w, `{"media_id":"M"}`)
		}
	})
	if _, err := c.UploadMedia(t.Context(), testAccess, "image", "a.jpg", strings.NewReader("short"), 6); err == nil {
		t.Error("a reader that is too short was taken")
	}
}

func TestThumbUpload(t *testing.T) {
	c := platform(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"type":"thumb","thumb_media_id":"T","created_at":"5"}`)
	})
	res, err := c.UploadMedia(t.Context(), testAccess, "thumb", "t.jpg", strings.NewReader("x"), 1)
	if err != nil || res != (UploadResult{"T", 5}) {
		t.Errorf("%+v, %v", res, err)
	}
}

func TestGetMedia(t *testing.T) {
	jpeg := "\xff\xd8\xff\xe0" + strings.Repeat("j", 5000)
	var self string
	answers := map[string]struct{ contentType, disposition, body string }{
		"image":     {"image/jpeg", `attachment; filename="MEDIA_ID.jpg"`, jpeg},
		"voice":     {"image/jpeg", "", "#!AMR\nvoice"},
		"error":     {"application/json; encoding=utf-8", "", `{"errcode":40007,"errmsg":"invalid media_id hint: [abc] rid: 61725984-6126f6f9-040f19c4"}`},
		"textError": {"text/plain", "", `{"errcode":40007,"errmsg":"invalid media_id"}`},
		"liar":      {"image/jpeg", "", ` {"errcode":40007,"errmsg":"invalid media_id"}`},
		"html":      {"text/html", "", "<html>busy</html>"},
		"empty":     {"image/jpeg", "", ""},
	}
	c := platform(t, func(w http.ResponseWriter, r *http.Request) {
		switch id := r.URL.Query().Get("media_id"); {
		case r.URL.Path == "/clip":
			if r.URL.Query().Has("access_token") {
				t.Error("the token went to the link of a video")
			}
			io.WriteString(w, "\x00\x00\x00\x18ftypmp42....mp42isom")
		case id == "video":
			w.Header().Set("Content-Type", "text/plain")
			io.WriteString(w, `{"video_url":"`+self+`/clip?k=v"}`)
		case id == "cut":
			w.Header().Set("Content-Length", "9000")
			io.WriteString(w, jpeg)
		default:
			a := answers[id]
			w.Header().Set("Content-Type", a.contentType)
			if a.disposition != "" {
				w.Header().Set("Content-Disposition", a.disposition)
			}
			io.WriteString(w, a.body)
		}
	})
	self = c.Base
	get := func(id string, limit int64) (MediaInfo, string, error) {
		var buf bytes.Buffer
		info, err := c.GetMedia(t.Context(), testAccess, id, &buf, limit)
		return info, buf.String(), err
	}
	if info, body, err := get("image", 1<<20); err != nil || body != jpeg || info != (MediaInfo{"image/jpeg", "MEDIA_ID.jpg", 5004}) {
		t.Errorf("image: %+v, %v", info, err)
	}
	if info, _, err := get("voice", 1<<20); err != nil || info.ContentType != "audio/amr" {
		t.Errorf("voice: %+v, %v", info, err)
	}
	if info, _, err := get("video", 1<<20); err != nil || info.ContentType != "video/mp4" {
		t.Errorf("video: %+v, %v", info, err)
	}
	for _, id := range []string{"error", "textError", "liar"} {
		if _, body, err := get(id, 1<<20); ReasonOf(err) != MediaExpired || body != "" {
			t.Errorf("%s: %q, %v", id, body, err)
		}
	}
	for _, id := range []string{"html", "empty", "cut"} {
		if _, _, err := get(id, 1<<20); Classify(err) != Unknown {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, body, err := get("image", 5003); !errors.Is(err, ErrTooLarge) || int64(len(body)) > 5004 {
		t.Errorf("limit: %d bytes, %v", len(body), err)
	}
	if _, _, err := get("image", 5004); err != nil {
		t.Errorf("at the limit: %v", err)
	}
}

func TestGetMaterial(t *testing.T) {
	c := platform(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case r.URL.Path == "/clip":
			io.WriteString(w, "\x00\x00\x00\x18ftypmp42....mp42isom")
		case string(body) == `{"media_id":"V"}`:
			io.WriteString(w, `{"title":"t","description":"d","down_url":"http://`+r.Host+`/clip"}`)
		default:
			w.Header().Set("Content-Type", "image/png")
			io.WriteString(w, "\x89PNG\r\n\x1a\n")
		}
	})
	for id, want := range map[string]string{"V": "video/mp4", "I": "image/png"} {
		info, err := c.GetMaterial(t.Context(), testAccess, id, io.Discard, 1<<20)
		if err != nil || info.ContentType != want {
			t.Errorf("%s: %+v, %v", id, info, err)
		}
	}
}

func TestFetch(t *testing.T) {
	c := platform(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/0":
			io.WriteString(w, "GIF89a......")
		case "/moved":
			http.Redirect(w, r, "/0?sig="+testSecret, http.StatusFound)
		default:
			http.Error(w, "no", http.StatusForbidden)
		}
	})
	for _, path := range []string{"/0", "/moved"} {
		var buf bytes.Buffer
		info, err := c.Fetch(t.Context(), c.Base+path, &buf, 1<<20)
		if err != nil || info.ContentType != "image/gif" || info.Size != 12 || buf.Len() != 12 {
			t.Errorf("%s: %+v, %v", path, info, err)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, address := range []string{c.Base + "/no?sig=" + testSecret, "file:///etc/passwd?" + testSecret, "http://%zz/?" + testSecret, "", "http://"} {
		_, err := c.Fetch(t.Context(), address, io.Discard, 1<<20)
		if err == nil || strings.Contains(err.Error(), testSecret) {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, err := c.Fetch(gone, c.Base+"/0?"+testSecret, io.Discard, 1<<20); err == nil || strings.Contains(err.Error(), testSecret) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestSniff(t *testing.T) {
	for head, want := range map[string]string{
		"#!AMR\nxx": "audio/amr", "#!AMR-WB\nxx": "audio/amr-wb", "OggSxx": "audio/ogg",
		"\xff\xfb\x90\x64": "audio/mpeg", "\xff\xf3\x90": "audio/mpeg", "ID3\x03": "audio/mpeg",
		"\xff\xd8\xff\xe0": "image/jpeg", "GIF89a": "image/gif", "\x89PNG\r\n\x1a\n": "image/png",
		"RIFF\x00\x00\x00\x00WEBPVP8 ": "image/webp", "<svg onload=x>": "text/plain", "<html>": "text/html",
	} {
		if got := Sniff([]byte(head)); got != want {
			t.Errorf("Sniff(%q) = %s, want %s", head, got, want)
		}
	}
}
