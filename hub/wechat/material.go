package wechat

import (
	"context"
	"io"
	"net/url"
)

const (
	pathMaterialAdd   = "/cgi-bin/material/add_material"
	pathMaterialBatch = "/cgi-bin/material/batchget_material"
	pathMaterialGet   = "/cgi-bin/material/get_material"
	pathMaterialCount = "/cgi-bin/material/get_materialcount"
	pathMaterialDel   = "/cgi-bin/material/del_material"
	pathPublished     = "/cgi-bin/freepublish/batchget"
	pathArticle       = "/cgi-bin/freepublish/getarticle"
)

// Material is permanent material. URL is for pictures only, News for old articles
// only.
type Material struct {
	MediaID    string
	Name       string
	URL        string
	UpdateTime int64
	News       []NewsItem
}

// NewsItem is one article.
type NewsItem struct {
	Title        string `json:"title"`
	Author       string `json:"author"`
	Digest       string `json:"digest"`
	Content      string `json:"content"`
	URL          string `json:"url"`
	SourceURL    string `json:"content_source_url"`
	ThumbMediaID string `json:"thumb_media_id"`
	ThumbURL     string `json:"thumb_url"`
	ShowCover    Int    `json:"show_cover_pic"`
	Deleted      bool   `json:"is_deleted"`
}

// newsItems is how the answers wrap articles.
type newsItems struct {
	Items []NewsItem `json:"news_item"`
}

type mediaIDBody struct {
	MediaID string `json:"media_id"`
}

// AddMaterial is material/add_material. A video needs a title and an
// introduction; other types take neither.
func (c *Client) AddMaterial(ctx context.Context, token, typ, filename, title, introduction string, r io.Reader, size int64) (Material, error) {
	var fields []Field
	if typ == "video" {
		fields = []Field{{"description", string(encode(struct {
			Title        string `json:"title"`
			Introduction string `json:"introduction"`
		}{title, introduction}))}}
	}
	var answer struct {
		MediaID string `json:"media_id"`
		URL     string `json:"url"`
	}
	req := fileRequest(pathMaterialAdd, authorised(token, url.Values{"type": {typ}}), fields, asciiName(filename, typ), r, size)
	err := c.call(ctx, req, &answer)
	if err == nil && answer.MediaID == "" {
		err = incomplete(pathMaterialAdd)
	}
	return Material{MediaID: answer.MediaID, URL: answer.URL}, err
}

// Materials is material/batchget_material; count is 1 to 20.
func (c *Client) Materials(ctx context.Context, token, typ string, offset, count int) (total int, list []Material, err error) {
	var answer struct {
		Total Int `json:"total_count"`
		Item  []struct {
			MediaID    string    `json:"media_id"`
			Name       string    `json:"name"`
			URL        string    `json:"url"`
			UpdateTime Int       `json:"update_time"`
			Content    newsItems `json:"content"`
		} `json:"item"`
	}
	err = c.post(ctx, token, pathMaterialBatch, struct {
		Type   string `json:"type"`
		Offset int    `json:"offset"`
		Count  int    `json:"count"`
	}{typ, offset, count}, &answer)
	for _, item := range answer.Item {
		list = append(list, Material{item.MediaID, item.Name, item.URL, int64(item.UpdateTime), item.Content.Items})
	}
	return int(answer.Total), list, err
}

// GetMaterial is material/get_material for pictures, voice and video. A video's
// link is followed.
func (c *Client) GetMaterial(ctx context.Context, token, mediaID string, w io.Writer, limit int64) (MediaInfo, error) {
	var link struct {
		DownURL string `json:"down_url"`
	}
	r := jsonRequest(pathMaterialGet, authorised(token, nil), encode(mediaIDBody{mediaID}))
	info, isFile, err := c.download(ctx, r, &link, w, limit)
	if err != nil || isFile {
		return info, err
	}
	if link.DownURL == "" {
		return MediaInfo{}, incomplete(pathMaterialGet)
	}
	return c.Fetch(ctx, link.DownURL, w, limit)
}

// GetNews is material/get_material for the articles behind an old mpnews.
func (c *Client) GetNews(ctx context.Context, token, mediaID string) ([]NewsItem, error) {
	var answer newsItems
	err := c.post(ctx, token, pathMaterialGet, mediaIDBody{mediaID}, &answer)
	return answer.Items, err
}

// MaterialCount is what get_materialcount counts.
type MaterialCount struct {
	Voice Int `json:"voice_count"`
	Video Int `json:"video_count"`
	Image Int `json:"image_count"`
	News  Int `json:"news_count"`
}

// MaterialCount is material/get_materialcount.
func (c *Client) MaterialCount(ctx context.Context, token string) (MaterialCount, error) {
	var answer MaterialCount
	err := c.get(ctx, token, pathMaterialCount, nil, &answer)
	return answer, err
}

// DelMaterial is material/del_material.
func (c *Client) DelMaterial(ctx context.Context, token, mediaID string) error {
	return c.post(ctx, token, pathMaterialDel, mediaIDBody{mediaID}, nil)
}

// PublishedArticle is a published post; ArticleID is what mpnewsarticle sends.
type PublishedArticle struct {
	ArticleID  string
	UpdateTime int64
	Items      []NewsItem
}

// Published is freepublish/batchget without the bodies; count is 1 to 20. The
// platform allows 100 calls a day.
func (c *Client) Published(ctx context.Context, token string, offset, count int) (total int, list []PublishedArticle, err error) {
	var answer struct {
		Total Int `json:"total_count"`
		Item  []struct {
			ArticleID  string    `json:"article_id"`
			UpdateTime Int       `json:"update_time"`
			Content    newsItems `json:"content"`
		} `json:"item"`
	}
	err = c.post(ctx, token, pathPublished, struct {
		Offset    int `json:"offset"`
		Count     int `json:"count"`
		NoContent int `json:"no_content"`
	}{offset, count, 1}, &answer)
	for _, item := range answer.Item {
		list = append(list, PublishedArticle{item.ArticleID, int64(item.UpdateTime), item.Content.Items})
	}
	return int(answer.Total), list, err
}

// Article is freepublish/getarticle.
func (c *Client) Article(ctx context.Context, token, articleID string) ([]NewsItem, error) {
	var answer newsItems
	err := c.post(ctx, token, pathArticle, struct {
		ArticleID string `json:"article_id"`
	}{articleID}, &answer)
	return answer.Items, err
}
