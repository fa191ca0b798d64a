package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// bodyOf reads the JSON body of a request into v.
func bodyOf(ctx *fiber.Ctx, v any) error { return decode(ctx.Body(), v) }

// decode reads one JSON value and nothing after it. Unknown names are an error:
// a typo must not be ignored in silence.
func decode(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return refused(fiber.StatusBadRequest, "bad_json")
	}
	if _, err := dec.Token(); err != io.EOF {
		return refused(fiber.StatusBadRequest, "bad_json")
	}
	return nil
}

// rowID is the id in the path.
func rowID(ctx *fiber.Ctx) (int64, error) {
	id, err := strconv.ParseInt(ctx.Params("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fiber.ErrNotFound
	}
	return id, nil
}

func number(ctx *fiber.Ctx, name string) int64 {
	n, _ := strconv.ParseInt(ctx.Query(name), 10, 64)
	return max(n, 0)
}

// since is the newest event's id. It is read before the data of an answer, so
// that nothing is missed by who follows the events from there.
func (c *Console) since(ctx *fiber.Ctx) (int64, error) {
	newest, _, err := c.Store.LastEvent(ctx.UserContext())
	return newest, err
}

type accountView struct {
	ID       int64       `json:"id"`
	Name     string      `json:"name"`
	AppID    string      `json:"appid"`
	WechatID string      `json:"wechat_id"`
	Rules    store.Rules `json:"rules"`
	Tags     []store.Tag `json:"tags"`
	Refused  int         `json:"refused"`
}

func (c *Console) apiMe(ctx *fiber.Ctx) error {
	me := who(ctx)
	list, err := c.Store.Accounts(ctx.UserContext())
	if err != nil {
		return err
	}
	accounts := []accountView{}
	for _, a := range list {
		if me.Sees(a.ID) {
			tags, err := c.Store.Tags(ctx.UserContext(), a.ID)
			if err != nil {
				return err
			}
			accounts = append(accounts, accountView{a.ID, a.Name, a.AppID, a.WechatID, a.Rules, all(tags), a.Refused})
		}
	}
	agents, err := c.Store.Agents(ctx.UserContext())
	if err != nil {
		return err
	}
	for i := range agents {
		agents[i] = agents[i].SeenBy(me)
	}
	return ctx.JSON(fiber.Map{"me": me, "accounts": accounts, "agents": agents})
}

// counts are the numbers of the views that the browser cannot count itself.
func (c *Console) counts(ctx *fiber.Ctx) (store.Ended, error) {
	day := 24 * time.Hour.Milliseconds()
	zone := (time.Duration(clampZone(ctx.QueryInt("zone"))) * time.Minute).Milliseconds()
	now := c.Store.Now().UnixMilli()
	midnight := (now+zone)/day*day - zone
	return c.Store.EndedSince(ctx.UserContext(), who(ctx), midnight)
}

// clampZone bounds the browser's minutes east of UTC.
func clampZone(minutes int) int { return min(max(minutes, -12*60), 14*60) }

func (c *Console) apiCounts(ctx *fiber.Ctx) error {
	counts, err := c.counts(ctx)
	if err != nil {
		return err
	}
	return ctx.JSON(counts)
}

// all makes an empty JSON list of a nil slice.
func all[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (c *Console) apiConversations(ctx *fiber.Ctx) error {
	since, err := c.since(ctx)
	if err != nil {
		return err
	}
	pages := map[string]func(context.Context, *store.Agent, int64) ([]store.Conversation, error){
		"ended": c.Store.EndedConversations, "blocked": c.Store.BlockedConversations}
	if page := pages[ctx.Query("view")]; page != nil {
		list, err := page(ctx.UserContext(), who(ctx), number(ctx, "before"))
		if err != nil {
			return err
		}
		return ctx.JSON(fiber.Map{"since": since, "conversations": all(list), "more": len(list) == store.EndedPage})
	}
	list, err := c.Store.ActiveConversations(ctx.UserContext(), who(ctx))
	if err != nil {
		return err
	}
	counts, err := c.counts(ctx)
	if err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"since": since, "now": c.Store.Now().UnixMilli(), "conversations": all(list), "counts": counts})
}

func (c *Console) apiConversation(ctx *fiber.Ctx) error {
	id, err := rowID(ctx)
	if err != nil {
		return err
	}
	since, err := c.since(ctx)
	if err != nil {
		return err
	}
	v, err := c.Store.Conversation(ctx.UserContext(), who(ctx), id)
	if err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"since": since, "conversation": v})
}

// messagesMost bounds a page of the timeline.
const messagesMost = 200

func (c *Console) apiMessages(ctx *fiber.Ctx) error {
	id, err := rowID(ctx)
	if err != nil {
		return err
	}
	since, err := c.since(ctx)
	if err != nil {
		return err
	}
	v, err := c.Store.Conversation(ctx.UserContext(), who(ctx), id)
	if err != nil {
		return err
	}
	limit := min(max(ctx.QueryInt("limit", 50), 1), messagesMost)
	list, err := c.Store.Messages(ctx.UserContext(), v.Customer.ID, number(ctx, "before"), number(ctx, "after"), limit)
	if err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"since": since, "messages": all(list), "more": len(list) == limit})
}

func (c *Console) apiRaw(ctx *fiber.Ctx) error {
	id, err := rowID(ctx)
	if err != nil {
		return err
	}
	raw, err := c.Store.Raw(ctx.UserContext(), who(ctx), id)
	if err == nil && len(raw) == 0 {
		err = store.ErrNotFound // it is none of WeChat's
	}
	if err != nil {
		return err
	}
	ctx.Set(fiber.HeaderContentType, "text/plain; charset=utf-8")
	return ctx.Send(raw)
}

// conversationDeed answers a deed on a conversation with the row as it is now.
func (c *Console) conversationDeed(ctx *fiber.Ctx, do func(id int64) (store.Conversation, error)) error {
	id, err := rowID(ctx)
	if err != nil {
		return err
	}
	v, err := do(id)
	if err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"conversation": v})
}

func (c *Console) apiClaim(ctx *fiber.Ctx) error {
	return c.conversationDeed(ctx, func(id int64) (store.Conversation, error) {
		return c.Store.Claim(ctx.UserContext(), who(ctx), id)
	})
}

func (c *Console) apiClaimNext(ctx *fiber.Ctx) error {
	v, err := c.Store.ClaimNext(ctx.UserContext(), who(ctx))
	if err == store.ErrNotFound {
		return refused(fiber.StatusNotFound, "queue_empty")
	}
	if err != nil {
		return err
	}
	return ctx.JSON(fiber.Map{"conversation": v})
}

func (c *Console) apiReopen(ctx *fiber.Ctx) error {
	return c.conversationDeed(ctx, func(id int64) (store.Conversation, error) {
		return c.Store.Reopen(ctx.UserContext(), who(ctx), id)
	})
}

// apiCloseSession takes a customer back from WeChat's own tool: whose
// conversation it is may, and anybody while it waits.
func (c *Console) apiCloseSession(ctx *fiber.Ctx) error {
	return c.conversationDeed(ctx, func(id int64) (store.Conversation, error) {
		me := who(ctx)
		v, err := c.Store.Conversation(ctx.UserContext(), me, id)
		if err != nil {
			return v, err
		}
		if v.Agent != 0 && v.Agent != me.ID && !me.Supervisor() {
			return v, refused(fiber.StatusConflict, "not_yours", "agent", v.Agent)
		}
		if err := c.WeChat.CloseSession(ctx.UserContext(), v.Account, v.Customer); err != nil {
			return v, err
		}
		return c.Store.Conversation(ctx.UserContext(), me, id)
	})
}

func (c *Console) apiRead(ctx *fiber.Ctx) error {
	var in struct {
		Message int64 `json:"message"`
	}
	if err := bodyOf(ctx, &in); err != nil {
		return err
	}
	return c.conversationDeed(ctx, func(id int64) (store.Conversation, error) {
		return c.Store.Read(ctx.UserContext(), who(ctx), id, in.Message)
	})
}
