package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"math/big"
	"strings"

	"kfdesk/store"
)

type adminInput struct{ login, name string }

func adminFlags(env *Env, set *flag.FlagSet) any {
	in := &adminInput{}
	set.StringVar(&in.login, "login", "", env.Text("cli.flag.login"))
	set.StringVar(&in.name, "name", "", env.Text("cli.flag.name"))
	return in
}

func addAdmin(ctx context.Context, env *Env, s *store.Store, v any) (answer, error) {
	in := v.(*adminInput)
	a, err := s.AddAgent(ctx, store.Actor{}, store.Agent{Login: in.login, Name: in.name, Role: "admin"}, env.secret("KFDESK_ADMIN_PASSWORD"))
	return answer{[]string{"cli.admin_added"}, map[string]any{"id": a.ID, "login": a.Login}}, err
}

func accountFlags(env *Env, set *flag.FlagSet) any {
	a := &store.Account{}
	set.StringVar(&a.AppID, "appid", "", "AppID, wx…")
	set.StringVar(&a.OriginalID, "original-id", "", env.Text("cli.flag.original-id"))
	set.StringVar(&a.WechatID, "wechat-id", "", env.Text("cli.flag.wechat-id"))
	set.StringVar(&a.Name, "name", "", env.Text("cli.flag.account-name"))
	set.StringVar(&a.Mode, "mode", "safe", env.Text("cli.flag.mode"))
	return a
}

// addAccount takes the AppSecret, and makes the callback's token and key where
// none is given: only these are shown, to be entered at WeChat.
func addAccount(ctx context.Context, env *Env, s *store.Store, v any) (answer, error) {
	a := *v.(*store.Account)
	a.Secret = env.secret("KFDESK_APP_SECRET")
	out := answer{[]string{"cli.account_added"}, map[string]any{}}
	a.CallbackToken, a.AESKey = env.secret("KFDESK_CALLBACK_TOKEN"), env.secret("KFDESK_AES_KEY")
	if a.CallbackToken == "" {
		a.CallbackToken = letters(24)
		out.keys, out.values["callback_token"] = append(out.keys, "cli.token_made"), a.CallbackToken
	}
	if a.AESKey == "" {
		a.AESKey = letters(43)
		out.keys, out.values["aes_key"] = append(out.keys, "cli.key_made"), a.AESKey
	}
	a, err := s.AddAccount(ctx, store.Actor{}, a)
	out.values["id"], out.values["appid"], out.values["mode"] = a.ID, a.AppID, a.Mode
	out.values["callback_path"] = "/wechat/" + a.AppID
	return out, err
}

// letters makes a random word of letters and digits, as WeChat wants a
// callback's token (3 to 32) and EncodingAESKey (43).
func letters(n int) string {
	const set = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	var b strings.Builder
	for range n {
		i, _ := rand.Int(rand.Reader, big.NewInt(int64(len(set)))) // never fails
		b.WriteByte(set[i.Int64()])
	}
	return b.String()
}

type agentInput struct{ login, name, role, appid, kf, api string }

func agentFlags(env *Env, set *flag.FlagSet) any {
	in := &agentInput{}
	set.StringVar(&in.login, "login", "", env.Text("cli.flag.login"))
	set.StringVar(&in.name, "name", "", env.Text("cli.flag.name"))
	set.StringVar(&in.role, "role", "agent", env.Text("cli.flag.role"))
	set.StringVar(&in.appid, "appid", "", "AppID, wx…")
	set.StringVar(&in.kf, "kf", "", env.Text("cli.flag.kf"))
	set.StringVar(&in.api, "wechat-api", or(env.Getenv("KFDESK_WECHAT_API"), WeChatAPI), env.Text("cli.flag.wechat-api"))
	return in
}

// addAgent makes an agent and binds them to a kf account that exists at
// WeChat. When WeChat cannot be asked now, the kf account is taken on trust
// until the next sync, and the answer says so.
func addAgent(ctx context.Context, env *Env, s *store.Store, v any) (answer, error) {
	in := v.(*agentInput)
	account, err := s.AccountByAppID(ctx, in.appid)
	if errors.Is(err, store.ErrNotFound) {
		return answer{}, &store.Refusal{Code: "no_account", Detail: map[string]any{"appid": in.appid}}
	}
	if err != nil {
		return answer{}, err
	}
	out := answer{[]string{"cli.agent_added"}, map[string]any{"kf_account": in.kf}}
	if failure := env.SyncKF(ctx, s, in.api, account); failure != nil {
		if err := expectKF(ctx, s, account, in.kf); err != nil {
			return answer{}, err
		}
		out.keys, out.values["not_checked"] = append(out.keys, "cli.kf_not_checked"), failure.Error()
	}
	if err := freeKF(ctx, s, account.ID, in.kf); err != nil {
		return answer{}, err
	}
	a, err := s.AddAgent(ctx, store.Actor{}, store.Agent{Login: in.login, Name: in.name, Role: in.role}, env.secret("KFDESK_AGENT_PASSWORD"))
	if err != nil {
		return answer{}, err
	}
	out.values["id"], out.values["login"] = a.ID, a.Login
	return out, s.Bind(ctx, store.Actor{}, a.ID, account.ID, in.kf)
}

func refuseKF(code, kf string) error {
	return &store.Refusal{Code: code, Detail: map[string]any{"field": "kf_account", "kf_account": kf}}
}

// expectKF takes a kf account on trust when it can be one of this account.
func expectKF(ctx context.Context, s *store.Store, account store.Account, kf string) error {
	prefix, wechatID, _ := strings.Cut(kf, "@")
	if prefix == "" || wechatID != account.WechatID {
		return refuseKF("unknown_kf", kf)
	}
	return s.ExpectKF(ctx, account.ID, kf, prefix)
}

// freeKF looks before the agent is made, so that a refusal leaves nothing behind.
func freeKF(ctx context.Context, s *store.Store, account int64, kf string) error {
	list, err := s.KFAccounts(ctx, account)
	if err != nil {
		return err
	}
	for _, k := range list {
		if k.KFAccount == kf && k.Agent != 0 {
			return refuseKF("kf_taken", kf)
		}
		if k.KFAccount == kf {
			return nil
		}
	}
	return refuseKF("unknown_kf", kf)
}

type tokenInput struct{ login, name string }

func tokenFlags(env *Env, set *flag.FlagSet) any {
	in := &tokenInput{}
	set.StringVar(&in.login, "login", "", env.Text("cli.flag.token-login"))
	set.StringVar(&in.name, "name", "command line", env.Text("cli.flag.token-name"))
	return in
}

func addToken(ctx context.Context, _ *Env, s *store.Store, v any) (answer, error) {
	in := v.(*tokenInput)
	a, err := s.AgentByLogin(ctx, in.login)
	if errors.Is(err, store.ErrNotFound) {
		return answer{}, &store.Refusal{Code: "no_login", Detail: map[string]any{"login": in.login}}
	}
	if err != nil {
		return answer{}, err
	}
	secret, err := s.AddSession(ctx, store.Session{AgentID: a.ID, Kind: "token", Name: in.name}, 0)
	return answer{[]string{"cli.token_added"}, map[string]any{"login": a.Login, "token": secret}}, err
}
