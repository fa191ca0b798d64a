package store

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

func (d *desk) note(t testing.TB, a *Agent, conversation int64, content string, mentions ...int64) Message {
	t.Helper()
	d.pushes++
	m, _, again, err := d.AddNote(ctx, a, conversation, Note{ClientID: fmt.Sprintf("note-%d", d.pushes), Content: content, Mentions: mentions})
	ok(t, err)
	equal(t, "again", again, false)
	return m
}

// A note changes nothing but the thread: not whose turn it is, not the unread
// count, not the budget, not what the list shows; and nothing leaves.
func TestNote(t *testing.T) {
	d := openDesk(t)
	open := d.open(t, "open", &d.li)
	waiting := d.receive(t, d.text("waiting", "hello"))
	ended := must(d.End(ctx, &d.li, d.open(t, "ended", &d.li).ID))(t)
	for _, before := range []Conversation{open, waiting, ended} {
		d.clock.advance(time.Minute)
		m := d.note(t, &d.su, before.ID, "bring <b>tape</b>")
		equal(t, "body", string(m.Body), `{"content":"bring <b>tape</b>","mentions":[]}`)
		equal(t, "what it is", m.Dir+" "+m.Type+" "+m.State+" "+m.Nick, "note text  su")
		after := must(d.Conversation(ctx, &d.li, before.ID))(t)
		equal(t, "event", after.Event, m.Event)
		after.Event = before.Event
		equal(t, "the rest", string(must(json.Marshal(after))(t)), string(must(json.Marshal(before))(t)))
	}
	equal(t, "replies that are due", len(must(d.ClaimReplies(ctx, 10))(t)), 0)

	again := Note{ClientID: "the same", Content: "once"}
	first, _, _, err := d.AddNote(ctx, &d.li, open.ID, again)
	ok(t, err)
	second, _, repeat, err := d.AddNote(ctx, &d.li, open.ID, again)
	ok(t, err)
	equal(t, "the same twice", fmt.Sprint(second.ID, repeat), fmt.Sprint(first.ID, true))

	stranger := d.addAgent(t, "stranger", "agent", "")
	_, _, _, err = d.AddNote(ctx, &stranger, open.ID, again)
	equal(t, "who may not see it", err, ErrNotFound)
}

func TestMentions(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	must(d.SetRemark(ctx, &d.li, v.Customer.ID, "Ms Wu"))(t)
	of := func(a *Agent) (list string) {
		for _, m := range must(d.Mentions(ctx, a))(t) {
			list += fmt.Sprintln(m.Message, m.Conversation, m.Agent, m.Remark, m.Text)
		}
		return list
	}
	before := d.newest(t)
	m := d.note(t, &d.li, v.ID, "@su  please", d.su.ID, d.su.ID, d.li.ID)
	equal(t, "of who was named", of(&d.su), fmt.Sprintln(m.ID, v.ID, d.li.ID, "Ms Wu", "@su please"))
	equal(t, "of who wrote it", of(&d.li), "")
	told := ""
	for _, c := range must(d.Changes(ctx, before, 10))(t) {
		told += fmt.Sprint(c.Event.Kind, " ", c.Event.Agent, ",")
	}
	equal(t, "events", told, fmt.Sprintf("message %d,mention %d,", d.li.ID, d.su.ID))

	gone, stranger := d.addAgent(t, "gone", "agent", "gone@hemu"), d.addAgent(t, "stranger", "agent", "")
	ok(t, d.SetAgentActive(ctx, Actor{}, gone.ID, false))
	for _, who := range []int64{gone.ID, stranger.ID, 99} {
		_, _, _, err := d.AddNote(ctx, &d.li, v.ID, Note{ClientID: "x", Content: "@", Mentions: []int64{who}})
		refused(t, err, "bad_mention")
	}
	d.note(t, &d.li, v.ID, "@boss", d.admin.ID)

	ok(t, d.SeeMention(ctx, &d.admin, m.ID)) // theirs is another
	equal(t, "before it is seen", of(&d.su) != "", true)
	ok(t, d.SeeMention(ctx, &d.su, m.ID))
	equal(t, "after", of(&d.su), "")
	newest := d.newest(t)
	ok(t, d.SeeMention(ctx, &d.su, m.ID))
	equal(t, "seen twice tells nothing", d.newest(t), newest)
	equal(t, "another's stays", of(&d.admin) != "", true)

	d.note(t, &d.li, v.ID, "@su", d.su.ID)
	ok(t, d.Unbind(ctx, Actor{}, d.su.ID, d.account))
	equal(t, "of an account that they may not see any more", of(&d.su), "")
}
