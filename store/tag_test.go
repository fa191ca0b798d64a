package store

import (
	"fmt"
	"strings"
	"testing"
)

// tags shows the tags of the desk's account.
func (d *desk) tags(t testing.TB) string {
	t.Helper()
	var list []string
	for _, g := range must(d.Tags(ctx, d.account))(t) {
		list = append(list, fmt.Sprintf("%d:%s/%d/%d/%d×%d", g.ID, g.Name, g.Colour, g.VIP, g.WechatID, g.Count))
	}
	return strings.Join(list, " ")
}

func TestTags(t *testing.T) {
	d := openDesk(t)
	other := d.addAccount(t, "wxfedcba0987654321")
	set := func(g Tag) error { return d.SetTag(ctx, Actor{}, g) }
	ok(t, set(Tag{Account: d.account, Name: " 售后 ", Colour: 3}))
	ok(t, set(Tag{Account: other, Name: "售后"}))
	for _, c := range []struct {
		tag  Tag
		code string
	}{
		{Tag{Account: d.account, Name: "售后"}, "tag_taken"},
		{Tag{Account: d.account, Name: " "}, "bad_tag"},
		{Tag{Account: d.account, Name: strings.Repeat("长", 31)}, "bad_tag"},
		{Tag{Account: d.account, Name: "a", Colour: 11}, "bad_tag"},
		{Tag{Account: d.account, Name: "a", VIP: 4}, "bad_level"},
		{Tag{ID: 1, Name: ""}, "bad_tag"},
	} {
		refused(t, set(c.tag), c.code)
	}
	equal(t, "nobody's tag", set(Tag{ID: 99, Name: "a"}), ErrNotFound)
	ok(t, set(Tag{ID: 1, Name: "换新", Colour: 1, VIP: 2}))
	equal(t, "tags", d.tags(t), "1:换新/1/2/0×0")

	v := d.open(t, "o1", &d.li)
	v = must(d.TagCustomer(ctx, &d.su, v.Customer.ID, []int64{1, 1}, nil))(t)
	equal(t, "on the customer", fmt.Sprint(v.Customer.Tags, v.Customer.VIP, v.Customer.Event == v.Event), "[1] 2 true")
	must(d.SetVIP(ctx, &d.li, v.Customer.ID, 3))(t)
	v = must(d.TagCustomer(ctx, &d.su, v.Customer.ID, nil, []int64{1}))(t)
	v = must(d.TagCustomer(ctx, &d.su, v.Customer.ID, []int64{1}, nil))(t)
	equal(t, "a higher level stays", v.Customer.VIP, 3)
	equal(t, "tags", d.tags(t), "1:换新/1/2/0×1")
	_, err := d.TagCustomer(ctx, &d.su, v.Customer.ID, []int64{2}, nil)
	refused(t, err, "no_tag")
	equal(t, "errands for a tag that is ours alone", len(must(d.Errands(ctx, 10))(t)), 0)

	ok(t, d.DeleteTag(ctx, Actor{}, 1))
	equal(t, "tags", d.tags(t), "")
	equal(t, "on the customer", len(d.of(t, "o1").Customer.Tags), 0)
	for range TagsMost {
		d.pushes++
		ok(t, set(Tag{Account: d.account, Name: fmt.Sprint(d.pushes)}))
	}
	refused(t, set(Tag{Account: d.account, Name: "too many"}), "tags_full")
}

// Tags of WeChat's: their names are WeChat's, who has one is told both ways, and
// what WeChat does not know yet is not undone by what it says.
func TestWechatTags(t *testing.T) {
	d := openDesk(t)
	sync := func(list ...Tag) string {
		ok(t, d.SetWechatTags(ctx, Actor{}, d.account, list))
		return d.tags(t)
	}
	ok(t, d.SetTag(ctx, Actor{}, Tag{Account: d.account, Name: "售后", Colour: 2}))
	equal(t, "theirs join ours", sync(Tag{Name: "售后", WechatID: 100}, Tag{Name: "批发", WechatID: 101}), "1:售后/2/0/100×0 2:批发/0/0/101×0")
	equal(t, "names change", sync(Tag{Name: "售后服务", WechatID: 100}, Tag{Name: "批发", WechatID: 101}), "1:售后服务/2/0/100×0 2:批发/0/0/101×0")
	equal(t, "and are swapped", sync(Tag{Name: "批发", WechatID: 100}, Tag{Name: "售后服务", WechatID: 101}), "1:批发/2/0/100×0 2:售后服务/0/0/101×0")
	equal(t, "one is gone there", sync(Tag{Name: "批发", WechatID: 100}), "1:批发/2/0/100×0 2:售后服务/0/0/0×0")
	ok(t, d.SetTag(ctx, Actor{}, Tag{ID: 1, Name: "ours", Colour: 5, VIP: 1}))
	equal(t, "its name stays", d.tags(t), "1:批发/5/1/100×0 2:售后服务/0/0/0×0")
	refused(t, d.DeleteTag(ctx, Actor{}, 1), "tag_of_wechat")

	v := d.open(t, "o1", &d.li)
	told := func(p Profile) string {
		p.Following = true
		ok(t, d.SetProfile(ctx, v.Customer.ID, &p))
		c := d.of(t, "o1").Customer
		return fmt.Sprint(c.Tags, c.VIP)
	}
	must(d.TagCustomer(ctx, &d.li, v.Customer.ID, []int64{2}, nil))(t)
	equal(t, "WeChat's, beside ours", told(Profile{Tags: []int64{100, 7}}), "[1 2] 1")
	equal(t, "taken off there", told(Profile{}), "[2] 1")
	must(d.TagCustomer(ctx, &d.li, v.Customer.ID, []int64{1}, nil))(t)
	equal(t, "on here, not told yet", told(Profile{}), "[1 2] 1")
	e := must(d.Errands(ctx, 10))(t)
	equal(t, "errands", len(e), 1)
	equal(t, "what is told", fmt.Sprint(e[0].What, e[0].WechatTag, e[0].On, e[0].OpenID), "tag100 trueo1")
	ok(t, d.ErrandDone(ctx, e[0], ErrandResult{Done: true}))
	equal(t, "told, and taken off there", told(Profile{}), "[2] 1")
}
