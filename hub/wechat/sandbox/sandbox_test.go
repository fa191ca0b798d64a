package sandbox

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"kfdesk/hub/wechat"
)

// world is a sandbox with its API on a test server, an account, one follower,
// and a clock that stands still unless it is moved.
type world struct {
	*Sandbox
	t       *testing.T
	client  *wechat.Client
	api     *httptest.Server
	account Account
	openid  string
	token   string
}

var start = time.Date(2025, 1, 1, 8, 0, 0, 0, time.UTC)

func newWorld(t *testing.T, change ...func(*Options)) *world {
	t.Helper()
	opt := Options{Clock: func() time.Time { return start }, Timeout: 10 * time.Second}
	for _, f := range change {
		f(&opt)
	}
	s, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Sandbox: s, t: t, api: httptest.NewServer(s.API())}
	s.SetBase(w.api.URL)
	w.client = &wechat.Client{Base: w.api.URL, HTTP: w.api.Client()}
	running := make(chan error, 1)
	go func() { running <- s.Run(context.Background()) }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-running; err != nil {
			t.Error(err)
		}
		w.api.Close()
	})
	w.account = Account{
		AppID: "wx1234567890abcdef", Secret: "0123456789abcdef0123456789abcdef", OriginalID: "gh_0123456789ab",
		WechatID: "test", Name: "Shop", Token: "deskToken2025", AESKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
		Mode: wechat.Safe, MiniPrograms: []MiniProgram{{"wxabcdefabcdefabcd", "Shop"}}, Cards: []Card{{ID: "pTestCard", Title: "Ten off"}},
	}
	if err := s.AddAccount(w.account); err != nil {
		t.Fatal(err)
	}
	u, err := s.AddUser(User{Name: "Ann", Following: true})
	if err != nil {
		t.Fatal(err)
	}
	w.openid = u.OpenID
	w.token, _, err = w.client.StableToken(t.Context(), w.account.AppID, w.account.Secret, false)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// send is a text reply; it returns the errcode.
func (w *world) send(text string) int {
	w.t.Helper()
	return code(w.t, w.client.Send(w.t.Context(), w.token, wechat.Message{
		ToUser: w.openid, MsgType: "text", Text: &wechat.Text{Content: text},
	}))
}

// code is the errcode of a call, 0 for none.
func code(t *testing.T, err error) int {
	t.Helper()
	if err == nil {
		return 0
	}
	if e, ok := err.(*wechat.Error); ok {
		return e.Code
	}
	t.Fatalf("not an answer of the platform: %v", err)
	return 0
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// in is the same world in a subtest.
func (w *world) in(t *testing.T) *world {
	c := *w
	c.t = t
	return &c
}

// said lets the user write, which opens the window.
func (w *world) said(text string) string {
	w.t.Helper()
	id, err := w.Text(w.openid, text)
	w.must(err)
	return id
}

// callback is a console's callback URL that keeps what it was given.
type callback struct {
	*httptest.Server
	cb     *wechat.Callback
	mu     sync.Mutex
	got    []arrival
	answer func(n int, w http.ResponseWriter, a arrival)
}

// arrival is one delivery, opened by the rules of the console.
type arrival struct {
	query wechat.Query
	plain []byte
	push  *wechat.Push
	err   error
}

func (w *world) callback(answer func(n int, w http.ResponseWriter, a arrival)) *callback {
	w.t.Helper()
	c := &callback{answer: answer, cb: consoleSide(w.t, w.account)}
	c.Server = httptest.NewServer(c)
	w.t.Cleanup(c.Close)
	w.account.Callback = c.URL + "/wechat/" + w.account.AppID
	w.must(w.AddAccount(w.account))
	return c
}

func consoleSide(t *testing.T, a Account) *wechat.Callback {
	t.Helper()
	cb := &wechat.Callback{Token: a.Token, Mode: a.Mode}
	if a.AESKey != "" {
		c, err := wechat.NewCipher(a.AESKey, a.AppID)
		if err != nil {
			t.Fatal(err)
		}
		cb.Ciphers = []*wechat.Cipher{c}
	}
	return cb
}

func (c *callback) arrivals() []arrival {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]arrival(nil), c.got...)
}
