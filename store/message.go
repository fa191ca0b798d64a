package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"regexp"
	"strings"
)

// Message is a row of a customer's timeline: in, out, note or event.
type Message struct {
	ID           int64           `json:"id"`
	Account      int64           `json:"-"`
	Customer     int64           `json:"customer"`
	Conversation int64           `json:"conversation"`
	Dir          string          `json:"dir"`
	Type         string          `json:"type"`
	Body         json.RawMessage `json:"body"`
	At           int64           `json:"at"` // WeChat's time for in, ours for out
	Agent        int64           `json:"agent"`
	KFAccount    string          `json:"kf_account"` // as it was then
	Nick         string          `json:"nick"`
	State        string          `json:"state"` // out: pending, sending, sent, failed, unknown, discarded
	ErrCode      int             `json:"errcode"`
	ErrMsg       string          `json:"errmsg"`
	Attempts     int             `json:"attempts"`
	RetryAt      int64           `json:"retry_at"`
	ClientID     string          `json:"client_id"`
	Nth          int             `json:"nth"` // the n-th reply
	Of           int             `json:"of"`  // of so many granted
	SentAt       int64           `json:"sent_at"`
	Auto         string          `json:"auto,omitempty"` // welcome, away, queued, keyword: nobody wrote it
	Event        int64           `json:"event"`
	Media        *Media          `json:"media,omitempty"`
	Thumb        *Media          `json:"thumb,omitempty"`

	body         string
	spent        string
	spentSince   int64
	media, thumb Media
}

// body is a message body made by the store itself.
type body map[string]any

func (b body) json() string {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(b) // maps of plain values always encode
	return string(bytes.TrimSpace(buf.Bytes()))
}

// messageFields are read with m message; mediaJoin brings its media.
const (
	messageFields = `m.id, m.account_id, m.customer_id, m.conversation_id, m.dir, m.type, m.body, m.at, m.agent_id, m.kf_account,
	m.nick, m.state, m.errcode, m.errmsg, m.attempts, m.retry_at, m.client_id, m.nth, m.total, m.sent_at, m.auto, m.event_id, m.spent,
	m.spent_since, d.id, d.state, d.mime, d.size, d.width, d.height, d.duration, d.name, d.error,
	h.id, h.state, h.mime, h.size, h.width, h.height, h.duration, h.name, h.error`
	mediaJoin     = `left join media d on d.id = m.media_id left join media h on h.id = m.thumb_id`
	selectMessage = "select " + messageFields + " from message m " + mediaJoin + " "
)

func (m *Message) targets() []any {
	targets := []any{opt(&m.ID), opt(&m.Account), opt(&m.Customer), opt(&m.Conversation), opt(&m.Dir), opt(&m.Type), opt(&m.body),
		opt(&m.At), opt(&m.Agent), opt(&m.KFAccount), opt(&m.Nick), opt(&m.State), opt(&m.ErrCode), opt(&m.ErrMsg), opt(&m.Attempts),
		opt(&m.RetryAt), opt(&m.ClientID), opt(&m.Nth), opt(&m.Of), opt(&m.SentAt), opt(&m.Auto), opt(&m.Event), opt(&m.spent), opt(&m.spentSince)}
	for _, d := range []*Media{&m.media, &m.thumb} {
		targets = append(targets, opt(&d.ID), opt(&d.State), opt(&d.Mime), opt(&d.Size), opt(&d.Width), opt(&d.Height),
			opt(&d.Duration), opt(&d.Name), opt(&d.Error))
	}
	return targets
}

func (m *Message) finish() {
	m.Body = json.RawMessage(m.body)
	if d := m.media; d.ID != 0 {
		m.Media = &d
	}
	if d := m.thumb; d.ID != 0 {
		m.Thumb = &d
	}
}

func scanMessage(r scanner) (m Message, err error) {
	if err = r.Scan(m.targets()...); err == nil {
		m.finish()
	}
	return m, err
}

// Messages gives a page of the customer's whole timeline, over all their
// conversations, in order: the limit before an id (0: the newest), or the
// limit after one.
func (s *Store) Messages(ctx context.Context, customerID, before, after int64, limit int) ([]Message, error) {
	if after > 0 {
		return s.MessagesAfter(ctx, customerID, after, limit)
	}
	if before == 0 {
		before = 1<<63 - 1
	}
	list, err := rows(ctx, s, scanMessage, selectMessage+`where m.customer_id = $1 and m.id < $2 and m.state <> 'discarded'
		order by m.id desc limit $3 + 0`, customerID, before, limit)
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list, err
}

// MessagesAfter gives the limit after an id, 0: from the first.
func (s *Store) MessagesAfter(ctx context.Context, customerID, after int64, limit int) ([]Message, error) {
	return rows(ctx, s, scanMessage, selectMessage+`where m.customer_id = $1 and m.id > $2 and m.state <> 'discarded'
		order by m.id limit $3 + 0`, customerID, after, limit)
}

// Said is all that can be read in it, in one line.
func (m *Message) Said() string { return saidIn(m.Dir, m.Type, m.Body) }

// Message gives one that the agent may see.
func (s *Store) Message(ctx context.Context, a *Agent, id int64) (Message, error) {
	m, err := row(ctx, s, scanMessage, selectMessage+"where m.id = $1", id)
	if err == nil && !a.Sees(m.Account) {
		return Message{}, ErrNotFound
	}
	return m, err
}

// Raw gives a push as WeChat sent it, which is more than the thread shows: the
// look at it is in the audit log.
func (s *Store) Raw(ctx context.Context, a *Agent, messageID int64) (raw []byte, err error) {
	err = s.write(ctx, func(t *tx) error {
		m, err := t.message(messageID)
		if err == nil && !a.Sees(m.Account) {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		if raw, err = txOne[[]byte](t, "select raw from message where id = $1", messageID); err != nil || len(raw) == 0 {
			return err
		}
		return t.audit(a.actor(), deed{Name: "message.raw", Account: m.Account, Customer: m.Customer, Detail: m.Type})
	})
	return UnpackRaw(raw), err
}

// previewMost is how many characters of a message the list shows.
const previewMost = 80

// ownLink is a link in a text of ours, of which WeChat shows the label. In a
// customer's text it is what they wrote.
var ownLink = regexp.MustCompile(`(?i)<a\s[^<>]*>([^<]*)</a>`)

// preview is the text part of a message as the list shows it, in one line; the
// kind is put before it by the page, in the agent's language.
func preview(dir, typ string, body json.RawMessage) string {
	var b struct {
		Content, Recognition, Transcript, Label, Title string

		Head string `json:"head_content"`
		List []struct{ Content string }
		Card string `json:"card_id"`
	}
	if json.Unmarshal(body, &b) != nil {
		return ""
	}
	text := ""
	switch typ {
	case "text":
		text = b.Content
	case "voice":
		text = cmp.Or(b.Recognition, b.Transcript)
	case "location":
		text = b.Label
	case "link", "file", "miniprogrampage", "news", "mpnews", "mpnewsarticle", "video", "music":
		text = b.Title
	case "wxcard":
		text = cmp.Or(b.Title, b.Card)
	case "msgmenu":
		text = b.Head
		if text == "" && len(b.List) > 0 {
			text = b.List[0].Content
		}
	}
	if dir == "out" {
		text = ownLink.ReplaceAllString(text, "$1")
	}
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > previewMost {
		return string(r[:previewMost])
	}
	return text
}

// messageChanged appends the event of a message that changed.
func (t *tx) messageChanged(m *Message) (event int64, err error) {
	event, err = t.event(Event{Kind: "message", Account: m.Account, Conversation: m.Conversation, Message: m.ID, Agent: m.Agent})
	if err != nil {
		return 0, err
	}
	return event, t.exec("update message set event_id = $1 where id = $2", event, m.ID)
}

func (t *tx) message(id int64) (Message, error) {
	return txRow(t, scanMessage, selectMessage+"where m.id = $1", id)
}

// story adds a line about the conversation itself (claimed, ended, …) to its
// timeline, appends the event and reads the row again.
func (t *tx) story(a *Agent, v *Conversation, kind string, b body) error {
	t.last.message++
	event, err := t.event(Event{Kind: "message", Account: v.Account, Conversation: v.ID, Message: t.last.message, Agent: a.ID})
	if err != nil {
		return err
	}
	if err := t.exec(`insert into message (id, account_id, customer_id, conversation_id, dir, type, body, at, agent_id, nick, event_id)
		values ($1,$2,$3,$4,'event',$5,$6,$7,$8,coalesce((select name from agent where id = $8), ''),$9)`,
		t.last.message, v.Account, v.Customer.ID, v.ID, kind, b.json(), t.now, a.ID, event); err != nil {
		return err
	}
	if err := t.exec("update conversation set event_id = $1 where id = $2", event, v.ID); err != nil {
		return err
	}
	*v, err = txRow(t, scanConversation, selectConversation+"where v.id = $1", v.ID)
	return err
}
