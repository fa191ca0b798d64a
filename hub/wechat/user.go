package wechat

import (
	"context"
	"net/url"
)

const (
	pathUserInfo    = "/cgi-bin/user/info"
	pathUserBatch   = "/cgi-bin/user/info/batchget"
	pathUserList    = "/cgi-bin/user/get"
	pathUserRemark  = "/cgi-bin/user/info/updateremark"
	pathBlacklist   = "/cgi-bin/tags/members/getblacklist"
	pathBlacklisted = "/cgi-bin/tags/members/batchblacklist"
	pathUnblacklist = "/cgi-bin/tags/members/batchunblacklist"
)

// UserInfo is what the platform tells of a customer. Since the end of 2021 that
// is neither a name nor a picture.
type UserInfo struct {
	Subscribe      Int    `json:"subscribe"` // 0: does not follow, and the rest is empty
	OpenID         string `json:"openid"`
	UnionID        string `json:"unionid"`
	Language       string `json:"language"`
	SubscribeTime  Int    `json:"subscribe_time"`
	Remark         string `json:"remark"`
	TagIDs         []Int  `json:"tagid_list"`
	SubscribeScene string `json:"subscribe_scene"`
	QRScene        Int    `json:"qr_scene"`
	QRSceneStr     string `json:"qr_scene_str"`
}

// UserInfo is user/info.
func (c *Client) UserInfo(ctx context.Context, token, openid string) (UserInfo, error) {
	var answer UserInfo
	err := c.get(ctx, token, pathUserInfo, url.Values{"openid": {openid}, "lang": {"zh_CN"}}, &answer)
	if err == nil && answer.OpenID == "" {
		return answer, incomplete(pathUserInfo)
	}
	return answer, err
}

// UserInfos is user/info/batchget, for at most 100 customers.
func (c *Client) UserInfos(ctx context.Context, token string, openids []string) ([]UserInfo, error) {
	type user struct {
		OpenID string `json:"openid"`
		Lang   string `json:"lang"`
	}
	var body struct {
		List []user `json:"user_list"`
	}
	for _, id := range openids {
		body.List = append(body.List, user{id, "zh_CN"})
	}
	var answer struct {
		List []UserInfo `json:"user_info_list"`
	}
	err := c.post(ctx, token, pathUserBatch, body, &answer)
	return answer.List, err
}

// OpenIDPage is one page of openids. Next is empty on the last page.
type OpenIDPage struct {
	Total   int
	OpenIDs []string
	Next    string
}

type openIDAnswer struct {
	Total Int `json:"total"`
	Count Int `json:"count"`
	Data  struct {
		OpenIDs []string `json:"openid"`
	} `json:"data"`
	Next string `json:"next_openid"`
}

func (a *openIDAnswer) page() OpenIDPage {
	if len(a.Data.OpenIDs) == 0 {
		a.Next = "" // the page after the last one repeats its own beginning
	}
	return OpenIDPage{int(a.Total), a.Data.OpenIDs, a.Next}
}

// Followers is user/get, 10,000 a page. Begin with an empty next.
func (c *Client) Followers(ctx context.Context, token, next string) (OpenIDPage, error) {
	var answer openIDAnswer
	err := c.get(ctx, token, pathUserList, url.Values{"next_openid": {next}}, &answer)
	return answer.page(), err
}

// UpdateRemark is user/info/updateremark, under 30 characters.
func (c *Client) UpdateRemark(ctx context.Context, token, openid, remark string) error {
	return c.post(ctx, token, pathUserRemark, struct {
		OpenID string `json:"openid"`
		Remark string `json:"remark"`
	}{openid, remark}, nil)
}

// Blacklist is getblacklist. Begin with an empty begin.
func (c *Client) Blacklist(ctx context.Context, token, begin string) (OpenIDPage, error) {
	var answer openIDAnswer
	err := c.post(ctx, token, pathBlacklist, struct {
		Begin string `json:"begin_openid"`
	}{begin}, &answer)
	return answer.page(), err
}

type openIDList struct {
	OpenIDs []string `json:"openid_list"`
}

// AddBlacklist is batchblacklist, at most 20 at once.
func (c *Client) AddBlacklist(ctx context.Context, token string, openids ...string) error {
	return c.post(ctx, token, pathBlacklisted, openIDList{openids}, nil)
}

// RemoveBlacklist is batchunblacklist, at most 20 at once.
func (c *Client) RemoveBlacklist(ctx context.Context, token string, openids ...string) error {
	return c.post(ctx, token, pathUnblacklist, openIDList{openids}, nil)
}
