package store

import (
	"context"
	"encoding/json"
)

// Recent is what agents of an official account sent, to be sent again.
type Recent struct {
	Type  string          `json:"type"`
	Body  json.RawMessage `json:"body"`
	Media *Media          `json:"media,omitempty"`
	Thumb *Media          `json:"thumb,omitempty"`
	At    int64           `json:"at"`
}

// recentMost is how many different ones are given, of the newest recentLook.
const (
	recentMost = 10
	recentLook = 200
)

// Recent gives the newest different replies of a type; texts have none. What
// failed may have failed for what was in it.
func (s *Store) Recent(ctx context.Context, accountID int64, typ string) ([]Recent, error) {
	list, err := rows(ctx, s, scanMessage, selectMessage+`where m.account_id = $1 and m.type = $2 and m.dir = 'out' and m.type <> 'text'
		and m.state not in ('failed', 'discarded') order by m.id desc limit $3 + 0`, accountID, typ, recentLook)
	if err != nil {
		return nil, err
	}
	type content struct {
		body         string
		media, thumb int64
	}
	seen := map[content]bool{}
	var out []Recent
	for i := range list {
		m := &list[i]
		c := content{m.body, m.media.ID, m.thumb.ID}
		if seen[c] || len(out) == recentMost {
			continue
		}
		seen[c] = true
		out = append(out, Recent{Type: m.Type, Body: m.Body, Media: m.Media, Thumb: m.Thumb, At: m.At})
	}
	return out, nil
}
