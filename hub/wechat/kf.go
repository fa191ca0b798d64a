package wechat

import (
	"context"
	"io"
	"net/url"
)

const (
	pathKFAdd    = "/customservice/kfaccount/add"
	pathKFUpdate = "/customservice/kfaccount/update"
	pathKFDel    = "/customservice/kfaccount/del"
	pathKFInvite = "/customservice/kfaccount/inviteworker"
	pathKFAvatar = "/customservice/kfaccount/uploadheadimg"
	pathKFList   = "/cgi-bin/customservice/getkflist"
	pathKFOnline = "/cgi-bin/customservice/getonlinekflist"
)

// KFAccount is a customer-service account. WX is empty while nobody is bound; the
// Invite fields are set while an invitation is open.
type KFAccount struct {
	Account          string `json:"kf_account"` // prefix@wechat-id
	ID               ID     `json:"kf_id"`
	Nick             string `json:"kf_nick"`
	AvatarURL        string `json:"kf_headimgurl"`
	WX               string `json:"kf_wx"`
	OpenID           string `json:"kf_openid"`
	InviteWX         string `json:"invite_wx"`
	InviteExpireTime Int    `json:"invite_expire_time"` // Unix seconds
	InviteStatus     string `json:"invite_status"`      // waiting, rejected, expired
}

// OnlineKF is an account as the platform's own web tool sees it. An agent who
// works in another console is never online there.
type OnlineKF struct {
	Account      string `json:"kf_account"`
	ID           ID     `json:"kf_id"`
	Status       Int    `json:"status"` // 0 offline, 1 web, 2 phone, 3 both
	AcceptedCase Int    `json:"accepted_case"`
	AutoAccept   Int    `json:"auto_accept"`
	OpenID       string `json:"kf_openid"`
}

type kfBody struct {
	Account  string `json:"kf_account"`
	Nick     string `json:"nickname,omitempty"`
	InviteWX string `json:"invite_wx,omitempty"`
}

// KFList is getkflist.
func (c *Client) KFList(ctx context.Context, token string) ([]KFAccount, error) {
	var answer struct {
		List *[]KFAccount `json:"kf_list"`
	}
	if err := c.get(ctx, token, pathKFList, nil, &answer); err != nil {
		return nil, err
	}
	if answer.List == nil {
		return nil, incomplete(pathKFList)
	}
	return *answer.List, nil
}

// OnlineKFList is getonlinekflist.
func (c *Client) OnlineKFList(ctx context.Context, token string) ([]OnlineKF, error) {
	var answer struct {
		List *[]OnlineKF `json:"kf_online_list"`
	}
	if err := c.get(ctx, token, pathKFOnline, nil, &answer); err != nil {
		return nil, err
	}
	if answer.List == nil {
		return nil, incomplete(pathKFOnline)
	}
	return *answer.List, nil
}

// AddKF is kfaccount/add.
func (c *Client) AddKF(ctx context.Context, token, account, nick string) error {
	return c.post(ctx, token, pathKFAdd, kfBody{Account: account, Nick: nick}, nil)
}

// UpdateKF is kfaccount/update.
func (c *Client) UpdateKF(ctx context.Context, token, account, nick string) error {
	return c.post(ctx, token, pathKFUpdate, kfBody{Account: account, Nick: nick}, nil)
}

// DelKF is kfaccount/del. Older pages want the account in the query, newer ones
// in the body, so it is in both.
func (c *Client) DelKF(ctx context.Context, token, account string) error {
	query := authorised(token, url.Values{"kf_account": {account}})
	return c.call(ctx, jsonRequest(pathKFDel, query, encode(kfBody{Account: account})), nil)
}

// InviteKF is kfaccount/inviteworker: the person with the WeChat id wx has to
// accept on the phone.
func (c *Client) InviteKF(ctx context.Context, token, account, wx string) error {
	return c.post(ctx, token, pathKFInvite, kfBody{Account: account, InviteWX: wx}, nil)
}

// UploadKFAvatar is kfaccount/uploadheadimg: JPG, up to 5 MB.
func (c *Client) UploadKFAvatar(ctx context.Context, token, account, filename string, r io.Reader, size int64) error {
	query := authorised(token, url.Values{"kf_account": {account}})
	return c.call(ctx, fileRequest(pathKFAvatar, query, nil, asciiName(filename, "image"), r, size), nil)
}
