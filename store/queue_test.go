package store

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"
)

// queueCase says in which order conversations are taken.
type queueCase struct {
	Name          string
	Now           int64
	Rules         map[int64]*Rules
	Conversations []Conversation
	Want          []int64
}

func queueCases(t *testing.T) (list []queueCase) {
	t.Helper()
	ok(t, json.Unmarshal(must(os.ReadFile("testdata/queue.json"))(t), &list))
	if len(list) < 20 {
		t.Fatalf("only %d cases", len(list))
	}
	return list
}

// taken empties a queue.
func taken(list []Conversation, rules map[int64]*Rules, now int64) (ids []int64) {
	for list = slices.Clone(list); len(list) > 0; {
		id := head(list, rules, now).ID
		ids = append(ids, id)
		list = slices.DeleteFunc(list, func(v Conversation) bool { return v.ID == id })
	}
	return ids
}

func TestQueueOrder(t *testing.T) {
	for _, c := range queueCases(t) {
		for range 5 { // however they lie
			rand.Shuffle(len(c.Conversations), func(i, j int) {
				c.Conversations[i], c.Conversations[j] = c.Conversations[j], c.Conversations[i]
			})
			if got := taken(c.Conversations, c.Rules, c.Now); !slices.Equal(got, c.Want) {
				t.Errorf("%s: %v, want %v", c.Name, got, c.Want)
			}
		}
	}
}

// Whatever the order, it is one: each two agree with a third, and nobody is
// equal to another.
func TestQueueOrderIsTotal(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	orders := [][]string{{}, {"level"}, {"waited", "level"}, {"closing", "overdue"}, {"overdue", "closing", "level", "waited"}}
	for range 2000 {
		r := defaultRules()
		r.Order, r.Levels = orders[random.IntN(len(orders))], r.Levels[:random.IntN(4)]
		list := make([]Conversation, 3)
		for i := range list {
			v := &list[i]
			v.ID, v.CreatedAt, v.Customer.VIP = int64(i+1), start, random.IntN(5)
			v.WaitingSince = start * int64(random.IntN(2))
			v.ReturnedAt = start * int64(random.IntN(2))
			v.RaisedAt = start * int64(random.IntN(2))
			v.Grants.Message = &Grant{Left: random.IntN(2), Until: start + int64(random.IntN(4))*1_200_000}
		}
		now := int64(start + random.IntN(900_000))
		a, b, c := &list[0], &list[1], &list[2]
		if r.compare(a, b, now) != -r.compare(b, a, now) || r.compare(a, b, now) == 0 || r.compare(a, a, now) != 0 {
			t.Fatalf("%v: %+v, %+v", r.Order, a, b)
		}
		if r.compare(a, b, now) < 0 && r.compare(b, c, now) < 0 && r.compare(a, c, now) > 0 {
			t.Fatalf("%v: %+v, %+v, %+v", r.Order, a, b, c)
		}
	}
}

// The next one is by the account's rules, as they are now.
func TestClaimNextByTheRules(t *testing.T) {
	d := openDesk(t)
	vip := d.receive(t, d.text("vip", "hello"))
	must(d.SetVIP(ctx, &d.li, vip.Customer.ID, 2))(t)
	d.clock.advance(-48*time.Hour + 20*time.Minute)
	d.receive(t, d.text("closing", "hello"))
	d.clock.advance(48*time.Hour - 20*time.Minute)
	r := defaultRules()
	r.Order = []string{"closing", "level", "waited"}
	ok(t, d.SetRules(ctx, Actor{}, d.account, r))
	equal(t, "the window that closes", must(d.ClaimNext(ctx, &d.li))(t).Customer.OpenID, "closing")
	equal(t, "then the level", must(d.ClaimNext(ctx, &d.li))(t).Customer.OpenID, "vip")
}

func TestVIP(t *testing.T) {
	d := openDesk(t)
	d.addAccount(t, "wxfedcba0987654321")
	v := d.receive(t, d.text("o1", "hello"))
	stranger := d.addAgent(t, "stranger", "agent", "")
	set := func(a *Agent, level int) error { _, err := d.SetVIP(ctx, a, v.Customer.ID, level); return err }
	got := must(d.SetVIP(ctx, &d.su, v.Customer.ID, 3))(t)
	equal(t, "level", fmt.Sprint(got.Customer.VIP, got.Event > v.Event), "3 true")
	before := d.newest(t)
	ok(t, set(&d.li, 3))
	equal(t, "events of what changes nothing", d.newest(t)-before, 0)
	refused(t, set(&d.li, 4), "bad_level")
	refused(t, set(&d.li, -1), "bad_level")
	if err := set(&stranger, 1); err != ErrNotFound {
		t.Errorf("who does not see the account: %v", err)
	}
	if _, err := d.SetVIP(ctx, &d.li, 99, 1); err != ErrNotFound {
		t.Errorf("nobody: %v", err)
	}

	r := defaultRules()
	r.Levels = r.Levels[:1]
	ok(t, d.SetRules(ctx, Actor{}, d.account, r))
	equal(t, "the level stays when it is taken away", d.of(t, "o1").Customer.VIP, 3)
	refused(t, set(&d.li, 2), "bad_level")
	equal(t, "its target is the highest's", r.target(3), 5*60_000)
	r.Levels = nil
	equal(t, "without levels", r.target(3), 10*60_000)
	ok(t, d.SetRules(ctx, Actor{}, d.account, r))
	equal(t, "no level is an empty list", string(must(json.Marshal(must(d.Account(ctx, d.account))(t).Rules.Levels))(t)), "[]")
	ok(t, set(&d.li, 0))

	quiet := d.push("quiet", "event", "view")
	d.receive(t, quiet)
	id := must(row(ctx, d, one[int64], "select id from customer where openid = 'quiet'"))(t)
	if _, err := d.SetVIP(ctx, &d.li, id, 0); err != ErrNotFound {
		t.Errorf("a customer without a conversation: %v", err)
	}
}
