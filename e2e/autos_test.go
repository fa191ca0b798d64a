package e2e

import (
	"fmt"
	"testing"
)

// The admin closes the shop and writes what is said then: the next customer gets
// it from the account itself, once, and it says so in the thread.
func TestAutomaticReply(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	admin := d.agent("admin")
	admin.open("/settings/routing")
	admin.click(`[name="hours"]`)
	for day := 1; day <= 6; day++ {
		admin.click(fmt.Sprintf(`[name="open-%d"]`, day))
	}
	admin.click(`[name="away-on"]`)
	admin.fill(`[name="away"]`, "现在是下班时间，明早按顺序回复。")
	admin.click(`[value="add_keyword"]`)
	admin.fill(`[name="keyword-words-1"]`, "发票、开票")
	admin.fill(`[name="keyword-text-1"]`, "发票会在签收后寄到邮箱。")
	admin.click(`[value="add_holiday"]`)
	admin.seen("settings-autos")
	admin.click(`[value^="drop_holiday"]`)
	admin.leave(func() { admin.click("[data-savebar] .btn-primary") })
	admin.see(".notice, .toast, [role=status]")

	p := d.agent("xiaoli")
	ann := d.customer("安")
	d.says(ann, "有人吗")
	d.says(ann, "喂")
	d.says(ann, "发票呢")
	for i, want := range []string{"现在是下班时间，明早按顺序回复。", "发票会在签收后寄到邮箱。"} {
		got := d.received(ann, i+1)[i]
		if got.Text() != want || got.KFAccount != "" {
			t.Errorf("the customer got %q from %q", got.Text(), got.KFAccount)
		}
	}
	p.show("waiting", d.conversation(ann).ID)
	p.see("#stream .msg-out .msg-by >> " + p.word("inbox.message.auto"))
	if n := len(p.texts("#stream .msg-out")); n != 2 {
		t.Errorf("%d automatic replies", n)
	}
	p.see(".conv >> 发票呢")
	p.accessible("automatic replies")
}
