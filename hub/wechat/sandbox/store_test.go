package sandbox

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"kfdesk/hub/wechat"
)

func TestRestartKeepsTheState(t *testing.T) {
	dir := t.TempDir()
	opt := Options{Dir: dir, Clock: func() time.Time { return start }}
	one, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	past, err := one.Seed(Demo())
	if err != nil || len(past) == 0 {
		t.Fatal(len(past), err)
	}
	ctx := context.Background()
	const appid, openid = "wx4f8a2c61d9e07b35", "oSbx_aming_000000000000007Q1"
	account, _ := one.Account(appid)
	api := httptest.NewServer(one.API())
	client := &wechat.Client{Base: api.URL}
	token, _, err := client.StableToken(ctx, appid, account.Secret, false)
	if err != nil {
		t.Fatal(err)
	}
	data := sample("thumb-desk.jpg")
	media, err := client.UploadMedia(ctx, token, "image", "a.jpg", bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	id, err := one.Text(openid, "before")
	if err != nil {
		t.Fatal(err)
	}
	one.AddFault(Fault{Kind: "errcode", Code: 45009})
	one.Advance(time.Minute)
	want := one.State(openid)
	api.Close()
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}

	two, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	defer two.Close()
	got := two.State(openid)
	got.Version, want.Version = 0, 0
	got.Counts, want.Counts = Counts{}, Counts{} // counted since the start
	if !reflect.DeepEqual(encode(got), encode(want)) {
		t.Errorf("before\n%s\nafter\n%s", encode(want), encode(got))
	}
	api = httptest.NewServer(two.API())
	defer api.Close()
	client.Base = api.URL
	var buf bytes.Buffer
	if _, err := client.GetMedia(ctx, token, media.MediaID, &buf, 1<<20); err != nil || !bytes.Equal(buf.Bytes(), data) {
		t.Errorf("token or media were lost: %v", err)
	}
	if next, err := two.Text(openid, "after"); err != nil || next <= id {
		t.Errorf("MsgId %s after %s, %v", next, id, err)
	}
	if past, err := two.Seed(Demo()); err != nil || past != nil {
		t.Errorf("seeded twice: %d, %v", len(past), err)
	}
	if again, _ := two.Account(appid); again.Secret != account.Secret {
		t.Error("the secret changed")
	}
}

// What a killed one left half written goes, but not from under one that runs.
func TestHalfWrittenStateGoes(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, "new-1")
	if err := os.WriteFile(left, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); err != nil {
		t.Error("one that did not run took it away: ", err)
	}
	if err := s.Run(canceled()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("it is left: %v", err)
	}
}

func TestBrokenStateIsRefused(t *testing.T) {
	for _, content := range []string{"{", `{"format":99}`} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "state.json"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := New(Options{Dir: dir}); err == nil {
			t.Errorf("%s was taken", content)
		}
	}
}

func TestFilesThatNobodyShowsGo(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	opt := Options{Dir: dir, Clock: func() time.Time { return now }}
	one, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := one.AddAccount(Account{AppID: "wx1", Avatar: sample("account.jpg")}); err != nil {
		t.Fatal(err)
	}
	stray, err := one.files.put([]byte("nobody needs this"))
	if err != nil {
		t.Fatal(err)
	}
	kept := one.st.Accounts[0].AvatarFile
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	now = now.Add(mediaLife + time.Hour)
	two, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	defer two.Close()
	if two.files.has(stray) || !two.files.has(kept) {
		t.Errorf("stray %v, avatar %v", two.files.has(stray), two.files.has(kept))
	}
}

// The console and the phone begin with the same past.
func TestSeed(t *testing.T) {
	s, err := New(Options{Clock: func() time.Time { return start }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	past, err := s.Seed(Demo())
	if err != nil {
		t.Fatal(err)
	}
	keys, kinds := map[string]bool{}, map[string]bool{}
	shown := map[string]int{}
	for i, p := range past {
		if i > 0 && p.At.Before(past[i-1].At) {
			t.Errorf("line %d is out of order", i)
		}
		if (p.Push == nil) != (p.From != "") {
			t.Errorf("line %+v", p)
		}
		if p.From == "" || p.Do == "text" || p.Do == "image" || p.Do == "news" || p.Do == "msgmenu" {
			shown[p.OpenID]++
		}
		if p.Push == nil {
			continue
		}
		if p.OpenID == rain().OpenID {
			_, kind := p.Push.Kind()
			kinds[kind] = true
		}
		if again, err := wechat.ParsePush(p.Push.Marshal()); err != nil || again.CreateTime != p.At.Unix() || keys[again.DedupeKey()] {
			t.Errorf("push %s: %v", p.Push.Marshal(), err)
		}
		keys[p.Push.DedupeKey()] = true
	}
	for _, kind := range []string{"text", "image", "voice", "video", "shortvideo", "location", "link", "file", "sticker", "miniprogrampage", "subscribe", "click"} {
		if !kinds[kind] {
			t.Errorf("no %s in the thread that has everything", kind)
		}
	}
	for openid, n := range shown {
		if got := len(s.History(openid)); got != n {
			t.Errorf("%s shows %d lines of %d", openid, got, n)
		}
	}
	for openid, want := range map[string][2]int{ // left, and minutes to the end
		"oSbx_aming_000000000000007Q1": {3, 47*60 + 38},
		"oSbx_zhou_000000000000000p3L": {1, 30},
	} {
		u, _ := s.User(openid)
		if u.Message.Left != want[0] || time.UnixMilli(u.Message.Until).Sub(start) != time.Duration(want[1])*time.Minute {
			t.Errorf("%s: %+v", openid, u.Message)
		}
	}
}
