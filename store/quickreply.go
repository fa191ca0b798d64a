package store

import (
	"cmp"
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// QuickReply is a reply that was written before, to be sent again and again.
type QuickReply struct {
	ID        int64           `json:"id"`
	Account   int64           `json:"account"` // 0: for every official account
	Agent     int64           `json:"agent"`   // whose it is, 0: the team's
	Category  string          `json:"category"`
	Code      string          `json:"code"` // typed after the slash, may be ""
	Title     string          `json:"title"`
	Spelling  string          `json:"spelling"` // of the title: see spell
	Type      string          `json:"type"`
	Body      json.RawMessage `json:"body"` // as a reply's; its variables as they were written
	Media     *Media          `json:"media,omitempty"`
	Thumb     *Media          `json:"thumb,omitempty"`
	Used      int             `json:"used"` // times this month
	UpdatedBy int64           `json:"updated_by"`
	UpdatedAt int64           `json:"updated_at"`
}

// What a quick reply holds at most, in characters, and how many the team and
// each agent may have.
const (
	QuickTitleMost    = 20
	QuickCategoryMost = 12
	QuickMost         = 1000
)

const selectQuick = `select q.id, q.account_id, q.agent_id, q.category, q.code, q.title, q.spelling, q.type, q.body,
	case when q.used_month = $1 then q.used else 0 end, q.updated_by, q.updated_at,
	d.id, d.state, d.mime, d.size, d.width, d.height, d.duration, d.name, d.error,
	h.id, h.state, h.mime, h.size, h.width, h.height, h.duration, h.name, h.error from quickreply q
	left join media d on d.id = q.media_id left join media h on h.id = q.thumb_id `

func scanQuick(r scanner) (q QuickReply, err error) {
	var body string
	var media, thumb Media
	targets := []any{&q.ID, &q.Account, &q.Agent, &q.Category, &q.Code, &q.Title, &q.Spelling, &q.Type, &body, &q.Used, &q.UpdatedBy, &q.UpdatedAt}
	for _, d := range []*Media{&media, &thumb} {
		targets = append(targets, opt(&d.ID), opt(&d.State), opt(&d.Mime), opt(&d.Size), opt(&d.Width), opt(&d.Height), opt(&d.Duration),
			opt(&d.Name), opt(&d.Error))
	}
	err = r.Scan(targets...)
	q.Body = json.RawMessage(body)
	if media.ID != 0 {
		q.Media = &media
	}
	if thumb.ID != 0 {
		q.Thumb = &thumb
	}
	return q, err
}

// month numbers the month of a time, as the server's clock on the wall has it.
func month(ms int64) int {
	at := time.UnixMilli(ms)
	return at.Year()*12 + int(at.Month())
}

// QuickReplies lists what an agent may use: the team's and their own, by
// category, then in the order that was given to them.
func (s *Store) QuickReplies(ctx context.Context, a *Agent) ([]QuickReply, error) {
	list, err := rows(ctx, s, scanQuick, selectQuick+`where q.agent_id in (0, $2)
		order by q.agent_id > 0, q.category = '', q.category, q.position, q.id`, month(s.now()), a.ID)
	seen := list[:0]
	for _, q := range list {
		if q.Account == 0 || a.Sees(q.Account) {
			seen = append(seen, q)
		}
	}
	return seen, err
}

// QuickReply gives one that an agent may use.
func (s *Store) QuickReply(ctx context.Context, a *Agent, id int64) (QuickReply, error) {
	q, err := row(ctx, s, scanQuick, selectQuick+"where q.id = $2", month(s.now()), id)
	return q, orElse(err, q.usable(a))
}

// usable is ErrNotFound for what an agent may not see.
func (q *QuickReply) usable(a *Agent) error {
	if q.Agent != 0 && q.Agent != a.ID || q.Account != 0 && !a.Sees(q.Account) {
		return ErrNotFound
	}
	return nil
}

func (t *tx) quick(a *Agent, id int64) (QuickReply, error) {
	q, err := txRow(t, scanQuick, selectQuick+"where q.id = $2", month(t.now), id)
	return q, orElse(err, q.usable(a))
}

// changeable refuses what an agent may use and not change: the team's is kept
// by supervisors.
func (q *QuickReply) changeable(a *Agent) error {
	if q.Agent == 0 && !a.Supervisor() {
		return refuse("not_supervisor")
	}
	return q.usable(a)
}

// codeForm: what is typed after the slash, without a space that would end it.
var codeForm = regexp.MustCompile(`^[\p{L}\p{N}_-]{0,20}$`)

// check tidies what a person typed and refuses what does not fit.
func (q *QuickReply) check() error {
	q.Title, q.Category = strings.TrimSpace(q.Title), strings.TrimSpace(q.Category)
	q.Code = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(q.Code), "/"))
	switch {
	case q.Title == "":
		return refuse("empty", "field", "title")
	case utf8.RuneCountInString(q.Title) > QuickTitleMost:
		return refuse("too_long", "field", "title", "most", QuickTitleMost, "characters", utf8.RuneCountInString(q.Title))
	case utf8.RuneCountInString(q.Category) > QuickCategoryMost:
		return refuse("too_long", "field", "category", "most", QuickCategoryMost, "characters", utf8.RuneCountInString(q.Category))
	case !codeForm.MatchString(q.Code):
		return refuse("bad_code", "field", "code")
	}
	q.Spelling = spell(q.Title)
	return nil
}

// codeTaken refuses a code that another one of the team, or of the agent, has.
func (t *tx) codeTaken(q *QuickReply) error {
	n, err := txOne[int](t, "select count(*) from quickreply where agent_id = $1 and code = $2 and code <> '' and id <> $3", q.Agent, q.Code, q.ID)
	if err == nil && n > 0 {
		err = refuse("code_taken", "field", "code", "code", q.Code)
	}
	return err
}

// AddQuickReply keeps a reply for the team (q.Agent 0) or for the agent. d is
// what it sends. What holds files or an article is for one official account.
// Refusals: not_supervisor, quick_full, code_taken, and those of its fields.
func (s *Store) AddQuickReply(ctx context.Context, a *Agent, q QuickReply, d Draft) (QuickReply, error) {
	err := s.write(ctx, func(t *tx) error {
		if err := t.addQuick(a, &q, d); err != nil {
			return err
		}
		if err := t.quickDeed(a, q.Agent, "quickreply.add", q.Title); err != nil {
			return err
		}
		return t.quickChanged(q.Agent)
	})
	return q, err
}

func (t *tx) addQuick(a *Agent, q *QuickReply, d Draft) error {
	if err := cmp.Or(q.changeable(a), q.check()); err != nil {
		return err
	}
	if n, err := txOne[int](t, "select count(*) from quickreply where agent_id = $1", q.Agent); err != nil || n >= QuickMost {
		return orElse(err, refuse("quick_full", "most", QuickMost))
	}
	if err := t.codeTaken(q); err != nil {
		return err
	}
	media, thumb, err := t.quickFiles(a, q, &d)
	if err != nil {
		return err
	}
	id, err := t.insert(`insert into quickreply (account_id, agent_id, category, code, title, spelling, type, body, media_id, thumb_id,
		position, updated_by, updated_at) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,
		(select coalesce(max(position), 0) + 1 from quickreply),$11,$12)`, q.Account, q.Agent, q.Category, q.Code, q.Title, q.Spelling,
		d.Type, string(d.Body), media, thumb, a.ID, t.now)
	if err != nil {
		return err
	}
	*q, err = t.quick(a, id)
	return err
}

// quickFiles completes what a quick reply sends: its article, and what its row
// says of its files.
func (t *tx) quickFiles(a *Agent, q *QuickReply, d *Draft) (media, thumb any, err error) {
	if q.Account == 0 && (d.MediaID != 0 || d.ThumbID != 0 || d.Article != "") {
		return nil, nil, refuse("empty", "field", "account")
	}
	if d.Article != "" {
		if err := t.article(q.Account, d); err != nil {
			return nil, nil, err
		}
	}
	if media, err = t.replyFile(a, q.Account, d.MediaID, replyFiles[d.Type].media, "media"); err != nil {
		return nil, nil, err
	}
	thumb, err = t.replyFile(a, q.Account, d.ThumbID, replyFiles[d.Type].thumb, "thumb")
	return media, thumb, err
}

// UpdateQuickReply changes category, code, title and whose it is; with d also
// what it sends, and for which official account. Refusals: as AddQuickReply.
func (s *Store) UpdateQuickReply(ctx context.Context, a *Agent, q QuickReply, d *Draft) error {
	return s.write(ctx, func(t *tx) error {
		old, err := t.quick(a, q.ID)
		if err != nil {
			return err
		}
		if d == nil {
			q.Account = old.Account
		}
		if err := cmp.Or(old.changeable(a), q.changeable(a), q.check(), t.codeTaken(&q)); err != nil {
			return err
		}
		if err := t.exec(`update quickreply set agent_id = $1, category = $2, code = $3, title = $4, spelling = $5, updated_by = $6,
			updated_at = $7 where id = $8`, q.Agent, q.Category, q.Code, q.Title, q.Spelling, a.ID, t.now, q.ID); err != nil {
			return err
		}
		if d != nil {
			media, thumb, err := t.quickFiles(a, &q, d)
			if err != nil {
				return err
			}
			if err := t.exec("update quickreply set account_id = $1, type = $2, body = $3, media_id = $4, thumb_id = $5 where id = $6",
				q.Account, d.Type, string(d.Body), media, thumb, q.ID); err != nil {
				return err
			}
		}
		if err := t.quickDeed(a, min(old.Agent, q.Agent), "quickreply.update", q.Title); err != nil {
			return err
		}
		return t.quickChanged(min(old.Agent, q.Agent))
	})
}

// RemoveQuickReply forgets one. Refusals: not_supervisor.
func (s *Store) RemoveQuickReply(ctx context.Context, a *Agent, id int64) error {
	return s.write(ctx, func(t *tx) error {
		q, err := t.quick(a, id)
		if err := orElse(err, q.changeable(a)); err != nil {
			return err
		}
		if err := t.exec("delete from quickreply where id = $1", id); err != nil {
			return err
		}
		if err := t.quickDeed(a, q.Agent, "quickreply.delete", q.Title); err != nil {
			return err
		}
		return t.quickChanged(q.Agent)
	})
}

// RenameQuickCategory puts all of a category of the team's, or of the agent's
// own, into another one: a new one, one that is there, or none (""). What the
// agent does not see stays. Refusals: not_supervisor, too_long.
func (s *Store) RenameQuickCategory(ctx context.Context, a *Agent, team bool, from, to string) error {
	q := QuickReply{Category: to, Title: "-"}
	if !team {
		q.Agent = a.ID
	}
	if err := cmp.Or(q.changeable(a), q.check()); err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		n, err := t.affect(`update quickreply set category = $1 where agent_id = $2 and category = $3 and category <> ''
			and ($4 or account_id = 0 or account_id in (select account_id from agent_account where agent_id = $5))`,
			q.Category, q.Agent, from, a.Admin(), a.ID)
		if err != nil || n == 0 {
			return orElse(err, ErrNotFound)
		}
		if err := t.quickDeed(a, q.Agent, "quickreply.category", from+" → "+q.Category); err != nil {
			return err
		}
		return t.quickChanged(q.Agent)
	})
}

// MoveQuickReply lets one change places with the one before it in its category,
// or with the one after it. Refusals: not_supervisor.
func (s *Store) MoveQuickReply(ctx context.Context, a *Agent, id int64, up bool) error {
	return s.write(ctx, func(t *tx) error {
		q, err := t.quick(a, id)
		if err := orElse(err, q.changeable(a)); err != nil {
			return err
		}
		list, err := rows(ctx, t, one[int64], "select id from quickreply where agent_id = $1 and category = $2 order by position, id", q.Agent, q.Category)
		if err != nil {
			return err
		}
		other := int64(0)
		for i, here := range list {
			switch {
			case here == id && up && i > 0:
				other = list[i-1]
			case here == id && !up && i+1 < len(list):
				other = list[i+1]
			}
		}
		if other == 0 {
			return nil
		}
		if err := t.exec(`update quickreply set position = (select sum(position) from quickreply where id in ($1, $2)) - position
			where id in ($1, $2)`, id, other); err != nil {
			return err
		}
		if err := t.quickDeed(a, q.Agent, "quickreply.move", q.Title); err != nil {
			return err
		}
		return t.quickChanged(q.Agent)
	})
}

// UseQuickReply counts that one was used, for the month. Nobody is told: it
// shows with the next list.
func (s *Store) UseQuickReply(ctx context.Context, a *Agent, id int64) (q QuickReply, err error) {
	err = s.write(ctx, func(t *tx) error {
		if q, err = t.quick(a, id); err != nil {
			return err
		}
		q.Used++
		return t.exec("update quickreply set used = $1, used_month = $2 where id = $3", q.Used, month(t.now), id)
	})
	return q, err
}

// quickDeed appends what somebody does to the team's; agent is whose it is.
func (t *tx) quickDeed(a *Agent, agent int64, name, subject string) error {
	if agent != 0 {
		return nil
	}
	return t.audit(a.actor(), deed{Name: name, Subject: subject})
}

// quickChanged tells who may use it, all of them for the team's (0), that the
// list is another.
func (t *tx) quickChanged(agent int64) error { return t.note(Event{Kind: "quickreply", Agent: agent}) }
