package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// start is the time at which every test begins.
const start = 1_735_689_600_000

// clock is a clock that stands still until it is moved.
type clock struct{ ms atomic.Int64 }

func (c *clock) Now() time.Time          { return time.UnixMilli(c.ms.Load()) }
func (c *clock) advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// desk is a store in a directory of its own with an official account, an admin
// and two agents who can reply, and a clock that the test moves.
type desk struct {
	*Store
	clock   *clock
	account int64
	admin   Agent
	li, su  Agent

	pushes int // numbers the pushes, for their dedupe keys
}

var ctx = context.Background()

// open gives an empty store; openAt one in a directory that may hold one.
func open(t testing.TB) *Store { return openAt(t, t.TempDir(), &clock{}) }

func openAt(t testing.TB, dir string, c *clock) *Store {
	t.Helper()
	if c.ms.Load() == 0 {
		c.ms.Store(start)
	}
	s, err := Open(ctx, dir, Options{Now: c.Now})
	ok(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

// prepared holds what many tests begin with: its files are made once and
// copied, for to make them takes its time.
var prepared struct {
	dir  string
	desk func(testing.TB) *desk
	walk func(testing.TB) *walked
}

func TestMain(m *testing.M) {
	var err error
	if prepared.dir, err = os.MkdirTemp("", "store-test-"); err != nil {
		panic(err)
	}
	prepared.desk, prepared.walk = once(makeDesk), once(makeWalked)
	code := m.Run()
	os.RemoveAll(prepared.dir)
	os.Exit(code)
}

// once makes a value with the first test that asks for it.
func once[T any](f func(testing.TB) T) func(testing.TB) T {
	var made sync.Once
	var v T
	return func(t testing.TB) T {
		made.Do(func() { v = f(t) })
		return v
	}
}

// openDesk gives a store with people in it.
func openDesk(t testing.TB) *desk {
	t.Helper()
	return prepared.desk(t).copy(t)
}

// makeDesk makes the desk that is copied. It is closed.
func makeDesk(t testing.TB) *desk {
	c := &clock{}
	d := &desk{Store: openAt(t, filepath.Join(prepared.dir, "desk"), c), clock: c}
	d.account = d.addAccount(t, "wx1234567890abcdef")
	d.undo(t, 0)
	d.admin = d.addAgent(t, "boss", "admin", "")
	d.li = d.addAgent(t, "li", "agent", "li@hemu")
	d.su = d.addAgent(t, "su", "agent", "su@hemu")
	ok(t, d.Close())
	return d
}

// copy opens a copy of a closed desk.
func (d *desk) copy(t testing.TB) *desk {
	t.Helper()
	c, dir := *d, t.TempDir()
	c.clock = &clock{}
	c.clock.ms.Store(d.clock.ms.Load())
	ok(t, os.CopyFS(dir, os.DirFS(d.Dir())))
	c.Store = openAt(t, dir, c.clock)
	return &c
}

func (d *desk) addAccount(t testing.TB, appid string) int64 {
	t.Helper()
	a := must(d.AddAccount(ctx, Actor{}, Account{AppID: appid, OriginalID: "gh_0123456789ab", WechatID: "hemu",
		Name: "Hemu", Mode: "plain", Secret: "app-secret", CallbackToken: "deskToken2025"}))(t)
	return a.ID
}

// undo sets the seconds in which a reply of the account can be taken back: none in
// most tests.
func (d *desk) undo(t testing.TB, seconds int) {
	t.Helper()
	r := must(d.Account(ctx, d.account))(t).Rules
	r.Undo = seconds
	ok(t, d.SetRules(ctx, Actor{}, d.account, r))
}

// addAgent makes an agent, bound to a kf_account of the desk's account unless
// that is empty. Passwords are not hashed, for that takes its time.
func (d *desk) addAgent(t testing.TB, login, role, kf string) Agent {
	t.Helper()
	var id int64
	ok(t, d.write(ctx, func(t *tx) (err error) {
		id, err = t.addAgent(Actor{}, Agent{Login: login, Name: login, Role: role}, "no password", "agent.add")
		return err
	}))
	if kf != "" {
		d.addKF(t, d.account, kf)
		ok(t, d.Bind(ctx, Actor{}, id, d.account, kf))
	}
	return d.agent(t, id)
}

func (d *desk) addKF(t testing.TB, account int64, kf string) {
	t.Helper()
	list := must(d.KFAccounts(ctx, account))(t)
	ok(t, d.SetKFAccounts(ctx, account, append(list, KFAccount{KFAccount: kf, Nickname: "nick of " + kf})))
}

// agent reads an agent again, as each request does.
func (d *desk) agent(t testing.TB, id int64) Agent { return must(d.Agent(ctx, id))(t) }

// text is a text message of a customer, sent now.
func (d *desk) text(openid, content string) Incoming {
	in := d.push(openid, "in", "text")
	in.Body = json.RawMessage(fmt.Sprintf(`{"content":%q}`, content))
	in.Grant, in.Cause = "message", "message"
	return in
}

// event is an event of a customer; cause tells which action grant it opens, ""
// none.
func (d *desk) event(openid, typ, cause string) Incoming {
	in := d.push(openid, "event", typ)
	if in.Cause = cause; cause != "" {
		in.Grant = "action"
	}
	return in
}

func (d *desk) push(openid, dir, typ string) Incoming {
	d.pushes++
	return Incoming{Account: d.account, OpenID: openid, Dedupe: fmt.Sprintf("%s|%d|%d", openid, d.pushes, d.now()),
		Dir: dir, Type: typ, At: d.now(), Raw: []byte("<xml/>")}
}

// receive stores a push that must be new and gives the customer's newest
// conversation, its zero value when there is none.
func (d *desk) receive(t testing.TB, in Incoming) Conversation {
	t.Helper()
	if again := must(d.Receive(ctx, in))(t); again {
		t.Fatalf("push %s is taken for a repeat", in.Dedupe)
	}
	return d.of(t, in.OpenID)
}

// of gives the newest conversation of a customer.
func (d *desk) of(t testing.TB, openid string) Conversation {
	t.Helper()
	v, err := d.NewestConversation(ctx, d.account, openid)
	if errors.Is(err, ErrNotFound) {
		return v
	}
	ok(t, err)
	return v
}

// open gives a conversation that an agent has claimed after a text.
func (d *desk) open(t testing.TB, openid string, a *Agent) Conversation {
	t.Helper()
	return must(d.Claim(ctx, a, d.receive(t, d.text(openid, "hello")).ID))(t)
}

// draft is a text reply with a client id of its own.
func (d *desk) draft(content string) Draft {
	d.pushes++
	return Draft{ClientID: fmt.Sprintf("client-%d", d.pushes), Type: "text",
		Body: json.RawMessage(fmt.Sprintf(`{"content":%q}`, content))}
}

// reply is a reply that must be taken.
func (d *desk) reply(t testing.TB, a *Agent, conversation int64) Message {
	t.Helper()
	m, _, again, err := d.Reply(ctx, a, conversation, d.draft("answer"))
	ok(t, err)
	if again {
		t.Fatal("a new reply is taken for a repeat")
	}
	return m
}

// send claims the one reply that is due and stores its result.
func (d *desk) send(t testing.TB, r Result) Message {
	t.Helper()
	list := must(d.ClaimReplies(ctx, 1))(t)
	if len(list) != 1 {
		t.Fatalf("%d replies are due, want 1", len(list))
	}
	ok(t, d.Sent(ctx, list[0].ID, r))
	return d.message(t, list[0].ID)
}

func (d *desk) message(t testing.TB, id int64) Message { return must(d.Message(ctx, &d.admin, id))(t) }

func (d *desk) timeline(t testing.TB, customer int64) []Message {
	t.Helper()
	return must(d.Messages(ctx, customer, 0, 0, 100))(t)
}

// must gives the value of a call that must not fail: must(f())(t).
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

// refused checks that err is the refusal with this code.
func refused(t testing.TB, err error, code string) {
	t.Helper()
	if !Refused(err, code) {
		t.Fatalf("got %v, want the refusal %s", err, code)
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
