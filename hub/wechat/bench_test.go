package wechat

import (
	"testing"
)

// BenchmarkPush is what a push costs before it is stored: the signature, the cipher of
// the modes that have one, the XML, what is stored of it.
func BenchmarkPush(b *testing.B) {
	cipher, err := NewCipher(testKey, testAppID)
	if err != nil {
		b.Fatal(err)
	}
	push := &Push{ToUserName: "gh_0123456789ab", FromUserName: "oDesk_user_00000000000000001", CreateTime: 1735689600, MsgType: "text",
		Content: "您好，我想问一下昨天买的商品什么时候发货，谢谢", MsgID: "24850000000000001"}
	for _, mode := range []Mode{Plain, Compatible, Safe} {
		cb := &Callback{Token: testToken, Mode: mode, Ciphers: []*Cipher{cipher}}
		q, body, err := cb.Pack(push, stamp, testNonce)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(string(mode), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				plain, _, err := cb.Open(q, body)
				if err != nil {
					b.Fatal(err)
				}
				p, err := ParsePush(plain)
				if err != nil || p.Body() == nil || p.DedupeKey() == "" {
					b.Fatal(p, err)
				}
			}
		})
	}
}
