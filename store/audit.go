package store

// Actor is who does a deed: an agent from an address, or the program itself (0).
type Actor struct {
	AgentID int64
	IP      string
}

// deed is a row of the audit log. Secrets and message bodies never get into it.
type deed struct {
	Name    string // noun.verb, such as "agent.update"; its text is audit.NAME
	Account int64  // the official account it belongs to, 0: none
	Subject string // what was changed, by its name
	Detail  string // what more is to say, such as "6 → 8"
}

// audit appends to the log of deeds, in the deed's own transaction.
func (t *tx) audit(by Actor, d deed) error {
	return t.exec("insert into audit (at, agent_id, ip, deed, account_id, subject, detail) values ($1, $2, $3, $4, $5, $6, $7)",
		t.now, by.AgentID, by.IP, d.Name, d.Account, d.Subject, d.Detail)
}
