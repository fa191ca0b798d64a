package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"
)

// Session is a log-in of a browser, or a bearer token for the JSON API. Only
// the hash of its secret is kept.
type Session struct {
	Hash      []byte
	AgentID   int64
	Kind      string // browser, token
	Way       string // oidc: the provider has checked who it is; else ""
	Name      string // user agent, or the token's purpose
	IP        string
	CreatedAt int64
	SeenAt    int64
	ExpiresAt int64 // 0: never
}

// LogIn makes the session of a browser whose agent was checked: a was read before
// that. ErrNotFound when they were deactivated since, or all their log-ins ended.
func (s *Store) LogIn(ctx context.Context, a *Agent, v Session, life time.Duration) (secret string, err error) {
	v.AgentID, v.Kind = a.ID, "browser"
	return s.addSession(ctx, v, life, &a.era)
}

// AddSession makes a session and gives its secret, which is shown only now. A
// browser's is a log-in. ErrNotFound when the agent is not active.
func (s *Store) AddSession(ctx context.Context, v Session, life time.Duration) (secret string, err error) {
	return s.addSession(ctx, v, life, nil)
}

func (s *Store) addSession(ctx context.Context, v Session, life time.Duration, era *int64) (secret string, err error) {
	secret = newSecret()
	return secret, s.write(ctx, func(t *tx) error {
		if err := t.still(v.AgentID, era); err != nil {
			return err
		}
		if life > 0 {
			v.ExpiresAt = t.now + life.Milliseconds()
		}
		if err := t.exec(`insert into session (hash, agent_id, kind, way, name, ip, created_at, seen_at, expires_at)
			values ($1,$2,$3,$4,$5,$6,$7,$7,$8)`, hashSecret(secret), v.AgentID, v.Kind, v.Way, v.Name, v.IP, t.now, v.ExpiresAt); err != nil {
			return err
		}
		login, err := txOne[string](t, "select login from agent where id = $1", v.AgentID)
		if err != nil {
			return err
		}
		d := deed{Name: "login.token", Subject: login, Detail: v.Name}
		if v.Kind == "browser" {
			d.Name = "login.browser"
			if v.Way == "oidc" {
				d.Name = "login.oidc"
			}
			if err := t.exec("update agent set seen_at = $1, seen_ip = $2 where id = $3", t.now, v.IP, v.AgentID); err != nil {
				return err
			}
		}
		return t.audit(Actor{AgentID: v.AgentID, IP: v.IP}, d)
	})
}

// still is ErrNotFound when an agent is not active, or all their log-ins were ended
// since era was read (nil: that counts for nothing).
func (t *tx) still(agentID int64, era *int64) error {
	now, err := txOne[int64](t, "select era from agent where id = $1 and active = 1", agentID)
	if err == nil && era != nil && *era != now {
		err = ErrNotFound
	}
	return err
}

// RenewSession gives a session another secret, shown only now: what was known of it
// before opens nothing any more. ErrNotFound when it ended.
func (s *Store) RenewSession(ctx context.Context, hash []byte) (secret string, err error) {
	secret = newSecret()
	return secret, s.write(ctx, func(t *tx) error {
		agent, err := txOne[int64](t, "update session set hash = $1 where hash = $2 returning agent_id", hashSecret(secret), hash)
		if err != nil {
			return err
		}
		return t.note(Event{Kind: "agent", Agent: agent}) // sockets look again
	})
}

// newSecret is 256 bits that open something.
func newSecret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

func hashSecret(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

const (
	sessionFields  = "hash, agent_id, kind, way, name, ip, created_at, seen_at, expires_at"
	sessionColumns = "select " + sessionFields + " from session"
)

func scanSession(r scanner) (v Session, err error) {
	err = r.Scan(&v.Hash, &v.AgentID, &v.Kind, &v.Way, &v.Name, &v.IP, &v.CreatedAt, &v.SeenAt, &v.ExpiresAt)
	return v, err
}

// Session gives the session of a secret and its agent. ErrNotFound when it
// ended or the agent is not active.
func (s *Store) Session(ctx context.Context, secret string) (Session, Agent, error) {
	v, err := row(ctx, s, scanSession, sessionColumns+" where hash = $1", hashSecret(secret))
	if err != nil {
		return v, Agent{}, err
	}
	if v.ExpiresAt > 0 && s.now() >= v.ExpiresAt {
		return v, Agent{}, ErrNotFound
	}
	a, err := s.Agent(ctx, v.AgentID)
	if err != nil {
		return v, a, err
	}
	if !a.Active {
		return v, a, ErrNotFound
	}
	const seenEvery = 5 * 60 * 1000
	if s.now()-v.SeenAt > seenEvery {
		err = s.write(ctx, func(t *tx) error {
			return t.exec("update session set seen_at = $1 where hash = $2", t.now, v.Hash)
		})
	}
	return v, a, err
}

// Sessions lists an agent's sessions, the newest first.
func (s *Store) Sessions(ctx context.Context, agentID int64) ([]Session, error) {
	return rows(ctx, s, scanSession, sessionColumns+" where agent_id = $1 and (expires_at = 0 or expires_at > $2) order by seen_at desc",
		agentID, s.now())
}

// LogOut ends the session of the browser that asks for it.
func (s *Store) LogOut(ctx context.Context, hash []byte) error {
	return s.write(ctx, func(t *tx) error {
		v, err := t.endSession(hash)
		if err != nil || v.AgentID == 0 {
			return err
		}
		return t.note(Event{Kind: "agent", Agent: v.AgentID})
	})
}

// EndSession ends one session from elsewhere.
func (s *Store) EndSession(ctx context.Context, by Actor, hash []byte) error {
	return s.write(ctx, func(t *tx) error {
		v, err := t.endSession(hash)
		if err != nil || v.AgentID == 0 {
			return err
		}
		name := "login.end"
		if v.Kind == "token" {
			name = "login.token_end"
		}
		return t.agentChanged(by, v.AgentID, name, v.Name)
	})
}

// endSession gives the session that it ends, an empty one when it had ended.
func (t *tx) endSession(hash []byte) (Session, error) {
	v, err := txRow(t, scanSession, "delete from session where hash = $1 returning "+sessionFields, hash)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return v, err
}

// EndSessions ends all browser sessions of an agent: sign out everywhere.
func (s *Store) EndSessions(ctx context.Context, by Actor, agentID int64) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.endLogins(agentID, nil); err != nil {
			return err
		}
		return t.agentChanged(by, agentID, "agent.sign_out", "")
	})
}

// endLogins ends the browser sessions of an agent but keep (nil: all), the half
// log-ins, and what was checked and is no log-in yet.
func (t *tx) endLogins(agentID int64, keep []byte) error {
	if err := t.exec("update agent set era = era + 1 where id = $1", agentID); err != nil {
		return err
	}
	if err := t.exec("delete from half_login where agent_id = $1", agentID); err != nil {
		return err
	}
	return t.exec("delete from session where agent_id = $1 and kind = 'browser' and hash <> $2", agentID, nonNil(keep))
}

// PruneSessions forgets sessions and half log-ins that ended, and old log-in
// failures. Links that ended stay: the list of the members shows them.
func (s *Store) PruneSessions(ctx context.Context) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.exec("delete from session where expires_at > 0 and expires_at <= $1", t.now); err != nil {
			return err
		}
		if err := t.exec("delete from half_login where expires_at <= $1", t.now); err != nil {
			return err
		}
		return t.exec("delete from login_failure where last_at < $1", t.now-24*time.Hour.Milliseconds())
	})
}
