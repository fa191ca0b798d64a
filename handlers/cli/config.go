package cli

import (
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
)

// WeChatAPI is where WeChat answers, unless a flag says otherwise.
const WeChatAPI = "https://api.weixin.qq.com"

// Config is what the flags of the server say, with the environment for their
// defaults.
type Config struct {
	Addr, Data, URL, WeChatAPI string
	Metrics, MetricsToken      string         // an address of their own, and what opens them beside the pages; "": none
	Proxies                    []netip.Prefix // whose X-Forwarded-For and X-Request-Id are believed
	Sandbox, Dev               bool
	Log                        *slog.Logger
}

// tokenLeast is how long the token of the metrics is at least: nobody shall try it out.
const tokenLeast = 16

// Parse reads the server's flags. The exit code is negative when the server
// shall start.
func Parse(env *Env, version string, args []string) (c Config, code int) {
	set := flag.NewFlagSet("kfdesk", flag.ContinueOnError)
	set.SetOutput(env.Err)
	str := func(to *string, name, fallback string) {
		variable := "KFDESK_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		set.StringVar(to, name, or(env.Getenv(variable), fallback), env.Text("cli.flag."+name)+" ("+variable+")")
	}
	var log, level, proxies string
	str(&c.Addr, "addr", "127.0.0.1:8080")
	str(&c.Data, "data", "data")
	str(&c.URL, "url", "")
	str(&log, "log", "text")
	str(&level, "log-level", "info")
	str(&c.Metrics, "metrics", "")
	str(&c.WeChatAPI, "wechat-api", WeChatAPI)
	str(&proxies, "proxies", "127.0.0.0/8,::1/128")
	set.BoolVar(&c.Sandbox, "sandbox", env.Getenv("KFDESK_SANDBOX") == "1", env.Text("cli.flag.sandbox")+" (KFDESK_SANDBOX=1)")
	set.BoolVar(&c.Dev, "dev", false, env.Text("cli.flag.dev"))
	show := set.Bool("version", false, env.Text("cli.flag.version"))
	set.Usage = func() {
		fmt.Fprintln(env.Err, env.Text("cli.usage", "commands", "\n  kfdesk "+strings.Join(Names(), "\n  kfdesk ")))
		set.PrintDefaults()
	}
	if err := set.Parse(args); errors.Is(err, flag.ErrHelp) {
		return c, 0
	} else if err != nil {
		return c, 2
	}
	wrong := func(text string) (Config, int) {
		fmt.Fprintln(env.Err, text)
		return c, 2
	}
	if set.NArg() > 0 {
		return wrong(env.Text("cli.no_arguments", "argument", set.Arg(0)))
	}
	if *show {
		fmt.Fprintln(env.Out, "kfdesk", version)
		return c, 0
	}
	var err error
	if c.Proxies, err = prefixes(proxies); err != nil {
		return wrong("-proxies: " + err.Error())
	}
	var least slog.Level
	if least.UnmarshalText([]byte(level)) != nil {
		return wrong(env.Text("cli.bad_log_level", "value", level))
	}
	switch log {
	case "text":
		c.Log = slog.New(slog.NewTextHandler(env.Err, &slog.HandlerOptions{Level: least}))
	case "json":
		c.Log = slog.New(slog.NewJSONHandler(env.Err, &slog.HandlerOptions{Level: least}))
	default:
		return wrong(env.Text("cli.bad_log", "value", log))
	}
	if c.MetricsToken = env.Getenv("KFDESK_METRICS_TOKEN"); c.MetricsToken != "" && len(c.MetricsToken) < tokenLeast {
		return wrong(env.Text("cli.short_metrics_token", "least", tokenLeast))
	}
	c.URL, c.WeChatAPI = strings.TrimRight(c.URL, "/"), strings.TrimRight(c.WeChatAPI, "/")
	switch {
	case c.URL != "" && (!isAddress(c.URL) || strings.Count(c.URL, "/") > 2):
		return wrong(env.Text("cli.bad_url", "flag", "-url", "value", c.URL))
	case !isAddress(c.WeChatAPI):
		return wrong(env.Text("cli.bad_url", "flag", "-wechat-api", "value", c.WeChatAPI))
	}
	return c, -1
}

func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.RawQuery == "" && u.Fragment == ""
}

// prefixes reads addresses and networks, with commas between them.
func prefixes(list string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, one := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		if a, err := netip.ParseAddr(one); err == nil {
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(one)
		if err != nil {
			return nil, err
		}
		out = append(out, prefix)
	}
	return out, nil
}

// Language is that of the person at the terminal.
func Language(getenv func(string) string) string {
	for _, name := range []string{"KFDESK_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if strings.HasPrefix(v, "zh") {
				return "zh-CN"
			}
			return "en"
		}
	}
	return "en"
}
