package store

import (
	"context"
	"errors"
	"strconv"
)

// QuickImport is a row of a file: a quick reply and what it sends.
type QuickImport struct {
	QuickReply
	Draft Draft
}

var errNotWhole = errors.New("store: not all could be taken")

// ImportQuickReplies adds what a file holds. no tells by place what was not
// taken and why. A code that is there (code_taken), or without one a title
// (quick_known), is left as it is; anything else that is refused keeps out the
// whole file, unless it may be taken partly.
func (s *Store) ImportQuickReplies(ctx context.Context, a *Agent, list []QuickImport, partly bool) (added int, no map[int]*Refusal, err error) {
	no = map[int]*Refusal{}
	err = s.write(ctx, func(t *tx) error {
		whole, owner := true, a.ID
		for i := range list {
			err := t.importQuick(a, &list[i])
			var rule *Refusal
			switch {
			case errors.As(err, &rule):
				no[i] = rule
				whole = whole && (rule.Code == "code_taken" || rule.Code == "quick_known")
			case err != nil:
				return err
			default:
				added++
				owner = min(owner, list[i].Agent)
			}
		}
		switch {
		case !whole && !partly:
			return errNotWhole
		case added == 0:
			return nil
		}
		if err := t.quickDeed(a, owner, "quickreply.import", strconv.Itoa(added)); err != nil {
			return err
		}
		return t.quickChanged(owner)
	})
	if errors.Is(err, errNotWhole) {
		added, err = 0, nil
	}
	return added, no, err
}

func (t *tx) importQuick(a *Agent, q *QuickImport) error {
	if q.Code == "" {
		n, err := txOne[int](t, "select count(*) from quickreply where agent_id = $1 and title = $2", q.Agent, q.Title)
		if err != nil || n > 0 {
			return orElse(err, refuse("quick_known", "title", q.Title))
		}
	}
	return t.addQuick(a, &q.QuickReply, q.Draft)
}
