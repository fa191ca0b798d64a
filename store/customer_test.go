package store

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// What WeChat has refused stays as it is here, whatever WeChat says, until it is
// changed again or the customer follows anew.
func TestRemark(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	name := func(remark string) { v = must(d.SetRemark(ctx, &d.su, v.Customer.ID, remark))(t) }
	due := func() []Errand { return must(d.Errands(ctx, 10))(t) }
	fetched := func() string {
		ok(t, d.SetProfile(ctx, v.Customer.ID, &Profile{Following: true, Remark: "theirs"}))
		return d.of(t, "o1").Customer.Remark
	}
	name("  Ms \n Wu ")
	equal(t, "remark", v.Customer.Remark, "Ms Wu")
	equal(t, "before WeChat knows", fetched(), "Ms Wu")
	old := due()[0]
	name("Mr Wu")
	ok(t, d.ErrandDone(ctx, old, ErrandResult{Done: true}))
	equal(t, "changed while it was told", fmt.Sprint(len(due()), due()[0].Remark), "1Mr Wu")
	later := d.now() + 1000
	ok(t, d.ErrandDone(ctx, due()[0], ErrandResult{ErrMsg: "no answer", RetryAt: later}))
	equal(t, "before its time", len(due()), 0)
	d.clock.advance(time.Second)
	equal(t, "tries", due()[0].Attempts, 1)
	ok(t, d.ErrandDone(ctx, due()[0], ErrandResult{ErrCode: 48001, ErrMsg: "unauthorized", RetryAt: -1}))
	k := must(d.Customer(ctx, &d.li, v.Customer.ID))(t)
	equal(t, "refused", fmt.Sprint(k.Untold), "[{remark 0 48001 unauthorized}]")
	equal(t, "due", len(due()), 0)
	equal(t, "kept here", fetched(), "Mr Wu")
	equal(t, "and told once more", len(due()), 1)
	ok(t, d.ErrandDone(ctx, due()[0], ErrandResult{Done: true}))
	equal(t, "known to both", fetched(), "theirs")

	_, err := d.SetRemark(ctx, &d.li, v.Customer.ID, strings.Repeat("名", 30))
	refused(t, err, "long_remark")
	stranger := d.addAgent(t, "stranger", "agent", "")
	_, err = d.SetRemark(ctx, &stranger, v.Customer.ID, "x")
	equal(t, "who may not see them", err, ErrNotFound)
	_, err = d.Customer(ctx, &stranger, v.Customer.ID)
	equal(t, "who may not see them", err, ErrNotFound)
	for level, code := range map[int]string{-1: "bad_level", 4: "bad_level"} {
		_, err = d.SetVIP(ctx, &d.li, v.Customer.ID, level)
		refused(t, err, code)
	}
}

func TestMemos(t *testing.T) {
	d := openDesk(t)
	id := d.open(t, "o1", &d.li).Customer.ID
	memos := func() (list string) {
		for _, m := range must(d.Customer(ctx, &d.li, id))(t).Memos {
			list += fmt.Sprintf("%d %s by %d, ", m.ID, m.Text, m.Agent)
		}
		return list
	}
	must(d.AddMemo(ctx, &d.li, id, " north gate "))(t)
	must(d.AddMemo(ctx, &d.su, id, "no calls"))(t)
	equal(t, "memos", memos(), fmt.Sprintf("2 no calls by %d, 1 north gate by %d, ", d.su.ID, d.li.ID))
	must(d.SetMemo(ctx, &d.su, 1, "south gate"))(t)
	must(d.SetMemo(ctx, &d.li, 2, " "))(t)
	equal(t, "memos", memos(), fmt.Sprintf("1 south gate by %d, ", d.su.ID))
	_, err := d.SetMemo(ctx, &d.li, 2, "again")
	equal(t, "one that is gone", err, ErrNotFound)
	_, err = d.AddMemo(ctx, &d.li, id, " ")
	refused(t, err, "empty_memo")
	_, err = d.AddMemo(ctx, &d.li, id, strings.Repeat("长", memoMost+1))
	refused(t, err, "long_memo")
	stranger := d.addAgent(t, "stranger", "agent", "")
	_, err = d.SetMemo(ctx, &stranger, 1, "")
	equal(t, "who may not see them", err, ErrNotFound)
}

func TestPast(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	d.reply(t, &d.li, v.ID)
	d.send(t, Result{State: "failed"})
	must(first2(d.Discard(ctx, &d.li, d.timeline(t, v.Customer.ID)[2].ID)))(t)
	d.reply(t, &d.li, v.ID)
	d.note(t, &d.su, v.ID, "not said to them")
	r := must(d.Account(ctx, d.account))(t).Rules
	r.Reasons = []string{"sold"}
	ok(t, d.SetRules(ctx, Actor{}, d.account, r))
	must(d.EndFor(ctx, &d.li, v.ID, "sold"))(t)
	d.clock.advance(time.Hour)
	d.receive(t, d.text("o1", "me again"))
	d.receive(t, d.text("o2", "another"))
	list := ""
	for _, p := range must(d.Customer(ctx, &d.su, v.Customer.ID))(t).Past {
		list += fmt.Sprintf("%d %s by %d: %d from %d, %s; ", p.ID, p.State, p.Agent, p.Messages, p.First, p.Reason)
	}
	said := d.timeline(t, v.Customer.ID)
	equal(t, "past", list, fmt.Sprintf("2 waiting by 0: 1 from %d, ; 1 closed by %d: 2 from 1, sold; ", said[len(said)-1].ID, d.li.ID))
}

func first2[A, B any](a A, _ B, err error) (A, error) { return a, err }

func TestBlock(t *testing.T) {
	for _, c := range []struct {
		name  string
		begin func(*desk, *testing.T) Conversation
		by    func(*desk) *Agent
		code  string // refused
		ends  string // the conversation's state
		after time.Duration
		then  string // its state when the customer is taken off after this time
	}{
		{"waiting", func(d *desk, t *testing.T) Conversation { return d.receive(t, d.text("o", "buy!")) },
			func(d *desk) *Agent { return &d.su }, "", "closed", time.Minute, "waiting"},
		{"waiting, taken off late", func(d *desk, t *testing.T) Conversation { return d.receive(t, d.text("o", "buy!")) },
			func(d *desk) *Agent { return &d.su }, "", "closed", time.Hour, "closed"},
		{"served", func(d *desk, t *testing.T) Conversation { return d.open(t, "o", &d.li) },
			func(d *desk) *Agent { return &d.li }, "", "open", time.Minute, "open"},
		{"served by another", func(d *desk, t *testing.T) Conversation { return d.open(t, "o", &d.li) },
			func(d *desk) *Agent { return &d.su }, "not_yours", "open", time.Minute, "open"},
		{"served by another, by an admin", func(d *desk, t *testing.T) Conversation { return d.open(t, "o", &d.li) },
			func(d *desk) *Agent { return &d.admin }, "", "open", time.Minute, "open"},
		{"ended", func(d *desk, t *testing.T) Conversation {
			return must(d.End(ctx, &d.li, d.open(t, "o", &d.li).ID))(t)
		}, func(d *desk) *Agent { return &d.su }, "", "closed", time.Minute, "closed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := openDesk(t)
			v := c.begin(d, t)
			d.clock.advance(time.Second)
			v, err := d.Block(ctx, c.by(d), v.Customer.ID, true)
			if c.code != "" {
				refused(t, err, c.code)
				return
			}
			ok(t, err)
			equal(t, "state", v.State, c.ends)
			equal(t, "since", v.Customer.BlockedAt, d.now())
			equal(t, "errand", fmt.Sprint(must(d.Errands(ctx, 10))(t)[0].On), "true")
			unread := v.Unread
			v = d.receive(t, d.text("o", "more"))
			equal(t, "asks for nobody", fmt.Sprint(v.State, v.Unread == unread, len(d.timeline(t, v.Customer.ID)) > 2), c.ends+"true true")
			if c.ends == "open" {
				_, _, _, err := d.Reply(ctx, &d.li, v.ID, d.draft("no"))
				refused(t, err, "blocked")
			}
			d.clock.advance(c.after)
			v = must(d.Block(ctx, c.by(d), v.Customer.ID, false))(t)
			equal(t, "then", fmt.Sprint(v.State, " ", v.Customer.BlockedAt), c.then+" 0")
			if c.then == "waiting" {
				equal(t, "it waits as before", fmt.Sprint(v.WaitingSince, v.Unread, v.ClosedAt), fmt.Sprint(start, 1, 0))
			}
			equal(t, "told to WeChat", fmt.Sprint(must(d.Errands(ctx, 10))(t)[0].On), "false")
			newest := d.newest(t)
			must(d.Block(ctx, c.by(d), v.Customer.ID, false))(t)
			equal(t, "twice changes nothing", d.newest(t), newest)
		})
	}
}
