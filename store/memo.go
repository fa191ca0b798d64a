package store

import (
	"context"
	"strings"
	"unicode/utf8"
)

// Memo is a note about a customer, for whoever serves them next.
type Memo struct {
	ID    int64  `json:"id"`
	Agent int64  `json:"agent"` // who wrote it last
	At    int64  `json:"at"`
	Text  string `json:"text"`
}

// memoMost is how many characters a memo may have.
const memoMost = 1000

func memoText(text string) (string, error) {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > memoMost {
		return "", refuse("long_memo", "field", "text", "limit", memoMost)
	}
	return text, nil
}

// AddMemo notes something about a customer. Refusals: empty_memo, long_memo.
func (s *Store) AddMemo(ctx context.Context, a *Agent, customerID int64, text string) (Conversation, error) {
	text, err := memoText(text)
	if err == nil && text == "" {
		err = refuse("empty_memo", "field", "text")
	}
	if err != nil {
		return Conversation{}, err
	}
	return s.customer(ctx, a, customerID, func(t *tx, v *Conversation) error {
		if err := t.exec("insert into memo (customer_id, agent_id, at, text) values ($1,$2,$3,$4)", v.Customer.ID, a.ID, t.now, text); err != nil {
			return err
		}
		return t.changed(a, v, "customer.memo", "memo_added")
	})
}

// SetMemo writes a memo anew; an empty text removes it. Refusal: long_memo.
func (s *Store) SetMemo(ctx context.Context, a *Agent, id int64, text string) (v Conversation, err error) {
	if text, err = memoText(text); err != nil {
		return v, err
	}
	err = s.write(ctx, func(t *tx) error {
		type old struct{ customer, agent int64 }
		m, err := txRow(t, func(r scanner) (m old, err error) { err = r.Scan(&m.customer, &m.agent); return m, err },
			"select customer_id, agent_id from memo where id = $1", id)
		if err != nil {
			return err
		}
		if v, err = t.customer(a, m.customer); err != nil {
			return err
		}
		what := "memo_changed"
		if text == "" {
			what, err = "memo_deleted", t.exec("delete from memo where id = $1", id)
		} else {
			err = t.exec("update memo set text = $1, agent_id = $2, at = $3 where id = $4", text, a.ID, t.now, id)
		}
		if err == nil && m.agent != a.ID { // what one does with one's own is no matter of the log
			err = t.changed(a, &v, "customer.memo", what)
		}
		if err != nil {
			return err
		}
		return t.touchCustomer(&v)
	})
	return v, err
}

func (s *Store) memos(ctx context.Context, customerID int64) ([]Memo, error) {
	return rows(ctx, s, func(r scanner) (m Memo, err error) { err = r.Scan(&m.ID, &m.Agent, &m.At, &m.Text); return m, err },
		"select id, agent_id, at, text from memo where customer_id = $1 order by id desc", customerID)
}
