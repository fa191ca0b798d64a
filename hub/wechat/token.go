package wechat

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

const (
	pathToken       = "/cgi-bin/token"
	pathStableToken = "/cgi-bin/stable_token"
)

// StableToken is cgi-bin/stable_token. It gives the same token until its last
// five minutes. With force the old one dies at once; the platform allows that 20
// times a day.
func (c *Client) StableToken(ctx context.Context, appid, secret string, force bool) (token string, expiresIn time.Duration, err error) {
	r := jsonRequest(pathStableToken, nil, encode(struct {
		GrantType string `json:"grant_type"`
		AppID     string `json:"appid"`
		Secret    string `json:"secret"`
		Force     bool   `json:"force_refresh"`
	}{"client_credential", appid, secret, force}))
	r.secrets = []string{secret}
	return c.token(ctx, r)
}

// Token is cgi-bin/token. Each call makes a new token and ends the one before
// within five minutes, so only one program may use it.
func (c *Client) Token(ctx context.Context, appid, secret string) (token string, expiresIn time.Duration, err error) {
	return c.token(ctx, request{method: http.MethodGet, path: pathToken, secrets: []string{secret}, query: url.Values{
		"grant_type": {"client_credential"}, "appid": {appid}, "secret": {secret},
	}})
}

func (c *Client) token(ctx context.Context, r request) (string, time.Duration, error) {
	var answer struct {
		Token     string `json:"access_token"`
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
