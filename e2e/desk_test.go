package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

// The shop of most tests: one official account, an admin without a kf account,
// and two agents.
var shop = sandbox.Account{
	MiniPrograms: []sandbox.MiniProgram{{AppID: "wx81be05d7c3f92a46", Name: "小店商城"}}, Cards: []sandbox.Card{{ID: "pShop_50", Title: "补偿券 ¥50"}},
	AppID: "wx0a1b2c3d4e5f6789", Secret: "0123456789abcdef0123456789abcdef", OriginalID: "gh_0123456789ab",
	WechatID: "shop", Name: "小店", Token: "callbackToken2025", AESKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", Mode: "safe", Voice: true,
}

const password = "correct horse battery"

// desk is a console for the shop, with an imitation of WeChat that runs here:
// the test can spoil its calls and look at what arrived.
type desk struct {
	*server
	t     testing.TB
	box   *sandbox.Sandbox
	data  string
	token string   // of the admin, for the JSON API
	said  []string // by customers
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	return newDeskIn(t, t.TempDir())
}

// newDeskIn is newDesk with its data in this folder.
func newDeskIn(t testing.TB, dir string) *desk {
	t.Helper()
	data, token := seeded(t)
	d := &desk{t: t, data: dir, token: token}
	must(t, os.CopyFS(d.data, os.DirFS(data)))
	console := &atomic.Value{}
	box, api := newBox(t, func(appid string) string { return console.Load().(string) + "/wechat/" + appid })
	d.box = box
	t.Cleanup(func() { d.keepsSecrets() })
	d.server = serve(t, "-data", d.data, "-wechat-api", api)
	console.Store(d.URL)
	return d
}

// keepsSecrets wants neither secrets nor what people wrote in the log.
func (d *desk) keepsSecrets() {
	for _, secret := range append([]string{shop.Secret, shop.Token, shop.AESKey, password, d.token, "access_token="}, d.said...) {
		if strings.Contains(d.log.String(), secret) {
			d.t.Errorf("the log tells %q", secret)
		}
	}
}

// newBox runs an imitation of WeChat that knows the shop.
func newBox(t testing.TB, callback func(string) string) (box *sandbox.Sandbox, api string) {
	t.Helper()
	box, err := sandbox.New(sandbox.Options{Record: true, Callback: callback})
	must(t, err)
	server := httptest.NewServer(box.API())
	box.SetBase(server.URL)
	running := make(chan error, 1)
	go func() { running <- box.Run(context.Background()) }()
	t.Cleanup(func() {
		must(t, box.Close())
		must(t, <-running)
		server.Close()
	})
	must(t, box.AddAccount(shop))
	must(t, box.AddKF(shop.AppID, "xiaoli@shop", "小李", "lixiaolin_88", nil))
	must(t, box.AddKF(shop.AppID, "jiayi@shop", "佳怡", "jiayi_chen", nil))
	return box, server.URL
}

// seed is a data directory as an unattended installation leaves it. It is made
// once, by the test that comes first, and each desk gets a copy of it.
var seed struct {
	sync.Once
	data, token string
}

func seeded(t testing.TB) (data, token string) {
	t.Helper()
	seed.Do(func() {
		dir, err := os.MkdirTemp("", "kfdesk-e2e-")
		must(t, err)
		seed.data = dir
		_, api := newBox(t, nil)
		in := func(env []string, args ...string) map[string]any {
			return command(t, env, append(args, "-data", dir)...)
		}
		in([]string{"KFDESK_ADMIN_PASSWORD=" + password}, "admin", "add", "-login", "admin", "-name", "周店长")
		in([]string{"KFDESK_APP_SECRET=" + shop.Secret, "KFDESK_CALLBACK_TOKEN=" + shop.Token, "KFDESK_AES_KEY=" + shop.AESKey},
			"account", "add", "-appid", shop.AppID, "-original-id", shop.OriginalID, "-wechat-id", shop.WechatID, "-name", shop.Name)
		for login, name := range map[string]string{"xiaoli": "李晓琳", "jiayi": "陈佳怡"} {
			in([]string{"KFDESK_AGENT_PASSWORD=" + password}, "agent", "add", "-login", login, "-name", name,
				"-appid", shop.AppID, "-kf", login+"@shop", "-wechat-api", api)
		}
		undoWithin(t, dir, 0) // replies leave at once
		seed.token = in(nil, "token", "add", "-login", "admin")["token"].(string)
	})
	if seed.token == "" {
		t.Fatal("the first data directory could not be made: see the test before")
	}
	return seed.data, seed.token
}

// undoWithin sets the seconds in which replies of the shop can be taken back, beside
// a console that may be running.
func undoWithin(t testing.TB, data string, seconds int) {
	t.Helper()
	s, err := store.Open(context.Background(), data, store.Options{Shared: true})
	must(t, err)
	defer s.Close()
	a, err := s.AccountByAppID(context.Background(), shop.AppID)
	must(t, err)
	a.Rules.Undo = seconds
	must(t, s.SetRules(context.Background(), store.Actor{}, a.ID, a.Rules))
}

// command runs the program to its end and gives its answer.
func command(t testing.TB, env []string, args ...string) map[string]any {
	t.Helper()
	cmd := program(t, append(args, "-json")...)
	cmd.Env = append(cmd.Env, env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("kfdesk %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	var answer map[string]any
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatalf("kfdesk %s: %v\n%s", strings.Join(args, " "), err, text)
	}
	return answer
}

// customer is a new follower with a phone.
func (d *desk) customer(name string) (openid string) {
	d.t.Helper()
	u, err := d.box.AddUser(sandbox.User{AppID: shop.AppID, Name: name, Following: true})
	must(d.t, err)
	return u.OpenID
}

// says lets a customer write, and waits until the console has taken it.
func (d *desk) says(openid, text string) {
	d.t.Helper()
	d.said = append(d.said, text)
	_, err := d.box.Text(openid, text)
	must(d.t, err)
	d.settle()
}

func (d *desk) settle() {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	must(d.t, d.box.Settle(ctx))
}

// received waits until n replies are on a customer's phone.
func (d *desk) received(openid string, n int) []sandbox.Delivered {
	d.t.Helper()
	eventually(d.t, fmt.Sprintf("%d replies on the phone", n), func() bool { return len(d.box.Received(openid)) >= n },
		func() string { return fmt.Sprintf("there are %d", len(d.box.Received(openid))) })
	got := d.box.Received(openid)
	if len(got) != n {
		d.t.Fatalf("%d replies on the phone, not %d", len(got), n)
	}
	return got
}

// bytes are those of a file that arrived on a phone.
func (d *desk) bytes(name string) []byte {
	d.t.Helper()
	answer := httptest.NewRecorder()
	d.box.Control().ServeHTTP(answer, httptest.NewRequest("GET", "/phone/api/files/"+name, nil))
	if answer.Code != http.StatusOK {
		d.t.Fatalf("file %s: %d", name, answer.Code)
	}
	return answer.Body.Bytes()
}

// ask makes one request of the JSON API with somebody's token, and reads the answer.
func (d *desk) ask(token, method, path string, body io.Reader) (answer *http.Response, raw []byte, err error) {
	r, err := http.NewRequest(method, d.URL+"/api/v1/"+path, body)
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	if answer, err = http.DefaultClient.Do(r); err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	raw, err = io.ReadAll(answer.Body)
	return answer, raw, err
}

// call asks the JSON API as the admin.
func call[T any](d *desk, method, path string, body any) T {
	d.t.Helper()
	var out T
	var in io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		must(d.t, err)
		in = bytes.NewReader(raw)
	}
	answer, raw, err := d.ask(d.token, method, path, in)
	must(d.t, err)
	if answer.StatusCode >= 300 {
		d.t.Fatalf("%s %s: %s %s", method, path, answer.Status, raw)
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		d.t.Fatalf("%s %s: %v\n%s", method, path, err, raw)
	}
	return out
}

// conversation and message are what tests look at of the API's rows.
type conversation struct {
	ID       int64
	State    string
	Agent    int64
	Unread   int
	Event    int64
	Customer struct {
		ID     int64
		OpenID string
	}
	Grants struct {
		Message, Action struct {
			Left, Total  int
			Since, Until int64
		}
	}
}

type message struct {
	ID                        int64
	Conversation              int64
	Dir, Type, State          string
	Body                      map[string]any
	ErrCode, Attempts         int
	KFAccount, Nick, ClientID string
}

// conversation is the customer's that is not ended.
func (d *desk) conversation(openid string) conversation {
	d.t.Helper()
	all := call[struct{ Conversations []conversation }](d, "GET", "conversations?view=active", nil).Conversations
	for _, c := range all {
		if c.Customer.OpenID == openid {
			return c
		}
	}
	d.t.Fatalf("no conversation of %s among %d", openid, len(all))
	return conversation{}
}

// messages are all rows of the customer's timeline, oldest first.
func (d *desk) messages(conversation int64) []message {
	d.t.Helper()
	var all []message
	path := fmt.Sprintf("conversations/%d/messages?limit=100", conversation)
	for before := ""; ; {
		page := call[struct {
			Messages []message
			More     bool
		}](d, "GET", path+before, nil)
		all = append(page.Messages, all...)
		if !page.More {
			return all
		}
		before = fmt.Sprintf("&before=%d", page.Messages[0].ID)
	}
}
