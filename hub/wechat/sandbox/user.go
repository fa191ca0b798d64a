package sandbox

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"
)

// A User is a person with a phone, as the platform knows them. The name is on
// the phone only: no API gives it away.
type User struct {
	OpenID       string  `json:"openid"`
	AppID        string  `json:"appid"`
	Name         string  `json:"name"`
	UnionID      string  `json:"unionid,omitempty"`
	Following    bool    `json:"following"`
	SubscribedAt int64   `json:"subscribed_at,omitempty"` // ms
	Scene        string  `json:"scene,omitempty"`         // ADD_SCENE_…
	QRScene      string  `json:"qr_scene,omitempty"`
	Remark       string  `json:"remark,omitempty"`
	Tags         []int64 `json:"tags,omitempty"`
	Blocked      bool    `json:"blocked,omitempty"` // on the account's blacklist
	Refuses      bool    `json:"refuses,omitempty"` // switched off messages of the account: 48002
	Message      Bucket  `json:"message"`           // set by a message
	Action       Bucket  `json:"action"`            // set by menu, follow, scan, menu-message tap
}

type user struct {
	User
	Unread      int     `json:"unread"`
	LastAt      int64   `json:"last_at"`      // ms, last message in either direction
	TypingUntil int64   `json:"typing_until"` // ms
	LastPush    int64   `json:"last_push"`    // s, CreateTime of the latest push
	History     []Entry `json:"history"`
	account     *account
	held        *push // a push that waits to be overtaken
}

// An Entry is one line on the phone.
type Entry struct {
	ID        int64   `json:"id"`
	At        int64   `json:"at"`  // ms
	Dir       string  `json:"dir"` // me, account, tip
	Type      string  `json:"type"`
	KFAccount string  `json:"kf_account,omitempty"`
	Nick      string  `json:"nick,omitempty"`
	Avatar    string  `json:"avatar,omitempty"` // file of the agent's picture as it was then
	Body      rawJSON `json:"body,omitempty"`
	File      string  `json:"file,omitempty"`    // picture, sound, film
	Thumb     string  `json:"thumb,omitempty"`   // picture of a film or card
	Seconds   int     `json:"seconds,omitempty"` // of a voice or film
	Passive   bool    `json:"passive,omitempty"`
	AI        bool    `json:"ai,omitempty"` // shown as made by an AI
}

const historyCap = 200 // entries kept on each phone

// show adds a line to the phone.
func (s *Sandbox) show(u *user, e Entry) {
	e.ID = s.serial()
	switch e.Type {
	case "voice", "video", "shortvideo":
		e.Seconds = s.seconds(e.File)
	}
	if e.At == 0 {
		e.At = s.now().UnixMilli()
	}
	if len(u.History) >= historyCap {
		u.History = slices.Delete(u.History, 0, len(u.History)-historyCap+1)
	}
	u.History = append(u.History, e)
	switch e.Dir {
	case "account":
		u.Unread++
		u.TypingUntil = 0
		u.LastAt = e.At
	case "me":
		u.LastAt = e.At
	}
	s.touch()
}

var (
	errUser    = errors.New("sandbox: no such user")
	errAccount = errors.New("sandbox: no such account")
)

// AddUser makes a user of an account. OpenID is made up when empty; a user
// who follows gets no push for it.
func (s *Sandbox) AddUser(u User) (User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.AppID == "" && len(s.st.Accounts) > 0 {
		u.AppID = s.st.Accounts[0].AppID
	}
	acc := s.account(u.AppID)
	if acc == nil {
		return User{}, errAccount
	}
	u.OpenID = cmp.Or(u.OpenID, newOpenID())
	if s.users[u.OpenID] != nil {
		return User{}, errors.New("sandbox: this openid exists")
	}
	if u.Following && u.SubscribedAt == 0 {
		u.SubscribedAt = s.now().UnixMilli()
		u.Scene = cmp.Or(u.Scene, "ADD_SCENE_SEARCH")
	}
	s.addUser(acc, &user{User: u})
	s.touch()
	return u, nil
}

func (s *Sandbox) addUser(acc *account, u *user) {
	u.account = acc
	acc.Users = append(acc.Users, u)
	s.users[u.OpenID] = u
}

// User returns a user as they are now.
func (s *Sandbox) User(openid string) (User, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.users[openid]; u != nil {
		return u.User, true
	}
	return User{}, false
}

// SetUser changes what only the platform or the user decides: name, remark,
// union id, blacklist, refusal of messages. Following and the windows move
// by actions alone.
func (s *Sandbox) SetUser(v User) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[v.OpenID]
	if u == nil {
		return errUser
	}
	u.Name, u.Remark, u.UnionID, u.Blocked, u.Refuses = v.Name, v.Remark, v.UnionID, v.Blocked, v.Refuses
	s.touch()
	return nil
}

// newOpenID makes 28 characters that begin with o.
func newOpenID() string {
	return "o" + randomText(27)
}

// randomText is made of A-Z a-z 0-9 _ and -.
func randomText(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)[:n]
}

// A Delivered is a reply that arrived on a phone.
type Delivered struct {
	OpenID    string    `json:"openid"`
	At        time.Time `json:"at"` // sandbox time
	Type      string    `json:"type"`
	KFAccount string    `json:"kf_account,omitempty"`
	Nick      string    `json:"nick,omitempty"`
	Body      rawJSON   `json:"body"`           // the object named like the type
	Raw       []byte    `json:"-"`              // whole request, with Options.Record
	File      string    `json:"file,omitempty"` // for File
	Passive   bool      `json:"passive,omitempty"`
}

// Text is the content of a text reply, or "".
func (d Delivered) Text() string {
	o, _ := parseObject(d.Body, true)
	return o.str("content")
}

// Received lists what arrived on a phone, oldest first; with Options.Record
// all of it, else what the phone still shows.
func (s *Sandbox) Received(openid string) []Delivered {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.received(openid)
}

func (s *Sandbox) received(openid string) []Delivered {
	var list []Delivered
	if s.opt.Record {
		for _, d := range s.record {
			if d.OpenID == openid {
				list = append(list, d)
			}
		}
		return list
	}
	if u := s.users[openid]; u != nil {
		for _, e := range u.History {
			if e.Dir == "account" {
				list = append(list, e.delivered(openid))
			}
		}
	}
	return list
}

func (e Entry) delivered(openid string) Delivered {
	return Delivered{
		OpenID: openid, At: time.UnixMilli(e.At), Type: e.Type, KFAccount: e.KFAccount,
		Nick: e.Nick, Body: e.Body, File: e.File, Passive: e.Passive,
	}
}

// Await waits until n replies have arrived on a phone and returns them.
// Without Options.Record n may not be more than a phone shows.
func (s *Sandbox) Await(ctx context.Context, openid string, n int) (list []Delivered, err error) {
	err = s.wait(ctx, func() bool {
		list = s.received(openid)
		return len(list) >= n
	})
	return list, err
}

// History is what the phone shows, oldest first.
func (s *Sandbox) History(openid string) []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.users[openid]; u != nil {
		return slices.Clone(u.History)
	}
	return nil
}

// typing says whether the phone shows the typing notice.
func (u *user) typing(now time.Time) bool { return u.TypingUntil > now.UnixMilli() }

// sceneStrings splits a scene value as user/info shows it.
func sceneStrings(scene string) (number int64, text string) {
	if scene != "" && strings.Trim(scene, "0123456789") == "" && len(scene) <= 10 {
		var n int64
		for _, c := range scene {
			n = n*10 + int64(c-'0')
		}
		return n, ""
	}
	return 0, scene
}
