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

// Imported counts the records of an import: those that are no messages are read,
// too; skipped are those of a time of which nothing is kept.
type Imported struct{ Read, New, Skipped int }

// recordSlack is how far WeChat's time of a record may be from ours, in milliseconds.
const recordSlack = 5000

// ImportRecords puts what is missing into the customers' timelines, as lines that
// say where they come from. What stands there already, from a push, a reply or an
// earlier import, is left out; skipped is what is older than messages are kept, or
// than the customer's erasure. Media are marks in the records and become lines of
// text.
func (s *Store) ImportRecords(ctx context.Context, by Actor, accountID int64, list []Record) (n Imported, err error) {
	since, err := s.keptSince(ctx, "message_months")
	if err != nil {
		return n, err
	}
	n.Read, list = len(list), slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Record) int { return cmp.Or(cmp.Compare(a.OpenID, b.OpenID), cmp.Compare(a.At, b.At)) })
	err = s.write(ctx, func(t *tx) error {
		for len(list) > 0 {
			end := slices.IndexFunc(list, func(r Record) bool { return r.OpenID != list[0].OpenID })
			if end < 0 {
				end = len(list)
			}
			kept, err := t.keptRecords(accountID, since, list[:end])
			if err != nil {
				return err
			}
			fresh, err := t.importRecords(accountID, kept)
			if err != nil {
				return err
			}
			n.New, n.Skipped, list = n.New+fresh, n.Skipped+end-len(kept), list[end:]
		}
		if n.New == 0 {
			return nil
		}
		return t.audit(by, deed{Name: "kf.records", Account: accountID, Detail: fmt.Sprintf("+%d", n.New)})
	})
	return n, err
}

// keptRecords are those of one customer, in order of time, that are young enough.
func (t *tx) keptRecords(accountID, since int64, list []Record) ([]Record, error) {
	erased, err := txOne[int64](t, "select coalesce((select at from erased where hash = $1), 0)", erasedHash(accountID, list[0].OpenID))
	young := slices.IndexFunc(list, func(r Record) bool { return r.At >= since && r.At > erased })
	if young < 0 {
		young = len(list)
	}
	return list[young:], err
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
	if len(list) == 0 {
		return 0, nil
	}
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

// customerOf finds a customer, or makes one.
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
	conversation, err := t.conversationOf(accountID, customer, r.At)
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
	if err := t.showRecord(conversation, dir, r); err != nil {
		return 0, err
	}
	return 1, t.exec("update conversation set event_id = $1 where id = $2", event, conversation)
}

// conversationOf finds the conversation of a time, the customer's first for what
// was said before. Who has none gets one that is over: it asks for nobody, and by
// it they are found.
func (t *tx) conversationOf(accountID, customer, at int64) (int64, error) {
	id, err := txOne[int64](t, `select coalesce((select max(v.id) from conversation v where v.customer_id = $1 and v.created_at <= $2),
		(select min(v.id) from conversation v where v.customer_id = $1), 0)`, customer, at)
	if err != nil || id > 0 {
		return id, err
	}
	id, err = t.insert(`insert into conversation (account_id, customer_id, state, created_at, closed_at, last_id)
		values ($1,$2,'closed',$3,$3,$4)`, accountID, customer, at, t.last.message+1)
	if err != nil {
		return 0, err
	}
	return id, t.exec("update customer set conversation_id = $1, conversations = conversations + 1 where id = $2", id, customer)
}

// showRecord brings along what the list shows of a conversation in which nothing
// was said but what was imported.
func (t *tx) showRecord(conversation int64, dir string, r Record) error {
	text := preview(dir, "text", []byte(body{"content": r.Text}.json()))
	return t.exec(`update conversation set last_id = $1, last_dir = $2, last_type = 'text', last_text = $3, last_at = $4,
		closed_at = max(closed_at, $4) where id = $5 and state = 'closed' and last_at <= $4
		and (select m.imported from message m where m.id = last_id) = 1`, t.last.message, dir, text, r.At, conversation)
}
