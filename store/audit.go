package store

// Actor is who does a deed: an agent from an address, or the command line (0).
type Actor struct {
	AgentID int64
	IP      string
}

// audit appends to the log of deeds, in the deed's own transaction.
func (t *tx) audit(by Actor, deed, subject string) error {
	return t.exec("insert into audit (at, agent_id, ip, deed, subject) values ($1, $2, $3, $4, $5)",
		t.now, by.AgentID, by.IP, deed, subject)
}
