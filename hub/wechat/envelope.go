package wechat

import "strconv"

// Pack writes a push as the platform sends it in the callback's mode, with the
// first cipher: the body and the URL's parameters.
func (cb *Callback) Pack(p *Push, timestamp, nonce string) (Query, []byte, error) {
	q := Query{Timestamp: timestamp, Nonce: nonce, Signature: Sign(cb.Token, timestamp, nonce)}
	plain := p.Marshal()
	if cb.Mode == Plain {
		return q, plain, nil
	}
	if len(cb.Ciphers) == 0 {
		return q, nil, ErrKey
	}
	encrypted, err := cb.Ciphers[0].Seal(plain)
	if err != nil {
		return q, nil, err
	}
	q.EncryptType = "aes"
	q.MsgSignature = Sign(cb.Token, timestamp, nonce, encrypted)
	var w xmlWriter
	w.open("xml")
	if cb.Mode == Compatible {
		p.write(&w)
	} else {
		w.cdata("ToUserName", p.ToUserName)
	}
	w.cdata("Encrypt", encrypted)
	w.close("xml")
	return q, w.Bytes(), nil
}

// SealReply wraps a passive reply for a push that arrived encrypted. c is the
// cipher that opened the push, nonce the push's own. "success" and an empty
// answer stay unencrypted.
func (cb *Callback) SealReply(c *Cipher, reply []byte, timestamp int64, nonce string) ([]byte, error) {
	encrypted, err := c.Seal(reply)
	if err != nil {
		return nil, err
	}
	return cb.replyEnvelope(encrypted, strconv.FormatInt(timestamp, 10), nonce), nil
}

func (cb *Callback) replyEnvelope(encrypted, timestamp, nonce string) []byte {
	var w xmlWriter
	w.open("xml")
	w.cdata("Encrypt", encrypted)
	w.cdata("MsgSignature", Sign(cb.Token, timestamp, nonce, encrypted))
	w.plain("TimeStamp", timestamp)
	w.cdata("Nonce", nonce)
	w.close("xml")
	return w.Bytes()
}

// OpenReply is the platform's side of SealReply.
func (cb *Callback) OpenReply(body []byte) ([]byte, error) {
	root, err := parseTree(body)
	if err != nil {
		return nil, ErrForged
	}
	encrypted := root.textOf("Encrypt")
	if !signed(root.textOf("MsgSignature"), cb.Token, root.textOf("TimeStamp"), root.textOf("Nonce"), encrypted) {
		return nil, ErrForged
	}
	plain, _, err := cb.decrypt(encrypted)
	return plain, err
}
