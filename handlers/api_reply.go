package handlers

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// What custom/send takes (发送客服消息). The numbers WeChat does not publish are
// those of the field reports.
const (
	textMost  = 2048 // bytes of UTF-8
	titleMost = 64   // characters of a news card's title
	descMost  = 120  // characters of its description
	urlMost   = 1024 // bytes of an address
)

// replyInput is the body of POST …/messages.
type replyInput struct {
	ClientID string          `json:"client_id"`
	Type     string          `json:"type"`
	Body     json.RawMessage `json:"body"`
	Media    int64           `json:"media"`
}

func (c *Console) apiReply(ctx *fiber.Ctx) error {
	id, err := rowID(ctx)
	if err != nil {
		return err
	}
	var in replyInput
	if err := bodyOf(ctx, &in); err != nil {
		return err
	}
	draft, err := in.draft()
	if err != nil {
		return err
	}
	m, v, again, err := c.Store.Reply(ctx.UserContext(), who(ctx), id, draft)
	if err != nil {
		return err
	}
	if !again {
		ctx.Status(fiber.StatusCreated)
	}
	return ctx.JSON(fiber.Map{"message": m, "conversation": v})
}

// draft checks a reply as WeChat would and writes its body anew, so that only
// what we know is stored.
func (in *replyInput) draft() (store.Draft, error) {
	d := store.Draft{ClientID: in.ClientID, Type: in.Type, MediaID: in.Media}
	if n := len(in.ClientID); n < 8 || n > 64 {
		return d, refused(fiber.StatusUnprocessableEntity, "bad_client_id", "field", "client_id")
	}
	var err error
	switch in.Type {
	case "text":
		err = in.text(&d)
	case "image":
		d.Body = json.RawMessage("{}")
		if in.Media == 0 {
			err = refused(fiber.StatusUnprocessableEntity, "empty", "field", "media")
		}
	case "news":
		err = in.news(&d)
	default:
		err = refused(fiber.StatusUnprocessableEntity, "bad_type", "field", "type")
	}
	return d, err
}

func (in *replyInput) text(d *store.Draft) error {
	var b struct {
		Content string `json:"content"`
	}
	if err := decode(in.Body, &b); err != nil {
		return err
	}
	b.Content = plainText(b.Content)
	switch {
	case strings.TrimSpace(b.Content) == "":
		return refused(fiber.StatusUnprocessableEntity, "empty", "field", "content")
	case len(b.Content) > textMost:
		return refused(fiber.StatusUnprocessableEntity, "too_long", "field", "content", "bytes", len(b.Content), "most", textMost)
	}
	d.Body, d.MediaID = marshal(b), 0
	return nil
}

func (in *replyInput) news(d *store.Draft) error {
	var b struct {
		Title       string `json:"title"`
		Description string `json:"description"`
		URL         string `json:"url"`
		PicURL      string `json:"picurl"`
	}
	if err := decode(in.Body, &b); err != nil {
		return err
	}
	b.Title, b.Description = strings.TrimSpace(plainText(b.Title)), strings.TrimSpace(plainText(b.Description))
	bad := func(field string) error {
		return refused(fiber.StatusUnprocessableEntity, "bad_news", "field", field)
	}
	switch {
	case b.Title == "" || utf8.RuneCountInString(b.Title) > titleMost:
		return bad("title")
	case utf8.RuneCountInString(b.Description) > descMost:
		return bad("description")
	case !webAddress(b.URL):
		return bad("url")
	case b.PicURL != "" && !webAddress(b.PicURL):
		return bad("picurl")
	}
	d.Body = marshal(b)
	return nil
}

func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && len(s) <= urlMost
}

// plainText removes what WeChat refuses or garbles: control characters and
// broken UTF-8; the Unicode line breaks become plain ones.
func plainText(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u2028', r == '\u2029', r == '\r':
			return '\n'
		case r < 0x20 && r != '\n' && r != '\t', r == 0x7f:
			return -1
		}
		return r
	}, s)
}

// marshal encodes without escaping <, > and &, as WeChat wants it.
func marshal(v any) json.RawMessage {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // structs of strings always encode
	return bytes.TrimSpace(buf.Bytes())
}

// messageDeed answers a deed on a reply with its rows as they are now.
func (c *Console) messageDeed(ctx *fiber.Ctx, do func(id int64) (store.Message, store.Conversation, error)) error {
	id, err := rowID(ctx)
	if err != nil {
		return err
	}
	m, v, err := do(id)
	if err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"message": m, "conversation": v})
}

func (c *Console) apiResend(ctx *fiber.Ctx) error {
	var in struct {
		Attempts int `json:"attempts"`
	}
	if err := bodyOf(ctx, &in); err != nil {
		return err
	}
	return c.messageDeed(ctx, func(id int64) (store.Message, store.Conversation, error) {
		return c.Store.Resend(ctx.UserContext(), who(ctx), id, in.Attempts)
	})
}

func (c *Console) apiDelivered(ctx *fiber.Ctx) error {
	return c.messageDeed(ctx, func(id int64) (store.Message, store.Conversation, error) {
		return c.Store.Delivered(ctx.UserContext(), who(ctx), id)
	})
}

func (c *Console) apiDiscard(ctx *fiber.Ctx) error {
	return c.messageDeed(ctx, func(id int64) (store.Message, store.Conversation, error) {
		return c.Store.Discard(ctx.UserContext(), who(ctx), id)
	})
}
