package sandbox

import (
	"slices"
	"unicode/utf8"
)

type tag struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

const (
	maxTags     = 100
	maxUserTags = 20
)

func (a *account) tag(id int64) *tag {
	i := slices.IndexFunc(a.Tags, func(t *tag) bool { return t.ID == id })
	if i < 0 {
		return nil
	}
	return a.Tags[i]
}

// tagName checks the name of a tag that is made or renamed.
func (c *call) tagName(id int64) (string, *apiError) {
	name := c.body.obj("tag").str("name")
	switch {
	case name == "":
		return "", fail(45157)
	case utf8.RuneCountInString(name) > 30:
		return "", fail(45158)
	case slices.ContainsFunc(c.acc.Tags, func(t *tag) bool { return t.Name == name && t.ID != id }):
		return "", fail(45157)
	}
	return name, nil
}

// createTag is tags/create.
func (c *call) createTag() (any, *apiError) {
	name, err := c.tagName(0)
	switch {
	case err != nil:
		return nil, err
	case len(c.acc.Tags) >= maxTags:
		return nil, fail(45056)
	}
	t := &tag{ID: 100 + c.serial(), Name: name}
	c.acc.Tags = append(c.acc.Tags, t)
	c.touch()
	return map[string]any{"tag": t}, nil
}

// listTags is tags/get.
func (c *call) listTags() (any, *apiError) {
	list := []map[string]any{}
	for _, t := range c.acc.Tags {
		n := 0
		for _, u := range c.acc.Users {
			if slices.Contains(u.Tags, t.ID) {
				n++
			}
		}
		list = append(list, map[string]any{"id": t.ID, "name": t.Name, "count": n})
	}
	return map[string]any{"tags": list}, nil
}

// namedTag finds the tag of {"tag":{"id":…}}; 0 to 2 are the platform's own.
func (c *call) namedTag() (*tag, *apiError) {
	id := c.body.obj("tag").num("id", -1)
	if id >= 0 && id <= 2 {
		return nil, fail(45058)
	}
	if t := c.acc.tag(id); t != nil {
		return t, nil
	}
	return nil, fail(45159)
}

// updateTag is tags/update.
func (c *call) updateTag() (any, *apiError) {
	t, err := c.namedTag()
	if err != nil {
		return nil, err
	}
	if t.Name, err = c.tagName(t.ID); err != nil {
		return nil, err
	}
	c.touch()
	return done, nil
}

// deleteTag is tags/delete.
func (c *call) deleteTag() (any, *apiError) {
	t, err := c.namedTag()
	if err != nil {
		return nil, err
	}
	c.acc.Tags = slices.DeleteFunc(c.acc.Tags, func(o *tag) bool { return o == t })
	for _, u := range c.acc.Users {
		u.Tags = slices.DeleteFunc(u.Tags, func(id int64) bool { return id == t.ID })
	}
	c.touch()
	return done, nil
}

// listed finds the users of an openid_list of at most n.
func (c *call) listed(n int) ([]*user, *apiError) {
	ids, ok := c.body.strs("openid_list")
	if !ok || len(ids) == 0 {
		return nil, fail(40035)
	}
	if len(ids) > n {
		return nil, fail(40032)
	}
	var list []*user
	for _, id := range ids {
		switch u := c.users[id]; {
		case u == nil:
			return nil, fail(40003)
		case u.account != c.acc:
			return nil, fail(49003)
		default:
			list = append(list, u)
		}
	}
	return list, nil
}

// tagUsers is tags/members/batchtagging.
func (c *call) tagUsers() (any, *apiError) { return c.setTag(true) }

// untagUsers is tags/members/batchuntagging.
func (c *call) untagUsers() (any, *apiError) { return c.setTag(false) }

func (c *call) setTag(on bool) (any, *apiError) {
	users, err := c.listed(50)
	if err != nil {
		return nil, err
	}
	id := c.body.num("tagid", -1)
	if c.acc.tag(id) == nil {
		return nil, fail(45159)
	}
	for _, u := range users {
		if on && !slices.Contains(u.Tags, id) && len(u.Tags) >= maxUserTags {
			return nil, fail(45059)
		}
	}
	for _, u := range users {
		u.Tags = slices.DeleteFunc(u.Tags, func(t int64) bool { return t == id })
		if on {
			u.Tags = append(u.Tags, id)
		}
	}
	c.touch()
	return done, nil
}

// userTags is tags/getidlist.
func (c *call) userTags() (any, *apiError) {
	u := c.user(c.acc, c.body.str("openid"))
	if u == nil {
		return nil, fail(40003)
	}
	return map[string]any{"tagid_list": append([]int64{}, u.Tags...)}, nil
}

// tagged is user/tag/get: the followers with a tag.
func (c *call) tagged() (any, *apiError) {
	id := c.body.num("tagid", -1)
	if c.acc.tag(id) == nil {
		return nil, fail(45159)
	}
	var all []string
	for _, u := range c.acc.Users {
		if slices.Contains(u.Tags, id) {
			all = append(all, u.OpenID)
		}
	}
	return c.openIDPage(all, c.body.str("next_openid"), 10_000)
}

// blockUsers is tags/members/batchblacklist.
func (c *call) blockUsers() (any, *apiError) { return c.setBlocked(true) }

// unblockUsers is tags/members/batchunblacklist.
func (c *call) unblockUsers() (any, *apiError) { return c.setBlocked(false) }

func (c *call) setBlocked(on bool) (any, *apiError) {
	users, err := c.listed(20)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		u.Blocked = on
	}
	c.touch()
	return done, nil
}

// listBlocked is tags/members/getblacklist: 1000 a page.
func (c *call) listBlocked() (any, *apiError) {
	var all []string
	for _, u := range c.acc.Users {
		if u.Blocked {
			all = append(all, u.OpenID)
		}
	}
	return c.openIDPage(all, c.body.str("begin_openid"), 1000)
}
