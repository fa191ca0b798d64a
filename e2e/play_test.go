package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// play is the program as a newcomer starts it, with -sandbox. The console and
// its imitation of WeChat share one clock, which can be moved.
type play struct {
	*server
	t testing.TB
}

const (
	demoPassword = "kfdesk-demo"
	demoMing     = "oSbx_aming_000000000000007Q1" // served by xiaoli
	demoChen     = "oSbx_chen_0000000000000007Tf" // waits
	demoNew      = "oSbx_xinpengyou_0000000000z4" // does not follow yet
)

func newPlay(t testing.TB) *play {
	t.Helper()
	return &play{t: t, server: serve(t, "-sandbox", "-data", t.TempDir())}
}

// agent signs in one of the demo's agents.
func (d *play) agent(name string) *page {
	d.t.Helper()
	return login(d.t, d.URL, name, demoPassword, look{})
}

// control asks the sandbox, as the phone page does.
func (d *play) control(path string, body any) []byte {
	d.t.Helper()
	raw, err := json.Marshal(body)
	must(d.t, err)
	r, err := http.NewRequest("POST", d.URL+"/phone/api/"+path, bytes.NewReader(raw))
	must(d.t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", d.URL)
	answer, err := http.DefaultClient.Do(r)
	must(d.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(d.t, err)
	if answer.StatusCode != http.StatusOK {
		d.t.Fatalf("%s: %s %s", path, answer.Status, text)
	}
	return text
}

// act lets a user do something on the phone.
func (d *play) act(openid, do string, more ...string) {
	d.t.Helper()
	action := map[string]string{"openid": openid, "do": do}
	for i := 0; i+1 < len(more); i += 2 {
		action[more[i]] = more[i+1]
	}
	d.control("act", action)
}

// advance moves the clock of both. An open page hears of it at the next beat of
// its socket, within 20 s, or when it is loaded again.
func (d *play) advance(by time.Duration) {
	d.t.Helper()
	d.control("clock", map[string]int64{"advance_ms": by.Milliseconds()})
}

// phoneLine is one line on a phone.
type phoneLine struct {
	Dir, Type, Nick string
	KFAccount       string `json:"kf_account"`
	Body            struct{ Content string }
}

// phone is what stands on a user's phone, oldest first.
func (d *play) phone(openid string) []phoneLine {
	d.t.Helper()
	answer, err := http.Get(d.URL + "/phone/api/state?openid=" + openid)
	must(d.t, err)
	defer answer.Body.Close()
	var state struct{ History []phoneLine }
	must(d.t, json.NewDecoder(answer.Body).Decode(&state))
	return state.History
}

// arrived waits until a text of the account is on the phone.
func (d *play) arrived(openid, text string) phoneLine {
	d.t.Helper()
	var found phoneLine
	eventually(d.t, "on the phone: "+text, func() bool {
		for _, line := range d.phone(openid) {
			if line.Dir == "account" && strings.Contains(line.Body.Content, text) {
				found = line
				return true
			}
		}
		return false
	}, func() string { return "" })
	return found
}

// sends are the calls of custom/send: the account whose token it was, and WeChat's
// code.
func (d *play) sends() (list []string) {
	d.t.Helper()
	answer, err := http.Get(d.URL + "/phone/api/log")
	must(d.t, err)
	defer answer.Body.Close()
	var log struct {
		Log []struct {
			AppID, Path string
			Code        int
		}
	}
	must(d.t, json.NewDecoder(answer.Body).Decode(&log))
	for _, l := range log.Log {
		if l.Path == "/cgi-bin/message/custom/send" {
			list = append(list, fmt.Sprint(l.AppID, " ", l.Code))
		}
	}
	return list
}
