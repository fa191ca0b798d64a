package store

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// presence sets an agent's presence as of now.
func (d *desk) presence(t testing.TB, a *Agent, presence string) {
	t.Helper()
	ok(t, d.write(ctx, func(t *tx) error {
		return t.exec("update agent set presence = $1, presence_by = 'hand', presence_at = $2 where id = $3", presence, t.now, a.ID)
	}))
}

// rule changes the rules of the desk's account.
func (d *desk) rule(t testing.TB, change func(*Rules)) {
	t.Helper()
	r := must(d.Account(ctx, d.account))(t).Rules
	change(&r)
	ok(t, d.SetRules(ctx, Actor{}, d.account, r))
}

// servedBy is who serves a customer's newest conversation, "-" for nobody.
func (d *desk) servedBy(t testing.TB, openid string) string {
	t.Helper()
	v := d.of(t, openid)
	if v.State == "closed" {
		return "ended"
	}
	if v.Agent == 0 {
		return "-"
	}
	return d.agent(t, v.Agent).Login
}

// comes lets a new customer write and tells who serves them.
func (d *desk) comes(t testing.TB, openid string) string {
	t.Helper()
	d.receive(t, d.text(openid, "hello"))
	return d.servedBy(t, openid)
}

// Only who is here, bound, active and has room is given anybody.
func TestWhoIsAssigned(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(t *testing.T, d *desk)
		want string
	}{
		"online": {func(*testing.T, *desk) {}, "li"},
		"busy":   {func(t *testing.T, d *desk) { d.presence(t, &d.li, "busy") }, "-"},
		"away":   {func(t *testing.T, d *desk) { d.presence(t, &d.li, "away") }, "-"},
		"unbound while others wait": {func(t *testing.T, d *desk) {
			d.rule(t, func(r *Rules) { r.Capacity = 1 })
			d.open(t, "other", &d.li)
			d.receive(t, d.text("o1", "hello"))
			ok(t, d.Bind(ctx, Actor{}, d.li.ID, d.account, ""))
		}, "-"},
		"inactive": {func(t *testing.T, d *desk) { ok(t, d.SetAgentActive(ctx, Actor{}, d.li.ID, false)) }, "-"},
		"looks on": {func(t *testing.T, d *desk) { ok(t, d.Bind(ctx, Actor{}, d.li.ID, d.account, "")) }, "-"},
		"unbound":  {func(t *testing.T, d *desk) { ok(t, d.Unbind(ctx, Actor{}, d.li.ID, d.account)) }, "-"},
		"full":     {func(t *testing.T, d *desk) { d.rule(t, func(r *Rules) { r.Capacity = 1 }); d.open(t, "other", &d.li) }, "-"},
		"full by their own": {func(t *testing.T, d *desk) {
			d.li.Capacity = 1
			ok(t, d.UpdateAgent(ctx, Actor{}, d.li))
			d.open(t, "other", &d.li)
		}, "-"},
		"more than the rules say": {func(t *testing.T, d *desk) {
			d.rule(t, func(r *Rules) { r.Capacity = 1 })
			d.li.Capacity = 2
			ok(t, d.UpdateAgent(ctx, Actor{}, d.li))
			d.open(t, "other", &d.li)
		}, "li"},
		"by hand": {func(t *testing.T, d *desk) { d.rule(t, func(r *Rules) { r.Assign = "hand" }) }, "-"},
	} {
		t.Run(name, func(t *testing.T) {
			d := openDesk(t)
			d.presence(t, &d.li, "online")
			d.rule(t, func(r *Rules) { r.Assign = "fewest" })
			c.do(t, d)
			equal(t, "served by", d.comes(t, "o1"), c.want)
		})
	}
}

func TestFewestAndLongest(t *testing.T) {
	for mode, want := range map[string]string{"fewest": "li su li su", "longest": "su li su li"} {
		d := openDesk(t)
		d.rule(t, func(r *Rules) { r.Assign = "hand" })
		d.open(t, "before", &d.su)
		d.clock.advance(time.Minute)
		ended := d.open(t, "ended", &d.li)
		d.clock.advance(time.Minute)
		must(d.End(ctx, &d.li, ended.ID))(t)
		if mode == "fewest" { // one each for a start
			d.open(t, "one more", &d.su)
			d.clock.advance(time.Minute)
			d.open(t, "and one", &d.li)
			must(d.End(ctx, &d.su, d.of(t, "before").ID))(t)
			must(d.End(ctx, &d.li, d.of(t, "and one").ID))(t)
		}
		d.rule(t, func(r *Rules) { r.Assign = mode })
		d.presence(t, &d.li, "online")
		d.presence(t, &d.su, "online")
		var got []string
		for i := range 4 {
			d.clock.advance(time.Minute)
			got = append(got, d.comes(t, fmt.Sprint("o", i)))
		}
		equal(t, mode, strings.Join(got, " "), want)
	}
}

// A line tells that and why; the wait is counted as for a claim.
func TestAssignedIsTold(t *testing.T) {
	d := openDesk(t)
	d.rule(t, func(r *Rules) { r.Assign = "fewest" })
	equal(t, "nobody is here", d.comes(t, "o1"), "-")
	equal(t, "a deed", d.receive(t, d.event("deed", "subscribe", "subscribe")).State, "waiting")
	d.clock.advance(time.Minute)
	d.presence(t, &d.li, "online")
	ok(t, d.Route(ctx))
	v := d.of(t, "o1")
	equal(t, "conversation", fmt.Sprint(v.State, v.Agent == d.li.ID, v.ClaimedAt-d.now()), "opentrue 0")
	list := d.timeline(t, v.Customer.ID)
	equal(t, "line", fmt.Sprint(list[1].Type, string(list[1].Body), list[1].Agent, list[1].Nick),
		fmt.Sprintf(`assigned{"reason":"fewest","waited_ms":60000}%dli`, d.li.ID))
	equal(t, "nobody is given a mere follow", d.servedBy(t, "deed"), "-")
}

// Who comes back within the time goes to who served them, whatever the way of
// assigning; later only where that is the way.
func TestComesBackToTheSame(t *testing.T) {
	for _, c := range []struct {
		mode  string
		later time.Duration
		want  string
	}{
		{"hand", 24 * time.Hour, "su"}, {"fewest", 24 * time.Hour, "su"}, {"longest", 24 * time.Hour, "su"}, {"last", 24 * time.Hour, "su"},
		{"hand", 25 * time.Hour, "-"}, {"fewest", 25 * time.Hour, "li"}, {"longest", 25 * time.Hour, "li"}, {"last", 25 * time.Hour, "su"},
	} {
		t.Run(fmt.Sprint(c.mode, c.later), func(t *testing.T) {
			d := openDesk(t)
			must(d.End(ctx, &d.su, d.open(t, "o1", &d.su).ID))(t)
			d.rule(t, func(r *Rules) { r.Assign = c.mode })
			d.clock.advance(c.later)
			d.open(t, "on su's hands", &d.su) // who has more to do, and got it last
			for _, a := range []*Agent{&d.li, &d.su} {
				d.presence(t, a, "online")
			}
			equal(t, "served by", d.comes(t, "o1"), c.want)
		})
	}
	d := openDesk(t)
	must(d.End(ctx, &d.su, d.open(t, "o1", &d.su).ID))(t)
	d.clock.advance(time.Hour)
	equal(t, "su is not here", d.comes(t, "o1"), "-")
	d.presence(t, &d.su, "online")
	ok(t, d.Route(ctx))
	equal(t, "su comes", d.servedBy(t, "o1"), "su")
}

// Whoever gets room is given who waits, the most urgent first.
func TestRoomIsFilled(t *testing.T) {
	d := openDesk(t)
	d.presence(t, &d.li, "online")
	d.rule(t, func(r *Rules) { r.Assign, r.Capacity = "fewest", 1 })
	equal(t, "the first", d.comes(t, "o1"), "li")
	equal(t, "no room", d.comes(t, "o2"), "-")
	equal(t, "no room", d.comes(t, "o3"), "-")
	must(d.SetVIP(ctx, &d.li, d.of(t, "o3").Customer.ID, 1))(t)
	must(d.End(ctx, &d.li, d.of(t, "o1").ID))(t)
	equal(t, "the level first", d.servedBy(t, "o3")+d.servedBy(t, "o2"), "li-")
	d.rule(t, func(r *Rules) { r.Capacity = 2 })
	equal(t, "the rules changed", d.servedBy(t, "o2"), "li")
}

// What waits for an agent who neither replies nor types goes back, to others
// first; a line tells why. What waits for the customer stays.
func TestSilence(t *testing.T) {
	d := openDesk(t)
	d.rule(t, func(r *Rules) { r.Silence = 5 })
	d.open(t, "asks", &d.li)
	typed := d.open(t, "typed", &d.li)
	answered := d.open(t, "answered", &d.li)
	d.reply(t, &d.li, answered.ID)
	d.clock.advance(3 * time.Minute)
	d.receive(t, d.text("asks", "hello?"))
	ok(t, d.Active(ctx, d.su.ID, d.of(t, "asks").ID)) // it is not su's
	ok(t, d.Active(ctx, d.li.ID, typed.ID))
	d.clock.advance(2*time.Minute - time.Millisecond)
	ok(t, d.Route(ctx))
	equal(t, "a moment before", d.servedBy(t, "asks"), "li")
	d.clock.advance(time.Millisecond)
	ok(t, d.Route(ctx))
	equal(t, "served", d.servedBy(t, "asks")+" "+d.servedBy(t, "typed")+" "+d.servedBy(t, "answered"), "- li li")
	v := d.of(t, "asks")
	equal(t, "still waits", fmt.Sprint(v.State, d.now()-v.WaitingSince, v.ReturnedAt-d.now()), "waiting300000 0")
	list := d.timeline(t, v.Customer.ID)
	last := list[len(list)-1]
	equal(t, "line", fmt.Sprint(last.Type, string(last.Body), last.Agent), fmt.Sprintf(`queued{"from":%d,"reason":"silence"}%d`, d.li.ID, d.li.ID))
	d.receive(t, d.text("older", "hello"))
	equal(t, "first in the queue", must(d.ClaimNext(ctx, &d.su))(t).Customer.OpenID, "asks")
	equal(t, "back no more", d.of(t, "asks").ReturnedAt, 0)
	d.clock.advance(3 * time.Minute)
	ok(t, d.Route(ctx))
	equal(t, "typing holds it for its time", d.servedBy(t, "typed"), "-")
}

// It is not given to the one from whom it came back, until they come back
// themselves.
func TestNotToTheSilent(t *testing.T) {
	d := openDesk(t)
	d.presence(t, &d.li, "online")
	d.rule(t, func(r *Rules) { r.Assign, r.Silence = "last", 1 })
	equal(t, "li", d.comes(t, "o1"), "li")
	d.clock.advance(time.Minute)
	for range 3 {
		ok(t, d.Route(ctx))
		equal(t, "stays in the queue", d.servedBy(t, "o1"), "-")
		d.clock.advance(time.Minute)
	}
	d.presence(t, &d.su, "online")
	ok(t, d.Route(ctx))
	equal(t, "su came", d.servedBy(t, "o1"), "su")
	d.clock.advance(time.Minute)
	ok(t, d.Route(ctx))
	equal(t, "from su to li", d.servedBy(t, "o1"), "li")
	d.clock.advance(time.Minute)
	d.presence(t, &d.su, "away")
	ok(t, d.Route(ctx))
	equal(t, "nobody", d.servedBy(t, "o1"), "-")
	d.clock.advance(time.Minute)
	d.presence(t, &d.li, "online")
	ok(t, d.Route(ctx))
	equal(t, "li is back", d.servedBy(t, "o1"), "li")
}

func TestGone(t *testing.T) {
	d := openDesk(t)
	d.open(t, "o1", &d.li)
	answered := d.open(t, "o2", &d.li)
	d.reply(t, &d.li, answered.ID)
	d.open(t, "su's", &d.su)
	d.clock.advance(time.Hour)
	ok(t, d.Route(ctx))
	equal(t, "who never was here is not gone", d.servedBy(t, "o1"), "li")
	d.presence(t, &d.li, "away")
	d.clock.advance(3*time.Minute - time.Millisecond)
	ok(t, d.Route(ctx))
	equal(t, "not yet", d.servedBy(t, "o1"), "li")
	d.rule(t, func(r *Rules) { r.Gone = -1 })
	d.clock.advance(time.Hour)
	ok(t, d.Route(ctx))
	equal(t, "they stay", d.servedBy(t, "o1"), "li")
	d.rule(t, func(r *Rules) { r.Gone = 3 })
	ok(t, d.Route(ctx))
	equal(t, "all of li's went back", d.servedBy(t, "o1")+d.servedBy(t, "o2")+d.servedBy(t, "su's"), "--su")
	list := d.timeline(t, answered.Customer.ID)
	equal(t, "line", string(list[len(list)-1].Body), fmt.Sprintf(`{"from":%d,"reason":"gone"}`, d.li.ID))
	equal(t, "who was answered waits since", d.of(t, "o2").ReturnedAt, d.now())
}

// Whatever happens in whatever order: nobody has more than they can hold by
// assignment, nobody who is not here is given anybody, and while somebody free
// is here nobody waits.
func TestAssignmentHolds(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	d := openDesk(t)
	d.rule(t, func(r *Rules) { r.Capacity, r.Silence, r.Gone = 2, 4, 1 })
	agents := []*Agent{&d.li, &d.su}
	modes := []string{"fewest", "longest", "last"}
	seen := int64(0)
	d.comes(t, "o0")
	for step := range 400 {
		a := agents[random.IntN(2)]
		openid := fmt.Sprint("o", random.IntN(12))
		switch random.IntN(6) {
		case 0:
			d.presence(t, a, []string{"online", "busy", "away"}[random.IntN(3)])
		case 1:
			d.rule(t, func(r *Rules) { r.Assign = modes[random.IntN(3)] })
		case 2:
			if v := d.of(t, openid); v.State == "open" && v.Agent == a.ID {
				must(d.End(ctx, a, v.ID))(t)
			}
		case 3:
			d.clock.advance(time.Duration(random.IntN(3)) * time.Minute)
		default:
			d.receive(t, d.text(openid, "hello"))
		}
		ok(t, d.Route(ctx))
		type state struct {
			login, presence string
			open, given     int
		}
		free := map[int64]bool{}
		for _, a := range agents {
			s := must(row(ctx, d, func(r scanner) (s state, err error) {
				err = r.Scan(&s.login, &s.presence, &s.open, &s.given)
				return s, err
			},
				`select login, presence, (select count(*) from conversation where state = 'open' and agent_id = a.id),
				(select count(*) from message where type = 'assigned' and agent_id = a.id and id > $2) from agent a where id = $1`, a.ID, seen))(t)
			if free[a.ID] = s.presence == "online" && s.open < 2; s.given > 0 && (s.presence != "online" || s.open > 2) {
				t.Fatalf("step %d: %+v", step, s)
			}
		}
		seen = must(row(ctx, d, one[int64], "select max(id) from message"))(t)
		waiting := must(rows(ctx, d, scanConversation, selectConversation+"where v.state = 'waiting'"))(t)
		for _, v := range waiting {
			by := must(row(ctx, d, one[int64], "select returned_by from conversation where id = $1", v.ID))(t)
			for id, is := range free {
				if is && id != by {
					t.Fatalf("step %d: %s waits (came back from %d) while %d is free", step, v.Customer.OpenID, by, id)
				}
			}
		}
	}
	given := must(row(ctx, d, one[int], "select count(*) from message where type = 'assigned'"))(t)
	back := must(row(ctx, d, one[int], "select count(*) from message where type = 'queued'"))(t)
	if given < 20 || back < 5 {
		t.Errorf("%d were given and %d came back: the walk is too tame", given, back)
	}
}
