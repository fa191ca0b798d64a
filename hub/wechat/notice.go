package wechat

import (
	"strconv"
	"strings"
)

// Notice is what the platform pushes to the authorisation event URL of a
// third-party platform.
type Notice struct {
	AppID      string // of the third-party platform
	CreateTime int64  // Unix seconds
	InfoType   string // component_verify_ticket, authorized, updateauthorized, unauthorized, and others

	Ticket      string
	Authorizer  string // appid
	Code        string
	CodeExpires int64 // Unix seconds
	PreAuthCode string
}

// ParseNotice reads what Callback.Open returned.
func ParseNotice(plain []byte) (*Notice, error) {
	root, err := parseTree(plain)
	if err != nil {
		return nil, err
	}
	text := func(name string) string { return strings.TrimSpace(root.textOf(name)) }
	n := &Notice{AppID: text("AppId"), InfoType: text("InfoType"), Ticket: text("ComponentVerifyTicket"),
		Authorizer: text("AuthorizerAppid"), Code: text("AuthorizationCode"), PreAuthCode: text("PreAuthCode")}
	n.CreateTime, err = strconv.ParseInt(text("CreateTime"), 10, 64)
	if err != nil || n.AppID == "" || n.InfoType == "" {
		return nil, ErrMalformed
	}
	n.CodeExpires, _ = strconv.ParseInt(text("AuthorizationCodeExpiredTime"), 10, 64) // only some have it
	return n, nil
}

// DedupeKey is the same for every delivery of one notice.
func (n *Notice) DedupeKey() string {
	return strings.Join([]string{n.InfoType, strconv.FormatInt(n.CreateTime, 10), n.Authorizer, n.Code, n.Ticket}, "|")
}

// Marshal writes the XML as the platform does.
func (n *Notice) Marshal() []byte {
	var w xmlWriter
	w.open("xml")
	w.cdata("AppId", n.AppID)
	w.plain("CreateTime", strconv.FormatInt(n.CreateTime, 10))
	w.cdata("InfoType", n.InfoType)
	for _, f := range []Field{{"ComponentVerifyTicket", n.Ticket}, {"AuthorizerAppid", n.Authorizer}, {"AuthorizationCode", n.Code}} {
		if f.Text != "" {
			w.cdata(f.Name, f.Text)
		}
	}
	if n.CodeExpires != 0 {
		w.plain("AuthorizationCodeExpiredTime", strconv.FormatInt(n.CodeExpires, 10))
	}
	if n.PreAuthCode != "" {
		w.cdata("PreAuthCode", n.PreAuthCode)
	}
	w.close("xml")
	return w.Bytes()
}

// PackNotice writes a notice as the platform sends it: encrypted with the first
// cipher.
func (cb *Callback) PackNotice(n *Notice, timestamp, nonce string) (Query, []byte, error) {
	q := Query{Timestamp: timestamp, Nonce: nonce, Signature: Sign(cb.Token, timestamp, nonce), EncryptType: "aes"}
	if len(cb.Ciphers) == 0 {
		return q, nil, ErrKey
	}
	encrypted, err := cb.Ciphers[0].Seal(n.Marshal())
	if err != nil {
		return q, nil, err
	}
	q.MsgSignature = Sign(cb.Token, timestamp, nonce, encrypted)
	var w xmlWriter
	w.open("xml")
	w.cdata("AppId", n.AppID)
	w.cdata("Encrypt", encrypted)
	w.close("xml")
	return q, w.Bytes(), nil
}
