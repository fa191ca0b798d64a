package handlers

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// broken is a part of the program with a fault.
type broken struct{ nobody }

func (broken) SyncKF(context.Context, int64) error { panic("geheim: index out of range") }

// A fault of ours is told to the log, with the number that the person sees.
func TestPanicIsAnErrorOfOneRequest(t *testing.T) {
	d := newDesk(t)
	d.WeChat = broken{}
	got := d.browse(t, "zhou", "POST", "/kf-accounts/sync?account=1")
	headed(t, "a panic", got.header)
	number := got.header.Get("X-Request-Id")
	if got.status != 500 || !strings.Contains(got.body, "<code>"+number+"</code>") {
		t.Errorf("status %d, number %s is not shown", got.status, number)
	}
	if strings.Contains(got.body, "geheim") || strings.Contains(got.body, ".go") {
		t.Error("the page shows the inside")
	}
	if log := d.log.String(); !strings.Contains(log, "geheim") || !strings.Contains(log, number) || !strings.Contains(log, "error_test.go") {
		t.Errorf("log: %s", log)
	}
	if got := d.browse(t, "zhou", "GET", "/accounts/1"); got.status != 200 {
		t.Errorf("the next request: %d", got.status)
	}
}

func TestErrorsOfTheAPIShowNothingOfTheInside(t *testing.T) {
	d := newDesk(t)
	path := d.says(t, 1, "o1", "hello")
	other, err := sql.Open("sqlite", filepath.Join(d.dir, "kfdesk.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.Exec("create trigger fault before update on conversation begin select raise(abort, 'geheim'); end"); err != nil {
		t.Fatal(err)
	}
	got := d.call(t, "li", "POST", path+"/claim", nil)
	got.refused(t, 500, "server")
	number, _ := dig(got.object(t), "error", "request").(string)
	if strings.Contains(got.body, "geheim") || number == "" {
		t.Errorf("answered %s", got.body)
	}
	if log := d.log.String(); !strings.Contains(log, "geheim") || !strings.Contains(log, number) {
		t.Errorf("log: %s", log)
	}
}

// What is refused before any route is looked for still has the headers, and
// the form that its path asks for. The log has no lines of it: it is no fault.
func TestRequestsThatCannotBeRead(t *testing.T) {
	d := newDesk(t)
	address := strings.TrimPrefix(d.serve(t), "http://")
	for name, tt := range map[string]struct {
		head   string // the first of a body is enough
		body   string
		status int
		shown  string
	}{
		"a body that no route takes": {fmt.Sprintf("POST /api/v1/media HTTP/1.1\r\nContent-Length: %d", uploadMost+1), strings.Repeat("x", 9000), 413, `"code":"too_large"`},
		"headers without end":        {"GET /api/v1/me HTTP/1.1\r\nX-Long: " + strings.Repeat("x", headerMost), "", 431, "请求的内容不对"},
		"not HTTP":                   {"HELLO", "", 400, "请求的内容不对"},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, tt.head+"\r\nHost: desk.example\r\n\r\n"+tt.body); err != nil {
				t.Fatal(err)
			}
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			got := read(t, res)
			headed(t, name, got.header)
			if got.status != tt.status || !strings.Contains(got.body, tt.shown) {
				t.Errorf("%d %s", got.status, got.body)
			}
		})
	}
	if log := d.log.String(); log != "" {
		t.Errorf("log: %s", log)
	}
	// Cookies of other programs on localhost are no reason to refuse.
	got := d.send(t, request("GET", "/login", nil, "Cookie", "other="+strings.Repeat("x", 8000)))
	if got.status != 200 {
		t.Errorf("many cookies: %d", got.status)
	}
}

func TestLanguageOfErrors(t *testing.T) {
	d := newDesk(t)
	for accept, want := range map[string]string{"": "登录已过期", "en-GB": "You are signed out"} {
		got := d.send(t, request("GET", "/api/v1/me", nil, "Accept-Language", accept))
		if !strings.Contains(got.body, want) {
			t.Errorf("%q is told %s, not %s", accept, got.body, want)
		}
	}
}
