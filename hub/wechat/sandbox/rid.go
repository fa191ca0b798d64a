package sandbox

import (
	"crypto/rand"
	"fmt"
)

// A refused is what the platform keeps of a call that it refused.
type refused struct {
	InvokeTime   int64  `json:"invoke_time"`
	CostMS       int64  `json:"cost_in_ms"`
	RequestURL   string `json:"request_url"`
	RequestBody  string `json:"request_body"`
	ResponseBody string `json:"response_body"`
	ClientIP     string `json:"client_ip"`
	appid        string
}

// ridsMost are kept; the platform keeps them for 7 days.
const ridsMost = 100

// withRID adds a request id in about half of the cases, so that nobody compares
// error texts, and keeps the call under it.
func (s *Sandbox) withRID(c *call, err *apiError) string {
	var b [9]byte
	rand.Read(b[:])
	if b[8]%2 == 0 {
		return err.msg
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rid := fmt.Sprintf("%08x-%x-%x", s.now().Unix(), b[:4], b[4:8])
	kept := &refused{InvokeTime: s.now().Unix(), CostMS: 12, RequestURL: c.req.URL.String(), RequestBody: string(c.raw),
		ResponseBody: string(encode(plainReply{err.code, err.msg})), ClientIP: c.clientIP()}
	if c.acc != nil {
		kept.appid = c.acc.AppID
	}
	if s.rids == nil || len(s.rids) >= ridsMost {
		s.rids = map[string]*refused{}
	}
	s.rids[rid] = kept
	return err.msg + " rid: " + rid
}

// getRID is openapi/rid/get. Its errcode for an unknown one is unconfirmed.
func (c *call) getRID() (any, *apiError) {
	kept := c.rids[c.body.str("rid")]
	if kept == nil || kept.appid != c.acc.AppID {
		return nil, fail(76001)
	}
	return map[string]any{"errcode": 0, "errmsg": "ok", "request": kept}, nil
}
