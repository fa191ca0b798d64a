package store

import (
	"bytes"
	"testing"
)

const rawText = `<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><FromUserName><![CDATA[oDesk_user_00000000000000001]]></FromUserName><CreateTime>1735689600</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content><MsgId>24850000000000001</MsgId></xml>`

func TestRawIsPacked(t *testing.T) {
	packed := PackRaw([]byte(rawText))
	if len(packed) > 95 {
		t.Errorf("%d bytes of %d are left", len(packed), len(rawText))
	}
	equal(t, "unpacked", string(UnpackRaw(packed)), rawText)
	equal(t, "of an old store", string(UnpackRaw([]byte(rawText))), rawText)
	equal(t, "none", len(PackRaw(nil)), 0)
}

// Whatever is pushed comes back byte for byte.
func FuzzRaw(f *testing.F) {
	for _, s := range []string{rawText, `{"ToUserName":"gh"}`, "\x01", "\x02<xml>", "<xml>\x0b</xml>", "\xff<![CDATA[\xc2", "<xml>\r\n\t<MsgId>", "<Content><![CDATA[]]>]]&gt;"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if back := UnpackRaw(PackRaw(raw)); !bytes.Equal(back, raw) {
			t.Fatalf("%q came back as %q", raw, back)
		}
	})
}

func BenchmarkPackRaw(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		PackRaw([]byte(rawText))
	}
}
