package store

import "context"

// Carried is an admin with the means to log in, on the way from one data
// directory to another: from the real one into the sandbox's.
type Carried struct {
	agent    Agent
	sessions []Session
}

// Carry takes an agent along.
func (s *Store) Carry(ctx context.Context, agentID int64) (Carried, error) {
	a, err := s.Agent(ctx, agentID)
	if err != nil {
		return Carried{}, err
	}
	sessions, err := s.Sessions(ctx, agentID)
	return Carried{a, sessions}, err
}

// Settle makes a carried agent an admin here, under the same login, keeps their
// browsers logged in and gives their id.
func (s *Store) Settle(ctx context.Context, c Carried) (id int64, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		a := c.agent
		if err := t.exec(`insert into agent (login, name, password, role, lang, created_at) values ($1,$2,$3,'admin',$4,$5)
			on conflict (login) do update set password = excluded.password, role = 'admin', active = 1`,
			a.Login, a.Name, a.password, a.Lang, t.now); err != nil {
			return err
		}
		if id, err = txOne[int64](t, "select id from agent where login = $1", a.Login); err != nil {
			return err
		}
		for _, v := range c.sessions {
			if err := t.exec(`insert into session (hash, agent_id, kind, name, ip, created_at, seen_at, expires_at)
				values ($1,$2,$3,$4,$5,$6,$7,$8) on conflict (hash) do nothing`,
				v.Hash, id, v.Kind, v.Name, v.IP, v.CreatedAt, v.SeenAt, v.ExpiresAt); err != nil {
				return err
			}
		}
		return t.note(Event{Kind: "agent", Agent: id})
	})
	return id, err
}
