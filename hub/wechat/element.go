package wechat

import "strings"

// How the platform writes an element.
const (
	cdata = iota // user text, ids and names
	bare         // numbers
)

// element joins an element of the XML to a field of Push. The order is the
// platform's, so the same table reads and writes.
type element struct {
	path string
	kind int
	at   func(*Push) *string
}

var messageElements = []element{
	{"Content", cdata, func(p *Push) *string { return &p.Content }},
	{"bizmsgmenuid", bare, func(p *Push) *string { return &p.MenuID }},
	{"PicUrl", cdata, func(p *Push) *string { return &p.PicURL }},
	{"MediaId", cdata, func(p *Push) *string { return &p.MediaID }},
	{"Format", cdata, func(p *Push) *string { return &p.Format }},
	{"MediaId16K", cdata, func(p *Push) *string { return &p.MediaID16K }},
	{"Recognition", cdata, func(p *Push) *string { return &p.Recognition }},
	{"Location_X", bare, func(p *Push) *string { return &p.LocationX }},
	{"Location_Y", bare, func(p *Push) *string { return &p.LocationY }},
	{"Scale", bare, func(p *Push) *string { return &p.Scale }},
	{"Label", cdata, func(p *Push) *string { return &p.Label }},
	{"Title", cdata, func(p *Push) *string { return &p.Title }},
	{"Description", cdata, func(p *Push) *string { return &p.Description }},
	{"Url", cdata, func(p *Push) *string { return &p.URL }},
	{"FileKey", cdata, func(p *Push) *string { return &p.FileKey }},
	{"FileMd5", cdata, func(p *Push) *string { return &p.FileMD5 }},
	{"FileTotalLen", bare, func(p *Push) *string { return &p.FileSize }},
	{"AppId", cdata, func(p *Push) *string { return &p.AppID }},
	{"PagePath", cdata, func(p *Push) *string { return &p.PagePath }},
	{"ThumbUrl", cdata, func(p *Push) *string { return &p.ThumbURL }},
	{"ThumbMediaId", cdata, func(p *Push) *string { return &p.ThumbMediaID }},
	{"MsgId", bare, func(p *Push) *string { return &p.MsgID }},
	{"MsgDataId", bare, func(p *Push) *string { return &p.MsgDataID }},
	{"Idx", bare, func(p *Push) *string { return &p.Idx }},
}

var eventElements = []element{
	{"Event", cdata, func(p *Push) *string { return &p.Event }},
	{"EventKey", cdata, func(p *Push) *string { return &p.EventKey }},
	{"Ticket", cdata, func(p *Push) *string { return &p.Ticket }},
	{"Latitude", bare, func(p *Push) *string { return &p.Latitude }},
	{"Longitude", bare, func(p *Push) *string { return &p.Longitude }},
	{"Precision", bare, func(p *Push) *string { return &p.Precision }},
	{"MenuId", bare, func(p *Push) *string { return &p.ButtonMenuID }},
	{"ScanCodeInfo>ScanType", cdata, func(p *Push) *string { return &p.ScanType }},
	{"ScanCodeInfo>ScanResult", cdata, func(p *Push) *string { return &p.ScanResult }},
	{"SendPicsInfo>Count", bare, func(p *Push) *string { return &p.PicCount }},
	{"SendLocationInfo>Location_X", cdata, func(p *Push) *string { return &p.LocationX }},
	{"SendLocationInfo>Location_Y", cdata, func(p *Push) *string { return &p.LocationY }},
	{"SendLocationInfo>Scale", cdata, func(p *Push) *string { return &p.Scale }},
	{"SendLocationInfo>Label", cdata, func(p *Push) *string { return &p.Label }},
	{"SendLocationInfo>Poiname", cdata, func(p *Push) *string { return &p.POIName }},
	{"KfAccount", cdata, func(p *Push) *string { return &p.KFAccount }},
	{"FromKfAccount", cdata, func(p *Push) *string { return &p.FromKFAccount }},
	{"ToKfAccount", cdata, func(p *Push) *string { return &p.ToKFAccount }},
	{"OpenID", cdata, func(p *Push) *string { return &p.OpenID }},
	{"AppID", cdata, func(p *Push) *string { return &p.EventAppID }},
	{"RevokeInfo", cdata, func(p *Push) *string { return &p.RevokeInfo }},
	{"MsgID", bare, func(p *Push) *string { return &p.MsgID }}, // TEMPLATESENDJOBFINISH, MASSSENDJOBFINISH
}

func (p *Push) elements() []element {
	if p.MsgType == "event" {
		return eventElements
	}
	return messageElements
}

// keepsEmpty names the elements that the platform writes even without a value.
func (p *Push) keepsEmpty(path string) bool {
	switch path {
	case "EventKey":
		name := strings.ToLower(p.Event)
		return name == "subscribe" || name == "unsubscribe"
	case "SendPicsInfo>Count":
		return len(p.PicMD5s) > 0
	case "SendLocationInfo>Poiname":
		return strings.EqualFold(p.Event, "location_select")
	case "Content":
		return p.MsgType == "text"
	}
	return false
}
