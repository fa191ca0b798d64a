package courier

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"kfdesk/hub/wechat"
	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

const blockListPath = "/cgi-bin/tags/members/getblacklist"

// setBlocked puts a customer on the block list in WeChat's own page, or takes
// them off it.
func (d *desk) setBlocked(v store.Conversation, on bool) {
	d.Helper()
	u := d.user(v)
	u.Blocked = on
	ok(d, d.sandbox.SetUser(u))
}

func (d *desk) isBlocked(v store.Conversation) bool {
	return d.conversation(v).Customer.BlockedAt > 0
}

// What is blocked in WeChat's own page is blocked here, from the start on and
// again and again; a list of several pages is read to its end.
func TestBlockListIsRead(t *testing.T) {
	d := newDesk(t, "wx1234567890abcdef", "wxfedcba0987654321")
	d.lists(d.courier, 0)
	first := d.customer(0)
	for range 1000 {
		must(d.sandbox.AddUser(sandbox.User{AppID: d.account(0).AppID, Following: true, Blocked: true}))(t)
	}
	last, other := d.customer(0), d.customer(1)
	for _, v := range []store.Conversation{first, last, other} {
		d.setBlocked(v, true)
	}
	d.run()
	d.until("all are blocked here", func() bool { return d.isBlocked(first) && d.isBlocked(last) && d.isBlocked(other) })
	equal(t, "calls", d.count(blockListPath), 3+2) // what follows the last one is an empty page
	equal(t, "told to WeChat", d.count(blockPath), 0)
	d.setBlocked(last, false)
	d.sandbox.Advance(blockedAgain)
	d.until("taken off", func() bool { return !d.isBlocked(last) })
	equal(t, "the other", d.isBlocked(first), true)
}

// What is done here while the list is on its way is told to WeChat after it, and
// is not undone by it.
func TestBlockListMeetsOurOwn(t *testing.T) {
	d := newDesk(t)
	d.lists(d.courier, 0)
	on, off := d.customer(0), d.customer(0)
	d.setBlocked(off, true)
	h := d.hold(blockListPath, "")
	d.run()
	d.meet(h)
	must(d.store.Block(ctx, &d.agent, on.Customer.ID, true))(t)
	equal(t, "told meanwhile", d.count(blockPath), 0)
	close(h.release)
	d.until("both are as they should be", func() bool { return d.user(on).Blocked && d.isBlocked(on) && d.isBlocked(off) })
	d.sandbox.Advance(blockedAgain)
	d.until("read again", func() bool { return d.count(blockListPath) == 4 })
	equal(t, "both stay", d.isBlocked(on) && d.isBlocked(off), true)
}

// A list that cannot be read, or not to its end, changes nothing. One that the
// account may not have is asked for seldom.
func TestBlockListFails(t *testing.T) {
	d := newDesk(t)
	d.lists(d.courier, 0)
	v := d.customer(0)
	d.setBlocked(v, true)
	d.run()
	d.until("blocked", func() bool { return d.isBlocked(v) })
	d.setBlocked(v, false)
	for _, f := range []sandbox.Fault{{Kind: "bad_gateway"}, {Kind: "errcode", Code: -1}, {Kind: "errcode", Code: 48001}} {
		f.On = blockListPath
		d.sandbox.AddFault(f)
		before := d.count(blockListPath)
		d.sandbox.Advance(blockedAgain)
		d.until("asked", func() bool { return d.count(blockListPath) == before+1 && d.courier.errands.free() == 1 })
		equal(t, "still blocked", d.isBlocked(v), true)
	}
	before := d.count(blockListPath)
	d.sandbox.Advance(blockedAgain)
	must(d.store.SetRemark(ctx, &d.agent, v.Customer.ID, "Wu"))(t)
	d.until("something else is told", func() bool { return d.user(v).Remark == "Wu" })
	equal(t, "not asked", d.count(blockListPath), before)
	d.sandbox.Advance(profileHold)
	d.until("taken off", func() bool { return !d.isBlocked(v) })
}

// Half a list must not let anybody in, and one without end ends.
func TestHalfABlockList(t *testing.T) {
	for name, answers := range map[string][]string{
		"nothing of some": {`{"total":2,"count":0,"next_openid":""}`},
		"one of two":      {`{"total":2,"count":1,"data":{"openid":["oA"]},"next_openid":"oA"}`, `{"total":2,"count":0,"next_openid":""}`},
		"the same again": {`{"total":9,"count":1,"data":{"openid":["oA"]},"next_openid":"oA"}`,
			`{"total":9,"count":1,"data":{"openid":["oA"]},"next_openid":"oA"}`},
	} {
		t.Run(name, func(t *testing.T) {
			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				io.WriteString(w, answers[0])
				answers = answers[1:]
			}))
			defer web.Close()
			if list, err := blockedOf(ctx, &wechat.Client{Base: web.URL}, "token"); err == nil {
				t.Errorf("it is taken for the whole list: %q", list)
			}
			equal(t, "answers left", len(answers), 0)
		})
	}
}
