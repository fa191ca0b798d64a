package store

import (
	"context"
	"strconv"
	"strings"
)

// Audited is a row of the audit log as it is read, with the names as they are now.
type Audited struct {
	ID       int64
	At       int64
	Agent    int64  // who, 0: the program itself
	Name     string // theirs
	IP       string
	Deed     string // noun.verb
	Account  string // the official account's name, "": none
	Customer int64  // whom it is about, 0: nobody
	OpenID   string // theirs
	Remark   string
	Erased   bool // the customer was erased
	Subject  string
	Detail   string
}

// AuditQuery chooses rows of the audit log.
type AuditQuery struct {
	Text     string   // in the member, the subject, the detail or the address; "": any
	Nouns    []string // of the deeds; none: all
	From, To int64    // times, To exclusive; 0: open
	After    int64    // rows older than this one, 0: from the newest
}

// AuditPage is how many rows a page of the log has.
const AuditPage = 100

const auditFrom = ` from audit u left join agent a on a.id = u.agent_id left join account f on f.id = u.account_id
	left join customer c on c.id = u.customer_id
	where u.at >= $1 and u.at < $2 and ($3 = '' or instr($3, ' ' || substr(u.deed, 1, instr(u.deed, '.') - 1) || ' ') > 0)
	and ($4 = '' or instr(lower(coalesce(a.name || ' ' || a.login, '') || ' ' || u.subject || ' ' || u.detail || ' ' || u.ip || ' '
		|| coalesce(c.remark || ' ' || c.openid, '') || ' ' || coalesce(f.name, '')), $4) > 0)`

const auditFields = `select u.id, u.at, u.agent_id, coalesce(a.name, ''), u.ip, u.deed, coalesce(f.name, ''), u.customer_id,
	coalesce(c.openid, ''), coalesce(c.remark, ''), coalesce(c.erased_at > 0, 0), u.subject, u.detail`

func (q *AuditQuery) args() []any {
	to, nouns := q.To, ""
	if to == 0 {
		to = 1<<63 - 1
	}
	if len(q.Nouns) > 0 {
		nouns = " " + strings.Join(q.Nouns, " ") + " "
	}
	return []any{q.From, to, nouns, strings.ToLower(strings.TrimSpace(q.Text))}
}

func scanAudited(r scanner) (d Audited, err error) {
	err = r.Scan(&d.ID, &d.At, &d.Agent, &d.Name, &d.IP, &d.Deed, &d.Account, &d.Customer, &d.OpenID, &d.Remark, &d.Erased, &d.Subject, &d.Detail)
	return d, err
}

// Audit gives a page of the log, the newest first.
func (s *Store) Audit(ctx context.Context, q AuditQuery) ([]Audited, error) {
	return rows(ctx, s, scanAudited, auditFields+auditFrom+` and ($5 = 0 or (u.at, u.id) < (select b.at, b.id from audit b where b.id = $5))
		order by u.at desc, u.id desc limit $6 + 0`, append(q.args(), q.After, AuditPage)...)
}

// AuditCount tells how many rows there are.
func (s *Store) AuditCount(ctx context.Context, q AuditQuery) (int, error) {
	return row(ctx, s, one[int], "select count(*)"+auditFrom, q.args()...)
}

// AuditRow gives one row.
func (s *Store) AuditRow(ctx context.Context, id int64) (Audited, error) {
	return row(ctx, s, scanAudited, auditFields+` from audit u left join agent a on a.id = u.agent_id left join account f on f.id = u.account_id
		left join customer c on c.id = u.customer_id where u.id = $1`, id)
}

// AuditExported notes that somebody takes rows of the log away, so many, and gives
// the id of the row that says so.
func (s *Store) AuditExported(ctx context.Context, by Actor, n int) (id int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		if err := t.audit(by, deed{Name: "audit.export", Detail: strconv.Itoa(n)}); err != nil {
			return err
		}
		id, err = txOne[int64](t, "select seq from sqlite_sequence where name = 'audit'")
		return err
	})
	return id, err
}

// PruneAudit forgets rows that are older than the setting audit_days says.
func (s *Store) PruneAudit(ctx context.Context) error {
	days, err := s.Number(ctx, "audit_days")
	if err != nil {
		return err
	}
	return s.pieces(ctx, func(t *tx) (bool, error) {
		n, err := t.affect(`delete from audit where id in (select u.id from audit u where u.at < $1 order by u.at, u.id limit $2 + 0)`,
			t.now-int64(days)*dayMS, pruneAtOnce)
		return n == pruneAtOnce, err
	})
}
