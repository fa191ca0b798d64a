package store

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
)

// Note is what an agent writes into a thread for colleagues. It never leaves.
type Note struct {
	ClientID string // the agent's own id: the same twice is one note
	Content  string
	Mentions []int64 // agents who are told
}

// AddNote puts an internal note into a thread, whoever serves it and whether or
// not it has ended. Nobody's turn changes by it. Those mentioned are told, if
// they are others and may see the official account ("bad_mention"). The same
// ClientID again gives the row that is there (again is true).
func (s *Store) AddNote(ctx context.Context, a *Agent, conversationID int64, n Note) (m Message, v Conversation, again bool, err error) {
	if n.ClientID == "" {
		return m, v, false, errors.New("store: a note without a client id")
	}
	err = s.write(ctx, func(t *tx) (err error) {
		if v, err = t.conversation(a, conversationID); err != nil {
			return err
		}
		m, err = txRow(t, scanMessage, selectMessage+"where m.customer_id = $1 and m.client_id = $2", v.Customer.ID, n.ClientID)
		if again = err == nil; again || !errors.Is(err, ErrNotFound) {
			return err
		}
		if err := t.addNote(a, &v, n); err != nil {
			return err
		}
		m, err = t.message(t.last.message)
		return err
	})
	return m, v, again, err
}

func (t *tx) addNote(a *Agent, v *Conversation, n Note) error {
	told := IDs{}
	for _, id := range n.Mentions {
		if slices.Contains(told, id) {
			continue
		}
		ok, err := txOne[bool](t, `select count(*) from agent a where a.id = $1 and a.active = 1 and (a.role = 'admin'
			or exists (select 1 from agent_account b where b.agent_id = a.id and b.account_id = $2))`, id, v.Account)
		if err != nil {
			return err
		}
		if !ok {
			return refuse("bad_mention", "field", "mentions")
		}
		told = append(told, id)
	}
	t.last.message++
	id := t.last.message
	event, err := t.event(Event{Kind: "message", Account: v.Account, Conversation: v.ID, Message: id, Agent: a.ID})
	if err != nil {
		return err
	}
	if err := t.exec(`insert into message (id, account_id, customer_id, conversation_id, dir, type, body, at, agent_id, nick, client_id, event_id)
		values ($1,$2,$3,$4,'note','text',$5,$6,$7,$8,nullif($9, ''),$10)`, id, v.Account, v.Customer.ID, v.ID,
		body{"content": n.Content, "mentions": told}.json(), t.now, a.ID, a.Name, n.ClientID, event); err != nil {
		return err
	}
	if err := t.exec("update conversation set event_id = $1 where id = $2", event, v.ID); err != nil {
		return err
	}
	*v, err = txRow(t, scanConversation, selectConversation+"where v.id = $1", v.ID)
	for _, agent := range told {
		if err == nil && agent != a.ID {
			if err = t.exec("insert into mention (agent_id, message_id) values ($1,$2)", agent, id); err == nil {
				err = t.mentioned(agent)
			}
		}
	}
	return err
}

// mentioned appends the event that what an agent is told of has changed.
func (t *tx) mentioned(agentID int64) error {
	return t.note(Event{Kind: "mention", Agent: agentID})
}

// Mention is something of colleagues that an agent has not seen yet: a note that
// names them, or a hand-over that concerns them (see tell).
type Mention struct {
	Kind         string `json:"kind"` // note, transferred, taken, invited, queued
	Message      int64  `json:"message"`
	Conversation int64  `json:"conversation"`
	Account      int64  `json:"account"`
	Agent        int64  `json:"agent"` // who wrote or did it; the agent themself where the rules did
	At           int64  `json:"at"`
	OpenID       string `json:"openid"` // the customer's, with their remark
	Remark       string `json:"remark"`
	Text         string `json:"text"` // of the note, of a hand-over that of the note given with it
}

// mentionsMost is how many an agent is shown.
const mentionsMost = 50

// Mentions lists those of an agent, the newest first.
func (s *Store) Mentions(ctx context.Context, a *Agent) ([]Mention, error) {
	return rows(ctx, s, func(r scanner) (m Mention, err error) {
		err = r.Scan(&m.Kind, &m.Message, &m.Conversation, &m.Account, &m.Agent, &m.At, &m.OpenID, &m.Remark, &m.Text)
		m.Text = preview("note", "text", json.RawMessage(m.Text))
		return m, err
	}, `select case when m.dir = 'note' then 'note' else m.type end, m.id, m.conversation_id, m.account_id, m.agent_id, m.at, c.openid, c.remark,
			case when m.dir = 'note' then m.body else coalesce(w.body, '{}') end
		from mention n join message m on m.id = n.message_id join customer c on c.id = m.customer_id join conversation v on v.id = m.conversation_id
			left join message w on w.id = m.id - 1 and w.dir = 'note' and w.conversation_id = m.conversation_id and w.agent_id = m.agent_id and w.at = m.at
		where n.agent_id = $2 and `+sees+` and (m.dir = 'note' or v.state <> 'closed')
		order by n.message_id desc limit $3 + 0`, a.Admin(), a.ID, mentionsMost)
}

// SeeMention takes note that an agent has seen the note or the hand-over.
func (s *Store) SeeMention(ctx context.Context, a *Agent, messageID int64) error {
	return s.write(ctx, func(t *tx) error {
		m, err := t.message(messageID)
		if err == nil && !a.Sees(m.Account) {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		n, err := t.affect("delete from mention where agent_id = $1 and message_id = $2", a.ID, messageID)
		if err != nil || n == 0 {
			return err
		}
		return t.mentioned(a.ID)
	})
}
