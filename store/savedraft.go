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
	Forms        Forms    `json:"forms"`
	Files        []Waits  `json:"files"` // in their order
	EditedAt     int64    `json:"edited_at"`
}

// Forms is what is in the fields of the editors, by type.
type Forms map[string]json.RawMessage

// Waits is a file that waits in a draft, and where: "image" is the composer,
// "TYPE media" and "TYPE thumb" are in an editor.
type Waits struct {
	Place string `json:"place"`
	Media Media  `json:"media"`
}

// keptFile is a file as the row has it.
type keptFile struct {
	Place string `json:"place"`
	Media int64  `json:"media"`
}

func scanSavedDraft(r scanner) (d SavedDraft, err error) {
	var pieces, forms, files string
	if err = r.Scan(&d.Conversation, &d.Mode, &d.Text, &pieces, &forms, &files, &d.EditedAt); err != nil {
		return d, err
	}
	var list []keptFile
	d.Files = []Waits{}
	err = errors.Join(json.Unmarshal([]byte(pieces), &d.Pieces), json.Unmarshal([]byte(forms), &d.Forms), json.Unmarshal([]byte(files), &list))
	for _, f := range list {
		d.Files = append(d.Files, Waits{f.Place, Media{ID: f.Media}})
	}
	return d, err
}

const selectDraft = "select d.conversation_id, d.mode, d.text, d.pieces, d.forms, d.files, d.edited_at from draft d "

// SaveDraft keeps a draft and tells the agent's own browsers. An edit that is
// older than what is kept changes nothing; what is kept is given back. Of its files
// the ids count. Refusal: no_media.
func (s *Store) SaveDraft(ctx context.Context, a *Agent, d SavedDraft) (kept SavedDraft, err error) {
	if d.Pieces == nil {
		d.Pieces = []string{}
	}
	if d.Forms == nil {
		d.Forms = Forms{}
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
		if err := t.putDraft(a, d); err != nil {
			return err
		}
		return t.note(Event{Kind: "draft", Account: v.Account, Conversation: v.ID, Agent: a.ID})
	})
	if err == nil {
		err = s.draftFiles(ctx, &kept)
	}
	return kept, err
}

func (t *tx) putDraft(a *Agent, d SavedDraft) error {
	list := []keptFile{}
	for _, f := range d.Files {
		if _, err := t.fileHere(a, f.Media.ID, "", "files"); err != nil {
			return err
		}
		list = append(list, keptFile{f.Place, f.Media.ID})
	}
	pieces, err1 := json.Marshal(d.Pieces)
	forms, err2 := json.Marshal(d.Forms)
	files, err3 := json.Marshal(list)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	return t.exec(`insert into draft (agent_id, conversation_id, mode, text, pieces, forms, files, edited_at) values ($1,$2,$3,$4,$5,$6,$7,$8)
		on conflict (agent_id, conversation_id) do update set mode = excluded.mode, text = excluded.text, pieces = excluded.pieces,
		forms = excluded.forms, files = excluded.files, edited_at = excluded.edited_at`,
		a.ID, d.Conversation, d.Mode, d.Text, string(pieces), string(forms), string(files), d.EditedAt)
}

// draftFiles reads the rows of a draft's files.
func (s *Store) draftFiles(ctx context.Context, d *SavedDraft) (err error) {
	if d.Files == nil {
		d.Files = []Waits{}
	}
	for i := range d.Files {
		if d.Files[i].Media, err = s.Media(ctx, d.Files[i].Media.ID); err != nil {
			return err
		}
	}
	return nil
}

// SavedDraft gives an agent's draft of a conversation, an empty one when there is none.
func (s *Store) SavedDraft(ctx context.Context, agentID, conversationID int64) (SavedDraft, error) {
	d, err := row(ctx, s, scanSavedDraft, selectDraft+"where d.agent_id = $1 and d.conversation_id = $2", agentID, conversationID)
	if errors.Is(err, ErrNotFound) {
		return SavedDraft{Conversation: conversationID, Mode: "reply", Pieces: []string{}, Forms: Forms{}, Files: []Waits{}}, nil
	}
	if err == nil {
		err = s.draftFiles(ctx, &d)
	}
	return d, err
}

// SavedDrafts gives all drafts of an agent, in the accounts they see.
func (s *Store) SavedDrafts(ctx context.Context, a *Agent) ([]SavedDraft, error) {
	list, err := rows(ctx, s, scanSavedDraft, selectDraft+`join conversation v on v.id = d.conversation_id
		where d.agent_id = $2 and `+sees+` order by d.conversation_id`, a.Admin(), a.ID)
	for i := range list {
		if err == nil {
			err = s.draftFiles(ctx, &list[i])
		}
	}
	return list, err
}

// PruneDrafts forgets drafts that nobody has touched for keep milliseconds,
// whatever became of their conversations: one that was ended by mistake is
// opened again with what was begun.
func (s *Store) PruneDrafts(ctx context.Context, keep int64) error {
	return s.write(ctx, func(t *tx) error { return t.exec("delete from draft where edited_at < $1", t.now-keep) })
}
