package sandbox

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// Whatever a program calls, the imitation answers as the platform does: in JSON, or
// with a file.
func FuzzAPI(f *testing.F) {
	now := start
	s, err := New(Options{Clock: func() time.Time { return now }, Timeout: 10 * time.Millisecond})
	if err != nil {
		f.Fatal(err)
	}
	running := make(chan error, 1)
	go func() { running <- s.Run(context.Background()) }()
	f.Cleanup(func() {
		if s.Close() != nil || <-running != nil {
			f.Error("it does not end")
		}
	})
	s.SetBase("http://127.0.0.1:1")
	account := Account{AppID: "wx1234567890abcdef", Secret: "0123456789abcdef0123456789abcdef", OriginalID: "gh_0123456789ab", WechatID: "test",
		Name: "Shop", Token: "deskToken2025", AESKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", Mode: "safe", Voice: true}
	if err := s.AddAccount(account); err != nil {
		f.Fatal(err)
	}
	user, err := s.AddUser(User{Name: "Ann", Following: true})
	if err != nil {
		f.Fatal(err)
	}
	api := s.API()
	ask := func(method, path, query, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		return w
	}
	var paths []string
	for path := range endpoints {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	to := `"touser":"` + user.OpenID + `"`
	for i, path := range paths {
		f.Add(uint8(i), "", `{"openid":"`+user.OpenID+`","kf_account":"a@test","nickname":"n","tag":{"id":1,"name":"t"},"openid_list":["x"],"type":"news","offset":0,"count":20,"article_id":"a","media_id":"m"}`)
		if path == pathSend {
			for _, body := range []string{`"msgtype":"text","text":{"content":"hi"}`, `"msgtype":"news","news":{"articles":[{"title":"t","url":"https://e.com"}]}`,
				`"msgtype":"msgmenu","msgmenu":{"head_content":"h","list":[{"id":"1","content":"a"}],"tail_content":""}`, `"msgtype":"music","music":{"musicurl":"javascript:1"}`,
				`"msgtype":"text","text":{"content":"\u4f60"}`, `"msgtype":"text","text":null,"customservice":{"kf_account":[]}`} {
				f.Add(uint8(i), "", "{"+to+","+body+"}")
			}
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, query, body string) {
		now = now.Add(25 * time.Hour) // the limits of a day begin anew
		path := paths[int(n)%len(paths)]
		var token struct {
			AccessToken string `json:"access_token"`
		}
		w := ask("POST", "/cgi-bin/stable_token", "", `{"grant_type":"client_credential","appid":"`+account.AppID+`","secret":"`+account.Secret+`"}`)
		if err := json.Unmarshal(w.Body.Bytes(), &token); err != nil || token.AccessToken == "" {
			t.Fatalf("no token: %s", w.Body)
		}
		method := endpoints[path].method
		if method == "" {
			method = "POST"
		}
		w = ask(method, path, "access_token="+token.AccessToken+"&"+query, body)
		if kind := w.Header().Get("Content-Type"); w.Code != 200 || !json.Valid(w.Body.Bytes()) && !strings.Contains(w.Header().Get("Content-Disposition"), "attachment") {
			t.Fatalf("%s: %d %s %q", path, w.Code, kind, w.Body)
		}
	})
}
