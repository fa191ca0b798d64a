package cli

import (
	"context"
	"errors"
	"flag"

	"kfdesk/store"
)

type resetInput struct {
	login   string
	totpOff bool
}

func resetFlags(env *Env, set *flag.FlagSet) any {
	in := &resetInput{}
	set.StringVar(&in.login, "login", "", env.Text("cli.flag.token-login"))
	set.BoolVar(&in.totpOff, "totp-off", false, env.Text("cli.flag.totp-off"))
	return in
}

// resetAgent gives the path of a link by which an agent sets a new password: the
// way in for the only admin, who has nobody to ask.
func resetAgent(ctx context.Context, _ *Env, s *store.Store, v any) (answer, error) {
	in := v.(*resetInput)
	a, err := s.AgentByLogin(ctx, in.login)
	if errors.Is(err, store.ErrNotFound) {
		return answer{}, &store.Refusal{Code: "no_login", Detail: map[string]any{"login": in.login}}
	}
	if err != nil {
		return answer{}, err
	}
	secret, err := s.NewLink(ctx, store.Actor{}, a.ID, in.totpOff)
	return answer{[]string{"cli.agent_reset"}, map[string]any{"login": a.Login, "path": "/join/" + secret}}, err
}
