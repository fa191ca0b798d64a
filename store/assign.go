package store

import (
	"cmp"
	"context"
	"slices"
)

// hand is an agent who can be given conversations: active, online, bound, with
// room for more.
type hand struct {
	id, presenceAt, servedAt int64
	open, capacity           int
}

// waiter is a conversation that waits, with who served the customer before.
type waiter struct {
	Conversation
	returnedBy           int64
	lastAgent, lastEnded int64
}

// assign gives conversations of an official account that wait to agents, as its
// rules say: one of them, or all (0). A mere deed, as a follow, is given to
// nobody. Called wherever a customer, an agent or the rules may have changed.
func (t *tx) assign(accountID, conversationID int64) error {
	r, err := t.rules(accountID)
	if err != nil {
		return err
	}
	return t.assignUnder(&r, accountID, conversationID)
}

func (t *tx) assignUnder(r *Rules, accountID, conversationID int64) error {
	if r.Assign == "hand" && r.Return == 0 {
		return nil
	}
	hands, err := t.hands(accountID, r.Capacity)
	if err != nil || len(hands) == 0 {
		return err
	}
	list, err := t.waiters(accountID, conversationID)
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b waiter) int { return r.compare(&a.Conversation, &b.Conversation, t.now) })
	for i := range list {
		h, reason := r.pick(hands, &list[i])
		if h == nil {
			continue
		}
		if err := t.take(h.id, &list[i].Conversation, "assigned", body{"reason": reason}); err != nil {
			return err
		}
		h.open, h.servedAt = h.open+1, t.now
	}
	return nil
}

func (t *tx) hands(accountID int64, capacity int) ([]*hand, error) {
	return rows(context.Background(), t, func(r scanner) (*hand, error) {
		h := &hand{}
		return h, r.Scan(&h.id, &h.presenceAt, &h.servedAt, &h.open, &h.capacity)
	}, `select id, presence_at, served_at, open, most from (select a.id, a.presence_at, a.served_at,
			(select count(*) from conversation v where v.state = 'open' and v.agent_id = a.id) as open,
			case when a.capacity > 0 then a.capacity else $2 end as most
		from agent a join agent_account b on b.agent_id = a.id
		where b.account_id = $1 and b.kf_account <> '' and a.active = 1 and a.presence = 'online') as h
		where open < most order by id`, accountID, capacity)
}

func (t *tx) waiters(accountID, conversationID int64) ([]waiter, error) {
	which, id := "v.account_id = $1", accountID
	if conversationID != 0 { // not "or": it would look at all that wait
		which, id = "v.id = $1", conversationID
	}
	return rows(context.Background(), t, func(r scanner) (w waiter, err error) {
		if err = r.Scan(append(w.targets(), &w.returnedBy, opt(&w.lastAgent), opt(&w.lastEnded))...); err == nil {
			w.finish()
		}
		return w, err
	}, "select "+conversationFields+`, v.returned_by, p.agent_id, p.closed_at from conversation v join customer c on c.id = v.customer_id
		left join conversation p on p.id = (select max(o.id) from conversation o where o.customer_id = v.customer_id and o.id < v.id and o.agent_id <> 0)
		where v.state = 'waiting' and `+which+` and v.last_dir <> 'event'`, id)
}

// pick chooses who serves a customer, and why them: last, fewest, longest. Nil:
// nobody, they wait on.
func (r *Rules) pick(hands []*hand, w *waiter) (best *hand, reason string) {
	soon := r.Return > 0 && w.lastAgent != 0 && w.CreatedAt-w.lastEnded <= int64(r.Return)*3600_000
	for _, h := range hands {
		switch {
		case h.open >= h.capacity:
		case h.id == w.returnedBy && h.presenceAt <= w.ReturnedAt: // it came back from them, and they did not come back since
		case h.id == w.lastAgent && (soon || r.Assign == "last"):
			return h, "last"
		case r.Assign == "hand":
		case best == nil || r.freer(h, best) < 0:
			best = h
		}
	}
	if r.Assign == "longest" {
		return best, "longest"
	}
	return best, "fewest"
}

// freer is below zero when a is given the next conversation rather than b.
func (r *Rules) freer(a, b *hand) int {
	open, idle := cmp.Compare(a.open, b.open), cmp.Compare(a.servedAt, b.servedAt)
	if r.Assign == "longest" {
		return cmp.Or(idle, open)
	}
	return cmp.Or(open, idle)
}

// Route does what the rules say because time has passed: what silent and absent
// agents hold goes back to the queue, and who waits is given to agents.
func (s *Store) Route(ctx context.Context) error {
	return s.write(ctx, func(t *tx) error {
		accounts, err := rows(context.Background(), t, one[int64], "select id from account order by id")
		for i := 0; err == nil && i < len(accounts); i++ {
			if err = t.recall(accounts[i]); err == nil {
				err = t.assign(accounts[i], 0)
			}
		}
		return err
	})
}

// recall gives back to the queue what waits for a silent agent, and all that an
// absent one has. Who never was here is not absent: they work through the API.
func (t *tx) recall(accountID int64) error {
	r, err := t.rules(accountID)
	if err != nil {
		return err
	}
	const open = selectConversation + "where v.state = 'open' and v.account_id = $1 and "
	if r.Silence > 0 {
		list, err := rows(context.Background(), t, scanConversation, open+`v.waiting_since between 1 and $2
			and v.claimed_at <= $2 and v.active_at <= $2 order by v.id`, accountID, t.now-int64(r.Silence)*60_000)
		for i := 0; err == nil && i < len(list); i++ {
			err = t.takeBack(&list[i], "silence")
		}
		if err != nil {
			return err
		}
	}
	if r.Gone < 0 {
		return nil
	}
	list, err := rows(context.Background(), t, scanConversation, open+`v.agent_id in (select a.id from agent a
		where a.presence = 'away' and a.presence_by <> '' and a.presence_at <= $2) order by v.id`, accountID, t.now-int64(r.Gone)*60_000)
	for i := 0; err == nil && i < len(list); i++ {
		err = t.takeBack(&list[i], "gone")
	}
	return err
}

func (t *tx) takeBack(v *Conversation, reason string) error {
	from := v.Agent
	if err := t.release(&Agent{ID: from}, v, body{"reason": reason, "from": from}); err != nil || v.State == "closed" {
		return err
	}
	return t.tell(v, 0, from)
}

// activeAtMost is how often a sign of life is written down, in milliseconds.
const activeAtMost = 10_000

// Active notes that an agent types in a conversation that they serve, so that
// they do not count as silent. Nobody sees it, so there is no event.
func (s *Store) Active(ctx context.Context, agentID, conversationID int64) error {
	return s.write(ctx, func(t *tx) error {
		return t.exec("update conversation set active_at = $1 where id = $2 and state = 'open' and agent_id = $3 and active_at <= $1 - $4",
			t.now, conversationID, agentID, activeAtMost)
	})
}
