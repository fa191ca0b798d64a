package handlers

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"kfdesk/hub/wechat"
)

// What the third-party platform is pushed, on both its addresses: nothing but what
// WeChat sealed and signed, just now and once under a nonce, changes anything.
func TestForgedPushesToThePlatform(t *testing.T) {
	d := newDesk(t)
	d.component(t)
	cb := componentSide(t, aesKey, componentApp)
	now := func(seconds int64) string { return strconv.FormatInt(d.clock.Now().Unix()+seconds, 10) }
	resign := func(q *wechat.Query, body []byte) {
		sealed := string(body[bytes.Index(body, []byte("<Encrypt><![CDATA["))+18 : bytes.Index(body, []byte("]]></Encrypt>"))])
		q.MsgSignature = wechat.Sign("componentToken", q.Timestamp, q.Nonce, sealed)
		q.Signature = wechat.Sign("componentToken", q.Timestamp, q.Nonce)
	}
	ticket := wechat.Notice{AppID: componentApp, CreateTime: d.clock.Now().Unix(), InfoType: "component_verify_ticket", Ticket: "ticket@@@forged"}
	pack := func(address string) (wechat.Query, []byte) {
		q, body, err := cb.Pack(textPush(d.number(), "forged"), now(0), d.number())
		if address == "component" {
			q, body, err = cb.PackNotice(&ticket, now(0), d.number())
		}
		if err != nil {
			t.Fatal(err)
		}
		return q, body
	}
	plain := textPush("1", "forged").Marshal()
	for name, spoil := range map[string]func(q *wechat.Query, body *[]byte){
		"another signature": func(q *wechat.Query, _ *[]byte) { q.MsgSignature = strings.Repeat("0", 40) },
		"upper case":        func(q *wechat.Query, _ *[]byte) { q.MsgSignature = strings.ToUpper(q.MsgSignature) },
		"no signature":      func(q *wechat.Query, _ *[]byte) { q.MsgSignature, q.Signature = "", "" },
		"another nonce":     func(q *wechat.Query, _ *[]byte) { q.Nonce += "1" },
		"another time":      func(q *wechat.Query, _ *[]byte) { q.Timestamp = now(1) },
		"too old":           func(q *wechat.Query, b *[]byte) { q.Timestamp = now(-601); resign(q, *b) },
		"of the future":     func(q *wechat.Query, b *[]byte) { q.Timestamp = now(601); resign(q, *b) },
		"no time":           func(q *wechat.Query, b *[]byte) { q.Timestamp = ""; resign(q, *b) },
		"another token": func(q *wechat.Query, b *[]byte) {
			q.MsgSignature = wechat.Sign("anotherToken", q.Timestamp, q.Nonce)
		},
		"not sealed": func(q *wechat.Query, b *[]byte) {
			*b, q.EncryptType, q.MsgSignature = plain, "", ""
		},
		"cut off": func(q *wechat.Query, b *[]byte) {
			*b = bytes.Replace(*b, []byte("]]></Encrypt>"), []byte("AAAA]]></Encrypt>"), 1)
		},
		"two sealed parts": func(q *wechat.Query, b *[]byte) {
			*b = bytes.Replace(*b, []byte("<Encrypt>"), []byte("<Encrypt><![CDATA[AAAA]]></Encrypt><Encrypt>"), 1)
		},
	} {
		for _, address := range []string{"component", "component/" + shopApp} {
			q, body := pack(address)
			spoil(&q, &body)
			if got := d.send(t, request("POST", callbackURL(address, q), bytes.NewReader(body))); got.status != 403 {
				t.Errorf("%s to %s: %d %.100s", name, address, got.status, got.body)
			}
		}
	}
	d.holds(t)
	if p, err := d.Store.Component(t.Context()); err != nil || strings.Contains(p.Ticket, "forged") {
		t.Errorf("the ticket is %q, %v", p.Ticket, err)
	}

	// What was heard once is said again: by WeChat, or by who listened.
	q, body, err := cb.Pack(textPush("once", "genuine"), now(0), "the nonce")
	if err != nil {
		t.Fatal(err)
	}
	again := callbackURL("component/"+shopApp, q)
	for range 2 {
		d.send(t, request("POST", again, bytes.NewReader(body))).taken(t)
		d.send(t, request("POST", again, bytes.NewReader(body))).taken(t)
		q, other, err := cb.Pack(textPush("other", "another under its nonce"), now(0), "the nonce")
		if err != nil {
			t.Fatal(err)
		}
		d.send(t, request("POST", callbackURL("component/"+shopApp, q), bytes.NewReader(other))).forged(t)
		d.restart(t)
	}
	d.holds(t, `{"content":"genuine"}`)
}
