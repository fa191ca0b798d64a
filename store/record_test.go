package store

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// The records of WeChat's own tool fill the gaps of a timeline, once: what came by
// a push, was sent from here or was imported before is recognised.
func TestImportRecords(t *testing.T) {
	d := openDesk(t)
	d.addKF(t, d.account, "door@hemu")
	v := d.open(t, "o1", &d.li) // o1 says something
	asked := d.timeline(t, v.Customer.ID)[0]
	d.clock.advance(time.Minute)
	reply := d.reply(t, &d.li, v.ID)
	d.send(t, Result{State: "sent"})
	picture := d.push("o1", "in", "image")
	d.receive(t, picture)
	d.clock.advance(time.Hour)

	said := func(m Message) string {
		return must(row(ctx, d, one[string], "select json_extract(body, '$.content') from message where id = $1", m.ID))(t)
	}
	records := []Record{
		{"o1", false, said(asked), asked.At + 2000, "li@hemu"},
		{"o1", true, " " + said(reply), reply.At + 1000, "li@hemu"},
		{"o1", false, "[image]", picture.At, "li@hemu"},
		{"o1", false, said(asked), asked.At + 3000, "door@hemu"}, // said twice: one of them is here
		{"o1", true, said(asked), asked.At, "door@hemu"},         // we said the same
		{"o1", false, "[voice]", picture.At + 30_000, "door@hemu"},
		{"o2", true, "hello", picture.At, "door@hemu"}, // a customer who never came here
	}
	before := d.of(t, "o1")
	take := func() int {
		return must(d.ImportRecords(ctx, Actor{AgentID: d.admin.ID, IP: "::1"}, d.account, records))(t).New
	}
	equal(t, "new", take(), 4)
	equal(t, "audit", d.lastDeed(t), fmt.Sprintf("kf.records +4 by %d from ::1", d.admin.ID))
	equal(t, "again", take(), 0)
	records = []Record{{"o1", false, "[voice]", picture.At + 32_000, "door@hemu"}} // another, soon after the one that was imported
	equal(t, "on the next page", take(), 1)
	var lines []string
	for _, m := range d.timeline(t, v.Customer.ID) {
		if strings.Contains(string(m.Body), "imported") {
			lines = append(lines, fmt.Sprintf("%s %s %s %s %d", m.Dir, said(m), m.Nick, m.State, m.Conversation))
		}
	}
	equal(t, "lines", strings.Join(lines, "; "), fmt.Sprintf("out %s nick of door@hemu sent %d; in %[1]s   %[2]d; in [voice]   %[2]d; in [voice]   %[2]d", said(asked), v.ID))
	after := d.of(t, "o1")
	equal(t, "what the list shows", fmt.Sprint(after.Last.ID, after.Unread, after.WaitingSince), fmt.Sprint(before.Last.ID, before.Unread, before.WaitingSince))
	equal(t, "who never came", d.of(t, "o2").State, "closed")
}
