package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/runtime"
)

// An agent's tab stays open all day: 8,000 events must leave no more than what
// they are worth, and the page keeps up with all of them.
func TestSoak(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	var people []string
	for i := range 40 {
		people = append(people, d.customer(fmt.Sprint("客户", i)))
	}
	n := 0
	talk := func(events int, who func() string) {
		t.Helper()
		for range events {
			_, err := d.box.Text(who(), fmt.Sprintf("第 %d 句话，问一下书桌的事", n))
			must(t, err)
			if n++; n%200 == 0 {
				d.settle()
			}
		}
		d.settle()
	}
	inThread := func() string { return people[0] }
	anybody := func() string { return people[n%len(people)] }
	talk(len(people), anybody)
	id := d.conversation(people[0]).ID
	p.claim(id)
	// First until the thread holds as much as it ever will.
	talk(450, inThread)
	p.sees(n - 1)
	before := p.heap()
	for range 40 {
		talk(150, anybody)
		talk(50, inThread)
	}
	p.sees(n - 1)
	after := p.heap()
	t.Logf("heap %.2f MB, after 8,000 events %.2f MB", before/1e6, after/1e6)
	if after-before > 3e6 {
		t.Errorf("the heap grew by %.2f MB", (after-before)/1e6)
	}
	if rows := eval[int](p, "document.querySelectorAll('*').length"); rows > 12_000 {
		t.Errorf("%d elements are in the page", rows)
	}
}

// sees waits until the nth message is in the thread.
func (p *page) sees(n int) {
	p.t.Helper()
	p.see(fmt.Sprintf("#stream .msg-in >> 第 %d 句话", n))
}

// heap is what the page holds after the garbage is gone, in bytes.
func (p *page) heap() float64 {
	p.t.Helper()
	send(p, heapprofiler.CollectGarbage, cdp.Empty{})
	return send(p, runtime.GetHeapUsage, cdp.Empty{}).UsedSize
}
