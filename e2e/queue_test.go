package e2e

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// presents sets an agent's presence, as they do by hand.
func (d *desk) presents(login, presence string) {
	d.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(d.data, "kfdesk.db")+"?_pragma=busy_timeout(5000)")
	must(d.t, err)
	defer db.Close()
	_, err = db.Exec("update agent set presence = $1, presence_by = 'hand', presence_wish = $1, presence_at = $2 where login = $3", presence, time.Now().UnixMilli(), login)
	must(d.t, err)
}

// rules changes rules of the shop; what is not named stays.
func (d *desk) rules(change map[string]any) {
	d.t.Helper()
	call[any](d, "PUT", "accounts/1/rules", change)
}

// level sets a customer's level as a program does.
func (d *desk) level(openid string, level int) {
	d.t.Helper()
	call[any](d, "PUT", fmt.Sprintf("customers/%d/vip", d.conversation(openid).Customer.ID), map[string]int{"level": level})
}

// inList waits until these rows stand in the list, in this order.
func (p *page) inList(ids ...int64) {
	p.t.Helper()
	want := fmt.Sprint(ids)
	p.until("the rows "+want, fmt.Sprintf("'[' + [...document.querySelectorAll('.conv')].map((row) => row.dataset.id).join(' ') + ']' === %s", quote(want)))
}

// The queue follows the levels while one looks at it: set by a program or by
// hand in the thread's menu. It can be shown the other way round, which the
// browser keeps; the next one is the most urgent all the same.
func TestQueueIsLive(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p, other := d.agent("xiaoli"), d.agent("jiayi")
	names := []string{"甲", "乙", "丙"}
	ids, openids := make([]int64, 3), make([]string, 3)
	for i, name := range names {
		openids[i] = d.customer(name)
		d.says(openids[i], "你好，我是"+name)
		ids[i] = d.conversation(openids[i]).ID
	}
	p.click(".view >> " + p.word("inbox.view.waiting"))
	other.click(".view >> " + p.word("inbox.view.waiting"))
	p.inList(ids[0], ids[1], ids[2])
	d.level(openids[2], 1)
	p.inList(ids[2], ids[0], ids[1])
	p.see(".group >> VIP 1")

	p.show("waiting", ids[1])
	p.see("kf-bar b >> " + strings.TrimSuffix(p.word("composer.claim.place", "place", 3, "waited", ""), " "))
	p.click(".thread-acts [aria-haspopup=menu]")
	p.click(".menu-item >> " + p.word("routing.level.set", "name", "VIP 3"))
	p.see(".thread-title .vip-3 >> VIP 3")
	eval[bool](p, "(document.activeElement.blur(), true)")
	other.inList(ids[1], ids[2], ids[0])
	other.see(row(ids[1]) + " .vip-3")
	p.click(".thread-acts [aria-haspopup=menu]")
	p.see(".menu-item >> " + p.word("routing.level.now"))
	p.accessible("menu with levels")
	p.press(kb.Escape)

	other.click(".list-foot button")
	other.inList(ids[0], ids[2], ids[1])
	other.accessible("queue, reversed")
	other.reload()
	other.live(1)
	other.inList(ids[0], ids[2], ids[1])
	other.press("A")
	other.see("#reply")
	if c := d.conversation(openids[1]); c.State != "open" {
		t.Errorf("the most urgent one was not taken: %+v", c)
	}
	d.rules(map[string]any{"order": []string{"waited"}, "levels": []map[string]any{{"name": "老客户", "target": 5, "look": "tint"}}})
	p.inList(ids[0], ids[2])
	p.see(row(ids[2]) + " .vip >> 老客户")
}

// With assignment on, who comes is given to whom the rules say while they are
// here and have room; who ends one gets the next.
func TestAssignment(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	xiaoli, jiayi := d.agent("xiaoli"), d.agent("jiayi")
	d.presents("xiaoli", "away")
	d.presents("jiayi", "away")
	d.rules(map[string]any{"assign": "fewest", "capacity": 1, "gone": -1})
	comes := func(name string) (id int64) {
		openid := d.customer(name)
		d.says(openid, "你好，我是"+name)
		return d.conversation(openid).ID
	}
	first := comes("甲")
	xiaoli.click(".view >> " + xiaoli.word("inbox.view.waiting"))
	xiaoli.inList(first)
	d.presents("xiaoli", "online")
	xiaoli.click(".view >> " + xiaoli.word("inbox.view.mine"))
	xiaoli.inList(first)
	xiaoli.click(row(first))
	xiaoli.see("#stream .evt >> " + xiaoli.part("inbox.event.assigned.me"))
	second := comes("乙")
	jiayi.click(".view >> " + jiayi.word("inbox.view.waiting"))
	jiayi.inList(second)
	d.presents("jiayi", "online")
	jiayi.click(".view >> " + jiayi.word("inbox.view.mine"))
	jiayi.inList(second)
	third := comes("丙")
	xiaoli.see(".view .count:not(.count-quiet) >> 1")
	eval[bool](xiaoli, "(document.activeElement.blur(), true)")
	xiaoli.press("e")
	xiaoli.inList(third)
}

// The rules are set on their page; what is not saved is named. They hold at
// once, in the browsers that are open.
func TestRulesAreSet(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	admin, p := d.agent("admin"), d.agent("xiaoli")
	ann, ben := d.customer("安"), d.customer("本")
	d.says(ann, "你好")
	d.says(ben, "在吗")
	d.level(ben, 3)
	a, b := d.conversation(ann).ID, d.conversation(ben).ID
	p.click(".view >> " + p.word("inbox.view.waiting"))
	p.inList(b, a)
	p.see(row(b) + " .vip-3 >> VIP 3")

	admin.click(".rail [href='/settings']")
	admin.see("form[data-rules]")
	admin.until("nothing to save", "document.querySelector('.savebar').hidden")
	admin.accessible("rules")
	admin.fill("[name=name-3]", "黑金")
	admin.see(".savebar >> " + admin.word("routing.save.changed", "n", 1, "list", admin.word("routing.levels")))
	admin.click(`[value="up:waited"]`)
	admin.until("its place", "document.querySelector('.orders li').dataset.by === 'waited'")
	admin.fill("#capacity", "0")
	admin.see(".savebar >> " + admin.word("routing.capacity.label"))
	admin.accessible("rules, changed")
	admin.watch.expect("answer 422")
	admin.leave(func() { admin.click(".savebar .btn-primary") })
	admin.see("#capacity-problem")
	admin.accessible("rules, refused")
	admin.fill("#capacity", "5")
	admin.click(`[value="add_level"]`)
	admin.fill("[name=name-4]", "股东")
	admin.leave(func() { admin.click(".savebar .btn-primary") })
	admin.see(".page-notice")
	p.inList(a, b)
	p.see(row(b) + " .vip-3 >> 黑金")
	d.level(ann, 4)
	p.see(row(a) + " .vip >> 股东")

	admin.click(`.level-row [value="drop_level"]`)
	admin.leave(func() { admin.press(kb.Tab); admin.click(".savebar .btn-primary") })
	p.see(row(a) + " .vip >> 黑金")
}

// Who is silent over a customer who waits loses them to the queue, where they
// come first; and a target that is passed is seen from afar.
func TestSilenceAndTargets(t *testing.T) {
	parallel(t)
	d := newPlay(t)
	admin := d.agent("zhouzhe")
	admin.open("/settings/routing")
	admin.fill("#silence", "5")
	admin.leave(func() { admin.click(".savebar .btn-primary") })
	p := d.agent("lixiaolin")
	p.click(".view >> " + p.word("inbox.view.waiting"))
	p.click(".conv >> 陈先生")
	p.click("kf-bar .btn-primary")
	p.see("#reply")
	d.advance(6 * time.Minute)
	p.see("kf-bar b")
	p.see("#stream .evt >> " + p.word("inbox.event.queued.silence", "name", "小李"))
	d.advance(time.Hour)
	p.reload()
	p.live(1)
	p.click(".view >> " + p.word("inbox.view.waiting"))
	p.see("#rail-waiting.count-late")
	p.see(".view .count-late")
	p.see(".conv .wait-2")
	p.until("the title", fmt.Sprintf("document.title.includes(%s)", quote(p.part("routing.alarm.title"))))
	p.accessible("targets passed")
}
