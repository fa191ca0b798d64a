package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"
)

// TwoStep is the second step of an agent's log-in: a code of an app after the
// password.
type TwoStep struct {
	Since int64  // when it was turned on; 0: it is off
	Fresh string // the key (base32) of an app that is being set up, "": none is
	Left  int    // recovery codes not used
}

const (
	// halfLife is how long the code may be typed after the right password.
	halfLife = 5 * time.Minute
	// freshLife is how long a new app may be set up after that was allowed, and how
	// long a log-in through OIDC stands for a password that there is not.
	freshLife = 10 * time.Minute
)

// totpRow is the row of an agent. Keys are in base32, "" when there is none; fresh
// is none after freshLife.
type totpRow struct {
	secret, fresh string
	freshAt       int64
	since, step   int64
	salt          []byte
}

func (s *Store) scanTOTP(r scanner) (v totpRow, err error) {
	var secret, fresh []byte
	if err := r.Scan(&secret, &fresh, &v.freshAt, &v.since, &v.step, &v.salt); err != nil {
		return v, err
	}
	if v.freshAt <= s.now()-freshLife.Milliseconds() {
		fresh = nil
	}
	if secret != nil {
		if v.secret, err = s.key.open("totp.secret", secret); err != nil {
			return v, err
		}
	}
	if fresh != nil {
		v.fresh, err = s.key.open("totp.fresh", fresh)
	}
	return v, err
}

const totpColumns = "select secret, fresh, fresh_at, since, step, salt from totp where agent_id = $1"

// TwoStep tells how an agent's second step stands.
func (s *Store) TwoStep(ctx context.Context, agentID int64) (TwoStep, error) {
	v, err := row(ctx, s, s.scanTOTP, totpColumns, agentID)
	if errors.Is(err, ErrNotFound) {
		return TwoStep{}, nil
	}
	if err != nil {
		return TwoStep{}, err
	}
	left, err := row(ctx, s, one[int], "select count(*) from recovery_code where agent_id = $1", agentID)
	return TwoStep{Since: v.since, Fresh: v.fresh, Left: left}, err
}

// StartTwoStep makes a key for an app. The one that is in use holds until a
// code of the new one was typed, within freshLife.
func (s *Store) StartTwoStep(ctx context.Context, agentID int64) error {
	return s.write(ctx, func(t *tx) error {
		return t.exec(`insert into totp (agent_id, fresh, fresh_at) values ($1, $2, $3)
			on conflict (agent_id) do update set fresh = excluded.fresh, fresh_at = excluded.fresh_at`,
			agentID, s.key.seal("totp.fresh", newTOTPKey()), t.now)
	})
}

// CancelTwoStep forgets the key of the app that is being set up.
func (s *Store) CancelTwoStep(ctx context.Context, agentID int64) error {
	return s.write(ctx, func(t *tx) error { return t.exec("update totp set fresh = null where agent_id = $1", agentID) })
}

// ConfirmTwoStep takes the first code of the app that is being set up: it is
// the one in use from now on. It gives new recovery codes, shown only now.
// Refusals: code_wrong (detail.left), login_wait, no_set_up.
func (s *Store) ConfirmTwoStep(ctx context.Context, by Actor, typed string) (codes []string, err error) {
	lanes := []lane{ownLane(fmt.Sprint("set-up:", by.AgentID))}
	left, err := s.countTry(ctx, lanes)
	if err != nil {
		return nil, err
	}
	salt := newSalt()
	codes, hashes := newRecoveryCodes(salt)
	return codes, s.write(ctx, func(t *tx) error {
		v, err := txRow(t, s.scanTOTP, totpColumns, by.AgentID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if v.fresh == "" {
			return refuse("no_set_up", "field", "code")
		}
		step := totpMatch(v.fresh, plainCode(typed), t.now, 0)
		if step == 0 {
			return refuse("code_wrong", "field", "code", "left", left[0])
		}
		if err := t.exec(`update totp set secret = $1, fresh = null, since = $2, step = $3 where agent_id = $4`,
			s.key.seal("totp.secret", v.fresh), t.now, step, by.AgentID); err != nil {
			return err
		}
		if err := t.setRecovery(by.AgentID, salt, hashes); err != nil {
			return err
		}
		if err := t.succeeded(lanes); err != nil {
			return err
		}
		return t.agentChanged(by, by.AgentID, "agent.totp_on", "")
	})
}

// RenewRecovery gives new recovery codes; the old ones are of no use any more.
// Refused: no_set_up.
func (s *Store) RenewRecovery(ctx context.Context, by Actor) (codes []string, err error) {
	salt := newSalt()
	codes, hashes := newRecoveryCodes(salt)
	return codes, s.write(ctx, func(t *tx) error {
		if v, err := txRow(t, s.scanTOTP, totpColumns, by.AgentID); err != nil || v.secret == "" {
			if err == nil || errors.Is(err, ErrNotFound) {
				err = refuse("no_set_up")
			}
			return err
		}
		if err := t.setRecovery(by.AgentID, salt, hashes); err != nil {
			return err
		}
		return t.agentChanged(by, by.AgentID, "agent.recovery", "")
	})
}

func (t *tx) setRecovery(agentID int64, salt []byte, hashes [][]byte) error {
	if err := t.exec("delete from recovery_code where agent_id = $1", agentID); err != nil {
		return err
	}
	if err := t.exec("update totp set salt = $1 where agent_id = $2", salt, agentID); err != nil {
		return err
	}
	for _, hash := range hashes {
		if err := t.exec("insert into recovery_code (agent_id, hash) values ($1, $2)", agentID, hash); err != nil {
			return err
		}
	}
	return nil
}

// StopTwoStep turns the second step off. Refused: totp_needed, where the rules
// of the log-in require it of the agent's role.
func (s *Store) StopTwoStep(ctx context.Context, by Actor) error {
	a, err := s.Agent(ctx, by.AgentID)
	if err != nil {
		return err
	}
	if must, err := s.MustTwoStep(ctx, a.Role); err != nil || must {
		return orElse(err, refuse("totp_needed"))
	}
	return s.write(ctx, func(t *tx) error { return t.stopTOTP(by, by.AgentID) })
}

// stopTOTP forgets an agent's key and recovery codes.
func (t *tx) stopTOTP(by Actor, agentID int64) error {
	if err := t.exec("delete from recovery_code where agent_id = $1", agentID); err != nil {
		return err
	}
	had, err := txOne[bool](t, "delete from totp where agent_id = $1 returning secret is not null", agentID)
	if errors.Is(err, ErrNotFound) || err == nil && !had {
		return nil
	}
	if err != nil {
		return err
	}
	return t.agentChanged(by, agentID, "agent.totp_off", "")
}

func newSalt() []byte {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	return salt
}
