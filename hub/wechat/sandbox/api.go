package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"path"
	"strings"
)

// An endpoint is one call of the platform's API.
type endpoint struct {
	method string // "" takes both
	form   bool   // multipart upload instead of JSON
	open   bool   // needs no access token
	daily  int    // calls a day
	run    func(*call) (any, *apiError)
}

// A call is one request to the API. It holds the sandbox's lock while its
// endpoint runs.
type call struct {
	*Sandbox
	ep     endpoint
	req    *http.Request
	acc    *account
	body   object
	raw    []byte
	upload *upload
	form   map[string][]string
	note   Log
}

// An upload is the file field "media" of a multipart body.
type upload struct {
	name string
	data []byte // one byte more than any limit at most
	file string
}

// A download is an answer that is a file.
type download struct{ file, name string }

const (
	maxJSON   = 1 << 20
	maxUpload = 20 << 20
)

// API is the imitation of api.weixin.qq.com. It always answers 200, except
// for paths that do not exist and for faults that were asked for.
func (s *Sandbox) API() http.Handler { return http.HandlerFunc(s.serveAPI) }

func (s *Sandbox) serveAPI(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/mmbiz/") || strings.HasPrefix(r.URL.Path, "/mmvideo/") {
		s.serveLink(w, r)
		return
	}
	ep, ok := endpoints[r.URL.Path]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Date", s.Now().UTC().Format(http.TimeFormat))
	if s.takeFault(r.URL.Path, "", isEarly) != nil {
		resetConn(w)
		return
	}
	c := &call{Sandbox: s, ep: ep, req: r, note: Log{Dir: "call", Path: r.URL.Path}}
	readErr := c.read()
	f := s.takeFault(r.URL.Path, c.body.str("touser"), isLate)
	var out any
	var err *apiError
	switch {
	case f != nil && f.Kind == "errcode":
		err = &apiError{f.Code, firstOf(f.Msg, errmsg(f.Code))}
	case f == nil || f.takesEffect():
		out, err = c.do(readErr)
	}
	s.logCall(c, f, err)
	if err != nil {
		err = &apiError{err.code, s.withRID(c, err)}
	}
	s.answer(w, r, f, out, err)
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// do makes the checks in the documented order and runs the endpoint.
func (c *call) do(readErr *apiError) (any, *apiError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts.Calls++
	if !c.ep.open {
		var err *apiError
		if c.acc, err = c.checkToken(c.req.URL.Query().Get("access_token")); err != nil {
			return nil, err
		}
		if err := c.mayCall(c.tokens[c.req.URL.Query().Get("access_token")]); err != nil {
			return nil, err
		}
		if err := c.permission(); err != nil {
			return nil, err
		}
	}
	switch {
	case c.ep.method == "POST" && c.req.Method != "POST":
		return nil, fail(43002)
	case c.ep.method == "GET" && c.req.Method != "GET":
		return nil, fail(43001)
	case readErr != nil:
		return nil, readErr
	}
	if !c.ep.open {
		if err := c.spendQuota(); err != nil {
			return nil, err
		}
	}
	return c.ep.run(c)
}

// permission is 48001 for what an account of this kind may not call.
func (c *call) permission() *apiError {
	p := c.req.URL.Path
	if !c.acc.may(p) {
		return fail(48001)
	}
	return nil
}

func (a *account) may(path string) bool {
	if a.Unverified && (strings.HasPrefix(path, "/cgi-bin/message/custom/") || strings.HasPrefix(path, "/customservice/") ||
		strings.HasPrefix(path, "/cgi-bin/customservice/")) {
		return false
	}
	return a.Kind != "subscription" || !strings.HasPrefix(path, "/cgi-bin/qrcode/")
}

// read takes the body in; its errors count only after the token is checked.
func (c *call) read() *apiError {
	if c.req.Method != http.MethodPost || c.ep.method == "GET" {
		io.Copy(io.Discard, io.LimitReader(c.req.Body, maxUpload))
		return nil
	}
	if c.ep.form {
		return c.readForm()
	}
	c.raw, _ = io.ReadAll(io.LimitReader(c.req.Body, maxJSON))
	if len(bytes.TrimSpace(c.raw)) == 0 {
		if c.ep.method == "" {
			return nil
		}
		return fail(44002)
	}
	var err *apiError
	c.body, err = parseObject(c.raw, c.opt.Lenient)
	return err
}

// readForm takes the field "media". The platform refuses uploads without a
// length, and fields without a file name.
func (c *call) readForm() *apiError {
	if c.req.ContentLength < 0 {
		io.Copy(io.Discard, io.LimitReader(c.req.Body, maxUpload))
		return fail(41005)
	}
	c.req.Body = io.NopCloser(io.LimitReader(c.req.Body, 2*maxUpload))
	reader, err := c.req.MultipartReader()
	if err != nil {
		return fail(41005)
	}
	c.form = map[string][]string{}
	for {
		part, err := reader.NextPart()
		if err != nil {
			break
		}
		c.readPart(part)
	}
	switch {
	case c.upload == nil:
		return fail(41005)
	case len(c.upload.data) == 0:
		return fail(44001)
	}
	if c.upload.file, err = c.files.put(c.upload.data); err != nil {
		c.opt.Log.Error("sandbox: cannot keep an upload", "err", err)
		return fail(-1)
	}
	return nil
}

func (c *call) readPart(part *multipart.Part) {
	data, err := io.ReadAll(io.LimitReader(part, maxUpload))
	if err != nil {
		return
	}
	io.Copy(io.Discard, part)
	if part.FormName() == "media" && path.Ext(part.FileName()) != "" {
		c.upload = &upload{name: part.FileName(), data: data}
	} else if part.FileName() == "" {
		c.form[part.FormName()] = append(c.form[part.FormName()], string(data))
	}
}

func (c *call) clientIP() string {
	host, _, err := net.SplitHostPort(c.req.RemoteAddr)
	if err != nil {
		return c.req.RemoteAddr
	}
	return host
}

type plainReply struct {
	ErrCode int    `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
}

// done is the answer of a call that only reports success.
var done = plainReply{0, "ok"}

// answer writes the result, spoiled by a fault where one is due.
func (s *Sandbox) answer(w http.ResponseWriter, r *http.Request, f *Fault, out any, err *apiError) {
	contentType := "application/json; charset=utf-8"
	if f != nil {
		if !s.spoil(w, r, f) {
			return
		}
		if f.Kind == "plain_error" {
			err, contentType = firstErr(err, fail(40007)), "text/plain"
		}
	}
	if err != nil {
		out = plainReply{err.code, err.msg}
	}
	if d, ok := out.(download); ok {
		s.serveDownload(w, r, d)
		return
	}
	body := encode(out)
	w.Header().Set("Content-Type", contentType)
	if f != nil && f.Kind == "cut" {
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		w.Write(body[:len(body)/2])
		abort(w)
	}
	w.Write(body)
}

func firstErr(a, b *apiError) *apiError {
	if a != nil {
		return a
	}
	return b
}
