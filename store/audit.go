package store

import "strings"

// Actor is who does a deed: an agent from an address, or the program itself (0).
type Actor struct {
	AgentID int64
	IP      string
}

// deed is a row of the audit log. Secrets and message bodies never get into it,
// nor anything of a customer but their id: they can be erased, the log cannot.
type deed struct {
	Name     string // noun.verb, such as "agent.update"; its text is audit.NAME
	Account  int64  // the official account it belongs to, 0: none
	Customer int64  // whom it is about, 0: nobody
	Subject  string // what was changed, by its name
	Detail   string // what more is to say, such as "6 → 8"
}

// audit appends to the log of deeds, in the deed's own transaction.
func (t *tx) audit(by Actor, d deed) error {
	return t.exec(`insert into audit (at, agent_id, ip, deed, account_id, customer_id, subject, detail) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		t.now, by.AgentID, by.IP, d.Name, d.Account, d.Customer, d.Subject, d.Detail)
}

// changes are what a deed changed, a line each: "field: before → after", or the
// field alone where its value is secret. Fields and values that are codes have
// texts, audit.field.… and audit.value.….
type changes []string

func (c *changes) add(field, before, after string) {
	if before != after {
		*c = append(*c, field+": "+strings.Join(strings.Fields(before), " ")+" → "+strings.Join(strings.Fields(after), " "))
	}
}

func (c changes) text() string { return strings.Join(c, "\n") }

// meddled appends what somebody does to a conversation that another serves; to is
// the agent who gets it. What agents do with their own stands in its timeline.
func (t *tx) meddled(a *Agent, v *Conversation, name string, to int64) error {
	if v.State != "open" {
		return nil
	}
	return t.meddledWith(a, v, name, to)
}

// meddledWith is meddled for a deed that is none on the conversation itself, which
// may have ended.
func (t *tx) meddledWith(a *Agent, v *Conversation, name string, to int64) error {
	if v.Agent == a.ID {
		return nil
	}
	detail, err := txOne[string](t, "select coalesce((select name from agent where id = $1), '') || coalesce((select ' → ' || name from agent where id = $2), '')",
		v.Agent, to)
	if err != nil {
		return err
	}
	return t.audit(a.actor(), deed{Name: name, Account: v.Account, Customer: v.Customer.ID, Detail: detail})
}
