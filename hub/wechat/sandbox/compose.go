package sandbox

import (
	"cmp"
	"crypto/md5"
	"encoding/hex"
	"strconv"

	"kfdesk/hub/wechat"
)

// message makes the push of a message, nil for what is not one.
func (s *Sandbox) message(u *user, a Action) *wechat.Push {
	p := &wechat.Push{MsgType: a.Do}
	switch a.Do {
	case "text":
		p.Content = a.Text
	case "tap":
		p.MsgType, p.Content, p.MenuID = "text", a.Text, a.MenuID
	case "sticker":
		p.MsgType, p.Content = "text", wechat.Unsupported
	case "image":
		m := s.newMedium(u.account, "image", a.FileName, a.stored)
		p.MediaID, p.PicURL = m.ID, s.link(m.File)
	case "voice":
		s.voice(u, a, p)
	case "video", "shortvideo":
		p.MediaID = s.newMedium(u.account, "video", cmp.Or(a.FileName, "video.mp4"), a.stored).ID
		p.ThumbMediaID = s.newMedium(u.account, "thumb", "thumb.jpg", a.storedThumb).ID
	case "location":
		p.LocationX, p.LocationY = coordinate(a.Lat), coordinate(a.Lng)
		p.Scale, p.Label = strconv.Itoa(cmp.Or(a.Scale, 16)), a.Label
	case "link":
		p.Title, p.Description, p.URL = a.Title, a.Description, a.URL
	case "file":
		sum := md5.Sum(a.File)
		p.Title, p.Description = cmp.Or(a.Title, a.FileName), fileSize(len(a.File))
		p.FileKey, p.FileMD5, p.FileSize = randomText(48), hex.EncodeToString(sum[:]), strconv.Itoa(len(a.File))
	case "miniprogrampage":
		p.Title, p.AppID, p.PagePath = a.Title, a.AppID, a.Path
		if a.stored != "" {
			m := s.newMedium(u.account, "image", "thumb.jpg", a.stored)
			p.ThumbMediaID, p.ThumbURL = m.ID, s.link(m.File)
		}
	case "message":
		p.MsgType, p.Content = a.Type, a.Text
	default:
		return nil
	}
	return p
}

// voice has a second id for 16 kHz when asked, and the recognised text when the
// account has recognition switched on.
func (s *Sandbox) voice(u *user, a Action, p *wechat.Push) {
	p.MediaID = s.newMedium(u.account, "voice", "voice.amr", a.stored).ID
	p.Format = "amr"
	if a.Wide {
		p.MediaID16K = s.newMedium(u.account, "voice", "voice16k.amr", a.stored).ID
	}
	if u.account.Voice {
		p.Recognition = a.Recognition
	}
}

// event makes the push of an event, nil for what is not one.
func (s *Sandbox) event(u *user, a Action) *wechat.Push {
	p := &wechat.Push{MsgType: "event", Event: a.Do, EventKey: a.Key}
	switch a.Do {
	case "unfollow":
		p.Event = "unsubscribe"
	case "click":
		p.Event = "CLICK"
	case "view":
		p.Event = "VIEW"
	case "view_miniprogram":
	case "scancode_push", "scancode_waitmsg":
		p.ScanType, p.ScanResult = "qrcode", a.Result
	case "pic_sysphoto", "pic_photo_or_album", "pic_weixin":
		sum := md5.Sum(a.File)
		p.PicCount, p.PicMD5s = "1", []string{hex.EncodeToString(sum[:])}
	case "location_select":
		p.LocationX, p.LocationY = coordinate(a.Lat), coordinate(a.Lng)
		p.Scale, p.Label = strconv.Itoa(cmp.Or(a.Scale, 15)), a.Label
	case "location_report":
		p.Event, p.EventKey = "LOCATION", ""
		p.Latitude, p.Longitude, p.Precision = coordinate(a.Lat), coordinate(a.Lng), "119.385040"
	case "user_info_modified", "user_authorization_revoke", "user_authorization_cancellation":
		p.OpenID, p.EventAppID, p.RevokeInfo = u.OpenID, u.account.AppID, a.Key
		p.EventKey = ""
	case "event":
		p.Event = a.Type
	default:
		return nil
	}
	return p
}
