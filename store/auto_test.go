package store

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// automated is a desk whose official account answers by itself.
func automated(t *testing.T, change func(*Rules)) *desk {
	t.Helper()
	d := openDesk(t)
	r := must(d.Account(ctx, d.account))(t).Rules
	change(&r)
	ok(t, d.SetRules(ctx, Actor{}, d.account, r))
	return d
}

// autos lists what a customer was told by itself.
func (d *desk) autos(t testing.TB, openid string) string {
	t.Helper()
	var list []string
	for _, m := range d.timeline(t, d.of(t, openid).Customer.ID) {
		if m.Auto != "" {
			list = append(list, fmt.Sprintf("%s %s %d/%d", m.Auto, m.Body, m.Nth, m.Of))
		}
	}
	return strings.Join(list, ", ")
}

// at moves the clock to an hour of the first Monday of 2025 in Beijing.
func (d *desk) at(hour int) {
	d.clock.ms.Store(time.Date(2025, 1, 6, hour, 0, 0, 0, beijing).UnixMilli())
}

func (d *desk) present(t testing.TB, a *Agent, presence string) {
	t.Helper()
	ok(t, d.write(ctx, func(t *tx) error { return t.exec("update agent set presence = $1 where id = $2", presence, a.ID) }))
}

func follow(d *desk, openid string) Incoming {
	in := d.event(openid, "subscribe", "subscribe")
	in.Follow = +1
	return in
}

func TestAutomaticReplies(t *testing.T) {
	d := automated(t, func(r *Rules) {
		r.Hours.On = true
		r.Autos.Welcome, r.Autos.Away, r.Autos.Queued = AutoText{true, "welcome"}, AutoText{true, "closed"}, AutoText{true, "{n} ahead"}
		r.Autos.Keywords = []Keyword{{true, []string{"发票", "开票"}, false, false, "by mail"}, {true, []string{"地址"}, true, false, "here"}, {false, []string{"off"}, false, false, "never"}}
	})
	for _, c := range []struct {
		what string
		hour int
		in   Incoming
		want string
	}{
		{"a follow", 12, follow(d, "o1"), `welcome {"content":"welcome"} 1/3`},
		{"a word within the hours", 12, d.text("o2", "hello"), ``},
		{"a keyword while nobody is there", 12, d.text("o3", "我要 发票"), `keyword {"content":"by mail"} 1/5`},
		{"the whole word is wanted", 12, d.text("o4", "地址在哪"), ``},
		{"and is there", 12, d.text("o5", " 地址 "), `keyword {"content":"here"} 1/5`},
		{"switched off", 12, d.text("o6", "off"), ``},
		{"at night", 23, d.text("o7", "hello"), `away {"content":"closed"} 1/5`},
		{"a keyword at night", 23, d.text("o8", "开票"), `keyword {"content":"by mail"} 1/5`},
	} {
		d.at(c.hour)
		c.in.At = d.now()
		v := d.receive(t, c.in)
		equal(t, c.what, d.autos(t, c.in.OpenID), c.want)
		equal(t, c.what+": still waits", v.State, "waiting")
		equal(t, c.what+": no preview", v.Last.Dir != "out", true)
	}

	d.at(12)
	d.present(t, &d.li, "busy")
	d.receive(t, d.text("o9", "发票"))
	equal(t, "a keyword while somebody is on duty", d.autos(t, "o9"), "")
}

func TestAwayOnceInTwelveHours(t *testing.T) {
	d := automated(t, func(r *Rules) { r.Hours.On, r.Autos.Away = true, AutoText{true, "closed"} })
	count := func() int { return strings.Count(d.autos(t, "o1"), "away") }
	d.at(1)
	for i := range 3 {
		d.receive(t, d.text("o1", fmt.Sprint("again ", i)))
	}
	equal(t, "told", count(), 1)
	d.clock.advance(21 * time.Hour)
	d.receive(t, d.text("o1", "in the evening"))
	equal(t, "told in the evening", count(), 2)
}

// Who was given to somebody at once has not been told that nobody is here.
func TestAwayIsToldLater(t *testing.T) {
	d := automated(t, func(r *Rules) {
		r.Hours.On, r.Autos.Away, r.Assign = true, AutoText{true, "closed"}, "fewest"
	})
	d.at(1)
	d.presence(t, &d.li, "online")
	equal(t, "served by", d.comes(t, "o1"), "li")
	equal(t, "while somebody is here", d.autos(t, "o1"), "")
	d.presence(t, &d.li, "away")
	must(d.Transfer(ctx, &d.li, d.of(t, "o1").ID, 0, ""))(t)
	for range 2 {
		d.receive(t, d.text("o1", "hello?"))
	}
	equal(t, "back in the queue", d.autos(t, "o1"), `away {"content":"closed"} 1/5`)
}

// While WeChat's own tool holds a customer, they are served there.
func TestNothingIsAutomaticInASession(t *testing.T) {
	d := automated(t, func(r *Rules) {
		r.Hours.On = true
		r.Autos.Welcome, r.Autos.Away = AutoText{true, "welcome"}, AutoText{true, "closed"}
		r.Autos.Keywords = []Keyword{{true, []string{"x"}, false, false, "k"}}
	})
	d.at(1)
	holder := "door@hemu"
	in := d.text("o1", "hello")
	in.Session = &holder
	d.receive(t, in)
	d.receive(t, d.text("o1", "x"))
	d.receive(t, follow(d, "o1"))
	equal(t, "held", d.autos(t, "o1"), "")
	d.clock.advance(time.Minute)
	ok(t, d.SetSession(ctx, d.of(t, "o1").Customer.ID, ""))
	d.receive(t, d.text("o1", "hello?"))
	equal(t, "not held any more", d.autos(t, "o1"), `away {"content":"closed"} 1/5`)
}

func TestTellQueue(t *testing.T) {
	d := automated(t, func(r *Rules) { r.Autos.Queued = AutoText{true, "前面还有 {n} 位"} })
	d.receive(t, d.text("o1", "a"))
	d.clock.advance(time.Minute)
	d.receive(t, d.text("o2", "b"))
	d.clock.advance(time.Minute)
	ok(t, d.TellQueue(ctx))
	equal(t, "too early", d.autos(t, "o1"), "")
	d.clock.advance(3 * time.Minute)
	for range 3 {
		ok(t, d.TellQueue(ctx))
	}
	equal(t, "first", d.autos(t, "o1"), `queued {"content":"前面还有 0 位"} 1/5`)
	equal(t, "second", d.autos(t, "o2"), `queued {"content":"前面还有 1 位"} 1/5`)
}

// The place is that of the rules' queue, and counts who was told before.
func TestTellQueueByTheRules(t *testing.T) {
	d := automated(t, func(r *Rules) { r.Autos.Queued = AutoText{true, "{n}"} })
	for _, openid := range []string{"told", "plain", "vip"} {
		d.receive(t, d.text(openid, "hello"))
		d.clock.advance(time.Minute)
	}
	ok(t, d.TellQueue(ctx))
	equal(t, "the first", d.autos(t, "told"), `queued {"content":"0"} 1/5`)
	must(d.SetVIP(ctx, &d.li, d.of(t, "vip").Customer.ID, 1))(t)
	d.clock.advance(3 * time.Minute)
	d.receive(t, d.text("new", "hello"))
	ok(t, d.TellQueue(ctx))
	equal(t, "a level goes first", d.autos(t, "vip"), `queued {"content":"0"} 1/5`)
	equal(t, "behind it", d.autos(t, "plain"), `queued {"content":"2"} 1/5`)
	equal(t, "once", d.autos(t, "told"), `queued {"content":"0"} 1/5`)
	equal(t, "not yet", d.autos(t, "new"), "")
}

// Whatever happens: an automatic reply leaves two to people, and one that failed
// gives its budget back without touching how long the customer waits.
func TestAutomationLeavesRepliesToPeople(t *testing.T) {
	written, failed := 0, 0
	for seed := range uint64(6) {
		random := rand.New(rand.NewPCG(seed, 1))
		d := automated(t, func(r *Rules) {
			r.Hours.On = true
			r.Autos = Autos{AutoText{true, "w"}, AutoText{true, "a"}, AutoText{true, "q"}, 1, []Keyword{{true, []string{"x"}, false, false, "k"}}}
		})
		count := func() int { return strings.Count(d.autos(t, "o1"), "content") }
		d.receive(t, d.text("o1", "hello"))
		for step := range 60 {
			d.clock.advance(time.Duration(random.IntN(2*3600)) * time.Second)
			v, before := d.of(t, "o1"), count()
			switch random.IntN(6) {
			case 0:
				d.receive(t, follow(d, "o1"))
			case 1:
				d.receive(t, d.text("o1", "x"))
			case 2:
				ok(t, d.TellQueue(ctx))
			case 3, 4:
				for _, m := range must(d.ClaimReplies(ctx, 9))(t) {
					since := d.of(t, "o1").WaitingSince
					state := []string{"sent", "failed"}[random.IntN(2)]
					ok(t, d.Sent(ctx, m.ID, Result{State: state}))
					if m.Auto != "" && state == "failed" {
						failed++
						equal(t, "waits since", d.of(t, "o1").WaitingSince, since)
					}
				}
			case 5: // a person uses up some replies, and gives it back to the queue
				if v.State != "waiting" {
					break
				}
				v = must(d.Claim(ctx, &d.li, v.ID))(t)
				for range random.IntN(5) {
					if _, _, _, err := d.Reply(ctx, &d.li, v.ID, d.draft("a")); err != nil {
						break
					}
				}
				ok(t, d.write(ctx, func(t *tx) error { return t.release(&d.li, &v, body{"reason": "silence"}) }))
			}
			if count() == before {
				continue
			}
			written++
			v = d.of(t, "o1")
			if v.Grants.left(d.now()) < autoLeaves {
				t.Fatalf("seed %d, step %d: too few replies are left: %+v", seed, step, v.Grants)
			}
		}
	}
	if written < 30 || failed < 6 {
		t.Errorf("only %d automatic replies, %d of which failed", written, failed)
	}
}

func TestAutoLeavesTwo(t *testing.T) {
	d := openDesk(t)
	v := d.receive(t, d.text("o1", "hello"))
	for _, c := range []struct{ message, action, want int }{{5, 0, 4}, {3, 0, 2}, {2, 0, 2}, {0, 3, 2}, {0, 2, 2}, {2, 1, 2}, {5, 1, 5}, {0, 0, 0}} {
		ok(t, d.write(ctx, func(t *tx) error {
			return t.exec("update customer set message_left = $1, action_left = $2, action_total = 3, action_until = $3", c.message, c.action, t.now+1000)
		}))
		ok(t, d.write(ctx, func(t *tx) error { _, err := t.auto(v.ID, "welcome", AutoText{true, "hello"}); return err }))
		equal(t, fmt.Sprint(c, ": left"), d.of(t, "o1").Grants.left(d.now()), c.want)
	}
}

func TestNothingIsAutomaticForWhoIsServed(t *testing.T) {
	d := automated(t, func(r *Rules) {
		r.Hours.On = true
		r.Autos = Autos{AutoText{true, "w"}, AutoText{true, "a"}, AutoText{true, "q"}, 1, []Keyword{{true, []string{"x"}, false, false, "k"}}}
	})
	d.at(12)
	d.open(t, "o1", &d.li)
	d.at(23)
	d.receive(t, d.text("o1", "x"))
	d.clock.advance(time.Hour)
	ok(t, d.TellQueue(ctx))
	equal(t, "autos", d.autos(t, "o1"), "")
}
