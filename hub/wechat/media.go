package wechat

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	pathGetMedia = "/cgi-bin/media/get"
	pathGetJSSDK = "/cgi-bin/media/get/jssdk"
	pathFetch    = "download" // in errors, in place of an address that may hold a key
)

// maxMediaJSON is the most that is taken for a JSON answer in place of a file.
const maxMediaJSON = 1 << 20

// ErrTooLarge says that a download is larger than the caller allows.
var ErrTooLarge = errors.New("wechat: the file is larger than allowed")

// MediaInfo is what a download was. ContentType comes from the bytes, for the
// header is not to be trusted.
type MediaInfo struct {
	ContentType string
	Filename    string
	Size        int64
}

// GetMedia is media/get. A video comes as a link, which is followed. On an error
// w may have got a part.
func (c *Client) GetMedia(ctx context.Context, token, mediaID string, w io.Writer, limit int64) (MediaInfo, error) {
	return c.getMedia(ctx, pathGetMedia, token, mediaID, w, limit)
}

// GetJSSDKMedia is media/get/jssdk: voice from JSSDK's uploadVoice, as speex.
func (c *Client) GetJSSDKMedia(ctx context.Context, token, mediaID string, w io.Writer, limit int64) (MediaInfo, error) {
	return c.getMedia(ctx, pathGetJSSDK, token, mediaID, w, limit)
}

func (c *Client) getMedia(ctx context.Context, path, token, mediaID string, w io.Writer, limit int64) (MediaInfo, error) {
	var link struct {
		VideoURL string `json:"video_url"`
	}
	r := request{method: http.MethodGet, path: path, query: authorised(token, url.Values{"media_id": {mediaID}})}
	info, isFile, err := c.download(ctx, r, &link, w, limit)
	if err != nil || isFile {
		return info, err
	}
	if link.VideoURL == "" {
		return MediaInfo{}, incomplete(path)
	}
	return c.Fetch(ctx, link.VideoURL, w, limit)
}

// download makes a call that answers with a file or with JSON: a refusal, or out.
// The JSON comes under any Content-Type, so the body decides too; no medium
// begins with a brace.
func (c *Client) download(ctx context.Context, r request, out any, w io.Writer, limit int64) (info MediaInfo, isFile bool, err error) {
	defer c.done(r.path, time.Now(), &err)
	resp, err := c.do(ctx, r)
	if err != nil {
		return info, false, err
	}
	defer resp.Body.Close()
	body := bufio.NewReader(resp.Body)
	first, _ := body.Peek(512)
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if resp.StatusCode != http.StatusOK || media == "application/json" || strings.HasPrefix(media, "text/") ||
		bytes.HasPrefix(bytes.TrimSpace(first), []byte("{")) {
		text, err := io.ReadAll(io.LimitReader(body, maxMediaJSON))
		if err != nil {
			return info, false, &CallError{Path: r.path, Err: redact(err, r)}
		}
		return info, false, decodeAnswer(resp.StatusCode, text, r, out)
	}
	info, err = save(resp, body, first, w, limit)
	if err != nil && !errors.Is(err, ErrTooLarge) {
		err = &CallError{Path: r.path, Err: redact(err, r)}
	}
	return info, true, err
}

// Fetch gets a file from an address that needs no token: a PicUrl, an avatar, the
// link of a video.
func (c *Client) Fetch(ctx context.Context, address string, w io.Writer, limit int64) (MediaInfo, error) {
	fail := func(err error) (MediaInfo, error) {
		return MediaInfo{}, &CallError{Path: pathFetch, Err: redact(err, request{secrets: []string{address}})}
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fail(errBase)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fail(err)
	}
	resp, err := c.http().Do(req)
	if err != nil {
		return fail(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return MediaInfo{}, unreadable(resp.StatusCode, request{path: pathFetch})
	}
	body := bufio.NewReader(resp.Body)
	first, _ := body.Peek(512)
	info, err := save(resp, body, first, w, limit)
	if err != nil && !errors.Is(err, ErrTooLarge) {
		return fail(err)
	}
	return info, err
}

// save copies a file of at most limit bytes. first is its beginning, not yet
// read.
func save(resp *http.Response, body io.Reader, first []byte, w io.Writer, limit int64) (MediaInfo, error) {
	info := MediaInfo{ContentType: Sniff(first)}
	if _, params, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition")); err == nil {
		info.Filename = params["filename"]
	}
	if resp.ContentLength > limit {
		return info, ErrTooLarge
	}
	n, err := io.Copy(w, io.LimitReader(body, limit+1))
	info.Size = n
	switch {
	case err != nil:
		return info, err
	case n > limit:
		return info, ErrTooLarge
	case n == 0:
		return info, errUnreadable
	}
	return info, nil
}
