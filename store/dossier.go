package store

import (
	"context"
	"strings"
)

// Dossier is all that is kept of a customer but what was said.
type Dossier struct {
	Customer    Customer
	Account     int64
	AccountName string
	AppID       string
	UnionID     string
	CreatedAt   int64
	Tags        []string
	Memos       []Memo
	Services    []Service // conversations, the oldest first
	Messages    int       // rows of the timeline
}

// Service is a conversation as an export tells of it.
type Service struct {
	ID           int64  `json:"id"`
	State        string `json:"state"`
	Agent        int64  `json:"agent"`
	CreatedAt    int64  `json:"created_at"`
	ClaimedAt    int64  `json:"claimed_at"`
	FirstReplyAt int64  `json:"first_reply_at"`
	ClosedAt     int64  `json:"closed_at"`
	Reason       string `json:"reason"`
}

// selectCustomer gives a customer with their newest conversation, which is empty
// but for its account where they have none: they only followed, or were imported.
var selectCustomer = "select " + strings.Replace(conversationFields, "v.account_id", "c.account_id", 1) +
	" from customer c left join conversation v on v.id = c.conversation_id where c.id = $1"

// Dossier gives that of one whom the agent may see.
func (s *Store) Dossier(ctx context.Context, a *Agent, id int64) (d Dossier, err error) {
	v, err := row(ctx, s, scanConversation, selectCustomer, id)
	if err == nil && (v.Customer.Erased || !a.Sees(v.Account)) {
		err = ErrNotFound
	}
	if err != nil {
		return d, err
	}
	d.Customer, d.Account = v.Customer, v.Account
	if err := d.names(ctx, s); err != nil {
		return d, err
	}
	if d.Tags, err = rows(ctx, s, one[string], "select t.name from customer_tag g join tag t on t.id = g.tag_id where g.customer_id = $1 order by t.id", id); err != nil {
		return d, err
	}
	if d.Memos, err = s.memos(ctx, id); err != nil {
		return d, err
	}
	if d.Messages, err = row(ctx, s, one[int], "select count(*) from message m where m.customer_id = $1 and m.state <> 'discarded'", id); err != nil {
		return d, err
	}
	d.Services, err = rows(ctx, s, func(r scanner) (v Service, err error) {
		err = r.Scan(&v.ID, &v.State, &v.Agent, &v.CreatedAt, &v.ClaimedAt, &v.FirstReplyAt, &v.ClosedAt, &v.Reason)
		return v, err
	}, `select v.id, v.state, v.agent_id, v.created_at, v.claimed_at, v.first_reply_at, v.closed_at, v.reason from conversation v
		where v.customer_id = $1 order by v.id`, id)
	return d, err
}

func (d *Dossier) names(ctx context.Context, s *Store) error {
	type names struct {
		account, appid, union string
		created               int64
	}
	n, err := row(ctx, s, func(r scanner) (n names, err error) {
		err = r.Scan(&n.account, &n.appid, &n.union, &n.created)
		return n, err
	}, "select f.name, f.appid, c.unionid, c.created_at from customer c join account f on f.id = c.account_id where c.id = $1", d.Customer.ID)
	d.AccountName, d.AppID, d.UnionID, d.CreatedAt = n.account, n.appid, n.union, n.created
	return err
}

// ExportCustomer is Dossier for who takes it away, with all that was said: that
// is in the audit log.
func (s *Store) ExportCustomer(ctx context.Context, a *Agent, id int64) (Dossier, error) {
	d, err := s.Dossier(ctx, a, id)
	if err != nil {
		return d, err
	}
	return d, s.write(ctx, func(t *tx) error {
		return t.audit(a.actor(), deed{Name: "customer.export", Account: d.Account, Customer: id})
	})
}

// CustomerRow is a customer as a look-up lists them.
type CustomerRow struct {
	ID             int64
	OpenID, Remark string
	AccountName    string
}

// customersListed is how many a look-up lists at most.
const customersListed = 20

// FindCustomers looks for customers of any official account, for an admin: by the
// whole openid, or by how the remark begins, letter for letter. more: there are
// others.
func (s *Store) FindCustomers(ctx context.Context, text string) (list []CustomerRow, more bool, err error) {
	if text = strings.TrimSpace(text); text == "" {
		return nil, false, nil
	}
	const fields = "select c.id, c.openid, c.remark, f.name from customer c join account f on f.id = c.account_id where c.erased_at = 0 and "
	scan := func(r scanner) (c CustomerRow, err error) {
		err = r.Scan(&c.ID, &c.OpenID, &c.Remark, &c.AccountName)
		return c, err
	}
	if list, err = rows(ctx, s, scan, fields+"c.account_id in (select id from account) and c.openid = $1 order by c.id", text); err != nil {
		return nil, false, err
	}
	named, err := rows(ctx, s, scan, fields+"c.remark <> '' and c.remark >= $1 and c.remark < $2 order by c.remark, c.id limit $3 + 0",
		text, text+"\U0010ffff", customersListed+1)
	list = append(list, named...)
	if more = len(list) > customersListed; more {
		list = list[:customersListed]
	}
	return list, more, err
}
