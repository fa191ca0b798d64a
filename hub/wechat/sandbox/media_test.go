package sandbox

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"testing"
	"time"

	"kfdesk/hub/wechat"
)

func (w *world) upload(typ, name string, data []byte) (string, int) {
	w.t.Helper()
	r, err := w.client.UploadMedia(w.t.Context(), w.token, typ, name, bytes.NewReader(data), int64(len(data)))
	return r.MediaID, code(w.t, err)
}

// padded is a file made long.
func padded(file string, size int) []byte {
	return append(sample(file), make([]byte, size)...)
}

func TestUploadRules(t *testing.T) {
	w := newWorld(t)
	minute := append([]byte("#!AMR\n"), bytes.Repeat(append([]byte{0x3c}, make([]byte, 31)...), 3000)...)
	cases := []struct {
		name, typ, file string
		data            []byte
		want            int
	}{
		{"picture", "image", "a.jpg", sample("thumb-desk.jpg"), 0},
		{"capital extension", "image", "a.JPG", sample("thumb-desk.jpg"), 0},
		{"odd type", "poster", "a.jpg", sample("thumb-desk.jpg"), 40004},
		{"extension of something else", "image", "a.png", sample("thumb-desk.jpg"), 40005},
		{"no picture inside", "image", "a.jpg", []byte("hello"), 40005},
		{"picture of 10 MB", "image", "a.jpg", padded("thumb-desk.jpg", 10<<20), 40009},
		{"voice", "voice", "a.amr", sample("voice.amr"), 0},
		{"one minute", "voice", "a.amr", minute, 0},
		{"more than a minute", "voice", "a.amr", append(minute, minute[6:38]...), 45007},
		{"voice of 2 MB", "voice", "a.amr", padded("voice.amr", 2<<20), 40010},
		{"film", "video", "a.mp4", sample("unboxing.mp4"), 0},
		{"film of 10 MB", "video", "a.mp4", padded("unboxing.mp4", 10<<20), 40011},
		{"cover", "thumb", "a.jpg", sample("thumb-desk.jpg"), 0},
		{"cover of 64 KB", "thumb", "a.jpg", padded("thumb-desk.jpg", 64<<10), 40012},
		{"nothing", "image", "a.jpg", nil, 44001},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if _, got := w.in(t).upload(tc.typ, tc.file, tc.data); got != tc.want {
				t.Errorf("errcode %d, want %d", got, tc.want)
			}
		})
	}
}

func TestUploadNeedsALengthAndAFileName(t *testing.T) {
	w := newWorld(t)
	post := func(form func(*multipart.Writer) (io.Writer, error), chunked bool) int {
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		part, err := form(m)
		w.must(err)
		part.Write(sample("thumb-desk.jpg"))
		w.must(m.Close())
		var r io.Reader = &body
		if chunked {
			r = io.MultiReader(r) // hides the length
		}
		req, err := http.NewRequestWithContext(t.Context(), "POST", w.api.URL+"/cgi-bin/media/upload?type=image&access_token="+w.token, r)
		w.must(err)
		req.Header.Set("Content-Type", m.FormDataContentType())
		resp, err := w.api.Client().Do(req)
		w.must(err)
		defer resp.Body.Close()
		data, err := io.ReadAll(resp.Body)
		w.must(err)
		o, _ := parseObject(data, true)
		return int(o.num("errcode", 0))
	}
	file := func(m *multipart.Writer) (io.Writer, error) { return m.CreateFormFile("media", "a.jpg") }
	plain := func(m *multipart.Writer) (io.Writer, error) { return m.CreateFormField("media") }
	for _, tc := range []struct {
		name string
		got  int
		want int
	}{
		{"as it should be", post(file, false), 0},
		{"chunked", post(file, true), 41005},
		{"no file name", post(plain, false), 41005},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: errcode %d, want %d", tc.name, tc.got, tc.want)
		}
	}
}

func (w *world) download(id string) ([]byte, wechat.MediaInfo, int) {
	w.t.Helper()
	var buf bytes.Buffer
	info, err := w.client.GetMedia(w.t.Context(), w.token, id, &buf, 1<<20)
	return buf.Bytes(), info, code(w.t, err)
}

func TestDownload(t *testing.T) {
	w := newWorld(t)
	for _, tc := range []struct{ typ, name, file, mime string }{
		{"image", "a.jpg", "thumb-desk.jpg", "image/jpeg"},
		{"voice", "a.amr", "voice.amr", "audio/amr"},
		{"video", "a.mp4", "unboxing.mp4", "video/mp4"}, // the client follows video_url
	} {
		id, _ := w.upload(tc.typ, tc.name, sample(tc.file))
		data, info, errcode := w.download(id)
		if errcode != 0 || !bytes.Equal(data, sample(tc.file)) || info.ContentType != tc.mime {
			t.Errorf("%s: errcode %d, %d bytes, %+v", tc.typ, errcode, len(data), info)
		}
	}
}

func TestMediaExpire(t *testing.T) {
	w := newWorld(t)
	id, _ := w.upload("image", "a.jpg", sample("thumb-desk.jpg"))
	w.Advance(72*time.Hour - time.Second)
	w.token, _ = w.stable(false)
	if _, _, errcode := w.download(id); errcode != 0 {
		t.Errorf("in its last second: errcode %d", errcode)
	}
	w.Advance(time.Second)
	if _, _, errcode := w.download(id); errcode != 40007 {
		t.Errorf("after three days: errcode %d", errcode)
	}
	w.said("hello")
	m := wechat.Message{ToUser: w.openid, MsgType: "image", Image: &wechat.MediaRef{MediaID: id}}
	if got := code(t, w.client.Send(t.Context(), w.token, m)); got != 40007 {
		t.Errorf("sent: errcode %d", got)
	}
}

func TestMediaErrorAsPlainText(t *testing.T) {
	w := newWorld(t)
	id, _ := w.upload("image", "a.jpg", sample("thumb-desk.jpg"))
	w.AddFault(Fault{On: "/cgi-bin/media/get", Kind: "plain_error"})
	if _, _, errcode := w.download(id); errcode != 40007 {
		t.Errorf("errcode %d", errcode)
	}
	if _, _, errcode := w.download(id); errcode != 0 {
		t.Errorf("afterwards: errcode %d", errcode)
	}
}

func TestUploadImgGivesALinkForNews(t *testing.T) {
	w := newWorld(t)
	data := sample("cover-desk.jpg")
	url, err := w.client.UploadImg(t.Context(), w.token, "a.jpg", bytes.NewReader(data), int64(len(data)))
	w.must(err)
	var buf bytes.Buffer
	_, err = w.client.Fetch(t.Context(), url, &buf, 1<<20)
	w.must(err)
	if !bytes.Equal(buf.Bytes(), data) {
		t.Error("another picture behind the link")
	}
	w.said("hello")
	w.must(w.client.Send(t.Context(), w.token, wechat.Message{ToUser: w.openid, MsgType: "news",
		News: &wechat.News{Articles: []wechat.Article{{Title: "t", PicURL: url}}}}))
	if d := w.Received(w.openid); len(d) != 1 {
		t.Errorf("arrived: %v", d)
	}
	big := padded("cover-desk.jpg", 1<<20)
	if _, err := w.client.UploadImg(t.Context(), w.token, "a.jpg", bytes.NewReader(big), int64(len(big))); code(t, err) != 40009 {
		t.Errorf("more than 1 MB: %v", err)
	}
}

func TestMaterial(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	data := sample("cover-desk.jpg")
	m, err := w.client.AddMaterial(ctx, w.token, "image", "a.jpg", "", "", bytes.NewReader(data), int64(len(data)))
	w.must(err)
	w.Advance(30 * 24 * time.Hour)
	w.token, _ = w.stable(false)
	total, list, err := w.client.Materials(ctx, w.token, "image", 0, 20)
	if err != nil || total != 1 || list[0].MediaID != m.MediaID {
		t.Errorf("%d %+v %v", total, list, err)
	}
	var buf bytes.Buffer
	_, err = w.client.GetMaterial(ctx, w.token, m.MediaID, &buf, 1<<20)
	if err != nil || !bytes.Equal(buf.Bytes(), data) {
		t.Errorf("%d bytes, %v", buf.Len(), err)
	}
	w.must(w.client.DelMaterial(ctx, w.token, m.MediaID))
	if n, err := w.client.MaterialCount(ctx, w.token); err != nil || n.Image != 0 {
		t.Errorf("%+v %v", n, err)
	}
}

func TestPublishedArticles(t *testing.T) {
	w := newWorld(t)
	w.must(w.AddArticle(w.account.AppID, Article{ID: "A1", Title: "Desks", Content: "<p>long</p>", Cover: sample("cover-desk.jpg")}))
	total, list, err := w.client.Published(t.Context(), w.token, 0, 20)
	if err != nil || total != 1 || list[0].ArticleID != "A1" || list[0].Items[0].Title != "Desks" {
		t.Errorf("%d %+v %v", total, list, err)
	}
	if _, err := w.client.Article(t.Context(), w.token, "A2"); code(t, err) != 53600 {
		t.Error(err)
	}
}
