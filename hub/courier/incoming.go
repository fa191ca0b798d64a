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
		Preview: pushPreview(p), At: p.CreateTime * 1000, Raw: p.Raw, Grant: grant, Cause: cause}
	in.Paid = typ == "unknown_event" && strings.EqualFold(p.Event, "user_pay_from_pay_cell") ||
		typ == "subscribe" && strings.HasPrefix(p.EventKey, "last_trade_no_")
	switch typ {
	case "subscribe":
		in.Follow, in.Source = +1, strings.TrimPrefix(p.EventKey, "qrscene_")
	case "unsubscribe", "user_authorization_cancellation":
		in.Follow = -1
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

// pushPreview is the text part of a message as the list shows it; the page
// puts the kind before it, in the agent's language.
func pushPreview(p *wechat.Push) string {
	switch p.MsgType {
	case "text":
		return Preview(p.Content)
	case "voice":
		return Preview(p.Recognition)
	case "location":
		return Preview(p.Label)
	case "link", "file", "miniprogrampage":
		return Preview(p.Title)
	}
	return ""
}

// previewRunes is how much of a message the list shows.
const previewRunes = 80

// Preview makes one line of at most previewRunes characters.
func Preview(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	n := 0
	for i := range s {
		if n++; n > previewRunes {
			return s[:i]
		}
	}
	return s
}
