package play

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // the samples
	"time"

	"kfdesk/hub/courier"
	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

// easyPassword is that of the demo's agents as long as only this machine can
// reach the console. The setting keeps what it is.
const (
	easyPassword    = "kfdesk-demo"
	passwordSetting = "demo_password"
)

// Logins are what a newcomer logs in with.
type Logins struct {
	Names    []string
	Password string
}

// Seed gives an empty store the demo shop, its agents and its past; a store that
// has the shop already is left alone. public says that others can reach the
// console: then the demo's password is not the one that everybody knows.
func (p *Play) Seed(ctx context.Context, s *store.Store, public bool) (Logins, error) {
	demo := sandbox.Demo()
	past, err := p.box.Seed(demo)
	if err != nil {
		return Logins{}, err
	}
	// After the shop's customers: the phone begins with one of them.
	if p.component, err = p.box.SeedComponent(p.console); err != nil {
		return Logins{}, err
	}
	if past != nil {
		if err := seed(ctx, s, demo, past); err != nil {
			return Logins{}, fmt.Errorf("demo: %w", err)
		}
	}
	if err := p.platform(ctx, s); err != nil {
		return Logins{}, fmt.Errorf("demo: %w", err)
	}
	return logins(ctx, s, demo, public)
}

// platform gives the console the demo's third-party platform, as its operator
// would copy it. The way to WeChat's authorisation page leads to the imitation.
func (p *Play) platform(ctx context.Context, s *store.Store) error {
	const way = "/phone/authorise?component_appid={component}&pre_auth_code={code}&redirect_uri={back}"
	if _, err := s.Component(ctx); !errors.Is(err, store.ErrNotFound) {
		return err
	}
	_, err := s.SetComponent(ctx, store.Actor{}, store.Component{AppID: p.component.AppID, Secret: p.component.Secret,
		CallbackToken: p.component.Token, AESKey: p.component.AESKey, DesktopURL: way, PhoneURL: way})
	return err
}

func seed(ctx context.Context, s *store.Store, demo sandbox.DemoSet, past []sandbox.Played) error {
	d := &seeder{ctx: ctx, store: s, agents: map[string]*store.Agent{}}
	defer func(now func() time.Time) { s.Now = now }(s.Now)
	if err := d.shop(demo); err != nil {
		return err
	}
	for _, line := range past {
		s.Now = func() time.Time { return line.At }
		if err := d.line(&line); err != nil {
			return fmt.Errorf("%s %s: %w", line.OpenID, line.Do, err)
		}
	}
	if err := d.tags(demo); err != nil {
		return err
	}
	return d.vips(demo)
}

// logins tells the demo's log-ins, after making their password a secret where
// it must be one. A store in which something else was restored does not have them.
func logins(ctx context.Context, s *store.Store, demo sandbox.DemoSet, public bool) (l Logins, err error) {
	agents := map[string]int64{}
	for _, k := range demo.KF {
		a, err := s.AgentByLogin(ctx, k.Login)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return l, err
		}
		l.Names, agents[k.Login] = append(l.Names, k.Login), a.ID
	}
	if l.Password, err = s.Setting(ctx, passwordSetting); err != nil || l.Password != "" && !(public && l.Password == easyPassword) {
		return l, err
	}
	if l.Password = easyPassword; public {
		l.Password = rand.Text()[:16]
		for _, login := range l.Names {
			if err := s.SetPassword(ctx, store.Actor{}, agents[login], l.Password, nil); err != nil {
				return l, err
			}
		}
	}
	return l, s.SetSetting(ctx, passwordSetting, l.Password)
}

// Host lets an admin who has just come in answer customers: they take over the
// kf account of the demo's admin, where there is one.
func (p *Play) Host(ctx context.Context, s *store.Store, adminID int64) error {
	demo := sandbox.Demo()
	last := demo.KF[len(demo.KF)-1]
	account, err := s.AccountByAppID(ctx, demo.Account.AppID)
	former, err2 := s.AgentByLogin(ctx, last.Login)
	if err = errors.Join(err, err2); errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.Bind(ctx, store.Actor{}, former.ID, account.ID, ""); err != nil {
		return err
	}
	return s.Bind(ctx, store.Actor{}, adminID, account.ID, last.Account)
}

type seeder struct {
	ctx     context.Context
	store   *store.Store
	account store.Account
	agents  map[string]*store.Agent // by kf_account
}

// shop makes the official account, its kf accounts and the agents behind them;
// the last one is the admin.
func (d *seeder) shop(demo sandbox.DemoSet) (err error) {
	a := demo.Account
	d.account, err = d.store.AddAccount(d.ctx, store.Actor{}, store.Account{AppID: a.AppID, OriginalID: a.OriginalID, WechatID: a.WechatID,
		Name: a.Name, Mode: string(a.Mode), Secret: a.Secret, CallbackToken: a.Token, AESKey: a.AESKey})
	if err != nil {
		return err
	}
	// The sandbox's clock is moved by hand: nobody has left because of it.
	d.account.Rules.Idle, d.account.Rules.Gone = 0, -1
	if err := d.store.SetRules(d.ctx, store.Actor{}, d.account.ID, d.account.Rules); err != nil {
		return err
	}
	for i, k := range demo.KF {
		if err := d.store.ExpectKF(d.ctx, d.account.ID, k.Account, k.Nick); err != nil {
			return err
		}
		role := "agent"
		if i == len(demo.KF)-1 {
			role = "admin"
		}
		agent, err := d.store.AddAgent(d.ctx, store.Actor{}, store.Agent{Login: k.Login, Name: k.Name, Role: role}, easyPassword)
		if err != nil {
			return err
		}
		if err := d.store.Bind(d.ctx, store.Actor{}, agent.ID, d.account.ID, k.Account); err != nil {
			return err
		}
		if agent, err = d.store.Agent(d.ctx, agent.ID); err != nil {
			return err
		}
		d.agents[k.Account] = &agent
	}
	return nil
}

// line does what the line of the past says.
func (d *seeder) line(l *sandbox.Played) error {
	if l.Push != nil {
		_, err := d.store.Receive(d.ctx, courier.Incoming(d.account.ID, l.Push))
		return err
	}
	agent := d.agents[l.From]
	v, err := d.store.NewestConversation(d.ctx, d.account.ID, l.OpenID)
	if err != nil {
		return err
	}
	switch l.Do {
	case "claim":
		_, err = d.store.Claim(d.ctx, agent, v.ID)
	case "end":
		_, err = d.store.End(d.ctx, agent, v.ID)
	case "note":
		_, _, _, err = d.store.AddNote(d.ctx, agent, v.ID, store.Note{ClientID: fmt.Sprintf("demo-%s-%d", l.OpenID, l.At.UnixMilli()), Content: l.Text})
	case "text", "image", "news", "msgmenu":
		if err = d.reply(agent, v.ID, l); err == nil {
			_, err = d.store.Read(d.ctx, agent, v.ID, v.Last.ID)
		}
	}
	return err
}

func (d *seeder) reply(agent *store.Agent, conversation int64, l *sandbox.Played) error {
	draft := store.Draft{ClientID: fmt.Sprintf("demo-%s-%d", l.OpenID, l.At.UnixMilli()), Type: l.Do, Body: json.RawMessage("{}")}
	switch l.Do {
	case "text":
		draft.Body = body("content", l.Text)
	case "news":
		draft.Body = body("title", l.Title, "description", l.Description, "url", l.URL, "picurl", "")
	case "msgmenu":
		draft.Body = l.Menu()
	}
	if l.File != nil {
		conf, format, err := image.DecodeConfig(bytes.NewReader(l.File))
		if err != nil {
			return err
		}
		m := store.Media{Account: d.account.ID, Kind: "image", Mime: "image/" + format, Width: conf.Width, Height: conf.Height, Name: l.Sample}
		if m.Hash, m.Size, err = d.store.SaveFile(bytes.NewReader(l.File), 10<<20); err != nil {
			return err
		}
		if m, err = d.store.AddMedia(d.ctx, m); err != nil {
			return err
		}
		draft.MediaID = m.ID
	}
	m, _, _, err := d.store.Reply(d.ctx, agent, conversation, draft)
	if err != nil {
		return err
	}
	if _, _, err := d.store.SendNow(d.ctx, agent, m.ID); err != nil { // nobody takes it back
		return err
	}
	if _, err := d.store.ClaimReplies(d.ctx, 1); err != nil {
		return err
	}
	return d.store.Sent(d.ctx, m.ID, store.Result{State: "sent"})
}

func body(pairs ...string) json.RawMessage {
	m := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	b, _ := json.Marshal(m) // strings always encode
	return b
}

// tags makes those of the demo, each with a colour of its own, and puts them on.
func (d *seeder) tags(demo sandbox.DemoSet) error {
	made := map[string]int64{}
	for _, u := range demo.Users {
		for _, name := range u.Tags {
			if made[name] == 0 {
				if err := d.store.SetTag(d.ctx, store.Actor{}, store.Tag{Account: d.account.ID, Name: name, Colour: 1 + len(made)%10}); err != nil {
					return err
				}
				made[name] = int64(len(made) + 1)
			}
			v, err := d.store.NewestConversation(d.ctx, d.account.ID, u.OpenID)
			if err != nil {
				return err
			}
			if _, err := d.store.TagCustomer(d.ctx, &store.Agent{Role: "admin"}, v.Customer.ID, []int64{made[name]}, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *seeder) vips(demo sandbox.DemoSet) error {
	for _, u := range demo.Users {
		if u.VIP == 0 {
			continue
		}
		v, err := d.store.NewestConversation(d.ctx, d.account.ID, u.OpenID)
		if err != nil {
			return err
		}
		if _, err := d.store.SetVIP(d.ctx, &store.Agent{Role: "admin"}, v.Customer.ID, u.VIP); err != nil {
			return err
		}
	}
	return nil
}
