package sandbox

import (
	"slices"
	"unicode/utf8"
)

// userInfo is what the platform tells about a user. There is no name and no
// picture in it since 27 December 2021.
func (u *user) info() map[string]any {
	v := map[string]any{"subscribe": 0, "openid": u.OpenID}
	if u.UnionID != "" {
		v["unionid"] = u.UnionID
	}
	if !u.Following {
		return v
	}
	number, text := sceneStrings(u.QRScene)
	tags := u.Tags
	if tags == nil {
		tags = []int64{}
	}
	v["subscribe"] = 1
	v["language"] = "zh_CN"
	v["subscribe_time"] = u.SubscribedAt / 1000
	v["remark"] = u.Remark
	v["groupid"] = 0
	v["tagid_list"] = tags
	v["subscribe_scene"] = firstOf(u.Scene, "ADD_SCENE_OTHERS")
	v["qr_scene"] = number
	v["qr_scene_str"] = text
	return v
}

// userInfo is user/info.
func (c *call) userInfo() (any, *apiError) {
	openid := c.req.URL.Query().Get("openid")
	c.note.OpenID = openid
	if openid == "" {
		return nil, fail(41009)
	}
	u := c.user(c.acc, openid)
	if u == nil {
		return nil, fail(40003)
	}
	return u.info(), nil
}

// userInfos is user/info/batchget: at most 100.
func (c *call) userInfos() (any, *apiError) {
	list, ok := c.body.list("user_list")
	if !ok || len(list) == 0 {
		return nil, fail(40035)
	}
	if len(list) > 100 {
		return nil, fail(40032)
	}
	infos := []map[string]any{}
	for _, o := range list {
		u := c.user(c.acc, o.str("openid"))
		if u == nil {
			return nil, fail(40003)
		}
		infos = append(infos, u.info())
	}
	return map[string]any{"user_info_list": infos}, nil
}

// remarkUser is user/info/updateremark: fewer than 30 characters.
func (c *call) remarkUser() (any, *apiError) {
	u := c.user(c.acc, c.body.str("openid"))
	if u == nil {
		return nil, fail(40003)
	}
	remark := c.body.str("remark")
	if utf8.RuneCountInString(remark) >= 30 {
		return nil, fail(40035)
	}
	u.Remark = remark
	c.touch()
	return done, nil
}

// listUsers is user/get: the followers, 10 000 a page.
func (c *call) listUsers() (any, *apiError) {
	var all []string
	for _, u := range c.acc.Users {
		if u.Following {
			all = append(all, u.OpenID)
		}
	}
	return c.openIDPage(all, c.req.URL.Query().Get("next_openid"), 10_000)
}

// openIDPage is the part of a list that follows an openid.
func (c *call) openIDPage(all []string, after string, size int) (any, *apiError) {
	from := 0
	if after != "" {
		if from = slices.Index(all, after) + 1; from == 0 {
			return nil, fail(40003)
		}
	}
	list := all[from:min(from+size, len(all))]
	answer := map[string]any{"total": len(all), "count": len(list), "next_openid": ""}
	if len(list) > 0 {
		answer["data"] = map[string]any{"openid": list}
		answer["next_openid"] = list[len(list)-1]
	}
	return answer, nil
}
