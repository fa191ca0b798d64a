package handlers

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// What custom/send takes (发送客服消息). The numbers WeChat does not publish are
// those of the field reports.
const (
	textMost  = wechat.MaxText
	titleMost = 64   // characters of a title
	descMost  = 120  // characters of a description
	urlMost   = 1024 // bytes of an address, or of a mini program's path

	entriesMost    = 10  // of a menu
	entryMost      = 60  // characters of one
	entryIDMost    = 64  // bytes of what its tap brings back
	transcriptMost = 500 // characters; it stays here
)

// replyBodies check the body of a reply as WeChat would, by type, and write it
// anew, so that only what we know is stored.
var replyBodies = map[string]func(*replyInput, *store.Draft) error{
	"text":            (*replyInput).text,
	"image":           (*replyInput).image,
	"voice":           (*replyInput).voice,
	"video":           (*replyInput).video,
	"music":           (*replyInput).music,
	"news":            (*replyInput).news,
	"msgmenu":         (*replyInput).menu,
	"wxcard":          (*replyInput).card,
	"miniprogrampage": (*replyInput).miniProgram,
	"mpnews":          (*replyInput).article,
	"mpnewsarticle":   (*replyInput).article,
}

func empty(field string) error {
	return refused(fiber.StatusUnprocessableEntity, "empty", "field", field)
}

func badBody(field string) error {
	return refused(fiber.StatusUnprocessableEntity, "bad_body", "field", field)
}

// within refuses a text of more bytes than WeChat takes.
func within(field, s string, most int) error {
	if len(s) > most {
		return refused(fiber.StatusUnprocessableEntity, "too_long", "field", field, "bytes", len(s), "most", most)
	}
	return nil
}

// short refuses a text of more characters than WeChat takes.
func short(field, s string, most int) error {
	if n := utf8.RuneCountInString(s); n > most {
		return refused(fiber.StatusUnprocessableEntity, "too_long", "field", field, "characters", n, "most", most)
	}
	return nil
}

// oneLine is a plain text without line breaks and outer spaces.
func oneLine(s string) string { return strings.Join(strings.Fields(plainText(s)), " ") }

// needs asks for files. The store looks whether they fit.
func (in *replyInput) needs(media, thumb bool) error {
	switch {
	case media && in.Media == 0:
		return empty("media")
	case thumb && in.Thumb == 0:
		return empty("thumb")
	}
	return nil
}

// put fills the draft: its body and its files.
func (in *replyInput) put(d *store.Draft, body any, media, thumb int64) {
	d.Body, d.MediaID, d.ThumbID = marshal(body), media, thumb
}

func (in *replyInput) text(d *store.Draft) error {
	var b struct {
		Content string `json:"content"`
	}
	if err := decode(in.Body, &b); err != nil {
		return err
	}
	b.Content = plainText(b.Content)
	if strings.TrimSpace(b.Content) == "" {
		return empty("content")
	}
	in.put(d, b, 0, 0)
	return within("content", b.Content, textMost)
}

func (in *replyInput) image(d *store.Draft) error {
	in.put(d, struct{}{}, in.Media, 0)
	return in.needs(true, false)
}

// voice may have a transcript, which is for the console alone.
func (in *replyInput) voice(d *store.Draft) error {
	var b struct {
		Transcript string `json:"transcript"`
	}
	if err := in.optional(&b); err != nil {
		return err
	}
	b.Transcript = strings.TrimSpace(plainText(b.Transcript))
	in.put(d, b, in.Media, 0)
	return cmp.Or(in.needs(true, false), short("transcript", b.Transcript, transcriptMost))
}

// optional decodes a body that may be left out.
func (in *replyInput) optional(v any) error {
	if len(in.Body) == 0 {
		return nil
	}
	return decode(in.Body, v)
}

type titled struct {
	Title       string `json:"title"`
	Description string `json:"description"`
}

func (b *titled) check() error {
	b.Title, b.Description = oneLine(b.Title), strings.TrimSpace(plainText(b.Description))
	return cmp.Or(short("title", b.Title, titleMost), short("description", b.Description, descMost))
}

func (in *replyInput) video(d *store.Draft) error {
	var b titled
	if err := in.optional(&b); err != nil {
		return err
	}
	err := cmp.Or(in.needs(true, true), b.check())
	in.put(d, b, in.Media, in.Thumb)
	return err
}

func (in *replyInput) music(d *store.Draft) error {
	var b struct {
		titled
		MusicURL   string `json:"musicurl"`
		HQMusicURL string `json:"hqmusicurl"`
	}
	if err := decode(in.Body, &b); err != nil {
		return err
	}
	b.MusicURL, b.HQMusicURL = strings.TrimSpace(b.MusicURL), strings.TrimSpace(b.HQMusicURL)
	err := cmp.Or(b.check(), address("musicurl", b.MusicURL, true), address("hqmusicurl", b.HQMusicURL, false), in.needs(false, true))
	in.put(d, b, 0, in.Thumb)
	return err
}

// address checks the address of something in the web.
func address(field, s string, required bool) error {
	switch {
	case s == "" && required:
		return empty(field)
	case s == "":
		return nil
	case len(s) > urlMost:
		return within(field, s, urlMost)
	case !webAddress(s):
		return badBody(field)
	}
	return nil
}

func (in *replyInput) news(d *store.Draft) error {
	var b struct {
		titled
		URL    string `json:"url"`
		PicURL string `json:"picurl"`
	}
	if err := decode(in.Body, &b); err != nil {
		return err
	}
	b.URL, b.PicURL = strings.TrimSpace(b.URL), strings.TrimSpace(b.PicURL)
	if err := cmp.Or(b.check(), address("url", b.URL, true), address("picurl", b.PicURL, false)); err != nil {
		return err
	}
	if b.Title == "" {
		return empty("title")
	}
	in.put(d, b, in.Media, 0)
	return nil
}

func (in *replyInput) card(d *store.Draft) error {
	var b struct {
		CardID string `json:"card_id"`
		Title  string `json:"title"` // for the console alone
	}
	if err := decode(in.Body, &b); err != nil {
		return err
	}
	b.CardID, b.Title = strings.TrimSpace(b.CardID), oneLine(b.Title)
	in.put(d, b, 0, 0)
	switch {
	case b.CardID == "":
		return empty("card_id")
	case strings.ContainsFunc(b.CardID, func(r rune) bool { return r <= ' ' || r > '~' }):
		return badBody("card_id")
	}
	return cmp.Or(within("card_id", b.CardID, 64), short("title", b.Title, titleMost))
}

var appID = regexp.MustCompile(`^wx[0-9a-z]{16}$`)

func (in *replyInput) miniProgram(d *store.Draft) error {
	var b struct {
		Title    string `json:"title"`
		AppID    string `json:"appid"`
		PagePath string `json:"pagepath"`
	}
	if err := decode(in.Body, &b); err != nil {
		return err
	}
	b.Title, b.AppID, b.PagePath = oneLine(b.Title), strings.TrimSpace(b.AppID), strings.TrimSpace(b.PagePath)
	in.put(d, b, 0, in.Thumb)
	switch {
	case b.Title == "":
		return empty("title")
	case !appID.MatchString(b.AppID):
		return badBody("appid")
	case b.PagePath == "":
		return empty("pagepath")
	case strings.ContainsFunc(b.PagePath, func(r rune) bool { return r <= ' ' || r == 0x7f }) || !utf8.ValidString(b.PagePath):
		return badBody("pagepath")
	}
	return cmp.Or(short("title", b.Title, titleMost), within("pagepath", b.PagePath, urlMost), in.needs(false, true))
}

type menuBody struct {
	Head string      `json:"head_content"`
	List []menuEntry `json:"list"`
	Tail string      `json:"tail_content"`
}

type menuEntry struct {
	ID      string `json:"id"`
	Content string `json:"content"`
}

func (in *replyInput) menu(d *store.Draft) error {
	var b menuBody
	if err := decode(in.Body, &b); err != nil {
		return err
	}
	b.Head, b.Tail = strings.TrimSpace(plainText(b.Head)), strings.TrimSpace(plainText(b.Tail))
	switch {
	case len(b.List) == 0:
		return empty("list")
	case len(b.List) > entriesMost:
		return badBody("list")
	}
	if err := b.entries(); err != nil {
		return err
	}
	in.put(d, b, 0, 0)
	whole := b.Head + b.Tail
	for _, e := range b.List {
		whole += e.Content
	}
	return within("head_content", whole, textMost)
}

// entries checks the lines that can be tapped, and numbers those without an id.
func (b *menuBody) entries() error {
	taken := map[string]bool{"": true}
	for i := range b.List {
		e := &b.List[i]
		e.ID, e.Content = strings.TrimSpace(e.ID), oneLine(e.Content)
		switch {
		case e.Content == "":
			return empty("list")
		case len(e.ID) > entryIDMost, e.ID != plainText(e.ID), e.ID != "" && taken[e.ID]:
			return badBody("list")
		}
		if err := short("list", e.Content, entryMost); err != nil {
			return err
		}
		taken[e.ID] = true
	}
	n := 101
	for i := range b.List {
		for b.List[i].ID == "" {
			if id := fmt.Sprint(n); !taken[id] {
				b.List[i].ID, taken[id] = id, true
			}
			n++
		}
	}
	return nil
}
