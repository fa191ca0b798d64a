package courier

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"

	"golang.org/x/sync/singleflight"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// tokens holds the access token of every account, for all callers.
type tokens struct {
	store  *store.Store
	api    func(store.Account) *wechat.Client
	log    *slog.Logger
	health *health

	mu     sync.Mutex
	known  map[int64]*credential
	flight singleflight.Group

	platform platform
}

// credential is what is known of an account's token, in times of the store's clock.
type credential struct {
	origin         string // see origin
	token          string
	renewAt, until int64
	minted         bool   // WeChat gave it to this run of the program
	dead           string // the last one that WeChat refused

	err    error // of the last token call
	fails  int
	hold   int64 // no token call before, since asked: a clock that was ahead then holds nothing now
	asked  int64
	forced int64
}

// noToken is the error of a call that was not made for want of a token.
type noToken struct{ error }

func (n noToken) Unwrap() error { return n.error }

func isNoToken(err error) bool {
	_, is := errors.AsType[noToken](err)
	return is
}

// Token gives an account's access token, for a call that a person waits for.
func (c *Courier) Token(ctx context.Context, accountID int64) (string, error) {
	a, err := c.o.Store.Account(ctx, accountID)
	if err != nil {
		return "", err
	}
	return c.tokens.get(ctx, a, true)
}

// Call makes a call that a person waits for, with the account's token: once
// more with another one when WeChat says that this one is stale.
func (c *Courier) Call(ctx context.Context, accountID int64, fn func(token string) error) error {
	a, err := c.o.Store.Account(ctx, accountID)
	if err != nil {
		return err
	}
	return c.tokens.call(ctx, a, true, fn)
}

// call is Call for the courier's own work.
func (c *Courier) call(ctx context.Context, a store.Account, fn func(token string) error) error {
	return c.tokens.call(ctx, a, false, fn)
}

func (t *tokens) call(ctx context.Context, a store.Account, person bool, fn func(token string) error) error {
	token, err := t.get(ctx, a, person)
	if err != nil {
		return noToken{err}
	}
	if err = fn(token); wechat.ReasonOf(err) != wechat.StaleToken {
		t.refused(ctx, a, err)
		return err
	}
	t.bury(a, token, wechat.Code(err))
	if token, err = t.get(ctx, a, person); err != nil {
		return noToken{err}
	}
	return fn(token)
}

// get gives a token that is good. After a token call that failed the account is
// on hold: all callers get the same error without another call, so a wrong
// AppSecret never makes a storm. A person may have put it right meanwhile and
// is let through now and then.
func (t *tokens) get(ctx context.Context, a store.Account, person bool) (string, error) {
	t.mu.Lock()
	k, now := t.of(a), t.store.Now().UnixMilli()
	token, dead, usable, fresh := k.token, k.dead, now < k.until, now < k.renewAt
	held, err := k.asked <= now && now < k.hold && !(person && now >= k.asked+personAgain.Milliseconds()), k.err
	t.mu.Unlock()
	switch {
	case fresh, held && usable:
		return token, nil
	case held:
		return "", err
	}
	next, err := t.ask(ctx, a, dead)
	if err != nil && usable {
		return token, nil // near its end, and still good
	}
	return next, err
}

// bury says that WeChat refused this token. Only this one: another caller may
// have renewed it already. One that has not run out and is no longer the latest
// (40001) was put out by somebody else who fetches tokens; of one that was kept
// from an earlier run nobody knows.
func (t *tokens) bury(a store.Account, token string, code int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.of(a)
	if k.token != token {
		return
	}
	if now := t.store.Now().UnixMilli(); code == 40001 && k.minted && now < k.until {
		t.health.clash(a.ID, now)
	}
	k.dead, k.token, k.renewAt, k.until = token, "", 0, 0
}

// of is the account's credential; t.mu is held.
func (t *tokens) of(a store.Account) *credential {
	if t.known == nil {
		t.known = map[int64]*credential{}
	}
	k := t.known[a.ID]
	if k == nil || k.origin != origin(a) {
		k = &credential{origin: origin(a)}
		t.known[a.ID] = k
	}
	return k
}

// ask makes the token call once for all who ask the same at the same time. It
// goes on when the first of them leaves, for the others.
func (t *tokens) ask(ctx context.Context, a store.Account, dead string) (string, error) {
	v, err, _ := t.flight.Do(strconv.FormatInt(a.ID, 10)+" "+dead, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tokenDeadline)
		defer cancel()
		return t.fetch(ctx, a, dead)
	})
	return v.(string), err
}

// check makes the token call whatever is kept: one that is kept would hide for
// hours that the AppSecret or the whitelist is wrong. Not with every click: what
// failed a moment ago is told again.
func (t *tokens) check(ctx context.Context, a store.Account) (string, error) {
	t.mu.Lock()
	k, now := t.of(a), t.store.Now().UnixMilli()
	dead, soon, err := k.dead, k.err != nil && now < k.asked+personAgain.Milliseconds(), k.err
	t.mu.Unlock()
	if soon {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tokenDeadline)
	defer cancel()
	return t.renew(ctx, a, dead)
}

func (t *tokens) fetch(ctx context.Context, a store.Account, dead string) (string, error) {
	now := t.store.Now().UnixMilli()
	// After a restart the last one may still be good; what a renewal left that a
	// withdrawal has overtaken is not.
	kept, until, err := t.store.Token(ctx, a.ID, a.TokenKind)
	if err == nil && a.Refused == 0 && kept != "" && kept != dead && until-now > ahead(a).Milliseconds() {
		t.keep(a, kept, now, until, false)
		return kept, nil
	}
	return t.renew(ctx, a, dead)
}

// renew makes the token call.
func (t *tokens) renew(ctx context.Context, a store.Account, dead string) (string, error) {
	now := t.store.Now().UnixMilli()
	token, life, err := t.mint(ctx, a, false)
	if err == nil && token == dead && t.mayForce(a, now) {
		// WeChat refuses the token and gives it out all the same: only force helps.
		if forced, forcedLife, err := t.mint(ctx, a, true); err == nil {
			token, life = forced, forcedLife
		}
	}
	if err != nil {
		t.failed(ctx, a, err)
		return "", err
	}
	until := now + life.Milliseconds()
	t.keep(a, token, now, until, true)
	if err := t.store.SetToken(ctx, a.ID, a.TokenKind, token, until); err != nil {
		t.log.ErrorContext(ctx, "the access token could not be stored", "appid", a.AppID, "err", err)
	}
	return token, nil
}

func (t *tokens) keep(a store.Account, token string, now, until int64, minted bool) {
	t.mu.Lock()
	k := t.of(a)
	k.token, k.until, k.minted = token, until, minted
	k.renewAt = min(until, max(until-ahead(a).Milliseconds(), now+tokenAgain.Milliseconds()))
	k.err, k.fails, k.hold = nil, 0, 0
	t.mu.Unlock()
	t.health.good(a.ID, tokenCalls)
}

func (t *tokens) mayForce(a store.Account, now int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.of(a)
	if k.forced <= now && now < k.forced+forceAgain.Milliseconds() {
		return false
	}
	k.forced = now
	return true
}

// failed puts the account on hold: for long when WeChat gave a reason that a
// person must mend, as 40001, which here means a wrong AppSecret. When it is the
// third-party platform that has no token, its own hold spares WeChat.
func (t *tokens) failed(ctx context.Context, a store.Account, err error) {
	waits := tokenWaits
	if !isNoToken(err) && wechat.Classify(err) == wechat.Refused && wechat.ReasonOf(err) != wechat.Busy {
		waits = refusedWaits
	}
	now := t.store.Now().UnixMilli()
	t.mu.Lock()
	k := t.of(a)
	k.fails++
	k.err, k.asked = err, now
	k.hold = now + lasting(waits, k.fails).Milliseconds()
	hold := k.hold
	t.mu.Unlock()
	t.health.bad(a.ID, tokenCalls, err, now)
	t.log.WarnContext(ctx, "no access token", "appid", a.AppID, "code", wechat.Code(err), "err", err, "hold_ms", hold-now)
}
