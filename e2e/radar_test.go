package e2e

import (
	"testing"
	"time"
)

// A window that ends soon, as the rules say, is on the radar, unanswered ones first;
// its agent is told at 30 and at 10 minutes, once, also over a reload.
func TestWindowRadar(t *testing.T) {
	parallel(t)
	d := newPlay(t)
	p := d.agent("lixiaolin")
	d.act(demoChen, "text", "text", "还在吗")
	p.take("陈先生")
	p.gone(".radar")
	d.advance(46*time.Hour + 10*time.Minute)
	boss := login(t, d.URL, "zhouzhe", demoPassword, look{})
	closing := func(minutes string) {
		t.Helper()
		boss.open("/settings/routing")
		boss.fill("#closing", minutes)
		boss.see("[data-savebar]:not([hidden]) >> " + boss.word("routing.closing.label"))
		boss.leave(func() { boss.click("[data-savebar] .btn-primary") })
	}
	closing("60") // the rules say how soon
	p.reload()
	p.live(1)
	p.see(".conv >> 陈先生")
	p.gone(".radar")
	closing("121")
	p.see(".radar:not(.radar-urgent)")
	p.click(".radar")
	p.see(`[aria-label="` + p.word("search.radar.unanswered") + `"] .conv >> 陈先生`)
	p.accessible("radar")
	p.press("r")
	p.reply("在的")
	d.arrived(demoChen, "在的")
	p.see(`[aria-label="` + p.word("search.radar.answered") + `"] .conv >> 陈先生`)
	if n := len(p.texts(".toast")); n != 0 {
		t.Errorf("%d toasts before there is a reason", n)
	}

	d.advance(84 * time.Minute) // less than 30 minutes are left
	p.reload()
	p.live(1)
	p.see(".toast >> 陈先生")
	p.reload()
	p.live(1)
	p.see(".radar")
	if n := len(p.texts(".toast")); n != 0 {
		t.Errorf("%d toasts after a reload", n)
	}
	d.advance(20 * time.Minute)
	p.reload()
	p.live(1)
	p.click(".toast button >> " + p.word("search.radar.open"))
	p.see("#stream .msg-in >> 还在吗")
	p.see(".radar-urgent")
	p.accessible("radar-urgent")

	// Who writes again is out of danger.
	eval[bool](p, "(location.hash = '#closing', true)")
	p.see("#rows .conv >> 陈先生")
	d.act(demoChen, "text", "text", "还要问一句")
	p.gone("#rows .conv >> 陈先生")
}
