package cli

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"math/big"
	"strings"

	"kfdesk/store"
)

type adminInput struct{ login, name string }

func adminFlags(_ *Env, set *flag.FlagSet) any {
	in := &adminInput{}
	set.StringVar(&in.login, "login", "", "")
	set.StringVar(&in.name, "name", "", "")
	return in
}

func addAdmin(ctx context.Context, env *Env, s *store.Store, v any) (answer, error) {
	in := v.(*adminInput)
	a, err := s.AddAgent(ctx, store.Actor{}, store.Agent{Login: in.login, Name: in.name, Role: "admin"}, env.secret("KFDESK_ADMIN_PASSWORD"))
	return answer{"cli.admin_added", map[string]any{"id": a.ID, "login": a.Login}}, err
}

func accountFlags(_ *Env, set *flag.FlagSet) any {
	a := &store.Account{}
	set.StringVar(&a.AppID, "appid", "", "wx…")
	set.StringVar(&a.OriginalID, "original-id", "", "gh_…")
	set.StringVar(&a.WechatID, "wechat-id", "", "")
	set.StringVar(&a.Name, "name", "", "")
	set.StringVar(&a.Mode, "mode", "safe", "plain, compatible, safe")
	return a
}

// addAccount takes the AppSecret, and makes the callback's token and key where
// none is given: the answer shows them, to be entered at WeChat.
func addAccount(ctx context.Context, env *Env, s *store.Store, v any) (answer, error) {
	a := *v.(*store.Account)
	a.Secret = env.secret("KFDESK_APP_SECRET")
	a.CallbackToken = or(env.secret("KFDESK_CALLBACK_TOKEN"), Letters(24))
	a.AESKey = or(env.secret("KFDESK_AES_KEY"), Letters(43))
	a, err := s.AddAccount(ctx, store.Actor{}, a)
	return answer{"cli.account_added", map[string]any{"id": a.ID, "appid": a.AppID, "callback_path": "/wechat/" + a.AppID,
		"callback_token": a.CallbackToken, "aes_key": a.AESKey, "mode": a.Mode}}, err
}

// Letters makes a random word of letters and digits, as WeChat wants a
// callback's token (3 to 32) and EncodingAESKey (43).
func Letters(n int) string {
	const set = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	var b strings.Builder
	for range n {
		i, _ := rand.Int(rand.Reader, big.NewInt(int64(len(set)))) // never fails
		b.WriteByte(set[i.Int64()])
	}
	return b.String()
}

type agentInput struct{ login, name, appid, kf, api string }

func agentFlags(env *Env, set *flag.FlagSet) any {
	in := &agentInput{}
	set.StringVar(&in.login, "login", "", "")
	set.StringVar(&in.name, "name", "", "")
	set.StringVar(&in.appid, "appid", "", "wx…")
	set.StringVar(&in.kf, "kf", "", "prefix@wechatid")
	set.StringVar(&in.api, "wechat-api", or(env.Getenv("KFDESK_WECHAT_API"), WeChatAPI), "")
	return in
}

// addAgent makes an agent and binds them to a kf account that exists at
// WeChat. When WeChat cannot be asked now, the kf account is taken on trust
// until the next sync.
func addAgent(ctx context.Context, env *Env, s *store.Store, v any) (answer, error) {
	in := v.(*agentInput)
	account, err := s.AccountByAppID(ctx, in.appid)
	if err != nil {
		return answer{}, fmt.Errorf("account %q: %w", in.appid, err)
	}
	if !strings.HasSuffix(in.kf, "@"+account.WechatID) {
		return answer{}, &store.Refusal{Code: "unknown_kf", Detail: map[string]any{"field": "kf_account", "kf_account": in.kf}}
	}
	if err := env.SyncKF(ctx, s, in.api, account); err != nil {
		fmt.Fprintln(env.Err, env.Text("cli.kf_not_checked", "kf_account", in.kf, "error", err.Error()))
		prefix, _, _ := strings.Cut(in.kf, "@")
		if err := s.ExpectKF(ctx, account.ID, in.kf, prefix); err != nil {
			return answer{}, err
		}
	}
	a, err := s.AddAgent(ctx, store.Actor{}, store.Agent{Login: in.login, Name: in.name, Role: "agent"}, env.secret("KFDESK_AGENT_PASSWORD"))
	if err != nil {
		return answer{}, err
	}
	err = s.Bind(ctx, store.Actor{}, a.ID, account.ID, in.kf)
	return answer{"cli.agent_added", map[string]any{"id": a.ID, "login": a.Login, "kf_account": in.kf}}, err
}

type tokenInput struct{ login, name string }

func tokenFlags(_ *Env, set *flag.FlagSet) any {
	in := &tokenInput{}
	set.StringVar(&in.login, "login", "", "")
	set.StringVar(&in.name, "name", "command line", "")
	return in
}

func addToken(ctx context.Context, _ *Env, s *store.Store, v any) (answer, error) {
	in := v.(*tokenInput)
	a, err := s.AgentByLogin(ctx, in.login)
	if err != nil {
		return answer{}, err
	}
	secret, err := s.AddSession(ctx, store.Session{AgentID: a.ID, Kind: "token", Name: in.name}, 0)
	return answer{"cli.token_added", map[string]any{"login": a.Login, "token": secret}}, err
}
