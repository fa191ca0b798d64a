package wechat

import (
	"bytes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
)

const (
	testToken = "deskToken2025"
	testKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	testAppID = "wx1234567890abcdef"
	testNonce = "1372623149"
)

func mustCipher(t testing.TB, key, id string) *Cipher {
	t.Helper()
	c, err := NewCipher(key, id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSignPublished(t *testing.T) {
	for _, v := range []struct{ timestamp, nonce, want string }{
		{"1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"},
		{"1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"},
		{"1714112445", "415670741", "6c5c811b55cc85e0e1b54100749188c20beb3f5d"},
	} {
		if got := Sign("AAAAA", v.timestamp, v.nonce); got != v.want {
			t.Errorf("Sign at %s = %s, want %s", v.timestamp, got, v.want)
		}
	}
	if got := Sign(testToken, "1735689600", testNonce); got != "1a2ecaf31a0654116e663b5081ff88c1e1b12300" {
		t.Errorf("own vector: %s", got)
	}
}

func TestOpenPublished(t *testing.T) {
	cb := &Callback{Token: "AAAAA", Mode: Safe, Ciphers: []*Cipher{mustCipher(t, strings.Repeat("A", 43), "wxba5fad812f8e6fb9")}}
	q := Query{Timestamp: "1714112445", Nonce: "415670741", EncryptType: "aes", MsgSignature: "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"}
	body := `{"ToUserName":"gh_97417a04a28d","Encrypt":"` + publishedEncrypt + `"}`
	plain, _, err := cb.Open(q, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if string(plain) != publishedPlain {
		t.Fatalf("got %s", plain)
	}
	p, err := ParsePush(plain)
	if err != nil {
		t.Fatal(err)
	}
	if p.Event != "debug_demo" || p.CreateTime != 1714112445 || len(p.More) != 1 || p.More[0] != (Field{"debug_str", "hello world"}) {
		t.Errorf("parsed %+v", p)
	}
	var prefix [16]byte
	copy(prefix[:], "a8eedb185eb2fecf")
	if got := cb.Ciphers[0].seal(prefix, plain); got != publishedEncrypt {
		t.Errorf("sealed to %s", got)
	}
}

func TestVectors(t *testing.T) {
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			c := mustCipher(t, testKey, v.id)
			plain, err := c.Open(v.encrypt)
			if err != nil {
				t.Fatal(err)
			}
			if string(plain) != v.plain {
				t.Errorf("opened to %q", plain)
			}
			var prefix [16]byte
			copy(prefix[:], v.prefix)
			if got := c.seal(prefix, []byte(v.plain)); got != v.encrypt {
				t.Errorf("sealed to %s", got)
			}
			if got := Sign(testToken, v.timestamp, testNonce, v.encrypt); got != v.signature {
				t.Errorf("signature %s, want %s", got, v.signature)
			}
		})
	}
}

// TestPadding goes round every pad length, and a message whose end looks like
// padding.
func TestPadding(t *testing.T) {
	c := mustCipher(t, testKey, testAppID)
	for n := range 70 {
		for _, fill := range []byte{'x', 0, ' ', '\n', 1, 32} {
			plain := bytes.Repeat([]byte{fill}, n)
			sealed, err := c.Seal(plain)
			if err != nil {
				t.Fatal(err)
			}
			if raw, _ := base64.StdEncoding.DecodeString(sealed); len(raw)%32 != 0 {
				t.Fatalf("%d bytes sealed to %d", n, len(raw))
			}
			got, err := c.Open(sealed)
			if err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("%d of %q: %q, %v", n, fill, got, err)
			}
		}
	}
	one, _ := c.Seal([]byte("x"))
	two, _ := c.Seal([]byte("x"))
	if one == two {
		t.Error("two seals of one text are equal: the prefix is not random")
	}
}

// rawSeal encrypts bytes as they are, to build what Seal never would.
func rawSeal(c *Cipher, buf []byte) string {
	buf = bytes.Clone(buf)
	cipher.NewCBCEncrypter(c.block, c.iv).CryptBlocks(buf, buf)
	return base64.StdEncoding.EncodeToString(buf)
}

// layout is the plain text before encryption with a given length field and pad.
func layout(length uint32, msg, id string, pad []byte) []byte {
	buf := []byte("0123456789abcdef")
	buf = binary.BigEndian.AppendUint32(buf, length)
	return append(append(append(buf, msg...), id...), pad...)
}

func TestOpenRefuses(t *testing.T) {
	c := mustCipher(t, testKey, testAppID)
	msg := strings.Repeat("x", 26) // 16+4+26+18 = 64: a full pad of 32
	pad := bytes.Repeat([]byte{32}, 32)
	unequal := bytes.Clone(pad)
	unequal[3] = 31
	pad16 := bytes.Repeat([]byte{16}, 16)
	if _, err := c.Open(rawSeal(c, layout(26, msg, testAppID, pad))); err != nil {
		t.Fatal("the good one must open")
	}
	if _, err := c.Open(rawSeal(c, layout(10, msg[:10], testAppID, pad16))); err != nil {
		t.Fatal("a multiple of 16 must open too")
	}
	other := mustCipher(t, testKey, "wxffffffffffffffff")
	foreign, _ := other.Seal([]byte(msg))
	for name, encrypted := range map[string]string{
		"another appid":          foreign,
		"appid cut short":        rawSeal(c, layout(27, msg, testAppID, pad)),
		"longer appid":           rawSeal(c, layout(25, msg, testAppID, pad)),
		"unequal pad":            rawSeal(c, layout(26, msg, testAppID, unequal)),
		"pad 0":                  rawSeal(c, layout(26, msg, testAppID, make([]byte, 32))),
		"pad 33":                 rawSeal(c, layout(26, msg, testAppID, bytes.Repeat([]byte{33}, 32))),
		"length 0xFFFFFFFF":      rawSeal(c, layout(0xFFFFFFFF, msg, testAppID, pad)),
		"all padding":            rawSeal(c, pad),
		"16 bytes only":          base64.StdEncoding.EncodeToString(make([]byte, 16)),
		"no multiple of 16":      base64.StdEncoding.EncodeToString(make([]byte, 31)),
		"no Base64":              "not base64!",
		"Base64 without padding": strings.TrimRight(vectors[0].encrypt, "="),
		"nothing":                "",
	} {
		if _, err := c.Open(encrypted); !errors.Is(err, ErrForged) || err.Error() != ErrForged.Error() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNewCipherRefuses(t *testing.T) {
	for _, key := range []string{"", testKey[:42], testKey + "G", strings.Repeat("!", 43)} {
		if _, err := NewCipher(key, testAppID); !errors.Is(err, ErrKey) {
			t.Errorf("%q: %v", key, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	c := mustCipher(f, testKey, testAppID)
	for _, v := range vectors {
		f.Add(v.encrypt)
	}
	f.Add("")
	f.Add("AAAAAAAAAAAAAAAAAAAAAA==")
	f.Fuzz(func(t *testing.T, encrypted string) {
		plain, err := c.Open(encrypted)
		if err != nil && (err != ErrForged || plain != nil) {
			t.Fatalf("%q, %v", plain, err)
		}
		// The same bytes as a message must come back as they went in.
		sealed, err := c.Seal([]byte(encrypted))
		if err != nil {
			t.Fatal(err)
		}
		if back, err := c.Open(sealed); err != nil || string(back) != encrypted {
			t.Fatalf("%q came back as %q, %v", encrypted, back, err)
		}
	})
}
