package store

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Agent is a user of the console.
type Agent struct {
	ID        int64  `json:"id"`
	Login     string `json:"login"`
	Name      string `json:"name"`
	Role      string `json:"role"`     // admin, supervisor, agent
	Presence  string `json:"presence"` // online, busy, away
	Capacity  int    `json:"capacity"` // conversations at once; 0: as the account's rules say
	Lang      string `json:"-"`
	Active    bool   `json:"active"`
	CreatedAt int64  `json:"-"`
	SeenAt    int64  `json:"-"` // of the last log-in, and the address it came from
	SeenIP    string `json:"-"`
	Joined    bool   `json:"-"` // has a password, or has been here through OIDC
	TOTP      bool   `json:"-"` // types a code after the password
	Password  bool   `json:"-"` // has one
	// PasswordAt is when the password was set, 0: not known.
	PasswordAt int64     `json:"-"`
	Bindings   []Binding `json:"bindings"`

	From string `json:"-"` // the address they ask from, for the audit log; not stored

	password string
	era      int64 // counts how often all their log-ins were ended
}

// actor is the agent as one who does a deed.
func (a *Agent) actor() Actor { return Actor{a.ID, a.From} }

// Binding is an official account an agent may see, and the kf_account they
// speak as there ("" when they may only look on).
type Binding struct {
	Account     int64  `json:"account"`
	AccountName string `json:"account_name"`
	KFAccount   string `json:"kf_account"`
	Nick        string `json:"nick"`
	Avatar      int64  `json:"avatar"` // media id, 0 when none
}

// Admin tells whether the agent may administer.
func (a *Agent) Admin() bool { return a.Role == "admin" }

// Supervisor tells whether the agent may act in conversations of others: an
// admin may too.
func (a *Agent) Supervisor() bool { return a.Admin() || a.Role == "supervisor" }

// Sees tells whether the agent may see an official account: admins see all.
func (a *Agent) Sees(accountID int64) bool {
	if a.Admin() {
		return true
	}
	_, ok := a.binding(accountID)
	return ok
}

func (a *Agent) binding(accountID int64) (Binding, bool) {
	for _, b := range a.Bindings {
		if b.Account == accountID {
			return b, true
		}
	}
	return Binding{}, false
}

const agentColumns = `select id, login, name, password, role, presence, capacity, lang, active, created_at, seen_at, seen_ip, password_at, era,
	(select count(*) from totp p where p.agent_id = agent.id and p.secret is not null) from agent`

func scanAgent(r scanner) (a Agent, err error) {
	err = r.Scan(&a.ID, &a.Login, &a.Name, &a.password, &a.Role, &a.Presence, &a.Capacity, &a.Lang, &a.Active, &a.CreatedAt, &a.SeenAt, &a.SeenIP,
		&a.PasswordAt, &a.era, &a.TOTP)
	a.Password = a.password != ""
	a.Joined = a.Password || a.SeenAt != 0
	return a, err
}

// Agents lists all agents, the deactivated too, by login.
func (s *Store) Agents(ctx context.Context) ([]Agent, error) {
	return s.agents(ctx, agentColumns+" order by login")
}

// Agent gives one by id.
func (s *Store) Agent(ctx context.Context, id int64) (Agent, error) {
	return first(s.agents(ctx, agentColumns+" where id = $1", id))
}

// AgentByLogin gives one by the login name.
func (s *Store) AgentByLogin(ctx context.Context, login string) (Agent, error) {
	return first(s.agents(ctx, agentColumns+" where login = $1", cleanLogin(login)))
}

func (s *Store) agents(ctx context.Context, query string, args ...any) ([]Agent, error) {
	list, err := rows(ctx, s, scanAgent, query, args...)
	if err != nil {
		return nil, err
	}
	type owned struct {
		agent int64
		Binding
	}
	bindings, err := rows(ctx, s, func(r scanner) (o owned, err error) {
		err = r.Scan(&o.agent, &o.Account, &o.AccountName, &o.KFAccount, &o.Nick, &o.Avatar)
		return o, err
	}, `select b.agent_id, b.account_id, a.name, b.kf_account, coalesce(k.nickname, ''), coalesce(d.id, 0)
		from agent_account b join account a on a.id = b.account_id
		left join kf_account k on k.account_id = b.account_id and k.kf_account = b.kf_account
		left join media d on d.id = k.avatar_id and d.state = 'ready' order by b.account_id`)
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Bindings = []Binding{}
		for _, o := range bindings {
			if o.agent == list[i].ID {
				list[i].Bindings = append(list[i].Bindings, o.Binding)
			}
		}
	}
	return list, nil
}

// OpenCounts gives the number of open conversations of each agent.
func (s *Store) OpenCounts(ctx context.Context) (map[int64]int, error) {
	type load struct {
		agent int64
		open  int
	}
	list, err := rows(ctx, s, func(r scanner) (l load, err error) { err = r.Scan(&l.agent, &l.open); return l, err },
		"select id, (select count(*) from conversation v where v.state = 'open' and v.agent_id = agent.id) from agent")
	counts := map[int64]int{}
	for _, l := range list {
		counts[l.agent] = l.open
	}
	return counts, err
}

func first[T any](list []T, err error) (T, error) {
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return list[0], nil
}

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,31}$`)

func cleanLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

func (a *Agent) check() error {
	a.Login, a.Name = cleanLogin(a.Login), strings.TrimSpace(a.Name)
	if !loginForm.MatchString(a.Login) {
		return refuse("bad_login", "field", "login")
	}
	if !slices.Contains([]string{"admin", "supervisor", "agent"}, a.Role) {
		return refuse("bad_role", "field", "role")
	}
	if a.Capacity < 0 || a.Capacity > capacityMost {
		return refuse("bad_capacity", "field", "capacity", "most", capacityMost)
	}
	if a.Name == "" {
		a.Name = a.Login
	}
	return nil
}

// AddAgent makes an agent who can log in. Refusals: bad_login, bad_role,
// bad_capacity, login_taken, and those of the password.
func (s *Store) AddAgent(ctx context.Context, by Actor, a Agent, password string) (Agent, error) {
	if err := a.check(); err != nil {
		return a, err
	}
	hash, err := hashPassword(password, a.Login)
	if err != nil {
		return a, err
	}
	a.Active = true
	err = s.write(ctx, func(t *tx) (err error) {
		a.ID, err = t.addAgent(by, a, hash, "agent.add")
		return err
	})
	return a, err
}

// AddFirstAdmin is AddAgent for the very first agent: refused ("set_up") once
// there is any, so that the set-up page can be used only once.
func (s *Store) AddFirstAdmin(ctx context.Context, by Actor, a Agent, password string) (Agent, error) {
	a.Role = "admin"
	if err := a.check(); err != nil {
		return a, err
	}
	hash, err := hashPassword(password, a.Login)
	if err != nil {
		return a, err
	}
	a.Active = true
	err = s.write(ctx, func(t *tx) (err error) {
		if n, err := txOne[int](t, "select count(*) from agent"); err != nil || n > 0 {
			return orElse(err, refuse("set_up"))
		}
		a.ID, err = t.addAgent(by, a, hash, "agent.add")
		return err
	})
	return a, err
}

// addAgent makes an agent; hash is empty for who has yet to join.
func (t *tx) addAgent(by Actor, a Agent, hash, deed string) (int64, error) {
	if n, err := txOne[int](t, "select count(*) from agent where login = $1", a.Login); err != nil || n > 0 {
		return 0, orElse(err, refuse("login_taken", "field", "login"))
	}
	id, err := t.insert(`insert into agent (login, name, password, role, capacity, lang, created_at, password_at) values ($1,$2,$3,$4,$5,$6,$7,$8)`,
		a.Login, a.Name, hash, a.Role, a.Capacity, a.Lang, t.now, map[bool]int64{true: t.now}[hash != ""])
	if err != nil {
		return 0, err
	}
	return id, t.agentChanged(by, id, deed, "")
}

// UpdateAgent changes name, role, capacity and language. The last active admin stays one
// ("last_admin").
func (s *Store) UpdateAgent(ctx context.Context, by Actor, a Agent) error {
	if err := a.check(); err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		if a.Role != "admin" {
			if err := t.keepAdmin(a.ID); err != nil {
				return err
			}
		}
		before, err := txRow(t, scanAgent, agentColumns+" where id = $1", a.ID)
		if err != nil {
			return err
		}
		if err := t.exec("update agent set name=$1, role=$2, capacity=$3, lang=$4 where id=$5", a.Name, a.Role, a.Capacity, a.Lang, a.ID); err != nil {
			return err
		}
		var c changes
		c.add("name", before.Name, a.Name)
		c.add("role", before.Role, a.Role)
		c.add("capacity", strconv.Itoa(before.Capacity), strconv.Itoa(a.Capacity))
		if len(c) == 0 { // the language is their own affair
			return nil
		}
		return t.agentChanged(by, a.ID, "agent.update", c.text())
	})
}

// SetAgentActive deactivates an agent, which ends their sessions at once, or
// lets them in again.
func (s *Store) SetAgentActive(ctx context.Context, by Actor, id int64, active bool) error {
	return s.write(ctx, func(t *tx) error {
		deed := "agent.activate"
		if !active {
			deed = "agent.deactivate"
			if err := t.keepAdmin(id); err != nil {
				return err
			}
			if err := t.endLogins(id, nil); err != nil {
				return err
			}
			for _, open := range []string{"session", "link"} { // tokens too
				if err := t.exec("delete from "+open+" where agent_id = $1", id); err != nil {
					return err
				}
			}
			if err := t.requeue(id, 0, "inactive"); err != nil {
				return err
			}
		}
		if err := t.exec("update agent set active = $1 where id = $2", active, id); err != nil {
			return err
		}
		return t.agentChanged(by, id, deed, "")
	})
}

// keepAdmin refuses to lose the last active admin. Who cannot log in yet is none.
func (t *tx) keepAdmin(id int64) error {
	const active = `select count(*) from agent where role = 'admin' and active = 1
		and (password <> '' or id in (select agent_id from oidc_member)) and `
	is, err := txOne[int](t, active+"id = $1", id)
	if err != nil {
		return err
	}
	others, err := txOne[int](t, active+"id <> $1", id)
	if err == nil && is > 0 && others == 0 {
		return refuse("last_admin")
	}
	return err
}

// SetPassword changes an agent's password and ends all their browser sessions
// but keep (nil: all), and a link that was made for them.
func (s *Store) SetPassword(ctx context.Context, by Actor, id int64, password string, keep []byte) error {
	a, err := s.Agent(ctx, id)
	if err != nil {
		return err
	}
	hash, err := hashPassword(password, a.Login)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		if err := t.exec("delete from link where agent_id = $1", id); err != nil {
			return err
		}
		return t.setPassword(by, id, hash, keep, "agent.password")
	})
}

func (t *tx) setPassword(by Actor, id int64, hash string, keep []byte, deed string) error {
	if err := t.exec("update agent set password = $1, password_at = $2 where id = $3", hash, t.now, id); err != nil {
		return err
	}
	if err := t.endLogins(id, keep); err != nil {
		return err
	}
	return t.agentChanged(by, id, deed, "")
}

// Bind lets an agent see an official account and speak there as kfAccount,
// which must be in the mirror of WeChat's list; "" lets them only look on, and
// what they served goes back to the queue. Refusals: unknown_kf, kf_taken.
func (s *Store) Bind(ctx context.Context, by Actor, agentID, accountID int64, kfAccount string) error {
	return s.write(ctx, func(t *tx) error { return t.bind(by, agentID, accountID, kfAccount) })
}

func (t *tx) bind(by Actor, agentID, accountID int64, kfAccount string) error {
	if kfAccount != "" {
		if n, err := txOne[int](t, "select count(*) from kf_account where account_id=$1 and kf_account=$2", accountID, kfAccount); err != nil || n == 0 {
			return orElse(err, refuse("unknown_kf", "field", "kf_account", "kf_account", kfAccount))
		}
		if n, err := txOne[int](t, "select count(*) from agent_account where account_id=$1 and kf_account=$2 and agent_id<>$3",
			accountID, kfAccount, agentID); err != nil || n > 0 {
			return orElse(err, refuse("kf_taken", "field", "kf_account", "kf_account", kfAccount))
		}
	}
	if err := t.agentDone(by, agentID, deed{Name: "agent.bind", Account: accountID, Detail: kfAccount}); err != nil {
		return err
	}
	if kfAccount == "" {
		if err := t.requeue(agentID, accountID, "unbound"); err != nil {
			return err
		}
	}
	return t.exec(`insert into agent_account (agent_id, account_id, kf_account) values ($1,$2,$3)
		on conflict (agent_id, account_id) do update set kf_account = excluded.kf_account`, agentID, accountID, kfAccount)
}

// Unbind takes an official account from an agent.
func (s *Store) Unbind(ctx context.Context, by Actor, agentID, accountID int64) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.exec("delete from agent_account where agent_id=$1 and account_id=$2", agentID, accountID); err != nil {
			return err
		}
		if err := t.requeue(agentID, accountID, "unbound"); err != nil {
			return err
		}
		return t.agentDone(by, agentID, deed{Name: "agent.unbind", Account: accountID})
	})
}

// agentChanged appends a deed on an agent to the audit log, with more to say,
// and its event. ErrNotFound when there is no such agent.
func (t *tx) agentChanged(by Actor, id int64, name, more string) error {
	return t.agentDone(by, id, deed{Name: name, Detail: more})
}

func (t *tx) agentDone(by Actor, id int64, d deed) (err error) {
	if d.Subject, err = txOne[string](t, "select login from agent where id = $1", id); err != nil {
		return err
	}
	if err := t.audit(by, d); err != nil {
		return err
	}
	return t.note(Event{Kind: "agent", Agent: id})
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
