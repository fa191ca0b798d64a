package sandbox

import (
	"cmp"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"kfdesk/hub/wechat"
)

// An Action is something that a user does on the phone.
//
// Do is a message type (text, image, voice, video, shortvideo, location, link,
// file, sticker, miniprogrampage), tap (an entry of a menu message: MenuID and
// Text), an event (follow, unfollow, scan, click, view, view_miniprogram,
// scancode_push, scancode_waitmsg, pic_sysphoto, pic_photo_or_album,
// pic_weixin, location_select, location_report, user_info_modified,
// user_authorization_revoke, user_authorization_cancellation), pay, or for
// tests message and event, which push Type as MsgType or Event.
type Action struct {
	OpenID      string  `json:"openid"`
	Do          string  `json:"do"`
	Type        string  `json:"type,omitempty"`
	Text        string  `json:"text,omitempty"`
	MenuID      string  `json:"menu_id,omitempty"`
	Key         string  `json:"key,omitempty"`   // of click and the like; URL of view; trade number of a follow after payment
	Scene       string  `json:"scene,omitempty"` // of follow and scan
	Paid        bool    `json:"paid,omitempty"`  // follow after payment
	Title       string  `json:"title,omitempty"` // link, file, mini program
	Description string  `json:"description,omitempty"`
	URL         string  `json:"url,omitempty"`
	AppID       string  `json:"appid,omitempty"` // mini program
	Path        string  `json:"path,omitempty"`
	Lat         float64 `json:"lat,omitempty"`
	Lng         float64 `json:"lng,omitempty"`
	Scale       int     `json:"scale,omitempty"`
	Label       string  `json:"label,omitempty"`
	Result      string  `json:"result,omitempty"`      // of scancode_…
	Recognition string  `json:"recognition,omitempty"` // what the speech recognition heard
	Wide        bool    `json:"wide,omitempty"`        // voice also as 16 kHz
	Sample      string  `json:"sample,omitempty"`      // a built-in file instead of File
	FileName    string  `json:"file_name,omitempty"`
	File        []byte  `json:"-"`
	Thumb       []byte  `json:"-"` // picture of a film

	stored, storedThumb string // names of File and Thumb among the files
}

// filmThumb is the picture of a film that came without one.
const filmThumb = "video-unboxing.jpg"

// Errors of Act. Their texts are codes that the phone page puts into words.
var (
	ErrNotFollowing = errors.New("not_following")
	ErrFollowing    = errors.New("following")
	ErrFile         = errors.New("bad_file")
	ErrAction       = errors.New("bad_action")
)

// Act carries out an action: the phone shows it, windows open, the push is
// queued. It returns the MsgId of a message, or "" for an event.
func (s *Sandbox) Act(a Action) (string, error) {
	if err := s.takeFiles(&a); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[a.OpenID]
	if u == nil {
		return "", errUser
	}
	switch a.Do {
	case "follow", "scan":
		return "", s.follow(u, a)
	case "pay":
		s.grant(u, "pay", s.now())
		s.tip(u, a, "pay")
		return "", nil
	}
	if !u.Following {
		return "", ErrNotFollowing
	}
	if p := s.message(u, a); p != nil {
		return s.say(u, a, p), nil
	}
	p := s.event(u, a)
	if p == nil {
		return "", ErrAction
	}
	s.happen(u, a, p)
	return "", nil
}

// takeFiles checks and keeps the files of an action.
func (s *Sandbox) takeFiles(a *Action) error {
	if a.Sample != "" {
		data, err := samples.ReadFile("demo/" + a.Sample)
		if err != nil {
			return ErrFile
		}
		a.File, a.FileName = data, a.Sample
	}
	if err := a.checkFile(); err != nil {
		return err
	}
	var err error
	if a.stored, err = s.files.put(a.File); err != nil {
		return err
	}
	a.storedThumb, err = s.files.put(a.Thumb)
	return err
}

// checkFile says whether the file fits what is done with it.
func (a *Action) checkFile() error {
	t := sniff(a.File)
	ok := true
	switch a.Do {
	case "image":
		ok = strings.HasPrefix(t, "image/")
	case "voice":
		ok = t == "audio/amr"
	case "video", "shortvideo":
		ok = t == "video/mp4"
		if len(a.Thumb) == 0 {
			a.Thumb, _ = samples.ReadFile("demo/" + filmThumb)
		}
	case "file":
		ok = len(a.File) > 0
	case "text":
		ok = a.Text != ""
		if !ok {
			return ErrAction
		}
	}
	if !ok {
		return ErrFile
	}
	return nil
}

// pushedInSession tells whether messages reach the callback too while the
// platform's own tool holds the user. Pages of the documentation differ.
const pushedInSession = false

// say shows a message on the phone, opens the window and pushes.
func (s *Sandbox) say(u *user, a Action, p *wechat.Push) string {
	now := s.now()
	p.MsgID = s.nextMsgID()
	if a.Do == "tap" {
		s.grant(u, "menu", now)
	} else {
		s.grant(u, "message", now)
	}
	e := s.own(u, a.Do, p, now)
	s.show(u, e)
	if chat, ok := u.account.Sessions[u.OpenID]; ok {
		s.keepRecord(u.account, 2003, u.OpenID, chat.KFAccount, e.text())
		if !pushedInSession {
			return p.MsgID
		}
	}
	s.push(u, p)
	return p.MsgID
}

// own is a message of the user as their phone shows it.
func (s *Sandbox) own(u *user, do string, p *wechat.Push, at time.Time) Entry {
	if do == "tap" {
		do = "text"
	}
	return Entry{Dir: "me", Type: do, Body: p.Body(), At: at.UnixMilli(), File: s.fileOf(u, p.MediaID), Thumb: s.fileOf(u, p.ThumbMediaID)}
}

func (s *Sandbox) fileOf(u *user, mediaID string) string {
	if m := u.account.Media[mediaID]; m != nil {
		return m.File
	}
	return ""
}

// nextMsgID is 64 bits wide and grows, also over a restart that lost a little.
func (s *Sandbox) nextMsgID() string {
	s.st.MsgID = max(s.st.MsgID+1, s.now().UnixMicro()*10)
	return itoa(s.st.MsgID)
}

// tip draws a grey line on the phone.
func (s *Sandbox) tip(u *user, a Action, kind string) {
	s.show(u, Entry{Dir: "tip", Type: kind, Body: encode(map[string]string{
		"key": a.Key, "scene": a.Scene, "name": u.account.button(a.Key),
	})})
}

// button is the name of the menu entry with this key.
func (a *account) button(key string) string {
	for _, b := range a.Menu {
		if b.Key == key {
			return b.Name
		}
	}
	return ""
}

// follow handles follow and scan: a scan by somebody who does not follow yet
// becomes a follow with the scene.
func (s *Sandbox) follow(u *user, a Action) error {
	now := s.now()
	p := &wechat.Push{MsgType: "event", Event: "subscribe"}
	switch {
	case u.Following && a.Do == "follow":
		return ErrFollowing
	case u.Following:
		p.Event, p.EventKey, p.Ticket = "SCAN", a.Scene, ticket(a.Scene)
		s.grant(u, "scan", now)
		s.tip(u, a, "scan")
		s.push(u, p)
		return nil
	case a.Paid:
		p.EventKey = "last_trade_no_" + cmp.Or(a.Key, "4200001"+strconv.FormatInt(now.UnixNano(), 10))
		u.Scene = "ADD_SCENE_PAID"
	case a.Scene != "":
		p.EventKey, p.Ticket = "qrscene_"+a.Scene, ticket(a.Scene)
		u.Scene = "ADD_SCENE_QR_CODE"
	default:
		u.Scene = "ADD_SCENE_SEARCH"
	}
	u.Following, u.SubscribedAt, u.QRScene = true, now.UnixMilli(), a.Scene
	s.grant(u, "follow", now)
	s.tip(u, a, "follow")
	s.push(u, p)
	return nil
}

// ticket identifies the QR code of a scene.
func ticket(scene string) string {
	sum := md5.Sum([]byte(scene))
	return "gQH" + hex.EncodeToString(sum[:])
}

// happen carries out an event other than follow and scan.
func (s *Sandbox) happen(u *user, a Action, p *wechat.Push) {
	switch a.Do {
	case "unfollow":
		u.Following, u.Message, u.Action, u.TypingUntil = false, Bucket{}, Bucket{}, 0
	case "click", "scancode_push", "scancode_waitmsg":
		s.grant(u, "menu", s.now())
	}
	switch a.Do {
	case "location_report": // the user does not notice
	case "event":
		s.tip(u, a, a.Type)
	default:
		s.tip(u, a, a.Do)
	}
	s.push(u, p)
}

// Text lets a user send a text. It returns the MsgId.
func (s *Sandbox) Text(openid, content string) (string, error) {
	return s.Act(Action{OpenID: openid, Do: "text", Text: content})
}

// Image lets a user send a picture.
func (s *Sandbox) Image(openid, name string, data []byte) (string, error) {
	return s.Act(Action{OpenID: openid, Do: "image", FileName: name, File: data})
}

// Follow lets a user follow the account, through a QR code when scene is not
// empty.
func (s *Sandbox) Follow(openid, scene string) error {
	_, err := s.Act(Action{OpenID: openid, Do: "follow", Scene: scene})
	return err
}

// Unfollow lets a user leave.
func (s *Sandbox) Unfollow(openid string) error {
	_, err := s.Act(Action{OpenID: openid, Do: "unfollow"})
	return err
}

// Scan lets a user scan a QR code with a scene.
func (s *Sandbox) Scan(openid, scene string) error {
	_, err := s.Act(Action{OpenID: openid, Do: "scan", Scene: scene})
	return err
}

// Click lets a user tap a button of the account's menu.
func (s *Sandbox) Click(openid, key string) error {
	_, err := s.Act(Action{OpenID: openid, Do: "click", Key: key})
	return err
}

// Tap lets a user tap an entry of a menu message.
func (s *Sandbox) Tap(openid, id, content string) (string, error) {
	return s.Act(Action{OpenID: openid, Do: "tap", MenuID: id, Text: content})
}

func coordinate(v float64) string { return strconv.FormatFloat(v, 'f', 6, 64) }

func fileSize(n int) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}
