package sandbox

import (
	"bytes"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// medium is a file that the account may send, or that a user sent to it.
type medium struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"` // image, voice, video, thumb, news
	Name    string `json:"name"`
	File    string `json:"file"`
	Created int64  `json:"created"`           // s
	Forever bool   `json:"forever,omitempty"` // permanent material
	Title   string `json:"title,omitempty"`
	Intro   string `json:"intro,omitempty"`
	Article string `json:"article,omitempty"` // of news
}

const mediaLife = 3 * 24 * time.Hour

func (m *medium) expired(now time.Time) bool {
	return !m.Forever && now.Unix() >= m.Created+int64(mediaLife/time.Second)
}

// mediaRule is what media/upload takes for a type.
type mediaRule struct {
	types   []string
	limit   int
	tooLong int // errcode
}

var mediaRules = map[string]mediaRule{
	"image": {[]string{"image/jpeg", "image/png", "image/gif"}, 10 << 20, 40009},
	"voice": {[]string{"audio/amr", "audio/mpeg"}, 2 << 20, 40010},
	"video": {[]string{"video/mp4"}, 10 << 20, 40011},
	"thumb": {[]string{"image/jpeg"}, 64 << 10, 40012},
}

var extensions = map[string][]string{
	"image/jpeg": {".jpg", ".jpeg"},
	"image/png":  {".png"},
	"image/gif":  {".gif"},
	"audio/amr":  {".amr"},
	"audio/mpeg": {".mp3"},
	"video/mp4":  {".mp4"},
}

// sniff tells the type of a file by its bytes.
func sniff(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("#!AMR\n")):
		return "audio/amr"
	case bytes.HasPrefix(b, []byte("ID3")), len(b) > 1 && b[0] == 0xff && b[1]&0xe0 == 0xe0:
		return "audio/mpeg"
	case len(b) > 12 && string(b[4:8]) == "ftyp":
		return "video/mp4"
	}
	t, _, _ := strings.Cut(http.DetectContentType(b), ";")
	return t
}

// checkFile compares a file with the rule of its type: content and extension
// must both fit.
func (u *upload) check(rule mediaRule) *apiError {
	t := sniff(u.data)
	switch {
	case len(u.data) > rule.limit:
		return fail(rule.tooLong)
	case !slices.Contains(rule.types, t), !slices.Contains(extensions[t], strings.ToLower(path.Ext(u.name))):
		return fail(40005)
	case strings.HasPrefix(t, "audio/") && playLength(u.data) > maxVoice:
		return fail(45007)
	}
	return nil
}

func (s *Sandbox) newMedium(a *account, kind, name, file string) *medium {
	now := s.now()
	if s.st.Serial%64 == 0 { // now and then, so that old ones do not pile up
		for id, m := range a.Media {
			if m.expired(now) {
				delete(a.Media, id)
			}
		}
	}
	m := &medium{ID: randomText(64), Kind: kind, Name: name, File: file, Created: now.Unix()}
	a.Media[m.ID] = m
	s.serial()
	s.touch()
	return m
}

// uploadMedia is media/upload.
func (c *call) uploadMedia() (any, *apiError) {
	kind := c.req.URL.Query().Get("type")
	c.note.Type = kind
	rule, ok := mediaRules[kind]
	if !ok {
		return nil, fail(40004)
	}
	if err := c.upload.check(rule); err != nil {
		return nil, err
	}
	m := c.newMedium(c.acc, kind, c.upload.name, c.upload.file)
	key := "media_id"
	if kind == "thumb" {
		key = "thumb_media_id"
	}
	return map[string]any{"type": kind, key: m.ID, "created_at": m.Created}, nil
}

// getMedia is media/get: the file, or for a video a link to it.
func (c *call) getMedia() (any, *apiError) {
	id := c.req.URL.Query().Get("media_id")
	c.note.Detail = id
	if id == "" {
		return nil, fail(41006)
	}
	m := c.acc.Media[id]
	if m == nil || m.expired(c.now()) {
		return nil, fail(40007)
	}
	c.note.Type = m.Kind
	if m.Kind == "video" {
		return map[string]string{"video_url": c.base + "/mmvideo/" + m.File + ".mp4"}, nil
	}
	return download{file: m.File, name: m.ID + path.Ext(m.Name)}, nil
}

// getSpeech is media/get/jssdk; nothing here was recorded through JSSDK.
func (c *call) getSpeech() (any, *apiError) { return nil, fail(40007) }

// uploadPicture is media/uploadimg: a link for ever, for articles.
func (c *call) uploadPicture() (any, *apiError) {
	rule := mediaRule{[]string{"image/jpeg", "image/png"}, 1 << 20, 40009}
	if err := c.upload.check(rule); err != nil {
		return nil, err
	}
	c.touch()
	return map[string]string{"url": c.link(c.upload.file)}, nil
}

// link is the URL of a picture, "" for none.
func (s *Sandbox) link(file string) string {
	if file == "" {
		return ""
	}
	return s.base + "/mmbiz/" + file + "/0"
}

// linked finds the file behind a URL that link made, also when the API had
// another address then.
func (s *Sandbox) linked(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	rest, ok := strings.CutPrefix(u.Path, "/mmbiz/")
	file, _, _ := strings.Cut(rest, "/")
	if !ok || !s.files.has(file) {
		return ""
	}
	return file
}

// serveLink answers the URLs of pictures and films. They need no token.
func (s *Sandbox) serveLink(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(r.URL.Path, "/")
	file := strings.TrimSuffix(parts[2], ".mp4")
	if !s.files.has(file) {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	s.serveDownload(w, r, download{file: file})
}

func (s *Sandbox) serveDownload(w http.ResponseWriter, r *http.Request, d download) {
	data, err := s.files.get(d.file)
	if err != nil {
		s.opt.Log.Error("sandbox: cannot read a file", "err", err)
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if d.name != "" {
		w.Header().Set("Content-Disposition", `attachment; filename="`+d.name+`"`)
	}
	serveBytes(w, r, data)
}

func serveBytes(w http.ResponseWriter, r *http.Request, data []byte) {
	w.Header().Set("Content-Type", sniff(data))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
