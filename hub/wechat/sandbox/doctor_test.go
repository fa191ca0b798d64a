package sandbox

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/wechat"
)

// What the doctor asks, and every no that it may hear.
func TestWhatADoctorAsks(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	var date string
	heads := wechat.WithHeads(ctx, func(h http.Header) { date = h.Get("Date") })
	ips, err := w.client.CallbackIPs(heads, w.token)
	w.must(err)
	if len(ips) == 0 || date != start.UTC().Format(http.TimeFormat) {
		t.Errorf("callback addresses %v, told at %q", ips, date)
	}
	w.AddFault(Fault{On: "/cgi-bin/getcallbackip", Kind: "skew", DelayMS: -4000})
	_, err = w.client.CallbackIPs(heads, w.token)
	w.must(err)
	if want := start.Add(-4 * time.Second).UTC().Format(http.TimeFormat); date != want {
		t.Errorf("a clock that is behind tells %q, want %q", date, want)
	}

	send := "/cgi-bin/message/custom/send"
	_, err = w.client.Quota(ctx, w.token, send)
	w.must(err)
	if _, err := w.client.Quota(ctx, w.token, "/nothing"); code(t, err) != 76003 {
		t.Errorf("the quota of nothing: %v", err)
	}
	if _, err := w.client.CheckCallback(ctx, w.token); code(t, err) != 40201 {
		t.Errorf("no callback: %v", err)
	}

	denied := w.account
	denied.Unverified, denied.Callback = true, "http://127.0.0.1:1/"
	w.must(w.AddAccount(denied))
	reach, err := w.client.CheckCallback(ctx, w.token)
	w.must(err)
	if len(reach.DNS) != 1 || len(reach.Ping) != 1 || reach.Ping[0].Loss != "0%" {
		t.Errorf("callback check: %+v", reach)
	}
	if _, err := w.client.Quota(ctx, w.token, send); code(t, err) != 76022 {
		t.Errorf("the quota of what is not allowed: %v", err)
	}
	if _, err := w.client.KFList(ctx, w.token); code(t, err) != 48001 {
		t.Errorf("the kf list of an account without it: %v", err)
	}
}

// A refusal that names a rid can be looked up, by its own account alone.
func TestRID(t *testing.T) {
	w := newWorld(t)
	var rid string
	for rid == "" {
		_, err := w.client.Quota(t.Context(), w.token, "/nothing")
		_, rid, _ = strings.Cut(err.Error(), "rid: ")
	}
	kept, err := w.client.RID(t.Context(), w.token, rid)
	w.must(err)
	if !strings.Contains(kept.RequestURL, "openapi/quota/get") || !strings.Contains(kept.ResponseBody, "76003") || kept.ClientIP != "127.0.0.1" ||
		kept.RequestBody != `{"cgi_path":"/nothing"}` {
		t.Errorf("kept is %+v", kept)
	}
	if _, err := w.client.RID(t.Context(), w.token, "61725984-6126f6f9-040f19c4"); code(t, err) != 76001 {
		t.Errorf("an unknown rid: %v", err)
	}
}
