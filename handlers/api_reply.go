package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// replyInput is the body of POST …/messages.
type replyInput struct {
	ClientID string          `json:"client_id"`
	Type     string          `json:"type"`
	Body     json.RawMessage `json:"body"`
	Media    int64           `json:"media"`
	Thumb    int64           `json:"thumb"`
	Seen     int64           `json:"seen"`
	Anyway   bool            `json:"anyway"`
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
	if err := c.sendable(ctx, &draft); err != nil {
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

// sendable refuses a voice or film that WeChat would not take: what customers
// sent may be of any size and kind. Pictures are made to fit on their way; what
// the agent may not send at all, the store refuses.
func (c *Console) sendable(ctx *fiber.Ctx, d *store.Draft) error {
	if d.Type != "voice" && d.Type != "video" {
		return nil
	}
	media, err := c.Store.Media(ctx.UserContext(), d.MediaID)
	if errors.Is(err, store.ErrNotFound) || err == nil && (!who(ctx).Sees(media.Account) || media.State != "ready" || media.Kind != d.Type) {
		return nil
	}
	if err != nil {
		return err
	}
	return fits(&media)
}

// draft checks a reply as WeChat would and writes its body anew, so that only
// what we know is stored.
func (in *replyInput) draft() (store.Draft, error) {
	d := store.Draft{ClientID: in.ClientID, Type: in.Type, Seen: in.Seen, Anyway: in.Anyway}
	if n := len(in.ClientID); n < 8 || n > 64 {
		return d, refused(fiber.StatusUnprocessableEntity, "bad_client_id", "field", "client_id")
	}
	err := in.fill(&d)
	return d, err
}

// fill checks what the reply says and sends.
func (in *replyInput) fill(d *store.Draft) error {
	d.Type = in.Type
	check, ok := replyBodies[in.Type]
	if !ok {
		return refused(fiber.StatusUnprocessableEntity, "bad_type", "field", "type")
	}
	return check(in, d)
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

func (c *Console) apiUndo(ctx *fiber.Ctx) error {
	return c.messageDeed(ctx, func(id int64) (store.Message, store.Conversation, error) {
		return c.Store.Undo(ctx.UserContext(), who(ctx), id)
	})
}

func (c *Console) apiSendNow(ctx *fiber.Ctx) error {
	return c.messageDeed(ctx, func(id int64) (store.Message, store.Conversation, error) {
		return c.Store.SendNow(ctx.UserContext(), who(ctx), id)
	})
}
