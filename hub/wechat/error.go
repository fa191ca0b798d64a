package wechat

import (
	"errors"
	"fmt"
)

// Error is the platform's refusal: an answer with an errcode. Msg is its errmsg
// in full, with the rid; it is for logs and for reports to the platform, its
// wording changes.
type Error struct {
	Code int
	Msg  string
	Path string
}

func (e *Error) Error() string {
	return fmt.Sprintf("wechat: %s: %d %s", e.Path, e.Code, e.Msg)
}

// CallError is a call that brought no answer, or none that can be read.
type CallError struct {
	Path   string
	Unsent bool // certainly no byte of the request left
	Err    error
}

func (e *CallError) Error() string { return "wechat: " + e.Path + ": " + e.Err.Error() }

// Unwrap gives the cause, such as context.DeadlineExceeded.
func (e *CallError) Unwrap() error { return e.Err }

// Outcome is what is known of a call after it.
type Outcome string

// The four outcomes.
const (
	Sent    Outcome = "sent"    // WeChat took it
	Refused Outcome = "refused" // WeChat answered no: it did not happen
	Unsent  Outcome = "unsent"  // no byte left: it did not happen, and may be tried again
	Unknown Outcome = "unknown" // it may have happened
)

// Classify judges the error of the call itself. There is no idempotency key, so
// what is Unknown must not be repeated by a program.
func Classify(err error) Outcome {
	if err == nil {
		return Sent
	}
	if e, ok := errors.AsType[*Error](err); ok && e != nil {
		return Refused
	}
	if e, ok := errors.AsType[*CallError](err); ok && e.Unsent {
		return Unsent
	}
	return Unknown
}

// Code is the errcode in err, or 0.
func Code(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return 0
}

// isTokenCall reports whether err is the answer to a call that fetches a token.
func isTokenCall(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Path == pathToken || e.Path == pathStableToken || e.Path == pathComponentToken)
}
