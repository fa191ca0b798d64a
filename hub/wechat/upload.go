package wechat

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
)

const (
	pathUpload    = "/cgi-bin/media/upload"
	pathUploadImg = "/cgi-bin/media/uploadimg"
)

// UploadResult is a temporary medium: it can be used for 3 days from CreatedAt
// (Unix seconds), any number of times.
type UploadResult struct {
	MediaID   string
	CreatedAt int64
}

// UploadMedia is media/upload. typ is image, voice, video or thumb. r must give
// exactly size bytes; it is streamed, with its length told before, since the
// platform refuses chunks.
func (c *Client) UploadMedia(ctx context.Context, token, typ, filename string, r io.Reader, size int64) (UploadResult, error) {
	var answer struct {
		MediaID      string `json:"media_id"`
		ThumbMediaID string `json:"thumb_media_id"` // of type thumb
		CreatedAt    Int    `json:"created_at"`
	}
	req := fileRequest(pathUpload, authorised(token, url.Values{"type": {typ}}), nil, asciiName(filename, typ), r, size)
	if err := c.call(ctx, req, &answer); err != nil {
		return UploadResult{}, err
	}
	if answer.MediaID == "" {
		answer.MediaID = answer.ThumbMediaID
	}
	if answer.MediaID == "" {
		return UploadResult{}, incomplete(pathUpload)
	}
	return UploadResult{answer.MediaID, int64(answer.CreatedAt)}, nil
}

// UploadImg is media/uploadimg: JPG or PNG up to 1 MB. The URL never expires and
// is the safest picurl of news.
func (c *Client) UploadImg(ctx context.Context, token, filename string, r io.Reader, size int64) (string, error) {
	var answer struct {
		URL string `json:"url"`
	}
	req := fileRequest(pathUploadImg, authorised(token, nil), nil, asciiName(filename, "image"), r, size)
	if err := c.call(ctx, req, &answer); err != nil {
		return "", err
	}
	if answer.URL == "" {
		return "", incomplete(pathUploadImg)
	}
	return answer.URL, nil
}

// fileRequest is a multipart form whose length is known although the file is not
// held in memory.
func fileRequest(endpoint string, query url.Values, fields []Field, filename string, file io.Reader, size int64) request {
	boundary := "----" + rand.Text()
	var head strings.Builder
	for _, f := range fields {
		head.WriteString("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + f.Name + "\"\r\n\r\n" + f.Text + "\r\n")
	}
	head.WriteString("--" + boundary + "\r\nContent-Disposition: form-data; name=\"media\"; filename=\"" + filename + "\"\r\n" +
		"Content-Type: " + typeOfName(filename) + "\r\n\r\n")
	tail := "\r\n--" + boundary + "--\r\n"
	body := func() io.Reader {
		return io.MultiReader(strings.NewReader(head.String()), io.LimitReader(file, size), strings.NewReader(tail))
	}
	req := request{
		method: http.MethodPost, path: endpoint, query: query,
		contentType: "multipart/form-data; boundary=" + boundary,
		body:        io.NopCloser(body()), size: int64(head.Len()) + size + int64(len(tail)),
	}
	if seeker, ok := file.(io.Seeker); ok {
		if start, err := seeker.Seek(0, io.SeekCurrent); err == nil {
			req.rewind = func() (io.ReadCloser, error) {
				_, err := seeker.Seek(start, io.SeekStart)
				return io.NopCloser(body()), err
			}
		}
	}
	return req
}

var fileTypes = map[string]string{
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif",
	".amr": "audio/amr", ".mp3": "audio/mpeg", ".mp4": "video/mp4",
}

func typeOfName(filename string) string {
	if t, ok := fileTypes[path.Ext(filename)]; ok {
		return t
	}
	return "application/octet-stream"
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// asciiName is a file name that the platform surely takes. It goes by the
// extension, so that must stay.
func asciiName(filename, typ string) string {
	ext := strings.ToLower(path.Ext(filename))
	if _, ok := fileTypes[ext]; !ok {
		ext = map[string]string{"voice": ".mp3", "video": ".mp4"}[typ]
		if ext == "" {
			ext = ".jpg"
		}
	}
	name := strings.TrimSuffix(filename, path.Ext(filename))
	if !plainName.MatchString(name) {
		name = "upload"
	}
	return name + ext
}
