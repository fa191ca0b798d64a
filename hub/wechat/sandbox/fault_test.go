package sandbox

import (
	"context"
	"io"
	"kfdesk/hub/wechat"
	"testing"
)

func TestFaultsOfCalls(t *testing.T) {
	cases := []struct {
		name    string
		fault   Fault
		outcome wechat.Outcome
		arrived bool
	}{
		{"busy", Fault{Kind: "errcode", Code: -1}, "refused", false},
		{"token", Fault{Kind: "errcode", Code: 40001}, "refused", false},
		{"timeout, taken", Fault{Kind: "timeout", Accept: true}, "unknown", true},
		{"timeout, not taken", Fault{Kind: "timeout"}, "unknown", false},
		{"slow", Fault{Kind: "slow", DelayMS: 1}, "sent", true},
		{"bad gateway", Fault{Kind: "bad_gateway"}, "unknown", false},
		{"empty", Fault{Kind: "empty", Accept: true}, "unknown", true},
		{"cut", Fault{Kind: "cut"}, "unknown", true},
		{"reset before", Fault{Kind: "reset"}, "unknown", false},
		{"reset after", Fault{Kind: "reset", Accept: true}, "unknown", true},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			w.said("hello")
			w.AddFault(tc.fault)
			ctx := t.Context()
			if tc.fault.Kind == "timeout" {
				// The console gives up when the sandbox has the message, or never
				// will have it.
				var cancel context.CancelFunc
				ctx, cancel = context.WithCancel(ctx)
				go func() {
					w.wait(t.Context(), func() bool { return len(w.st.Faults) == 0 && (!tc.arrived || w.counts.Accepted > 0) })
					cancel()
				}()
			}
			m := wechat.Message{ToUser: w.openid, MsgType: "text", Text: &wechat.Text{Content: "hi"}}
			if got := wechat.Classify(w.client.Send(ctx, w.token, m)); got != tc.outcome {
				t.Errorf("outcome %q, want %q", got, tc.outcome)
			}
			if got := len(w.Received(w.openid)) == 1; got != tc.arrived {
				t.Errorf("arrived %v", got)
			}
			w.client.HTTP.CloseIdleConnections()
			if got := w.send("again"); got != 0 { // the fault struck once
				t.Errorf("afterwards: errcode %d", got)
			}
		})
	}
}

func TestLastingFault(t *testing.T) {
	w := newWorld(t)
	w.said("hello")
	other, err := w.AddUser(User{Name: "Ben", Following: true})
	w.must(err)
	_, err = w.Text(other.OpenID, "hello")
	w.must(err)
	id := w.AddFault(Fault{Kind: "errcode", Code: 45009, Times: -1, OpenID: w.openid})
	for range 3 {
		if got := w.send("hi"); got != 45009 {
			t.Errorf("errcode %d", got)
		}
	}
	if got := w.sendRaw(`{"touser":"` + other.OpenID + `","msgtype":"text","text":{"content":"x"}}`); got != 0 {
		t.Errorf("another user: errcode %d", got)
	}
	w.ClearFault(id)
	if got := w.send("hi"); got != 0 {
		t.Errorf("cleared: errcode %d", got)
	}
}

func TestUnknownPath(t *testing.T) {
	w := newWorld(t)
	resp, err := w.api.Client().Get(w.api.URL + "/cgi-bin/nonsense")
	w.must(err)
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != 404 || len(body) != 0 {
		t.Errorf("%d %q", resp.StatusCode, body)
	}
}
