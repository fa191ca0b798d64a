package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"testing"
	"time"
)

func (s *Store) newest(t testing.TB) int64 {
	t.Helper()
	newest, _, err := s.LastEvent(ctx)
	ok(t, err)
	return newest
}

func TestEventIDsOnlyGoUp(t *testing.T) {
	d := openDesk(t)
	d.receive(t, d.text("o1", "hello"))
	newest := d.newest(t)
	d.kinds(t)
	d.clock.advance(time.Hour)
	ok(t, d.PruneEvents(ctx, 1000))
	ok(t, d.Close())
	d.Store = openAt(t, d.Dir(), d.clock) // all events are forgotten, their ids are not
	equal(t, "newest", d.newest(t), newest)
	d.receive(t, d.text("o1", "more"))
	changes := must(d.Changes(ctx, newest, 10))(t)
	equal(t, "events", len(changes), 1)
	equal(t, "id", changes[0].Event.ID, newest+1)
}

func TestLastEventAndPrune(t *testing.T) {
	s := open(t)
	clock := func(at int64) { s.Now = func() time.Time { return time.UnixMilli(at) } }
	span := func(newest, oldest int64) {
		t.Helper()
		n, o, err := s.LastEvent(ctx)
		ok(t, err)
		equal(t, "newest oldest", fmt.Sprint(n, o), fmt.Sprint(newest, oldest))
	}
	span(0, 1)
	for i := range 5 {
		clock(start + int64(i)*1000)
		ok(t, s.write(ctx, func(t *tx) error { return t.note(Event{Kind: "agent"}) }))
	}
	span(5, 1)
	ok(t, s.PruneEvents(ctx, 10_000))
	span(5, 1)
	ok(t, s.PruneEvents(ctx, 2000))
	span(5, 3)
	clock(start + 60_000)
	ok(t, s.PruneEvents(ctx, 1000))
	span(5, 6)
	ok(t, s.write(ctx, func(t *tx) error { return t.note(Event{Kind: "agent"}) }))
	span(6, 6)

	for range 2*pruneAtOnce/500 + 1 { // more than one change forgets
		ok(t, s.write(ctx, func(t *tx) (err error) {
			for range 500 {
				err = errors.Join(err, t.note(Event{Kind: "agent"}))
			}
			return err
		}))
	}
	clock(start + 120_000)
	ok(t, s.write(ctx, func(t *tx) error { return t.note(Event{Kind: "agent"}) }))
	ok(t, s.PruneEvents(ctx, 1000))
	span(2*pruneAtOnce+507, 2*pruneAtOnce+507)
}

// Changes shows the rows as they are now, in the order of their events.
func TestChangesShowTheRowsAsTheyAreNow(t *testing.T) {
	d := openDesk(t)
	v := d.receive(t, d.text("o1", "hello"))
	must(d.Claim(ctx, &d.li, v.ID))(t)
	m := d.reply(t, &d.li, v.ID)
	d.send(t, Result{State: "sent"})
	v = d.of(t, "o1")
	changes := must(d.Changes(ctx, 0, 100))(t)
	for i, c := range changes {
		equal(t, "id", c.Event.ID, int64(i+1))
		if c.Event.Kind != "message" {
			continue
		}
		equal(t, "conversation", show(c.Conversation), show(&v))
		now := d.message(t, c.Event.Message)
		equal(t, "message", show(c.Message), show(&now))
	}
	equal(t, "state of the reply in its first event", changes[m.Event-1].Message.State, "sent")

	for since := range int64(len(changes)) { // from each cursor, in pages
		var got []int64
		for at := since; ; {
			page := must(d.Changes(ctx, at, 3))(t)
			if len(page) == 0 {
				break
			}
			for _, c := range page {
				got = append(got, c.Event.ID)
			}
			at = got[len(got)-1]
		}
		equal(t, "events", len(got), len(changes)-int(since))
		equal(t, "first", got[0], since+1)
	}
}

func show(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// The JSON is what the browser and the API know.
func TestJSONShapes(t *testing.T) {
	const notSent = `"errcode":0,"errmsg":"","attempts":0,"retry_at":0,`
	d := openDesk(t)
	in := d.push("o1", "in", "image")
	in.Grant, in.Cause, in.Media = "message", "message", &Wanted{Kind: "image", Source: "m1"}
	v := d.receive(t, in)
	must(d.Claim(ctx, &d.li, v.ID))(t)
	m, v, _, err := d.Reply(ctx, &d.li, v.ID, Draft{ClientID: "c-1", Type: "text", Body: json.RawMessage(`{"content":"a"}`)})
	ok(t, err)
	list := d.timeline(t, v.Customer.ID)
	for _, c := range []struct {
		what string
		got  any
		want string
	}{
		{"conversation", v, `{"id":1,"account":1,"state":"open","agent":2,"customer":{"id":1,"openid":"o1","remark":"","language":"","vip":0,"following":true,` +
			`"source":"","subscribed_at":0,"conversations":1,"session":null,"blocked_at":0,"tags":[],"event":EVENT},"unread":1,"read_id":0,"waiting_since":0,"created_at":1735689600000,` +
			`"claimed_at":1735689600000,"first_reply_at":1735689600000,"closed_at":0,"returned_at":0,"raised_at":0,"reason":"","last":{"id":3,"dir":"out","type":"text","text":"a",` +
			`"state":"pending","agent":2,"at":1735689600000},"grants":{"message":{"left":4,"total":5,"since":1735689600000,` +
			`"until":1735862355000,"cause":"message"}},"event":EVENT}`},
		{"picture", list[0], `{"id":1,"customer":1,"conversation":1,"dir":"in","type":"image","body":{},"at":1735689600000,` +
			`"agent":0,"kf_account":"","nick":"","state":"",` + notSent + `"client_id":"","nth":0,"of":0,"sent_at":0,"event":EVENT,"media":{"id":1,"state":"wanted","mime":"","size":0,"width":0,"height":0,"duration":0,"name":"","error":""}}`},
		{"line", list[1], `{"id":2,"customer":1,"conversation":1,"dir":"event","type":"claimed","body":{"waited_ms":0},"at":1735689600000,` +
			`"agent":2,"kf_account":"","nick":"li","state":"",` + notSent + `"client_id":"","nth":0,"of":0,"sent_at":0,"event":EVENT}`},
		{"reply", m, `{"id":3,"customer":1,"conversation":1,"dir":"out","type":"text","body":{"content":"a"},"at":1735689600000,"agent":2,` +
			`"kf_account":"li@hemu","nick":"nick of li@hemu","state":"pending",` + notSent + `"client_id":"c-1","nth":1,"of":5,"sent_at":0,"event":EVENT}`},
		{"agent", d.li, `{"id":2,"login":"li","name":"li","role":"agent","presence":"away","capacity":0,"active":true,"bindings":[{"account":1,"account_name":"Hemu",` +
			`"kf_account":"li@hemu","nick":"nick of li@hemu","avatar":0}]}`},
		{"agent without bindings", d.admin, `{"id":1,"login":"boss","name":"boss","role":"admin","presence":"away","capacity":0,"active":true,"bindings":[]}`},
	} {
		equal(t, c.what, regexp.MustCompile(`"event":\d+`).ReplaceAllString(show(c.got), `"event":EVENT`), c.want)
	}
}
