package sandbox

import (
	"net"
	"time"
)

// spendQuota counts a call against the day's limit of its path; the day
// changes at midnight in Beijing.
func (c *call) spendQuota() *apiError {
	c.acc.newDay(c.now())
	path := c.req.URL.Path
	if c.ep.daily > 0 && c.acc.Used[path] >= c.ep.daily {
		return fail(45009)
	}
	c.acc.Used[path]++
	return nil
}

func (a *account) newDay(now time.Time) {
	if day := beijingDay(now); a.Day != day {
		a.Day = day
		clear(a.Used)
	}
}

// clearAll counts a clearing; there are ten a month.
func (c *call) clearAll() (any, *apiError) {
	if month := c.now().In(beijing).Format("2006-01"); c.acc.Month != month {
		c.acc.Month, c.acc.Clears = month, 0
	}
	if c.acc.Clears >= 10 {
		return nil, fail(48006)
	}
	c.acc.Clears++
	clear(c.acc.Used)
	c.touch()
	return done, nil
}

// clearQuota is clear_quota.
func (c *call) clearQuota() (any, *apiError) {
	if c.body.str("appid") != c.acc.AppID {
		return nil, fail(40013)
	}
	return c.clearAll()
}

// clearQuotaBySecret is clear_quota/v2, with the secret in place of a token.
func (c *call) clearQuotaBySecret() (any, *apiError) {
	q := c.req.URL.Query()
	secret := firstOf(q.Get("appsecret"), c.body.str("appsecret"))
	if err := c.login("client_credential", firstOf(q.Get("appid"), c.body.str("appid")), secret); err != nil {
		return nil, err
	}
	return c.clearAll()
}

// getQuota is openapi/quota/get. That it refuses for a call without permission is
// unconfirmed.
func (c *call) getQuota() (any, *apiError) {
	path := c.body.str("cgi_path")
	ep, ok := endpoints[path]
	if !ok {
		return nil, fail(76003)
	}
	if !c.acc.may(path) {
		return nil, fail(76022)
	}
	used := c.acc.Used[path]
	none := map[string]int{"call_count": 0, "refresh_second": 0}
	return map[string]any{
		"errcode": 0, "errmsg": "ok",
		"quota":                map[string]int{"daily_limit": ep.daily, "used": used, "remain": max(0, ep.daily-used)},
		"rate_limit":           none,
		"component_rate_limit": none,
	}, nil
}

// clearPath is openapi/quota/clear.
func (c *call) clearPath() (any, *apiError) {
	path := c.body.str("cgi_path")
	if _, ok := endpoints[path]; !ok {
		return nil, fail(76003)
	}
	delete(c.acc.Used, path)
	c.touch()
	return done, nil
}

// listIPs is getcallbackip and get_api_domain_ip.
func (c *call) listIPs() (any, *apiError) {
	return map[string]any{"ip_list": []string{"127.0.0.1", "::1/128"}}, nil
}

// checkCallback is callback/check.
func (c *call) checkCallback() (any, *apiError) {
	action, operator := c.body.str("action"), c.body.str("check_operator")
	switch {
	case action != "dns" && action != "ping" && action != "all":
		return nil, fail(40202)
	case operator != "CHINANET" && operator != "UNICOM" && operator != "CAP" && operator != "DEFAULT":
		return nil, fail(40203)
	}
	u := c.callbackURL(c.acc)
	if u == nil {
		return nil, fail(40201)
	}
	ip := u.Hostname()
	if net.ParseIP(ip) == nil {
		ip = "127.0.0.1"
	}
	answer := map[string]any{}
	if action != "ping" {
		answer["dns"] = []map[string]string{{"ip": ip, "real_operator": "CAP"}}
	}
	if action != "dns" {
		answer["ping"] = []map[string]string{{"ip": ip, "from_operator": "CAP", "package_loss": "0%", "time": "1.079ms"}}
	}
	return answer, nil
}
