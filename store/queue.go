package store

import (
	"cmp"
	"context"
	"math"
)

// closingWithin is how close to its end a window moves its customer forward.
const closingWithin = 30 * 60 * 1000

// compare is the one rule of the queue of an official account: below zero when
// a is taken before b. Who came back to the queue counts as having waited
// longest. lib/queue.js mirrors it; both run the same cases.
func (r *Rules) compare(a, b *Conversation, now int64) int {
	raised := 0
	if !r.leveled() {
		raised = cmp.Compare(b.raised(), a.raised())
	}
	for _, by := range r.Order {
		c := 0
		switch by {
		case "level":
			c = cmp.Compare(r.step(b), r.step(a))
		case "waited":
			c = cmp.Or(raised, waited(a, b))
		case "closing":
			c = cmp.Compare(a.closes(now), b.closes(now))
		case "overdue":
			c = cmp.Compare(r.overdue(b, now), r.overdue(a, now))
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Or(raised, waited(a, b), cmp.Compare(a.ID, b.ID))
}

// leveled tells whether levels decide before the waiting time does. Where they do
// not, who was moved forward is before all that were not.
func (r *Rules) leveled() bool {
	for _, by := range r.Order {
		if by == "level" || by == "waited" {
			return by == "level"
		}
	}
	return false
}

// step is a customer's level in the queue: one more than their own for who was
// moved forward.
func (r *Rules) step(v *Conversation) int { return r.level(v.Customer.VIP) + v.raised() }

func (v *Conversation) raised() int {
	if v.RaisedAt > 0 {
		return 1
	}
	return 0
}

func waited(a, b *Conversation) int {
	if a.ReturnedAt > 0 != (b.ReturnedAt > 0) {
		return cmp.Compare(b.ReturnedAt, a.ReturnedAt)
	}
	return cmp.Compare(a.since(), b.since())
}

// since is when it began to wait: also of who has said nothing, or was answered
// and then left alone.
func (v *Conversation) since() int64 { return cmp.Or(v.WaitingSince, v.ReturnedAt, v.CreatedAt) }

// closes is when the last window ends in which a reply is left, if that is
// soon; else never.
func (v *Conversation) closes(now int64) int64 {
	until := int64(0)
	for _, g := range []*Grant{v.Grants.Message, v.Grants.Action} {
		if g != nil && g.Left > 0 {
			until = max(until, g.Until)
		}
	}
	if until <= now || until-now > closingWithin {
		return math.MaxInt64
	}
	return until
}

// overdue is by how much a customer's target is passed.
func (r *Rules) overdue(v *Conversation, now int64) int64 {
	target := r.target(v.Customer.VIP)
	if target == 0 || v.WaitingSince == 0 {
		return 0
	}
	return max(0, now-v.WaitingSince-target)
}

// head is the one to take first of all that wait, nil when nobody does: in
// each official account by its rules, between them by level, then by waiting
// time, for their rules cannot be compared.
func head(list []Conversation, rules map[int64]*Rules, now int64) *Conversation {
	heads := map[int64]*Conversation{}
	for i := range list {
		v := &list[i]
		if h := heads[v.Account]; h == nil || rules[v.Account].compare(v, h, now) < 0 {
			heads[v.Account] = v
		}
	}
	level := func(v *Conversation) int { return rules[v.Account].step(v) }
	var best *Conversation
	for _, v := range heads {
		if best == nil || cmp.Or(cmp.Compare(level(best), level(v)), waited(v, best), cmp.Compare(v.ID, best.ID)) < 0 {
			best = v
		}
	}
	return best
}

// next gives the conversation that an agent takes first. ErrNotFound when
// nobody waits where they can reply.
func (t *tx) next(agentID int64) (v Conversation, err error) {
	list, err := rows(context.Background(), t, scanConversation, selectConversation+`where v.state = 'waiting' and v.account_id in
		(select b.account_id from agent_account b join agent a on a.id = b.agent_id where a.id = $1 and a.active = 1 and b.kf_account <> '')`, agentID)
	if err != nil {
		return v, err
	}
	rules := map[int64]*Rules{}
	for i := range list {
		if account := list[i].Account; rules[account] == nil {
			r, err := t.rules(account)
			if err != nil {
				return v, err
			}
			rules[account] = &r
		}
	}
	if best := head(list, rules, t.now); best != nil {
		return *best, nil
	}
	return v, ErrNotFound
}
