package store

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// indexed waits until the index is where the store is.
func (d *desk) indexed(t testing.TB) {
	t.Helper()
	ok(t, d.index.follow(ctx))
}

// texts are what a search finds: the hits' texts with marks in brackets.
func (d *desk) texts(t testing.TB, a *Agent, q Query) (list []string) {
	t.Helper()
	for _, h := range must(d.Search(ctx, a, q))(t).Hits {
		list = append(list, marked(h.Message.Text, h.Marks))
	}
	return list
}

func marked(text string, marks [][2]int) string {
	r := []rune(text)
	for _, m := range slices.Backward(marks) {
		r = slices.Concat(r[:m[0]], []rune("["), r[m[0]:m[1]], []rune("]"), r[m[1]:])
	}
	return string(r)
}

func (d *desk) body(openid, typ string, b body) Incoming {
	in := d.push(openid, "in", typ)
	in.Body = json.RawMessage(b.json())
	return in
}

func TestSearchFinds(t *testing.T) {
	d := openDesk(t)
	for _, in := range []Incoming{
		d.text("o1", "这个灯罩能换吗"),
		d.text("o1", "灯，罩"),
		d.text("o1", "iPhone15手机壳 38cm，订单号 SF-2026-0099"),
		d.text("o1", `He said "hello", WORLD (Café)`),
		d.text("o1", "ＡＢＣ全角１２３👍🏽好"),
		d.body("o1", "voice", body{"format": "amr", "recognition": "卡扣往哪边拧"}),
		d.body("o1", "location", body{"lat": 1, "lng": 2, "label": "湖滨银泰"}),
		d.body("o1", "link", body{"title": "清洁说明", "description": "怎么洗麻布", "url": "https://example.com/secret"}),
		d.body("o1", "file", body{"title": "合同终稿.pdf"}),
		d.body("o1", "sticker", body{"content": "不支持的消息类型"}),
	} {
		d.receive(t, in)
	}
	v := must(d.Claim(ctx, &d.li, d.of(t, "o1").ID))(t)
	d.say(t, &d.li, v.ID, `看<a href="https://example.com/hidden">这里的说明书</a>`)
	d.indexed(t)
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"灯罩", []string{"这个[灯罩]能换吗"}},
		{"灯", []string{"[灯]，罩", "这个[灯]罩能换吗"}},
		{"罩", []string{"灯，[罩]", "这个灯[罩]能换吗"}},
		{"灯，罩", []string{"[灯，罩]"}},
		{"能换 灯罩", []string{"这个[灯罩][能换]吗"}},
		{"灯罩 麻布", nil},
		{"罩灯", nil},
		{"iphone", []string{"[iPhone]15手机壳 38cm，订单号 SF-2026-0099"}},
		{"IPHONE15手机", []string{"[iPhone15手机]壳 38cm，订单号 SF-2026-0099"}},
		{"15手", nil}, // not the beginning of a word
		{"壳38", []string{"iPhone15手机[壳 38]cm，订单号 SF-2026-0099"}},
		{"sf-2026-00", []string{"iPhone15手机壳 38cm，订单号 [SF-2026-00]99"}},
		{"hel wor", []string{`He said "[hel]lo", [WOR]LD (Café)`}},
		{"café", []string{`He said "hello", WORLD ([Café])`}},
		{"abc全角123", []string{"[ＡＢＣ全角１２３]👍🏽好"}},
		{"👍", []string{"ＡＢＣ全角１２３[👍]🏽好"}},
		{"卡扣", []string{"[卡扣]往哪边拧"}},
		{"银泰", []string{"湖滨[银泰]"}},
		{"麻布", []string{"清洁说明 怎么洗[麻布]"}},
		{"secret", nil},
		{"hidden", nil},
		{"说明书", []string{"看这里的[说明书]"}},
		{"合同 pdf", []string{"[合同]终稿.[pdf]"}},
		{"不支持", nil},
		{"", nil}, {" \t", nil}, {`"`, nil}, {"*", nil}, {"()", nil}, {"!?。", nil}, {"\x00", nil}, {"\xff\xfe", nil},
		{`hello" OR words : "灯罩`, nil}, {"NEAR(hello world)", nil}, {"NOT hello", nil}, {"hello AND", nil}, {"words:hello", nil},
		{`"hello"`, []string{`He said "[hello]", WORLD (Café)`}}, {"hel*", []string{`He said "[hel]lo", WORLD (Café)`}},
		{"^hello -world", []string{`He said "[hello]", [WORLD] (Café)`}},
		{strings.Repeat("灯罩", 5000), nil}, {strings.Repeat("a b ", 5000), nil}, {"😶‍🌫️", nil},
	} {
		if got := d.texts(t, &d.li, Query{Text: c.query}); !slices.Equal(got, c.want) {
			t.Errorf("%.40q: got %q, want %q", c.query, got, c.want)
		}
	}
}

func TestSearchCutsLongTexts(t *testing.T) {
	d := openDesk(t)
	d.receive(t, d.text("o1", strings.Repeat("前", 300)+"灯罩"+strings.Repeat("后", 300)))
	d.indexed(t)
	got := d.texts(t, &d.li, Query{Text: "灯罩"})
	want := "…" + strings.Repeat("前", aroundBefore) + "[灯罩]" + strings.Repeat("后", aroundMost-aroundBefore-2) + "…"
	if len(got) != 1 || got[0] != want {
		t.Errorf("got %q", got)
	}
}

func TestSearchShowsLinesAround(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li) // hello, and the line of the claim
	d.receive(t, d.text("other", "nothing to do with it"))
	d.say(t, &d.li, v.ID, "the lamp shade")
	failed := d.say(t, &d.li, v.ID, "taken back")
	d.send(t, Result{State: "sent"})
	d.send(t, Result{State: "failed"})
	must3(d.Discard(ctx, &d.li, failed.ID))(t)
	d.receive(t, d.body("o1", "image", body{}))
	d.indexed(t)
	h := must(d.Search(ctx, &d.li, Query{Text: "lamp"}))(t).Hits
	equal(t, "hits", len(h), 1)
	equal(t, "before", h[0].Before.Text, "hello")
	equal(t, "after", h[0].After.Type, "image")
	equal(t, "agent", h[0].Message.Agent, d.li.ID)
	equal(t, "conversation", h[0].Conversation.ID, v.ID)
	equal(t, "customer", h[0].Conversation.Customer.OpenID, "o1")
	equal(t, "what was taken back", len(d.texts(t, &d.li, Query{Text: "taken"})), 0)
}

// must3 is must for two values that are not looked at.
func must3[A, B any](_ A, _ B, err error) func(testing.TB) {
	return func(t testing.TB) { t.Helper(); ok(t, err) }
}

func TestSearchFilters(t *testing.T) {
	d := openDesk(t)
	other := d.addAccount(t, "wxfedcba0987654321")
	wang := d.addAgent(t, "wang", "agent", "")
	ok(t, d.Bind(ctx, Actor{}, wang.ID, other, ""))
	wang = d.agent(t, wang.ID)
	v := d.open(t, "o1", &d.li)
	d.receive(t, d.text("o1", "shade one"))
	d.clock.advance(72 * time.Hour)
	d.receive(t, d.text("o1", "shade two"))
	middle := d.now()
	d.receive(t, d.body("o1", "voice", body{"recognition": "shade three"}))
	d.clock.advance(72 * time.Hour)
	d.receive(t, d.text("o1", "shade four"))
	d.say(t, &d.li, v.ID, "shade five")
	in := d.text("o2", "shade six")
	in.Account = other
	_, err := d.Receive(ctx, in)
	ok(t, err)
	ok(t, d.SetTag(ctx, Actor{}, Tag{Account: other, Name: "regular"}))
	tag := must(d.Tags(ctx, other))(t)[0].ID
	ok(t, d.write(ctx, func(t *tx) error {
		return t.exec("insert into customer_tag (customer_id, tag_id) select id, $1 from customer where openid = 'o2'", tag)
	}))
	d.indexed(t)
	for _, c := range []struct {
		name string
		who  *Agent
		q    Query
		want string
	}{
		{"of li's account only", &d.li, Query{}, "five four three two one"},
		{"of wang's account only", &wang, Query{}, "six"},
		{"all", &d.admin, Query{}, "six five four three two one"},
		{"nobody's", &Agent{ID: 99}, Query{}, ""},
		{"an account", &d.admin, Query{Account: other}, "six"},
		{"an account that is not theirs", &d.li, Query{Account: other}, ""},
		{"an account that is not", &d.admin, Query{Account: 99}, ""},
		{"an agent", &d.li, Query{Agent: d.li.ID}, "five"},
		{"another agent", &d.li, Query{Agent: d.su.ID}, ""},
		{"a type", &d.li, Query{Type: "voice"}, "three"},
		{"a direction", &d.li, Query{Dir: "out"}, "five"},
		{"from", &d.li, Query{From: middle}, "five four three two"},
		{"to", &d.li, Query{To: middle}, "one"},
		{"from and to", &d.li, Query{From: middle, To: middle + 1}, "three two"},
		{"types in and voice", &d.li, Query{Dir: "out", Type: "voice"}, ""},
		{"a tag", &d.admin, Query{Tag: tag}, "six"},
		{"a tag that nobody has", &d.admin, Query{Tag: 99}, ""},
		{"what is no type", &d.li, Query{Type: `x" OR "`}, ""},
	} {
		c.q.Text = "shade"
		var got []string
		for _, h := range must(d.Search(ctx, c.who, c.q))(t).Hits {
			got = append(got, strings.TrimPrefix(h.Message.Text, "shade "))
		}
		equal(t, c.name, strings.Join(got, " "), c.want)
	}
	ok(t, d.Unbind(ctx, Actor{}, wang.ID, other))
	wang = d.agent(t, wang.ID)
	equal(t, "after the right was taken", len(d.texts(t, &wang, Query{Text: "shade"})), 0)
}

func TestSearchPages(t *testing.T) {
	d := openDesk(t)
	const n = 2*hitsPage + 5
	for i := range n {
		d.receive(t, d.text(fmt.Sprint("o", i%7), fmt.Sprint("shade ", i)))
	}
	d.indexed(t)
	q, seen := Query{Text: "shade"}, 0
	for page := range 3 {
		f := must(d.Search(ctx, &d.li, q))(t)
		equal(t, "more", f.More, page < 2)
		for _, h := range f.Hits {
			seen++
			equal(t, "hit", h.Message.Text, fmt.Sprint("shade ", n-seen))
			q.Before = h.Message.ID
		}
	}
	equal(t, "hits", seen, n)
}

func TestSearchFindsCustomers(t *testing.T) {
	d := openDesk(t)
	names := make([]string, namesMost)
	for i := range names {
		names[i] = fmt.Sprintf("Name%d", i)
	}
	const openid = "oAb_cD-9xQe"
	v := d.receive(t, d.text(openid, "hello"))
	d.receive(t, d.text("oAnother-0000", "hello"))
	d.indexed(t)
	names[NameNumber(openid)] = "松果"
	find := func(query string) string {
		t.Helper()
		var got []string
		for _, h := range must(d.Search(ctx, &d.li, Query{Text: query, Names: names}))(t).Customers {
			got = append(got, h.Conversation.Customer.OpenID+" "+marked(h.Conversation.Customer.Remark, h.Marks))
		}
		return strings.Join(got, ", ")
	}
	for _, query := range []string{"9xqe", "9xQ", "松", "松果", "松果 9xQe", openid, "oab_cd"} {
		equal(t, query, find(query), openid+" ")
	}
	for _, query := range []string{"果", "xQe", "松果 0000", "", "石榴"} {
		equal(t, query, find(query), "")
	}
	ok(t, d.SetProfile(ctx, v.Customer.ID, &Profile{Following: true, Remark: "王女士（落地灯）"}))
	d.indexed(t)
	equal(t, "the remark", find("落地"), openid+" 王女士（[落地]灯）")
	ok(t, d.SetProfile(ctx, v.Customer.ID, &Profile{Following: true, Remark: "杜先生"}))
	d.indexed(t)
	equal(t, "the old remark", find("落地"), "")
	equal(t, "the new remark", find("先生"), openid+" 杜[先生]")
	stranger := Agent{ID: 99}
	equal(t, "to nobody", len(must(d.Search(ctx, &stranger, Query{Text: "先生"}))(t).Customers), 0)
	equal(t, "beside a filter", len(must(d.Search(ctx, &d.li, Query{Text: "先生", Type: "text"}))(t).Customers), 0)
}

// A search finds what a reader of all texts finds, for any stretch of a text
// that begins where a word does.
func TestSearchEqualsReadingAll(t *testing.T) {
	d := openDesk(t)
	r := rand.New(rand.NewPCG(1, 3))
	letters := [][]rune{[]rune("灯罩换新麻"), []rune("abA1é"), []rune(" ，.-"), []rune("👍のแ")}
	text := func() string {
		var b strings.Builder
		for b.Len() < 4+r.IntN(40) {
			kind := letters[min(r.IntN(6), 3)]
			for range 1 + r.IntN(3) {
				b.WriteRune(kind[r.IntN(len(kind))])
			}
		}
		return b.String()
	}
	all, at := map[int64]string{}, []int64{}
	for i := range 200 {
		text := text()
		id := d.receive(t, d.text(fmt.Sprint("o", i%5), text)).Last.ID
		all[id], at = text, append(at, id)
	}
	d.indexed(t)
	for range 200 {
		whole := []rune(all[at[r.IntN(len(at))]])
		from := r.IntN(len(whole))
		query := string(whole[from:min(len(whole), from+1+r.IntN(6))])
		var want, got []int64
		for _, id := range slices.Backward(at) {
			if contains(all[id], query) {
				want = append(want, id)
			}
		}
		for q, more := (Query{Text: query}), true; more; {
			f := must(d.Search(ctx, &d.admin, q))(t)
			for _, h := range f.Hits {
				got, q.Before = append(got, h.Message.ID), h.Message.ID
				if len(h.Marks) == 0 {
					t.Errorf("%q in %q has no mark", query, h.Message.Text)
				}
			}
			more = f.More
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: found %v, want %v", query, got, want)
		}
	}
}

// contains tells whether a reader finds all parts of a query in a text: what is
// between words and scripts does not count, but is somewhere.
func contains(text, query string) bool {
	flat := func(s string) string {
		var b strings.Builder
		last := ' '
		for _, c := range strings.ToLower(s) {
			kind := '|'
			switch {
			case strings.ContainsRune("灯罩换新麻👍のแ", c):
				kind = 'd'
			case strings.ContainsRune("ab1é", c):
				kind = 'w'
			}
			if kind != last && kind != '|' {
				b.WriteRune('|')
			}
			if last = kind; kind != '|' {
				b.WriteRune(c)
			}
		}
		return b.String()
	}
	found := false
	for _, part := range strings.Fields(query) {
		part = flat(part)
		if part == "" {
			continue
		}
		if first := []rune(part)[1]; !strings.ContainsRune("ab1é", first) {
			part = part[1:]
		}
		if !strings.Contains(flat(text), part) {
			return false
		}
		found = true
	}
	return found
}

// Of many hits few may be of customers with a tag: how many are looked at for a
// page is bounded, and the next one goes on where it ended.
func TestSearchForATag(t *testing.T) {
	d := openDesk(t)
	d.index.most = 300
	ok(t, d.SetTag(ctx, Actor{}, Tag{Account: d.account, Name: "regular"}))
	ok(t, d.SetTag(ctx, Actor{}, Tag{Account: d.account, Name: "nobody's"}))
	v := d.receive(t, d.text("o1", "shade 0"))
	must(d.TagCustomer(ctx, &d.li, v.Customer.ID, []int64{1}, nil))(t)
	d.receive(t, d.text("o1", "shade 1"))
	for range 500 {
		d.receive(t, d.text("o2", "shade"))
	}
	d.receive(t, d.text("o1", "shade 2"))
	d.indexed(t)
	page := func(tag, before int64) (Found, string) {
		f := must(d.Search(ctx, &d.li, Query{Text: "shade", Tag: tag, Before: before}))(t)
		said := ""
		for _, h := range f.Hits {
			said += h.Message.Text + ", "
		}
		return f, fmt.Sprint(said, f.More)
	}
	first, got := page(1, 0)
	equal(t, "the first page", got, "shade 2, true")
	_, got = page(1, first.Next)
	equal(t, "the second page", got, "shade 1, shade 0, false")
	_, got = page(2, 0)
	equal(t, "a tag that nobody has", got, "false")
	_, got = page(0, first.Next)
	equal(t, "without a tag a page is full", strings.Count(got, "shade"), hitsPage)
}
