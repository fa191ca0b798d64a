package store

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// lane is what a try at a password or code counts against. After most in a row, with
// less than wait between them, the lane waits for so long.
type lane struct {
	subject string
	most    int64
	wait    time.Duration
}

// Who comes from where the agent is known to be has a lane of their own, that nobody
// else can fill: with a browser in which the agent has logged in before, or from an
// address from which they have. All strangers share two more, one of the login and
// one of their address: who guesses from many addresses, or at many logins, is held
// up there, and nobody but strangers with them.
const (
	loginTries    = 5
	loginWait     = 5 * time.Minute
	strangerTries = 30 // at a login, from wherever
	strangerWait  = 30 * time.Minute
	addressTries  = 60 // from an address, at whatever login
	addressWait   = 15 * time.Minute
)

func ownLane(subject string) lane { return lane{subject, loginTries, loginWait} }

// Login checks a password, and opens nothing yet. device is what Device has given to
// this browser, "" when nothing. Refusals: login_wait (detail.seconds), login_wrong
// (detail.left tries before waiting).
func (s *Store) Login(ctx context.Context, login, password, ip, device string) (Agent, error) {
	if login = cleanLogin(login); !loginForm.MatchString(login) {
		login = "" // nobody's
	}
	a, err := s.AgentByLogin(ctx, login)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Agent{}, err
	}
	lanes, err := s.loginLanes(ctx, &a, login, ip, device)
	if err != nil {
		return Agent{}, err
	}
	return s.checkIn(ctx, lanes, &a, password, ip)
}

// checkIn checks the password of an agent (who may be nobody) by the rules of lanes.
func (s *Store) checkIn(ctx context.Context, lanes []lane, a *Agent, password, ip string) (Agent, error) {
	left, err := s.countTry(ctx, lanes)
	if err != nil {
		return Agent{}, err
	}
	if ok := checkPassword(a.password, password); !ok || !a.Active {
		if slices.Contains(left, 0) {
			if err := s.shutOut(ctx, Actor{IP: ip}, a.Login, "password"); err != nil {
				return Agent{}, err
			}
		}
		return Agent{}, refuse("login_wrong", "left", left[0])
	}
	return *a, s.write(ctx, func(t *tx) error { return t.succeeded(lanes) })
}

// loginLanes are those of a try at a login; the first is the one that the person is
// told of.
func (s *Store) loginLanes(ctx context.Context, a *Agent, login, ip, device string) ([]lane, error) {
	if name := s.deviceOf(a, device); name != "" {
		return []lane{ownLane(login + "#" + name)}, nil
	}
	net := network(ip)
	pair := ownLane(login + "@" + net)
	known, err := s.knownFrom(ctx, a, net)
	if err != nil || known {
		return []lane{pair}, err
	}
	return []lane{pair, {login + "@*", strangerTries, strangerWait}, {"*@" + net, addressTries, addressWait}}, nil
}

// codeLane is that of a try at an agent's code. Who gets there knows the password:
// strangers have one lane, wherever they come from.
func (s *Store) codeLane(ctx context.Context, a *Agent, ip, device string) ([]lane, error) {
	subject := fmt.Sprint("code:", a.ID)
	if name := s.deviceOf(a, device); name != "" {
		return []lane{ownLane(subject + "#" + name)}, nil
	}
	net := network(ip)
	known, err := s.knownFrom(ctx, a, net)
	if known {
		subject += "@" + net
	}
	return []lane{ownLane(subject)}, err
}

// network is where an address is from: of IPv6 a subscriber has a whole /64.
func network(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil || a.Is4() || a.Is4In6() {
		return ip
	}
	p, _ := a.WithZone("").Prefix(64) // shorter than any such address
	return p.String()
}

// knownFrom tells whether an agent has logged in from a network lately.
func (s *Store) knownFrom(ctx context.Context, a *Agent, net string) (bool, error) {
	if a.ID == 0 {
		return false, nil
	}
	from, err := rows(ctx, s, one[string], "select ip from session where agent_id = $1 and kind = 'browser'", a.ID)
	return slices.ContainsFunc(append(from, a.SeenIP), func(ip string) bool { return ip != "" && network(ip) == net }), err
}

// deviceLife is how long a browser is known for its agent's.
const deviceLife = 365 * 24 * time.Hour

const devicePlace = "cookie.device"

// Device is what a browser keeps to be known for this agent's, until all their log-ins
// are ended. It opens nothing: who brings it has tries of their own at the password.
func (s *Store) Device(a *Agent) string {
	return base64.RawURLEncoding.EncodeToString(s.key.seal(devicePlace, fmt.Sprint(a.ID, " ", a.era, " ", s.now())))
}

// deviceOf names an agent's device, "" when it is not theirs.
func (s *Store) deviceOf(a *Agent, device string) string {
	sealed, err := base64.RawURLEncoding.DecodeString(device)
	if err != nil {
		return ""
	}
	plain, err := s.key.open(devicePlace, sealed)
	if err != nil {
		return ""
	}
	var id, era, since int64
	if n, _ := fmt.Sscan(plain, &id, &era, &since); n < 3 || id != a.ID || era != a.era || since+deviceLife.Milliseconds() <= s.now() {
		return ""
	}
	return hex.EncodeToString(hashSecret(device)[:8])
}

// Prove checks that it is the agent of a session themselves who asks for more, not
// somebody before their open browser: by the password, or where there is none by a
// log-in through OIDC of just now. Tries count for the session. Refusals as of Login,
// and login_again.
func (s *Store) Prove(ctx context.Context, a *Agent, v *Session, password, ip string) error {
	if a.Password {
		_, err := s.checkIn(ctx, []lane{ownLane("session:" + hex.EncodeToString(v.Hash))}, a, password, ip)
		return err
	}
	if v.Way != "oidc" || v.CreatedAt <= s.now()-freshLife.Milliseconds() {
		return refuse("login_again")
	}
	return nil
}

// shutOut notes that somebody has to wait before the next try at a password or
// code. What was typed as a login is not noted, for it may be a password: login
// is that of a member or "".
func (s *Store) shutOut(ctx context.Context, by Actor, login, what string) error {
	return s.write(ctx, func(t *tx) error { return t.audit(by, deed{Name: "login.refused", Subject: login, Detail: what}) })
}

// countTry counts a try before it is made, so that many at once count too, and tells
// how many are left in each lane after it. A lane that waits refuses (login_wait), and
// then the try counts in none.
func (s *Store) countTry(ctx context.Context, lanes []lane) (left []int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		wait := int64(0)
		left = nil
		for _, l := range lanes {
			count, until, err := t.tried(l)
			if err != nil {
				return err
			}
			if count >= l.most {
				wait = max(wait, until-t.now)
			}
			left = append(left, l.most-count-1)
		}
		if wait > 0 {
			return refuse("login_wait", "seconds", (wait+999)/1000)
		}
		for i, l := range lanes {
			if err := t.exec(`insert into login_failure (subject, count, last_at) values ($1, $2, $3)
				on conflict (subject) do update set count = excluded.count, last_at = excluded.last_at`, l.subject, l.most-left[i], t.now); err != nil {
				return err
			}
		}
		return nil
	})
	return left, err
}

// tried is how many tries a lane holds, and until when.
func (t *tx) tried(l lane) (count, until int64, err error) {
	type tries struct{ count, last int64 }
	f, err := txRow(t, func(r scanner) (f tries, err error) { err = r.Scan(&f.count, &f.last); return f, err },
		"select count, last_at from login_failure where subject = $1", l.subject)
	if errors.Is(err, ErrNotFound) {
		return 0, 0, nil
	}
	if until = f.last + l.wait.Milliseconds(); until <= t.now {
		f.count = 0
	}
	return f.count, until, err
}

// succeeded takes back a try that was right: one's own lane is empty again, those that
// are shared hold what others did.
func (t *tx) succeeded(lanes []lane) error {
	for i, l := range lanes {
		query := "delete from login_failure where subject = $1"
		if i > 0 {
			query = "update login_failure set count = count - 1 where subject = $1 and count > 0"
		}
		if err := t.exec(query, l.subject); err != nil {
			return err
		}
	}
	return nil
}
