package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// served is a customer whom xiaoli serves, and a colleague who looks.
func served(t *testing.T, l look, takeOver string) (d *desk, xiaoli, other *page, id int64) {
	t.Helper()
	d = newDesk(t)
	d.rules(map[string]any{"take_over": takeOver})
	xiaoli, other = d.agent("xiaoli"), login(t, d.URL, "jiayi", password, l)
	ann := d.customer("安")
	d.says(ann, "你好，昨天刚收到的落地灯，拆开发现灯罩底下裂了一条")
	id = d.conversation(ann).ID
	xiaoli.claim(id)
	other.show("all", id)
	other.see(".theirs")
	return d, xiaoli, other, id
}

// Who types in a colleague's conversation is offered to take it over, by keys
// alone, and what they typed is in the field then; the colleague is told.
func TestTypingOffersToTakeOver(t *testing.T) {
	parallel(t)
	_, xiaoli, jiayi, _ := served(t, look{}, "all")
	name := xiaoli.named()
	jiayi.see(".theirs >> " + jiayi.word("together.theirs.may"))
	jiayi.press("r")
	jiayi.see("#reply:focus")
	jiayi.gone(".theirs.is-offer")
	jiayi.press(kb.Enter) // of nothing there is nothing to offer
	jiayi.press("OK, sure")
	jiayi.see(".theirs.is-offer >> " + jiayi.word("together.theirs.offer.title", "name", "小李"))
	jiayi.accessible("the offer")
	xiaoli.see(".typing")
	jiayi.press(kb.Enter)
	jiayi.see(".theirs .btn-primary:focus")
	jiayi.holds() // one key alone takes nothing over
	jiayi.press(kb.Escape)
	jiayi.see("#reply:focus")
	jiayi.see(".thread-sub >> 小李")
	jiayi.see(".theirs")
	jiayi.press(kb.Enter)
	jiayi.press(kb.Enter)
	jiayi.gone(".theirs")
	jiayi.until("the cursor in the reply field", "document.activeElement?.id === 'reply'")
	jiayi.holds()
	jiayi.field("OK, sure")
	xiaoli.told(xiaoli.word("handover.told.taken.away", "name", "佳怡", "customer", name))
	xiaoli.see(".theirs >> " + xiaoli.word("composer.blocked.other.title", "name", "佳怡"))
	jiayi.press(kb.Enter)
	jiayi.see("#stream .msg-out >> OK, sure")
}

// Where the rules forbid it the agent is told who serves the customer, and what
// was typed can become a note that tells them; it never leaves as a reply.
func TestTypingWhereNobodyMayTakeOver(t *testing.T) {
	parallel(t)
	d, xiaoli, jiayi, id := served(t, look{}, "supervisor")
	jiayi.see(".theirs >> " + jiayi.word("together.theirs.rules", "name", "小李"))
	jiayi.gone(".theirs .btn >> " + jiayi.word("together.theirs.take"))
	jiayi.write("#reply", "灯罩有货，可以换")
	jiayi.see(".theirs.is-offer >> " + jiayi.word("together.theirs.tell.title", "name", "小李"))
	jiayi.accessible("no offer")
	jiayi.seen("theirs-told")
	jiayi.press(kb.Enter)
	jiayi.see(".theirs .btn-primary:focus")
	jiayi.press(kb.Enter)
	jiayi.until("the note", "document.activeElement?.matches('.composer-note textarea') && document.activeElement.value === '@小李 灯罩有货，可以换'")
	jiayi.press(kb.Enter)
	jiayi.see("#stream .note >> 灯罩有货")
	jiayi.click(".seg label >> " + jiayi.word("composer.reply"))
	jiayi.field("")
	xiaoli.see("#stream .note .mention >> @小李")
	if v := call[struct{ Conversation conversation }](d, "GET", fmt.Sprintf("conversations/%d", id), nil).Conversation; v.Grants.Message.Left != 5 {
		t.Errorf("a reply has left: %+v", v)
	}
}

// Somebody else's conversation in all looks, with pictures in out/shots.
func TestLooksTheirs(t *testing.T) {
	for _, l := range looks {
		t.Run(l.String(), func(t *testing.T) {
			parallel(t)
			_, _, jiayi, _ := served(t, l, "all")
			jiayi.seen("theirs")
			jiayi.write("#reply", "灯罩有货，我来给您换一个")
			jiayi.see(".theirs.is-offer")
			jiayi.seen("theirs-offer")
		})
	}
}
