package wechat

import (
	"encoding/base64"
	"reflect"
	"strings"
	"testing"
)

// Whatever a stranger sends, in whatever mode, is opened only under a signature
// made with the account's token, and in safe mode only what the key sealed.
func FuzzCallback(f *testing.F) {
	c := mustCipher(f, testKey, testAppID)
	encrypted := vectors[0].encrypt
	f.Add(byte(0), goodSign, stamp, testNonce, "", "", plainPush)
	f.Add(byte(1), goodSign, stamp, testNonce, "raw", "", compatibleBody(encrypted))
	f.Add(byte(2), "", stamp, testNonce, "aes", Sign(testToken, stamp, testNonce, encrypted), envelope(encrypted))
	f.Add(byte(2), "", stamp, testNonce, "aes", Sign(testToken, stamp, testNonce, encrypted), `{"Encrypt":"`+encrypted+`"}`)
	f.Add(byte(1), "", "", "", "aes", Sign(testToken, ""), "<xml><Encrypt></Encrypt></xml>")
	f.Fuzz(func(t *testing.T, mode byte, signature, timestamp, nonce, kind, msgSignature, body string) {
		cb := &Callback{Token: testToken, Mode: []Mode{Plain, Compatible, Safe}[mode%3], Ciphers: []*Cipher{c}}
		q := Query{Signature: signature, Timestamp: timestamp, Nonce: nonce, EncryptType: kind, MsgSignature: msgSignature}
		if cb.Verify(q) == nil && signature != Sign(testToken, timestamp, nonce) {
			t.Fatal("verified")
		}
		plain, used, err := cb.Open(q, []byte(body))
		if why := cb.Why(q, []byte(body)); why != "signature" && why != "mode" && why != "key" {
			t.Fatalf("why %q", why)
		}
		switch {
		case err != nil:
			if err != ErrForged || plain != nil || used != nil {
				t.Fatalf("%q, %v", plain, err)
			}
		case used == nil:
			if cb.Mode == Safe || signature != Sign(testToken, timestamp, nonce) {
				t.Fatalf("%s opened a plain body under %q", cb.Mode, signature)
			}
		case cb.Mode == Plain || len(plain) > base64.StdEncoding.DecodedLen(len(body)) || msgSignature == "":
			t.Fatalf("%s opened %q", cb.Mode, plain)
		}
	})
}

// A passive reply is read only as it was sealed.
func FuzzOpenReply(f *testing.F) {
	c := mustCipher(f, testKey, testAppID)
	cb := &Callback{Token: testToken, Mode: Safe, Ciphers: []*Cipher{c}}
	sealed, err := cb.SealReply(c, []byte("<xml/>"), 1735689600, testNonce)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed, "success")
	f.Add([]byte("<xml><Encrypt></Encrypt></xml>"), "")
	f.Fuzz(func(t *testing.T, body []byte, reply string) {
		if _, err := cb.OpenReply(body); err != nil && err != ErrForged {
			t.Fatal(err)
		}
		sealed, err := cb.SealReply(c, []byte(reply), 1735689600, testNonce)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := cb.OpenReply(sealed); err != nil || string(back) != reply {
			t.Fatalf("%q came back as %q, %v", reply, back, err)
		}
	})
}

// What we write of a notice is read as the same.
func FuzzParseNotice(f *testing.F) {
	f.Add([]byte((&Notice{AppID: "wx1", CreateTime: 1735689600, InfoType: "component_verify_ticket", Ticket: "ticket@@@x]]>"}).Marshal()))
	f.Add([]byte((&Notice{AppID: "wx1", CreateTime: 1, InfoType: "authorized", Authorizer: "wx2", Code: "c", CodeExpires: 9, PreAuthCode: "p"}).Marshal()))
	f.Add([]byte(`{"AppId":"wx1","CreateTime":"1","InfoType":"unauthorized","AuthorizerAppid":"wx2"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		n, err := ParseNotice(raw)
		if err != nil {
			if err != ErrMalformed || n != nil {
				t.Fatal(err)
			}
			return
		}
		n.DedupeKey()
		if strings.ContainsRune(string(raw), '\r') {
			return // XML makes a line feed of it
		}
		again, err := ParseNotice(n.Marshal())
		if err != nil || !reflect.DeepEqual(again, n) {
			t.Fatalf("\n%+v became\n%+v, %v", n, again, err)
		}
	})
}
