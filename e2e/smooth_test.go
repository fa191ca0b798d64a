package e2e

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	cd "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// smooth watches how long the page is busy at a stretch.
const smooth = `(() => {
	window.tasks = [];
	new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => ({ ms: one.duration, deed: window.deed })))).observe({ type: 'longtask' });
	return true;
})()`

// task kept the page busy for more than 50 ms, while the agent did something.
type task struct {
	MS   float64
	Deed string
}

// BenchmarkInbox is the inbox of an agent among 500 conversations while 50 messages
// a second come in, a fifth of them into the thread they read. They walk through
// the list, open conversations and write. Nothing may keep the page from what they
// do for more than a tenth of a second:
//
//	go test ./e2e -run '^$' -bench Inbox -benchtime 1x
func BenchmarkInbox(b *testing.B) {
	d := newDesk(b)
	p := d.agent("xiaoli")
	var people []string
	for i := range 500 {
		people = append(people, d.customer(fmt.Sprint("客户", i)))
		_, err := d.box.Text(people[i], fmt.Sprintf("第 %d 位，想问一下书桌", i))
		must(b, err)
		if i%50 == 49 {
			d.settle()
		}
	}
	ids := map[string]int64{}
	for _, one := range call[struct{ Conversations []conversation }](d, "GET", "conversations?view=active", nil).Conversations {
		ids[one.Customer.OpenID] = one.ID
	}
	p.claim(ids[people[0]])
	p.press(kb.Escape) // out of the field: keys are for the list
	p.show("all", ids[people[0]])
	const rate, seconds, hurry = 50, 30, 4 // a second: messages, deeds of the agent
	for b.Loop() {
		eval[bool](p, smooth)
		stop := make(chan int)
		go func() {
			r := rand.New(rand.NewPCG(1, 2))
			next := time.NewTicker(time.Second / rate)
			defer next.Stop()
			n := 0
			for range rate * seconds {
				<-next.C
				openid := people[0]
				if r.IntN(5) > 0 {
					openid = people[r.IntN(len(people))]
				}
				if _, err := d.box.Text(openid, fmt.Sprintf("第 %d 句，还没有收到", n)); err != nil {
					b.Error(err)
				}
				n++
			}
			stop <- n
		}()
		pace := time.NewTicker(time.Second / hurry)
		defer pace.Stop()
		n, said := 0, 0
		for said == 0 {
			select {
			case said = <-stop:
			case <-pace.C:
				p.works(n, ids[people[n%len(people)]])
				n++
			}
		}
		d.settle()
		tasks := eval[[]task](p, "tasks")
		longest := slices.MaxFunc(append(tasks, task{}), func(a, b task) int { return cmp.Compare(a.MS, b.MS) })
		b.ReportMetric(longest.MS, "longest-ms")
		b.ReportMetric(float64(len(tasks)), "over-50ms")
		b.ReportMetric(float64(n), "deeds")
		if longest.MS > 100 {
			b.Errorf("the page was busy for %.0f ms at a stretch: %s", longest.MS, longest.Deed)
		}
	}
}

// works is what an agent does with the nth moment.
func (p *page) works(n int, id int64) {
	deeds := []struct {
		name string
		do   func()
	}{
		{"open a conversation", func() { p.show("all", id) }},
		{"the next one", func() { p.press("j") }},
		{"the next but one", func() { p.press("j") }},
		{"scroll the list", func() { eval[bool](p, "(document.querySelector('#rows').scrollBy(0, 3000), true)") }},
		{"scroll the thread", func() { eval[bool](p, "(document.querySelector('#stream')?.scrollTo(0, 0), true)") }},
		{"the queue", func() { p.press("2") }},
		{"all", func() { p.press("3") }},
		{"the palette", func() {
			p.press("k", cd.ModifierCtrl)
			p.see("kf-palette input")
			p.press(kb.Escape)
			p.gone("kf-palette")
		}},
	}
	deed := deeds[n%len(deeds)]
	eval[bool](p, "(window.deed = "+quote(deed.name)+", true)")
	deed.do()
}
