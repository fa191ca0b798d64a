package wechat

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// Push is a message or an event. Fields that a push does not have are empty.
// Numbers stay as they were written, without the spaces around them.
type Push struct {
	ToUserName   string // the account's original id, gh_…
	FromUserName string // the customer's openid
	CreateTime   int64  // Unix seconds, the platform's clock
	MsgType      string // lower case
	MsgID        string // 64 bits; events have none
	MsgDataID    string // sent from an article page
	Idx          string

	Content                    string
	MenuID                     string // bizmsgmenuid: the text is a tap on a msgmenu entry
	PicURL, MediaID            string
	Format                     string
	MediaID16K                 string
	Recognition                string
	ThumbMediaID               string
	LocationX, LocationY       string // latitude, longitude (GCJ-02)
	Scale, Label               string
	Title, Description, URL    string
	FileKey, FileMD5, FileSize string
	AppID, PagePath, ThumbURL  string

	Event, EventKey                string // Event as it was written; names differ in case
	Ticket                         string
	Latitude, Longitude            string
	Precision                      string
	ButtonMenuID                   string // MenuId: the personalised menu of VIEW
	ScanType, ScanResult           string
	PicCount                       string
	PicMD5s                        []string
	POIName                        string
	KFAccount                      string
	FromKFAccount, ToKFAccount     string
	OpenID, EventAppID, RevokeInfo string

	More []Field // elements not named above, in their order
	Raw  []byte  // the push as it came
}

// Field is an element that has no field of its own.
type Field struct{ Name, Text string }

// ParsePush reads what Callback.Open returned: XML, or JSON when the first
// character that is not a space is '{'.
func ParsePush(plain []byte) (*Push, error) {
	root, err := parseTree(plain)
	if err != nil {
		return nil, err
	}
	p := &Push{Raw: bytes.Clone(plain)}
	p.ToUserName = strings.TrimSpace(root.textOf("ToUserName"))
	p.FromUserName = strings.TrimSpace(root.textOf("FromUserName"))
	p.MsgType = strings.ToLower(strings.TrimSpace(root.textOf("MsgType")))
	p.CreateTime, err = strconv.ParseInt(strings.TrimSpace(root.textOf("CreateTime")), 10, 64)
	if err != nil || p.FromUserName == "" || p.MsgType == "" {
		return nil, ErrMalformed
	}
	p.read(root)
	return p, nil
}

func (p *Push) read(root *node) {
	for _, e := range p.elements() {
		if text := root.textOf(e.path); text != "" {
			if e.kind == bare {
				text = strings.TrimSpace(text)
			}
			*e.at(p) = text
		}
	}
	if list := root.find("SendPicsInfo>PicList"); list != nil && p.MsgType == "event" {
		for _, item := range list.kids {
			p.PicMD5s = append(p.PicMD5s, item.textOf("PicMd5Sum"))
		}
	}
	for _, kid := range root.kids {
		if !p.named(kid.name) {
			p.More = append(p.More, Field{kid.name, string(kid.text)})
		}
	}
}

// named reports whether an element of this name is read into a field of its own.
func (p *Push) named(name string) bool {
	switch name {
	case "ToUserName", "FromUserName", "CreateTime", "MsgType", "Encrypt":
		return true
	}
	return slices.ContainsFunc(p.elements(), func(e element) bool {
		rest, ok := strings.CutPrefix(e.path, name)
		return ok && (rest == "" || rest[0] == '>')
	})
}

// DedupeKey is the same for every delivery of one push and different for
// different ones. It is unique within the account only.
func (p *Push) DedupeKey() string {
	at := strconv.FormatInt(p.CreateTime, 10)
	switch {
	case p.MsgType == "event":
		return strings.Join([]string{p.FromUserName, at, strings.ToLower(p.Event), p.EventKey}, "|")
	case p.MsgID != "":
		return strings.Join([]string{p.FromUserName, p.MsgID, at}, "|")
	}
	sum := sha1.Sum(p.Raw)
	return strings.Join([]string{p.FromUserName, at, p.MsgType, hex.EncodeToString(sum[:])}, "|")
}

// Marshal writes the XML as the platform does.
func (p *Push) Marshal() []byte {
	var w xmlWriter
	w.open("xml")
	p.write(&w)
	w.close("xml")
	return w.Bytes()
}

func (p *Push) write(w *xmlWriter) {
	w.cdata("ToUserName", p.ToUserName)
	w.cdata("FromUserName", p.FromUserName)
	w.plain("CreateTime", strconv.FormatInt(p.CreateTime, 10))
	w.cdata("MsgType", p.MsgType)
	group := ""
	for _, e := range p.elements() {
		text := *e.at(p)
		outer, name, nested := strings.Cut(e.path, ">")
		if !nested {
			name, outer = outer, ""
		}
		if text == "" && !p.keepsEmpty(e.path) {
			continue
		}
		if outer != group {
			p.closeGroup(w, group)
			if outer != "" {
				w.open(outer)
			}
			group = outer
		}
		if e.kind == bare {
			w.plain(name, text)
		} else {
			w.cdata(name, text)
		}
	}
	p.closeGroup(w, group)
	for _, f := range p.More {
		w.cdata(f.Name, f.Text)
	}
}

func (p *Push) closeGroup(w *xmlWriter, group string) {
	if group == "" {
		return
	}
	if group == "SendPicsInfo" {
		w.open("PicList")
		for _, sum := range p.PicMD5s {
			w.open("item")
			w.cdata("PicMd5Sum", sum)
			w.close("item")
		}
		w.close("PicList")
	}
	w.close(group)
}
