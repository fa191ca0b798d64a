package wechat

import (
	"context"
	"net/http"
	"net/url"
)

const (
	pathClearQuota     = "/cgi-bin/clear_quota"
	pathClearQuotaV2   = "/cgi-bin/clear_quota/v2"
	pathQuota          = "/cgi-bin/openapi/quota/get"
	pathClearPathQuota = "/cgi-bin/openapi/quota/clear"
	pathRID            = "/cgi-bin/openapi/rid/get"
	pathCallbackIPs    = "/cgi-bin/getcallbackip"
	pathAPIIPs         = "/cgi-bin/get_api_domain_ip"
	pathCallbackCheck  = "/cgi-bin/callback/check"
)

// Quota is what is left of a call today (Beijing time).
type Quota struct {
	DailyLimit Int `json:"daily_limit"`
	Used       Int `json:"used"`
	Remain     Int `json:"remain"`
}

type cgiPath struct {
	Path string `json:"cgi_path"`
}

// Quota is openapi/quota/get. path has a leading slash and no query.
func (c *Client) Quota(ctx context.Context, token, path string) (Quota, error) {
	var answer struct {
		Quota *Quota `json:"quota"`
	}
	if err := c.post(ctx, token, pathQuota, cgiPath{path}, &answer); err != nil {
		return Quota{}, err
	}
	if answer.Quota == nil {
		return Quota{}, incomplete(pathQuota)
	}
	return *answer.Quota, nil
}

// ClearQuota is clear_quota, 10 times a month together with ClearQuotaV2.
func (c *Client) ClearQuota(ctx context.Context, token, appid string) error {
	return c.post(ctx, token, pathClearQuota, struct {
		AppID string `json:"appid"`
	}{appid}, nil)
}

// ClearQuotaV2 is clear_quota/v2, which needs no token.
func (c *Client) ClearQuotaV2(ctx context.Context, appid, secret string) error {
	return c.call(ctx, request{
		method: http.MethodPost, path: pathClearQuotaV2, secrets: []string{secret},
		query: url.Values{"appid": {appid}, "appsecret": {secret}},
	}, nil)
}

// ClearPathQuota is openapi/quota/clear, 50 times a month.
func (c *Client) ClearPathQuota(ctx context.Context, token, path string) error {
	return c.post(ctx, token, pathClearPathQuota, cgiPath{path}, nil)
}

// RID is what the platform kept of a failed call for 7 days. RequestURL holds the
// access token of then.
type RID struct {
	InvokeTime   Int    `json:"invoke_time"`
	CostMS       Int    `json:"cost_in_ms"`
	RequestURL   string `json:"request_url"`
	RequestBody  string `json:"request_body"`
	ResponseBody string `json:"response_body"`
	ClientIP     string `json:"client_ip"`
}

// RID is openapi/rid/get. The rid stands in Error.Msg.
func (c *Client) RID(ctx context.Context, token, rid string) (RID, error) {
	var answer struct {
		Request RID `json:"request"`
	}
	err := c.post(ctx, token, pathRID, struct {
		RID string `json:"rid"`
	}{rid}, &answer)
	return answer.Request, err
}

// CallbackIPs is getcallbackip: addresses and CIDR ranges.
func (c *Client) CallbackIPs(ctx context.Context, token string) ([]string, error) {
	return c.ips(ctx, token, pathCallbackIPs)
}

// APIIPs is get_api_domain_ip.
func (c *Client) APIIPs(ctx context.Context, token string) ([]string, error) {
	return c.ips(ctx, token, pathAPIIPs)
}

func (c *Client) ips(ctx context.Context, token, path string) ([]string, error) {
	var answer struct {
		List []string `json:"ip_list"`
	}
	err := c.get(ctx, token, path, nil, &answer)
	return answer.List, err
}

// CallbackCheck is how the platform reaches the callback URL.
type CallbackCheck struct {
	DNS []struct {
		IP       string `json:"ip"`
		Operator string `json:"real_operator"`
	} `json:"dns"`
	Ping []struct {
		IP       string `json:"ip"`
		Operator string `json:"from_operator"`
		Loss     string `json:"package_loss"`
		Time     string `json:"time"`
	} `json:"ping"`
}

// CheckCallback is callback/check of DNS and ping by every operator.
func (c *Client) CheckCallback(ctx context.Context, token string) (CallbackCheck, error) {
	var answer CallbackCheck
	err := c.post(ctx, token, pathCallbackCheck, struct {
		Action   string `json:"action"`
		Operator string `json:"check_operator"`
	}{"all", "DEFAULT"}, &answer)
	return answer, err
}
