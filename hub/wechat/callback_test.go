package wechat

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

const (
	stamp     = "1735689600"
	goodSign  = "1a2ecaf31a0654116e663b5081ff88c1e1b12300"
	plainPush = "<xml><FromUserName>oA</FromUserName><CreateTime>1735689600</CreateTime><MsgType>text</MsgType><Content>hi</Content><MsgId>1</MsgId></xml>"
)

func envelope(encrypted string) string {
	return "<xml>\n  <ToUserName><![CDATA[gh_0123456789ab]]></ToUserName>\n  <Encrypt><![CDATA[" + encrypted + "]]></Encrypt>\n</xml>"
}

// compatibleBody has plain fields, which anyone could have changed, beside Encrypt.
func compatibleBody(encrypted string) string {
	return strings.Replace(plainPush, "</xml>", "<Encrypt><![CDATA["+encrypted+"]]></Encrypt></xml>", 1)
}

func TestVerify(t *testing.T) {
	cb := &Callback{Token: "AAAAA", Mode: Safe}
	q := Query{Signature: "f464b24fc39322e44b38aa78f5edd27bd1441696", Timestamp: "1714036504", Nonce: "1514711492", EchoStr: "4375120948345356249"}
	if err := cb.Verify(q); err != nil {
		t.Fatal(err)
	}
	upper, late, none := q, q, q
	upper.Signature = strings.ToUpper(q.Signature)
	late.Timestamp = "1714036505"
	none.Signature = ""
	for _, bad := range []Query{upper, late, none} {
		if err := cb.Verify(bad); !errors.Is(err, ErrForged) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// TestCallbackOpen is the table of modes and requests: what is opened to what.
func TestCallbackOpen(t *testing.T) {
	current, previous := mustCipher(t, testKey, testAppID), mustCipher(t, strings.Repeat("Z", 43), testAppID)
	text := vectors[0]
	underOldKey, err := previous.Seal([]byte("old"))
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := mustCipher(t, testKey, "wxffffffffffffffff").Seal([]byte(plainPush))
	if err != nil {
		t.Fatal(err)
	}
	plain := Query{Signature: goodSign, Timestamp: stamp, Nonce: testNonce}
	aes := func(encrypted string) Query {
		q := plain
		q.EncryptType, q.MsgSignature = "aes", Sign(testToken, stamp, testNonce, encrypted)
		return q
	}
	with := func(q Query, change func(*Query)) Query { change(&q); return q }
	broken := "A" + text.encrypt[1:]

	for _, c := range []struct {
		name  string
		modes string // in which of plain, compatible, safe it opens
		q     Query
		body  string
		want  string
	}{
		{"plain", "plain compatible", plain, plainPush, plainPush},
		{"plain, encrypt_type raw", "plain compatible", with(plain, func(q *Query) { q.EncryptType = "raw" }), plainPush, plainPush},
		{"plain, wrong signature", "", with(plain, func(q *Query) { q.Signature = strings.Repeat("0", 40) }), plainPush, ""},
		{"plain, upper-case signature", "", with(plain, func(q *Query) { q.Signature = strings.ToUpper(goodSign) }), plainPush, ""},
		{"plain, another nonce", "", with(plain, func(q *Query) { q.Nonce = "1" }), plainPush, ""},
		{"safe", "compatible safe", aes(text.encrypt), envelope(text.encrypt), text.plain},
		{"safe as JSON", "compatible safe", aes(text.encrypt), `{"ToUserName":"gh_1","Encrypt":"` + text.encrypt + `"}`, text.plain},
		{"safe, the previous key", "compatible safe", aes(underOldKey), envelope(underOldKey), "old"},
		{"compatible: only what was encrypted counts", "compatible safe", aes(text.encrypt), compatibleBody(text.encrypt), text.plain},
		{"safe, URL signature wrong", "compatible safe", with(aes(text.encrypt), func(q *Query) { q.Signature = "" }), envelope(text.encrypt), text.plain},
		{"safe, msg_signature missing", "", with(aes(text.encrypt), func(q *Query) { q.MsgSignature = "" }), envelope(text.encrypt), ""},
		{"safe, msg_signature of the URL only", "", with(aes(text.encrypt), func(q *Query) { q.MsgSignature = goodSign }), envelope(text.encrypt), ""},
		{"safe, msg_signature upper-case", "", with(aes(text.encrypt), func(q *Query) { q.MsgSignature = strings.ToUpper(q.MsgSignature) }), envelope(text.encrypt), ""},
		{"safe, one character changed", "", aes(text.encrypt), envelope(broken), ""},
		{"safe, changed and signed", "", aes(broken), envelope(broken), ""},
		{"safe, another appid", "", aes(foreign), envelope(foreign), ""},
		{"safe, no Encrypt", "", aes(""), "<xml><ToUserName>gh_1</ToUserName></xml>", ""},
		{"safe, plain body", "", aes(""), plainPush, ""},
		{"safe, no XML", "", aes(text.encrypt), text.encrypt, ""},
		{"unknown encrypt_type", "", with(plain, func(q *Query) { q.EncryptType = "rot13" }), plainPush, ""},
		// The URL says plain, the body says encrypted: nothing signs that Encrypt.
		{"Encrypt alone without aes", "", plain, envelope(text.encrypt), ""},
		{"Encrypt beside plain without aes", "compatible", plain, compatibleBody(text.encrypt), compatibleBody(text.encrypt)},
		{"too long", "", plain, plainPush + strings.Repeat(" ", MaxBody), ""},
	} {
		for _, mode := range []Mode{Plain, Compatible, Safe, ""} {
			cb := &Callback{Token: testToken, Mode: mode, Ciphers: []*Cipher{current, previous}}
			got, used, err := cb.Open(c.q, []byte(c.body))
			if mode == "" || !strings.Contains(c.modes, string(mode)) {
				// With an msg_signature in the URL, "safe" cases stay shut in plain mode, and so on.
				if err != ErrForged || got != nil || used != nil {
					t.Errorf("%s in %q mode: opened to %q, %v", c.name, mode, got, err)
				}
				continue
			}
			if err != nil || string(got) != c.want {
				t.Errorf("%s in %s mode: %q, %v", c.name, mode, got, err)
			}
			want := map[bool]*Cipher{true: current}[c.q.EncryptType == "aes"]
			if c.want == "old" {
				want = previous
			}
			if used != want {
				t.Errorf("%s in %s mode: wrong cipher for the reply", c.name, mode)
			}
		}
	}
}

// TestSafeWithoutEncryptType: in safe mode the signature decides, not the URL's word.
func TestSafeWithoutEncryptType(t *testing.T) {
	v := vectors[0]
	cb := &Callback{Token: testToken, Mode: Safe, Ciphers: []*Cipher{mustCipher(t, testKey, testAppID)}}
	q := Query{Timestamp: stamp, Nonce: testNonce, MsgSignature: v.signature}
	if got, _, err := cb.Open(q, []byte(envelope(v.encrypt))); err != nil || string(got) != v.plain {
		t.Errorf("%q, %v", got, err)
	}
}

// What is cut out of an envelope is what a parser reads there.
func TestEncryptedIn(t *testing.T) {
	for body, want := range map[string]string{
		envelope("abc+/="): "abc+/=",
		"<xml>\n<ToUserName><![CDATA[gh]]></ToUserName>\n<Encrypt>\n<![CDATA[abc]]>\n</Encrypt>\n</xml>": "\nabc\n",
		"<xml><Encrypt>abc</Encrypt></xml>":                                   "abc",
		`{"ToUserName":"gh","Encrypt":"abc"}`:                                 "abc",
		"<xml><Encrypt><![CDATA[abc]]></Encrypt><Encrypt>def</Encrypt></xml>": "abc",
		"<xml><Encrypt><![CDATA[a]]><![CDATA[bc]]></Encrypt></xml>":           "abc",
		"<xml><ToUserName><![CDATA[gh]]></ToUserName></xml>":                  "",
		"<xml><Encrypt></Encrypt></xml>":                                      "",
		"<xml><Encrypt><![CDATA[abc":                                          "",
		"":                                                                    "",
		"<xml><Content><![CDATA[<Encrypt><![CDATA[no]]]]><![CDATA[></Encrypt>]]></Content><Encrypt><![CDATA[abc]]></Encrypt></xml>": "abc",
	} {
		if got := encryptedIn([]byte(body)); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
}

// TestPack goes there and back in every mode.
func TestPack(t *testing.T) {
	for _, mode := range []Mode{Plain, Compatible, Safe} {
		cb := &Callback{Token: testToken, Mode: mode, Ciphers: []*Cipher{mustCipher(t, testKey, testAppID)}}
		for _, name := range goldenFiles(t, "testdata/push/*.xml") {
			p := parseFile(t, name)
			q, body, err := cb.Pack(p, stamp, testNonce)
			if err != nil {
				t.Fatal(err)
			}
			plain, used, err := cb.Open(q, body)
			if err != nil || string(plain) != string(p.Raw) || (used == nil) != (mode == Plain) {
				t.Errorf("%s in %s mode: %q, %v", name, mode, plain, err)
			}
			if q.Signature != goodSign {
				t.Errorf("URL signature %s", q.Signature)
			}
			if has := strings.Contains(string(body), "<MsgType>"); has != (mode != Safe) {
				t.Errorf("plain fields in %s mode: %v", mode, has)
			}
		}
	}
}

// TestReplyEnvelope: vector B inside its envelope, and the same opened again.
func TestReplyEnvelope(t *testing.T) {
	v := vectors[1]
	c := mustCipher(t, testKey, testAppID)
	cb := &Callback{Token: testToken, Mode: Safe, Ciphers: []*Cipher{c}}
	want := "<xml><Encrypt><![CDATA[" + v.encrypt + "]]></Encrypt><MsgSignature><![CDATA[" + v.signature +
		"]]></MsgSignature><TimeStamp>1735689601</TimeStamp><Nonce><![CDATA[1372623149]]></Nonce></xml>"
	if got := string(cb.replyEnvelope(v.encrypt, v.timestamp, testNonce)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	sealed, err := cb.SealReply(c, []byte(v.plain), 1735689601, testNonce)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range [][]byte{sealed, []byte(want)} {
		if plain, err := cb.OpenReply(body); err != nil || string(plain) != v.plain {
			t.Errorf("%q, %v", plain, err)
		}
	}
	for _, bad := range []string{
		strings.Replace(want, "1735689601", "1735689602", 1),
		strings.Replace(want, v.signature, strings.ToUpper(v.signature), 1),
		`{"errcode":0}`, "<html>", "",
	} {
		if plain, err := cb.OpenReply([]byte(bad)); err != ErrForged {
			t.Errorf("%q opened to %q, %v", bad, plain, err)
		}
	}
}

func TestFresh(t *testing.T) {
	now := time.Unix(1735689600, 0)
	for stamp, want := range map[string]bool{
		"1735689600": true, "1735689000": true, "1735690200": true,
		"1735688999": false, "1735690201": false,
		"": false, "x": false, "-1": false, "9223372036854775807": false, "1735689600.5": false,
	} {
		if got := Fresh(stamp, now, 10*time.Minute); got != want {
			t.Errorf("Fresh(%q) = %v", stamp, got)
		}
	}
}

func TestReplays(t *testing.T) {
	var r Replays
	q := Query{Timestamp: stamp, Nonce: testNonce}
	later := Query{Timestamp: "1735689605", Nonce: testNonce}
	for i, step := range []struct {
		q       Query
		key     string
		refused bool
	}{
		{q, "oA|1|5", false},
		{q, "oA|1|5", false},     // WeChat's retry under the same nonce
		{later, "oA|1|5", false}, // WeChat's retry under a new timestamp
		{q, "oA|2|5", true},      // another push under a used signature
		{q, "oA|1|5", false},     // the true one still passes
		{later, "oB|9|5", true},
	} {
		if got := r.Refused(step.q, step.key); got != step.refused {
			t.Errorf("step %d: %v", i, got)
		}
	}
	for i := range 3 * replaysKept {
		r.Refused(Query{Timestamp: stamp, Nonce: fmt.Sprint("n", i)}, "k")
	}
	if n := len(r.new) + len(r.old); n > 2*replaysKept {
		t.Errorf("remembers %d", n)
	}
	if !r.Refused(Query{Timestamp: stamp, Nonce: fmt.Sprint("n", 3*replaysKept-1)}, "other") {
		t.Error("forgot the newest")
	}
}

// The owner hears what does not fit; who has another token learns and proves nothing.
func TestWhyAPushIsRefused(t *testing.T) {
	push := &Push{ToUserName: "gh_1", FromUserName: "o1", CreateTime: 1, MsgType: "text", Content: "hi", MsgID: "1"}
	side := func(token string, mode Mode, key string) *Callback {
		c, err := NewCipher(key, testAppID)
		if err != nil {
			t.Fatal(err)
		}
		return &Callback{Token: token, Mode: mode, Ciphers: []*Cipher{c}}
	}
	key, other := strings.Repeat("A", 43), strings.Repeat("B", 43)
	for _, tt := range []struct {
		name       string
		ours, sent *Callback
		want       string
	}{
		{"another token", side("aaa", Safe, key), side("bbb", Safe, key), "signature"},
		{"another token, plain", side("aaa", Plain, key), side("bbb", Plain, key), "signature"},
		{"another key", side("aaa", Safe, key), side("aaa", Safe, other), "key"},
		{"another key, compatible", side("aaa", Compatible, key), side("aaa", Compatible, other), "key"},
		{"plain to safe", side("aaa", Safe, key), side("aaa", Plain, key), "mode"},
		{"safe to plain", side("aaa", Plain, key), side("aaa", Safe, key), "mode"},
		{"compatible to plain", side("aaa", Plain, key), side("aaa", Compatible, key), "mode"},
	} {
		q, body, err := tt.sent.Pack(push, "1735689600", "1372623149")
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := tt.ours.Open(q, body); err == nil {
			t.Errorf("%s: it is taken", tt.name)
		}
		if got := tt.ours.Why(q, body); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
