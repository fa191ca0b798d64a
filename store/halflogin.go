package store

import (
	"context"
	"errors"
)

// HalfLogin gives the secret with which an agent who was checked may type their
// code, and do nothing else. way is that of the session it will be. ErrNotFound
// as of LogIn.
func (s *Store) HalfLogin(ctx context.Context, a *Agent, way string) (secret string, err error) {
	secret = newSecret()
	return secret, s.write(ctx, func(t *tx) error {
		if err := t.still(a.ID, &a.era); err != nil {
			return err
		}
		return t.exec("insert into half_login (hash, agent_id, way, expires_at) values ($1, $2, $3, $4)",
			hashSecret(secret), a.ID, way, t.now+halfLife.Milliseconds())
	})
}

// Half gives the agent of a half log-in. ErrNotFound when it ended.
func (s *Store) Half(ctx context.Context, secret string) (Agent, error) {
	id, err := row(ctx, s, one[int64], "select agent_id from half_login where hash = $1 and expires_at > $2", hashSecret(secret), s.now())
	if err != nil {
		return Agent{}, err
	}
	a, err := s.Agent(ctx, id)
	if err == nil && !a.Active {
		err = ErrNotFound
	}
	return a, err
}

// SecondStep is a half log-in that was ended with a right code.
type SecondStep struct {
	Agent    Agent
	Way      string
	Recovery bool // by a recovery code
	Left     int  // recovery codes
}

// SecondStep ends a half log-in with a code of the app, or with a recovery code.
// ErrNotFound when the half log-in ended. Refusals: code_wrong (detail.left tries
// before waiting), login_wait. device is as of Login.
func (s *Store) SecondStep(ctx context.Context, secret, typed, ip, device string) (done SecondStep, err error) {
	a, err := s.Half(ctx, secret)
	if err != nil {
		return done, err
	}
	lanes, err := s.codeLane(ctx, &a, ip, device)
	if err != nil {
		return done, err
	}
	tries, err := s.countTry(ctx, lanes)
	if err != nil {
		return done, err
	}
	v, err := row(ctx, s, s.scanTOTP, totpColumns, a.ID)
	if err != nil {
		return done, err
	}
	plain := plainCode(typed)
	var hash []byte
	if len(plain) != totpDigits {
		hash = hashRecovery(plain[:min(len(plain), 64)], v.salt)
	}
	done = SecondStep{Agent: a, Recovery: hash != nil}
	err = s.write(ctx, func(t *tx) error {
		// First, so that it opens once; a wrong code leaves it.
		if done.Way, err = txOne[string](t, "delete from half_login where hash = $1 returning way", hashSecret(secret)); err != nil {
			return err
		}
		ok, err := s.useCode(t, a.ID, plain, hash)
		if err != nil {
			return err
		}
		if !ok {
			return refuse("code_wrong", "field", "code", "left", tries[0])
		}
		if done.Left, err = txOne[int](t, "select count(*) from recovery_code where agent_id = $1", a.ID); err != nil {
			return err
		}
		return t.succeeded(lanes)
	})
	if Refused(err, "code_wrong") && tries[0] == 0 {
		err = orElse(s.shutOut(ctx, Actor{AgentID: a.ID, IP: ip}, a.Login, "code"), err)
	}
	return done, err
}

// useCode uses up a code of the app, or the recovery code with this hash.
func (s *Store) useCode(t *tx, agentID int64, plain string, hash []byte) (bool, error) {
	if hash != nil {
		_, err := txOne[int64](t, "delete from recovery_code where agent_id = $1 and hash = $2 returning agent_id", agentID, hash)
		if errors.Is(err, ErrNotFound) {
			return false, nil
		}
		return err == nil, err
	}
	v, err := txRow(t, s.scanTOTP, totpColumns, agentID)
	if err != nil {
		return false, err
	}
	step := totpMatch(v.secret, plain, t.now, v.step)
	if step == 0 {
		return false, nil
	}
	return true, t.exec("update totp set step = $1 where agent_id = $2", step, agentID)
}
