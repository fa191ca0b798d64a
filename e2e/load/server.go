package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"kfdesk/hub/wechat/sandbox"
)

// demo is the official account of a server that is started here.
var demo = sandbox.Account{
	AppID: "wx0a1b2c3d4e5f6789", Secret: "0123456789abcdef0123456789abcdef", OriginalID: "gh_0123456789ab",
	WechatID: "load", Name: "Load", Token: "callbackTokenLoad", AESKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
}

// server is the kfdesk that is loaded.
type server struct {
	URL     string
	token   string // of the agent who replies
	admin   string
	account sandbox.Account
	pid     int
	data    string

	box *sandbox.Sandbox // nil for a server that was running

	mu    sync.Mutex
	heard func(body []byte)
}

// listen says who is told of every call of custom/send, before it is answered.
func (s *server) listen(heard func(body []byte)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = heard
}

func (s *server) hears() func(body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heard
}

// start builds the program and starts it beside an imitation of WeChat, unless a
// server was given. stop ends all of it.
func (s *server) start(ctx context.Context, p plan) (stop func(), err error) {
	if s.URL != "" {
		if p.Out {
			return nil, errors.New("the way back needs the imitation of WeChat: without -server")
		}
		return func() {}, s.local()
	}
	s.account = demo
	if s.account.Mode = "safe"; p.Mode == "plain" {
		s.account.Mode = "plain"
	}
	return s.prepare(ctx)
}

// prepare is start for a server of our own. With s.data it uses that directory.
func (s *server) prepare(ctx context.Context) (stop func(), err error) {
	dir, err := os.MkdirTemp("", "kfdesk-load-")
	if err != nil {
		return nil, err
	}
	ends := []func(){func() { os.RemoveAll(dir) }}
	stop = func() {
		for i := range ends {
			ends[len(ends)-1-i]()
		}
	}
	defer func() {
		if err != nil {
			stop()
		}
	}()
	binary := filepath.Join(dir, "kfdesk")
	if text, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "kfdesk").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building: %w\n%s", err, text)
	}
	api, stopBox, err := s.imitate()
	if err != nil {
		return nil, err
	}
	ends = append(ends, stopBox)
	if s.data == "" {
		s.data = filepath.Join(dir, "data")
	}
	if err := s.install(ctx, binary, api); err != nil {
		return nil, err
	}
	end, err := s.serve(binary, api)
	if err != nil {
		return nil, err
	}
	ends = append(ends, end)
	return stop, nil
}

// local refuses to load another machine.
func (s *server) local() error {
	u, err := url.Parse(s.URL)
	if err != nil {
		return err
	}
	addr, err := netip.ParseAddr(u.Hostname())
	if u.Hostname() != "localhost" && (err != nil || !addr.IsLoopback()) {
		return errors.New("only a server on this machine is loaded")
	}
	s.URL = strings.TrimRight(s.URL, "/")
	return nil
}

// imitate runs WeChat's side. What custom/send brings is told to s.heard.
func (s *server) imitate() (api string, stop func(), err error) {
	box, err := sandbox.New(sandbox.Options{Callback: func(appid string) string { return s.URL + "/wechat/" + appid }, Workers: 16})
	if err != nil {
		return "", nil, err
	}
	s.box = box
	inner := box.API()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if heard := s.hears(); heard != nil && strings.HasSuffix(r.URL.Path, "/custom/send") {
			body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
			r.Body = io.NopCloser(bytes.NewReader(body))
			heard(body)
		}
		inner.ServeHTTP(w, r)
	}))
	box.SetBase(web.URL)
	ended := make(chan struct{})
	go func() { defer close(ended); _ = box.Run(context.Background()) }()
	stop = func() { _ = box.Close(); <-ended; web.Close() }
	if err = box.AddAccount(s.account); err == nil {
		err = box.AddKF(s.account.AppID, "load@"+demo.WechatID, "Load", "load_wx", nil)
	}
	if err != nil {
		stop()
	}
	return web.URL, stop, err
}

// install makes the data directory: an admin, the account, an agent who replies.
func (s *server) install(ctx context.Context, binary, api string) error {
	const password = "correct horse battery"
	command := func(args ...string) (map[string]any, error) {
		cmd := exec.CommandContext(ctx, binary, append(args, "-data", s.data, "-json")...)
		cmd.Env = append(os.Environ(), "KFDESK_ADMIN_PASSWORD="+password, "KFDESK_AGENT_PASSWORD="+password,
			"KFDESK_APP_SECRET="+demo.Secret, "KFDESK_CALLBACK_TOKEN="+demo.Token, "KFDESK_AES_KEY="+demo.AESKey)
		var complaint bytes.Buffer
		cmd.Stderr = &complaint
		text, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("kfdesk %s: %w: %s", args[0], err, complaint.String())
		}
		answer := map[string]any{}
		return answer, json.Unmarshal(text, &answer)
	}
	if _, err := os.Stat(filepath.Join(s.data, "kfdesk.db")); err != nil {
		for _, args := range [][]string{
			{"admin", "add", "-login", "boss"},
			{"account", "add", "-appid", demo.AppID, "-original-id", demo.OriginalID, "-wechat-id", demo.WechatID, "-mode", string(s.account.Mode)},
			{"agent", "add", "-login", "load", "-appid", demo.AppID, "-kf", "load@" + demo.WechatID, "-wechat-api", api},
		} {
			if _, err := command(args...); err != nil {
				return err
			}
		}
	}
	for login, token := range map[string]*string{"load": &s.token, "boss": &s.admin} {
		answer, err := command("token", "add", "-login", login)
		if err != nil {
			return err
		}
		*token, _ = answer["token"].(string)
	}
	return nil
}

// serve starts the program on a free port.
func (s *server) serve(binary, api string) (stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	_ = l.Close()
	cmd := exec.Command(binary, "-addr", addr, "-data", s.data, "-wechat-api", api)
	log, err := os.CreateTemp("", "kfdesk-load-*.log")
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s.URL, s.pid = "http://"+addr, cmd.Process.Pid
	stop = func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		_ = log.Close()
		_ = os.Remove(log.Name())
	}
	for began := time.Now(); time.Since(began) < 30*time.Second; time.Sleep(5 * time.Millisecond) {
		if answer, err := http.Get(s.URL + "/healthz"); err == nil {
			_ = answer.Body.Close()
			return stop, nil
		}
	}
	stop()
	return nil, errors.New("the server does not answer")
}
