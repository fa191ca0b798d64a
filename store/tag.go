package store

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Tag is a word that agents put on customers of an official account.
type Tag struct {
	ID       int64  `json:"id"`
	Account  int64  `json:"-"`
	Name     string `json:"name"`
	Colour   int    `json:"colour"` // 0: none, else 1 to 10
	VIP      int    `json:"vip"`    // putting it on gives at least this level; 0: none
	WechatID int64  `json:"-"`      // of WeChat's user tag; 0: ours alone
	Count    int    `json:"-"`      // customers who have it
}

// Most of what tags may be.
const (
	tagNameMost = 30 // characters, as WeChat's
	tagColours  = 10
	TagsMost    = 100 // of an official account
)

// IDs is a list of row ids, never null in JSON.
type IDs []int64

// parseIDs reads ids separated by commas.
func parseIDs(list string) IDs {
	ids := IDs{}
	for _, s := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' }) {
		if id, err := strconv.ParseInt(s, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

const selectTag = `select t.id, t.account_id, t.name, t.colour, t.vip, t.wechat_id,
	(select count(*) from customer_tag g where g.tag_id = t.id) from tag t `

func scanTag(r scanner) (t Tag, err error) {
	err = r.Scan(&t.ID, &t.Account, &t.Name, &t.Colour, &t.VIP, &t.WechatID, &t.Count)
	return t, err
}

// Tags lists those of an official account, in the order in which they were made.
func (s *Store) Tags(ctx context.Context, accountID int64) ([]Tag, error) {
	return rows(ctx, s, scanTag, selectTag+"where t.account_id = $1 order by t.id", accountID)
}

// Tag gives one by id.
func (s *Store) Tag(ctx context.Context, id int64) (Tag, error) {
	return row(ctx, s, scanTag, selectTag+"where t.id = $1", id)
}

// SetTag adds a tag (its ID is 0), or changes one: the name of WeChat's own tags
// is theirs. Refusals: bad_tag, tag_taken, tags_full.
func (s *Store) SetTag(ctx context.Context, by Actor, g Tag) error {
	g.Name = strings.TrimSpace(g.Name)
	if g.Name == "" || utf8.RuneCountInString(g.Name) > tagNameMost || g.Colour < 0 || g.Colour > tagColours {
		return refuse("bad_tag", "field", "name")
	}
	return s.write(ctx, func(t *tx) error {
		if g.ID != 0 {
			old, err := txRow(t, scanTag, selectTag+"where t.id = $1", g.ID)
			if err != nil {
				return err
			}
			g.Account = old.Account
			if old.WechatID != 0 {
				g.Name = old.Name
			}
		}
		rules, err := t.rules(g.Account)
		if err != nil {
			return err
		}
		if g.VIP < 0 || g.VIP > len(rules.Levels) {
			return refuse("bad_level", "field", "vip", "most", len(rules.Levels))
		}
		if n, err := txOne[int](t, "select count(*) from tag where account_id = $1 and name = $2 and id <> $3", g.Account, g.Name, g.ID); err != nil || n > 0 {
			return orElse(err, refuse("tag_taken", "field", "name"))
		}
		if n, err := txOne[int](t, "select count(*) from tag where account_id = $1", g.Account); err != nil || n >= TagsMost && g.ID == 0 {
			return orElse(err, refuse("tags_full", "field", "name"))
		}
		if g.ID == 0 {
			err = t.exec("insert into tag (account_id, name, colour, vip) values ($1,$2,$3,$4)", g.Account, g.Name, g.Colour, g.VIP)
		} else {
			err = t.exec("update tag set name = $1, colour = $2, vip = $3 where id = $4", g.Name, g.Colour, g.VIP, g.ID)
		}
		if err != nil {
			return err
		}
		return t.accountChanged(by, g.Account, "tag.set", g.Name)
	})
}

// DeleteTag takes a tag from all who have it, and from the list. One of WeChat's
// would come back: it is deleted there first ("tag_of_wechat").
func (s *Store) DeleteTag(ctx context.Context, by Actor, id int64) error {
	return s.write(ctx, func(t *tx) error {
		g, err := txRow(t, scanTag, selectTag+"where t.id = $1", id)
		if err != nil {
			return err
		}
		if g.WechatID != 0 {
			return refuse("tag_of_wechat")
		}
		if err := t.exec("delete from errand where what = 'tag' and tag_id = $1", id); err != nil {
			return err
		}
		if err := t.exec("delete from customer_tag where tag_id = $1", id); err != nil {
			return err
		}
		if err := t.exec("delete from tag where id = $1", id); err != nil {
			return err
		}
		return t.accountChanged(by, g.Account, "tag.delete", g.Name)
	})
}

// SetWechatTags takes over the list of WeChat's user tags: a name of ours that is
// there too becomes theirs, and what they have no more stays as ours alone.
func (s *Store) SetWechatTags(ctx context.Context, by Actor, accountID int64, list []Tag) error {
	return s.write(ctx, func(t *tx) error {
		old, err := rows(ctx, t, scanTag, selectTag+"where t.account_id = $1 order by t.id", accountID)
		if err != nil {
			return err
		}
		for _, g := range old {
			if g.WechatID != 0 && !slices.ContainsFunc(list, func(w Tag) bool { return w.WechatID == g.WechatID }) {
				if err := t.exec("update tag set wechat_id = 0 where id = $1", g.ID); err != nil {
					return err
				}
			}
		}
		for _, w := range list {
			if err := t.wechatTag(accountID, w); err != nil {
				return err
			}
		}
		return t.accountChanged(by, accountID, "tag.sync", strconv.Itoa(len(list)))
	})
}

func (t *tx) wechatTag(accountID int64, w Tag) error {
	// Two of them may have swapped their names: a name that is in the way moves aside.
	if err := t.exec(`update tag set name = name || ' (' || id || ')' where account_id = $1 and name = $2 and wechat_id not in (0, $3)`,
		accountID, w.Name, w.WechatID); err != nil {
		return err
	}
	same, err := txOne[int64](t, "select id from tag where account_id = $1 and name = $2", accountID, w.Name)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	theirs, err := txOne[int64](t, "select id from tag where account_id = $1 and wechat_id = $2", accountID, w.WechatID)
	switch {
	case err != nil && !errors.Is(err, ErrNotFound):
		return err
	case theirs != 0 && same == 0:
		return t.exec("update tag set name = $1 where id = $2", w.Name, theirs)
	case theirs != 0: // it has its name already, or one of ours has the name
		return nil
	case same != 0:
		return t.exec("update tag set wechat_id = $1 where id = $2", w.WechatID, same)
	}
	return t.exec("insert into tag (account_id, name, wechat_id) values ($1,$2,$3)", accountID, w.Name, w.WechatID)
}

// TagCustomer puts tags on a customer and takes others off. Refusal: no_tag, of
// one that the official account has not.
func (s *Store) TagCustomer(ctx context.Context, a *Agent, customerID int64, add, remove []int64) (Conversation, error) {
	return s.customer(ctx, a, customerID, func(t *tx, v *Conversation) error {
		var done []string
		for _, id := range onceEach(add) {
			if err := t.putTag(v, id, true, &done); err != nil {
				return err
			}
		}
		for _, id := range onceEach(remove) {
			if err := t.putTag(v, id, false, &done); err != nil {
				return err
			}
		}
		if len(done) == 0 {
			return nil
		}
		return t.changed(a, v, "customer.tags", strings.Join(done, " "))
	})
}

func onceEach(ids []int64) []int64 { return slices.Compact(slices.Sorted(slices.Values(ids))) }

// putTag puts one tag on a customer or takes it off, which is told in done. WeChat
// hears of its own.
func (t *tx) putTag(v *Conversation, id int64, on bool, done *[]string) error {
	g, err := txRow(t, func(r scanner) (g Tag, err error) { err = r.Scan(&g.Name, &g.VIP, &g.WechatID); return g, err },
		"select name, vip, wechat_id from tag where id = $1 and account_id = $2", id, v.Account)
	if errors.Is(err, ErrNotFound) {
		return refuse("no_tag", "field", "add")
	}
	if err != nil {
		return err
	}
	var n int64
	if on {
		n, err = t.affect("insert into customer_tag (customer_id, tag_id) values ($1,$2) on conflict do nothing", v.Customer.ID, id)
	} else {
		n, err = t.affect("delete from customer_tag where customer_id = $1 and tag_id = $2", v.Customer.ID, id)
	}
	if err != nil || n == 0 {
		return err
	}
	*done = append(*done, map[bool]string{true: "+", false: "−"}[on]+g.Name)
	if on && g.VIP > 0 {
		if err := t.exec("update customer set vip = max(vip, $1) where id = $2", g.VIP, v.Customer.ID); err != nil {
			return err
		}
	}
	if g.WechatID == 0 {
		return nil
	}
	return t.errand(v.Customer.ID, "tag", id)
}

// wechatTags makes the tags of WeChat's on a customer those that WeChat tells,
// but for those that it is still to be told.
func (t *tx) wechatTags(customerID int64, wechatIDs []int64) error {
	type tagged struct {
		id, wechatID int64
		on           bool
	}
	list, err := rows(context.Background(), t, func(r scanner) (g tagged, err error) { err = r.Scan(&g.id, &g.wechatID, &g.on); return g, err },
		`select t.id, t.wechat_id, exists (select 1 from customer_tag g where g.customer_id = c.id and g.tag_id = t.id)
		from customer c join tag t on t.account_id = c.account_id and t.wechat_id <> 0 where c.id = $1 and not exists
			(select 1 from errand r where r.customer_id = c.id and r.what = 'tag' and r.tag_id = t.id)`, customerID)
	if err != nil {
		return err
	}
	for _, g := range list {
		switch on := slices.Contains(wechatIDs, g.wechatID); {
		case on && !g.on:
			if err = t.exec("insert into customer_tag (customer_id, tag_id) values ($1,$2)", customerID, g.id); err == nil {
				err = t.exec("update customer set vip = max(vip, (select t.vip from tag t where t.id = $1)) where id = $2", g.id, customerID)
			}
		case !on && g.on:
			err = t.exec("delete from customer_tag where customer_id = $1 and tag_id = $2", customerID, g.id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
