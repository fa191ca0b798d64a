package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

// handoverDesk has agents of every sort besides li, who serves: su is here;
// lead supervises; looker sees and does not reply; off is deactivated; absent
// is away; stranger sees nothing.
func handoverDesk(t *testing.T) (*desk, map[string]*Agent) {
	d := openDesk(t)
	who := map[string]*Agent{"admin": &d.admin, "li": &d.li, "su": &d.su}
	for login, kf := range map[string]string{"lead": "lead@hemu", "looker": "", "off": "off@hemu", "absent": "absent@hemu", "stranger": ""} {
		role := "agent"
		if login == "lead" {
			role = "supervisor"
		}
		a := d.addAgent(t, login, role, kf)
		if login == "looker" {
			ok(t, d.Bind(ctx, Actor{}, a.ID, d.account, ""))
		}
		a = d.agent(t, a.ID)
		who[login] = &a
	}
	for login, a := range who {
		if login != "absent" {
			ok(t, d.Here(ctx, a.ID))
		}
	}
	ok(t, d.SetPresence(ctx, d.su.ID, "busy"))
	ok(t, d.SetAgentActive(ctx, Actor{}, who["off"].ID, false))
	return d, who
}

// answer is what a deed came to: the refusal, or state and agent.
func (d *desk) answer(t *testing.T, v Conversation, err error) string {
	t.Helper()
	var r *Refusal
	switch {
	case errors.Is(err, ErrNotFound):
		return "not found"
	case errors.As(err, &r):
		return r.Code
	case err != nil:
		t.Fatal(err)
	case v.Agent == 0:
		return v.State
	}
	return v.State + " " + d.agent(t, v.Agent).Login
}

// Who may hand what over to whom.
func TestHandover(t *testing.T) {
	for _, c := range []struct{ state, who, deed, to, want string }{ // li serves what is open or closed
		{"open", "li", "transfer", "su", "open su"}, // busy, but here
		{"open", "li", "transfer", "lead", "open lead"},
		{"open", "li", "transfer", "li", "open li"},
		{"open", "li", "transfer", "queue", "waiting"},
		{"open", "li", "transfer", "admin", "cannot_receive"},
		{"open", "li", "transfer", "looker", "cannot_receive"},
		{"open", "li", "transfer", "off", "cannot_receive"},
		{"open", "li", "transfer", "stranger", "cannot_receive"},
		{"open", "li", "transfer", "nobody", "cannot_receive"},
		{"open", "li", "transfer", "absent", "agent_away"},
		{"open", "su", "transfer", "su", "not_yours"},
		{"open", "su", "transfer", "queue", "not_yours"},
		{"open", "lead", "transfer", "su", "open su"},
		{"open", "lead", "transfer", "queue", "waiting"},
		{"open", "admin", "transfer", "su", "open su"},
		{"open", "stranger", "transfer", "su", "not found"},
		{"waiting", "li", "transfer", "su", "not_claimed"},
		{"waiting", "lead", "transfer", "su", "open su"},
		{"waiting", "lead", "transfer", "queue", "waiting"},
		{"closed", "li", "transfer", "su", "ended"},
		{"closed", "lead", "transfer", "queue", "ended"},

		{"open", "lead", "take", "", "open lead"},
		{"open", "su", "take", "", "may_not_take"},
		{"open", "li", "take", "", "open li"},
		{"open", "admin", "take", "", "no_kf_account"},
		{"open", "stranger", "take", "", "not found"},
		{"all may", "su", "take", "", "open su"},
		{"all may", "looker", "take", "", "no_kf_account"},
		{"waiting", "su", "take", "", "open su"},
		{"closed", "lead", "take", "", "ended"},

		{"open", "li", "invite", "su", "open li"},
		{"open", "li", "invite", "looker", "open li"},
		{"open", "li", "invite", "admin", "open li"},
		{"open", "li", "invite", "li", "cannot_receive"},
		{"open", "li", "invite", "off", "cannot_receive"},
		{"open", "li", "invite", "stranger", "cannot_receive"},
		{"open", "li", "invite", "absent", "agent_away"},
		{"open", "lead", "invite", "su", "open li"},
		{"open", "su", "invite", "lead", "not_yours"},
		{"waiting", "su", "invite", "li", "not_claimed"},
		{"waiting", "lead", "invite", "li", "waiting"},
		{"closed", "li", "invite", "su", "ended"},

		{"open", "lead", "end", "", "closed li"},
		{"waiting", "lead", "end", "", "closed"},
	} {
		t.Run(fmt.Sprint(c.state, " ", c.who, " ", c.deed, " ", c.to), func(t *testing.T) {
			d, who := handoverDesk(t)
			v := d.receive(t, d.text("o1", "hello"))
			if c.state != "waiting" {
				v = must(d.Claim(ctx, &d.li, v.ID))(t)
			}
			if c.state == "closed" {
				v = must(d.End(ctx, &d.li, v.ID))(t)
			}
			if c.state == "all may" {
				r := defaultRules()
				r.TakeOver = "all"
				ok(t, d.SetRules(ctx, Actor{}, d.account, r))
			}
			to := int64(99)
			if c.to == "queue" {
				to = 0
			} else if a := who[c.to]; a != nil {
				to = a.ID
			}
			before := d.newest(t)
			var got Conversation
			var err error
			switch c.deed {
			case "transfer":
				got, err = d.Transfer(ctx, who[c.who], v.ID, to, "")
			case "take":
				got, err = d.TakeOver(ctx, who[c.who], v.ID)
			case "invite":
				got, err = d.Invite(ctx, who[c.who], v.ID, to)
			case "end":
				got, err = d.End(ctx, who[c.who], v.ID)
			}
			equal(t, "answer", d.answer(t, got, err), c.want)
			if err != nil {
				equal(t, "a refusal's events", d.newest(t)-before, 0)
			}
		})
	}
}

// What goes over: who waits goes on waiting, the budget and what is unread stay,
// and the note stands before the line.
func TestTransferWithNote(t *testing.T) {
	d, who := handoverDesk(t)
	v := d.open(t, "o1", &d.li)
	d.reply(t, &d.li, v.ID)
	d.clock.advance(time.Minute)
	before := d.receive(t, d.text("o1", "and where is it?"))
	d.clock.advance(time.Minute)
	v = must(d.Transfer(ctx, &d.li, v.ID, d.su.ID, "  asks for the parcel\n"))(t)
	equal(t, "conversation", fmt.Sprint(v.State, v.Agent, v.ClaimedAt-d.now(), v.WaitingSince, v.Unread, v.Last.ID),
		fmt.Sprint("open", d.su.ID, 0, before.WaitingSince, before.Unread, before.Last.ID))
	equal(t, "budget", fmt.Sprint(*v.Grants.Message), fmt.Sprint(*before.Grants.Message))
	list := d.timeline(t, v.Customer.ID)
	equal(t, "timeline", lines(list[4:]), "note text@1, event transferred@1")
	equal(t, "note", fmt.Sprint(string(list[4].Body), list[4].Agent, list[4].Nick), fmt.Sprint(`{"content":"asks for the parcel","mentions":[]}`, d.li.ID, "li"))
	equal(t, "line", string(list[5].Body), fmt.Sprintf(`{"from":%d,"to":%d}`, d.li.ID, d.su.ID))
	_, _, _, err := d.Reply(ctx, &d.li, v.ID, d.draft("one more"))
	refused(t, err, "not_yours")
	d.reply(t, &d.su, v.ID)

	v = must(d.Transfer(ctx, &d.su, v.ID, 0, "anybody"))(t)
	v = must(d.Claim(ctx, &d.li, v.ID))(t)
	v = must(d.TakeOver(ctx, who["lead"], v.ID))(t)
	v = must(d.Invite(ctx, who["lead"], v.ID, d.li.ID))(t)
	list = d.timeline(t, v.Customer.ID)[7:]
	equal(t, "timeline", lines(list), "note text@1, event queued@1, event claimed@1, event taken@1, event invited@1")
	equal(t, "back to the queue", string(list[1].Body), fmt.Sprintf(`{"from":%d,"reason":"returned"}`, d.su.ID))
	equal(t, "taken", string(list[3].Body), fmt.Sprintf(`{"from":%d}`, d.li.ID))
	equal(t, "invited", string(list[4].Body), fmt.Sprintf(`{"to":%d}`, d.li.ID))
}

func TestReasonsOfEnds(t *testing.T) {
	d, _ := handoverDesk(t)
	v := d.open(t, "o1", &d.li)
	_, err := d.EndFor(ctx, &d.li, v.ID, "sold")
	refused(t, err, "bad_reason")
	r := defaultRules()
	r.Reasons = []string{"sold", "spam"}
	ok(t, d.SetRules(ctx, Actor{}, d.account, r))
	_, err = d.EndFor(ctx, &d.li, v.ID, "bought")
	refused(t, err, "bad_reason")
	v = must(d.EndFor(ctx, &d.li, v.ID, "sold"))(t)
	equal(t, "ended", v.State+" "+v.Reason, "closed sold")
	list := d.timeline(t, v.Customer.ID)
	equal(t, "line", string(list[len(list)-1].Body), `{"why":"sold"}`)
	equal(t, "reopened", must(d.Reopen(ctx, &d.li, v.ID))(t).Reason, "")
	equal(t, "none is needed", must(d.End(ctx, &d.li, v.ID))(t).Reason, "")
	must(d.Reopen(ctx, &d.li, v.ID))(t)
	must(d.EndFor(ctx, &d.li, v.ID, "spam"))(t)
	equal(t, "the customer comes back", d.receive(t, d.text("o1", "wait")).Reason, "")
}

func TestEndSeveral(t *testing.T) {
	d, who := handoverDesk(t)
	mine, mine2, ended, other, waits := d.open(t, "o1", &d.li), d.open(t, "o2", &d.li), d.open(t, "o3", &d.li), d.open(t, "o4", &d.su), d.receive(t, d.text("o5", "hello"))
	must(d.End(ctx, &d.li, ended.ID))(t)
	all := []int64{mine.ID, ended.ID, other.ID, waits.ID, 99, mine2.ID, mine.ID}
	closes := func(a *Agent, want ...int64) {
		t.Helper()
		var got []int64
		for _, v := range must(d.EndAll(ctx, a, all, ""))(t) {
			got = append(got, v.ID)
			equal(t, "state", v.State, "closed")
			equal(t, "event", v.Event, must(d.Conversation(ctx, &d.admin, v.ID))(t).Event)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s closes %v, want %v", a.Login, got, want)
		}
	}
	closes(who["stranger"])
	_, err := d.EndAll(ctx, &d.li, all, "no reason of ours")
	refused(t, err, "bad_reason")
	equal(t, "after a refusal", d.of(t, "o1").State, "open")
	closes(&d.li, mine.ID, mine2.ID)
	closes(who["lead"], other.ID, waits.ID)
}

// Who is ended with the others is given to nobody before; who is left is.
func TestEndSeveralThenAssign(t *testing.T) {
	d := openDesk(t)
	serves := d.open(t, "o1", &d.li)
	d.rule(t, func(r *Rules) { r.Assign, r.Capacity = "fewest", 1 })
	d.presence(t, &d.li, "online")
	waits := d.receive(t, d.text("o2", "hello"))
	d.clock.advance(time.Second)
	d.receive(t, d.text("o3", "hello"))
	must(d.EndAll(ctx, &d.admin, []int64{serves.ID, waits.ID}, ""))(t)
	equal(t, "ended", lines(d.timeline(t, waits.Customer.ID)), "in text@2, event ended@2")
	equal(t, "who is left", d.servedBy(t, "o3"), "li")
}

// A hand-over is marked for whom it concerns until they have seen it: to whom,
// from whom, with the note; the newest of a conversation, and none of an ended one.
func TestHandoverIsTold(t *testing.T) {
	d, who := handoverDesk(t)
	lead := who["lead"]
	v := d.open(t, "open", &d.li)
	of := func(a *Agent) (list string) {
		for _, m := range must(d.Mentions(ctx, a))(t) {
			list += fmt.Sprint(m.Kind, " ", m.Conversation == v.ID, " ", d.agent(t, m.Agent).Login, " ", m.Text, ",")
		}
		return list
	}
	told := func(what, li, su, lead string) {
		t.Helper()
		equal(t, what, fmt.Sprint([]string{of(&d.li), of(&d.su), of(who["lead"])}), fmt.Sprint([]string{li, su, lead}))
	}
	d.note(t, &d.li, v.ID, "not with it")
	d.clock.advance(time.Minute)
	must(d.Transfer(ctx, &d.li, v.ID, d.su.ID, "wait for the parcel"))(t)
	told("given to su", "", "transferred true li wait for the parcel,", "")
	must(d.Invite(ctx, &d.su, v.ID, d.li.ID))(t)
	told("li is asked to look", "invited true su ,", "transferred true li wait for the parcel,", "")
	must(d.Transfer(ctx, lead, v.ID, d.li.ID, ""))(t)
	told("a supervisor gives it back", "transferred true lead ,", "transferred true lead ,", "")
	must(d.TakeOver(ctx, lead, v.ID))(t)
	told("and takes it", "taken true lead ,", "transferred true lead ,", "")
	for _, m := range must(d.Mentions(ctx, &d.li))(t) {
		ok(t, d.SeeMention(ctx, &d.li, m.Message))
	}
	told("li has seen it", "", "transferred true lead ,", "")
	must(d.Transfer(ctx, lead, v.ID, d.li.ID, ""))(t)
	must(d.Transfer(ctx, lead, v.ID, 0, "no time"))(t)
	told("back in the queue", "queued true lead no time,", "transferred true lead ,", "")
	must(d.Transfer(ctx, lead, v.ID, d.li.ID, ""))(t)
	must(d.End(ctx, &d.li, v.ID))(t)
	told("ended", "", "", "")

	d.rule(t, func(r *Rules) { r.Silence = 1 })
	v = d.open(t, "another", &d.li)
	d.clock.advance(2 * time.Minute)
	ok(t, d.Route(ctx))
	told("li was silent", "queued true li ,", "", "")
}
