package sandbox

import (
	"slices"
)

// platform finds the component of a token call or of a call with its token.
func (c *call) platform() (*component, *apiError) {
	p := c.component(c.body.str("component_appid"))
	switch {
	case c.body.str("component_appid") == "":
		return nil, fail(41018)
	case p == nil:
		return nil, fail(61011)
	}
	if len(p.IPs) > 0 && !slices.Contains(p.IPs, c.clientIP()) {
		return nil, fail(61004)
	}
	return p, nil
}

// withSecret is for the two calls that need no token.
func (c *call) withSecret(key string) (*component, *apiError) {
	p, err := c.platform()
	switch {
	case err != nil:
		return nil, err
	case c.body.str(key) == "":
		return nil, fail(41019)
	case c.body.str(key) != p.Secret:
		return nil, fail(40094)
	}
	return p, nil
}

// byComponent wraps the calls that need a component_access_token.
func byComponent(run func(*call, *component) (any, *apiError)) func(*call) (any, *apiError) {
	return func(c *call) (any, *apiError) {
		q, now := c.req.URL.Query(), c.now().UnixMilli()
		token := firstOf(q.Get("component_access_token"), q.Get("access_token"))
		if token == "" {
			return nil, fail(41021)
		}
		if c.tokens[token] != nil {
			return nil, fail(61014)
		}
		owner := c.componentOf(token)
		if owner == nil {
			return nil, fail(40001)
		}
		if !good(owner.Tokens, token, now) {
			return nil, fail(42006)
		}
		p, err := c.platform()
		if err != nil {
			return nil, err
		}
		if p != owner {
			return nil, fail(61011)
		}
		return run(c, p)
	}
}

// componentOf finds whose component_access_token this is or was.
func (s *Sandbox) componentOf(token string) *component {
	for _, p := range s.st.Components {
		if known(p.Tokens, token) {
			return p
		}
	}
	return nil
}

func (c *call) componentToken() (any, *apiError) {
	p, err := c.withSecret("component_appsecret")
	if err != nil {
		return nil, err
	}
	ticket, now := c.body.str("component_verify_ticket"), c.now().UnixMilli()
	switch {
	case ticket == "":
		return nil, fail(41020)
	case !known(p.Tickets, ticket):
		return nil, fail(61006)
	case !good(p.Tickets, ticket, now):
		return nil, fail(61005)
	}
	value := "CT_" + randomText(133)
	p.Tokens = c.issue(p.Tokens, value, tokenLife)
	return map[string]any{"component_access_token": value, "expires_in": int(tokenLife.Seconds())}, nil
}

func (c *call) startTicket() (any, *apiError) {
	p, err := c.withSecret("component_secret")
	if err != nil {
		return nil, err
	}
	p.Silent = false
	c.newTicket(p)
	return done, nil
}

func (c *call) preAuthCode(p *component) (any, *apiError) {
	value := "preauthcode@@@" + randomText(60)
	p.PreAuth = c.issue(p.PreAuth, value, preAuthLife)
	return map[string]any{"pre_auth_code": value, "expires_in": int(preAuthLife.Seconds())}, nil
}

func (c *call) queryAuth(p *component) (any, *apiError) {
	code, now := c.body.str("authorization_code"), c.now().UnixMilli()
	i := slices.IndexFunc(p.Codes, func(x *authCode) bool { return x.Code == code })
	switch {
	case i < 0 || p.Codes[i].Used:
		return nil, fail(61009)
	case now >= p.Codes[i].Until:
		return nil, fail(61010)
	}
	z := p.authorizer(p.Codes[i].AppID)
	if z == nil {
		return nil, fail(61003)
	}
	p.Codes[i].Used = true
	t := c.authorizerToken(p, z)
	return map[string]any{"authorization_info": map[string]any{"authorizer_appid": z.AppID, "authorizer_access_token": t.Value,
		"expires_in": c.rest(t), "authorizer_refresh_token": z.Refresh, "func_info": funcInfo(z.Scopes)}}, nil
}

// authorizerToken makes a new token beside the last one.
func (s *Sandbox) authorizerToken(p *component, z *authorizer) *token {
	t := s.newToken(s.account(z.AppID), false)
	t.Component = p.AppID
	return t
}

func (c *call) rest(t *token) int64 { return (t.Expires - c.now().UnixMilli()) / 1000 }

func funcInfo(scopes []int) any {
	list := []any{}
	for _, id := range scopes {
		list = append(list, map[string]any{"funcscope_category": map[string]int{"id": id}})
	}
	return list
}

// of finds the authoriser that the body names.
func (c *call) of(p *component) (*authorizer, *apiError) {
	if z := p.authorizer(c.body.str("authorizer_appid")); z != nil {
		return z, nil
	}
	return nil, fail(61003)
}

func (c *call) refreshAuthorizer(p *component) (any, *apiError) {
	z, err := c.of(p)
	if err != nil {
		return nil, err
	}
	if c.body.str("authorizer_refresh_token") != z.Refresh {
		return nil, fail(61023)
	}
	if p.Rotate {
		z.Refresh = "refreshtoken@@@" + randomText(43)
	}
	t := c.authorizerToken(p, z)
	return map[string]any{"authorizer_access_token": t.Value, "expires_in": c.rest(t), "authorizer_refresh_token": z.Refresh}, nil
}

func (c *call) authorizerInfo(p *component) (any, *apiError) {
	z, err := c.of(p)
	if err != nil {
		return nil, err
	}
	a := c.account(z.AppID)
	kind := 2
	if a.Kind == "subscription" {
		kind = 0
	}
	verified := 0
	if a.Unverified {
		verified = -1
	}
	info := map[string]any{"nick_name": a.Name, "head_img": c.link(a.AvatarFile), "service_type_info": map[string]int{"id": kind},
		"verify_type_info": map[string]int{"id": verified}, "user_name": a.OriginalID, "alias": a.WechatID,
		"principal_name": a.Name, "account_status": 1}
	if a.Kind == "miniprogram" {
		info["MiniProgramInfo"] = map[string]any{"visit_status": 0}
	}
	return map[string]any{"authorizer_info": info, "authorization_info": map[string]any{"authorizer_appid": z.AppID,
		"authorizer_refresh_token": z.Refresh, "func_info": funcInfo(z.Scopes)}}, nil
}

func (c *call) listAuthorizers(p *component) (any, *apiError) {
	offset, count := c.body.num("offset", 0), c.body.num("count", 0)
	if count > 500 {
		return nil, fail(40170)
	}
	list := []any{}
	for i, z := range p.Authorizers {
		if int64(i) >= offset && int64(i) < offset+count {
			list = append(list, map[string]any{"authorizer_appid": z.AppID, "refresh_token": z.Refresh, "auth_time": z.At})
		}
	}
	return map[string]any{"total_count": len(p.Authorizers), "list": list}, nil
}

func (c *call) getOption(p *component) (any, *apiError) {
	z, err := c.of(p)
	if err != nil {
		return nil, err
	}
	name := c.body.str("option_name")
	value, ok := z.Options[name]
	if !ok {
		return nil, fail(40035)
	}
	return map[string]string{"authorizer_appid": z.AppID, "option_name": name, "option_value": value}, nil
}

func (c *call) setOption(p *component) (any, *apiError) {
	z, err := c.of(p)
	if err != nil {
		return nil, err
	}
	name := c.body.str("option_name")
	if _, ok := z.Options[name]; !ok {
		return nil, fail(40035)
	}
	z.Options[name] = c.body.str("option_value")
	c.touch()
	return done, nil
}

// mayCall refuses a component what the account did not grant it, and what it has
// withdrawn.
func (c *call) mayCall(t *token) *apiError {
	if t.Component == "" {
		return nil
	}
	p := c.component(t.Component)
	if t.Withdrawn || p == nil || p.authorizer(t.account.AppID) == nil {
		return fail(61003)
	}
	need := scopesFor(c.req.URL.Path)
	if need != nil && !slices.ContainsFunc(need, func(id int) bool { return slices.Contains(p.authorizer(t.account.AppID).Scopes, id) }) {
		return fail(61007)
	}
	return nil
}
