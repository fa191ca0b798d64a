package store

import (
	"context"
	"errors"
)

// OIDCSubject is somebody at a provider, under the name that never changes there
// and is never given to another.
type OIDCSubject struct{ Issuer, Subject string }

// OIDCAgent gives the member that somebody at a provider is. Who is none yet and
// has the login of a member becomes that member for good, and nobody else there
// can. ErrNotFound when there is no such active member. Refusals: oidc_admin (an
// admin connects themselves, see ConnectOIDC), oidc_other (the member is somebody
// else there).
func (s *Store) OIDCAgent(ctx context.Context, ip string, who OIDCSubject, login string) (Agent, error) {
	id, err := row(ctx, s, one[int64], oidcMember, who.Issuer, who.Subject)
	if errors.Is(err, ErrNotFound) {
		err = s.write(ctx, func(t *tx) (err error) { id, err = t.firstOIDC(ip, who, login); return err })
	}
	if err != nil {
		return Agent{}, err
	}
	a, err := s.Agent(ctx, id)
	if err == nil && !a.Active {
		err = ErrNotFound
	}
	return a, err
}

const oidcMember = "select agent_id from oidc_member where issuer = $1 and subject = $2"

func (t *tx) firstOIDC(ip string, who OIDCSubject, login string) (int64, error) {
	if id, err := txOne[int64](t, oidcMember, who.Issuer, who.Subject); !errors.Is(err, ErrNotFound) {
		return id, err // at the same time, from another browser
	}
	id, err := txOne[int64](t, "select id from agent where login = $1 and active = 1", cleanLogin(login))
	if err != nil {
		return 0, err
	}
	if n, err := txOne[int](t, "select count(*) from oidc_member where agent_id = $1 and issuer = $2", id, who.Issuer); err != nil || n > 0 {
		return 0, orElse(err, refuse("oidc_other"))
	}
	if role, err := txOne[string](t, "select role from agent where id = $1", id); err != nil || role == "admin" {
		return 0, orElse(err, refuse("oidc_admin"))
	}
	return id, t.connectOIDC(Actor{AgentID: id, IP: ip}, who, "agent.connect")
}

// ConnectOIDC makes a member who is logged in somebody at a provider, in place
// of whom they were there. Refused: oidc_taken, when that one is another member.
func (s *Store) ConnectOIDC(ctx context.Context, by Actor, who OIDCSubject) error {
	return s.write(ctx, func(t *tx) error {
		switch id, err := txOne[int64](t, oidcMember, who.Issuer, who.Subject); {
		case err == nil && id == by.AgentID:
			return nil
		case err == nil:
			return refuse("oidc_taken")
		case !errors.Is(err, ErrNotFound):
			return err
		}
		return t.connectOIDC(by, who, "agent.connect")
	})
}

func (t *tx) connectOIDC(by Actor, who OIDCSubject, deed string) error {
	if err := t.exec(`insert into oidc_member (agent_id, issuer, subject) values ($1, $2, $3)
		on conflict (agent_id, issuer) do update set subject = excluded.subject`, by.AgentID, who.Issuer, who.Subject); err != nil {
		return err
	}
	return t.agentChanged(by, by.AgentID, deed, "")
}

// OIDCConnected tells whether a member is somebody at a provider.
func (s *Store) OIDCConnected(ctx context.Context, agentID int64, issuer string) (bool, error) {
	return row(ctx, s, one[bool], "select count(*) from oidc_member where agent_id = $1 and issuer = $2", agentID, issuer)
}

// AddOIDCAgent makes an agent without a password, who is somebody at a provider.
// Refusals as of AddAgent.
func (s *Store) AddOIDCAgent(ctx context.Context, ip string, a Agent, who OIDCSubject) (Agent, error) {
	a.Role, a.Active = "agent", true
	if err := a.check(); err != nil {
		return a, err
	}
	err := s.write(ctx, func(t *tx) (err error) {
		if a.ID, err = t.addAgent(Actor{IP: ip}, a, "", "agent.oidc"); err != nil {
			return err
		}
		return t.exec("insert into oidc_member (agent_id, issuer, subject) values ($1, $2, $3)", a.ID, who.Issuer, who.Subject)
	})
	if err != nil {
		return a, err
	}
	return s.Agent(ctx, a.ID)
}
