package store

import (
	"context"
	"encoding/json"
	"errors"
)

// Draft is a reply that an agent wants to send.
type Draft struct {
	ClientID string // the agent's own id: the same twice is one reply
	Type     string
	Body     json.RawMessage
	MediaID  int64
	ThumbID  int64
	Article  string // of mpnews and mpnewsarticle: body and cover come from the mirror

	Seen   int64 // the last message that the author had on the screen; 0: not said
	Anyway bool  // send it whatever came since

	due int64 // when it leaves, see undoUntil
}

// replyFiles are the kinds of media that replies of a type take: the file itself
// and its cover. Any kind fits where nothing is said.
var replyFiles = map[string]struct{ media, thumb string }{
	"image": {media: "image"}, "voice": {media: "voice"}, "video": {"video", "thumb"}, "music": {thumb: "thumb"},
	"news": {media: "image"}, "miniprogrampage": {thumb: "image"},
}

// Reply takes a reply into the outbox and spends its grant; the courier sends
// it. The same ClientID again gives the row that is there (again is true).
// Refusals: not_claimed, not_yours, ended, in_session, unauthorised,
// no_kf_account, those of Decide, and unseen.
func (s *Store) Reply(ctx context.Context, a *Agent, conversationID int64, d Draft) (m Message, v Conversation, again bool, err error) {
	if d.ClientID == "" {
		return m, v, false, errors.New("store: a reply without a client id")
	}
	err = s.write(ctx, func(t *tx) (err error) {
		if v, err = t.conversation(a, conversationID); err != nil {
			return err
		}
		m, err = txRow(t, scanMessage, selectMessage+"where m.customer_id = $1 and m.client_id = $2", v.Customer.ID, d.ClientID)
		if again = err == nil; again {
			return nil
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		b, kind, err := t.mayReply(a, &v)
		if err != nil {
			return err
		}
		if err := t.unseen(&v, &d); err != nil {
			return err
		}
		if d.due, err = t.undoUntil(&v, kind); err != nil {
			return err
		}
		if err := t.reply(a, &v, b, kind, d); err != nil {
			return err
		}
		m, err = t.message(t.last.message)
		return err
	})
	return m, v, again, err
}

// mayReply is the one gate of every reply: who speaks, as whom, and WeChat's
// budget. kind is the bucket to spend.
func (t *tx) mayReply(a *Agent, v *Conversation) (b Binding, kind string, err error) {
	switch {
	case v.State == "closed":
		return b, "", refuse("ended")
	case v.State == "waiting":
		return b, "", refuse("not_claimed")
	case v.Agent != a.ID:
		return b, "", refuse("not_yours", "agent", v.Agent)
	case v.Customer.Session != nil:
		return b, "", refuse("in_session", "kf_account", v.Customer.Session.KFAccount)
	case v.Customer.BlockedAt > 0:
		return b, "", refuse("blocked")
	}
	if n, err := txOne[int](t, "select count(*) from authorizer where account_id = $1 and refused > 0", v.Account); err != nil || n > 0 {
		return b, "", orElse(err, refuse("unauthorised"))
	}
	if b, err = t.speaker(a.ID, v.Account); err != nil {
		return b, "", err
	}
	verdict := Decide(v.Grants, v.Customer.Following, t.now)
	if !verdict.OK {
		return b, "", refuse(verdict.Reason)
	}
	return b, verdict.Kind, nil
}

func (t *tx) reply(a *Agent, v *Conversation, b Binding, kind string, d Draft) error {
	g := v.Grants.bucket(kind)
	if err := t.spend(v.Customer.ID, kind); err != nil {
		return err
	}
	if d.Article != "" {
		if err := t.article(v.Account, &d); err != nil {
			return err
		}
	}
	media, err := t.replyFile(a, v.Account, d.MediaID, replyFiles[d.Type].media, "media")
	if err != nil {
		return err
	}
	thumb, err := t.replyFile(a, v.Account, d.ThumbID, replyFiles[d.Type].thumb, "thumb")
	if err != nil {
		return err
	}
	t.last.message++
	event, err := t.event(Event{Kind: "message", Account: v.Account, Conversation: v.ID, Message: t.last.message, Agent: a.ID})
	if err != nil {
		return err
	}
	if err := t.exec(`insert into message (id, account_id, customer_id, conversation_id, dir, type, body, at, media_id, thumb_id, agent_id, kf_account,
		nick, state, client_id, nth, total, spent, spent_since, event_id, retry_at)
		values ($1,$2,$3,$4,'out',$5,$6,$7,$8,$9,$10,$11,$12,'pending',$13,$14,$15,$16,$17,$18,$19)`,
		t.last.message, v.Account, v.Customer.ID, v.ID, d.Type, string(d.Body), t.now, media, thumb, a.ID, b.KFAccount, b.Nick,
		d.ClientID, g.Total-g.Left+1, g.Total, kind, g.Since, event, d.due); err != nil {
		return err
	}
	return t.replied(v, t.last.message, d, a.ID, event)
}

// replyFile is what the row of a reply says of a file: nothing, or its id. The
// file is here, of this kind and seen by the agent. One of another official
// account gets a row of its own in the conversation's.
func (t *tx) replyFile(a *Agent, account, id int64, kind, field string) (any, error) {
	if id == 0 {
		return nil, nil
	}
	d, err := t.fileHere(a, id, kind, field)
	if err == nil && d.Account != account {
		id, err = t.insert(`insert into media (account_id, kind, state, hash, mime, size, width, height, duration, name, created_at)
			select $1, kind, state, hash, mime, size, width, height, duration, name, $2 from media where id = $3`, account, t.now, id)
	}
	return id, err
}

// fileHere is a file that is here, of this kind ("" any) and seen by the agent.
func (t *tx) fileHere(a *Agent, id int64, kind, field string) (Media, error) {
	d, err := txRow(t, scanMedia, selectMedia+"where id = $1", id)
	if errors.Is(err, ErrNotFound) || err == nil && (d.State != "ready" || kind != "" && d.Kind != kind || !a.Sees(d.Account)) {
		err = refuse("no_media", "field", field)
	}
	return d, err
}

// replied brings the conversation's row up to date and reads it again.
func (t *tx) replied(v *Conversation, messageID int64, d Draft, agent, event int64) error {
	if err := t.exec(`update conversation set waiting_since = 0, last_id = $1, last_dir = 'out', last_type = $2, last_text = $3,
		last_state = 'pending', last_agent = $4, last_at = $5, event_id = $6,
		first_reply_at = case when first_reply_at = 0 then $5 else first_reply_at end where id = $7`,
		messageID, d.Type, preview("out", d.Type, d.Body), agent, t.now, event, v.ID); err != nil {
		return err
	}
	var err error
	*v, err = txRow(t, scanConversation, selectConversation+"where v.id = $1", v.ID)
	return err
}

// Resend puts a failed or uncertain reply into the outbox again; a person has
// decided so, after this many attempts that they knew of: the same decision a
// second time sends nothing, whatever became of the first. It spends a grant
// like a new one. Refusals: as Reply, and not_failed.
func (s *Store) Resend(ctx context.Context, a *Agent, messageID int64, attempts int) (m Message, v Conversation, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		if m, v, err = t.ownReply(a, messageID); err != nil {
			return err
		}
		if m.State != "failed" && m.State != "unknown" || m.Attempts != attempts {
			return refuse("not_failed")
		}
		b, kind, err := t.mayReply(a, &v)
		if err != nil {
			return err
		}
		g := v.Grants.bucket(kind)
		if err := t.spend(v.Customer.ID, kind); err != nil {
			return err
		}
		if err := t.exec(`update message set state = 'pending', errcode = 0, errmsg = '', retry_at = 0, agent_id = $1, kf_account = $2,
			nick = $3, auto = '', spent = $4, spent_since = $5, nth = $6, total = $7 where id = $8`,
			a.ID, b.KFAccount, b.Nick, kind, g.Since, g.Total-g.Left+1, g.Total, m.ID); err != nil {
			return err
		}
		if err := t.exec("update conversation set waiting_since = 0 where id = $1", v.ID); err != nil {
			return err
		}
		m.Agent = a.ID
		return t.settled(&m, &v)
	})
	return m, v, err
}

// Delivered takes an agent's word that an uncertain reply has arrived.
func (s *Store) Delivered(ctx context.Context, a *Agent, messageID int64) (Message, Conversation, error) {
	return s.decide(ctx, a, messageID, "sent", "unknown")
}

// Discard takes a failed reply out of the thread. The row stays.
func (s *Store) Discard(ctx context.Context, a *Agent, messageID int64) (Message, Conversation, error) {
	return s.decide(ctx, a, messageID, "discarded", "failed")
}

func (s *Store) decide(ctx context.Context, a *Agent, messageID int64, to, from string) (m Message, v Conversation, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		if m, v, err = t.ownReply(a, messageID); err != nil {
			return err
		}
		if m.State != from {
			return refuse("not_" + from)
		}
		sentAt, name := int64(0), "message.discard"
		if to == "sent" {
			sentAt, name = t.now, "message.delivered"
		}
		if m.Agent != a.ID {
			if err := t.meddledWith(a, &v, name, 0); err != nil {
				return err
			}
		}
		if err := t.exec("update message set state = $1, sent_at = $2 where id = $3", to, sentAt, m.ID); err != nil {
			return err
		}
		if to == "discarded" && m.ID == v.Last.ID {
			if err := t.showBefore(&v); err != nil {
				return err
			}
		}
		return t.settled(&m, &v)
	})
	return m, v, err
}

// showBefore lets the list show what came before a discarded reply.
func (t *tx) showBefore(v *Conversation) error {
	m, err := txRow(t, scanMessage, selectMessage+`where m.customer_id = $1 and m.conversation_id = $2 and m.dir in ('in', 'out')
		and m.auto = '' and m.imported = 0 and m.state <> 'discarded' order by m.id desc limit 1`, v.Customer.ID, v.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return t.exec(`update conversation set last_id = $1, last_dir = $2, last_type = $3, last_text = $4, last_state = $5, last_agent = $6,
		last_at = $7 where id = $8`, m.ID, m.Dir, m.Type, preview(m.Dir, m.Type, m.Body), m.State, m.Agent, m.At, v.ID)
}

// ownReply gives a reply of a conversation that the agent serves, or that has
// ended (an admin: any).
func (t *tx) ownReply(a *Agent, messageID int64) (m Message, v Conversation, err error) {
	if m, err = t.message(messageID); err != nil {
		return m, v, err
	}
	if v, err = t.conversation(a, m.Conversation); err != nil {
		return m, v, err
	}
	if m.Dir != "out" {
		return m, v, ErrNotFound
	}
	if v.Agent != a.ID && !a.Admin() {
		return m, v, refuse("not_yours", "agent", v.Agent)
	}
	return m, v, nil
}

// settled appends the event of a reply whose state changed, brings the
// conversation's preview along and reads both rows again.
func (t *tx) settled(m *Message, v *Conversation) error {
	event, err := t.messageChanged(m)
	if err != nil {
		return err
	}
	if err := t.exec(`update conversation set event_id = $1,
		last_state = case when last_id = $2 then (select state from message where id = $2) else last_state end
		where id = $3`, event, m.ID, m.Conversation); err != nil {
		return err
	}
	if *m, err = t.message(m.ID); err != nil {
		return err
	}
	*v, err = txRow(t, scanConversation, selectConversation+"where v.id = $1", m.Conversation)
	return err
}
