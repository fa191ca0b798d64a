package store

import (
	"cmp"
	"context"
	"encoding/json"
)

// Incoming is a push of WeChat, ready to be stored.
type Incoming struct {
	Account int64
	OpenID  string
	Dedupe  string // the same for every delivery of the same push
	Dir     string // in, event
	Type    string
	Body    json.RawMessage
	At      int64 // WeChat's time
	Raw     []byte

	Grant, Cause string  // message or action, and its cause; "" opens nothing
	Paid         bool    // the customer paid: grants what the account's setting says
	Follow       int     // +1 follows, -1 unfollows, 0 says nothing
	Source       string  // where a follow or scan came from
	Session      *string // who holds the customer in WeChat's own tool now, "" for nobody; nil: says nothing
	Media, Thumb *Wanted
}

// Wanted is a medium of a push that the courier shall fetch.
type Wanted struct {
	Kind   string // image, voice, video, thumb
	Source string // WeChat's media id
	URL    string // PicUrl
}

// Receive stores a push: the customer, the conversation, the grant, the
// message, its media. A push that is already stored changes nothing (again is
// true). When Receive returns nil the push is on the disk.
func (s *Store) Receive(ctx context.Context, in Incoming) (again bool, err error) {
	if len(in.Body) == 0 {
		in.Body = json.RawMessage("{}")
	}
	err = s.change(ctx, change{push: true, answer: make(chan error, 1), do: func(t *tx) error {
		p, err := t.place(&in)
		if again = p.again; err != nil || again {
			return err
		}
		return t.receive(&p, &in)
	}})
	return again, err
}

// place is what Receive must know before it stores a push: whether it is stored
// already, the customer and their newest conversation, and the account.
type place struct {
	again                  bool
	rules                  string // as they are stored
	authorised             bool   // by the third-party platform
	customer, conversation int64
	following, blocked     bool
	state                  string
	agent, closedAt        int64
	waitingSince           int64
	lastID                 int64
}

func (t *tx) receive(p *place, in *Incoming) error {
	if p.customer == 0 {
		if err := t.newcomer(p, in); err != nil {
			return err
		}
	}
	if err := t.grantAndFollow(p, in); err != nil {
		return err
	}
	r, err := t.w.rulesOf(in.Account, p.rules)
	if err != nil {
		return err
	}
	if !p.blocked && (in.Dir == "in" || in.Grant != "") {
		if err := t.enter(p, in, &r); err != nil {
			return err
		}
	}
	if p.authorised {
		if err := t.authorizerPushed(in.Account); err != nil {
			return err
		}
	}
	conversation := p.conversation
	if p.state == "closed" {
		conversation = 0 // a quiet event after the end belongs to no conversation, but shows the customer anew
	}
	media, err := t.want(in.Account, in.Media)
	if err != nil {
		return err
	}
	thumb, err := t.want(in.Account, in.Thumb)
	if err != nil {
		return err
	}
	t.last.message++
	event, err := t.event(Event{Kind: "message", Account: in.Account, Conversation: p.conversation, Message: t.last.message, Agent: p.agent})
	if err != nil {
		return err
	}
	if err := t.exec(`insert into message (id, account_id, customer_id, conversation_id, dir, type, body, at, dedupe, media_id, thumb_id,
		event_id, raw) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)`, t.last.message, in.Account, p.customer, conversation,
		in.Dir, in.Type, string(in.Body), in.At, in.Dedupe, media, thumb, event, PackRaw(in.Raw)); err != nil {
		return err
	}
	if err := t.arrived(p, in, event); err != nil || p.state != "waiting" {
		return err
	}
	if in.Dir == "in" && p.waitingSince == 0 { // who waits already was offered to the agents, and is again when one has room
		if err := t.assignUnder(&r, in.Account, p.conversation); err != nil {
			return err
		}
	}
	return t.automate(p, in, &r)
}

// place reads all of a place at once: it is the start of every push.
func (t *tx) place(in *Incoming) (place, error) {
	return txRow(t, func(r scanner) (p place, err error) {
		err = r.Scan(opt(&p.again), opt(&p.rules), opt(&p.authorised), opt(&p.customer), opt(&p.conversation), opt(&p.following), opt(&p.blocked),
			opt(&p.state), opt(&p.agent), opt(&p.closedAt), opt(&p.waitingSince), opt(&p.lastID))
		return p, err
	}, `select exists (select 1 from message m where m.account_id = a.id and m.dedupe = $3), a.rules, z.account_id is not null, c.id, c.conversation_id,
			c.following, c.blocked_at > 0, v.state, v.agent_id, v.closed_at, v.waiting_since, v.last_id
		from account a left join authorizer z on z.account_id = a.id left join customer c on c.account_id = a.id and c.openid = $2
		left join conversation v on v.id = c.conversation_id where a.id = $1`, in.Account, in.OpenID, in.Dedupe)
}

// newcomer makes the customer.
func (t *tx) newcomer(p *place, in *Incoming) (err error) {
	p.following = true
	if p.customer, err = t.insert("insert into customer (account_id, openid, created_at) values ($1,$2,$3)",
		in.Account, in.OpenID, t.now); err != nil {
		return err
	}
	pushed, err := t.affect("update account set pushed_at = $1 where id = $2 and pushed_at = 0", t.now, in.Account)
	if err == nil && pushed > 0 {
		err = t.note(Event{Kind: "account", Account: in.Account})
	}
	return err
}

func (t *tx) grantAndFollow(p *place, in *Incoming) error {
	if in.Grant != "" {
		if err := t.grant(p.customer, in.Grant, newGrant(in.Grant, in.Cause, in.At)); err != nil {
			return err
		}
	}
	if in.Session != nil {
		if err := t.session(p.customer, *in.Session, in.At); err != nil {
			return err
		}
	}
	if in.Paid {
		if err := t.paid(p.customer, in); err != nil {
			return err
		}
	}
	switch in.Follow {
	case +1:
		return t.exec("update customer set following = 1, subscribed_at = $1, source = $2, profile_at = 0 where id = $3",
			in.At, in.Source, p.customer)
	case -1: // unless it comes late, and the customer follows again since
		n, err := t.affect("update customer set following = 0 where id = $1 and subscribed_at <= $2", p.customer, in.At)
		if err != nil || n == 0 {
			return err
		}
		return t.shut(p.customer, "window")
	}
	if in.Dir == "in" && !p.following { // who writes can be reached, whatever was thought before
		return t.exec("update customer set following = 1 where id = $1", p.customer)
	}
	return nil
}

// enter makes sure that the customer has a conversation that is not closed: a
// word shortly after the end goes back to the same agent, else to the queue. A
// mere deed (a menu tap) shortly after the end stays quiet.
func (t *tx) enter(p *place, in *Incoming, r *Rules) error {
	if p.state == "waiting" || p.state == "open" {
		return nil
	}
	if p.state == "closed" && p.agent != 0 && r.reopens(p.closedAt, t.now) {
		if in.Dir == "event" {
			return nil
		}
		_, err := t.speaker(p.agent, in.Account)
		if err == nil {
			p.state = "open"
			return t.exec("update conversation set state = 'open', closed_at = 0, reason = '' where id = $1", p.conversation)
		}
		if !Refused(err, "no_kf_account") {
			return err
		}
	}
	id, err := t.insert(`insert into conversation (account_id, customer_id, state, created_at) values ($1,$2,'waiting',$3)`,
		in.Account, p.customer, t.now)
	if err != nil {
		return err
	}
	p.conversation, p.state, p.agent, p.closedAt, p.waitingSince, p.lastID = id, "waiting", 0, 0, 0, 0
	return t.exec("update customer set conversation_id = $1, conversations = conversations + 1 where id = $2", id, p.customer)
}

// reopens tells whether a conversation that ended at closedAt goes on, rather than
// that a new one begins.
func (r *Rules) reopens(closedAt, now int64) bool {
	return r.Reopen > 0 && now-closedAt <= int64(r.Reopen)*60_000
}

// arrived brings the conversation's row up to date: preview, unread, waiting.
// An event shows as preview only where there is nothing better. WeChat may push
// what a blocked customer says, which is not known for sure: it is kept, and
// asks for nobody.
func (t *tx) arrived(p *place, in *Incoming, event int64) error {
	if p.conversation == 0 {
		return nil
	}
	if p.blocked || in.Dir == "event" && (p.state == "closed" || in.Grant == "" || p.lastID != 0) {
		return t.exec("update conversation set event_id = $1 where id = $2", event, p.conversation)
	}
	waiting, unread := p.waitingSince, 0
	if in.Dir == "in" {
		waiting, unread = cmp.Or(waiting, t.now), 1
	}
	return t.exec(`update conversation set unread = unread + $1, waiting_since = $2, last_id = $3, last_dir = $4, last_type = $5,
		last_text = $6, last_state = '', last_agent = 0, last_at = $7, event_id = $8 where id = $9`,
		unread, waiting, t.last.message, in.Dir, in.Type, preview(in.Dir, in.Type, in.Body), in.At, event, p.conversation)
}

// want makes the row of a medium to fetch; nil when there is none.
func (t *tx) want(account int64, w *Wanted) (any, error) {
	if w == nil {
		return nil, nil
	}
	t.news.work = true
	return t.insert("insert into media (account_id, kind, state, source, url, created_at) values ($1,$2,'wanted',$3,$4,$5)",
		account, w.Kind, w.Source, w.URL, t.now)
}
