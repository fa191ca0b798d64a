package sandbox

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// contents check what custom/send is given, by msgtype, and fill in what the
// phone needs to draw it.
var contents = map[string]func(*call, object, *Entry) *apiError{
	"text":            checkText,
	"image":           checkImage,
	"voice":           checkVoice,
	"video":           checkVideo,
	"music":           checkMusic,
	"news":            checkNews,
	"mpnews":          checkMPNews,
	"mpnewsarticle":   checkArticle,
	"msgmenu":         checkMenu,
	"wxcard":          checkCard,
	"miniprogrampage": checkMiniProgram,
}

const maxText = 2048 // bytes of UTF-8

var (
	anchor     = regexp.MustCompile(`(?s)<a\s([^>]*)>(.*?)(</a>|$)`)
	href       = regexp.MustCompile(`href="[^"]+"`)
	weappID    = regexp.MustCompile(`data-miniprogram-appid="([^"]*)"`)
	plausible  = regexp.MustCompile(`^wx[0-9a-z]{16}$`)
	closedLink = "</a>"
)

func checkText(c *call, o object, _ *Entry) *apiError {
	text := o.str("content")
	c.note.Detail = text
	switch {
	case text == "":
		return fail(44004)
	case len(text) > maxText:
		return fail(45002)
	}
	for _, m := range anchor.FindAllStringSubmatch(text, -1) {
		switch id := weappID.FindStringSubmatch(m[1]); {
		case !href.MatchString(m[1]), m[3] != closedLink:
			return fail(40213)
		case strings.TrimSpace(m[2]) == "":
			return fail(40214)
		case id != nil && !plausible.MatchString(id[1]):
			return &apiError{45086, "invalid attribute data-miniprogram-appid"}
		}
	}
	return nil
}

// medium finds a file by media id; kinds are those that fit.
func (c *call) medium(id string, kinds ...string) (*medium, *apiError) {
	if id == "" {
		return nil, fail(41006)
	}
	m := c.acc.Media[id]
	if m == nil || m.expired(c.now()) {
		return nil, fail(40007)
	}
	for _, k := range kinds {
		if m.Kind == k {
			return m, nil
		}
	}
	return nil, fail(40007)
}

func checkImage(c *call, o object, e *Entry) *apiError {
	return c.attach(o.str("media_id"), &e.File, "image")
}

func checkVoice(c *call, o object, e *Entry) *apiError {
	return c.attach(o.str("media_id"), &e.File, "voice")
}

func (c *call) attach(id string, file *string, kinds ...string) *apiError {
	m, err := c.medium(id, kinds...)
	if err != nil {
		return err
	}
	c.note.Detail = firstOf(c.note.Detail, id)
	*file = m.File
	return nil
}

func checkVideo(c *call, o object, e *Entry) *apiError {
	if err := c.attach(o.str("media_id"), &e.File, "video"); err != nil {
		return err
	}
	if thumb := o.str("thumb_media_id"); thumb != "" || !c.opt.Lenient {
		return c.attach(thumb, &e.Thumb, "thumb", "image")
	}
	return nil
}

func checkMusic(c *call, o object, e *Entry) *apiError {
	return c.attach(o.str("thumb_media_id"), &e.Thumb, "thumb", "image")
}

func checkNews(c *call, o object, e *Entry) *apiError {
	list, ok := o.list("articles")
	switch {
	case !ok:
		return fail(45162)
	case len(list) == 0:
		return fail(44003)
	case len(list) > 1:
		return fail(45008)
	}
	a := list[0]
	picurl := a.str("picurl")
	c.note.Detail = a.str("title")
	switch {
	case utf8.RuneCountInString(a.str("title")) > 64:
		return fail(45003)
	case utf8.RuneCountInString(a.str("description")) > 120:
		return fail(45004)
	case len(a.str("url")) > 1024:
		return fail(45005)
	case len(picurl) > 1024:
		return fail(45006)
	case picurl != "" && !isWebURL(picurl):
		return &apiError{40191, "invalid picurl"}
	}
	e.Thumb = c.linked(picurl)
	return nil
}

func isWebURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func checkMPNews(c *call, o object, e *Entry) *apiError {
	m, err := c.medium(o.str("media_id"), "news")
	if err != nil {
		return err
	}
	return c.showArticle(m.Article, e)
}

func checkArticle(c *call, o object, e *Entry) *apiError {
	return c.showArticle(o.str("article_id"), e)
}

func (c *call) showArticle(id string, e *Entry) *apiError {
	a := c.acc.article(id)
	if a == nil || a.Deleted {
		return fail(53600)
	}
	c.note.Detail = a.Title
	e.Thumb = a.Thumb
	e.Body = encode(map[string]string{"article_id": a.ID, "title": a.Title, "description": a.Digest, "url": a.URL})
	return nil
}

func checkMenu(c *call, o object, _ *Entry) *apiError {
	if c.acc.Kind == "test" || c.acc.Unverified {
		return fail(40200)
	}
	list, ok := o.list("list")
	switch {
	case !ok:
		return fail(45162)
	case len(list) == 0:
		return fail(44004)
	case len(list) > 10:
		return fail(45098)
	}
	c.note.Detail = o.str("head_content")
	for _, item := range list {
		switch text := item.str("content"); {
		case text == "":
			return fail(44004)
		case utf8.RuneCountInString(text) > 60:
			return fail(45099)
		}
	}
	return nil
}

func checkCard(c *call, o object, _ *Entry) *apiError {
	if c.note.Detail = o.str("card_id"); c.note.Detail == "" {
		return &apiError{40053, "invalid card id"}
	}
	return nil
}

func checkMiniProgram(c *call, o object, e *Entry) *apiError {
	c.note.Detail = o.str("title")
	linked := false
	for _, id := range c.acc.MiniPrograms {
		linked = linked || id == o.str("appid")
	}
	if !linked {
		return fail(40166)
	}
	if o.str("pagepath") == "" {
		return &apiError{40165, "invalid weapp pagepath"}
	}
	return c.attach(o.str("thumb_media_id"), &e.Thumb, "image")
}
