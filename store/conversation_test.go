package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// openids lists conversations by customer.
func openids(list []Conversation) string {
	var out []string
	for _, v := range list {
		out = append(out, v.Customer.OpenID)
	}
	return strings.Join(out, " ")
}

// Everybody sees the official accounts they are bound to, an admin all.
func TestWhoSeesWhat(t *testing.T) {
	d := openDesk(t)
	here, there := d.account, d.addAccount(t, "wxfedcba0987654321")
	active, ended := map[int64]Conversation{}, map[int64]Conversation{}
	for _, account := range []int64{here, there} {
		d.account = account
		active[account] = d.receive(t, d.text(fmt.Sprint("a", account), "hello"))
		ended[account] = must(d.End(ctx, &d.admin, d.receive(t, d.text(fmt.Sprint("e", account), "hello")).ID))(t)
	}
	d.account = here
	d.open(t, "open", &d.li)
	stranger := d.addAgent(t, "stranger", "agent", "")
	for _, c := range []struct {
		who                  *Agent
		active, ended, count string
		sees                 []int64
	}{
		{&d.admin, "a1 a2 open", "e2 e1", "2", []int64{here, there}},
		{&d.li, "a1 open", "e1", "1", []int64{here}},
		{&stranger, "", "", "0", nil},
	} {
		equal(t, c.who.Login+" active", openids(must(d.ActiveConversations(ctx, c.who))(t)), c.active)
		equal(t, c.who.Login+" ended", openids(must(d.EndedConversations(ctx, c.who, 0))(t)), c.ended)
		equal(t, c.who.Login+" count", fmt.Sprint(must(d.EndedSince(ctx, c.who, start))(t).Today), c.count)
		equal(t, c.who.Login+" count of later", must(d.EndedSince(ctx, c.who, start+1))(t).Today, 0)
		for _, account := range []int64{here, there} {
			may := false
			for _, s := range c.sees {
				may = may || s == account
			}
			v := active[account]
			_, err1 := d.Conversation(ctx, c.who, v.ID)
			_, err2 := d.Message(ctx, c.who, v.Last.ID)
			_, err3 := d.Raw(ctx, c.who, v.Last.ID)
			for i, err := range []error{err1, err2, err3} {
				if may != (err == nil) || (!may && !errors.Is(err, ErrNotFound)) {
					t.Errorf("%s, account %d, read %d: %v", c.who.Login, account, i, err)
				}
			}
		}
	}
}

func TestEndedPages(t *testing.T) {
	d := openDesk(t)
	const all = 2*EndedPage + 7
	for i := range all {
		v := d.receive(t, d.text(fmt.Sprint("o", i), "hello"))
		if i%3 == 0 { // several end in the same millisecond
			d.clock.advance(time.Second)
		}
		must(d.End(ctx, &d.admin, v.ID))(t)
	}
	var got []int64
	for before, pages := int64(0), 0; ; pages++ {
		page := must(d.EndedConversations(ctx, &d.li, before))(t)
		for _, v := range page {
			got = append(got, v.ID)
		}
		if len(page) < EndedPage {
			equal(t, "full pages", pages, 2)
			break
		}
		before = page[len(page)-1].ID
	}
	equal(t, "conversations", len(got), all)
	for i := range got {
		equal(t, "order", got[i], int64(all-i))
	}
}

func TestMessagesInPages(t *testing.T) {
	d := openDesk(t)
	var v Conversation
	for i := range 25 {
		v = d.receive(t, d.text("o1", fmt.Sprint(i)))
		d.receive(t, d.text("o2", "between"))
	}
	c := v.Customer.ID
	texts := func(list []Message, err error) string {
		t.Helper()
		ok(t, err)
		return contents(list)
	}
	equal(t, "newest", texts(d.Messages(ctx, c, 0, 0, 3)), "22 23 24")
	first := must(d.Messages(ctx, c, 0, 0, 3))(t)[0].ID
	equal(t, "before", texts(d.Messages(ctx, c, first, 0, 3)), "19 20 21")
	equal(t, "after", texts(d.Messages(ctx, c, 0, first, 10)), "23 24")
	equal(t, "before the first", texts(d.Messages(ctx, c, 1, 0, 3)), "")
	equal(t, "all", len(must(d.Messages(ctx, c, 0, 0, 100))(t)), 25)
}

func TestProfile(t *testing.T) {
	d := openDesk(t)
	strangers := func(after int64) string {
		var out []string
		for _, s := range must(d.Strangers(ctx, after, 2))(t) {
			out = append(out, s.OpenID)
		}
		return strings.Join(out, " ")
	}
	known := func(c Customer) string {
		union := must(row(ctx, d, one[string], "select unionid from customer where id = $1", c.ID))(t)
		return fmt.Sprint(c.Following, c.SubscribedAt, " ", c.Remark, " ", c.Language, " ", c.Source, " ", union)
	}
	for _, openid := range []string{"o1", "o2", "o3"} {
		d.receive(t, d.text(openid, "hello"))
	}
	equal(t, "strangers", strangers(0), "o1 o2")
	equal(t, "the next", strangers(2), "o3")
	ok(t, d.SetProfile(ctx, 1, &Profile{Following: true, UnionID: "u", Remark: "a regular", Language: "en", Scene: "ADD_SCENE_QR_CODE", SubscribedAt: 77}))
	ok(t, d.SetProfile(ctx, 2, nil))
	equal(t, "strangers", strangers(0), "o3")
	c := d.of(t, "o1").Customer
	equal(t, "customer", known(c), "true 77 a regular en ADD_SCENE_QR_CODE u")

	ok(t, d.SetProfile(ctx, 1, &Profile{Following: true, Scene: "another"}))
	c = d.of(t, "o1").Customer
	equal(t, "source, time and union id stay, the rest is as told", known(c), "true 77   ADD_SCENE_QR_CODE u")
	ok(t, d.SetProfile(ctx, 3, &Profile{Following: true, Remark: "Wu", Language: "zh_CN", SubscribedAt: 78}))
	ok(t, d.SetProfile(ctx, 3, &Profile{UnionID: "v"}))
	c = d.of(t, "o3").Customer
	equal(t, "who stopped following is known all the same", known(c), "false 78 Wu zh_CN  v")
	ok(t, d.write(ctx, func(t *tx) error { return t.exec("update customer set profile_at = 0 where id = 3") }))
	ok(t, d.SetProfile(ctx, 99, &Profile{})) // nobody

	in := d.event("o2", "subscribe", "subscribe")
	in.Follow = +1
	d.receive(t, in)
	equal(t, "who follows anew is a stranger again", strangers(0), "o2 o3")
	must(d.SetVIP(ctx, &d.li, 2, 3))(t)
	equal(t, "vip", d.of(t, "o2").Customer.VIP, 3)
}
