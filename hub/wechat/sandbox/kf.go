package sandbox

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// kfAccount is a customer-service account (kf_account).
type kfAccount struct {
	Account      string `json:"account"`
	ID           int64  `json:"id"`
	Nick         string `json:"nick"`
	Avatar       string `json:"avatar,omitempty"` // file
	WX           string `json:"wx,omitempty"`     // WeChat id of the person bound to it
	OpenID       string `json:"openid,omitempty"`
	InviteWX     string `json:"invite_wx,omitempty"`
	InviteUntil  int64  `json:"invite_until,omitempty"` // s
	InviteStatus string `json:"invite_status,omitempty"`
	Online       bool   `json:"online"` // in the platform's own web tool
}

const (
	maxKF       = 100
	maxPerson   = 5 // kf accounts of one WeChat user
	inviteLife  = 24 * time.Hour
	maxKFAvatar = 5 << 20
)

var (
	kfPrefix  = regexp.MustCompile(`^[A-Za-z0-9_]{1,10}$`)
	wechatIDs = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{5,19}$`)
)

func (a *account) kfAccount(name string) *kfAccount {
	i := slices.IndexFunc(a.KF, func(k *kfAccount) bool { return k.Account == name })
	if i < 0 {
		return nil
	}
	return a.KF[i]
}

// status is the state of an invitation now, "" without one.
func (k *kfAccount) status(now time.Time) string {
	if k.InviteStatus == "waiting" && now.Unix() >= k.InviteUntil {
		return "expired"
	}
	return k.InviteStatus
}

// kf finds the account a call is about, by body or query.
func (c *call) kf() (*kfAccount, *apiError) {
	if c.acc.NoKF {
		return nil, fail(65400)
	}
	name := firstOf(c.body.str("kf_account"), c.req.URL.Query().Get("kf_account"))
	c.note.KFAccount = name
	if k := c.acc.kfAccount(name); k != nil {
		return k, nil
	}
	return nil, fail(65401)
}

// addKF is kfaccount/add.
func (c *call) addKF() (any, *apiError) {
	k := &kfAccount{Account: c.body.str("kf_account"), Nick: c.body.str("nickname")}
	c.note.KFAccount = k.Account
	prefix, suffix, _ := strings.Cut(k.Account, "@")
	switch {
	case c.acc.NoKF:
		return nil, fail(65400)
	case !kfPrefix.MatchString(prefix), suffix != cmp.Or(c.acc.WechatID, c.acc.OriginalID):
		return nil, fail(65404)
	case !goodNick(k.Nick):
		return nil, fail(65403)
	case c.acc.kfAccount(k.Account) != nil:
		return nil, fail(65406)
	case len(c.acc.KF) >= maxKF:
		return nil, fail(65405)
	}
	c.acc.insertKF(k)
	c.touch()
	return done, nil
}

func (a *account) insertKF(k *kfAccount) {
	a.KFSerial++
	k.ID = 1000 + a.KFSerial
	a.KF = append(a.KF, k)
}

func goodNick(nick string) bool {
	return strings.TrimSpace(nick) != "" && utf8.RuneCountInString(nick) <= 16
}

// updateKF is kfaccount/update.
func (c *call) updateKF() (any, *apiError) {
	k, err := c.kf()
	if err != nil {
		return nil, err
	}
	nick := c.body.str("nickname")
	if !goodNick(nick) {
		return nil, fail(65403)
	}
	k.Nick = nick
	c.touch()
	return done, nil
}

// deleteKF is kfaccount/del, by GET or POST.
func (c *call) deleteKF() (any, *apiError) {
	k, err := c.kf()
	if err != nil {
		return nil, err
	}
	c.acc.KF = slices.DeleteFunc(c.acc.KF, func(o *kfAccount) bool { return o == k })
	for openid, s := range c.acc.Sessions {
		if s.KFAccount == k.Account {
			delete(c.acc.Sessions, openid)
		}
	}
	c.touch()
	return done, nil
}

// inviteKF is kfaccount/inviteworker.
func (c *call) inviteKF() (any, *apiError) {
	k, err := c.kf()
	if err != nil {
		return nil, err
	}
	now, wx := c.now(), c.body.str("invite_wx")
	switch {
	case k.WX != "":
		return nil, fail(65412)
	case k.status(now) == "waiting":
		return nil, fail(65411)
	case !wechatIDs.MatchString(wx):
		return nil, fail(65409)
	}
	for _, o := range c.acc.KF {
		if o.WX == wx {
			return nil, fail(65407)
		}
		if o.InviteWX == wx && o.status(now) == "waiting" {
			return nil, fail(65408)
		}
	}
	if c.bindings(wx) >= maxPerson {
		return nil, fail(65410)
	}
	k.InviteWX, k.InviteStatus, k.InviteUntil = wx, "waiting", now.Add(inviteLife).Unix()
	c.touch()
	return done, nil
}

// bindings counts the kf accounts of a person, over all official accounts.
func (s *Sandbox) bindings(wx string) int {
	n := 0
	for _, a := range s.st.Accounts {
		for _, k := range a.KF {
			if k.WX == wx {
				n++
			}
		}
	}
	return n
}

// AnswerInvite lets the invited person accept or reject. It reports whether
// an invitation was open.
func (s *Sandbox) AnswerInvite(appid, kfAccount string, accept bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.account(appid)
	if a == nil {
		return false
	}
	k := a.kfAccount(kfAccount)
	if k == nil || k.status(s.now()) != "waiting" {
		return false
	}
	if accept {
		k.WX, k.OpenID = k.InviteWX, newOpenID()
		k.InviteWX, k.InviteStatus, k.InviteUntil = "", "", 0
	} else {
		k.InviteStatus = "rejected"
	}
	s.touch()
	return true
}

// SetOnline signs a kf account in to the platform's web tool, or out.
func (s *Sandbox) SetOnline(appid, kfAccount string, online bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.account(appid)
	if a == nil {
		return false
	}
	k := a.kfAccount(kfAccount)
	if k == nil {
		return false
	}
	k.Online = online
	s.touch()
	return true
}

// avatarKF is kfaccount/uploadheadimg: JPG only.
func (c *call) avatarKF() (any, *apiError) {
	k, err := c.kf()
	switch {
	case err != nil:
		return nil, err
	case !isJPEG(c.upload.data):
		return nil, fail(40005)
	case len(c.upload.data) > maxKFAvatar:
		return nil, fail(40009)
	}
	k.Avatar = c.upload.file
	c.touch()
	return done, nil
}

func isJPEG(b []byte) bool { return bytes.HasPrefix(b, []byte("\xff\xd8\xff")) }

type kfView struct {
	Account      string `json:"kf_account"`
	HeadImgURL   string `json:"kf_headimgurl"`
	ID           string `json:"kf_id"`
	Nick         string `json:"kf_nick"`
	WX           string `json:"kf_wx,omitempty"`
	OpenID       string `json:"kf_openid,omitempty"`
	InviteWX     string `json:"invite_wx,omitempty"`
	InviteUntil  int64  `json:"invite_expire_time,omitempty"`
	InviteStatus string `json:"invite_status,omitempty"`
}

// listKF is getkflist.
func (c *call) listKF() (any, *apiError) {
	if c.acc.NoKF {
		return nil, fail(65400)
	}
	list := []kfView{}
	for _, k := range c.acc.KF {
		list = append(list, kfView{
			Account: k.Account, HeadImgURL: c.link(k.Avatar), ID: itoa(k.ID), Nick: k.Nick,
			WX: k.WX, OpenID: k.OpenID, InviteWX: k.InviteWX,
			InviteUntil: k.InviteUntil, InviteStatus: k.status(c.now()),
		})
	}
	return map[string]any{"kf_list": list}, nil
}

// listOnlineKF is getonlinekflist.
func (c *call) listOnlineKF() (any, *apiError) {
	if c.acc.NoKF {
		return nil, fail(65400)
	}
	type online struct {
		Account  string `json:"kf_account"`
		Status   int    `json:"status"`
		ID       string `json:"kf_id"`
		Accepted int    `json:"accepted_case"`
	}
	list := []online{}
	for _, k := range c.acc.KF {
		if k.Online {
			list = append(list, online{k.Account, 1, itoa(k.ID), c.acc.cases(k.Account)})
		}
	}
	return map[string]any{"kf_online_list": list}, nil
}
