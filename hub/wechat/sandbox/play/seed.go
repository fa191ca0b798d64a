package play

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	_ "image/jpeg" // the samples
	"time"

	"kfdesk/hub/courier"
	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

// Password is that of every agent of the demo.
const Password = "kfdesk-demo"

// Seed gives an empty store the demo shop, its agents and its past, and tells
// the agents' logins. A store that has the shop already is left alone.
func (p *Play) Seed(ctx context.Context, s *store.Store) (logins []string, err error) {
	demo := sandbox.Demo()
	for _, k := range demo.KF {
		logins = append(logins, k.Login)
	}
	past, err := p.box.Seed(demo)
	if err != nil || past == nil {
		return logins, err
	}
	d := &seeder{ctx: ctx, store: s, agents: map[string]*store.Agent{}}
	defer func(now func() time.Time) { s.Now = now }(s.Now)
	if err := d.shop(demo); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	for _, line := range past {
		s.Now = func() time.Time { return line.At }
		if err := d.line(&line); err != nil {
			return nil, fmt.Errorf("demo: %s %s: %w", line.OpenID, line.Do, err)
		}
	}
	return logins, d.vips(demo)
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
	for i, k := range demo.KF {
		if err := d.store.ExpectKF(d.ctx, d.account.ID, k.Account, k.Nick); err != nil {
			return err
		}
		role := "agent"
		if i == len(demo.KF)-1 {
			role = "admin"
		}
		agent, err := d.store.AddAgent(d.ctx, store.Actor{}, store.Agent{Login: k.Login, Name: k.Name, Role: role}, Password)
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
	case "text", "image", "news":
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
		draft.Body, draft.Preview = body("content", l.Text), courier.Preview(l.Text)
	case "news":
		draft.Body, draft.Preview = body("title", l.Title, "description", l.Description, "url", l.URL, "picurl", ""), courier.Preview(l.Title)
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

func (d *seeder) vips(demo sandbox.DemoSet) error {
	for _, u := range demo.Users {
		if u.VIP == 0 {
			continue
		}
		v, err := d.store.NewestConversation(d.ctx, d.account.ID, u.OpenID)
		if err != nil {
			return err
		}
		if err := d.store.SetVIP(d.ctx, v.Customer.ID, u.VIP); err != nil {
			return err
		}
	}
	return nil
}
