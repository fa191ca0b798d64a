package sandbox

import (
	"io"
	"net"
	"net/http"
	"slices"
	"time"
)

// A Fault spoils a coming call or push.
//
// Kinds for calls: timeout (no answer), slow (after DelayMS), errcode (Code),
// bad_gateway (502 with HTML), empty (200 without body), cut (half of the
// answer), reset (the connection breaks), plain_error (Code as text/plain), skew
// (Date of the answer is DelayMS ahead).
//
// Kinds for pushes (On "push"): duplicate, reorder (overtaken by the user's
// next push), bad_signature, wrong_appid, old_key, same_second (CreateTime of
// the push before).
type Fault struct {
	ID      int64  `json:"id"`
	On      string `json:"on"` // path of a call, "*" for any, or "push"; custom/send when empty
	Kind    string `json:"kind"`
	Accept  bool   `json:"accept"` // timeout, reset, empty, bad_gateway: the call takes effect all the same
	Code    int    `json:"code,omitempty"`
	Msg     string `json:"msg,omitempty"`
	DelayMS int64  `json:"delay_ms,omitempty"`
	Times   int    `json:"times"`            // 0 is once, -1 until it is cleared
	OpenID  string `json:"openid,omitempty"` // for this user only
}

const pathSend = "/cgi-bin/message/custom/send"

// AddFault plans a fault. Faults of one kind of call strike in the order in
// which they were added.
func (s *Sandbox) AddFault(f Fault) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.ID = s.serial()
	if f.On == "" {
		f.On = pathSend
	}
	if f.Times == 0 {
		f.Times = 1
	}
	s.st.Faults = append(s.st.Faults, &f)
	s.touch()
	return f.ID
}

// ClearFault takes a planned fault back; 0 takes all.
func (s *Sandbox) ClearFault(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.st.Faults = slices.DeleteFunc(s.st.Faults, func(f *Fault) bool { return id == 0 || f.ID == id })
	s.touch()
}

// takeFault uses the first fault that fits.
func (s *Sandbox) takeFault(on, openid string, fits func(*Fault) bool) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.useFault(on, openid, fits)
}

// pushFault is the kind of the fault for the next push of a user, or "". The
// sandbox is locked.
func (s *Sandbox) pushFault(openid string) string {
	if f := s.useFault("push", openid, func(*Fault) bool { return true }); f != nil {
		return f.Kind
	}
	return ""
}

func (s *Sandbox) useFault(on, openid string, fits func(*Fault) bool) *Fault {
	for i, f := range s.st.Faults {
		if f.On != on && (f.On != "*" || on == "push") || f.OpenID != "" && f.OpenID != openid || !fits(f) {
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		if f.Times == 0 {
			s.st.Faults = slices.Delete(s.st.Faults, i, i+1)
		}
		s.touch()
		used := *f
		return &used
	}
	return nil
}

// isEarly are the faults that strike before the request is read.
func isEarly(f *Fault) bool { return f.Kind == "reset" && !f.Accept && f.OpenID == "" }

func isLate(f *Fault) bool { return !isEarly(f) }

// takesEffect says whether the call is carried out although it is spoiled.
func (f *Fault) takesEffect() bool {
	switch f.Kind {
	case "slow", "cut", "skew":
		return true
	}
	return f.Accept
}

// spoil plays the part of a fault that comes before the answer. It says
// whether there is still an answer to give.
func (s *Sandbox) spoil(w http.ResponseWriter, r *http.Request, f *Fault) bool {
	switch f.Kind {
	case "slow":
		s.pause(r, time.Duration(f.DelayMS)*time.Millisecond)
	case "skew":
		w.Header().Set("Date", s.Now().Add(time.Duration(f.DelayMS)*time.Millisecond).UTC().Format(http.TimeFormat))
	case "timeout":
		s.pause(r, time.Minute)
		abort(w)
	case "bad_gateway":
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		io.WriteString(w, "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>")
		return false
	case "empty":
		w.WriteHeader(http.StatusOK)
		return false
	case "reset":
		resetConn(w)
		return false
	}
	return true
}

// pause waits in real time, but not for a caller who has gone.
func (s *Sandbox) pause(r *http.Request, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
}

// abort closes the connection in the middle of the answer.
func abort(w http.ResponseWriter) {
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	panic(http.ErrAbortHandler)
}

// resetConn breaks the connection without an answer, with a TCP reset.
func resetConn(w http.ResponseWriter) {
	h, ok := w.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	conn, _, err := h.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}
