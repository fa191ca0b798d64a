package e2e

import (
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
	new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => one.duration))).observe({ type: 'longtask' });
	return true;
})()`

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
	const rate, seconds = 50, 30
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
		n, said := 0, 0
		for said == 0 {
			select {
			case said = <-stop:
			default:
				p.works(n, ids[people[n%len(people)]])
				n++
			}
		}
		d.settle()
		tasks := eval[[]float64](p, "tasks")
		longest := slices.Max(append(tasks, 0))
		b.ReportMetric(longest, "longest-ms")
		b.ReportMetric(float64(len(tasks)), "over-50ms")
		b.ReportMetric(float64(n), "deeds")
		if longest > 100 {
			b.Errorf("the page was busy for %.0f ms at a stretch: %.0f", longest, tasks)
		}
	}
}

// works is what an agent does with the nth moment.
func (p *page) works(n int, id int64) {
	switch n % 8 {
	case 0:
		p.show("all", id)
	case 1, 2:
		p.press("j")
	case 3:
		eval[bool](p, "(document.querySelector('#rows').scrollTop += 3000, true)")
	case 4:
		eval[bool](p, "(document.querySelector('#stream').scrollTop = 0, true)")
	case 5:
		p.press("2")
	case 6:
		p.press("3")
	case 7:
		p.press("k", cd.ModifierCtrl)
		p.see("kf-palette input")
		p.press(kb.Escape)
		p.gone("kf-palette")
	}
}
