package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"
)

// Query is what an agent looks for. What is zero filters nothing.
type Query struct {
	Text     string
	Names    []string // the words of made-up names in the agent's language, by number
	Account  int64
	Agent    int64  // who wrote it
	Dir      string // in, out, note
	Type     string // of message
	Tag      int64  // of the customer
	From, To int64  // when it was said
	Before   int64  // messages before this id
}

// Found is a page of what was found, newest first. Customers are on the first
// page only, and only where no filter speaks of messages.
type Found struct {
	Customers []CustomerHit `json:"customers"`
	Hits      []Hit         `json:"hits"`
	More      bool          `json:"more"`
	Next      int64         `json:"next"`   // Query.Before of the next page, if there is more
	Behind    int64         `json:"behind"` // messages and customers that the index does not know yet
}

// CustomerHit is a customer, by their newest conversation.
type CustomerHit struct {
	Conversation Conversation `json:"conversation"`
	Marks        [][2]int     `json:"marks"` // what was found of the remark, [from, to) in characters
}

// Hit is a message with the lines around it.
type Hit struct {
	Conversation Conversation `json:"conversation"`
	Message      Last         `json:"message"` // its text is what stands around the first mark
	Marks        [][2]int     `json:"marks"`   // [from, to) in characters of that text
	Before       *Last        `json:"before"`
	After        *Last        `json:"after"`

	imported bool // it stands later than it was said
}

const (
	hitsPage      = 30
	customersMost = 10     // hits among customers
	lookedMost    = 20_000 // messages that are looked at for a page, where few have the tag
	taggedAtOnce  = 4000
)

// Search finds messages and customers in what the agent may see.
func (s *Store) Search(ctx context.Context, a *Agent, q Query) (f Found, err error) {
	f = Found{Customers: []CustomerHit{}, Hits: []Hit{}}
	list := terms(q.Text)
	if len(list) == 0 || s.index == nil {
		return f, nil
	}
	x := s.index
	defer func() {
		if err != nil && damaged(err) {
			x.torn.Store(true)
		}
	}()
	x.mu.RLock()
	defer x.mu.RUnlock()
	if f.Behind, err = x.behind(ctx); err != nil || x.read == nil {
		return f, err
	}
	if q.Tag != 0 {
		if some, err := row(ctx, s, one[bool], "select exists (select 1 from customer_tag where tag_id = $1)", q.Tag); err != nil || !some {
			return f, err
		}
	}
	places, err := s.places(ctx, a, q.Account)
	if err != nil {
		return f, err
	}
	if q.Before == 0 && q.Agent == 0 && q.Dir == "" && q.Type == "" && q.From == 0 && q.To == 0 {
		if f.Customers, err = s.findCustomers(ctx, a, q, list, places); err != nil {
			return f, err
		}
	}
	hits, next, err := s.findMessages(ctx, a, q, list, places)
	if q.Tag != 0 {
		f.Customers = slices.DeleteFunc(f.Customers, func(h CustomerHit) bool { return !slices.Contains(h.Conversation.Customer.Tags, q.Tag) })
	}
	f.Hits = append(f.Hits, hits...)
	if len(f.Hits) > hitsPage {
		f.Hits = f.Hits[:hitsPage]
		next = f.Hits[hitsPage-1].Message.ID
	}
	f.More, f.Next = next > 0, next
	return f, err
}

// behind counts the messages and customers that are not in the index.
func (x *index) behind(ctx context.Context) (int64, error) {
	var at cursor
	message, err := x.s.lastMessage(ctx)
	if err != nil {
		return 0, err
	}
	customer, err := row(ctx, x.s, one[int64], "select coalesce(max(id), 0) from customer")
	if err == nil && x.read != nil {
		err = x.read.QueryRowContext(ctx, "select message, customer from state").Scan(&at.message, &at.customer)
	}
	return max(message-at.message, 0) + max(customer-at.customer, 0), err
}

func (s *Store) lastMessage(ctx context.Context) (int64, error) {
	return row(ctx, s, one[int64], "select coalesce((select seq from sqlite_sequence where name = 'message'), 0)")
}

// places are the accounts to search as a condition for the index, "" for all.
// It saves reading what will not be shown; what may be shown is decided by the
// rows themselves.
func (s *Store) places(ctx context.Context, a *Agent, only int64) (string, error) {
	all, err := s.Accounts(ctx)
	if err != nil {
		return "", err
	}
	var list []string
	for _, account := range all {
		if a.Sees(account.ID) && (only == 0 || only == account.ID) {
			list = append(list, fmt.Sprintf(`"a%d"`, account.ID))
		}
	}
	if len(list) == len(all) {
		return "", nil
	}
	if len(list) == 0 {
		return `tags : "none"`, nil
	}
	return "tags : (" + strings.Join(list, " OR ") + ")", nil
}

// and joins conditions for the index.
func and(list []string) string {
	var some []string
	for _, c := range list {
		if c != "" {
			some = append(some, c)
		}
	}
	return strings.Join(some, " AND ")
}

// findMessages gives the hits of a page, and one more if there is one. Where it
// has looked at as many as it may, next is where to go on; else 0.
func (s *Store) findMessages(ctx context.Context, a *Agent, q Query, list []term, places string) (hits []Hit, next int64, err error) {
	match := []string{places}
	for _, t := range list {
		match = append(match, "words : ("+t.phrase()+")")
	}
	for tag, value := range map[string]string{"g": number(q.Agent), "d": q.Dir, "t": q.Type} {
		if value != "" {
			match = append(match, `tags : "`+tag+words(value)+`"`)
		}
	}
	before := q.Before
	if before == 0 {
		before = 1<<63 - 1
	}
	if before, err = s.notAfter(ctx, before, q.To); err != nil {
		return nil, 0, err
	}
	for looked, n := 0, hitsPage*2; ; {
		ids, err := ids(ctx, s.slow, s.index.read, "select rowid from message where message match $1 and rowid < $2 order by rowid desc limit $3", and(match), before, n)
		if err != nil {
			return nil, 0, err
		}
		done, err := s.addHits(ctx, a, q, list, ids, &hits)
		if err != nil || done || len(ids) < n {
			return hits, 0, err
		}
		before = ids[len(ids)-1]
		if looked += n; looked >= s.index.most {
			return hits, before, nil
		}
		if q.Tag != 0 {
			n = min(2*n, taggedAtOnce)
		}
	}
}

// addHits reads those of messages that fit, the newest first. done: the page is
// full, or the rest is too old.
func (s *Store) addHits(ctx context.Context, a *Agent, q Query, list []term, ids []int64, hits *[]Hit) (done bool, err error) {
	if q.Tag != 0 {
		if ids, err = s.tagged(ctx, ids, q.Tag); err != nil {
			return false, err
		}
	}
	for some := range slices.Chunk(ids, hitsPage+1) {
		found, err := s.hits(ctx, a, some, list)
		if err != nil {
			return false, err
		}
		for _, h := range found {
			if q.From > 0 && !h.imported && h.Message.At < q.From-clockSlack {
				return true, nil
			}
			if h.Message.At >= q.From && (q.To == 0 || h.Message.At < q.To) {
				*hits = append(*hits, h)
			}
			if len(*hits) > hitsPage {
				return true, nil
			}
		}
	}
	return false, nil
}

// tagged are those of messages whose customers have a tag, the newest first.
func (s *Store) tagged(ctx context.Context, ids []int64, tag int64) ([]int64, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	return rows(ctx, s, one[int64], `select m.id from json_each($1) i cross join message m on m.id = i.value
		where exists (select 1 from customer_tag g where g.customer_id = m.customer_id and g.tag_id = $2) order by m.id desc`, string(list), tag)
}

// clockSlack is how far the order of times may differ from that of ids: pushes
// bear WeChat's time, and come late at times.
const clockSlack = 10 * 60 * 1000

// notAfter lowers before to where messages said before a time may end, so that
// later ones need not be read.
func (s *Store) notAfter(ctx context.Context, before, at int64) (int64, error) {
	if at == 0 {
		return before, nil
	}
	high, err := s.lastMessage(ctx)
	if err != nil {
		return 0, err
	}
	low := int64(1)
	high++
	for low < high {
		middle := (low + high) / 2
		said, err := row(ctx, s, one[int64], "select coalesce((select at from message where id >= $1 and imported = 0 order by id limit 1), 0)", middle)
		if err != nil {
			return 0, err
		}
		if said > at+clockSlack {
			high = middle
		} else {
			low = middle + 1
		}
	}
	imported, err := row(ctx, s, one[int64], "select coalesce(max(id + 0), 0) from message where imported = 1 and type <> 'erased' and at < $1", at)
	return min(before, max(low, imported+1)), err
}

// hits reads messages with what is shown around them, the newest first, without
// those that the agent may not see or that are no more.
func (s *Store) hits(ctx context.Context, a *Agent, messages []int64, list []term) ([]Hit, error) {
	wanted, err := json.Marshal(messages)
	if err != nil {
		return nil, err
	}
	const near = `(select n.id from message n where n.customer_id = m.customer_id and n.id %s m.id and n.dir <> 'event' and n.type <> 'erased' and n.state <> 'discarded'
		order by n.id %s limit 1)`
	before, after := fmt.Sprintf(near, "<", "desc"), fmt.Sprintf(near, ">", "")
	return rows(ctx, s, func(r scanner) (h Hit, err error) {
		var line, lineBefore, lineAfter line
		v := &h.Conversation
		targets := append(v.targets(), line.targets()...)
		if err := r.Scan(append(append(targets, lineBefore.targets()...), lineAfter.targets()...)...); err != nil {
			return h, err
		}
		v.finish()
		h.Before, h.After = lineBefore.last(), lineAfter.last()
		h.Message, h.imported = line.Last, line.imported
		h.Message.Text, h.Marks = around(saidIn(line.Dir, line.Type, json.RawMessage(line.body)), list)
		return h, nil
	}, "select "+conversationFields+lineFields("m")+lineFields("p")+lineFields("f")+` from json_each($3) i cross join message m on m.id = i.value
		join conversation v on v.id = m.conversation_id join customer c on c.id = m.customer_id
		left join message p on p.id = `+before+` left join message f on f.id = `+after+`
		where m.state <> 'discarded' and m.type <> 'erased' and c.erased_at = 0 and `+sees+" order by m.id desc", a.Admin(), a.ID, string(wanted))
}

// line reads a Last from a message.
type line struct {
	Last
	body     string
	imported bool
}

func lineFields(m string) string {
	return strings.ReplaceAll(", m.id, m.dir, m.type, m.body, m.state, m.agent_id, m.at, m.imported", "m.", m+".")
}

func (l *line) targets() []any {
	return []any{opt(&l.ID), opt(&l.Dir), opt(&l.Type), opt(&l.body), opt(&l.State), opt(&l.Agent), opt(&l.At), opt(&l.imported)}
}

// last is nil where an outer join found none.
func (l *line) last() *Last {
	if l.ID == 0 {
		return nil
	}
	l.Text = preview(l.Dir, l.Type, json.RawMessage(l.body))
	return &l.Last
}

func (s *Store) findCustomers(ctx context.Context, a *Agent, q Query, list []term, places string) ([]CustomerHit, error) {
	match := []string{places}
	for _, t := range list {
		match = append(match, "("+strings.Join(append(t.names(q.Names), "words : ("+t.phrase()+")"), " OR ")+")")
	}
	hits := []CustomerHit{}
	found, err := ids(ctx, s.slow, s.index.read, "select rowid from customer where customer match $1 and rowid < $2 order by rowid desc limit $3", and(match), 1<<63-1, 4*customersMost)
	for _, id := range found {
		if len(hits) == customersMost {
			break
		}
		v, err := row(ctx, s, scanConversation, selectConversation+"where c.id = $3 and c.erased_at = 0 and v.id = c.conversation_id and "+sees, a.Admin(), a.ID, id)
		if err == ErrNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		m := marks(runs(v.Customer.Remark), list)
		hits = append(hits, CustomerHit{v, append([][2]int{}, m...)})
	}
	return hits, err
}

// names are the conditions for customers whose made-up name begins with the term.
func (t term) names(all []string) (list []string) {
	for i, name := range all {
		if t.standsAt(flat(runs(name))) > 0 || t[0].dense && t.standsAt(flat(runs(name))[1:]) > 0 {
			list = append(list, fmt.Sprintf(`tags : "n%d"`, i))
		}
	}
	return list
}

// namesMost is how many words there are for made-up names.
const namesMost = 64

// NameNumber is the number of the word in a customer's made-up name.
func NameNumber(openid string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(openid))
	return h.Sum32() % namesMost
}

func ids(ctx context.Context, slow *slow, db *sql.DB, query, match string, before int64, limit int) (list []int64, err error) {
	defer slow.since(query, time.Now())
	rs, err := db.QueryContext(ctx, query, match, before, limit)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	for rs.Next() {
		var id int64
		if err := rs.Scan(&id); err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, rs.Err()
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}
