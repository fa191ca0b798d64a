package courier

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

const (
	remarkPath = "/cgi-bin/user/info/updateremark"
	blockPath  = "/cgi-bin/tags/members/batchblacklist"
)

// user is a customer as the platform knows them.
func (d *desk) user(v store.Conversation) sandbox.User {
	u, _ := d.sandbox.User(v.Customer.OpenID)
	return u
}

// untold is what WeChat has refused to know of a customer.
func (d *desk) untold(v store.Conversation) string {
	return fmt.Sprint(must(d.store.Customer(ctx, &d.agent, v.Customer.ID))(d).Untold)
}

// What agents change of a customer reaches WeChat, and what is on WeChat's list
// reaches us.
func TestErrands(t *testing.T) {
	d := newDesk(t)
	token := must(d.courier.Token(ctx, d.account(0).ID))(t)
	g := must(d.courier.o.API(d.account(0)).CreateTag(ctx, token, "售后"))(t)
	ok(t, d.courier.SyncTags(ctx, store.Actor{}, d.account(0).ID))
	tags := must(d.store.Tags(ctx, d.account(0).ID))(t)
	equal(t, "tags", fmt.Sprint(len(tags), tags[0].Name, tags[0].WechatID), fmt.Sprint(1, "售后", g.ID))

	v := d.customer(0)
	d.run()
	must(d.store.SetRemark(ctx, &d.agent, v.Customer.ID, "Ms Wu"))(t)
	d.until("the remark is there", func() bool { return d.user(v).Remark == "Ms Wu" })
	must(d.store.TagCustomer(ctx, &d.agent, v.Customer.ID, []int64{tags[0].ID}, nil))(t)
	d.until("the tag is there", func() bool { return slices.Equal(d.user(v).Tags, []int64{int64(g.ID)}) })
	must(d.store.TagCustomer(ctx, &d.agent, v.Customer.ID, nil, []int64{tags[0].ID}))(t)
	d.until("and gone", func() bool { return len(d.user(v).Tags) == 0 })
	must(d.store.Block(ctx, &d.agent, v.Customer.ID, true))(t)
	d.until("they are blocked", func() bool { return d.user(v).Blocked })
	must(d.store.Block(ctx, &d.agent, v.Customer.ID, false))(t)
	d.until("and not any more", func() bool { return !d.user(v).Blocked })
	equal(t, "untold", d.untold(v), "[]")

	u := must(d.sandbox.AddUser(sandbox.User{Following: true, Tags: []int64{int64(g.ID)}}))(t)
	tagged := d.say(u.OpenID)
	d.until("WeChat's tag is here", func() bool { return slices.Equal(d.conversation(tagged).Customer.Tags, store.IDs{tags[0].ID}) })
}

func TestErrandsThatFail(t *testing.T) {
	d := newDesk(t)
	v := d.customer(0)
	due := func() int { return len(must(d.store.Errands(ctx, 10))(t)) }
	// Refused for good: told to the agent, and not asked again.
	d.sandbox.AddFault(sandbox.Fault{On: blockPath, Kind: "errcode", Code: 48001})
	must(d.store.Block(ctx, &d.agent, v.Customer.ID, true))(t)
	d.run()
	d.until("it is refused", func() bool { return d.untold(v) != "[]" })
	equal(t, "due", due(), 0)
	equal(t, "blocked here", d.conversation(v).Customer.BlockedAt > 0, true)

	// What passes is tried again at its time.
	for n, f := range []sandbox.Fault{{Kind: "errcode", Code: -1}, {Kind: "errcode", Code: 45009}, {Kind: "bad_gateway"}} {
		f.On = remarkPath
		d.sandbox.AddFault(f)
		before := d.count(remarkPath)
		must(d.store.SetRemark(ctx, &d.agent, v.Customer.ID, fmt.Sprint("name ", n)))(t)
		d.until("it was tried and stored", func() bool { return d.count(remarkPath) == before+1 && due() == 0 })
		d.sandbox.Advance(time.Minute)
		d.until("it is told", func() bool { return d.user(v).Remark == fmt.Sprint("name ", n) })
	}
	d.until("all is told", func() bool { return due() == 0 })
}
