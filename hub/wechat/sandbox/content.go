package sandbox

import (
	"net/url"
	"regexp"
	"slices"
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

// Limits of custom/send; the platform publishes none of them for this call.
const (
	maxText        = 2048 // bytes of UTF-8
	maxTitle       = 64   // characters
	maxDescription = 120
	maxURL         = 1024 // bytes
)

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
			return fail(45086)
		case id != nil && !c.acc.linked(id[1]):
			return fail(40166)
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

// words checks a title and a description.
func (c *call) words(o object) *apiError {
	c.note.Detail = firstOf(o.str("title"), c.note.Detail)
	switch {
	case utf8.RuneCountInString(o.str("title")) > maxTitle:
		return fail(45003)
	case utf8.RuneCountInString(o.str("description")) > maxDescription:
		return fail(45004)
	}
	return nil
}

func checkVideo(c *call, o object, e *Entry) *apiError {
	if err := c.words(o); err != nil {
		return err
	}
	if err := c.attach(o.str("media_id"), &e.File, "video"); err != nil {
		return err
	}
	if thumb := o.str("thumb_media_id"); thumb != "" || !c.opt.Lenient {
		return c.attach(thumb, &e.Thumb, "thumb", "image")
	}
	return nil
}

func checkMusic(c *call, o object, e *Entry) *apiError {
	if err := c.words(o); err != nil {
		return err
	}
	switch link := o.str("musicurl"); {
	case link == "":
		return fail(44004)
	case len(link) > maxURL, len(o.str("hqmusicurl")) > maxURL:
		return fail(45005)
	}
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
	if err := c.words(a); err != nil {
		return err
	}
	link, picurl := a.str("url"), a.str("picurl")
	switch {
	case a.str("title") == "" && a.str("description") == "" && link == "" && picurl == "":
		return fail(44003)
	case len(link) > maxURL:
		return fail(45005)
	case len(picurl) > maxURL:
		return fail(45006)
	case picurl != "" && !isWebURL(picurl):
		return fail(40191)
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
	return c.showArticle(c.acc.article(m.Article), e)
}

func checkArticle(c *call, o object, e *Entry) *apiError {
	return c.showArticle(c.acc.published(o.str("article_id")), e)
}

// showArticle takes single articles only: a message has carried one since 2018.
func (c *call) showArticle(a *Article, e *Entry) *apiError {
	switch {
	case a == nil, a.Deleted:
		return fail(53600)
	case len(a.More) > 0:
		return fail(45008)
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
	size := len(o.str("head_content")) + len(o.str("tail_content"))
	for _, item := range list {
		text := item.str("content")
		size += len(text)
		switch {
		case item.str("id") == "": // a string, also where it is a number
			return fail(45162)
		case text == "":
			return fail(44004)
		case utf8.RuneCountInString(text) > 60:
			return fail(45099)
		}
	}
	if size > maxText {
		return fail(45002)
	}
	return nil
}

func checkCard(c *call, o object, _ *Entry) *apiError {
	id := o.str("card_id")
	c.note.Detail = id
	if !slices.ContainsFunc(c.acc.Cards, func(card Card) bool { return card.ID == id }) {
		return &apiError{40053, "invalid card id"}
	}
	return nil
}

func checkMiniProgram(c *call, o object, e *Entry) *apiError {
	if err := c.words(o); err != nil {
		return err
	}
	switch {
	case !c.acc.linked(o.str("appid")):
		return fail(40166)
	case o.str("pagepath") == "", len(o.str("pagepath")) > maxURL:
		return fail(40165)
	case o.str("title") == "":
		return fail(44004)
	}
	return c.attach(o.str("thumb_media_id"), &e.Thumb, "image")
}
