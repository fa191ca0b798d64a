package courier

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// ErrNoTicket: WeChat has not pushed a component_verify_ticket yet, and without
// one the third-party platform gets no token.
var ErrNoTicket = errors.New("WeChat has not pushed a ticket yet")

// platform is what is known of the third-party platform's own token. The token
// itself is in the store.
type platform struct {
	mu     sync.Mutex
	source store.Component // what the last failed call was made with
	err    error
	fails  int
	hold   int64
	flight singleflight.Group
}

// goneCodes are those with which WeChat says that an account has to be
// authorised again.
var goneCodes = []int{store.Withdrawn, 61023, 42007}

// refused notes what a call made with an account's token tells of its
// authorisation.
func (t *tokens) refused(ctx context.Context, a store.Account, err error) {
	if code := wechat.Code(err); a.Component == 0 || code == 61023 || !slices.Contains(goneCodes, code) {
		return
	}
	if err := t.store.AuthorizerRefused(context.WithoutCancel(ctx), a, wechat.Code(err)); err != nil {
		t.log.ErrorContext(ctx, "the end of an authorisation could not be stored", "appid", a.AppID, "err", err)
	}
}

// authorised renews the token of an account that has authorised us. A refresh
// token that WeChat changed is stored before the access token is used; one that
// we have lost, for the answer with it never came or was not stored, WeChat tells
// again. When nothing helps, no call is made until it is authorised again.
func (t *tokens) authorised(ctx context.Context, a store.Account) (string, time.Duration, error) {
	if a.Refused != 0 {
		return "", 0, &wechat.Error{Code: a.Refused, Msg: "the account has to be authorised again", Path: "authorizer_access_token"}
	}
	refresh, err := t.store.RefreshToken(ctx, a.ID)
	if err != nil {
		return "", 0, err
	}
	got, err := t.refresh(ctx, a, refresh)
	if wechat.Code(err) == 61023 {
		refused := err
		if got, err = t.regain(ctx, a, refresh); errors.Is(err, errSame) {
			err = refused
		}
	}
	if err != nil {
		if slices.Contains(goneCodes, wechat.Code(err)) {
			err = errors.Join(err, t.store.AuthorizerRefused(context.WithoutCancel(ctx), a, wechat.Code(err)))
		}
		return "", 0, err
	}
	return got.AccessToken, got.ExpiresIn, nil
}

func (t *tokens) refresh(ctx context.Context, a store.Account, refresh string) (got wechat.AuthorizerToken, err error) {
	if err = t.byComponent(ctx, func(p store.Component, token string) error {
		got, err = t.api(a).AuthorizerToken(ctx, token, p.AppID, a.AppID, refresh)
		return err
	}); err != nil || got.RefreshToken == refresh {
		return got, err
	}
	return got, t.store.SetRefreshToken(context.WithoutCancel(ctx), a, got.RefreshToken)
}

// errSame: WeChat's refresh token is the one that it refuses.
var errSame = errors.New("the refresh token is no other")

// regain asks WeChat for the refresh token that it has, and uses it.
func (t *tokens) regain(ctx context.Context, a store.Account, lost string) (got wechat.AuthorizerToken, err error) {
	var z wechat.Authorizer
	if err = t.byComponent(ctx, func(p store.Component, token string) error {
		z, err = t.api(a).AuthorizerInfo(ctx, token, p.AppID, a.AppID)
		return err
	}); err != nil {
		return got, err
	}
	if z.RefreshToken == "" || z.RefreshToken == lost {
		return got, errSame
	}
	if err := t.store.SetRefreshToken(context.WithoutCancel(ctx), a, z.RefreshToken); err != nil {
		return got, err
	}
	return t.refresh(ctx, a, z.RefreshToken)
}

// byComponent makes a call with the component_access_token: once more with
// another one when WeChat says that this one is stale.
func (t *tokens) byComponent(ctx context.Context, fn func(p store.Component, token string) error) error {
	p, err := t.component(ctx)
	if err != nil {
		return noToken{err}
	}
	if err = fn(p, p.AccessToken); wechat.ReasonOf(err) != wechat.StaleToken {
		return err
	}
	if err := t.store.EndComponentToken(ctx, p.AccessToken); err != nil {
		return err
	}
	if p, err = t.component(ctx); err != nil {
		return noToken{err}
	}
	return fn(p, p.AccessToken)
}

// component is the third-party platform with a token that is good. After a call
// that failed it is on hold, until its time is over or there is another ticket
// or secret.
func (t *tokens) component(ctx context.Context) (store.Component, error) {
	p, err := t.store.Component(ctx)
	if err != nil {
		return p, err
	}
	now := t.store.Now().UnixMilli()
	if p.AccessToken != "" && p.AccessUntil-now > authorisedAhead.Milliseconds() {
		return p, nil
	}
	t.platform.mu.Lock()
	held, err := now < t.platform.hold && p.Ticket == t.platform.source.Ticket && p.Secret == t.platform.source.Secret, t.platform.err
	t.platform.mu.Unlock()
	if !held {
		var v any
		v, err, _ = t.platform.flight.Do("", func() (any, error) {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tokenDeadline)
			defer cancel()
			return t.renewComponent(ctx)
		})
		if err == nil {
			return v.(store.Component), nil
		}
	}
	if p.AccessToken != "" && now < p.AccessUntil {
		return p, nil // near its end, and still good
	}
	return p, err
}

func (t *tokens) renewComponent(ctx context.Context) (store.Component, error) {
	p, err := t.store.Component(ctx)
	now := t.store.Now().UnixMilli()
	if err != nil || p.AccessToken != "" && p.AccessUntil-now > authorisedAhead.Milliseconds() {
		return p, err // another one was faster
	}
	if p.Ticket == "" {
		return p, ErrNoTicket
	}
	token, life, err := t.api(store.Account{AppID: p.AppID}).ComponentToken(ctx, p.AppID, p.Secret, p.Ticket)
	t.platform.mu.Lock()
	defer t.platform.mu.Unlock()
	if err != nil {
		waits := tokenWaits
		if wechat.Classify(err) == wechat.Refused && wechat.ReasonOf(err) != wechat.Busy {
			waits = refusedWaits
		}
		t.platform.fails++
		t.platform.source, t.platform.err = p, err
		t.platform.hold = now + lasting(waits, t.platform.fails).Milliseconds()
		t.log.WarnContext(ctx, "no component_access_token", "component", p.AppID, "code", wechat.Code(err), "err", err)
		return p, err
	}
	t.platform.err, t.platform.fails, t.platform.hold = nil, 0, 0
	p.AccessToken, p.AccessUntil = token, now+life.Milliseconds()
	return p, t.store.SetComponentToken(ctx, p.ID, token, p.AccessUntil)
}

// ComponentHealth is what is wrong with the platform's own token. Past a hold
// nothing is known to be wrong.
func (c *Courier) ComponentHealth() Health {
	f := &c.tokens.platform
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil || c.now() >= f.hold {
		return Health{}
	}
	h := Health{Code: wechat.Code(f.err), Msg: f.err.Error(), At: c.now()}
	if said, ok := refusal(f.err); ok {
		h.Msg = said.Msg
	}
	return h
}

// AskTicket asks WeChat to push a ticket. A person waits for it.
func (c *Courier) AskTicket(ctx context.Context) error {
	p, err := c.o.Store.Component(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, tokenDeadline)
	defer cancel()
	return c.o.API(store.Account{AppID: p.AppID}).StartPushTicket(ctx, p.AppID, p.Secret)
}

// PreAuthCode gets the code with which a way to the authorisation page begins. A
// person waits for it.
func (c *Courier) PreAuthCode(ctx context.Context) (code string, life time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*tokenDeadline)
	defer cancel()
	err = c.tokens.byComponent(ctx, func(p store.Component, token string) error {
		code, life, err = c.o.API(store.Account{AppID: p.AppID}).PreAuthCode(ctx, token, p.AppID)
		return err
	})
	return code, life, err
}
