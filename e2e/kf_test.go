package e2e

import (
	"fmt"
	"image"
	_ "image/jpeg"
	"os"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"kfdesk/hub/wechat/sandbox"
)

const aPhoto = "../hub/wechat/sandbox/demo/photo-lampshade.jpg"

// A kf account's whole life: added with a picture, an invitation and an agent,
// accepted on the phone, renamed, and deleted while its agent serves customers,
// who are in the queue then.
func TestKFAccountLives(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("admin")
	p.watch.expect("answer 422")
	p.open("/kf-accounts")
	p.click(".page-acts .btn-primary")
	p.fill("#nickname", "小秋")
	p.see(".field-count >> 2/16")
	p.fill("#prefix", "xiaoli")
	p.fill("#invite_wx", "xiaoqiu_wx")
	p.leave(func() { p.press(kb.Enter) })
	p.see("#prefix[aria-invalid=true]")
	p.see(".field-error >> xiaoli@shop")
	p.fill("#prefix", "xiaoqiu")
	p.choose("#avatar", aPhoto)
	p.see(".avatar-row[data-crop-ready]")
	eval[bool](p, "(document.querySelector('#crop-zoom').value = 200, document.querySelector('#crop-zoom').dispatchEvent(new Event('input')), true)")
	p.until("the part that was zoomed to", "+document.querySelector('.avatar-row').dataset.cropReady > 1")
	eval[bool](p, "(document.querySelector('#agent').value = [...document.querySelector('#agent').options].find((o) => !o.disabled && o.value).value, true)")
	p.seen("kf-add")
	p.click(".dialog-foot .btn-primary")
	p.see(".page-notice >> " + p.word("page.done.kf_added"))
	p.see(".table tr:has(.tag-warn) >> xiaoqiu@shop")
	p.until("the picture", "fetch('/kf-accounts').then((answer) => answer.text()).then((text) => text.includes('cell-who\"><span class=\"av av-36\"><img'))")
	p.open("/kf-accounts")
	p.until("the picture on the page", "document.querySelector('.cell-who img')?.naturalWidth")
	size := eval[[]int](p, "(({ naturalWidth, naturalHeight }) => [naturalWidth, naturalHeight])(document.querySelector('.cell-who img'))")
	if want := zoomed(t, aPhoto); size[0] != want || size[1] != want {
		t.Errorf("the picture is %v, not %d wide", size, want)
	}

	if !d.box.AnswerInvite(shop.AppID, "xiaoqiu@shop", true) {
		t.Fatal("there is no invitation")
	}
	d.box.SetOnline(shop.AppID, "xiaoqiu@shop", true)
	p.leave(func() { p.click(".page-acts form .btn") })
	p.see(".table tr:has(.dot-online) >> xiaoqiu_wx")
	p.click(".seg-btn >> " + p.word("page.kf.invite.bound"))
	p.see(".seg-btn[aria-current] >> " + p.word("page.kf.invite.bound"))
	must(t, d.box.AddKF(shop.AppID, "night@shop", "Night shift 夜班", "", nil))
	p.open("/kf-accounts")
	p.leave(func() { p.click(".page-acts form .btn") })
	p.see(".table >> night@shop")
	p.seen("kf-accounts")

	p.click(`.table tr:has([href$="xiaoli@shop"]) .cell-acts > [href$="xiaoli@shop"]`)
	d.box.AddFault(sandbox.Fault{On: "/customservice/kfaccount/update", Kind: "errcode", Code: 65403})
	p.fill("#nickname", "李姐")
	p.leave(func() { p.press(kb.Enter) })
	p.see("#nickname[aria-invalid=true]")
	p.see(".field-error >> 65403")
	p.leave(func() { p.click(".dialog-foot .btn-primary") })
	p.see(".table >> 李姐")

	xiaoli := d.agent("xiaoli")
	ann := d.customer("安")
	d.says(ann, "你好")
	id := d.conversation(ann).ID
	xiaoli.claim(id)
	p.click(`.table tr:has([href$="xiaoli@shop"]) summary`)
	p.click(`.drop-row[open] [href$="/delete"]`)
	p.see(".bullets >> " + p.word("kf.delete.open", "name", "李晓琳", "n", 1))
	p.seen("kf-delete")
	p.click("dialog .btn-danger")
	p.see(".page-notice >> " + p.word("page.done.kf_deleted"))
	p.gone(".table >> xiaoli@shop")
	if c := d.conversation(ann); c.State != "waiting" || c.Agent != 0 {
		t.Errorf("the conversation is not in the queue: %+v", c)
	}
	xiaoli.gone("#reply")
	p.set(look{phone: true, dark: true})
	p.open("/kf-accounts")
	p.seen("kf-accounts")
	p.open("/kf-accounts/1/new")
	p.seen("kf-add")
}

// zoomed is the side of what is sent of a photo with twice the zoom.
func zoomed(t *testing.T, photo string) int {
	t.Helper()
	f, err := os.Open(photo)
	must(t, err)
	defer f.Close()
	size, _, err := image.DecodeConfig(f)
	must(t, err)
	return min(640, min(size.Width, size.Height)/2)
}

// What a customer said in WeChat's own tool is brought back into the timeline that
// an agent has open.
func TestKFRecordsComeBack(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	ann := d.customer("安")
	d.says(ann, "你好")
	id := d.conversation(ann).ID
	if !d.box.SetSession(ann, "xiaoli@shop") {
		t.Fatal("no session")
	}
	d.says(ann, "在那边说的话") // which is not pushed
	p, xiaoli := d.agent("admin"), d.agent("xiaoli")
	xiaoli.show("waiting", id)
	xiaoli.see("#stream .msg-in >> 你好")
	p.open("/kf-accounts")
	p.click(".toolbar-end a")
	p.see("h3 >> xiaoli@shop")
	p.see(fmt.Sprintf(`.tool-list a[href="/#waiting/%d"]`, id))
	p.leave(func() { p.click(".tool-form .btn-primary") })
	p.see(".callout-ok >> " + p.word("kf.records.done", "read", 1, "new", 1))
	p.seen("kf-tool")
	xiaoli.see("#stream .msg-in .msg-by >> " + xiaoli.word("kf.imported"))
	xiaoli.see("#stream .msg-in >> 在那边说的话")
	xiaoli.seen("kf-imported")
	p.leave(func() { p.click(".tool-form .btn-primary") })
	p.see(".callout-ok >> " + p.word("kf.records.done", "read", 1, "new", 0))
}
