package sandbox

import (
	"slices"
	"strings"
	"unicode/utf8"

	"kfdesk/hub/wechat"
)

// A Log is a line of the delivery log: a push or a call.
type Log struct {
	ID        int64  `json:"id"`
	At        int64  `json:"at"`  // ms
	Dir       string `json:"dir"` // push, call
	AppID     string `json:"appid,omitempty"`
	OpenID    string `json:"openid,omitempty"`
	Path      string `json:"path,omitempty"`  // of a call
	Type      string `json:"type,omitempty"`  // message type or "event"
	Event     string `json:"event,omitempty"` // its name
	Detail    string `json:"detail,omitempty"`
	KFAccount string `json:"kf_account,omitempty"`
	Code      int    `json:"code"` // errcode of a call
	Msg       string `json:"msg,omitempty"`
	Fault     string `json:"fault,omitempty"` // a fault that was asked for

	Attempts []Attempt `json:"attempts,omitempty"` // of a push
	Verdict  string    `json:"verdict,omitempty"`  // success, empty, reply, invalid, failed; "" while under way
	Answer   string    `json:"answer,omitempty"`
	XML      string    `json:"xml,omitempty"`
}

// An Attempt is one delivery of a push.
type Attempt struct {
	Status int    `json:"status"` // 0 without an answer
	Millis int64  `json:"ms"`
	Error  string `json:"error,omitempty"`
}

const logCap = 500

// keepLog appends a line. The sandbox is locked.
func (s *Sandbox) keepLog(l *Log) {
	l.ID, l.At = s.serial(), s.now().UnixMilli()
	if len(s.st.Log) >= logCap {
		s.st.Log = slices.Delete(s.st.Log, 0, logCap/10)
	}
	s.st.Log = append(s.st.Log, l)
}

func (s *Sandbox) logPush(u *user, p *wechat.Push, fault string) *Log {
	l := &Log{
		Dir: "push", AppID: u.account.AppID, OpenID: u.OpenID, Type: p.MsgType, Event: p.Event,
		KFAccount: firstOf(p.KFAccount, p.ToKFAccount), Fault: fault,
		Detail: clip(strings.TrimSpace(p.Content + p.EventKey + p.Title + p.Recognition + " " + p.Label)), XML: string(p.Marshal()),
	}
	s.keepLog(l)
	return l
}

func (s *Sandbox) noteAttempt(d *push, a Attempt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts.Attempts++
	// A copy, since a reader of the log may still hold the old slice.
	d.log.Attempts = append(slices.Clip(d.log.Attempts), a)
	s.touch()
}

// logCall writes a call down, but not those that only fetch tokens well.
func (s *Sandbox) logCall(c *call, f *Fault, err *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := c.note
	l.Detail = clip(l.Detail)
	if c.acc != nil {
		l.AppID = c.acc.AppID
	}
	if err != nil {
		l.Code, l.Msg = err.code, err.msg
	}
	if f != nil {
		l.Fault = f.Kind
	}
	s.keepLog(&l)
	s.touch()
}

// clip keeps the log small.
func clip(text string) string {
	const most = 300
	if len(text) <= most {
		return text
	}
	cut := most
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strings.TrimSpace(text[:cut]) + "…"
}

// Log lists the newest lines, oldest first.
func (s *Sandbox) Log() []Log {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log(logCap)
}

func (s *Sandbox) log(n int) []Log {
	from := max(0, len(s.st.Log)-n)
	list := make([]Log, 0, n)
	for _, l := range s.st.Log[from:] {
		list = append(list, *l)
	}
	return list
}
