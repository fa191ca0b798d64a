package wechat

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"
)

// What answers in WeChat's place, or WeChat in trouble, may send without end, packed
// too, or nothing at all: little is kept of it, and the call ends.
func TestAnswersWithoutEnd(t *testing.T) {
	const most = 1 << 20
	for name, c := range map[string]struct {
		head   map[string]string
		begin  string
		packed bool
		call   func(*Client, string) error
		want   error
		memory uint64 // that is taken in all, in bytes
	}{
		"a file": {nil, "\xff\xd8\xff", false, func(c *Client, url string) error {
			_, err := c.Fetch(t.Context(), url, io.Discard, most)
			return err
		}, ErrTooLarge, 1 << 20},
		"a packed file": {map[string]string{"Content-Encoding": "gzip"}, "\xff\xd8\xff", true, func(c *Client, url string) error {
			_, err := c.Fetch(t.Context(), url, io.Discard, most)
			return err
		}, ErrTooLarge, 1 << 20},
		"a refusal in place of a file": {map[string]string{"Content-Type": "application/json", "Content-Encoding": "gzip"}, `{"errmsg":"`, true, func(c *Client, _ string) error {
			_, err := c.GetMedia(t.Context(), "token-of-now", "m", io.Discard, most)
			return err
		}, nil, 16 << 20},
		"an answer": {map[string]string{"Content-Encoding": "gzip"}, `{"errmsg":"`, true, func(c *Client, _ string) error {
			_, err := c.UserInfo(t.Context(), "token-of-now", "o")
			return err
		}, nil, 8 * maxAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for k, v := range c.head {
					w.Header().Set(k, v)
				}
				out := io.Writer(w)
				if c.packed {
					z := gzip.NewWriter(w)
					defer z.Close()
					out = z
				}
				_, _ = io.WriteString(out, c.begin)
				zeros := make([]byte, 64<<10)
				for n := 0; n < 4*maxAnswer; n += len(zeros) {
					if _, err := out.Write(zeros); err != nil {
						return
					}
				}
			}))
			defer server.Close()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := c.call(&Client{Base: server.URL}, server.URL)
			runtime.ReadMemStats(&after)
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("it ends with %v", err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > c.memory+4<<20 { // the server's part of it
				t.Errorf("%d KB were taken", used>>10)
			}
		})
	}
	t.Run("nothing", func(t *testing.T) {
		asked := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { close(asked); <-r.Context().Done() }))
		defer server.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		go func() { <-asked; cancel() }()
		if _, err := (&Client{Base: server.URL}).UserInfo(ctx, "token-of-now", "o"); !errors.Is(err, context.Canceled) {
			t.Errorf("it ends with %v", err)
		}
	})
}
