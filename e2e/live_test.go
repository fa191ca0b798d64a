package e2e

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
)

// shown are the ids of all messages in the thread, in the order of the screen.
func (p *page) shown() []int64 {
	p.t.Helper()
	var ids []int64
	for _, text := range eval[[]string](p, "[...document.querySelectorAll('#stream [data-id]')].map((e) => e.dataset.id)") {
		id, err := strconv.ParseInt(text, 10, 64)
		must(p.t, err)
		ids = append(ids, id)
	}
	return ids
}

// sameAsStored wants on the screen exactly what the store has, once and in order.
// After a long break only the newest page is there: the rest comes as one scrolls.
func (p *page) sameAsStored(d *desk, id int64) {
	p.t.Helper()
	stored := []int64{}
	for _, m := range d.messages(id) {
		if m.Dir == "in" || m.Dir == "out" {
			stored = append(stored, m.ID)
		}
	}
	p.until(fmt.Sprintf("%d messages", len(stored)), fmt.Sprintf(`(() => {
		const shown = document.querySelectorAll('#stream [data-id]').length;
		if (shown < %d) document.querySelector('#stream').scrollTop = -1e6;
		return shown >= %[1]d;
	})()`, len(stored)))
	if got := p.shown(); !slices.Equal(got, stored) {
		p.t.Errorf("%s shows %v, stored are %v", p.name, got, stored)
	}
}

// Two tabs of one agent and the tab of a colleague see the same.
func TestAllTabsSeeTheSame(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	one := d.agent("xiaoli")
	two := one.tab("xiaoli-2")
	two.open("/")
	two.live(1)
	jiayi := d.agent("jiayi")
	ann := d.customer("安")
	d.says(ann, "你好")
	id := d.conversation(ann).ID
	jiayi.show("all", id)
	two.show("all", id)
	one.claim(id)
	one.reply("我来帮你")
	d.says(ann, "谢谢")
	for _, p := range []*page{one, two, jiayi} {
		p.see("#stream .msg-out >> 我来帮你")
		p.see("#stream .msg-out .msg-state time")
		p.sameAsStored(d, id)
	}
	two.see("#reply")
	jiayi.see(".blocked >> " + jiayi.word("composer.blocked.other.title", "name", "小李"))

	// A draft goes along to the other tab.
	one.write("#reply", "还没写完")
	two.until("the draft", "document.querySelector('#reply').value === '还没写完'")
	d.received(ann, 1)
}

// The tab's title counts what waits, whatever page of the inbox is open.
func TestTitleCounts(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann, bob := d.customer("安"), d.customer("博")
	d.says(ann, "一")
	p.until("one waits", "document.title.startsWith('(1) ')")
	d.says(bob, "二")
	p.until("two wait", "document.title.startsWith('(2) ')")
	p.until("a number on the icon", "document.querySelector('link[rel=icon]').href.startsWith('data:image/png')")
	p.claim(d.conversation(ann).ID)
	p.until("one is left", "document.title.startsWith('(1) ')")
	p.claim(d.conversation(bob).ID)
	p.until("none is left", "!document.title.startsWith('(')")
	p.until("the plain icon", "document.querySelector('link[rel=icon]').href.endsWith('.svg')")
	d.says(ann, "还在吗")
	p.until("an unread one", "document.title.startsWith('(1) ')")
}

// The network breaks in the middle of a burst, twice. Nothing is lost and
// nothing is shown twice, in the thread and in the list.
func TestBurstOverABrokenConnection(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	network := newProxy(t, d.URL)
	p := login(t, network.URL, "xiaoli", password, look{})
	ann := d.customer("安")
	var others []string
	for i := range 5 {
		others = append(others, d.customer(fmt.Sprint("客户", i)))
	}
	d.says(ann, "开始")
	id := d.conversation(ann).ID
	p.claim(id)
	burst := func(from, to int) {
		t.Helper()
		for i := from; i < to; i++ {
			for _, who := range append([]string{ann}, others[i%len(others)]) {
				_, err := d.box.Text(who, fmt.Sprintf("消息 %d", i))
				must(t, err)
			}
		}
	}
	burst(0, 20)
	network.cut()
	burst(20, 40)
	d.settle()
	p.until("a broken connection", "document.querySelector('#app').dataset.ws !== 'open'")
	network.mend()
	burst(40, 50)
	network.cut()
	burst(50, 60)
	network.mend()
	burst(60, 70)
	d.settle()
	p.live(2)
	p.see("#stream .msg-in >> 消息 69")
	p.sameAsStored(d, id)
	check := func(last int, unread int) {
		t.Helper()
		for i, who := range others {
			c := d.conversation(who)
			p.show("all", c.ID)
			p.see(row(c.ID) + fmt.Sprintf(" >> 消息 %d", last-4+i))
			p.see(row(c.ID) + fmt.Sprintf(" .count >> %d", unread))
		}
	}
	check(69, 14)

	// Once more, and nothing comes after it that would make the page look again.
	p.show("mine", id)
	opens := eval[int](p, "Number(document.querySelector('#app').dataset.opens)")
	network.cut()
	burst(70, 75)
	d.settle()
	network.mend()
	p.live(opens + 1)
	p.sameAsStored(d, id)
	p.see("#stream .msg-in >> 消息 74")
	check(74, 15)
}

// What is written while the network is away leaves when it is back, once.
func TestReplyOverABrokenConnection(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	network := newProxy(t, d.URL)
	p := login(t, network.URL, "xiaoli", password, look{})
	ann := d.customer("安")
	d.says(ann, "在吗")
	p.claim(d.conversation(ann).ID)
	network.cut()
	p.reply("断网时写的")
	p.see("#stream .is-sending >> 断网时写的")
	p.reply("第二句")
	network.mend()
	p.until("both arrived", "document.querySelectorAll('#stream .msg-out .msg-state time').length === 2")
	got := d.received(ann, 2)
	if got[0].Text() != "断网时写的" || got[1].Text() != "第二句" {
		t.Errorf("on the phone: %q, %q", got[0].Text(), got[1].Text())
	}
	p.sameAsStored(d, d.conversation(ann).ID)
}

// The console has the reply and the answer is lost on the way: the same reply is
// handed in again, and sent once.
func TestAnswerThatIsLost(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	network := newProxy(t, d.URL)
	p := login(t, network.URL, "xiaoli", password, look{})
	ann := d.customer("安")
	d.says(ann, "在吗")
	p.claim(d.conversation(ann).ID)
	network.swallow()
	p.reply("只发一次")
	d.received(ann, 1)
	network.cut()
	network.mend()
	p.live(2)
	p.see("#stream .msg-out:has(.msg-state time) >> 只发一次")
	p.sameAsStored(d, d.conversation(ann).ID)
	p.reply("第二句")
	if got := d.received(ann, 2); got[0].Text() != "只发一次" || got[1].Text() != "第二句" {
		t.Errorf("on the phone: %q, %q", got[0].Text(), got[1].Text())
	}
}
