package wechat

import (
	"context"
	"net/url"
	"time"
)

const (
	pathComponentToken  = "/cgi-bin/component/api_component_token"
	pathStartTicket     = "/cgi-bin/component/api_start_push_ticket"
	pathPreAuthCode     = "/cgi-bin/component/api_create_preauthcode"
	pathQueryAuth       = "/cgi-bin/component/api_query_auth"
	pathAuthorizerToken = "/cgi-bin/component/api_authorizer_token"
	pathAuthorizerInfo  = "/cgi-bin/component/api_get_authorizer_info"
	pathAuthorizerList  = "/cgi-bin/component/api_get_authorizer_list"
)

// AuthorizerPage is how many accounts one call of AuthorizerList gives at most.
const AuthorizerPage = 500

// AuthorizerToken is an access token of an account that has authorised a
// third-party platform. RefreshToken may differ from the one before, which then
// is dead.
type AuthorizerToken struct {
	AccessToken  string
	ExpiresIn    time.Duration
	RefreshToken string
}

// Authorization is what an authorisation code is exchanged for.
type Authorization struct {
	AppID string
	AuthorizerToken
	Scopes []int // ids of the permission sets
}

// Authorizer is an account that has authorised a third-party platform.
type Authorizer struct {
	AppID        string
	OriginalID   string // gh_…
	Alias        string // the WeChat id; may be empty
	Name         string
	AvatarURL    string
	ServiceType  int // 0, 1 subscription account, 2 service account
	VerifyType   int // -1 not verified
	Principal    string
	MiniProgram  bool
	RefreshToken string
	Scopes       []int
}

// ListedAuthorizer is a row of the list of all authorisers.
type ListedAuthorizer struct {
	AppID        string `json:"authorizer_appid"`
	RefreshToken string `json:"refresh_token"`
	AuthTime     Int    `json:"auth_time"` // Unix seconds
}

// authorizationInfo comes in two answers; older ones call the appid otherwise.
type authorizationInfo struct {
	AppID        string `json:"authorizer_appid"`
	OldAppID     string `json:"appid"`
	AccessToken  string `json:"authorizer_access_token"`
	ExpiresIn    Int    `json:"expires_in"`
	RefreshToken string `json:"authorizer_refresh_token"`
	Funcs        []struct {
		Scope struct {
			ID Int `json:"id"`
		} `json:"funcscope_category"`
	} `json:"func_info"`
}

func (i *authorizationInfo) appid() string {
	if i.AppID != "" {
		return i.AppID
	}
	return i.OldAppID
}

func (i *authorizationInfo) scopes() []int {
	list := []int{}
	for _, f := range i.Funcs {
		list = append(list, int(f.Scope.ID))
	}
	return list
}

// byComponent is a call with a component_access_token. The parameter has two
// names on the platform's pages, which takes both.
func (c *Client) byComponent(ctx context.Context, token, path string, in, out any, secrets ...string) error {
	r := jsonRequest(path, url.Values{"component_access_token": {token}}, encode(in))
	r.secrets = append(secrets, token)
	return c.call(ctx, r, out)
}

// ComponentToken is api_component_token.
func (c *Client) ComponentToken(ctx context.Context, appid, secret, ticket string) (token string, expiresIn time.Duration, err error) {
	r := jsonRequest(pathComponentToken, nil, encode(struct {
		AppID  string `json:"component_appid"`
		Secret string `json:"component_appsecret"`
		Ticket string `json:"component_verify_ticket"`
	}{appid, secret, ticket}))
	r.secrets = []string{secret, ticket}
	var answer struct {
		Token     string `json:"component_access_token"`
		ExpiresIn Int    `json:"expires_in"`
	}
	if err := c.call(ctx, r, &answer); err != nil {
		return "", 0, err
	}
	if answer.Token == "" || answer.ExpiresIn <= 0 {
		return "", 0, incomplete(r.path)
	}
	return answer.Token, time.Duration(answer.ExpiresIn) * time.Second, nil
}

// StartPushTicket is api_start_push_ticket: the platform pushes a ticket soon,
// and goes on every ten minutes.
func (c *Client) StartPushTicket(ctx context.Context, appid, secret string) error {
	r := jsonRequest(pathStartTicket, nil, encode(struct {
		AppID  string `json:"component_appid"`
		Secret string `json:"component_secret"`
	}{appid, secret}))
	r.secrets = []string{secret}
	return c.call(ctx, r, nil)
}

// PreAuthCode is api_create_preauthcode.
func (c *Client) PreAuthCode(ctx context.Context, token, component string) (code string, expiresIn time.Duration, err error) {
	var answer struct {
		Code      string `json:"pre_auth_code"`
		ExpiresIn Int    `json:"expires_in"`
	}
	if err := c.byComponent(ctx, token, pathPreAuthCode, struct {
		AppID string `json:"component_appid"`
	}{component}, &answer); err != nil {
		return "", 0, err
	}
	if answer.Code == "" || answer.ExpiresIn <= 0 {
		return "", 0, incomplete(pathPreAuthCode)
	}
	return answer.Code, time.Duration(answer.ExpiresIn) * time.Second, nil
}

// QueryAuth is api_query_auth. A code is good once.
func (c *Client) QueryAuth(ctx context.Context, token, component, code string) (Authorization, error) {
	var answer struct {
		Info authorizationInfo `json:"authorization_info"`
	}
	err := c.byComponent(ctx, token, pathQueryAuth, struct {
		AppID string `json:"component_appid"`
		Code  string `json:"authorization_code"`
	}{component, code}, &answer, code)
	if err != nil {
		return Authorization{}, err
	}
	i := &answer.Info
	if i.appid() == "" || i.AccessToken == "" || i.ExpiresIn <= 0 || i.RefreshToken == "" {
		return Authorization{}, incomplete(pathQueryAuth)
	}
	return Authorization{AppID: i.appid(), Scopes: i.scopes(),
		AuthorizerToken: AuthorizerToken{i.AccessToken, time.Duration(i.ExpiresIn) * time.Second, i.RefreshToken}}, nil
}

// AuthorizerToken is api_authorizer_token. The refresh token in the answer takes
// the place of the one that was sent.
func (c *Client) AuthorizerToken(ctx context.Context, token, component, appid, refresh string) (AuthorizerToken, error) {
	var answer struct {
		AccessToken  string `json:"authorizer_access_token"`
		ExpiresIn    Int    `json:"expires_in"`
		RefreshToken string `json:"authorizer_refresh_token"`
	}
	err := c.byComponent(ctx, token, pathAuthorizerToken, struct {
		Component string `json:"component_appid"`
		AppID     string `json:"authorizer_appid"`
		Refresh   string `json:"authorizer_refresh_token"`
	}{component, appid, refresh}, &answer, refresh)
	if err != nil {
		return AuthorizerToken{}, err
	}
	if answer.AccessToken == "" || answer.ExpiresIn <= 0 {
		return AuthorizerToken{}, incomplete(pathAuthorizerToken)
	}
	if answer.RefreshToken == "" {
		answer.RefreshToken = refresh
	}
	return AuthorizerToken{answer.AccessToken, time.Duration(answer.ExpiresIn) * time.Second, answer.RefreshToken}, nil
}

// AuthorizerInfo is api_get_authorizer_info.
func (c *Client) AuthorizerInfo(ctx context.Context, token, component, appid string) (Authorizer, error) {
	type number struct {
		ID Int `json:"id"`
	}
	var answer struct {
		Info struct {
			Name        string    `json:"nick_name"`
			Avatar      string    `json:"head_img"`
			ServiceType number    `json:"service_type_info"`
			VerifyType  number    `json:"verify_type_info"`
			OriginalID  string    `json:"user_name"`
			Alias       string    `json:"alias"`
			Principal   string    `json:"principal_name"`
			MiniProgram *struct{} `json:"MiniProgramInfo"`
		} `json:"authorizer_info"`
		Authorization authorizationInfo `json:"authorization_info"`
	}
	if err := c.byComponent(ctx, token, pathAuthorizerInfo, struct {
		Component string `json:"component_appid"`
		AppID     string `json:"authorizer_appid"`
	}{component, appid}, &answer); err != nil {
		return Authorizer{}, err
	}
	i, z := &answer.Info, &answer.Authorization
	if i.OriginalID == "" {
		return Authorizer{}, incomplete(pathAuthorizerInfo)
	}
	return Authorizer{AppID: appid, OriginalID: i.OriginalID, Alias: i.Alias, Name: i.Name, AvatarURL: i.Avatar,
		ServiceType: int(i.ServiceType.ID), VerifyType: int(i.VerifyType.ID), Principal: i.Principal,
		MiniProgram: i.MiniProgram != nil, RefreshToken: z.RefreshToken, Scopes: z.scopes()}, nil
}

// AuthorizerList is one page of api_get_authorizer_list, at most AuthorizerPage
// long.
func (c *Client) AuthorizerList(ctx context.Context, token, component string, offset, count int) (list []ListedAuthorizer, total int, err error) {
	var answer struct {
		Total Int                 `json:"total_count"`
		List  *[]ListedAuthorizer `json:"list"`
	}
	if err := c.byComponent(ctx, token, pathAuthorizerList, struct {
		Component string `json:"component_appid"`
		Offset    int    `json:"offset"`
		Count     int    `json:"count"`
	}{component, offset, count}, &answer); err != nil {
		return nil, 0, err
	}
	if answer.List == nil {
		return nil, 0, incomplete(pathAuthorizerList)
	}
	return *answer.List, int(answer.Total), nil
}
