package store

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// chatter makes texts of about 24 characters, in which few characters are
// frequent and most are rare, as in Chinese. One of a thousand has 灯罩.
type chatter struct {
	r    *rand.Rand
	zipf *rand.Zipf
}

func newChatter() *chatter {
	r := rand.New(rand.NewPCG(1, 2))
	return &chatter{r, rand.NewZipf(r, 1.1, 8, 3000)}
}

func (c *chatter) text(i int) string {
	var b strings.Builder
	for j := range 24 {
		if j == 11 {
			b.WriteString("，")
		}
		b.WriteRune(rune(0x4e00 + c.zipf.Uint64()))
	}
	if i%10 == 0 {
		fmt.Fprintf(&b, " SF%08d", i)
	}
	if i%1000 == 0 {
		b.WriteString("灯罩")
	}
	return b.String()
}

// fillWithTexts makes n messages of n/50 customers.
func (d *desk) fillWithTexts(b *testing.B, n int) {
	b.Helper()
	const customers = `with recursive n(i) as (select 1 union all select i+1 from n where i < $1)
		insert into customer (account_id, openid, created_at, conversation_id, conversations) select $2, 'oAbC' || i, $3, i, 1 from n`
	ok(b, d.write(ctx, func(t *tx) error { return t.exec(customers, n/50, d.account, start) }))
	ok(b, d.write(ctx, func(t *tx) error {
		return t.exec(`insert into conversation (id, account_id, customer_id, state, created_at, last_at) select id, account_id, id, 'closed', $1, $1 from customer`, start)
	}))
	c := newChatter()
	for from := 1; from <= n; from += 5000 {
		ok(b, d.write(ctx, func(t *tx) error {
			for i := from; i < from+5000 && i <= n; i++ {
				if err := t.exec(`insert into message (account_id, customer_id, conversation_id, dir, type, body, at, dedupe)
					values ($1, $2, $2, 'in', 'text', $3, $4, $5)`, d.account, i%(n/50)+1, body{"content": c.text(i)}.json(), start+i*60_000, fmt.Sprint("seed|", i)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

// BenchmarkSearch looks for frequent and rare things among as many messages as
// the name says. It tells how fast the index was filled, resting as long as it
// works, and how large it is.
func BenchmarkSearch(b *testing.B) {
	for _, size := range sizes() {
		d := openDesk(b)
		d.index.close()
		d.fillWithTexts(b, size)
		began := time.Now()
		d.indexed(b)
		took := time.Since(began)
		file, err := os.Stat(d.index.path)
		ok(b, err)
		b.Logf("%d messages: %.0f a second, %d bytes a message", size, float64(size)/took.Seconds(), file.Size()/int64(size))
		ok(b, d.write(ctx, func(t *tx) error {
			if err := t.exec("insert into tag (id, account_id, name) values (1, $1, 'few'), (2, $1, 'half'), (3, $1, 'none')", d.account); err != nil {
				return err
			}
			return t.exec(`insert into customer_tag (customer_id, tag_id) select id, 2 from customer where id % 2 = 0
				union all values (2, 1)`)
		}))
		two := string([]rune{0x4e00, 0x4e01})
		for _, c := range []struct {
			name string
			q    Query
		}{
			{"two rare", Query{Text: "灯罩"}}, {"one rare", Query{Text: "罩"}}, {"one frequent", Query{Text: two[:3]}},
			{"two frequent", Query{Text: two}}, {"two terms", Query{Text: "灯罩 " + two[:3]}}, {"a number", Query{Text: "SF00001000"}},
			{"the beginning of numbers", Query{Text: "SF00"}}, {"a filter", Query{Text: two, Dir: "in", Type: "text", To: start + int64(size)*30_000}},
			{"a tag of few", Query{Text: two[:3], Tag: 1}}, {"a tag of half", Query{Text: two[:3], Tag: 2}}, {"a tag of nobody", Query{Text: two[:3], Tag: 3}},
			{"nothing", Query{Text: "灯罩罩灯"}},
		} {
			b.Run(fmt.Sprintf("messages=%d/%s", size, c.name), func(b *testing.B) {
				for b.Loop() {
					must(d.Search(ctx, &d.li, c.q))(b)
				}
			})
		}
	}
}

// BenchmarkReceiveBesideIndex is the way in while the index follows, and
// without it.
func BenchmarkReceiveBesideIndex(b *testing.B) {
	for _, follows := range []bool{false, true} {
		b.Run(fmt.Sprintf("index=%v", follows), func(b *testing.B) {
			d := openDesk(b)
			if !follows {
				d.index.close()
			}
			c := newChatter()
			texts := make([]string, 4096)
			for i := range texts {
				texts[i] = c.text(i)
			}
			var n, slowest atomic.Int64
			b.ResetTimer()
			each(16, func(int) {
				for {
					i := n.Add(1)
					if i > int64(b.N) {
						return
					}
					in := Incoming{Account: d.account, OpenID: fmt.Sprint("c", i%150), Dedupe: fmt.Sprint("bench|", i), Dir: "in", Type: "text",
						Body: []byte(`{"content":"` + texts[i%4096] + `"}`), At: start + i, Grant: "message", Cause: "message"}
					began := time.Now()
					if _, err := d.Receive(ctx, in); err != nil {
						b.Error(err)
						return
					}
					for took, was := time.Since(began).Microseconds(), slowest.Load(); took > was && !slowest.CompareAndSwap(was, took); {
						was = slowest.Load()
					}
				}
			})
			b.ReportMetric(float64(slowest.Load())/1000, "ms/slowest")
		})
	}
}
