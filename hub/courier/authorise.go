package courier

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// ErrMiniProgram: what has authorised us is no official account.
var ErrMiniProgram = errors.New("mini programs cannot be served")

// Codes of an authorisation code that cannot be used (any more).
const (
	codeInvalid = 61009
	codeExpired = 61010
)

// Authorise exchanges an authorisation code that a browser has brought back, and
// stores the account. The event that WeChat pushes brings a code too; which of
// the two is second does not matter. A person waits for it.
func (c *Courier) Authorise(ctx context.Context, by store.Actor, code string) (store.Account, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*listDeadline)
	defer cancel()
	a, err := c.exchange(ctx, by, store.AuthCode{Code: code})
	if used := wechat.Code(err); used != codeInvalid && used != codeExpired {
		return a, err
	}
	known, failed := c.o.Store.AuthCodeAccount(ctx, code)
	if failed != nil || known == 0 {
		return a, errors.Join(err, failed)
	}
	return c.o.Store.Account(ctx, known)
}

// dispatchCodes exchanges the codes that events have brought.
func (c *Courier) dispatchCodes(ctx context.Context) error {
	if c.codes.free() == 0 {
		return nil
	}
	list, err := c.o.Store.AuthCodes(ctx)
	if err != nil || len(list) == 0 {
		return err
	}
	c.codes.run(func() {
		for _, code := range list {
			if ctx.Err() != nil {
				return
			}
			c.authorise(ctx, code)
		}
	})
	return nil
}

func (c *Courier) authorise(ctx context.Context, code store.AuthCode) {
	asking, cancel := context.WithTimeout(ctx, 2*listDeadline)
	defer cancel()
	a, err := c.exchange(asking, store.Actor{}, code)
	if used := wechat.Code(err); used == codeInvalid || used == codeExpired {
		if code.OpenID == "" {
			a, err = c.used(asking, code)
		} else if z, kept := c.released.of(code.Code, c.now()); kept {
			err = c.releaseAnswer(asking, z, code)
		}
	}
	if err != nil && ctx.Err() != nil {
		return // it stays due
	}
	retryAt := int64(-1)
	if err != nil && !errors.Is(err, ErrMiniProgram) && code.Attempts+1 < codeTries {
		retryAt = c.now() + lasting(codeWaits, code.Attempts+1).Milliseconds()
	}
	if err := c.o.Store.AuthCodeDone(context.WithoutCancel(ctx), code, a.ID, retryAt); err != nil {
		c.o.Log.Error("the end of an authorisation code could not be stored", "appid", code.AppID, "err", err)
	}
	if err != nil {
		c.o.Log.Warn("an authorisation code could not be exchanged", "appid", code.AppID, "code", wechat.Code(err), "retry_at", retryAt, "err", err)
		return
	}
	c.o.Log.Debug("an authorisation code was exchanged", "appid", code.AppID)
	if a.ID != 0 && ctx.Err() == nil {
		if err := c.SyncKF(ctx, a.ID); err != nil {
			c.o.Log.WarnContext(ctx, "kf accounts could not be read from WeChat", "appid", a.AppID, "err", err)
		}
	}
}

// used is for a code that the browser has used, or a try of ours whose answer was
// lost: WeChat tells the rest without it.
func (c *Courier) used(ctx context.Context, code store.AuthCode) (store.Account, error) {
	known, err := c.o.Store.AuthCodeAccount(ctx, code.Code)
	if err != nil {
		return store.Account{}, err
	}
	if known != 0 {
		return c.o.Store.Account(ctx, known)
	}
	return c.take(ctx, store.Actor{}, code, "")
}

// exchange is api_query_auth and what follows it, once for all who bring the
// same code at the same time.
func (c *Courier) exchange(ctx context.Context, by store.Actor, code store.AuthCode) (store.Account, error) {
	v, err, _ := c.granting.Do(code.Code, func() (any, error) {
		var z wechat.Authorization
		err := c.tokens.byComponent(ctx, func(p store.Component, token string) (err error) {
			z, err = c.o.API(store.Account{AppID: p.AppID}).QueryAuth(ctx, token, p.AppID, code.Code)
			return err
		})
		if err != nil {
			return store.Account{}, err
		}
		if code.OpenID != "" {
			c.released.keep(code.Code, z, c.now())
			return store.Account{}, c.releaseAnswer(ctx, z, code)
		}
		code.AppID = z.AppID
		a, err := c.take(ctx, by, code, z.RefreshToken)
		if a.ID == 0 {
			c.released.keep(code.Code, z, c.now())
		}
		if err != nil {
			return a, err
		}
		return a, c.o.Store.AuthCodeDone(context.WithoutCancel(ctx), code, a.ID, -1)
	})
	return v.(store.Account), err
}

// take asks WeChat about an account that has authorised us, and stores it, with
// the refresh token that WeChat has now.
func (c *Courier) take(ctx context.Context, by store.Actor, code store.AuthCode, refresh string) (a store.Account, err error) {
	var z wechat.Authorizer
	var p store.Component
	err = c.tokens.byComponent(ctx, func(of store.Component, token string) (err error) {
		p = of
		z, err = c.o.API(store.Account{AppID: p.AppID}).AuthorizerInfo(ctx, token, p.AppID, code.AppID)
		return err
	})
	switch {
	case err != nil:
		return a, err
	case wechat.IsReleaseTest(z.OriginalID):
		return a, nil // WeChat's own, for the time of the test
	case z.MiniProgram:
		return a, ErrMiniProgram
	}
	if refresh = cmp.Or(z.RefreshToken, refresh); refresh == "" {
		if refresh, err = c.refreshTokenOf(ctx, code.AppID); err != nil {
			return a, err
		}
	}
	return c.o.Store.Authorise(context.WithoutCancel(ctx), by, p.ID, store.Authorisation{AppID: code.AppID, OriginalID: z.OriginalID,
		Alias: z.Alias, Name: z.Name, CallbackToken: letters(32), AESKey: letters(43), RefreshToken: refresh, Scopes: z.Scopes,
		ServiceType: z.ServiceType, VerifyType: z.VerifyType, Principal: z.Principal, ToldAt: code.At})
}

// refreshTokenOf finds an account's refresh token in the list of all authorisers.
func (c *Courier) refreshTokenOf(ctx context.Context, appid string) (refresh string, err error) {
	for offset, total := 0, 1; offset < total; offset += wechat.AuthorizerPage {
		var list []wechat.ListedAuthorizer
		if err = c.tokens.byComponent(ctx, func(p store.Component, token string) error {
			list, total, err = c.o.API(store.Account{AppID: p.AppID}).AuthorizerList(ctx, token, p.AppID, offset, wechat.AuthorizerPage)
			return err
		}); err != nil {
			return "", err
		}
		for _, z := range list {
			if z.AppID == appid {
				return z.RefreshToken, nil
			}
		}
	}
	return "", errors.New("the account is not among those that have authorised us")
}

// SyncAuthorizers takes in the accounts that have authorised us and that we do
// not know of, and notes which of ours have not. It tells how many were taken.
// A person waits for it.
func (c *Courier) SyncAuthorizers(ctx context.Context, by store.Actor) (n int, err error) {
	mine := map[string]store.Account{}
	accounts, err := c.o.Store.Accounts(ctx)
	if err != nil {
		return 0, err
	}
	for _, a := range accounts {
		if a.Component != 0 {
			mine[a.AppID] = a
		}
	}
	for offset, total := 0, 1; offset < total; offset += wechat.AuthorizerPage {
		var list []wechat.ListedAuthorizer
		if err = c.tokens.byComponent(ctx, func(p store.Component, token string) error {
			list, total, err = c.o.API(store.Account{AppID: p.AppID}).AuthorizerList(ctx, token, p.AppID, offset, wechat.AuthorizerPage)
			return err
		}); err != nil {
			return n, err
		}
		for _, z := range list {
			known, is := mine[z.AppID]
			delete(mine, z.AppID)
			if is && known.Refused == 0 {
				continue
			}
			a, err := c.take(ctx, by, store.AuthCode{AppID: z.AppID}, z.RefreshToken)
			if err != nil && !errors.Is(err, ErrMiniProgram) {
				return n, err
			}
			if a.ID != 0 {
				n++
			}
		}
	}
	for _, a := range mine {
		if a.Refused != 0 {
			continue
		}
		if err := c.unlisted(ctx, a); err != nil {
			return n, err
		}
	}
	return n, nil
}

// unlisted asks after an account that WeChat does not list: the list may have
// missed it, and a refresh token is deleted only when it has withdrawn.
func (c *Courier) unlisted(ctx context.Context, a store.Account) error {
	err := c.tokens.byComponent(ctx, func(p store.Component, token string) error {
		_, err := c.o.API(a).AuthorizerInfo(ctx, token, p.AppID, a.AppID)
		return err
	})
	if wechat.Code(err) == store.Withdrawn {
		return c.o.Store.AuthorizerRefused(ctx, a, store.Withdrawn)
	}
	return err
}

// letters makes n random letters and digits.
func letters(n int) string { return (rand.Text() + rand.Text())[:n] }
