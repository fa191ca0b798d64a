package store

import (
	"context"
	"errors"
	"strings"
	"time"
)

// Link opens one page once, for an agent who cannot log in: to join, or to set
// a new password. Only the hash of its secret is kept.
type Link struct {
	Agent     Agent
	Kind      string // join, reset
	TOTPOff   bool   // using it also turns the second step off
	ExpiresAt int64
}

// How long a link opens its page.
const (
	joinLife  = 7 * 24 * time.Hour
	resetLife = 24 * time.Hour
)

// InviteAgent makes an agent who has no password yet, and the secret of the link by
// which they set one. Refusals as of AddAgent.
func (s *Store) InviteAgent(ctx context.Context, by Actor, a Agent) (_ Agent, secret string, err error) {
	if err := a.check(); err != nil {
		return a, "", err
	}
	a.Active = true
	secret = newSecret()
	return a, secret, s.write(ctx, func(t *tx) (err error) {
		if a.ID, err = t.addAgent(by, a, "", "agent.invite"); err != nil {
			return err
		}
		return t.addLink(a.ID, secret, "join", false)
	})
}

// NewLink makes the secret of a link for an agent; one from before is of no use
// any more. Who has not joined gets one to join. For others it resets: all
// their browsers are signed out at once, and with totpOff its use also turns
// the second step off. Refused: inactive.
func (s *Store) NewLink(ctx context.Context, by Actor, agentID int64, totpOff bool) (secret string, err error) {
	a, err := s.Agent(ctx, agentID)
	if err != nil {
		return "", err
	}
	secret = newSecret()
	return secret, s.write(ctx, func(t *tx) error {
		if active, err := txOne[bool](t, "select active from agent where id = $1", agentID); err != nil || !active {
			return orElse(err, refuse("inactive"))
		}
		if !a.Joined {
			if err := t.addLink(agentID, secret, "join", false); err != nil {
				return err
			}
			return t.agentChanged(by, agentID, "agent.invite", "")
		}
		if err := t.addLink(agentID, secret, "reset", totpOff); err != nil {
			return err
		}
		if err := t.endLogins(agentID, nil); err != nil {
			return err
		}
		return t.agentChanged(by, agentID, "agent.reset", map[bool]string{true: "totp"}[totpOff])
	})
}

func (t *tx) addLink(agentID int64, secret, kind string, totpOff bool) error {
	life := joinLife
	if kind == "reset" {
		life = resetLife
	}
	return t.exec(`insert into link (agent_id, hash, kind, totp_off, expires_at) values ($1,$2,$3,$4,$5)
		on conflict (agent_id) do update set hash = excluded.hash, kind = excluded.kind, totp_off = excluded.totp_off, expires_at = excluded.expires_at`,
		agentID, hashSecret(secret), kind, totpOff, t.now+life.Milliseconds())
}

const linkColumns = "select agent_id, kind, totp_off, expires_at from link"

func scanLink(r scanner) (l Link, err error) {
	err = r.Scan(&l.Agent.ID, &l.Kind, &l.TOTPOff, &l.ExpiresAt)
	return l, err
}

// Links lists the links that were made and not used, the ended too; of their
// agents it gives only the ids.
func (s *Store) Links(ctx context.Context) ([]Link, error) {
	return rows(ctx, s, scanLink, linkColumns)
}

// Link gives the link of a secret. Refused: link_dead, when it was used, has
// ended, or a newer one was made.
func (s *Store) Link(ctx context.Context, secret string) (Link, error) {
	l, err := row(ctx, s, scanLink, linkColumns+" where hash = $1", hashSecret(secret))
	if errors.Is(err, ErrNotFound) || err == nil && l.ExpiresAt <= s.now() {
		return l, refuse("link_dead")
	}
	if err != nil {
		return l, err
	}
	l.Agent, err = s.Agent(ctx, l.Agent.ID)
	return l, err
}

// UseLink sets the password of the link's agent, signs their browsers out and
// ends the link. Who joins also says their name (empty: as the admin wrote it)
// and gets a language. Refusals: link_dead and those of the password.
func (s *Store) UseLink(ctx context.Context, ip, secret, name, lang, password string) (Agent, error) {
	l, err := s.Link(ctx, secret)
	if err != nil {
		return l.Agent, err
	}
	hash, err := hashPassword(password, l.Agent.Login)
	if err != nil {
		return l.Agent, err
	}
	a, era := l.Agent, int64(0)
	err = s.write(ctx, func(t *tx) error {
		now, err := txRow(t, scanLink, "delete from link where hash = $1 and expires_at > $2 returning agent_id, kind, totp_off, expires_at",
			hashSecret(secret), t.now)
		if err != nil {
			return orNoLink(err)
		}
		if now.Kind == "join" {
			if name = strings.TrimSpace(name); name != "" {
				a.Name = name
			}
			a.Lang = lang
			if err := t.exec("update agent set name = $1, lang = $2 where id = $3", a.Name, a.Lang, a.ID); err != nil {
				return err
			}
		}
		by := Actor{AgentID: a.ID, IP: ip}
		if now.TOTPOff {
			if err := t.stopTOTP(by, a.ID); err != nil {
				return err
			}
		}
		if err := t.setPassword(by, a.ID, hash, nil, map[string]string{"join": "agent.join", "reset": "agent.password"}[now.Kind]); err != nil {
			return err
		}
		era, err = txOne[int64](t, "select era from agent where id = $1", a.ID)
		return err
	})
	if err != nil {
		return a, err
	}
	a, err = s.Agent(ctx, a.ID)
	a.era = era // another reset since then counts
	return a, err
}

func orNoLink(err error) error {
	if errors.Is(err, ErrNotFound) {
		return refuse("link_dead")
	}
	return err
}
