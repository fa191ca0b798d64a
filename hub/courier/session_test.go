package courier

import (
	"testing"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

const closePath = "/customservice/kfsession/close"

// An agent takes a customer back from WeChat's own tool, whoever holds them
// there by now, and also when nobody does any more.
func TestCloseSession(t *testing.T) {
	d := newDesk(t)
	defer d.run()()
	v := d.customer(0)
	openid, a := v.Customer.OpenID, d.account(0)
	door, shop := "door@"+a.WechatID, "shop@"+a.WechatID
	ok(t, d.sandbox.AddKF(a.AppID, door, "Door", "", nil))
	ok(t, d.sandbox.AddKF(a.AppID, shop, "Shop", "", nil))
	held := func(kf string) {
		t.Helper()
		d.sandbox.Advance(time.Second) // events tell no more of the time
		if !d.sandbox.SetSession(openid, kf) {
			t.Fatalf("no session of %s", kf)
		}
		d.until("the session of "+kf, func() bool {
			v = d.conversation(v)
			return kf == "" && v.Customer.Session == nil || v.Customer.Session != nil && v.Customer.Session.KFAccount == kf
		})
	}
	end := func(customer store.Customer) int {
		return wechat.Code(d.courier.CloseSession(ctx, v.Account, customer))
	}

	equal(t, "nobody", end(v.Customer), 0)
	equal(t, "calls", d.count(closePath), 0)
	held(door)
	if list := d.sandbox.Received(openid); len(list) > 0 {
		t.Errorf("the customer got %v", list)
	}
	equal(t, "closed", end(v.Customer), 0)
	equal(t, "known at once", d.conversation(v).Customer.Session, nil)
	d.settled(d.reply(v, "back"))

	held(door)
	old := v.Customer
	held(shop)
	equal(t, "of another", end(old), otherAgent)
	v = d.conversation(v)
	equal(t, "who", v.Customer.Session.KFAccount, shop)
	old = v.Customer
	held("")
	equal(t, "ended over there", end(old), 0)
	equal(t, "so it is known", d.conversation(v).Customer.Session, nil)
}
