package sandbox

import (
	"slices"
	"strings"

	"kfdesk/hub/wechat"
)

// judge says what an answer to a push means: success, empty, reply (drawn on
// the phone) or invalid (the user sees the fault notice).
func (s *Sandbox) judge(d *push, body []byte) string {
	switch string(body) {
	case "":
		return "empty"
	case "success":
		return "success"
	}
	_, cb, err := s.way(d.user.account, "")
	if err != nil {
		return "invalid"
	}
	if cb.Mode != wechat.Plain {
		plain, err := cb.OpenReply(body)
		if err != nil && cb.Mode == wechat.Safe {
			return "invalid"
		}
		if err == nil {
			body = plain
		}
	}
	r, err := wechat.ParseReply(body)
	if err != nil || body[0] == '{' || r.ToUserName != d.body.FromUserName || r.FromUserName != d.body.ToUserName {
		return "invalid"
	}
	return s.takeReply(d, r)
}

func (s *Sandbox) takeReply(d *push, r *wechat.Reply) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := d.user
	if r.MsgType == "transfer_customer_service" {
		return s.handOver(u, d.body, r.KFAccount)
	}
	e, ok := s.replyEntry(u, d.body, r)
	if !ok {
		return "invalid"
	}
	s.show(u, e)
	if s.opt.Record {
		s.record = append(s.record, u.History[len(u.History)-1].delivered(u.OpenID))
	}
	return "reply"
}

// handOver puts the user into the queue of the platform's web tool, or keeps
// the session that is open. Events cannot be handed over.
func (s *Sandbox) handOver(u *user, p *wechat.Push, kf string) string {
	if p.MsgType == "event" {
		return "invalid"
	}
	if _, open := u.account.Sessions[u.OpenID]; open {
		return "reply"
	}
	if k := u.account.kfAccount(kf); k != nil && k.Online {
		s.openSession(u, kf)
	} else {
		u.account.Waiting[u.OpenID] = s.now().Unix()
	}
	return "reply"
}

// singleNews are the messages that may be answered with one article only.
var singleNews = []string{"text", "image", "voice", "video", "location", "link"}

func (s *Sandbox) replyEntry(u *user, p *wechat.Push, r *wechat.Reply) (e Entry, ok bool) {
	e = Entry{Dir: "account", Type: r.MsgType, Passive: true}
	file := func(id, kind string) string {
		m := u.account.Media[id]
		if m == nil || m.expired(s.now()) || m.Kind != kind {
			return ""
		}
		return m.File
	}
	body := map[string]any{}
	switch r.MsgType {
	case "text":
		body["content"] = r.Content
		ok = r.Content != "" && len(r.Content) <= maxText
	case "image", "voice":
		e.File = file(r.MediaID, r.MsgType)
		ok = e.File != ""
	case "video":
		e.File = file(r.MediaID, "video")
		body["title"], body["description"] = r.Title, r.Description
		ok = e.File != ""
	case "music":
		e.Thumb = file(r.Thumb, "thumb")
		body["title"], body["description"], body["musicurl"] = r.Title, r.Description, r.MusicURL
		ok = true
	case "news":
		limit := 8
		if slices.Contains(singleNews, p.MsgType) {
			limit = 1
		}
		var list []map[string]string
		for _, a := range r.Articles {
			list = append(list, map[string]string{"title": a.Title, "description": a.Description, "url": a.URL, "picurl": a.PicURL})
		}
		body["articles"] = list
		ok = len(list) > 0 && len(list) <= limit
		if ok {
			e.Thumb = s.linked(strings.TrimSpace(r.Articles[0].PicURL))
		}
	}
	e.Body = encode(body)
	return e, ok
}
