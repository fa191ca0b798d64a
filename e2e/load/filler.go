package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"kfdesk/e2e/rig"
	"kfdesk/hub/wechat"
	"kfdesk/store"
)

const (
	together   = 200               // conversations that go on at the same time, and that do at the end
	keptEvents = 7 * 24 * 3600_000 // as upkeep keeps them, ms
	stepMost   = 30_000            // ms from one message to the next
	yearMS     = 365 * 24 * 3600_000
	window     = (48*3600 - 45) * 1000 // of a grant, ms
)

// The lines of a conversation: in and out are texts, each reply is read before.
var script = strings.Fields("in in claimed out in out in in out in out ended")

// The lines of those that have not ended: half of them wait for an agent, a quarter for
// an answer, a quarter have one.
var waits, asks, answered = script[:2], script[:10], script[:9]

// filler writes rows as the store does, without its transactions: one line after the
// other, of as many conversations as go on together.
type filler struct {
	ctx   context.Context
	out   io.Writer
	db    *sql.DB
	tx    *sql.Tx
	put   map[string]*sql.Stmt
	words *chatter
	most  int
	told  time.Time

	account, agent int64
	kf, nick, name string

	people         []person
	at, step       int64 // ms of the next message, and until the one after
	kept           int64 // events from here on
	message, event int64 // newest ids
	talks, texts   int64
}

// person is a customer.
type person struct {
	conversation, conversations, created int64
	left, since                          int64
}

// line is a message, by id and time.
type line struct{ id, at int64 }

// chat is a conversation that goes on.
type chat struct {
	id, customer                                       int64
	state                                              string
	unread                                             int
	readID, waiting, created, claimed, replied, closed int64
	last                                               line
	lastIn                                             int64
	dir, text                                          string
	event                                              int64
}

// begin looks who is there, and when the first message came for the last to come now.
func (f *filler) begin(now time.Time) error {
	row := f.db.QueryRowContext(f.ctx, `select b.account_id, b.agent_id, b.kf_account, k.nickname, a.name from agent_account b
		join agent a on a.id = b.agent_id join kf_account k on k.account_id = b.account_id and k.kf_account = b.kf_account where a.login = $1`, agent)
	if err := row.Scan(&f.account, &f.agent, &f.kf, &f.nick, &f.name); err != nil {
		return err
	}
	row = f.db.QueryRowContext(f.ctx, `select (select count(*) from message), (select seq from sqlite_sequence where name = 'event')`)
	var there int
	if err := row.Scan(&there, &f.event); err != nil {
		return err
	}
	if there > 0 {
		return fmt.Errorf("the data directory holds %d messages", there)
	}
	f.step = min(stepMost, yearMS/int64(f.most))
	f.at = now.UnixMilli() - f.step*int64(f.most)
	f.kept = now.UnixMilli() - keptEvents
	f.people = make([]person, max(f.most/50, together))
	return nil
}

// all writes the whole past, and then those conversations that have not ended.
func (f *filler) all() error {
	quarter := min(together, f.most/10) / 4
	ends := f.most - quarter*(2*len(waits)+len(asks)+len(answered))
	for left := ends / len(script); left > 0; {
		n := min(left, together)
		left -= n
		if err := f.block(repeat(n, script)); err != nil {
			return err
		}
		if time.Since(f.told) > 5*time.Second {
			f.told = time.Now()
			fmt.Fprintf(f.out, "%d of %d\n", f.message, f.most)
		}
	}
	last := slices.Concat(repeat(2*quarter, waits), repeat(quarter, asks), repeat(quarter, answered))
	for i := range ends % len(script) { // what is left over
		last[i%quarter] = append(slices.Clip(last[i%quarter]), "in")
	}
	if err := f.block(last); err != nil {
		return err
	}
	return f.customers()
}

func repeat(n int, lines []string) (list [][]string) {
	for range n {
		list = append(list, lines)
	}
	return list
}

// block writes conversations that go on together, the first line of each, then the
// second, in one transaction.
func (f *filler) block(scripts [][]string) (err error) {
	if f.tx, err = f.db.BeginTx(f.ctx, nil); err != nil {
		return err
	}
	defer f.tx.Rollback() // does nothing after the commit
	f.put = map[string]*sql.Stmt{}
	list := make([]chat, len(scripts))
	for i := range list {
		f.talks++
		list[i] = chat{id: f.talks, customer: (f.talks-1)%int64(len(f.people)) + 1, state: "waiting", created: f.at}
		p := &f.people[list[i].customer-1]
		p.conversation, p.conversations = f.talks, p.conversations+1
		if p.created == 0 {
			p.created = f.at
		}
	}
	for n, more := 0, true; more; n++ {
		more = false
		for i, lines := range scripts {
			if n < len(lines) {
				more = true
				if err := f.line(&list[i], lines[n]); err != nil {
					return err
				}
			}
		}
	}
	for i := range list {
		if err := f.conversation(&list[i]); err != nil {
			return err
		}
	}
	return f.tx.Commit()
}

// line writes the next line of a conversation: a message and what the store does with it.
func (f *filler) line(c *chat, kind string) error {
	f.message++
	f.at += f.step
	p := &f.people[c.customer-1]
	switch kind {
	case "in":
		return f.in(c, p)
	case "out":
		return f.reply(c, p)
	case "claimed":
		c.state, c.claimed = "open", f.at
		return f.story(c, kind, fmt.Sprintf(`{"waited_ms":%d}`, f.at-c.waiting))
	}
	c.state, c.closed, c.waiting, c.unread = "closed", f.at, 0, 0
	return f.story(c, kind, "{}")
}

func (f *filler) in(c *chat, p *person) error {
	text, second := f.text(), f.at/1000
	push := &wechat.Push{ToUserName: rig.Demo.OriginalID, FromUserName: openid(c.customer), CreateTime: second, MsgType: "text",
		Content: text, MsgID: fmt.Sprint(24_000_000_000_000_000 + f.message)}
	p.left, p.since = 5, second*1000
	c.unread++
	if c.waiting == 0 {
		c.waiting = f.at
	}
	c.last, c.dir, c.text, c.lastIn = line{f.message, second * 1000}, "in", text, f.message
	if err := f.tell(c, "message", f.message, c.served(f.agent)); err != nil {
		return err
	}
	return f.exec(`insert into message (id, account_id, customer_id, conversation_id, dir, type, body, at, dedupe, event_id, raw)
		values ($1,$2,$3,$4,'in','text',$5,$6,$7,$8,$9)`, f.message, f.account, c.customer, c.id, body(text), second*1000, push.DedupeKey(), f.event, store.PackRaw(push.Marshal()))
}

// reply writes a reply that was sent; its agent had read all before.
func (f *filler) reply(c *chat, p *person) error {
	text := f.text()
	if c.readID < c.lastIn {
		c.readID, c.unread = c.lastIn, 0
		if err := f.tell(c, "conversation", 0, f.agent); err != nil {
			return err
		}
	}
	for range 2 { // it is there, it is sent
		if err := f.tell(c, "message", f.message, f.agent); err != nil {
			return err
		}
	}
	if c.replied == 0 {
		c.replied = f.at
	}
	nth := 5 - p.left + 1
	p.left--
	c.waiting, c.last, c.dir, c.text = 0, line{f.message, f.at}, "out", text
	if err := f.exec(`insert into message (id, account_id, customer_id, conversation_id, dir, type, body, at, agent_id, kf_account, nick, state, attempts,
		client_id, nth, total, spent, spent_since, sent_at, event_id) values ($1,$2,$3,$4,'out','text',$5,$6,$7,$8,$9,'sent',1,$10,$11,5,'message',$12,$6,$13)`,
		f.message, f.account, c.customer, c.id, body(text), f.at, f.agent, f.kf, f.nick, fmt.Sprintf("fill-%d", f.message), nth, p.since, f.event); err != nil {
		return err
	}
	return f.exec(`insert into attempt (message_id, n, started_at, ended_at, outcome) values ($1,1,$2,$2,'sent')`, f.message, f.at)
}

func (f *filler) story(c *chat, kind, body string) error {
	if err := f.tell(c, "message", f.message, f.agent); err != nil {
		return err
	}
	return f.exec(`insert into message (id, account_id, customer_id, conversation_id, dir, type, body, at, agent_id, nick, event_id)
		values ($1,$2,$3,$4,'event',$5,$6,$7,$8,$9,$10)`, f.message, f.account, c.customer, c.id, kind, body, f.at, f.agent, f.name, f.event)
}

// tell appends an event, if it is recent enough to be kept.
func (f *filler) tell(c *chat, kind string, message, agent int64) error {
	f.event++
	c.event = f.event
	if f.at < f.kept {
		return nil
	}
	return f.exec("insert into event (id, at, kind, account_id, conversation_id, message_id, agent_id) values ($1,$2,$3,$4,$5,$6,$7)",
		f.event, f.at, kind, f.account, c.id, message, agent)
}

func (f *filler) conversation(c *chat) error {
	state := ""
	if c.dir == "out" {
		state = "sent"
	}
	by := int64(0)
	if c.dir == "out" {
		by = f.agent
	}
	return f.exec(`insert into conversation (id, account_id, customer_id, state, agent_id, unread, read_id, waiting_since, created_at, claimed_at,
		first_reply_at, closed_at, last_id, last_dir, last_type, last_text, last_state, last_agent, last_at, event_id)
		values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,'text',$15,$16,$17,$18,$19)`, c.id, f.account, c.customer, c.state, c.served(f.agent), c.unread, c.readID,
		c.waiting, c.created, c.claimed, c.replied, c.closed, c.last.id, c.dir, c.text, state, by, c.last.at, c.event)
}

// served is the agent of a conversation that was claimed.
func (c *chat) served(agent int64) int64 {
	if c.claimed == 0 {
		return 0
	}
	return agent
}

// customers writes who has said something, as they are at the end.
func (f *filler) customers() (err error) {
	if f.tx, err = f.db.BeginTx(f.ctx, nil); err != nil {
		return err
	}
	defer f.tx.Rollback()
	f.put = map[string]*sql.Stmt{}
	for i, p := range f.people {
		if p.conversations == 0 {
			continue
		}
		if err := f.exec(`insert into customer (id, account_id, openid, created_at, profile_at, subscribed_at, language, conversation_id, conversations,
			message_left, message_total, message_since, message_until) values ($1,$2,$3,$4,$4,$4,'zh_CN',$5,$6,$7,5,$8,$9)`,
			i+1, f.account, openid(int64(i+1)), p.created, p.conversation, p.conversations, p.left, p.since, p.since+window); err != nil {
			return err
		}
	}
	if err := f.exec("update agent set served_at = $1 where id = $2", f.at, f.agent); err != nil {
		return err
	}
	if err := f.exec("update account set pushed_at = $1 where id = $2 and pushed_at = 0", f.at, f.account); err != nil {
		return err
	}
	return f.tx.Commit()
}

func (f *filler) exec(query string, args ...any) (err error) {
	st := f.put[query]
	if st == nil {
		if st, err = f.tx.PrepareContext(f.ctx, query); err != nil {
			return err
		}
		f.put[query] = st
	}
	_, err = st.ExecContext(f.ctx, args...)
	return err
}

func openid(customer int64) string { return fmt.Sprintf("oFill%023d", customer) }

// body needs no escapes: a text has none of JSON's own characters.
func body(text string) string { return `{"content":"` + text + `"}` }

// rare is in one text of a thousand.
const rare = "灯罩"

func (f *filler) text() string {
	f.texts++
	text := f.words.text()
	if f.texts%1000 == 0 {
		text += rare
	}
	return text
}

// chatter makes texts of 24 characters in which few are frequent and most are rare, as
// in Chinese.
type chatter struct{ zipf *rand.Zipf }

func newChatter(seed uint64) *chatter {
	return &chatter{rand.NewZipf(rand.New(rand.NewPCG(seed, 1)), 1.1, 8, 3000)}
}

func (c *chatter) text() string {
	out := make([]rune, 24)
	for i := range out {
		out[i] = rune(0x4e00 + c.zipf.Uint64())
	}
	return string(out)
}
