package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestReply(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	d.clock.advance(time.Minute)
	draft := d.draft("the answer")
	m, v, again, err := d.Reply(ctx, &d.li, v.ID, draft)
	ok(t, err)
	equal(t, "again", again, false)
	equal(t, "message", fmt.Sprint(m.Dir, m.Type, m.State, string(m.Body), m.Agent, m.KFAccount, m.Nick, m.ClientID, m.At-d.now()),
		fmt.Sprint("outtextpending", `{"content":"the answer"}`, d.li.ID, "li@hemunick of li@hemu", draft.ClientID, 0))
	equal(t, "last", v.Last, Last{ID: m.ID, Dir: "out", Type: "text", Text: "the answer", State: "pending", Agent: d.li.ID, At: d.now()})
	equal(t, "waiting since", v.WaitingSince, 0)
	equal(t, "first reply", v.FirstReplyAt, d.now())
	equal(t, "unread stays until read", v.Unread, 1)
	equal(t, "event", m.Event, v.Event)

	// The same again, as a browser does that got no answer: also when it could not be sent now.
	for _, change := range []func(){
		func() {},
		func() { d.clock.advance(72 * time.Hour) },
		func() { must(d.End(ctx, &d.li, v.ID))(t) },
		func() { d.receive(t, d.text("o1", "a new conversation")) },
	} {
		change()
		before := left(d.of(t, "o1"))
		draft.Body = json.RawMessage(`{"content":"other words"}`)
		twice, _, again, err := d.Reply(ctx, &d.li, v.ID, draft)
		ok(t, err)
		equal(t, "again", again, true)
		equal(t, "the same row", twice.ID, m.ID)
		equal(t, "its body", string(twice.Body), `{"content":"the answer"}`)
		equal(t, "grants", left(d.of(t, "o1")), before)
	}
}

func TestTheSameReplyAtOnceIsOne(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	draft := d.draft("once")
	each(10, func(int) {
		if _, _, _, err := d.Reply(ctx, &d.li, v.ID, draft); err != nil {
			t.Error(err)
		}
	})
	equal(t, "left", left(d.of(t, "o1")), "4 -")
	equal(t, "timeline", lines(d.timeline(t, v.Customer.ID)), "in text@1, event claimed@1, out text@1")
}

func TestReplyRefusals(t *testing.T) {
	for _, c := range []struct {
		name, want string
		before     func(t *testing.T, d *desk, v *Conversation, draft *Draft) *Agent // li serves v
	}{
		{"not claimed", "not_claimed", func(t *testing.T, d *desk, v *Conversation, _ *Draft) *Agent {
			*v = d.receive(t, d.text("o2", "hello"))
			return &d.li
		}},
		{"another agent", "not_yours", func(_ *testing.T, d *desk, _ *Conversation, _ *Draft) *Agent { return &d.su }},
		{"an admin", "not_yours", func(_ *testing.T, d *desk, _ *Conversation, _ *Draft) *Agent { return &d.admin }},
		{"ended", "ended", func(t *testing.T, d *desk, v *Conversation, _ *Draft) *Agent {
			must(d.End(ctx, &d.li, v.ID))(t)
			return &d.li
		}},
		{"kf account taken away since", "not_claimed", func(t *testing.T, d *desk, _ *Conversation, _ *Draft) *Agent {
			ok(t, d.Bind(ctx, Actor{}, d.li.ID, d.account, ""))
			return &d.li
		}},
		{"a stranger", "not found", func(t *testing.T, d *desk, _ *Conversation, _ *Draft) *Agent {
			a := d.addAgent(t, "stranger", "agent", "")
			return &a
		}},
		{"no such conversation", "not found", func(_ *testing.T, d *desk, v *Conversation, _ *Draft) *Agent {
			v.ID = 99
			return &d.admin
		}},
		{"a picture that is not there", "no_media", func(_ *testing.T, d *desk, _ *Conversation, draft *Draft) *Agent {
			draft.MediaID = 99
			return &d.li
		}},
		{"a picture of another official account", "no_media", func(t *testing.T, d *desk, _ *Conversation, draft *Draft) *Agent {
			other := d.addAccount(t, "wxfedcba0987654321")
			draft.MediaID = must(d.AddMedia(ctx, Media{Account: other, Kind: "image"}))(t).ID
			return &d.li
		}},
		{"a picture that is not fetched yet", "no_media", func(t *testing.T, d *desk, _ *Conversation, draft *Draft) *Agent {
			in := d.push("o2", "in", "image")
			in.Media = &Wanted{Kind: "image", Source: "m1"}
			draft.MediaID = d.timeline(t, d.receive(t, in).Customer.ID)[0].Media.ID
			return &d.li
		}},
		{"a picture as a film", "no_media", func(t *testing.T, d *desk, _ *Conversation, draft *Draft) *Agent {
			draft.Type, draft.MediaID = "video", must(d.AddMedia(ctx, Media{Account: d.account, Kind: "image"}))(t).ID
			return &d.li
		}},
		{"a film as its own cover", "no_media", func(t *testing.T, d *desk, _ *Conversation, draft *Draft) *Agent {
			draft.Type, draft.MediaID = "video", must(d.AddMedia(ctx, Media{Account: d.account, Kind: "video"}))(t).ID
			draft.ThumbID = draft.MediaID
			return &d.li
		}},
		{"a cover of another official account", "no_media", func(t *testing.T, d *desk, _ *Conversation, draft *Draft) *Agent {
			other := d.addAccount(t, "wxfedcba0987654321")
			draft.Type, draft.ThumbID = "music", must(d.AddMedia(ctx, Media{Account: other, Kind: "thumb"}))(t).ID
			return &d.li
		}},
		{"no client id", "store: a reply without a client id", func(_ *testing.T, d *desk, _ *Conversation, draft *Draft) *Agent {
			draft.ClientID = ""
			return &d.li
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := openDesk(t)
			v, draft := d.open(t, "o1", &d.li), d.draft("answer")
			a := c.before(t, d, &v, &draft)
			since, _, err := d.LastEvent(ctx)
			ok(t, err)
			grants := left(d.of(t, "o1"))
			_, _, _, err = d.Reply(ctx, a, v.ID, draft)
			var r *Refusal
			switch {
			case errors.As(err, &r):
				equal(t, "refusal", r.Code, c.want)
			case errors.Is(err, ErrNotFound):
				equal(t, "answer", "not found", c.want)
			default:
				equal(t, "error", fmt.Sprint(err), c.want)
			}
			now, _, err := d.LastEvent(ctx)
			ok(t, err)
			equal(t, "events", now-since, 0)
			equal(t, "grants", left(d.of(t, "o1")), grants)
		})
	}
}

// A kf account without an agent who may speak as it: mayReply asks last.
func TestReplyWithoutKFAccount(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	ok(t, d.write(ctx, func(t *tx) error { // as a database that was mended by hand
		return t.exec("update agent_account set kf_account = '' where agent_id = $1", d.li.ID)
	}))
	_, _, _, err := d.Reply(ctx, &d.li, v.ID, d.draft("answer"))
	refused(t, err, "no_kf_account")
}

func TestReplyWithAPicture(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	draft := d.draft("")
	draft.Type, draft.Body = "image", json.RawMessage("{}")
	draft.MediaID = must(d.AddMedia(ctx, Media{Account: d.account, Kind: "image", Hash: strings.Repeat("a", 64), Mime: "image/png",
		Size: 10, Width: 3, Height: 4, Name: "a.png"}))(t).ID
	m, _, _, err := d.Reply(ctx, &d.li, v.ID, draft)
	ok(t, err)
	equal(t, "media", string(must(json.Marshal(m.Media))(t)),
		fmt.Sprintf(`{"id":%d,"state":"ready","mime":"image/png","size":10,"width":3,"height":4,"duration":0,"name":"a.png","error":""}`, draft.MediaID))
}

func TestReplyWithACover(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	film := must(d.AddMedia(ctx, Media{Account: d.account, Kind: "video", Hash: strings.Repeat("a", 64), Duration: 4000}))(t)
	cover := must(d.AddMedia(ctx, Media{Account: d.account, Kind: "thumb", Hash: strings.Repeat("b", 64)}))(t)
	m, _, _, err := d.Reply(ctx, &d.li, v.ID, Draft{ClientID: "client-1", Type: "video", Body: json.RawMessage("{}"), MediaID: film.ID, ThumbID: cover.ID})
	ok(t, err)
	equal(t, "film", m.Media.ID, film.ID)
	equal(t, "plays", m.Media.Duration, 4000)
	equal(t, "cover", m.Thumb.ID, cover.ID)
}

func TestPreviewsOfReplies(t *testing.T) {
	const link = `{"content":"see <a href=\"https://e.com/?a=1&b=2\">this\npage</a>, <a href=\"https://e.com\" data-miniprogram-appid=\"wx1\">shop</a>"}`
	for _, c := range []struct{ typ, body, want string }{
		{"voice", `{"transcript":"it is on\nits way"}`, "it is on its way"},
		{"video", `{"title":"Lamp","description":"of wood"}`, "Lamp"},
		{"music", `{"title":"Song","musicurl":"https://e.com/a.mp3"}`, "Song"},
		{"msgmenu", `{"head_content":"Happy?","list":[{"id":"101","content":"Yes"}]}`, "Happy?"},
		{"msgmenu", `{"list":[{"id":"101","content":"Yes"},{"id":"102","content":"No"}]}`, "Yes"},
		{"msgmenu", `{}`, ""},
		{"wxcard", `{"card_id":"pFS7F","title":"10 off"}`, "10 off"},
		{"wxcard", `{"card_id":"pFS7F"}`, "pFS7F"},
		{"miniprogrampage", `{"title":"Shop","appid":"wx","pagepath":"index"}`, "Shop"},
		{"mpnews", `{"media_id":"m","title":"News"}`, "News"},
		{"image", `{"title":"no"}`, ""},
		{"text", `{"content":"` + strings.Repeat("a", 90) + `"}`, strings.Repeat("a", 80)},
		{"text", link, "see this page, shop"},
	} {
		equal(t, c.typ+" "+c.body, preview("out", c.typ, json.RawMessage(c.body)), c.want)
	}
}

func TestSecondThoughts(t *testing.T) {
	deeds := map[string]func(*desk, *Agent, int64) (Message, Conversation, error){
		"resend":    func(d *desk, a *Agent, id int64) (Message, Conversation, error) { return d.Resend(ctx, a, id, 1) },
		"delivered": func(d *desk, a *Agent, id int64) (Message, Conversation, error) { return d.Delivered(ctx, a, id) },
		"discard":   func(d *desk, a *Agent, id int64) (Message, Conversation, error) { return d.Discard(ctx, a, id) },
	}
	for _, c := range []struct{ state, deed, who, want string }{
		{"failed", "resend", "li", "pending 4 -"},
		{"failed", "discard", "li", "discarded 5 -"},
		{"failed", "delivered", "li", "not_unknown"},
		{"unknown", "resend", "li", "pending 3 -"},
		{"unknown", "delivered", "li", "sent 4 -"},
		{"unknown", "discard", "li", "not_failed"},
		{"pending", "resend", "li", "not_failed"},
		{"pending", "discard", "li", "not_failed"},
		{"sent", "resend", "li", "not_failed"},
		{"sent", "delivered", "li", "not_unknown"},
		{"failed", "resend", "su", "not_yours"},
		{"failed", "discard", "su", "not_yours"},
		{"failed", "resend", "admin", "not_yours"}, // speaks as nobody
		{"failed", "discard", "admin", "discarded 5 -"},
		{"unknown", "delivered", "admin", "sent 4 -"},
		{"failed, window closed", "resend", "li", "window_closed"},
		{"failed, ended", "resend", "li", "ended"},
		{"failed, ended", "discard", "li", "discarded 5 -"},
		{"the customer's", "discard", "li", "not found"},
		{"the customer's", "resend", "li", "not found"},
	} {
		t.Run(c.state+" "+c.deed+" "+c.who, func(t *testing.T) {
			d := openDesk(t)
			v := d.open(t, "o1", &d.li)
			d.clock.advance(time.Second)
			m := d.reply(t, &d.li, v.ID)
			state, more, _ := strings.Cut(c.state, ", ")
			switch state {
			case "failed", "unknown", "sent":
				m = d.send(t, Result{State: state, ErrCode: 40001, ErrMsg: "no"})
			case "the customer's":
				m = d.timeline(t, v.Customer.ID)[0]
			}
			switch more {
			case "window closed":
				d.clock.advance(48 * time.Hour)
			case "ended":
				must(d.End(ctx, &d.li, v.ID))(t)
			}
			now, shown, err := deeds[c.deed](d, map[string]*Agent{"li": &d.li, "su": &d.su, "admin": &d.admin}[c.who], m.ID)
			var r *Refusal
			answer := ""
			switch {
			case errors.Is(err, ErrNotFound):
				answer = "not found"
			case errors.As(err, &r):
				answer = r.Code
			case err != nil:
				t.Fatal(err)
			default:
				answer = now.State + " " + left(shown)
			}
			equal(t, "answer", answer, c.want)
			if err != nil {
				return
			}
			equal(t, "event", now.Event, shown.Event)
			equal(t, "sent at", now.SentAt != 0, now.State == "sent")
			switch now.State {
			case "pending":
				equal(t, "row", fmt.Sprint(now.ID == m.ID, now.ErrCode, now.ErrMsg), "true 0")
				equal(t, "attempts", now.Attempts, 1)
				equal(t, "waiting since", shown.WaitingSince, 0)
				equal(t, "last state", shown.Last.State, "pending")
			case "discarded":
				equal(t, "preview", fmt.Sprint(shown.Last.Dir, " ", shown.Last.Text), "in hello")
				for _, m := range d.timeline(t, v.Customer.ID) {
					equal(t, "dir of what is left", m.Dir == "out", false)
				}
			}
		})
	}
}

// A resent reply goes out as who resends it, and the budget counts it again.
// Whoever decides twice on what they saw once sends once, even when the first
// time has ended as before.
func TestTheSameDecisionSendsOnce(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	d.reply(t, &d.li, v.ID)
	for _, state := range []string{"unknown", "failed"} {
		m := d.send(t, Result{State: state})
		_, _, err := d.Resend(ctx, &d.li, m.ID, m.Attempts)
		ok(t, err)
		again := d.send(t, Result{State: state})
		for seen := range again.Attempts {
			if _, _, err := d.Resend(ctx, &d.li, m.ID, seen); !Refused(err, "not_failed") {
				t.Errorf("%s, %d of %d attempts seen: %v", state, seen, again.Attempts, err)
			}
		}
		_, _, err = d.Resend(ctx, &d.li, m.ID, again.Attempts)
		ok(t, err)
	}
}

func TestResendAsAnother(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	d.reply(t, &d.li, v.ID)
	m := d.send(t, Result{State: "failed", ErrCode: 65400})
	ok(t, d.SetAgentActive(ctx, Actor{}, d.li.ID, false))
	must(d.Claim(ctx, &d.su, v.ID))(t)
	m, _, err := d.Resend(ctx, &d.su, m.ID, m.Attempts)
	ok(t, err)
	equal(t, "speaker", fmt.Sprint(m.Agent, m.KFAccount, m.Nick), fmt.Sprint(d.su.ID, "su@hemunick of su@hemu"))
	equal(t, "nth", fmt.Sprint(m.Nth, m.Of), "1 5")
	changes := must(d.Changes(ctx, m.Event-1, 10))(t)
	equal(t, "agent of the event", changes[0].Event.Agent, d.su.ID)
}

func TestPreview(t *testing.T) {
	for _, c := range []struct{ typ, body, want string }{
		{"text", `{"content":" two\n lines  "}`, "two lines"},
		{"text", fmt.Sprintf(`{"content":%q}`, strings.Repeat("字", 100)), strings.Repeat("字", 80)},
		{"voice", `{"format":"amr","recognition":"spoken"}`, "spoken"},
		{"location", `{"lat":1,"lng":2,"label":"a place"}`, "a place"},
		{"link", `{"title":"a title","description":"no"}`, "a title"},
		{"news", `{"title":"a title"}`, "a title"},
		{"image", `{}`, ""},
		{"sticker", `{"content":"not shown"}`, ""},
		{"text", `broken`, ""},
		{"text", `{"content":"<a href=\"x\">a</a>"}`, `<a href="x">a</a>`},
	} {
		equal(t, c.typ+" "+c.body, preview("in", c.typ, json.RawMessage(c.body)), c.want)
	}
}

// An admin who decides about another's reply is in the log, an agent about their
// own is not.
func TestDecidingForAnotherIsInTheLog(t *testing.T) {
	for _, c := range []struct{ state, deed string }{{"failed", "message.discard"}, {"unknown", "message.delivered"}} {
		for _, ended := range []bool{false, true} {
			d := openDesk(t)
			v := d.open(t, "o1", &d.li)
			decide := d.Discard
			if c.state == "unknown" {
				decide = d.Delivered
			}
			var failed []Message
			for range 2 {
				failed = append(failed, d.reply(t, &d.li, v.ID))
				d.send(t, Result{State: c.state})
			}
			if ended {
				must(d.End(ctx, &d.li, v.ID))(t)
			}
			before := must(d.AuditCount(ctx, AuditQuery{}))(t)
			must(first2(decide(ctx, &d.li, failed[0].ID)))(t)
			equal(t, "their own", must(d.AuditCount(ctx, AuditQuery{}))(t), before)
			must(first2(decide(ctx, &d.admin, failed[1].ID)))(t)
			equal(t, "audit", d.lastDeed(t), fmt.Sprintf("%s li by %d from ", c.deed, d.admin.ID))
			equal(t, "customer", must(d.Audit(ctx, AuditQuery{}))(t)[0].Customer, v.Customer.ID)
		}
	}
}
