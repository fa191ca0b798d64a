package sandbox

import (
	"cmp"
	"regexp"
	"slices"
	"time"
)

// A token is an access token of one of the two kinds, which never touch each
// other.
type token struct {
	Value   string `json:"value"`
	Stable  bool   `json:"stable,omitempty"`
	Expires int64  `json:"expires"`        // ms: 42001 afterwards
	Dead    int64  `json:"dead,omitempty"` // ms: superseded, 40001 afterwards
	account *account

	Component string `json:"component,omitempty"` // the third-party platform that it was given to
	Withdrawn bool   `json:"withdrawn,omitempty"`
}

const (
	tokenLife    = 2 * time.Hour
	tokenOverlap = 5 * time.Minute
)

// refreshes counts force_refresh of stable_token: 20 a day, one in 30 s.
type refreshes struct {
	Day  string `json:"day"`
	N    int    `json:"n"`
	Last int64  `json:"last"`
}

func (s *Sandbox) newToken(a *account, stable bool) *token {
	now := s.now()
	a.Tokens = slices.DeleteFunc(a.Tokens, func(t *token) bool {
		gone := now.Sub(time.UnixMilli(t.Expires)) > 24*time.Hour
		if gone {
			delete(s.tokens, t.Value)
		}
		return gone
	})
	t := &token{
		Value: "98_" + randomText(133), Stable: stable,
		Expires: now.Add(tokenLife).UnixMilli(), account: a,
	}
	a.Tokens = append(a.Tokens, t)
	s.tokens[t.Value] = t
	s.touch()
	return t
}

// newest is the token given out last, or nil.
func (a *account) newest(stable bool) *token {
	for _, t := range slices.Backward(a.Tokens) {
		if t.Stable == stable && t.Component == "" {
			return t
		}
	}
	return nil
}

// supersede lets a token work for d more.
func (t *token) supersede(now time.Time, d time.Duration) {
	if t == nil {
		return
	}
	if end := now.Add(d).UnixMilli(); t.Dead == 0 || end < t.Dead {
		t.Dead = end
	}
}

var plausibleToken = regexp.MustCompile(`^[A-Za-z0-9_-]{32,512}$`)

// checkToken finds the account of an access token.
func (s *Sandbox) checkToken(value string) (*account, *apiError) {
	now := s.now().UnixMilli()
	t := s.tokens[value]
	switch {
	case value == "":
		return nil, fail(41001)
	case t == nil && s.componentOf(value) != nil:
		return nil, fail(61015)
	case t == nil && !plausibleToken.MatchString(value):
		return nil, fail(40014)
	case t == nil:
		return nil, fail(40001)
	case now >= t.Expires:
		return nil, fail(42001)
	case t.Dead != 0 && now >= t.Dead:
		return nil, fail(40001)
	}
	return t.account, nil
}

// login checks appid, secret and the whitelist of a token call.
func (c *call) login(grantType, appid, secret string) *apiError {
	switch {
	case grantType != "client_credential":
		return fail(40002)
	case appid == "":
		return fail(41002)
	case secret == "":
		return fail(41004)
	}
	a := c.account(appid)
	switch {
	case a == nil:
		return fail(40013)
	case secret != a.Secret && len(secret) != 32:
		return fail(40125)
	case secret != a.Secret:
		return fail(40001)
	}
	if ip := c.clientIP(); len(a.IPs) > 0 && !slices.Contains(a.IPs, ip) {
		return &apiError{40164, "invalid ip " + ip + " ipv6 ::ffff:" + ip + ", not in whitelist"}
	}
	c.acc = a
	return nil
}

type tokenReply struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"`
}

func (c *call) tokenReply(t *token) tokenReply {
	return tokenReply{t.Value, (t.Expires - c.now().UnixMilli()) / 1000}
}

// getToken is cgi-bin/token: a new token each time, the previous one works
// for five more minutes.
func (c *call) getToken() (any, *apiError) {
	q := c.req.URL.Query()
	if err := c.login(q.Get("grant_type"), q.Get("appid"), q.Get("secret")); err != nil {
		return nil, err
	}
	if err := c.spendQuota(); err != nil {
		return nil, err
	}
	c.acc.newest(false).supersede(c.now(), tokenOverlap)
	return c.tokenReply(c.newToken(c.acc, false)), nil
}

// stableToken is cgi-bin/stable_token: the same token until its last five
// minutes, then a new one beside it.
func (c *call) stableToken() (any, *apiError) {
	b := c.body
	if err := c.login(b.str("grant_type"), b.str("appid"), b.str("secret")); err != nil {
		return nil, err
	}
	if err := c.spendQuota(); err != nil {
		return nil, err
	}
	now, t := c.now(), c.acc.newest(true)
	alive := t != nil && t.Dead == 0 && now.Before(time.UnixMilli(t.Expires))
	if b.flag("force_refresh") && alive {
		return c.forceRefresh(t)
	}
	if !alive || time.UnixMilli(t.Expires).Sub(now) <= tokenOverlap {
		t = c.newToken(c.acc, true)
	}
	return c.tokenReply(t), nil
}

func (c *call) forceRefresh(t *token) (any, *apiError) {
	now, r := c.now(), &c.acc.Refreshes
	if now.UnixMilli()-r.Last < 30_000 {
		return c.tokenReply(t), nil
	}
	if day := beijingDay(now); r.Day != day {
		r.Day, r.N = day, 0
	}
	if r.N >= 20 {
		return nil, fail(45009)
	}
	r.N++
	r.Last = now.UnixMilli()
	t.supersede(now, 0)
	return c.tokenReply(c.newToken(c.acc, true)), nil
}

// ExpireTokens ends every token of an account now, as two hours of waiting
// would: calls with them give 42001. An empty appid means every account.
func (s *Sandbox) ExpireTokens(appid string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now().UnixMilli()
	for _, a := range s.st.Accounts {
		if a.AppID != cmp.Or(appid, a.AppID) {
			continue
		}
		for _, t := range a.Tokens {
			t.Expires = min(t.Expires, now)
		}
	}
	s.touch()
}

var beijing = time.FixedZone("CST", 8*3600)

func beijingDay(t time.Time) string { return t.In(beijing).Format(time.DateOnly) }
