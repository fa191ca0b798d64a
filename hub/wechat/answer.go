package wechat

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
)

var (
	errUnreadable = errors.New("the answer is not readable")
	errIncomplete = errors.New("the answer lacks what it should bring")
)

// answerCode is what every JSON answer may begin with. Reading calls leave it out
// when all is well.
type answerCode struct {
	Code *Int   `json:"errcode"`
	Msg  string `json:"errmsg"`
}

// readAnswer decides by errcode; the HTTP status of a real answer is 200 even for
// an error, so any other status without an errcode is somebody else's page.
func readAnswer(resp *http.Response, r request, out any) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return &CallError{Path: r.path, Err: redact(err, r)}
	}
	return decodeAnswer(resp.StatusCode, body, r, out)
}

func decodeAnswer(status int, body []byte, r request, out any) error {
	body = cleanAnswer(body)
	var code answerCode
	if err := json.Unmarshal(body, &code); err != nil {
		return unreadable(status, r)
	}
	if code.Code != nil && *code.Code != 0 {
		return &Error{Code: int(*code.Code), Msg: code.Msg, Path: r.path}
	}
	if status != http.StatusOK || out == nil && code.Code == nil {
		return unreadable(status, r)
	}
	if out != nil && json.Unmarshal(body, out) != nil {
		return unreadable(status, r)
	}
	return nil
}

// unreadable never shows the body: it may repeat what we sent.
func unreadable(status int, r request) error {
	err := errUnreadable
	if status != http.StatusOK {
		err = errors.New("HTTP status " + strconv.Itoa(status))
	}
	return &CallError{Path: r.path, Err: err}
}

func incomplete(path string) error {
	return &CallError{Path: path, Err: errIncomplete}
}

// cleanAnswer makes spaces of control characters: the platform passes those in
// people's texts on as they are, which is no JSON.
func cleanAnswer(body []byte) []byte {
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	return bytes.Map(func(r rune) rune {
		if r < 0x20 {
			return ' '
		}
		return r
	}, body)
}
