package store

import (
	"errors"
	"fmt"
	"path/filepath"
)

// ErrNotFound: no such row. ErrClosed: the store is closing.
var (
	ErrNotFound = errors.New("store: not found")
	ErrClosed   = errors.New("store: closed")
)

// Refusal is a rule that says no. Code is for programs and for the text
// catalogue (err.CODE); Detail fills the text.
type Refusal struct {
	Code   string
	Detail map[string]any
}

func (r *Refusal) Error() string { return "refused: " + r.Code }

func refuse(code string, detail ...any) *Refusal {
	r := &Refusal{Code: code}
	for i := 0; i+1 < len(detail); i += 2 {
		if r.Detail == nil {
			r.Detail = map[string]any{}
		}
		r.Detail[detail[i].(string)] = detail[i+1]
	}
	return r
}

// Refused tells whether err is the refusal with this code.
func Refused(err error, code string) bool {
	var r *Refusal
	return errors.As(err, &r) && r.Code == code
}

// OpenError is a data directory that cannot be used, with the reason as a code
// of the text catalogue (open.CODE).
type OpenError struct {
	Code   string
	Path   string
	Detail string
	err    error
}

// leastRoom is what a database needs to be opened, in bytes.
const leastRoom = 1 << 20

// openError says code, unless the disk is what is wrong and code does not speak of it.
func openError(code, path string, err error) *OpenError {
	fault := FaultOf(err)
	if free, _, ok := Disk(filepath.Dir(path)); ok && free < leastRoom && fault == DiskFails { // how SQLite says so of its shared memory
		fault = DiskFull
	}
	if disk := openCodes[fault]; disk != "" && code != "backup_failed" && code != "migration_failed" {
		code = disk
	}
	e := &OpenError{Code: code, Path: path, err: err}
	if err != nil {
		e.Detail = err.Error()
	}
	return e
}

func (e *OpenError) Error() string { return fmt.Sprintf("%s: %s: %s", e.Code, e.Path, e.Detail) }
func (e *OpenError) Unwrap() error { return e.err }
