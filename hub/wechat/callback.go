package wechat

import "bytes"

// Mode is the account's setting on the platform's site for how pushes arrive.
type Mode string

// The three modes of the callback.
const (
	Plain      Mode = "plain"
	Compatible Mode = "compatible"
	Safe       Mode = "safe"
)

// Callback checks and opens what the platform sends to one callback URL.
type Callback struct {
	Token   string
	Mode    Mode
	Ciphers []*Cipher // the current key first, then the previous one
}

// Query is what the platform puts into the URL of a push.
type Query struct {
	Signature, Timestamp, Nonce string
	EncryptType, MsgSignature   string
	EchoStr                     string
}

// Verify checks the GET that the platform makes when the URL is saved. When it
// holds, the answer is EchoStr and nothing else, in every mode.
func (cb *Callback) Verify(q Query) error {
	if !signed(q.Signature, cb.Token, q.Timestamp, q.Nonce) {
		return ErrForged
	}
	return nil
}

// Open returns the push inside the body of a POST, and the cipher that opened it
// (nil for a plain one), with which a passive reply is to be sealed. The mode is
// the account's: the request cannot talk its way into a weaker one. Whether the
// timestamp and the nonce are still good is for the caller to say, see Fresh and
// Replays.
func (cb *Callback) Open(q Query, body []byte) (plain []byte, used *Cipher, err error) {
	if len(body) > MaxBody {
		return nil, nil, ErrForged
	}
	switch {
	case cb.Mode == Safe, cb.Mode == Compatible && q.sealed():
		return cb.openSealed(q, body)
	case (cb.Mode == Plain || cb.Mode == Compatible) && !q.sealed():
		return cb.openPlain(q, body)
	}
	return nil, nil, ErrForged
}

// sealed reports whether the URL says that the body is encrypted.
func (q Query) sealed() bool {
	return q.EncryptType != "" && q.EncryptType != "raw" || q.MsgSignature != ""
}

func (cb *Callback) openPlain(q Query, body []byte) ([]byte, *Cipher, error) {
	if !signed(q.Signature, cb.Token, q.Timestamp, q.Nonce) {
		return nil, nil, ErrForged
	}
	// This signature says nothing about the body, so an Encrypt in it is worth
	// nothing. In compatible mode it may stand beside the plain fields.
	if !bytes.Contains(body, []byte("Encrypt")) {
		return body, nil, nil
	}
	root, err := parseTree(body)
	if err == nil && root.find("Encrypt") != nil && (cb.Mode == Plain || root.find("MsgType") == nil) {
		return nil, nil, ErrForged
	}
	return body, nil, nil
}

func (cb *Callback) openSealed(q Query, body []byte) ([]byte, *Cipher, error) {
	encrypted := encryptedIn(body)
	if encrypted == "" || !signed(q.MsgSignature, cb.Token, q.Timestamp, q.Nonce, encrypted) {
		return nil, nil, ErrForged
	}
	return cb.decrypt(encrypted)
}

// encryptedIn is the Encrypt of an envelope, "" when it has none. Envelopes come with
// every push, so what looks as the platform writes it is cut out, and only the rest
// parsed: what is cut out is signed, whatever stands around it.
func encryptedIn(body []byte) string {
	if _, rest, ok := bytes.Cut(body, []byte("<Encrypt><![CDATA[")); ok {
		text, rest, ok := bytes.Cut(rest, []byte("]]></Encrypt>"))
		if ok && !bytes.ContainsAny(text, "<&]") && !bytes.Contains(rest, []byte("<Encrypt")) {
			return string(text)
		}
	}
	root, err := parseTree(body)
	if err != nil {
		return ""
	}
	return root.textOf("Encrypt")
}

func (cb *Callback) decrypt(encrypted string) ([]byte, *Cipher, error) {
	for _, c := range cb.Ciphers {
		if plain, err := c.Open(encrypted); err == nil {
			return plain, c, nil
		}
	}
	return nil, nil, ErrForged
}

// Why tells, for the owner of the account and never for the sender, what Verify or
// Open held against a request: signature (another token), mode, key (another
// EncodingAESKey or AppID).
func (cb *Callback) Why(q Query, body []byte) string {
	if !signed(q.Signature, cb.Token, q.Timestamp, q.Nonce) {
		return "signature"
	}
	root, err := parseTree(body)
	if err != nil {
		return "signature" // WeChat sends none that cannot be read
	}
	encrypted := root.textOf("Encrypt")
	switch {
	case cb.Mode == Safe && (!q.sealed() || encrypted == ""), cb.Mode == Plain && (q.sealed() || encrypted != ""):
		return "mode"
	case q.sealed() && signed(q.MsgSignature, cb.Token, q.Timestamp, q.Nonce, encrypted):
		return "key"
	case !q.sealed() && encrypted != "" && root.find("MsgType") == nil:
		return "mode"
	}
	return "signature"
}
