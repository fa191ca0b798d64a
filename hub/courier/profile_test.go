package courier

import (
	"testing"
	"time"

	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

func (d *desk) strangers() int { return len(must(d.store.Strangers(ctx, 0, 1000))(d)) }

func TestProfiles(t *testing.T) {
	d := newDesk(t)
	u := must(d.sandbox.AddUser(sandbox.User{Following: true, Scene: "ADD_SCENE_QR_CODE", Remark: "Ms Wu"}))(t)
	v := d.say(u.OpenID)
	scenes := map[string]store.Conversation{}
	for _, scene := range []string{"98765", "poster"} {
		u := must(d.sandbox.AddUser(sandbox.User{Following: true, Scene: "ADD_SCENE_QR_CODE", QRScene: scene}))(t)
		scenes[scene] = d.say(u.OpenID)
	}
	for range 10 {
		d.stranger(0)
	}
	d.run()
	d.until("all profiles are there", func() bool { return d.strangers() == 0 })
	c := d.conversation(v).Customer
	equal(t, "remark", c.Remark, "Ms Wu")
	equal(t, "source", c.Source, "ADD_SCENE_QR_CODE")
	equal(t, "following", c.Following, true)
	equal(t, "language", c.Language, "zh_CN")
	for scene, v := range scenes {
		equal(t, "source", d.conversation(v).Customer.Source, scene)
	}
	equal(t, "since", c.SubscribedAt, u.SubscribedAt/1000*1000)
	equal(t, "calls", d.count(infoPath), 13)
}

func TestProfilesAreNotAskedForInVain(t *testing.T) {
	d := newDesk(t)
	for range 3 {
		d.stranger(0)
	}
	d.sandbox.AddFault(sandbox.Fault{On: infoPath, Kind: "errcode", Code: 48001})
	d.run()
	d.until("the first is refused", func() bool { return d.count(infoPath) == 1 })
	m := d.reply(d.customer(0), "one") // the courier goes round more than once meanwhile
	d.settled(m)
	d.settled(d.reply(d.customer(0), "two"))
	equal(t, "calls", d.count(infoPath), 1)
	d.sandbox.Advance(time.Hour)
	d.until("all profiles are there", func() bool { return d.strangers() == 0 })

	// A customer whom WeChat does not know is not asked for again.
	in := store.Incoming{Account: d.account(0).ID, OpenID: "oNobodyKnows", Dedupe: "x", Dir: "in", Type: "text",
		At: d.sandbox.Now().UnixMilli(), Grant: "message", Cause: "message"}
	must(d.store.Receive(ctx, in))(t)
	d.until("it is settled", func() bool { return d.strangers() == 0 })
}
