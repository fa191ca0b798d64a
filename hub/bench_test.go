package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"kfdesk/store"
)

// spoken is the change that a customer's message makes.
func spoken(id int64) store.Change {
	text := "您好，我想问一下昨天买的商品什么时候发货，谢谢"
	grant := store.Grant{Left: 5, Total: 5, Since: 1735689600000, Until: 1735862355000, Cause: "message"}
	return store.Change{
		Event: store.Event{ID: id, At: 1735689600000, Kind: "message", Account: 1, Conversation: 7, Message: id},
		Conversation: &store.Conversation{ID: 7, Account: 1, State: "open", Agent: 2, Unread: 3, ReadID: id - 3, WaitingSince: 1735689600000, CreatedAt: 1735689600000, Event: id,
			Customer: store.Customer{ID: 7, OpenID: "oDesk_user_00000000000000001", Language: "zh_CN", Following: true, Conversations: 4},
			Last:     store.Last{ID: id, Dir: "in", Type: "text", Text: text, At: 1735689600000}, Grants: store.Grants{Message: &grant}},
		Message: &store.Message{ID: id, Account: 1, Customer: 7, Conversation: 7, Dir: "in", Type: "text", Body: json.RawMessage(`{"content":"` + text + `"}`), At: 1735689600000},
	}
}

// BenchmarkFrame makes the two frames of a message, once for all browsers.
func BenchmarkFrame(b *testing.B) {
	h := New(nil, slog.New(slog.DiscardHandler))
	c := spoken(1000)
	b.ReportAllocs()
	for b.Loop() {
		if f, err := h.frame(context.Background(), &c); err != nil || len(f.full) == 0 {
			b.Fatal(f, err)
		}
	}
}

// nowhere takes all that is written.
type nowhere struct{ Socket }

func (nowhere) Write([]byte) error { return nil }

// BenchmarkCatchUp writes frames that wait to as many browsers as the name says; it
// costs them nothing to take them.
func BenchmarkCatchUp(b *testing.B) {
	for _, browsers := range []int{50, 500} {
		for _, frames := range []int{1, 16} {
			b.Run(fmt.Sprintf("browsers=%d/frames=%d", browsers, frames), func(b *testing.B) {
				h := New(nil, slog.New(slog.DiscardHandler))
				list := make([]*client, browsers)
				for i := range list {
					list[i] = &client{hub: h, socket: nowhere{}, agent: store.Agent{ID: int64(i + 1), Role: "admin"}}
				}
				var ready []frame
				for i := range frames {
					c := spoken(int64(i + 1))
					f, err := h.frame(context.Background(), &c)
					if err != nil {
						b.Fatal(err)
					}
					ready = append(ready, f)
				}
				h.ring.add(ready)
				b.ReportAllocs()
				for b.Loop() {
					for _, c := range list {
						c.cursor = 0
						if err := c.catchUp(context.Background()); err != nil || c.cursor != int64(frames) {
							b.Fatal(c.cursor, err)
						}
					}
				}
			})
		}
	}
}
