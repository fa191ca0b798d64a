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
	Name      string // user agent, or the token's purpose
	IP        string
	CreatedAt int64
	SeenAt    int64
	ExpiresAt int64 // 0: never
}

// A wrong password counts against the login and the address together, so that
// nobody can lock an agent out from elsewhere. After loginTries in a row, with
// less than loginWait between them, the pair waits loginWait.
const (
	loginTries = 5
	loginWait  = 5 * time.Minute
)

// Login checks a password. Refusals: login_wait (detail.seconds), login_wrong
// (detail.left tries before waiting).
func (s *Store) Login(ctx context.Context, login, password, ip string) (Agent, error) {
	if login = cleanLogin(login); !loginForm.MatchString(login) {
		login = "" // nobody's
	}
	subject := login + "@" + ip
	left, err := s.countTry(ctx, subject)
	if err != nil {
		return Agent{}, err
	}
	a, err := s.AgentByLogin(ctx, login)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Agent{}, err
	}
	if ok := checkPassword(a.password, password); !ok || !a.Active {
		if left == 0 && a.ID != 0 { // of nobody's log-in: what was typed may be a password
			if err := s.write(ctx, func(t *tx) error {
				return t.audit(Actor{IP: ip}, deed{Name: "login.locked", Subject: a.Login})
			}); err != nil {
				return Agent{}, err
			}
		}
		return Agent{}, refuse("login_wrong", "left", left)
	}
	return a, s.write(ctx, func(t *tx) error {
		if err := t.exec("update agent set seen_at = $1 where id = $2", t.now, a.ID); err != nil {
			return err
		}
		return t.exec("delete from login_failure where subject = $1", subject)
	})
}

// countTry counts a try before it is made, so that many at once count too, and
// tells how many are left after it.
func (s *Store) countTry(ctx context.Context, subject string) (left int64, err error) {
	type tries struct{ count, last int64 }
	err = s.write(ctx, func(t *tx) error {
		f, err := txRow(t, func(r scanner) (f tries, err error) { err = r.Scan(&f.count, &f.last); return f, err },
			"select count, last_at from login_failure where subject = $1", subject)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		wait := f.last + loginWait.Milliseconds() - t.now
		if wait <= 0 {
			f.count = 0
		}
		if f.count >= loginTries {
			return refuse("login_wait", "seconds", (wait+999)/1000)
		}
		left = loginTries - f.count - 1
		return t.exec(`insert into login_failure (subject, count, last_at) values ($1, $2, $3)
			on conflict (subject) do update set count = excluded.count, last_at = excluded.last_at`, subject, f.count+1, t.now)
	})
	return left, err
}

// AddSession makes a session and gives its secret, which is shown only now.
func (s *Store) AddSession(ctx context.Context, v Session, life time.Duration) (secret string, err error) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	secret = base64.RawURLEncoding.EncodeToString(b)
	return secret, s.write(ctx, func(t *tx) error {
		if life > 0 {
			v.ExpiresAt = t.now + life.Milliseconds()
		}
		if err := t.exec(`insert into session (hash, agent_id, kind, name, ip, created_at, seen_at, expires_at)
			values ($1,$2,$3,$4,$5,$6,$6,$7)`, hashSecret(secret), v.AgentID, v.Kind, v.Name, v.IP, t.now, v.ExpiresAt); err != nil {
			return err
		}
		d := deed{Name: "login.browser", Detail: v.Name}
		if v.Kind == "token" {
			d.Name = "login.token"
		}
		return t.audit(Actor{v.AgentID, v.IP}, d)
	})
}

func hashSecret(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

const sessionColumns = "select hash, agent_id, kind, name, ip, created_at, seen_at, expires_at from session"

func scanSession(r scanner) (v Session, err error) {
	err = r.Scan(&v.Hash, &v.AgentID, &v.Kind, &v.Name, &v.IP, &v.CreatedAt, &v.SeenAt, &v.ExpiresAt)
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

// EndSession ends one session.
func (s *Store) EndSession(ctx context.Context, hash []byte) error {
	return s.write(ctx, func(t *tx) error {
		agent, err := txOne[int64](t, "delete from session where hash = $1 returning agent_id", hash)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return t.note(Event{Kind: "agent", Agent: agent})
	})
}

// EndSessions ends all browser sessions of an agent: sign out everywhere.
func (s *Store) EndSessions(ctx context.Context, by Actor, agentID int64) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.exec("delete from session where agent_id = $1 and kind = 'browser'", agentID); err != nil {
			return err
		}
		return t.agentChanged(by, agentID, "agent.sign_out", "")
	})
}

// PruneSessions forgets sessions that ended and old log-in failures.
func (s *Store) PruneSessions(ctx context.Context) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.exec("delete from session where expires_at > 0 and expires_at <= $1", t.now); err != nil {
			return err
		}
		return t.exec("delete from login_failure where last_at < $1", t.now-24*time.Hour.Milliseconds())
	})
}
