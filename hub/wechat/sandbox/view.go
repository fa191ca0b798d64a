package sandbox

import (
	"slices"

	"kfdesk/hub/wechat"
)

// A State is what the phone page shows. All times are ms.
type State struct {
	Version  int64         `json:"version"`
	Now      int64         `json:"now"`
	Accounts []AccountView `json:"accounts"`
	Users    []UserView    `json:"users"` // in the order they came; the most active when there are very many
	OpenID   string        `json:"openid"`
	History  []Entry       `json:"history"` // of the phone of OpenID
	Log      []Log         `json:"log"`     // newest last
	Faults   []Fault       `json:"faults"`
	Counts   Counts        `json:"counts"`
	Samples  []Action      `json:"samples"`
}

// An AccountView is an account without its secrets.
type AccountView struct {
	AppID    string      `json:"appid"`
	Name     string      `json:"name"`
	WechatID string      `json:"wechat_id"`
	Avatar   string      `json:"avatar"` // file
	Menu     []Button    `json:"menu"`
	Mode     wechat.Mode `json:"mode"`
	Profile  string      `json:"profile"`
	KF       []KFView    `json:"kf"`

	MiniPrograms []MiniProgram `json:"mini_programs"`
	Cards        []Card        `json:"cards"`
}

// A KFView is a kf account as the platform's own tools show it.
type KFView struct {
	Account string `json:"kf_account"`
	Nick    string `json:"nick"`
	Avatar  string `json:"avatar"`
	WX      string `json:"wx"`
	Online  bool   `json:"online"`
	Invite  string `json:"invite"` // waiting, rejected, expired
}

// A UserView is a user in the list of phones.
type UserView struct {
	User
	Unread      int    `json:"unread"`
	LastAt      int64  `json:"last_at"`
	TypingUntil int64  `json:"typing_until"`
	Session     string `json:"session"` // the kf_account that holds the user in the platform's own tool
}

const (
	viewUsers = 200
	viewLog   = 60
)

// State is what the page shows for the phone of a user.
func (s *Sandbox) State(openid string) State {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := State{
		Version: s.version, Now: s.now().UnixMilli(), Counts: s.counts, Log: s.log(viewLog), Samples: Samples(),
		Accounts: []AccountView{}, Users: []UserView{}, History: []Entry{}, Faults: []Fault{},
	}
	for _, a := range s.st.Accounts {
		v.Accounts = append(v.Accounts, s.accountView(a))
		for _, u := range a.Users {
			v.Users = append(v.Users, UserView{u.User, u.Unread, u.LastAt, u.TypingUntil, a.Sessions[u.OpenID].KFAccount})
		}
	}
	v.Users = mostActive(v.Users, viewUsers)
	if openid == "" && len(v.Users) > 0 {
		openid = v.Users[0].OpenID
	}
	v.OpenID = openid
	if u := s.users[openid]; u != nil {
		v.History = append(v.History, u.History...)
	}
	for _, f := range s.st.Faults {
		v.Faults = append(v.Faults, *f)
	}
	return v
}

// mostActive keeps n users without changing their order, so that a list of
// them does not jump while somebody aims at it.
func mostActive(users []UserView, n int) []UserView {
	if len(users) <= n {
		return users
	}
	times := make([]int64, len(users))
	for i, u := range users {
		times[i] = u.LastAt
	}
	slices.Sort(times)
	limit := times[len(times)-n]
	users = slices.DeleteFunc(users, func(u UserView) bool { return u.LastAt < limit })
	return users[:min(len(users), n)]
}

func (s *Sandbox) accountView(a *account) AccountView {
	v := AccountView{
		AppID: a.AppID, Name: a.Name, WechatID: a.WechatID, Avatar: a.AvatarFile,
		Menu: append([]Button{}, a.Menu...), Mode: a.Mode, Profile: a.Profile, KF: []KFView{},
		MiniPrograms: append([]MiniProgram{}, a.MiniPrograms...), Cards: append([]Card{}, a.Cards...),
	}
	for _, k := range a.KF {
		v.KF = append(v.KF, KFView{k.Account, k.Nick, k.Avatar, k.WX, k.Online, k.status(s.now())})
	}
	return v
}

// MarkRead says that the phone of a user was looked at.
func (s *Sandbox) MarkRead(openid string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[openid]
	if u == nil {
		return errUser
	}
	if u.Unread > 0 {
		u.Unread = 0
		s.touch()
	}
	return nil
}
