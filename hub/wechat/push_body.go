package wechat

import (
	"encoding/json"
	"strings"
)

// Body is what the push says, as a JSON object whose keys depend on Kind. Files
// are not in it: see MediaID, MediaID16K, ThumbMediaID and PicURL.
func (p *Push) Body() json.RawMessage {
	var o object
	dir, typ := p.Kind()
	if dir == "event" {
		p.eventBody(&o, typ)
		return o.json()
	}
	switch typ {
	case "text":
		o.value("content", p.Content)
		o.text("menu_id", p.MenuID)
	case "sticker":
		o.value("content", p.Content)
	case "voice":
		o.text("format", p.Format)
		o.text("recognition", p.Recognition)
	case "location":
		p.place(&o)
	case "link":
		o.value("title", p.Title)
		o.value("description", p.Description)
		o.value("url", p.URL)
	case "file":
		o.value("title", p.Title)
		o.value("description", p.Description)
		o.number("size", p.FileSize)
		o.text("md5", p.FileMD5)
	case "miniprogrampage":
		o.value("title", p.Title)
		o.value("appid", p.AppID)
		o.value("path", p.PagePath)
		o.text("thumb_url", p.ThumbURL)
	case "unknown":
		o.value("msg_type", p.MsgType)
	}
	return o.json()
}

func (p *Push) eventBody(o *object, typ string) {
	switch typ {
	case "subscribe":
		p.followBody(o)
	case "scan":
		o.text("scene", p.EventKey)
		o.text("ticket", p.Ticket)
	case "location":
		o.number("lat", p.Latitude)
		o.number("lng", p.Longitude)
		o.number("precision", p.Precision)
	case "kf_create_session", "kf_close_session":
		o.text("kf_account", p.KFAccount)
	case "kf_switch_session":
		o.text("from", p.FromKFAccount)
		o.text("to", p.ToKFAccount)
	case "user_authorization_revoke":
		o.text("revoke", p.RevokeInfo)
	case "unknown_event":
		o.value("event", p.Event)
		o.text("key", p.EventKey)
	default: // everything that begins with the account's menu
		o.text("key", p.EventKey)
		o.text("menu_id", p.ButtonMenuID)
		o.text("scan_type", p.ScanType)
		o.text("scan_result", p.ScanResult)
		if strings.HasPrefix(typ, "pic_") {
			o.value("count", len(p.PicMD5s)) // Count itself may be wrong
		}
		p.place(o)
		o.text("poi", p.POIName)
	}
}

// followBody reads the three forms of the key of subscribe: none, a scene, a
// payment.
func (p *Push) followBody(o *object) {
	if scene, ok := strings.CutPrefix(p.EventKey, "qrscene_"); ok {
		o.text("scene", scene)
		o.text("ticket", p.Ticket)
		return
	}
	if trade, ok := strings.CutPrefix(p.EventKey, "last_trade_no_"); ok {
		o.value("paid", true)
		o.text("trade", trade)
		return
	}
	o.text("key", p.EventKey)
}

func (p *Push) place(o *object) {
	o.number("lat", p.LocationX)
	o.number("lng", p.LocationY)
	o.number("scale", p.Scale)
	o.text("label", p.Label)
}
