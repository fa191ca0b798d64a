package courier

import (
	"context"
	"sync"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// releases are the tokens that codes gave for which no account was stored. The
// release test brings its code twice, in an event and in a message, the exchange
// uses it up, and who gets the answer stands in the message alone.
type releases struct {
	mu   sync.Mutex
	kept map[string]release // by code
}

type release struct {
	wechat.Authorization
	until int64
}

func (r *releases) keep(code string, z wechat.Authorization, now int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept == nil {
		r.kept = map[string]release{}
	}
	for code, k := range r.kept {
		if now >= k.until {
			delete(r.kept, code)
		}
	}
	r.kept[code] = release{z, now + z.ExpiresIn.Milliseconds()}
}

func (r *releases) of(code string, now int64) (z wechat.Authorization, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.kept[code]
	return k.Authorization, now < k.until
}

// releaseAnswer sends what the release test waits for.
func (c *Courier) releaseAnswer(ctx context.Context, z wechat.Authorization, code store.AuthCode) error {
	text := &wechat.Text{Content: wechat.ReleaseAnswer(code.Code)}
	return c.o.API(store.Account{AppID: z.AppID}).Send(ctx, z.AccessToken, wechat.Message{ToUser: code.OpenID, MsgType: "text", Text: text})
}
