package wechat

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// rawServer answers each connection by hand, to fail in ways net/http would not.
func rawServer(t *testing.T, serve func(net.Conn)) *Client {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serve(conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() { listener.Close(); <-done })
	return &Client{Base: "http://" + listener.Addr().String(), HTTP: NewHTTP()}
}

// afterRequest reads a whole request, then lets answer have the connection.
func afterRequest(answer func(net.Conn)) func(net.Conn) {
	return func(conn net.Conn) {
		if req, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			io.Copy(io.Discard, req.Body)
			answer(conn)
		}
	}
}

func say(text string) func(net.Conn) {
	return afterRequest(func(conn net.Conn) { io.WriteString(conn, text) })
}

func reset(conn net.Conn) { conn.(*net.TCPConn).SetLinger(0) }

func httpAnswer(status, contentType, body string) func(net.Conn) {
	return say(fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", status, contentType, len(body), body))
}

// refusing is an address where nobody listens, and nobody else can meanwhile.
func refusing(t *testing.T) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	at, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", at.(*syscall.SockaddrInet4).Port)
}

// neverDials is a client whose dialing never ends until the call is given up.
func neverDials(cancel func()) *Client {
	return &Client{Base: "http://192.0.2.1", HTTP: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			cancel()
			<-ctx.Done()
			return nil, ctx.Err()
		},
	}}}
}

// silent is a transport that fires none of httptrace's hooks.
type silent struct{}

func (silent) RoundTrip(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

// TestFailures is the table of everything that can go wrong with a call, and of
// what is then known about it.
func TestFailures(t *testing.T) {
	closed := &Client{Base: "http://" + refusing(t), HTTP: NewHTTP()}
	const refusal = `{"errcode":45015,"errmsg":"response out of time limit or subscription is canceled rid: 61725984-6126f6f9-040f19c4"}`
	const ok = `{"errcode":0,"errmsg":"ok"}`
	for _, v := range []struct {
		name   string
		client func(cancel func()) *Client
		want   Outcome
	}{
		{"ok", func(func()) *Client { return rawServer(t, httpAnswer("200 OK", "application/json", ok)) }, Sent},
		{"refused by WeChat", func(func()) *Client { return rawServer(t, httpAnswer("200 OK", "application/json", refusal)) }, Refused},
		{"refused as text/plain", func(func()) *Client { return rawServer(t, httpAnswer("200 OK", "text/plain", refusal)) }, Refused},
		{"refused with status 412", func(func()) *Client {
			return rawServer(t, httpAnswer("412 Precondition Failed", "text/plain", refusal))
		}, Refused},
		{"502 with a page", func(func()) *Client { return rawServer(t, httpAnswer("502 Bad Gateway", "text/html", "<html>")) }, Unknown},
		{"502 that says ok", func(func()) *Client { return rawServer(t, httpAnswer("502 Bad Gateway", "application/json", ok)) }, Unknown},
		{"empty body", func(func()) *Client { return rawServer(t, httpAnswer("200 OK", "application/json", "")) }, Unknown},
		{"no errcode", func(func()) *Client { return rawServer(t, httpAnswer("200 OK", "application/json", "{}")) }, Unknown},
		{"errcode null", func(func()) *Client {
			return rawServer(t, httpAnswer("200 OK", "application/json", `{"errcode":null}`))
		}, Unknown},
		{"errcode no number", func(func()) *Client {
			return rawServer(t, httpAnswer("200 OK", "application/json", `{"errcode":"no"}`))
		}, Unknown},
		{"another JSON", func(func()) *Client { return rawServer(t, httpAnswer("200 OK", "application/json", "[0]")) }, Unknown},
		{"JSON and more", func(func()) *Client { return rawServer(t, httpAnswer("200 OK", "application/json", ok+"<!-- -->")) }, Unknown},
		{"redirect", func(func()) *Client {
			return rawServer(t, say("HTTP/1.1 307 Temporary Redirect\r\nLocation: http://elsewhere.invalid/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
		}, Unknown},
		{"redirect to nonsense", func(func()) *Client {
			return rawServer(t, say("HTTP/1.1 307 Temporary Redirect\r\nLocation: http://%zz/?access_token="+testAccess+"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
		}, Unknown},
		{"cut body", func(func()) *Client {
			return rawServer(t, say("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"+`{"errcode":0,`))
		}, Unknown},
		{"cut chunks", func(func()) *Client {
			return rawServer(t, say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1b\r\n"+ok+"\r\n"))
		}, Unknown},
		{"cut without a length", func(func()) *Client { return rawServer(t, say("HTTP/1.1 200 OK\r\n\r\n"+ok[:20])) }, Unknown},
		{"no HTTP", func(func()) *Client { return rawServer(t, say("hello\r\n\r\n")) }, Unknown},
		{"closed after the request", func(func()) *Client { return rawServer(t, afterRequest(func(net.Conn) {})) }, Unknown},
		{"reset after the request", func(func()) *Client { return rawServer(t, afterRequest(reset)) }, Unknown},
		{"given up while waiting", func(cancel func()) *Client {
			return rawServer(t, afterRequest(func(conn net.Conn) { cancel(); io.Copy(io.Discard, conn) }))
		}, Unknown},
		{"a transport that tells nothing", func(func()) *Client {
			return &Client{Base: "http://192.0.2.1", HTTP: &http.Client{Transport: silent{}}}
		}, Unknown},
		{"connection refused", func(func()) *Client { return closed }, Unsent},
		{"no TLS there", func(func()) *Client {
			c := rawServer(t, func(conn net.Conn) { io.WriteString(conn, "hello\r\n") })
			c.Base = strings.Replace(c.Base, "http:", "https:", 1)
			return c
		}, Unsent},
		{"unknown certificate", func(func()) *Client {
			server := httptest.NewUnstartedServer(http.NotFoundHandler())
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.StartTLS()
			t.Cleanup(server.Close)
			return &Client{Base: server.URL, HTTP: NewHTTP()}
		}, Unsent},
		{"given up while connecting", func(cancel func()) *Client { return neverDials(cancel) }, Unsent},
		{"given up before", func(cancel func()) *Client { cancel(); return closed }, Unsent},
		{"no address", func(func()) *Client { return &Client{Base: "api.weixin.qq.com"} }, Unsent},
		{"a broken address", func(func()) *Client { return &Client{Base: "http://a b"} }, Unsent},
	} {
		t.Run(v.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c := v.client(cancel)
			err := c.Send(ctx, testAccess, Message{ToUser: "oA", MsgType: "text", Text: &Text{strings.Repeat("x", MaxText)}})
			if got := Classify(err); got != v.want {
				t.Errorf("%s, want %s: %v", got, v.want, err)
			}
			noSecrets(t, err)
		})
	}
}

// noSecrets looks at every error in the chain, printed in every manner.
func noSecrets(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
			for _, word := range []string{"never_in_errors", "access_token=", "secret=", "appid="} {
				if strings.Contains(text, word) {
					t.Errorf("an error shows %q: %s", word, text)
				}
			}
		}
	}
}

// TestNoSecrets makes calls of each kind fail in several ways.
func TestNoSecrets(t *testing.T) {
	const echo = "HTTP/1.1 302 Found\r\nLocation: http://%zz/?access_token=" + testAccess + "&secret=" + testSecret + "&x=SECRET_never_in_errors%2B%2F%3D\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	for _, c := range []*Client{
		{Base: "http://127.0.0.1:1"},
		{Base: "http://a b"},
		{Base: "gopher://x"},
		rawServer(t, afterRequest(reset)),
		rawServer(t, say(echo)),
		rawServer(t, say("HTTP/1.1 302 Found\r\nLocation: http://%zz/?key=another_never_in_errors\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")),
		rawServer(t, say(testAccess+testSecret+"\r\n\r\n")),
		rawServer(t, httpAnswer("500 Oops", "text/html", testAccess+testSecret)),
		rawServer(t, httpAnswer("200 OK", "application/json", `{"access_token":5,"x":"`+testSecret+testAccess+`"}`)),
	} {
		ctx := t.Context()
		calls := map[string]func() error{
			"stable_token": func() error { _, _, err := c.StableToken(ctx, "wx1", testSecret, false); return err },
			"token":        func() error { _, _, err := c.Token(ctx, "wx1", testSecret); return err },
			"clear quota":  func() error { return c.ClearQuotaV2(ctx, "wx1", testSecret) },
			"kf list":      func() error { _, err := c.KFList(ctx, testAccess); return err },
			"media":        func() error { _, err := c.GetMedia(ctx, testAccess, "m", io.Discard, 1); return err },
			"upload": func() error {
				_, err := c.UploadMedia(ctx, testAccess, "image", "a.jpg", strings.NewReader("x"), 1)
				return err
			},
		}
		for name, call := range calls {
			err := call()
			if err == nil {
				t.Errorf("%s from %s did not fail", name, c.Base)
			}
			noSecrets(t, err)
		}
	}
}

// TestCauseStays: a caller can still ask what went wrong.
func TestCauseStays(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	<-ctx.Done()
	err := (&Client{Base: "http://127.0.0.1:1"}).Send(ctx, testAccess, Message{MsgType: "text", Text: &Text{"x"}})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	_, err = (&Client{Base: "http://127.0.0.1:1"}).KFList(t.Context(), testAccess)
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("%v", err)
	}
}

// TestNoSecondPost: a kept connection that dies under a request must not make the
// transport send the message again.
func TestNoSecondPost(t *testing.T) {
	var requests atomic.Int32
	c := rawServer(t, func(conn net.Conn) {
		in := bufio.NewReader(conn)
		for {
			req, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			io.Copy(io.Discard, req.Body)
			if requests.Add(1) > 1 {
				return // the second request on the connection, and no answer
			}
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n"+`{"errcode":0}`)
		}
	})
	m := Message{ToUser: "oA", MsgType: "text", Text: &Text{"x"}}
	if err := c.Send(t.Context(), testAccess, m); err != nil {
		t.Fatal(err)
	}
	if err := c.Send(t.Context(), testAccess, m); Classify(err) != Unknown {
		t.Errorf("%v", err)
	}
	if n := requests.Load(); n != 2 {
		t.Errorf("the platform saw %d requests for two messages", n)
	}
}
