package cli_test

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"kfdesk/handlers/cli"
)

// parses reads the server's flags.
func (c *terminal) parses(args ...string) (cli.Config, int) {
	var out, err bytes.Buffer
	config, code := cli.Parse(c.environment(&out, &err), "v1.2.3", args)
	if config.Log != nil {
		config.Log.Info("hello")
	}
	c.out, c.err = out.String(), err.String()
	return config, code
}

func TestFlagsAndEnvironment(t *testing.T) {
	c := newTerminal(t)
	got, code := c.parses()
	if code >= 0 || got.Addr != "127.0.0.1:8080" || got.Data != "data" || got.URL != "" || got.WeChatAPI != "https://api.weixin.qq.com" || got.Sandbox || got.Dev ||
		!slices.Equal(got.Proxies, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}) {
		t.Errorf("by default %+v, %d", got, code)
	}
	c.env = map[string]string{"KFDESK_ADDR": ":80", "KFDESK_DATA": "/srv", "KFDESK_URL": "https://desk.example.com/", "KFDESK_LOG": "json",
		"KFDESK_WECHAT_API": "http://127.0.0.1:9/wx/", "KFDESK_PROXIES": "10.0.0.7, 192.168.0.0/16", "KFDESK_SANDBOX": "1"}
	got, code = c.parses()
	if code >= 0 || got.Addr != ":80" || got.Data != "/srv" || got.URL != "https://desk.example.com" || got.WeChatAPI != "http://127.0.0.1:9/wx" || !got.Sandbox ||
		!slices.Equal(got.Proxies, []netip.Prefix{netip.MustParsePrefix("10.0.0.7/32"), netip.MustParsePrefix("192.168.0.0/16")}) {
		t.Errorf("from the environment %+v, %d", got, code)
	}
	if !strings.HasPrefix(c.err, `{"time":`) {
		t.Errorf("the log is %s", c.err)
	}
	got, code = c.parses("-addr", ":81", "-data", "d", "-url", "http://localhost:81", "-log", "text", "-wechat-api", "https://api2.weixin.qq.com", "-proxies", "", "-sandbox=false", "-dev")
	if got.Metrics != "" || got.MetricsToken != "" {
		t.Errorf("metrics at %q, %q", got.Metrics, got.MetricsToken)
	}
	if code >= 0 || got.Addr != ":81" || got.Data != "d" || got.URL != "http://localhost:81" || got.WeChatAPI != "https://api2.weixin.qq.com" || got.Sandbox || !got.Dev || len(got.Proxies) != 0 {
		t.Errorf("from flags %+v, %d", got, code)
	}
}

func TestFlagsThatAreWrong(t *testing.T) {
	c := newTerminal(t)
	for _, args := range [][]string{{"-adr", ":80"}, {"serve"}, {"-sandbox", "now"}, {"-log", "xml"}, {"-log-level", "loud"}, {"-proxies", "10.0.0.0/33"}, {"-proxies", "localhost"},
		{"-url", "desk.example.com"}, {"-url", "ftp://desk.example.com"}, {"-url", "https://desk.example.com/kf"}, {"-url", "https://"}, {"-wechat-api", ""}, {"-wechat-api", "api.weixin.qq.com"}} {
		if _, code := c.parses(args...); code != 2 || c.err == "" || c.out != "" {
			t.Errorf("%v: %d, %q %q", args, code, c.out, c.err)
		}
	}
}

func TestVersionAndHelp(t *testing.T) {
	for _, lang := range []string{"en", "zh-CN"} {
		c := newTerminal(t)
		c.lang = lang
		if _, code := c.parses("-version"); code != 0 || c.out != "kfdesk v1.2.3\n" {
			t.Errorf("-version: %d, %q", code, c.out)
		}
		if _, code := c.parses("-h"); code != 0 {
			t.Errorf("-h: %d", code)
		}
		for _, word := range append(cli.Names(), "-addr", "KFDESK_ADDR", "KFDESK_DATA", "KFDESK_URL", "KFDESK_LOG", "KFDESK_WECHAT_API", "KFDESK_PROXIES", "KFDESK_SANDBOX", "-dev") {
			if !strings.Contains(c.err, word) {
				t.Errorf("-h does not tell of %s", word)
			}
		}
	}
}

func TestLanguageOfTheTerminal(t *testing.T) {
	for _, tt := range []struct{ want, env string }{
		{"en", ""}, {"zh-CN", "LANG=zh_CN.UTF-8"}, {"en", "LANG=de_DE.UTF-8"}, {"en", "LC_ALL=C LANG=zh_CN.UTF-8"},
		{"zh-CN", "LC_MESSAGES=zh_TW LANG=en_US.UTF-8"}, {"zh-CN", "KFDESK_LANG=zh LC_ALL=en_US"},
	} {
		env := map[string]string{}
		for _, pair := range strings.Fields(tt.env) {
			name, value, _ := strings.Cut(pair, "=")
			env[name] = value
		}
		if got := cli.Language(func(name string) string { return env[name] }); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.env, got, tt.want)
		}
	}
}

// The token of the metrics comes from the environment alone, and is none that can
// be guessed; what is logged begins at a level.
func TestWatched(t *testing.T) {
	c := newTerminal(t)
	c.env = map[string]string{"KFDESK_METRICS": "127.0.0.1:9101", "KFDESK_METRICS_TOKEN": "0123456789abcdef", "KFDESK_LOG_LEVEL": "warn"}
	if got, code := c.parses(); code >= 0 || got.Metrics != "127.0.0.1:9101" || got.MetricsToken != "0123456789abcdef" || c.err != "" {
		t.Errorf("%+v, %d, %s", got, code, c.err)
	}
	c.env["KFDESK_METRICS_TOKEN"] = "0123456789abcde"
	if _, code := c.parses(); code != 2 || !strings.Contains(c.err, "16") || strings.Contains(c.err, "abcde") {
		t.Errorf("a short token: %d, %s", code, c.err)
	}
	if _, code := c.parses("-metrics-token", "0123456789abcdef"); code != 2 {
		t.Error("the token is taken from the arguments")
	}
}
