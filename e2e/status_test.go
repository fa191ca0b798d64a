package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

// The page of the status counts what went out and what went wrong, says it in words,
// and keeps itself up to date. Pictures of it in all looks are in out/shots.
func TestStatus(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann, ben := d.customer("安"), d.customer("本")
	d.says(ann, "你好")
	d.says(ben, "在吗")
	p.claim(d.conversation(ann).ID)
	p.reply("好的")
	d.received(ann, 1)
	d.refuse(-1, 1)
	p.reply("马上")
	d.received(ann, 2)
	d.refuse(45002, 1)
	p.reply("太长的")
	p.see("#stream .is-failed")
	p.claim(d.conversation(ben).ID)
	d.box.AddFault(sandbox.Fault{On: sendPath, Kind: "reset"})
	p.reply("到了吗")
	p.see("#stream .is-unsure")

	admin := d.agent("admin")
	admin.open("/settings/status")
	admin.see(".setnav a[aria-current] >> " + admin.word("status.title"))
	admin.see(".checkrow-ok:first-child >> " + admin.word("status.courier.ok"))
	admin.see(".facts >> " + admin.word("status.unknown.look"))
	for _, row := range []string{"45002", "-1", admin.word("status.no_code")} {
		admin.see(".status-errors td:first-child >> " + row)
	}
	admin.see(".facts >> / 500,000") // asked at the start
	admin.until("what the data takes up, by itself", fmt.Sprintf("document.querySelector('.facts-line').innerText.includes(%s)", quote(admin.word("status.grows.later"))))
	d.grew(300_000_000)
	admin.until("how it grows", fmt.Sprintf("document.querySelector('.facts-line').innerText.includes(%s)", quote(admin.word("status.grows.day", "size", "30.0 MB"))))
	before := admin.texts("main tbody .r")[0]
	d.says(ann, "还在吗")
	admin.until("another push, by itself", fmt.Sprintf("document.querySelector('main tbody .r').innerText !== %s", quote(before)))

	for _, l := range looks {
		p := login(t, d.URL, "admin", password, l)
		p.open("/settings/status")
		p.see(".checks")
		p.seen("status")
		eval[bool](p, "(document.querySelector('.status-errors').scrollIntoView(), true)")
		p.seen("status-errors")
	}
}

// grew says of the data that it has grown by so many bytes within ten days.
func (d *desk) grew(bytes int64) {
	d.t.Helper()
	s, err := store.Open(context.Background(), d.data, store.Options{Shared: true})
	must(d.t, err)
	defer s.Close()
	list, err := s.Sizes(context.Background())
	must(d.t, err)
	last := list[len(list)-1]
	text, err := json.Marshal([]store.Size{{At: last.At - 10*24*3600_000, All: last.All - bytes}, last})
	must(d.t, err)
	must(d.t, s.SetSetting(context.Background(), "sizes", string(text)))
}
