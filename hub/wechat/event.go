package wechat

import (
	"slices"
	"strings"
)

// Unsupported is what the platform writes as the text of a message that it does
// not pass on, stickers first of all: a message of an unsupported type arrived and
// cannot be shown.
const Unsupported = "\u3010\u6536\u5230\u4e0d\u652f\u6301\u7684\u6d88\u606f\u7c7b\u578b\uff0c\u6682\u65e0\u6cd5\u663e\u793a\u3011"

var messageTypes = []string{
	"text", "image", "voice", "video", "shortvideo", "location", "link", "file", "miniprogrampage",
}

var eventTypes = []string{
	"subscribe", "unsubscribe", "scan", "location", "click", "view", "view_miniprogram",
	"scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select",
	"kf_create_session", "kf_close_session", "kf_switch_session",
	"user_info_modified", "user_authorization_revoke", "user_authorization_cancellation",
}

// Kind says where a push belongs: ("in", message type) or ("event", event name in
// lower case). What is not known stays a push: "unknown" and "unknown_event".
func (p *Push) Kind() (dir, typ string) {
	switch {
	case p.MsgType == "event":
		if name := strings.ToLower(strings.TrimSpace(p.Event)); slices.Contains(eventTypes, name) {
			return "event", name
		}
		return "event", "unknown_event"
	case p.MsgType == "text" && p.Content == Unsupported:
		return "in", "sticker"
	case slices.Contains(messageTypes, p.MsgType):
		return "in", p.MsgType
	}
	return "in", "unknown"
}

// Grant says which right to reply a push gives: "message" for 48 hours, "action"
// for one minute, or none. A tap on a msgmenu entry arrives as a text but counts
// as a menu tap.
func (p *Push) Grant() (kind, cause string) {
	dir, typ := p.Kind()
	switch {
	case dir == "in" && p.MenuID != "":
		return "action", "menu"
	case dir == "in" && typ == "unknown" && p.MsgID == "":
		return "", "" // whatever a person sends has a MsgId
	case dir == "in":
		return "message", "message"
	}
	switch typ {
	case "subscribe", "scan", "click":
		return "action", typ
	case "scancode_push", "scancode_waitmsg":
		return "action", "click"
	}
	return "", ""
}
