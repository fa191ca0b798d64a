package wechat

import "context"

const (
	pathTagCreate  = "/cgi-bin/tags/create"
	pathTags       = "/cgi-bin/tags/get"
	pathTagUpdate  = "/cgi-bin/tags/update"
	pathTagDelete  = "/cgi-bin/tags/delete"
	pathTagMembers = "/cgi-bin/user/tag/get"
	pathTagging    = "/cgi-bin/tags/members/batchtagging"
	pathUntagging  = "/cgi-bin/tags/members/batchuntagging"
	pathTagsOf     = "/cgi-bin/tags/getidlist"
)

// Tag is a user tag. 0, 1 and 2 are the platform's own.
type Tag struct {
	ID    Int    `json:"id"`
	Name  string `json:"name"`
	Count Int    `json:"count"`
}

type tagFields struct {
	ID   int64  `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

type tagBody struct {
	Tag tagFields `json:"tag"`
}

// CreateTag is tags/create: at most 100, names up to 30 bytes.
func (c *Client) CreateTag(ctx context.Context, token, name string) (Tag, error) {
	var answer struct {
		Tag Tag `json:"tag"`
	}
	err := c.post(ctx, token, pathTagCreate, tagBody{tagFields{Name: name}}, &answer)
	if err == nil && answer.Tag.ID == 0 {
		err = incomplete(pathTagCreate)
	}
	return answer.Tag, err
}

// Tags is tags/get.
func (c *Client) Tags(ctx context.Context, token string) ([]Tag, error) {
	var answer struct {
		Tags []Tag `json:"tags"`
	}
	err := c.get(ctx, token, pathTags, nil, &answer)
	return answer.Tags, err
}

// UpdateTag is tags/update.
func (c *Client) UpdateTag(ctx context.Context, token string, id int64, name string) error {
	return c.post(ctx, token, pathTagUpdate, tagBody{tagFields{id, name}}, nil)
}

// DeleteTag is tags/delete.
func (c *Client) DeleteTag(ctx context.Context, token string, id int64) error {
	return c.post(ctx, token, pathTagDelete, tagBody{tagFields{ID: id}}, nil)
}

// TagMembers is user/tag/get. Begin with an empty next.
func (c *Client) TagMembers(ctx context.Context, token string, id int64, next string) (OpenIDPage, error) {
	var answer openIDAnswer
	err := c.post(ctx, token, pathTagMembers, struct {
		ID   int64  `json:"tagid"`
		Next string `json:"next_openid"`
	}{id, next}, &answer)
	return answer.page(), err
}

type taggingBody struct {
	OpenIDs []string `json:"openid_list"`
	ID      int64    `json:"tagid"`
}

// AddTag is batchtagging, at most 50 customers at once.
func (c *Client) AddTag(ctx context.Context, token string, id int64, openids ...string) error {
	return c.post(ctx, token, pathTagging, taggingBody{openids, id}, nil)
}

// RemoveTag is batchuntagging, at most 50 customers at once.
func (c *Client) RemoveTag(ctx context.Context, token string, id int64, openids ...string) error {
	return c.post(ctx, token, pathUntagging, taggingBody{openids, id}, nil)
}

// TagsOf is tags/getidlist.
func (c *Client) TagsOf(ctx context.Context, token, openid string) ([]Int, error) {
	var answer struct {
		IDs []Int `json:"tagid_list"`
	}
	err := c.post(ctx, token, pathTagsOf, struct {
		OpenID string `json:"openid"`
	}{openid}, &answer)
	return answer.IDs, err
}
