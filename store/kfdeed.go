package store

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// KFDeed is something that an admin wants of WeChat for a kf account. It is
// written down before WeChat is asked and forgotten when the outcome is known,
// so that a deed that was cut off is settled by the next sync.
type KFDeed struct {
	ID        int64
	Account   int64
	KFAccount string
	What      string // add, update, delete, invite, avatar
	Wish      string // add, update: the nickname; invite: the WeChat id; avatar: the address of the one before
	Bind      int64  // add: the agent who shall speak as it, 0 nobody
	By        Actor
	At        int64
	Undone    bool // WeChat had not done it after settleAfter
}

// What WeChat takes.
const (
	KFMost       = 100 // of one official account
	nicknameMost = 16  // characters
)

var kfPrefix = regexp.MustCompile(`^[A-Za-z0-9_]{1,10}$`)

// KFSuffix is what stands behind the @ of the account's kf accounts: its WeChat
// id, or the original id where it has none, as test accounts.
func (a *Account) KFSuffix() string { return cmp.Or(a.WechatID, a.OriginalID) }

// WishKF writes down a deed before WeChat is asked for it, and refuses what WeChat
// would: bad_kf_prefix, bad_nickname, kf_exists, kf_full. Another wish of the same
// kind for the same kf account is forgotten. ErrNotFound: no such kf account.
func (s *Store) WishKF(ctx context.Context, by Actor, d KFDeed) (KFDeed, error) {
	d.By, d.Wish = by, strings.TrimSpace(d.Wish)
	err := s.write(ctx, func(t *tx) error {
		err := t.checkKF(&d)
		if err == nil {
			err = t.exec("delete from kf_deed where account_id = $1 and kf_account = $2 and what = $3", d.Account, d.KFAccount, d.What)
		}
		if err != nil {
			return err
		}
		d.At = t.now
		d.ID, err = t.insert(`insert into kf_deed (account_id, kf_account, what, wish, bind_id, agent_id, ip, at)
			values ($1,$2,$3,$4,$5,$6,$7,$8)`, d.Account, d.KFAccount, d.What, d.Wish, d.Bind, by.AgentID, by.IP, d.At)
		return err
	})
	return d, err
}

func (t *tx) checkKF(d *KFDeed) error {
	if n := utf8.RuneCountInString(d.Wish); (d.What == "add" || d.What == "update") && (n == 0 || n > nicknameMost) {
		return refuse("bad_nickname", "field", "nickname", "most", nicknameMost)
	}
	if d.What == "add" {
		return t.checkNewKF(d)
	}
	url, err := txOne[string](t, "select avatar_url from kf_account where account_id = $1 and kf_account = $2", d.Account, d.KFAccount)
	if d.What == "avatar" {
		d.Wish = url
	}
	return err
}

func (t *tx) checkNewKF(d *KFDeed) error {
	prefix, _, _ := strings.Cut(d.KFAccount, "@")
	if !kfPrefix.MatchString(prefix) {
		return refuse("bad_kf_prefix", "field", "prefix")
	}
	have, err := rows(context.Background(), t, one[string], "select kf_account from kf_account where account_id = $1", d.Account)
	switch {
	case err != nil:
		return err
	case slices.ContainsFunc(have, func(name string) bool { return strings.EqualFold(name, d.KFAccount) }):
		return refuse("kf_exists", "field", "prefix", "kf_account", d.KFAccount)
	case len(have) >= KFMost:
		return refuse("kf_full", "field", "prefix", "most", KFMost)
	}
	return nil
}

// KFDone takes over what WeChat did: the mirror, and what follows for the agent.
// With a kf account that is deleted, who spoke as it only looks on, and what they
// served goes back to the queue.
func (s *Store) KFDone(ctx context.Context, d KFDeed) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.kfDone(&d); err != nil {
			return err
		}
		return t.note(Event{Kind: "account", Account: d.Account})
	})
}

func (t *tx) kfDone(d *KFDeed) (err error) {
	const where = " where account_id = $1 and kf_account = $2"
	switch d.What {
	case "add":
		err = t.kfAdded(d)
	case "update":
		err = t.exec("update kf_account set nickname = $3"+where, d.Account, d.KFAccount, d.Wish)
	case "delete":
		err = t.kfDeleted(d)
	case "invite":
		err = t.exec("update kf_account set invite_wx = $3, invite_status = 'waiting', invite_until = 0"+where, d.Account, d.KFAccount, d.Wish)
	}
	if err != nil {
		return err
	}
	if err := t.exec("delete from kf_deed where id = $1", d.ID); err != nil {
		return err
	}
	detail := d.Wish
	if d.What == "avatar" {
		detail = ""
	}
	return t.audit(d.By, deed{Name: "kf." + d.What, Account: d.Account, Subject: d.KFAccount, Detail: detail})
}

func (t *tx) kfAdded(d *KFDeed) error {
	if err := t.expectKF(d.Account, d.KFAccount, d.Wish); err != nil || d.Bind == 0 {
		return err
	}
	if d.Undone { // and somebody may have found another way since
		n, err := txOne[int](t, "select count(*) from agent_account where agent_id = $1 and account_id = $2 and kf_account <> ''", d.Bind, d.Account)
		if err != nil || n > 0 {
			return err
		}
	}
	err := t.bind(d.By, d.Bind, d.Account, d.KFAccount)
	if Refused(err, "kf_taken") || errors.Is(err, ErrNotFound) { // somebody else was quicker, or the agent is none
		return nil
	}
	return err
}

func (t *tx) kfDeleted(d *KFDeed) error {
	agents, err := rows(context.Background(), t, one[int64], "select agent_id from agent_account where account_id = $1 and kf_account = $2",
		d.Account, d.KFAccount)
	for i := 0; err == nil && i < len(agents); i++ {
		err = t.bind(d.By, agents[i], d.Account, "")
	}
	if err != nil {
		return err
	}
	return t.exec("delete from kf_account where account_id = $1 and kf_account = $2", d.Account, d.KFAccount)
}

// DropKF forgets a deed: WeChat said no, or an admin has seen that it was not done.
func (s *Store) DropKF(ctx context.Context, id int64) error {
	return s.write(ctx, func(t *tx) error { return t.exec("delete from kf_deed where id = $1", id) })
}

// KFDeeds lists what WeChat was asked for and is not known to have done, by time.
func (s *Store) KFDeeds(ctx context.Context) ([]KFDeed, error) {
	return rows(ctx, s, scanKFDeed, selectKFDeed+" order by id")
}

const selectKFDeed = "select id, account_id, kf_account, what, wish, bind_id, agent_id, ip, at, undone from kf_deed"

func scanKFDeed(r scanner) (d KFDeed, err error) {
	err = r.Scan(&d.ID, &d.Account, &d.KFAccount, &d.What, &d.Wish, &d.Bind, &d.By.AgentID, &d.By.IP, &d.At, &d.Undone)
	return d, err
}

// settleAfter is how long WeChat may take to do what it has not answered.
const settleAfter = time.Minute

// settleKF finishes the deeds that WeChat's list shows, also those that were given
// up, and keeps the others to be told as not done, once they cannot be on their
// way. It runs before the mirror becomes the list.
func (t *tx) settleKF(accountID int64, list []KFAccount) error {
	open, err := rows(context.Background(), t, scanKFDeed, selectKFDeed+" where account_id = $1 order by id", accountID)
	for i := 0; err == nil && i < len(open); i++ {
		if open[i].happened(list) {
			err = t.kfDone(&open[i])
		} else if t.now-open[i].At > settleAfter.Milliseconds() {
			err = t.exec("update kf_deed set undone = 1 where id = $1", open[i].ID)
		}
	}
	return err
}

// happened tells whether WeChat's list shows what was wished. A picture that
// WeChat keeps under the address of the one before counts as not done: to upload
// it again does no harm.
func (d *KFDeed) happened(list []KFAccount) bool {
	i := slices.IndexFunc(list, func(k KFAccount) bool { return k.KFAccount == d.KFAccount })
	if i < 0 {
		return d.What == "delete"
	}
	switch k := list[i]; d.What {
	case "add":
		return true
	case "update":
		return k.Nickname == d.Wish
	case "invite":
		return k.InviteWx == d.Wish || k.KFWx == d.Wish
	case "avatar":
		return k.AvatarURL != d.Wish
	}
	return false
}

// KFOpen counts the open conversations of who speaks as a kf account.
func (s *Store) KFOpen(ctx context.Context, accountID int64, kfAccount string) (int, error) {
	return row(ctx, s, one[int], `select count(*) from conversation v where v.state = 'open' and v.account_id = $1
		and v.agent_id = (select b.agent_id from agent_account b where b.account_id = $1 and b.kf_account = $2 and b.kf_account <> '')`,
		accountID, kfAccount)
}
