package store

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

func (d *desk) draftOf(t testing.TB, a *Agent, conversation int64) string {
	t.Helper()
	s := must(d.SavedDraft(ctx, a.ID, conversation))(t)
	return fmt.Sprint(s.Mode, " ", s.Text, " ", s.Pieces)
}

// The newer edit stays, in whatever order they arrive; an emptied draft stays empty.
func TestSaveDraft(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	equal(t, "none", d.draftOf(t, &d.li, v.ID), "reply  []")
	save := func(text string, ago time.Duration, want string) {
		t.Helper()
		before := d.newest(t)
		edited := d.now() - ago.Milliseconds()
		kept := must(d.SaveDraft(ctx, &d.li, SavedDraft{Conversation: v.ID, Mode: "reply", Text: text, EditedAt: edited}))(t)
		equal(t, "kept", kept.Text, want)
		equal(t, "stored", must(d.SavedDraft(ctx, d.li.ID, v.ID))(t).Text, want)
		equal(t, "events", d.newest(t)-before, map[bool]int64{true: 1}[text == want])
	}
	d.clock.advance(time.Hour)
	save("one", 10*time.Second, "one")
	save("two", 5*time.Second, "two")
	save("late", 7*time.Second, "two")
	save("", 4*time.Second, "")
	save("late", 4*time.Second, "")
	save("from a clock ahead", -time.Minute, "from a clock ahead")
	d.clock.advance(time.Second)
	save("and on", 0, "and on")

	ok(t, errOf(d.SaveDraft(ctx, &d.li, SavedDraft{Conversation: v.ID, Mode: "note", Text: "c", Pieces: []string{"a", "b"}})))
	equal(t, "without a time it is new", d.draftOf(t, &d.li, v.ID), "reply and on []")
	d.clock.advance(time.Millisecond)
	ok(t, errOf(d.SaveDraft(ctx, &d.li, SavedDraft{Conversation: v.ID, Mode: "note", Text: "c", Pieces: []string{"a", "b"}})))
	equal(t, "all of it", d.draftOf(t, &d.li, v.ID), "note c [a b]")
}

// What was begun in editors and the files that wait are kept with the texts.
func TestDraftWithFiles(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	other := d.addAccount(t, "wxfedcba0987654321")
	file := func(account int64) Media {
		return must(d.AddMedia(ctx, Media{Account: account, Kind: "image", Hash: "abc", Mime: "image/png", Size: 3, Name: "a.png"}))(t)
	}
	one, two := file(d.account), file(d.account)
	save := func(list ...Waits) (SavedDraft, error) {
		d.clock.advance(time.Second)
		return d.SaveDraft(ctx, &d.li, SavedDraft{Conversation: v.ID, Mode: "reply", Files: list,
			Forms: Forms{"news": json.RawMessage(`{"title":"灯 <1>"}`)}})
	}
	kept := must(save(Waits{"image", Media{ID: two.ID}}, Waits{"news media", Media{ID: one.ID}}))(t)
	for name, got := range map[string]SavedDraft{"kept": kept, "stored": must(d.SavedDraft(ctx, d.li.ID, v.ID))(t),
		"listed": must(d.SavedDrafts(ctx, &d.li))(t)[0]} {
		equal(t, name, fmt.Sprint(len(got.Files), got.Files[0], got.Files[1]), fmt.Sprint(2, Waits{"image", two}, Waits{"news media", one}))
		var form struct{ Title string }
		ok(t, json.Unmarshal(got.Forms["news"], &form))
		equal(t, name+", the form", form.Title, "灯 <1>")
	}
	for name, id := range map[string]int64{"of another account": file(other).ID, "none": 999} {
		refused(t, errOf(save(Waits{"image", Media{ID: id}})), "no_media")
		equal(t, name, len(must(d.SavedDraft(ctx, d.li.ID, v.ID))(t).Files), 2)
	}
	equal(t, "emptied", len(must(save())(t).Files), 0)
}

func errOf[T any](_ T, err error) error { return err }

// A draft is its author's alone, in conversations that they may see.
func TestWhoseDraft(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	stranger := d.addAgent(t, "stranger", "agent", "")
	for _, a := range []*Agent{&d.li, &d.su, &d.admin} { // su and the admin look on
		ok(t, errOf(d.SaveDraft(ctx, a, SavedDraft{Conversation: v.ID, Mode: "reply", Text: a.Login})))
	}
	equal(t, "a stranger", outcome(errOf(d.SaveDraft(ctx, &stranger, SavedDraft{Conversation: v.ID, Mode: "reply", Text: "x"}))), "not found")
	for _, a := range []*Agent{&d.li, &d.su, &d.admin} {
		list := must(d.SavedDrafts(ctx, a))(t)
		equal(t, "drafts of "+a.Login, fmt.Sprint(len(list), list[0].Text), fmt.Sprint(1, a.Login))
	}
	ok(t, d.Unbind(ctx, Actor{}, d.su.ID, d.account))
	equal(t, "of an account that is not seen any more", len(must(d.SavedDrafts(ctx, &d.su))(t)), 0)
}

// The end of a conversation leaves the draft, for the one who opens it again;
// what nobody touches goes in time.
func TestDraftsGoInTime(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	ok(t, errOf(d.SaveDraft(ctx, &d.li, SavedDraft{Conversation: v.ID, Mode: "reply", Text: "half a"})))
	must(d.End(ctx, &d.li, v.ID))(t)
	must(d.Reopen(ctx, &d.li, v.ID))(t)
	equal(t, "after the end", d.draftOf(t, &d.li, v.ID), "reply half a []")
	month := 30 * 24 * time.Hour
	d.clock.advance(month)
	ok(t, d.PruneDrafts(ctx, month.Milliseconds()))
	equal(t, "after a month", d.draftOf(t, &d.li, v.ID), "reply half a []")
	d.clock.advance(time.Millisecond)
	ok(t, d.PruneDrafts(ctx, month.Milliseconds()))
	equal(t, "and a bit", d.draftOf(t, &d.li, v.ID), "reply  []")
}
