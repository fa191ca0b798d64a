package store

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Autos are the replies that nobody writes. They go through the outbox as the
// official account itself, only while a conversation waits, and leave the last
// replies of a window to people.
type Autos struct {
	Welcome  AutoText  `json:"welcome"`  // to who follows
	Away     AutoText  `json:"away"`     // outside the hours, once in twelve of them
	Queued   AutoText  `json:"queued"`   // to who waits
	After    int       `json:"after"`    // minutes until Queued is sent
	Keywords []Keyword `json:"keywords"` // the first that is meant
}

// AutoText is a text that may be switched off.
type AutoText struct {
	On   bool   `json:"on"`
	Text string `json:"text"`
}

const (
	autoLeaves   = 2 // replies that are left to people
	awayEvery    = 12 * 60 * 60 * 1000
	textMost     = 2048 // bytes, as WeChat takes them
	keywordsMost = 200
)

// aheadWord stands for how many wait before the customer.
const aheadWord = "{n}"

func (a *Autos) check() string {
	for i, one := range []*AutoText{&a.Welcome, &a.Away, &a.Queued} {
		if one.Text = strings.TrimSpace(one.Text); one.On && one.Text == "" || len(one.Text) > textMost {
			return []string{"welcome", "away", "queued"}[i]
		}
	}
	if a.After < 1 || a.After > dayMinutes {
		return "after"
	}
	if len(a.Keywords) > keywordsMost {
		return "keywords"
	}
	for i := range a.Keywords {
		if !a.Keywords[i].fits() {
			return "keywords"
		}
	}
	return ""
}

// automate answers what has just come from a customer whose conversation waits.
func (t *tx) automate(p *place, in *Incoming, r *Rules) (err error) {
	if in.Follow > 0 {
		_, err := t.auto(p.conversation, "welcome", r.Autos.Welcome)
		return err
	}
	if in.Dir != "in" {
		return nil
	}
	open := r.Hours.open(t.now)
	duty := open
	var k *Keyword
	var word string
	if len(r.Autos.Keywords) > 0 {
		if open {
			if duty, err = t.onDuty(in.Account); err != nil {
				return err
			}
		}
		k, word = r.Autos.meant(content(in), duty)
	}
	if k != nil {
		if err := t.hit(in.Account, k, word); err != nil {
			return err
		}
		if !k.Raise {
			_, err := t.auto(p.conversation, "keyword", AutoText{true, k.Text})
			return err
		}
		if err := t.raise(p.conversation, word); err != nil {
			return err
		}
	}
	if open || !r.Autos.Away.On {
		return nil
	}
	told, err := txOne[int64](t, "select away_at from customer where id = $1", p.customer)
	if err != nil || t.now-told < awayEvery {
		return err
	}
	wrote, err := t.auto(p.conversation, "away", r.Autos.Away)
	if err != nil || !wrote {
		return err
	}
	return t.exec("update customer set away_at = $1 where id = $2", t.now, p.customer)
}

// content is the words of a text message.
func content(in *Incoming) string {
	var b struct {
		Content string `json:"content"`
	}
	if in.Type != "text" || json.Unmarshal(in.Body, &b) != nil {
		return ""
	}
	return b.Content
}

// onDuty tells whether anybody is there who can reply.
func (t *tx) onDuty(accountID int64) (bool, error) {
	n, err := txOne[int](t, `select count(*) from agent a join agent_account b on b.agent_id = a.id
		where b.account_id = $1 and b.kf_account <> '' and a.active = 1 and a.presence <> 'away'`, accountID)
	return n > 0, err
}

// auto puts an automatic reply into the outbox, and tells whether it did: not
// where the conversation does not wait, WeChat's own tool holds the customer, they
// cannot be reached from here, or too few replies would be left.
func (t *tx) auto(conversationID int64, kind string, a AutoText) (wrote bool, err error) {
	if !a.On {
		return false, nil
	}
	v, err := txRow(t, scanConversation, selectConversation+"where v.id = $1", conversationID)
	if err != nil || v.State != "waiting" || v.Customer.Session != nil {
		return false, err
	}
	verdict := Decide(v.Grants, v.Customer.Following, t.now)
	if !verdict.OK {
		return false, nil
	}
	if v.Grants.left(t.now)-1 < autoLeaves {
		return false, nil
	}
	g := v.Grants.bucket(verdict.Kind)
	name, err := txOne[string](t, "select name from account where id = $1", v.Account)
	if err != nil {
		return false, err
	}
	if err := t.spend(v.Customer.ID, verdict.Kind); err != nil {
		return false, err
	}
	t.last.message++
	t.news.work = true
	event, err := t.event(Event{Kind: "message", Account: v.Account, Conversation: v.ID, Message: t.last.message})
	if err != nil {
		return false, err
	}
	if err := t.exec(`insert into message (id, account_id, customer_id, conversation_id, dir, type, body, at, nick, state, auto,
		nth, total, spent, spent_since, event_id) values ($1,$2,$3,$4,'out','text',$5,$6,$7,'pending',$8,$9,$10,$11,$12,$13)`,
		t.last.message, v.Account, v.Customer.ID, v.ID, body{"content": a.Text}.json(), t.now, name, kind,
		g.Total-g.Left+1, g.Total, verdict.Kind, g.Since, event); err != nil {
		return false, err
	}
	return true, t.exec("update conversation set event_id = $1 where id = $2", event, v.ID)
}

// TellQueue tells who has waited long enough how many wait before them, once a
// conversation and within the hours.
func (s *Store) TellQueue(ctx context.Context) error {
	accounts, err := s.Accounts(ctx)
	for i := 0; err == nil && i < len(accounts); i++ {
		r := &accounts[i].Rules
		if !r.Autos.Queued.On || !r.Hours.open(s.Now().UnixMilli()) {
			continue
		}
		err = s.write(ctx, func(t *tx) error { return t.tellQueue(accounts[i].ID) })
	}
	return err
}

func (t *tx) tellQueue(accountID int64) error {
	r, err := t.rules(accountID)
	if err != nil {
		return err
	}
	due, err := rows(context.Background(), t, one[int64], `select v.id from conversation v where v.state = 'waiting' and v.account_id = $1
		and v.queued_at = 0 and v.waiting_since between 1 and $2`, accountID, t.now-int64(r.Autos.After)*60_000)
	if err != nil || len(due) == 0 {
		return err
	}
	waiting, err := rows(context.Background(), t, scanConversation, selectConversation+"where v.state = 'waiting' and v.account_id = $1", accountID)
	if err != nil {
		return err
	}
	slices.SortFunc(waiting, func(a, b Conversation) int { return r.compare(&a, &b, t.now) })
	isDue := map[int64]bool{}
	for _, id := range due {
		isDue[id] = true
	}
	for ahead := range waiting {
		if id := waiting[ahead].ID; isDue[id] {
			if err := t.tellPlace(id, r.Autos.Queued, ahead); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tx) tellPlace(conversationID int64, text AutoText, ahead int) error {
	if err := t.exec("update conversation set queued_at = $1 where id = $2", t.now, conversationID); err != nil {
		return err
	}
	text.Text = strings.ReplaceAll(text.Text, aheadWord, strconv.Itoa(ahead))
	_, err := t.auto(conversationID, "queued", text)
	return err
}
