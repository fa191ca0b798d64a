// Package rig starts the built program beside an imitation of WeChat, for the
// programs that load it and that break it.
package rig

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"kfdesk/hub/wechat/sandbox"
)

// Demo is the official account of a rig.
var Demo = sandbox.Account{
	AppID: "wx0a1b2c3d4e5f6789", Secret: "0123456789abcdef0123456789abcdef", OriginalID: "gh_0123456789ab",
	WechatID: "demo", Name: "Demo", Token: "callbackTokenRig", AESKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", Mode: "safe",
}

// Boss is the login of the admin, who has no kf account.
const Boss = "boss"

// Server is a kfdesk, ours or one that was running.
type Server struct {
	URL     string
	Data    string
	Account sandbox.Account
	Tokens  map[string]string // for the JSON API, by login
	Box     *sandbox.Sandbox  // nil for a server that was running
	PID     int
	Took    time.Duration // from the newest start to the first answer

	Flags []string // more for the program
	Env   []string // more for the program, as NAME=value

	Metrics string // where its metrics are; "": it has none, or was not asked to

	dir, binary, api string
	idle             func()
	stopBox          func()
	cmd              *exec.Cmd
	ended            chan struct{}
	log              *lines

	mu   sync.Mutex
	hook Hook
}

// Hook is told of every call of custom/send: before it is carried out, and after
// it, whether a whole answer left.
type Hook func(body []byte, after, answered bool)

// Options of New.
type Options struct {
	Data    string   // a data directory that is there; "" makes one
	Mode    string   // of the callback; safe
	Agents  []string // logins of agents; each speaks as LOGIN@demo
	Sandbox sandbox.Options

	Build []string                        // flags of go build
	API   func(http.Handler) http.Handler // stands before the imitation's API; nil: nothing does
	Env   []string                        // of Server

	Metrics bool // ask the program for metrics, if it knows any
}

// New builds the program, makes its data directory and starts it. Close ends all.
func New(ctx context.Context, o Options) (s *Server, err error) {
	s = &Server{Account: Demo, Data: o.Data, Tokens: map[string]string{}, log: &lines{}}
	if o.Mode == "plain" {
		s.Account.Mode = "plain"
	}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if s.dir, err = os.MkdirTemp("", "kfdesk-rig-"); err != nil {
		return s, err
	}
	s.binary = filepath.Join(s.dir, "kfdesk")
	if text, err := exec.CommandContext(ctx, "go", slices.Concat([]string{"build", "-o", s.binary}, o.Build, []string{"kfdesk"})...).CombinedOutput(); err != nil {
		return s, fmt.Errorf("building: %w\n%s", err, text)
	}
	if err := s.imitate(o); err != nil {
		return s, err
	}
	if s.Data == "" {
		s.Data = filepath.Join(s.dir, "data")
	}
	if err := s.install(ctx, o.Agents); err != nil {
		return s, err
	}
	s.Env = o.Env
	if s.URL, err = anAddress(); err != nil {
		return s, err
	}
	if help, _ := exec.CommandContext(ctx, s.binary, "-h").CombinedOutput(); o.Metrics && bytes.Contains(help, []byte("-metrics ")) {
		if s.Metrics, err = anAddress(); err != nil {
			return s, err
		}
		s.Flags = append(s.Flags, "-metrics", s.Metrics[len("http://"):])
		s.Metrics += "/metrics"
	}
	return s, s.Start()
}

// anAddress is one that stays when the program is started again.
func anAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return "http://" + l.Addr().String(), l.Close()
}

// imitate runs WeChat's side.
func (s *Server) imitate(o Options) error {
	o.Sandbox.Callback = func(appid string) string { return s.URL + "/wechat/" + appid }
	box, err := sandbox.New(o.Sandbox)
	if err != nil {
		return err
	}
	inner := box.API()
	if o.API != nil {
		inner = o.API(inner)
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hook := s.hooked()
		if hook == nil || !strings.HasSuffix(r.URL.Path, "/custom/send") {
			inner.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		r.Body = io.NopCloser(bytes.NewReader(body))
		hook(body, false, false)
		seen := &Witness{ResponseWriter: w}
		defer func() {
			lost := recover()
			hook(body, true, lost == nil && seen.Answer() != nil)
			if lost != nil {
				panic(lost)
			}
		}()
		inner.ServeHTTP(seen, r)
	}))
	box.SetBase(web.URL)
	ended := make(chan struct{})
	go func() { defer close(ended); _ = box.Run(context.Background()) }()
	s.Box, s.api, s.idle = box, web.URL, web.CloseClientConnections
	s.stopBox = func() { _ = box.Close(); <-ended; web.Close() }
	return box.AddAccount(s.Account)
}

// HangUp ends the connections that the program keeps to WeChat, and those that are
// kept to it.
func (s *Server) HangUp() {
	s.idle()
	Client.CloseIdleConnections()
}

// Witness sees what is answered, and whether the connection is broken instead.
type Witness struct {
	http.ResponseWriter
	body   bytes.Buffer
	broken bool
}

// Answer is the JSON that left, nil when none did, or not the whole of it.
func (w *Witness) Answer() []byte {
	if w.broken || !json.Valid(w.body.Bytes()) {
		return nil
	}
	return w.body.Bytes()
}

func (w *Witness) Write(b []byte) (int, error) {
	w.body.Write(b)
	n, err := w.ResponseWriter.Write(b)
	w.broken = w.broken || err != nil
	return n, err
}

// Flush and Hijack are for the faults that break off an answer.
func (w *Witness) Flush() {
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

func (w *Witness) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.broken = true
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

// Listen says who is told of the calls of custom/send; nil: nobody.
func (s *Server) Listen(hook Hook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
}

func (s *Server) hooked() Hook {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hook
}

// install fills an empty data directory, and makes API tokens.
func (s *Server) install(ctx context.Context, agents []string) error {
	for _, login := range agents {
		if err := s.Box.AddKF(Demo.AppID, login+"@"+Demo.WechatID, login, login+"_wx", nil); err != nil {
			return err
		}
	}
	if _, err := os.Stat(filepath.Join(s.Data, "kfdesk.db")); err != nil {
		commands := [][]string{{"admin", "add", "-login", Boss},
			{"account", "add", "-appid", Demo.AppID, "-original-id", Demo.OriginalID, "-wechat-id", Demo.WechatID, "-mode", string(s.Account.Mode)}}
		for _, login := range agents {
			commands = append(commands, []string{"agent", "add", "-login", login, "-appid", Demo.AppID, "-kf", login + "@" + Demo.WechatID, "-wechat-api", s.api})
		}
		for _, args := range commands {
			if _, err := s.Command(ctx, args...); err != nil {
				return err
			}
		}
	}
	for _, login := range append([]string{Boss}, agents...) {
		answer, err := s.Command(ctx, "token", "add", "-login", login)
		if err != nil {
			return err
		}
		s.Tokens[login], _ = answer["token"].(string)
	}
	return nil
}

// Command runs one of the program's commands on the data directory.
func (s *Server) Command(ctx context.Context, args ...string) (map[string]any, error) {
	const password = "correct horse battery"
	cmd := exec.CommandContext(ctx, s.binary, append(args, "-data", s.Data, "-json")...)
	cmd.Env = append(os.Environ(), "KFDESK_ADMIN_PASSWORD="+password, "KFDESK_AGENT_PASSWORD="+password,
		"KFDESK_APP_SECRET="+Demo.Secret, "KFDESK_CALLBACK_TOKEN="+Demo.Token, "KFDESK_AES_KEY="+Demo.AESKey)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("kfdesk %s: %w: %s", args[0], err, complaint.String())
	}
	answer := map[string]any{}
	return answer, json.Unmarshal(text, &answer)
}
