package store

import (
	"flag"
	"fmt"
	"sync/atomic"
	"testing"
)

var large = flag.Bool("large", false, "benchmarks run on a million messages too")

// sizes are how many messages a database holds.
func sizes() []int {
	if *large {
		return []int{20_000, 1_000_000}
	}
	return []int{20_000}
}

// fillWith makes n messages of n/50 customers, who write in turn, and keeps 200
// of their conversations active.
func (d *desk) fillWith(b *testing.B, n int) {
	b.Helper()
	customers := n / 50
	for _, query := range []string{
		`with recursive n(i) as (select 1 union all select i+1 from n where i < $1)
			insert into customer (account_id, openid, created_at, conversation_id, conversations, message_left, message_total, message_since, message_until)
			select $2, 'c' || i, $3, i, 1, 5, 5, $3, $3 + 172755000 from n where $4 > 0`,
		`with recursive n(i) as (select 1 union all select i+1 from n where i < $1)
			insert into conversation (account_id, customer_id, state, created_at, closed_at, agent_id, last_text, last_dir, last_type, last_at, unread)
			select $2, i, case when i > 200 then 'closed' when i % 2 then 'waiting' else 'open' end, $3,
			case when i > 200 then $3 + i else 0 end, 0, 'the last thing said', 'in', 'text', $3, 1 from n where $4 > 0`,
		`with recursive n(i) as (select 1 union all select i+1 from n where i < $4)
			insert into message (account_id, customer_id, conversation_id, dir, type, body, at, dedupe, event_id, raw)
			select $2, i % $1 + 1, i % $1 + 1, 'in', 'text', '{"content":"a message of twenty-four characters"}', $3 + i, 'seed|' || i, i, x'3c786d6c2f3e' from n`,
		`with recursive n(i) as (select 1 union all select i+1 from n where i < $4)
			insert into event (at, kind, account_id, conversation_id, message_id) select $3 + i, 'message', $2, i % $1 + 1, i from n`,
	} {
		ok(b, d.write(ctx, func(t *tx) error { return t.exec(query, customers, d.account, start, n) }))
	}
}

// BenchmarkReceive is the way in: texts of known customers, from as many
// posters at once as the name says.
func BenchmarkReceive(b *testing.B) {
	for _, size := range sizes() {
		for _, posters := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("messages=%d/posters=%d", size, posters), func(b *testing.B) {
				d := openDesk(b)
				d.fillWith(b, size)
				var n atomic.Int64
				b.ReportAllocs()
				b.ResetTimer()
				each(posters, func(int) {
					for {
						i := n.Add(1)
						if i > int64(b.N) {
							return
						}
						in := Incoming{Account: d.account, OpenID: fmt.Sprint("c", i%150+1), Dedupe: fmt.Sprint("bench|", i), Dir: "in",
							Type: "text", Body: []byte(`{"content":"hello"}`), At: start + i, Raw: []byte("<xml/>"),
							Grant: "message", Cause: "message"}
						if _, err := d.Receive(ctx, in); err != nil {
							b.Error(err)
							return
						}
					}
				})
			})
		}
	}
}

// BenchmarkClaim claims a customer who waits, and ends.
func BenchmarkClaim(b *testing.B) {
	d := openDesk(b)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		b.StopTimer()
		v := d.receive(b, d.text(fmt.Sprint("o", n), "hello")) // the former would come back to who served them
		if v.State != "waiting" {
			b.Fatalf("nobody waits: the conversation is %s", v.State)
		}
		b.StartTimer()
		must(d.Claim(ctx, &d.li, v.ID))(b)
		must(d.End(ctx, &d.li, v.ID))(b)
	}
}

// BenchmarkReply is the way out as far as the store goes: the reply, its turn,
// its result.
func BenchmarkReply(b *testing.B) {
	d := openDesk(b)
	v := d.open(b, "o1", &d.li)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		d.clock.advance(1000)
		d.receive(b, d.text("o1", "and"))
		b.StartTimer()
		d.reply(b, &d.li, v.ID)
		d.send(b, Result{State: "sent"})
	}
}

func BenchmarkConversations(b *testing.B) {
	for _, size := range sizes() {
		b.Run(fmt.Sprintf("messages=%d", size), func(b *testing.B) {
			d := openDesk(b)
			d.fillWith(b, size)
			for name, list := range map[string]func() ([]Conversation, error){
				"active": func() ([]Conversation, error) { return d.ActiveConversations(ctx, &d.li) },
				"ended":  func() ([]Conversation, error) { return d.EndedConversations(ctx, &d.li, 0) },
			} {
				b.Run(name, func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						if n := len(must(list())(b)); n == 0 {
							b.Fatal("no conversations")
						}
					}
				})
			}
		})
	}
}

// BenchmarkTimeline reads the last 50 messages of customers in turn.
func BenchmarkTimeline(b *testing.B) {
	for _, size := range sizes() {
		b.Run(fmt.Sprintf("messages=%d", size), func(b *testing.B) {
			d := openDesk(b)
			d.fillWith(b, size)
			b.ReportAllocs()
			b.ResetTimer()
			for i := int64(0); b.Loop(); i++ {
				if n := len(must(d.Messages(ctx, i*7%int64(size/50)+1, 0, 0, 50))(b)); n != 50 {
					b.Fatalf("%d messages", n)
				}
			}
		})
	}
}

// BenchmarkChanges reads events with their rows, 256 at a time, as the hub does
// under load.
func BenchmarkChanges(b *testing.B) {
	d := openDesk(b)
	d.fillWith(b, 20_000)
	b.ReportAllocs()
	b.ResetTimer()
	for i := int64(0); b.Loop(); i++ {
		if n := len(must(d.Changes(ctx, i*256%9000, 256))(b)); n != 256 {
			b.Fatalf("%d changes", n)
		}
	}
}
