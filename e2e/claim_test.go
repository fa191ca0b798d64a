package e2e

import (
	"sync"
	"testing"
)

// Two agents reach for the same customer: one gets them, the other is told who
// did, whether they heard of it before they clicked or not.
func TestOneWinsTheClaim(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	xiaoli, jiayi := d.agent("xiaoli"), d.agent("jiayi")
	late, race := d.customer("晚到"), d.customer("同时")
	d.says(late, "第一位")
	d.says(race, "第二位")

	id := d.conversation(late).ID
	jiayi.show("waiting", id)
	eval[bool](jiayi, "e2e.deaf = true")
	xiaoli.claim(id)
	jiayi.watch.expect(`answer 409 .*/claim`)
	jiayi.click("kf-bar .btn-primary")
	jiayi.told(jiayi.word("err.claimed", "name", "李晓琳"))
	eval[bool](jiayi, "(e2e.hear(), true)")
	jiayi.see(".blocked >> " + jiayi.word("composer.blocked.other.title", "name", "小李"))

	id = d.conversation(race).ID
	xiaoli.watch.expect(`answer 409 .*/claim`)
	agents := []*page{xiaoli, jiayi}
	for _, p := range agents {
		p.show("waiting", id)
		p.point("kf-bar .btn-primary")
	}
	var both sync.WaitGroup
	for _, p := range agents {
		both.Go(func() { eval[bool](p, "(document.querySelector('kf-bar .btn-primary').click(), true)") })
	}
	both.Wait()
	var winner int64
	eventually(t, "a winner", func() bool { winner = d.conversation(race).Agent; return winner != 0 }, func() string { return "" })
	for _, p := range agents {
		if eval[float64](p, "JSON.parse(document.getElementById('boot').textContent).me.id") == float64(winner) {
			p.see("#reply")
		} else {
			p.see(".blocked")
		}
	}
	claims := 0
	for _, m := range d.messages(id) {
		if m.Type == "claimed" {
			claims++
		}
	}
	if claims != 1 {
		t.Errorf("claimed %d times", claims)
	}
}
