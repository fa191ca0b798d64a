package e2e

import (
	"fmt"
	"testing"

	"kfdesk/hub/wechat/sandbox"
)

// refuse lets WeChat refuse the next replies with this code.
func (d *desk) refuse(code, times int) {
	d.box.AddFault(sandbox.Fault{On: sendPath, Kind: "errcode", Code: code, Times: times})
}

// A refused reply says why and what helps, in words; it can be sent again, or
// put back into the field.
func TestRefusedReplies(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	for _, code := range []int{45015, 45047, 43004, 48002, 40003, 65401} {
		who := d.customer(fmt.Sprint("客户", code))
		d.says(who, "在吗")
		p.claim(d.conversation(who).ID)
		d.refuse(code, 1)
		p.reply("你好，请讲")
		p.see("#stream .is-failed >> 你好，请讲")
		p.see("#stream .msg-fail >> " + p.word(fmt.Sprintf("wxerr.%d", code)))
		if got := d.box.Received(who); len(got) != 0 {
			t.Errorf("%d: arrived all the same: %v", code, got)
		}
		d.says(who, "还在吗")
		p.see("#stream .msg-in >> 还在吗") // opens the window again that 45015 and 45047 close
		p.click("#stream .msg-fail button >> " + p.word("inbox.fail.resend"))
		p.see("#stream .msg-out .msg-state time")
		p.gone("#stream .is-failed")
		d.received(who, 1)
	}
}

// WeChat's own count wins over ours: 45015 closes the window at once, 45047 takes
// the replies that we thought were left.
func TestWeChatsWordCounts(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	for code, title := range map[int]string{45015: "composer.blocked.window_closed.title", 45047: "composer.blocked.quota_used.title"} {
		who := d.customer("客户")
		d.says(who, "在吗")
		p.claim(d.conversation(who).ID)
		p.budget(5)
		d.refuse(code, 1)
		p.reply("来不及了")
		p.see(".blocked >> " + p.word(title, "total", 5))
		p.click("#stream .msg-fail button >> " + p.word("inbox.fail.edit"))
		p.field("来不及了")
		p.gone("#stream .msg-out")
		d.says(who, "我在")
		p.budget(5)
		p.reload() // what is on a page that was just opened was read: the reply is not held
		p.field("来不及了")
		p.click("kf-composer .send")
		if got := d.received(who, 1)[0].Text(); got != "来不及了" {
			t.Errorf("arrived: %q", got)
		}
	}
}

// What WeChat may do better next time is tried again without a person: it is
// busy, the token was replaced, nothing of the request had left.
func TestRepliesTriedAgain(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann := d.customer("安")
	d.says(ann, "在吗")
	p.claim(d.conversation(ann).ID)
	d.refuse(-1, 2)
	p.reply("系统繁忙")
	d.received(ann, 1)
	d.box.ExpireTokens(shop.AppID)
	p.reply("令牌过期")
	d.received(ann, 2)
	p.until("both as sent", "document.querySelectorAll('#stream .msg-out .msg-state time').length === 2")
	if c := d.conversation(ann); c.Grants.Message.Left != 3 {
		t.Errorf("%d replies are left, not 3", c.Grants.Message.Left)
	}
}

// A picture that WeChat has dropped is uploaded again, once.
func TestPictureThatExpired(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann := d.customer("安")
	d.says(ann, "发张图")
	p.claim(d.conversation(ann).ID)
	d.refuse(40007, 1)
	p.attach(file(t, "desk.png", drawing(t, 3)))
	p.click("kf-composer .send")
	d.received(ann, 1)
	d.refuse(40007, 2)
	p.attach(file(t, "desk.png", drawing(t, 4)))
	p.click("kf-composer .send")
	p.see("#stream .is-failed")
	p.see("#stream .msg-fail >> " + p.word("wxerr.40007"))
	p.click("#stream .msg-fail button >> " + p.word("inbox.fail.upload_again"))
	d.received(ann, 2)
	p.gone("#stream .is-failed")
}

// The connection breaks after WeChat has the reply. Nobody knows, so nothing is
// sent again unless a person says so.
func TestUncertainReplies(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann := d.customer("安")
	d.says(ann, "在吗")
	p.claim(d.conversation(ann).ID)
	for i, kind := range []string{"reset", "bad_gateway"} {
		text := fmt.Sprint("也许到了 ", i)
		d.box.AddFault(sandbox.Fault{On: sendPath, Kind: kind, Accept: true})
		p.reply(text)
		p.see("#stream .is-unsure >> " + text)
		p.see("#stream .is-unsure .msg-fail >> " + p.word("inbox.fail.unknown"))
	}
	p.budget(3)
	d.received(ann, 2)
	p.click("#stream .is-unsure button >> " + p.word("inbox.fail.delivered"))
	p.until("one that is settled", "document.querySelectorAll('#stream .is-unsure').length === 1")
	p.click("#stream .is-unsure button >> " + p.word("inbox.fail.resend_anyway"))
	p.gone("#stream .is-unsure")
	got := d.received(ann, 3)
	if got[2].Text() != "也许到了 1" {
		t.Errorf("sent again: %q", got[2].Text())
	}
}
