package sandbox

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
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
	tone := append([]byte{0xff, 0xf3, 0x44, 0xc4}, make([]byte, 92)...) // MPEG-2 layer III, 32 kbit/s, 24 kHz: 24 ms
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
		{"music of a minute", "voice", "a.mp3", bytes.Repeat(tone, 2500), 0},
		{"music of more than a minute", "voice", "a.mp3", bytes.Repeat(tone, 2502), 45007},
		{"wide voice", "voice", "a.amr", []byte("#!AMR-WB\n0000"), 40005},
		{"film as a voice", "voice", "a.mp4", sample("unboxing.mp4"), 40005},
		{"film", "video", "a.mp4", sample("unboxing.mp4"), 0},
		{"film of 10 MB", "video", "a.mp4", padded("unboxing.mp4", 10<<20), 40011},
		{"cover", "thumb", "a.jpg", sample("thumb-desk.jpg"), 0},
		{"cover that is a PNG", "thumb", "a.png", []byte("\x89PNG\r\n\x1a\n0000"), 40005},
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

// The lists of the demo: articles of every sort for mpnewsarticle, material of both for mpnews.
func TestDemoArticles(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	demo := Demo()
	if _, err := s.Seed(demo); err != nil {
		t.Fatal(err)
	}
	api := httptest.NewServer(s.API())
	defer api.Close()
	s.SetBase(api.URL)
	client := &wechat.Client{Base: api.URL}
	token, _, err := client.StableToken(t.Context(), demo.Account.AppID, demo.Account.Secret, false)
	if err != nil {
		t.Fatal(err)
	}
	total, list, err := client.Published(t.Context(), token, 0, 20)
	if err != nil || total != 6 {
		t.Fatalf("%d %v", total, err)
	}
	single, deleted, groups := 0, 0, 0
	for i, x := range list {
		if i > 0 && x.UpdateTime >= list[i-1].UpdateTime {
			t.Errorf("%s is not older than the one before", x.ArticleID)
		}
		switch {
		case x.Items[0].Deleted:
			deleted++
		case len(x.Items) == 3:
			groups++
		default:
			single++
		}
	}
	if single != 4 || deleted != 1 || groups != 1 {
		t.Errorf("%d single, %d deleted, %d groups", single, deleted, groups)
	}
	total, material, err := client.Materials(t.Context(), token, "news", 0, 20)
	if err != nil || total != 2 || len(material[0].News) != 1 || len(material[1].News) != 2 {
		t.Errorf("%d %+v %v", total, material, err)
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

// A pause in the sample voice is sent as comfort noise and empty frames, as
// phones do: players that skip those frames cut it short.
func TestSamplesHaveALength(t *testing.T) {
	voice := sample("voice.amr")
	kinds := map[byte]int{}
	sizes := [16]int{13, 14, 16, 18, 20, 21, 27, 32, 6, 15: 1}
	for i := len("#!AMR\n"); i < len(voice); i += sizes[voice[i]>>3&15] {
		kinds[voice[i]>>3&15]++
	}
	if kinds[8] == 0 || kinds[15] == 0 || playLength(voice) != 6500*time.Millisecond {
		t.Errorf("frames %v, %v", kinds, playLength(voice))
	}
	if got := playLength(sample("unboxing.mp4")); got != 3*time.Second {
		t.Errorf("film: %v", got)
	}
	if got := playLength([]byte("hello")); got != 0 {
		t.Errorf("text: %v", got)
	}
}
