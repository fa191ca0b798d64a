package courier

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

const (
	sendPath   = "/cgi-bin/message/custom/send"
	tokenPath  = "/cgi-bin/stable_token"
	uploadPath = "/cgi-bin/media/upload"
	imgPath    = "/cgi-bin/media/uploadimg"
	getPath    = "/cgi-bin/media/get"
	infoPath   = "/cgi-bin/user/info"

	secret = "0123456789abcdef0123456789abcdef"
)

var ctx = context.Background()

// desk is a real store and a courier on one side, the sandbox on the other, and
// between them an HTTP server that counts and can hold what passes. Both sides
// have the sandbox's clock, which stands still until the test moves it.
type desk struct {
	*testing.T
	store   *store.Store
	sandbox *sandbox.Sandbox
	web     *httptest.Server
	courier *Courier
	agent   store.Agent
	heard   chan struct{} // holds one wake-up: something passed, or was logged

	mu      sync.Mutex
	counts  map[string]int
	sent    []byte // the last custom/send, as it came in
	holds   map[string][]*hold
	active  map[string]int // sends under way, by customer
	crossed bool           // two sends of one customer were under way at once
	log     bytes.Buffer
	replies int
}

// hold keeps the next answer of a path back: the call has taken effect when
// arrived is closed, and is answered when release is.
type hold struct {
	openid           string
	arrived, release chan struct{}
}

func newDesk(t *testing.T, appids ...string) *desk {
	t.Helper()
	d := &desk{T: t, heard: make(chan struct{}, 1), counts: map[string]int{}, holds: map[string][]*hold{}, active: map[string]int{}}
	d.web = httptest.NewServer(d)
	began := time.Now()
	d.sandbox = must(sandbox.New(sandbox.Options{Record: true, Base: d.web.URL, Clock: func() time.Time { return began },
		Callback: func(appid string) string { return d.web.URL + "/callback/" + appid }}))(t)
	d.store = d.open(t.TempDir())
	t.Cleanup(d.web.Close) // which waits for pushes that are on their way, before the store closes
	background(t, d.sandbox.Run)
	if len(appids) == 0 {
		appids = []string{"wx1234567890abcdef"}
	}
	d.agent = must(d.store.AddAgent(ctx, store.Actor{}, store.Agent{Login: "li", Role: "agent"}, "a long pass phrase"))(t)
	for _, appid := range appids {
		d.addAccount(appid)
	}
	d.agent = must(d.store.Agent(ctx, d.agent.ID))(t)
	d.courier = d.newCourier(d.store)
	return d
}

func (d *desk) open(dir string) *store.Store {
	s := must(store.Open(ctx, dir, store.Options{Now: d.sandbox.Now}))(d.T)
	d.Cleanup(func() { s.Close() })
	return s
}

func (d *desk) newCourier(s *store.Store) *Courier {
	c := New(Options{Store: s, Deadline: 20 * time.Second, Grace: 10 * time.Second, Log: slog.New(slog.NewTextHandler(d, &slog.HandlerOptions{Level: slog.LevelDebug})),
		API: func(store.Account) *wechat.Client { return &wechat.Client{Base: d.web.URL} }})
	c.poll = 5 * time.Millisecond
	d.lists(c, math.MaxInt64)
	return c
}

// lists lets a courier read the block lists from a time on: it asks for a token,
// too, which the tests of other calls count.
func (d *desk) lists(c *Courier, from int64) {
	d.Helper()
	for _, a := range must(c.o.Store.Accounts(ctx))(d.T) {
		c.listed.set(a.ID, from)
	}
}

// addAccount makes an official account on both sides, with a kf account that
// the agent speaks as.
func (d *desk) addAccount(appid string) {
	d.Helper()
	name := "hemu" + appid[len(appid)-1:]
	kf := "li@" + name
	ok(d, d.sandbox.AddAccount(sandbox.Account{AppID: appid, Secret: secret, OriginalID: "gh_0123456789ab", WechatID: name,
		Name: name, Token: "deskToken", Mode: wechat.Plain}))
	ok(d, d.sandbox.AddKF(appid, kf, "Li", "", nil))
	a := must(d.store.AddAccount(ctx, store.Actor{}, store.Account{AppID: appid, OriginalID: "gh_0123456789ab", WechatID: name,
		Name: name, Mode: "plain", Secret: secret, CallbackToken: "deskToken"}))(d)
	a.Rules.Undo = 0 // replies leave at once
	ok(d, d.store.SetRules(ctx, store.Actor{}, a.ID, a.Rules))
	ok(d, d.store.SetKFAccounts(ctx, a.ID, []store.KFAccount{{KFAccount: kf, Nickname: "Li"}}))
	ok(d, d.store.Bind(ctx, store.Actor{}, d.agent.ID, a.ID, kf))
}

func (d *desk) account(n int) store.Account { return must(d.store.Accounts(ctx))(d)[n] }

// run starts the courier; stop ends it and waits for it.
func (d *desk) run() (stop func()) { return background(d.T, d.courier.Run) }

// background runs f until the test ends or stop is called; both wait for it.
func background(t *testing.T, f func(context.Context) error) (stop func()) {
	c, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- f(c) }()
	stop = sync.OnceFunc(func() {
		cancel()
		ok(t, <-done)
	})
	t.Cleanup(stop)
	return stop
}

// ServeHTTP is the network: the sandbox's API, and the console's callback, which
// stores each push as the handlers do.
func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer d.hear()
	if appid, is := strings.CutPrefix(r.URL.Path, "/callback/"); is {
		d.receive(appid, r)
		io.WriteString(w, "success")
		return
	}
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	openid := d.enter(r.URL.Path, body)
	defer d.leave(openid)
	if h := d.held(r.URL.Path, openid); h != nil {
		rec := httptest.NewRecorder()
		d.sandbox.API().ServeHTTP(rec, r)
		close(h.arrived)
		d.hear()
		select {
		case <-h.release:
		case <-r.Context().Done():
		}
		w.Write(rec.Body.Bytes())
		return
	}
	d.sandbox.API().ServeHTTP(w, r)
}

func (d *desk) enter(path string, body []byte) (openid string) {
	var to struct {
		ToUser string `json:"touser"`
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if path == sendPath {
		_ = json.Unmarshal(body, &to)
		d.sent = body
	}
	d.counts[path]++
	if to.ToUser != "" {
		d.active[to.ToUser]++
		d.crossed = d.crossed || d.active[to.ToUser] > 1
	}
	return to.ToUser
}

func (d *desk) leave(openid string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.active[openid]--
}

// hold keeps back the next answer of a path, of one customer unless "".
func (d *desk) hold(path, openid string) *hold {
	d.mu.Lock()
	defer d.mu.Unlock()
	h := &hold{openid: openid, arrived: make(chan struct{}), release: make(chan struct{})}
	d.holds[path] = append(d.holds[path], h)
	return h
}

// meet waits until a call is held.
func (d *desk) meet(h *hold) {
	d.Helper()
	select {
	case <-h.arrived:
	case <-time.After(time.Minute):
		d.Fatal("never: the call arrives\n" + d.logged())
	}
}

func (d *desk) held(path, openid string) *hold {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, h := range d.holds[path] {
		if h.openid == "" || h.openid == openid {
			d.holds[path] = append(d.holds[path][:i:i], d.holds[path][i+1:]...)
			return h
		}
	}
	return nil
}

// count tells how often a path was called.
func (d *desk) count(path string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.counts[path]
}

func (d *desk) hear() {
	select {
	case d.heard <- struct{}{}:
	default:
	}
}

// Write takes the log. What the courier has logged, it has done.
func (d *desk) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hear()
	return d.log.Write(b)
}

func (d *desk) logged() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log.String()
}

// until waits for a condition and looks again whenever something was stored,
// passed or was logged.
func (d *desk) until(what string, is func() bool) {
	d.Helper()
	wake, stop := d.store.Watch()
	defer stop()
	late := time.After(time.Minute)
	for !is() {
		select {
		case <-wake:
		case <-d.heard:
		case <-late:
			d.Fatalf("never: %s\n%s", what, d.logged())
		}
	}
}

// receive stores a push.
func (d *desk) receive(appid string, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if body = d.opened(appid, r, body); body == nil {
		return
	}
	p, err := wechat.ParsePush(body)
	if err != nil {
		d.Error(err)
		return
	}
	a, err := d.store.AccountByAppID(ctx, appid)
	if err != nil {
		d.Error(err)
		return
	}
	if _, err := d.store.Receive(ctx, Incoming(a.ID, p)); err != nil {
		d.Error(err)
	}
}

// stranger makes a user of the n-th account who has written, and whom the agent
// serves.
func (d *desk) stranger(n int) store.Conversation {
	d.Helper()
	u := must(d.sandbox.AddUser(sandbox.User{AppID: d.account(n).AppID, Following: true}))(d)
	return d.say(u.OpenID)
}

// customer is a stranger whose profile is known.
func (d *desk) customer(n int) store.Conversation {
	d.Helper()
	v := d.stranger(n)
	ok(d, d.store.SetProfile(ctx, v.Customer.ID, &store.Profile{Following: true}))
	return v
}

// say lets a customer write, and gives their conversation, claimed.
func (d *desk) say(openid string) store.Conversation {
	d.Helper()
	id := must(d.sandbox.Text(openid, "hello"))(d)
	return d.arrived(openid, id)
}

// arrived waits until the push of a message is stored.
func (d *desk) arrived(openid, id string) (v store.Conversation) {
	d.Helper()
	d.until("the push is stored", func() bool {
		for _, v = range must(d.store.ActiveConversations(ctx, &d.agent))(d) {
			if v.Customer.OpenID == openid && strings.Contains(string(must(d.store.Raw(ctx, &d.agent, v.Last.ID))(d)), id) {
				return true
			}
		}
		return false
	})
	return must(d.store.Claim(ctx, &d.agent, v.ID))(d)
}

// reply puts a text into the outbox.
func (d *desk) reply(v store.Conversation, text string) store.Message {
	d.Helper()
	return d.send(v, store.Draft{Type: "text", Body: json.RawMessage(fmt.Sprintf(`{"content":%q}`, text))})
}

func (d *desk) send(v store.Conversation, draft store.Draft) store.Message {
	d.Helper()
	d.replies++
	draft.ClientID = "client-" + strconv.Itoa(d.replies)
	m, _, _, err := d.store.Reply(ctx, &d.agent, v.ID, draft)
	ok(d, err)
	return m
}

// settled waits until a reply has ended, moving the clock to each of its retries.
func (d *desk) settled(m store.Message) store.Message {
	d.Helper()
	d.until("the reply has ended", func() bool {
		m = d.message(m.ID)
		if wait := m.RetryAt - d.sandbox.Now().UnixMilli(); m.State == "pending" && m.RetryAt > 0 && wait > 0 {
			d.sandbox.Advance(time.Duration(wait) * time.Millisecond)
		}
		return m.State != "pending" && m.State != "sending"
	})
	return m
}

func (d *desk) message(id int64) store.Message { return must(d.store.Message(ctx, &d.agent, id))(d) }

// conversation reads it again.
func (d *desk) conversation(v store.Conversation) store.Conversation {
	return must(d.store.Conversation(ctx, &d.agent, v.ID))(d)
}

// texts lists what a customer got.
func (d *desk) texts(openid string) (list []string) {
	for _, r := range d.sandbox.Received(openid) {
		list = append(list, r.Text())
	}
	return list
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		ok(t, err)
		return v
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
