package store

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// forward is a desk where somebody is on duty and the word for a person moves
// forward; another keyword would answer.
func forward(t *testing.T) *desk {
	d := automated(t, func(r *Rules) {
		r.Autos.Keywords = []Keyword{{On: true, Words: []string{"发票"}, Text: "by mail"},
			{On: true, Words: []string{"人工", "Human"}, Raise: true, Text: "not said"}}
	})
	d.present(t, &d.li, "online")
	return d
}

// lines counts the lines of a customer's thread that say they were moved forward.
func (d *desk) lines(t testing.TB, openid string) (said []string) {
	t.Helper()
	for _, m := range d.timeline(t, d.of(t, openid).Customer.ID) {
		if m.Type == "raised" {
			said = append(said, string(m.Body))
		}
	}
	return said
}

// Who asks for a person is taken before who waits longer, without a word of ours,
// until somebody has claimed.
func TestKeywordMovesForward(t *testing.T) {
	d := forward(t)
	d.receive(t, d.text("o1", "hello"))
	d.clock.advance(time.Minute)
	d.receive(t, d.text("o2", "发票，转 human"))
	v := d.receive(t, d.text("o2", "人工"))
	equal(t, "once a wait", fmt.Sprint(d.lines(t, "o2")), `[{"word":"Human"}]`)
	equal(t, "nothing is sent", d.autos(t, "o2"), "")
	equal(t, "the preview", v.Last.Text, "人工")
	got := must(d.ClaimNext(ctx, &d.li))(t)
	equal(t, "first", got.Customer.OpenID, "o2")
	equal(t, "it ends with the wait", got.RaisedAt, int64(0))
	d.receive(t, d.text("o2", "人工"))
	equal(t, "who is served does not wait", d.of(t, "o2").RaisedAt, int64(0))

	d.receive(t, d.text("o1", "人工"))
	equal(t, "raised", d.of(t, "o1").RaisedAt, d.now())
	d.su.Role = "supervisor"
	must(d.End(ctx, &d.su, d.of(t, "o1").ID))(t)
	equal(t, "after the end", d.of(t, "o1").RaisedAt, int64(0))
}

// A keyword that raises works at night as well, and the words for then are said.
func TestForwardAtNight(t *testing.T) {
	d := forward(t)
	r := must(d.Account(ctx, d.account))(t).Rules
	r.Hours.On, r.Autos.Away = true, AutoText{true, "closed"}
	ok(t, d.SetRules(ctx, Actor{}, d.account, r))
	equal(t, "a keyword that raises says nothing", must(d.Account(ctx, d.account))(t).Rules.Autos.Keywords[1].Text, "")
	d.at(23)
	d.receive(t, d.text("o1", "人工"))
	equal(t, "autos", d.autos(t, "o1"), `away {"content":"closed"} 1/5`)
	equal(t, "lines", len(d.lines(t, "o1")), 1)
	d.receive(t, d.text("o2", "发票 人工"))
	equal(t, "the first that is meant", d.autos(t, "o2"), `keyword {"content":"by mail"} 1/5`)
	equal(t, "lines of the second", len(d.lines(t, "o2")), 0)
}

// Uses are counted for seven days, by word; what was silent was not used.
func TestKeywordHits(t *testing.T) {
	d := forward(t)
	d.at(12)
	used := func() string {
		t.Helper()
		hits := must(d.KeywordHits(ctx, d.account))(t)
		var list []string
		for _, k := range must(d.Account(ctx, d.account))(t).Rules.Autos.Keywords {
			list = append(list, fmt.Sprint(k.Hits(hits)))
		}
		return strings.Join(list, " ")
	}
	for i, said := range []string{"人工", "HUMAN please", "发票", "hello"} {
		d.receive(t, d.text(fmt.Sprint("o", i), said))
	}
	equal(t, "today", used(), "0 2")
	d.present(t, &d.li, "away")
	d.clock.advance(6 * 24 * time.Hour)
	d.receive(t, d.text("o9", "发票"))
	equal(t, "six days later", used(), "1 2")
	d.clock.advance(24 * time.Hour)
	equal(t, "a week later", used(), "1 0")
	d.receive(t, d.text("o9", "发票"))
	equal(t, "rows that are kept", must(row(ctx, d, one[int], "select count(*) from keyword_hit"))(t), 2)
}
