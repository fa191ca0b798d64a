package courier

import (
	"strings"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// Incoming turns a push into what the store takes.
func Incoming(accountID int64, p *wechat.Push) store.Incoming {
	dir, typ := p.Kind()
	grant, cause := p.Grant()
	in := store.Incoming{Account: accountID, OpenID: p.FromUserName, Dedupe: p.DedupeKey(), Dir: dir, Type: typ, Body: p.Body(),
		At: p.CreateTime * 1000, Raw: p.Raw, Grant: grant, Cause: cause}
	in.Paid = typ == "unknown_event" && strings.EqualFold(p.Event, "user_pay_from_pay_cell") ||
		typ == "subscribe" && strings.HasPrefix(p.EventKey, "last_trade_no_")
	switch typ {
	case "subscribe":
		in.Follow, in.Source = +1, strings.TrimPrefix(p.EventKey, "qrscene_")
	case "unsubscribe", "user_authorization_cancellation":
		in.Follow = -1
	case "kf_create_session":
		in.Session = &p.KFAccount
	case "kf_switch_session":
		in.Session = &p.ToKFAccount
	case "kf_close_session":
		in.Session = new(string)
	case "image":
		in.Media = &store.Wanted{Kind: "image", Source: p.MediaID, URL: p.PicURL}
	case "voice":
		in.Media = &store.Wanted{Kind: "voice", Source: p.MediaID}
	case "video", "shortvideo":
		in.Media = &store.Wanted{Kind: "video", Source: p.MediaID}
		in.Thumb = &store.Wanted{Kind: "thumb", Source: p.ThumbMediaID}
	case "miniprogrampage":
		if p.ThumbMediaID != "" || p.ThumbURL != "" {
			in.Thumb = &store.Wanted{Kind: "thumb", Source: p.ThumbMediaID, URL: p.ThumbURL}
		}
	}
	return in
}
