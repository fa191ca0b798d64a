package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// phone is the control API as a page of the console sees it.
type phone struct {
	*world
	url string
}

func (w *world) phone() *phone {
	srv := httptest.NewServer(w.Control())
	w.t.Cleanup(srv.Close)
	return &phone{w, srv.URL + "/phone/api/"}
}

func (p *phone) post(path, body string, header ...string) (int, object) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), "POST", p.url+path, strings.NewReader(body))
	p.must(err)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return p.do(req)
}

func (p *phone) do(req *http.Request) (int, object) {
	p.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	p.must(err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	p.must(err)
	o, _ := parseObject(data, true)
	return resp.StatusCode, o
}

func (p *phone) state(query string) State {
	p.t.Helper()
	resp, err := http.Get(p.url + "state" + query)
	p.must(err)
	defer resp.Body.Close()
	var s State
	p.must(json.NewDecoder(resp.Body).Decode(&s))
	return s
}

func TestForeignPagesAreRefused(t *testing.T) {
	p := newWorld(t).phone()
	body := fmt.Sprintf(`{"openid":%q,"do":"text","text":"hi"}`, p.openid)
	host := strings.TrimPrefix(strings.TrimSuffix(p.url, "/phone/api/"), "http://")
	cases := []struct {
		name   string
		header []string
		want   int
	}{
		{"a program", nil, 200},
		{"own page", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"own page, old browser", []string{"Origin", "http://" + host}, 200},
		{"foreign page", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403},
		{"neighbour", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"foreign page, old browser", []string{"Origin", "https://evil.example"}, 403},
		{"opaque origin", []string{"Origin", "null"}, 403},
		{"form", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415},
		{"text", []string{"Content-Type", "text/plain"}, 415},
	}
	said := 0
	for _, tc := range cases {
		status, _ := p.post("act", body, tc.header...)
		if status != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, status, tc.want)
		}
		if tc.want == 200 {
			said++
		}
	}
	if n := p.Counts().Pushes; n != int64(said) {
		t.Errorf("%d pushes, want %d", n, said)
	}
}

func TestControl(t *testing.T) {
	p := newWorld(t).phone()
	p.callback(nil)
	status, o := p.post("users", `{"name":"Ben"}`)
	ben := o.obj("user").str("openid")
	if status != 200 || len(ben) != 28 {
		t.Fatalf("%d %s", status, ben)
	}
	if status, _ := p.post("act", fmt.Sprintf(`{"openid":%q,"do":"follow","scene":"7"}`, ben)); status != 200 {
		t.Fatal(status)
	}
	status, o = p.post("act", fmt.Sprintf(`{"openid":%q,"do":"text","text":"<hi> 你好"}`, ben))
	if status != 200 || o.str("msg_id") == "" {
		t.Fatal(status, o)
	}
	if status, o = p.post("act", fmt.Sprintf(`{"openid":%q,"do":"follow"}`, ben)); status != 422 || o.obj("error").str("code") != "following" {
		t.Error(status, o)
	}
	if status, _ = p.post("act", `{"openid":"oNobody","do":"text","text":"x"}`); status != 404 {
		t.Error(status)
	}
	if status, _ = p.post("clock", `{"advance_ms":60000}`); status != 200 || !p.Now().Equal(start.Add(time.Minute)) {
		t.Error(status, p.Now())
	}
	if _, o = p.post("faults", `{"kind":"errcode","code":45015}`); o.num("id", 0) == 0 {
		t.Error(o)
	}
	p.settle()
	s := p.state("?openid=" + ben)
	if len(s.Users) != 2 || s.OpenID != ben || len(s.History) != 2 || len(s.Faults) != 1 || s.Faults[0].On != pathSend || s.Now != start.Add(time.Minute).UnixMilli() {
		t.Errorf("state %s", encode(s))
	}
	if bytes.Contains(encode(s), []byte(p.account.Secret)) || bytes.Contains(encode(s), []byte(p.account.AESKey)) || bytes.Contains(encode(s), []byte(p.account.Token)) {
		t.Error("a secret of the account is in the state")
	}
	p.post("faults/clear", "{}")
	if s = p.state(""); len(s.Faults) != 0 {
		t.Error("the fault is still there")
	}
	if status, _ = p.post("accounts", fmt.Sprintf(`{"appid":%q,"mode":"plain"}`, p.account.AppID)); status != 200 {
		t.Error(status)
	}
	if a, _ := p.Account(p.account.AppID); a.Mode != "plain" || a.Secret != p.account.Secret {
		t.Errorf("%+v", a)
	}
}

func TestUploadThroughControl(t *testing.T) {
	p := newWorld(t).phone()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	p.must(m.WriteField("action", fmt.Sprintf(`{"openid":%q,"do":"image"}`, p.openid)))
	part, err := m.CreateFormFile("file", "a.jpg")
	p.must(err)
	part.Write(sample("thumb-desk.jpg"))
	p.must(m.Close())
	req, err := http.NewRequestWithContext(t.Context(), "POST", p.url+"act", &body)
	p.must(err)
	req.Header.Set("Content-Type", m.FormDataContentType())
	if status, o := p.do(req); status != 200 {
		t.Fatal(status, o)
	}
	i := slices.IndexFunc(p.History(p.openid), func(e Entry) bool { return e.Type == "image" })
	resp, err := http.Get(p.url + "files/" + p.History(p.openid)[i].File)
	p.must(err)
	defer resp.Body.Close()
	if data, _ := io.ReadAll(resp.Body); !bytes.Equal(data, sample("thumb-desk.jpg")) || resp.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("%d bytes, %s", len(data), resp.Header.Get("Content-Type"))
	}
	for _, name := range []string{"x", "..%2fstate.json", strings.Repeat("0", 32)} {
		resp, err := http.Get(p.url + "files/" + name)
		p.must(err)
		resp.Body.Close()
		if resp.StatusCode != 404 {
			t.Errorf("%s: %d", name, resp.StatusCode)
		}
	}
}

func TestStateWaitsForAChange(t *testing.T) {
	p := newWorld(t).phone()
	p.callback(nil)
	now := p.state("").Version
	got := make(chan State)
	go func() { got <- p.state(fmt.Sprint("?since=", now)) }()
	select {
	case s := <-got:
		t.Fatalf("answered at once: %s", encode(s))
	default:
	}
	p.said("hello")
	if s := <-got; s.Version == now || len(s.History) != 1 {
		t.Errorf("state %s", encode(s))
	}
}

func TestStoppingReleasesWhoWaits(t *testing.T) {
	p := newWorld(t).phone()
	now := p.state("").Version
	got := make(chan State)
	go func() { got <- p.state(fmt.Sprint("?since=", now)) }()
	p.must(p.Close())
	<-got
}

func TestSamplesCanBeSeen(t *testing.T) {
	w := newWorld(t)
	p := w.phone()
	for name, want := range map[string]int{"thumb-desk.jpg": 200, "nothing.jpg": 404, "..%2Fdemo.go": 404} {
		resp, err := http.Get(p.url + "samples/" + name)
		w.must(err)
		resp.Body.Close()
		if resp.StatusCode != want || want == 200 && resp.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("%s: %s %s", name, resp.Status, resp.Header.Get("Content-Type"))
		}
	}
}
