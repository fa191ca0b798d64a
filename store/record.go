package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Record is a line of the chat records that WeChat's own tool keeps.
type Record struct {
	OpenID    string
	Out       bool // the agent said it
	Text      string
	At        int64
	KFAccount string
}

// recordSlack is how far WeChat's time of a record may be from ours, in milliseconds.
const recordSlack = 5000

// ImportRecords puts what is missing into the customers' timelines, as lines that
// say where they come from, and tells how many were. What stands there already,
// from a push, a reply or an earlier import, is left out. Media are marks in the
// records and become lines of text.
func (s *Store) ImportRecords(ctx context.Context, by Actor, accountID int64, list []Record) (fresh int, err error) {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Record) int { return cmp.Or(cmp.Compare(a.OpenID, b.OpenID), cmp.Compare(a.At, b.At)) })
	err = s.write(ctx, func(t *tx) error {
		fresh = 0
		for len(list) > 0 {
			n := slices.IndexFunc(list, func(r Record) bool { return r.OpenID != list[0].OpenID })
			if n < 0 {
				n = len(list)
			}
			more, err := t.importRecords(accountID, list[:n])
			if err != nil {
				return err
			}
			fresh, list = fresh+more, list[n:]
		}
		if fresh == 0 {
			return nil
		}
		return t.audit(by, deed{Name: "kf.records", Account: accountID, Detail: fmt.Sprintf("+%d", fresh)})
	})
	return fresh, err
}

// ours is a message that a record may be of.
type ours struct {
	id       int64
	dir, typ string
	body     string
	at       int64
	taken    bool // has been found in the records
}

// importRecords takes the records of one customer, in order of time.
func (t *tx) importRecords(accountID int64, list []Record) (fresh int, err error) {
	customer, err := t.customerOf(accountID, list[0].OpenID)
	if err != nil {
		return 0, err
	}
	known, err := rows(context.Background(), t, func(r scanner) (m ours, err error) {
		err = r.Scan(&m.id, &m.dir, &m.typ, &m.body, &m.at)
		return m, err
	}, `select m.id, m.dir, m.type, m.body, case when m.sent_at > 0 then m.sent_at else m.at end from message m
		where m.customer_id = $1 and m.dir in ('in', 'out') and m.state not in ('failed', 'discarded', 'pending')
		and m.imported = 0
		and (m.at between $2 and $3 or m.sent_at between $2 and $3) order by m.id`,
		customer, list[0].At-recordSlack, list[len(list)-1].At+recordSlack)
	if err != nil {
		return 0, err
	}
	for _, r := range list {
		if r.recognised(known) {
			continue
		}
		n, err := t.addRecord(accountID, customer, r)
		if err != nil {
			return fresh, err
		}
		fresh += n
	}
	return fresh, nil
}

// recognised finds the message that a record is of, each for one record.
func (r *Record) recognised(known []ours) bool {
	dir := "in"
	if r.Out {
		dir = "out"
	}
	for i := range known {
		m := &known[i]
		if !m.taken && m.dir == dir && max(m.at-r.At, r.At-m.at) <= recordSlack && r.says(m) {
			m.taken = true
			return true
		}
	}
	return false
}

// says tells whether a record has the words of a message; a mark such as [image]
// those of any that is no text.
func (r *Record) says(m *ours) bool {
	if m.typ != "text" {
		return strings.HasPrefix(r.Text, "[") && strings.HasSuffix(r.Text, "]")
	}
	var b struct{ Content string }
	return json.Unmarshal([]byte(m.body), &b) == nil && oneLine(b.Content) == oneLine(r.Text)
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// customerOf finds a customer, or makes one who has no conversation yet.
func (t *tx) customerOf(accountID int64, openid string) (int64, error) {
	id, err := txOne[int64](t, "select id from customer where account_id = $1 and openid = $2", accountID, openid)
	if errors.Is(err, ErrNotFound) {
		return t.insert("insert into customer (account_id, openid, created_at) values ($1,$2,$3)", accountID, openid, t.now)
	}
	return id, err
}

// addRecord appends a line to the timeline, unless this record stands there. It
// belongs to the conversation of its time; what that one waits for stays as it is.
func (t *tx) addRecord(accountID, customer int64, r Record) (n int, err error) {
	dedupe := fmt.Sprintf("record:%x", sha256.Sum256(fmt.Append(nil, r.OpenID, r.At, r.Out, r.KFAccount, " ", r.Text)))
	if n, err := txOne[int](t, "select count(*) from message where account_id = $1 and dedupe = $2", accountID, dedupe); err != nil || n > 0 {
		return 0, err
	}
	conversation, err := txOne[int64](t, "select coalesce(max(id), 0) from conversation where customer_id = $1 and created_at <= $2", customer, r.At)
	if err != nil {
		return 0, err
	}
	dir, kf, state, sent := "in", "", "", int64(0)
	if r.Out {
		dir, kf, state, sent = "out", r.KFAccount, "sent", r.At
	}
	t.last.message++
	event, err := t.event(Event{Kind: "message", Account: accountID, Conversation: conversation, Message: t.last.message})
	if err != nil {
		return 0, err
	}
	if err := t.exec(`insert into message (id, account_id, customer_id, conversation_id, dir, type, body, at, dedupe, kf_account, nick, state,
		sent_at, event_id, imported) values ($1,$2,$3,$4,$5,'text',$6,$7,$8,$9,
		coalesce((select nickname from kf_account where account_id = $2 and kf_account = $9), $9),$10,$11,$12,1)`,
		t.last.message, accountID, customer, conversation, dir, body{"content": r.Text, "imported": true}.json(), r.At, dedupe, kf, state, sent,
		event); err != nil {
		return 0, err
	}
	return 1, t.exec("update conversation set event_id = $1 where id = $2", event, conversation)
}
