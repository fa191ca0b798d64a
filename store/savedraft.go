package store

import (
	"context"
	"encoding/json"
	"errors"
)

// SavedDraft is what an agent has begun to write in a conversation. Nobody else
// sees it.
type SavedDraft struct {
	Conversation int64    `json:"conversation"`
	Mode         string   `json:"mode"`   // reply, note
	Text         string   `json:"text"`   // what is in the field
	Pieces       []string `json:"pieces"` // texts before it; all leave as one
	EditedAt     int64    `json:"edited_at"`
}

func scanSavedDraft(r scanner) (d SavedDraft, err error) {
	var pieces string
	if err = r.Scan(&d.Conversation, &d.Mode, &d.Text, &pieces, &d.EditedAt); err == nil {
		err = json.Unmarshal([]byte(pieces), &d.Pieces)
	}
	return d, err
}

const selectDraft = "select d.conversation_id, d.mode, d.text, d.pieces, d.edited_at from draft d "

// SaveDraft keeps a draft and tells the agent's own browsers. An edit that is
// older than what is kept changes nothing; what is kept is given back.
func (s *Store) SaveDraft(ctx context.Context, a *Agent, d SavedDraft) (kept SavedDraft, err error) {
	if d.Pieces == nil {
		d.Pieces = []string{}
	}
	pieces, err := json.Marshal(d.Pieces)
	if err != nil {
		return kept, err
	}
	err = s.write(ctx, func(t *tx) error {
		v, err := t.conversation(a, d.Conversation)
		if err != nil {
			return err
		}
		if d.EditedAt <= 0 || d.EditedAt > t.now { // a browser's clock may be a little ahead
			d.EditedAt = t.now
		}
		kept, err = txRow(t, scanSavedDraft, selectDraft+"where d.agent_id = $1 and d.conversation_id = $2", a.ID, v.ID)
		if err == nil && kept.EditedAt >= d.EditedAt || err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		kept = d
		if err := t.exec(`insert into draft (agent_id, conversation_id, mode, text, pieces, edited_at) values ($1,$2,$3,$4,$5,$6)
			on conflict (agent_id, conversation_id) do update set mode = excluded.mode, text = excluded.text, pieces = excluded.pieces,
			edited_at = excluded.edited_at`, a.ID, v.ID, d.Mode, d.Text, string(pieces), d.EditedAt); err != nil {
			return err
		}
		return t.note(Event{Kind: "draft", Account: v.Account, Conversation: v.ID, Agent: a.ID})
	})
	return kept, err
}

// SavedDraft gives an agent's draft of a conversation, an empty one when there is none.
func (s *Store) SavedDraft(ctx context.Context, agentID, conversationID int64) (SavedDraft, error) {
	d, err := row(ctx, s, scanSavedDraft, selectDraft+"where d.agent_id = $1 and d.conversation_id = $2", agentID, conversationID)
	if errors.Is(err, ErrNotFound) {
		return SavedDraft{Conversation: conversationID, Mode: "reply", Pieces: []string{}}, nil
	}
	return d, err
}

// SavedDrafts gives all drafts of an agent, in the accounts they see.
func (s *Store) SavedDrafts(ctx context.Context, a *Agent) ([]SavedDraft, error) {
	return rows(ctx, s, scanSavedDraft, selectDraft+`join conversation v on v.id = d.conversation_id
		where d.agent_id = $2 and `+sees+` order by d.conversation_id`, a.Admin(), a.ID)
}

// PruneDrafts forgets drafts that nobody has touched for keep milliseconds,
// whatever became of their conversations: one that was ended by mistake is
// opened again with what was begun.
func (s *Store) PruneDrafts(ctx context.Context, keep int64) error {
	return s.write(ctx, func(t *tx) error { return t.exec("delete from draft where edited_at < $1", t.now-keep) })
}
