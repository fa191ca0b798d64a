package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Control is the JSON API of the phone page and of tests outside the process:
//
//	GET  /phone/api/state?since=N&openid=O   a State; waits up to 25 s while its version is N
//	GET  /phone/api/log                      {"log":[Log]}
//	GET  /phone/api/received?openid=O        {"received":[Delivered]}
//	GET  /phone/api/files/NAME               the bytes of a file
//	GET  /phone/api/samples/NAME             the bytes of a built-in file
//	POST /phone/api/users                    User → {"user":User}
//	POST /phone/api/users/set                User: name, remark, unionid, blocked, refuses
//	POST /phone/api/act                      Action → {"msg_id":"…"}; or multipart with the
//	                                         field "action" (JSON) and the files "file", "thumb"
//	POST /phone/api/read                     {"openid"}: the phone was looked at
//	POST /phone/api/faults                   Fault → {"id":N}
//	POST /phone/api/faults/clear             {"id"}: one fault, or all without id
//	POST /phone/api/clock                    {"advance_ms"} → {"now":ms}
//	POST /phone/api/tokens/expire            {"appid"}, or every account without it
//	POST /phone/api/kf                       {"appid","kf_account","online":bool} or {…,"invite":"accept"|"reject"}
//	POST /phone/api/sessions                 {"openid","kf_account"}: who holds the user in the platform's own tool, "" for nobody
//	POST /phone/api/component                {"component","do":"ticket"|"expire"}, {…,"appid","do":"withdraw"|"spoil"},
//	                                         {…,"appid","do":"grant","scopes":[…]} or {…,"do":"set",…}: settings
//	GET  /phone/api/consent?component_appid=C&pre_auth_code=P   a ConsentView
//	POST /phone/api/consent                  {"component_appid","pre_auth_code","redirect_uri","appid","scopes"} → {"redirect"}
//	POST /phone/api/accounts                 Account: change callback, mode, profile, kind …
//
// A POST must be application/json or multipart/form-data and must not come
// from a page of another origin. Errors are {"error":{"code":"…"}}.
func (s *Sandbox) Control() http.Handler {
	mux := http.NewServeMux()
	get := func(path string, h http.HandlerFunc) { mux.HandleFunc("GET /phone/api/"+path, h) }
	post := func(path string, h func(*http.Request, object) (any, error)) {
		mux.HandleFunc("POST /phone/api/"+path, guarded(h))
	}
	get("state", s.getState)
	get("log", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 200, map[string]any{"log": s.Log()}) })
	get("received", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, 200, map[string]any{"received": s.Received(r.URL.Query().Get("openid"))})
	})
	get("files/{name}", s.getFile)
	get("samples/{name}", getSample)
	post("users", s.postUser)
	post("users/set", func(r *http.Request, o object) (any, error) {
		var u User
		return nothing(errors.Join(into(o, &u), s.SetUser(u)))
	})
	post("act", s.postAct)
	post("read", func(_ *http.Request, o object) (any, error) { return nothing(s.MarkRead(o.str("openid"))) })
	post("faults", func(_ *http.Request, o object) (any, error) {
		var f Fault
		if err := into(o, &f); err != nil {
			return nil, err
		}
		return map[string]int64{"id": s.AddFault(f)}, nil
	})
	post("faults/clear", func(_ *http.Request, o object) (any, error) {
		s.ClearFault(o.num("id", 0))
		return nothing(nil)
	})
	post("clock", func(_ *http.Request, o object) (any, error) {
		s.Advance(time.Duration(o.num("advance_ms", 0)) * time.Millisecond)
		return map[string]int64{"now": s.Now().UnixMilli()}, nil
	})
	post("tokens/expire", func(_ *http.Request, o object) (any, error) {
		s.ExpireTokens(o.str("appid"))
		return nothing(nil)
	})
	post("kf", s.postKF)
	post("sessions", func(_ *http.Request, o object) (any, error) {
		return found(s.SetSession(o.str("openid"), o.str("kf_account")))
	})
	post("accounts", s.postAccount)
	post("component", s.postComponent)
	get("consent", s.getConsent)
	post("consent", s.postConsent)
	return mux
}

var (
	errForeign  = errors.New("foreign_page")
	errType     = errors.New("bad_content_type")
	errBody     = errors.New("bad_body")
	errNotFound = errors.New("not_found")
)

func nothing(err error) (any, error) { return map[string]any{}, err }

func found(ok bool) (any, error) {
	if !ok {
		return nil, errNotFound
	}
	return nothing(nil)
}

// guarded lets only our own pages and programs in.
func guarded(h func(*http.Request, object) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		o, err := readControl(r)
		var out any
		if err == nil {
			out, err = h(r, o)
		}
		if err != nil {
			writeError(w, err)
			return
		}
		writeJSON(w, http.StatusOK, out)
	}
}

func readControl(r *http.Request) (object, error) {
	if !sameOrigin(r) {
		return nil, errForeign
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "multipart/form-data":
		return nil, r.ParseMultipartForm(maxUpload)
	case "application/json":
		o := object{}
		raw, err := io.ReadAll(io.LimitReader(r.Body, maxJSON))
		if err != nil || len(raw) > 0 && json.Unmarshal(raw, &o) != nil {
			return nil, errBody
		}
		return o, nil
	}
	return nil, errType
}

// sameOrigin refuses what a page of another origin sends. Programs that are
// no browsers send neither header.
func sameOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin" || site == "none"
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host
}

// into reads a whole object into a struct.
func into(o object, v any) error {
	if json.Unmarshal(encode(o), v) != nil {
		return errBody
	}
	return nil
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(encode(v))
}

func writeError(w http.ResponseWriter, err error) {
	status, code := http.StatusUnprocessableEntity, err.Error()
	switch {
	case errors.Is(err, errForeign):
		status = http.StatusForbidden
	case errors.Is(err, errType):
		status = http.StatusUnsupportedMediaType
	case errors.Is(err, errUser), errors.Is(err, errAccount), errors.Is(err, errComponent), errors.Is(err, errNotFound):
		status, code = http.StatusNotFound, "not_found"
	}
	writeJSON(w, status, map[string]any{"error": map[string]string{"code": code}})
}

func (s *Sandbox) getState(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	since, _ := strconv.ParseInt(q.Get("since"), 10, 64)
	timeout := time.NewTimer(25 * time.Second)
	defer timeout.Stop()
	for {
		s.mu.Lock()
		version, changed := s.version, s.changed
		s.mu.Unlock()
		if version != since {
			break
		}
		select {
		case <-changed:
			continue
		case <-timeout.C:
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
		break
	}
	writeJSON(w, http.StatusOK, s.State(q.Get("openid")))
}

func (s *Sandbox) getFile(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if !s.files.has(name) {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'")
	s.serveDownload(w, r, download{file: name})
}

func getSample(w http.ResponseWriter, r *http.Request) {
	data, err := samples.ReadFile("demo/" + r.PathValue("name"))
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Cache-Control", "private, max-age=3600")
	w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'")
	serveBytes(w, r, data)
}

func (s *Sandbox) postUser(_ *http.Request, o object) (any, error) {
	var u User
	if err := into(o, &u); err != nil {
		return nil, err
	}
	if strings.TrimSpace(u.Name) == "" {
		return nil, errBody
	}
	u, err := s.AddUser(u)
	return map[string]any{"user": u}, err
}

func (s *Sandbox) postAct(r *http.Request, o object) (any, error) {
	var a Action
	if o != nil {
		if err := into(o, &a); err != nil {
			return nil, err
		}
	} else {
		if json.Unmarshal([]byte(r.FormValue("action")), &a) != nil {
			return nil, errBody
		}
		a.File, a.FileName = formFile(r, "file")
		a.Thumb, _ = formFile(r, "thumb")
	}
	id, err := s.Act(a)
	return map[string]string{"msg_id": id}, err
}

func formFile(r *http.Request, field string) ([]byte, string) {
	f, head, err := r.FormFile(field)
	if err != nil {
		return nil, ""
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, ""
	}
	return data, head.Filename
}

func (s *Sandbox) postKF(_ *http.Request, o object) (any, error) {
	appid, kf := o.str("appid"), o.str("kf_account")
	switch o.str("invite") {
	case "accept":
		return found(s.AnswerInvite(appid, kf, true))
	case "reject":
		return found(s.AnswerInvite(appid, kf, false))
	}
	return found(s.SetOnline(appid, kf, o.flag("online")))
}

// postAccount changes the settings of an account; what is absent stays.
func (s *Sandbox) postAccount(_ *http.Request, o object) (any, error) {
	a, _ := s.Account(o.str("appid"))
	if err := into(o, &a); err != nil || a.AppID == "" {
		return nil, errBody
	}
	return nothing(s.AddAccount(a))
}
