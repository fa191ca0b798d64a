package store

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
)

func TestAddAgent(t *testing.T) {
	for _, c := range []struct {
		agent          Agent
		password, want string
	}{
		{Agent{Login: "wang", Name: "Wang", Role: "agent"}, right, "wang Wang agent"},
		{Agent{Login: " Wang.Wu-1_2 ", Role: "admin"}, right, "wang.wu-1_2 wang.wu-1_2 admin"},
		{Agent{Login: "li", Role: "agent"}, right, "login_taken"},
		{Agent{Login: "LI", Role: "agent"}, right, "login_taken"},
		{Agent{Login: "w", Role: "agent"}, right, "bad_login"},
		{Agent{Login: "", Role: "agent"}, right, "bad_login"},
		{Agent{Login: "王五", Role: "agent"}, right, "bad_login"},
		{Agent{Login: strings.Repeat("a", 33), Role: "agent"}, right, "bad_login"},
		{Agent{Login: "wang", Role: "boss"}, right, "bad_role"},
		{Agent{Login: "wang", Role: "agent"}, "short", "weak_password"},
	} {
		d := openDesk(t)
		a, err := d.AddAgent(ctx, Actor{AgentID: d.admin.ID, IP: "::1"}, c.agent, c.password)
		if err != nil {
			refused(t, err, c.want)
			continue
		}
		a = d.agent(t, a.ID)
		equal(t, "agent", fmt.Sprintf("%s %s %s", a.Login, a.Name, a.Role), c.want)
		equal(t, "active", a.Active, true)
		_, err = d.Login(ctx, c.agent.Login, c.password, "1", "")
		ok(t, err)
		equal(t, "audit", d.lastDeed(t), fmt.Sprintf("agent.add %s by %d from ::1", a.Login, d.admin.ID))
	}
}

// lastDeed is the newest row of the audit log.
func (s *Store) lastDeed(t testing.TB) string {
	t.Helper()
	return must(row(ctx, s, func(r scanner) (string, error) {
		var deed, subject, ip string
		var by int64
		err := r.Scan(&deed, &subject, &by, &ip)
		return fmt.Sprintf("%s %s by %d from %s", deed, subject, by, ip), err
	}, "select deed, trim(subject || ' ' || detail), agent_id, ip from audit order by id desc limit 1"))(t)
}

func TestFirstAdminIsMadeOnce(t *testing.T) {
	s := open(t)
	var made, late atomic.Int32
	each(5, func(i int) {
		switch a, err := s.AddFirstAdmin(ctx, Actor{}, Agent{Login: fmt.Sprint("boss", i), Role: "agent"}, right); {
		case err == nil:
			made.Add(1)
			equal(t, "role", a.Role, "admin")
		case Refused(err, "set_up"):
			late.Add(1)
		default:
			t.Error(err)
		}
	})
	equal(t, "made", made.Load(), 1)
	equal(t, "refused", late.Load(), 4)
	equal(t, "agents", len(must(s.Agents(ctx))(t)), 1)
}

func TestLastAdminStays(t *testing.T) {
	d := openDesk(t)
	demote := func(a Agent) error { a.Role = "agent"; return d.UpdateAgent(ctx, Actor{}, a) }
	refused(t, demote(d.admin), "last_admin")
	refused(t, d.SetAgentActive(ctx, Actor{}, d.admin.ID, false), "last_admin")
	second := d.addAgent(t, "second", "admin", "")
	ok(t, d.SetAgentActive(ctx, Actor{}, second.ID, false))
	refused(t, demote(d.admin), "last_admin") // one who is not active does not count
	ok(t, demote(second))                     // nor is there anything to lose
	ok(t, d.SetAgentActive(ctx, Actor{}, second.ID, true))
	ok(t, d.UpdateAgent(ctx, Actor{}, Agent{ID: second.ID, Login: "second", Role: "admin"}))

	// Who never joined does not count, who comes through OIDC does.
	late, _, err := d.InviteAgent(ctx, Actor{}, Agent{Login: "late", Role: "admin"})
	ok(t, err)
	ok(t, d.SetAgentActive(ctx, Actor{}, second.ID, false))
	refused(t, demote(d.admin), "last_admin")
	ok(t, d.ConnectOIDC(ctx, Actor{AgentID: late.ID}, OIDCSubject{"https://id.example", "1"}))
	ok(t, demote(d.admin))
	refused(t, demote(late), "last_admin")
	ok(t, d.UpdateAgent(ctx, Actor{}, d.admin))
	ok(t, demote(late))
	ok(t, d.SetAgentActive(ctx, Actor{}, second.ID, true))

	// Two admins who deactivate each other at once: one stays.
	errs := make([]error, 2)
	each(2, func(i int) { errs[i] = d.SetAgentActive(ctx, Actor{}, []int64{d.admin.ID, second.ID}[i], false) })
	if Refused(errs[0], "last_admin") == Refused(errs[1], "last_admin") {
		t.Errorf("both: %v, %v", errs[0], errs[1])
	}
}

func TestUpdateAgent(t *testing.T) {
	d := openDesk(t)
	a := d.li
	a.Name, a.Lang, a.Role, a.Login = " Li Xiaolin ", "en", "admin", "renamed"
	ok(t, d.UpdateAgent(ctx, Actor{}, a))
	a = d.agent(t, a.ID)
	equal(t, "agent", fmt.Sprintf("%s %s %s %s", a.Login, a.Name, a.Lang, a.Role), "li Li Xiaolin en admin")
	equal(t, "audit", d.lastDeed(t), "agent.update li name: li → Li Xiaolin\nrole: agent → admin by 0 from ")

	rows := len(must(d.Audit(ctx, AuditQuery{}))(t))
	a.Lang = ""
	ok(t, d.UpdateAgent(ctx, Actor{}, a))
	equal(t, "language", d.agent(t, a.ID).Lang, "")
	equal(t, "rows of what changed nothing", len(must(d.Audit(ctx, AuditQuery{}))(t)), rows)

	newest := d.newest(t)
	for name, err := range map[string]error{
		"UpdateAgent":    d.UpdateAgent(ctx, Actor{}, Agent{ID: 99, Login: "nobody", Role: "agent"}),
		"SetAgentActive": d.SetAgentActive(ctx, Actor{}, 99, false),
		"SetPassword":    d.SetPassword(ctx, Actor{}, 99, right, nil),
		"Bind":           d.Bind(ctx, Actor{}, 99, d.account, ""),
		"Unbind":         d.Unbind(ctx, Actor{}, 99, d.account),
		"EndSessions":    d.EndSessions(ctx, Actor{}, 99),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s of nobody: %v", name, err)
		}
	}
	equal(t, "events", d.newest(t), newest) // an event of nobody would stop who reads the events
}

func TestBind(t *testing.T) {
	d := openDesk(t)
	other := d.addAccount(t, "wxfedcba0987654321")
	d.addKF(t, other, "li@other")
	refused(t, d.Bind(ctx, Actor{}, d.li.ID, d.account, "nobody@hemu"), "unknown_kf")
	refused(t, d.Bind(ctx, Actor{}, d.li.ID, d.account, "li@other"), "unknown_kf") // another account's
	refused(t, d.Bind(ctx, Actor{}, d.li.ID, d.account, "su@hemu"), "kf_taken")
	ok(t, d.Bind(ctx, Actor{}, d.li.ID, d.account, "li@hemu")) // again the same
	ok(t, d.Bind(ctx, Actor{}, d.li.ID, other, "li@other"))
	ok(t, d.Bind(ctx, Actor{}, d.su.ID, other, ""))
	ok(t, d.Bind(ctx, Actor{}, d.admin.ID, other, "")) // many may look on

	bindings := func(a Agent) string {
		var out []string
		for _, b := range d.agent(t, a.ID).Bindings {
			out = append(out, fmt.Sprintf("%d %s (%s)", b.Account, b.KFAccount, b.Nick))
		}
		return strings.Join(out, ", ")
	}
	equal(t, "li", bindings(d.li), "1 li@hemu (nick of li@hemu), 2 li@other (nick of li@other)")
	equal(t, "su", bindings(d.su), "1 su@hemu (nick of su@hemu), 2  ()")

	accounts := func() string {
		return fmt.Sprint(must(rows(ctx, d, one[int64], "select account_id from audit where deed in ('agent.bind', 'agent.unbind') order by id desc limit 2"))(t))
	}
	equal(t, "accounts in the log", accounts(), "[2 2]")

	li := d.agent(t, d.li.ID)
	stranger := d.addAgent(t, "stranger", "agent", "")
	equal(t, "li sees", fmt.Sprint(li.Sees(d.account), li.Sees(other), li.Sees(99)), "true true false")
	equal(t, "a stranger sees", stranger.Sees(d.account), false)
	equal(t, "an admin sees", d.admin.Sees(99), true)

	ok(t, d.Unbind(ctx, Actor{}, d.li.ID, other))
	equal(t, "li", bindings(d.li), "1 li@hemu (nick of li@hemu)")
	ok(t, d.Unbind(ctx, Actor{}, d.admin.ID, d.account))
	equal(t, "accounts in the log", accounts(), "[1 2]")
	ok(t, d.Bind(ctx, Actor{}, d.su.ID, other, "li@other")) // free now

	// One that WeChat has no longer stays bound, so that it is seen.
	ok(t, d.SetKFAccounts(ctx, other, nil))
	equal(t, "su", bindings(d.su), "1 su@hemu (nick of su@hemu), 2 li@other ()")
}
