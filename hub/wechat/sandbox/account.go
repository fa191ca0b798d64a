package sandbox

import (
	"cmp"
	"slices"

	"kfdesk/hub/wechat"
)

// An Account is an official account as its administrator set it up.
type Account struct {
	AppID      string      `json:"appid"`
	Secret     string      `json:"secret"`
	OriginalID string      `json:"original_id"` // gh_…
	WechatID   string      `json:"wechat_id"`   // suffix of its kf accounts
	Name       string      `json:"name"`
	Avatar     []byte      `json:"-"`              // picture, kept as a file
	Kind       string      `json:"kind,omitempty"` // service (default), subscription, test
	Unverified bool        `json:"unverified,omitempty"`
	NoKF       bool        `json:"no_kf,omitempty"`   // customer service not switched on: 65400
	Profile    string      `json:"profile,omitempty"` // rules of the reply window: 2023 (default), 2021, legacy
	Voice      bool        `json:"voice,omitempty"`   // speech recognition fills Recognition
	IPs        []string    `json:"ips,omitempty"`     // whitelist for token calls; empty takes all
	Callback   string      `json:"callback,omitempty"`
	Token      string      `json:"token"`
	AESKey     string      `json:"aes_key"`
	OldAESKey  string      `json:"old_aes_key,omitempty"`
	Mode       wechat.Mode `json:"mode"`
	Menu       []Button    `json:"menu,omitempty"`

	MiniPrograms []MiniProgram `json:"linked,omitempty"` // mini programs linked to the account
	Cards        []Card        `json:"cards,omitempty"`
}

// A MiniProgram is one that the account may link to and send cards of.
type MiniProgram struct {
	AppID string `json:"appid"`
	Name  string `json:"name"`
}

// A Card is a coupon of the account that custom/send may hand out.
type Card struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Note  string `json:"note"` // the line below the title
}

// A Button is an entry of the account's menu.
type Button struct {
	Name string `json:"name"`
	Type string `json:"type"` // click, view, miniprogram, scancode_push, scancode_waitmsg, pic_…, location_select
	Key  string `json:"key"`  // key, URL or mini program path
}

// account is an Account with everything that lives in it.
type account struct {
	Account
	AvatarFile string             `json:"avatar_file,omitempty"`
	Users      []*user            `json:"users"`
	Tokens     []*token           `json:"tokens"`
	Refreshes  refreshes          `json:"refreshes"`
	KF         []*kfAccount       `json:"kf"`
	KFSerial   int64              `json:"kf_serial"`
	Sessions   map[string]session `json:"sessions"` // by openid
	Waiting    map[string]int64   `json:"waiting"`  // openid → since, handed over and not taken
	Records    []chatRecord       `json:"records"`
	Media      map[string]*medium `json:"media"`
	Articles   []*Article         `json:"articles"`
	Tags       []*tag             `json:"tags"`
	Used       map[string]int     `json:"used"` // calls by path on Day
	Day        string             `json:"day"`
	Clears     int                `json:"clears"` // quota clearings in Month
	Month      string             `json:"month"`
}

// AddAccount makes an account, or changes the settings of the one with this
// AppID; its users, tokens and files stay.
func (s *Sandbox) AddAccount(a Account) error {
	a.Kind = cmp.Or(a.Kind, "service")
	a.Profile = cmp.Or(a.Profile, "2023")
	if a.Mode == "" {
		a.Mode = "safe"
	}
	var avatar string
	if len(a.Avatar) > 0 {
		var err error
		if avatar, err = s.files.put(a.Avatar); err != nil {
			return err
		}
		a.Avatar = nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	acc := s.account(a.AppID)
	if acc == nil {
		acc = &account{}
		acc.init()
		s.st.Accounts = append(s.st.Accounts, acc)
	}
	acc.Account = a
	acc.AvatarFile = cmp.Or(avatar, acc.AvatarFile)
	s.touch()
	return nil
}

func (a *account) init() {
	if a.Sessions == nil {
		a.Sessions = map[string]session{}
	}
	if a.Waiting == nil {
		a.Waiting = map[string]int64{}
	}
	if a.Media == nil {
		a.Media = map[string]*medium{}
	}
	if a.Used == nil {
		a.Used = map[string]int{}
	}
}

// Account returns the settings of an account.
func (s *Sandbox) Account(appid string) (Account, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.account(appid); a != nil {
		return a.Account, true
	}
	return Account{}, false
}

func (s *Sandbox) account(appid string) *account {
	i := slices.IndexFunc(s.st.Accounts, func(a *account) bool { return a.AppID == appid })
	if i < 0 {
		return nil
	}
	return s.st.Accounts[i]
}

// linked says whether a mini program belongs to the account.
func (a *account) linked(appid string) bool {
	return slices.ContainsFunc(a.MiniPrograms, func(m MiniProgram) bool { return m.AppID == appid })
}

// user finds a user of this account.
func (s *Sandbox) user(a *account, openid string) *user {
	if u := s.users[openid]; u != nil && u.account == a {
		return u
	}
	return nil
}
