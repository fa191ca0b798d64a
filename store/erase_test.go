package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// planted are words that nobody else says.
var planted = []string{"zyxopenid", "zyxunion", "zyxremark", "zyxsaid", "zyxanswer", "zyxraw", "zyxnote", "zyxmemo", "zyxdraft", "zyxfile", "zyxscene", "zyxkey"}

// lies lists where planted words lie in the files of a closed store.
func lies(t *testing.T, dir string, words []string) (found []string) {
	t.Helper()
	ok(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, word := range words {
			if bytes.Contains(bytes.ToLower(b), []byte(word)) {
				name, _ := filepath.Rel(dir, path)
				found = append(found, word+" in "+name)
			}
		}
		return err
	}))
	return found
}

// told makes a customer of whom there is a bit of everything, each with a planted
// word.
func (d *desk) told(t *testing.T) Conversation {
	t.Helper()
	d.receive(t, d.event("zyxopenid", "click", "zyxkey"))
	in := d.text("zyxopenid", "zyxsaid")
	in.Raw = []byte("<xml>zyxraw</xml>")
	v := d.receive(t, in)
	picture := d.push("zyxopenid", "in", "image")
	picture.Media = &Wanted{Kind: "image", Source: "zyxfile"}
	v = d.receive(t, picture)
	v = must(d.Claim(ctx, &d.li, v.ID))(t)
	must(d.SetRemark(ctx, &d.li, v.Customer.ID, "zyxremark"))(t)
	ok(t, d.SetProfile(ctx, v.Customer.ID, &Profile{Following: true, UnionID: "zyxunion", Scene: "zyxscene", Remark: "zyxremark"}))
	must(d.AddMemo(ctx, &d.li, v.Customer.ID, "zyxmemo"))(t)
	_, _, _, err := d.AddNote(ctx, &d.su, v.ID, Note{ClientID: "n", Content: "zyxnote", Mentions: []int64{d.li.ID}})
	ok(t, err)
	answer := d.draft("zyxanswer")
	answer.Body = json.RawMessage(`{"content":"zyxanswer"}`)
	_, _, _, err = d.Reply(ctx, &d.li, v.ID, answer)
	ok(t, err)
	_, err = d.SaveDraft(ctx, &d.li, SavedDraft{Conversation: v.ID, Mode: "reply", Text: "zyxdraft"})
	ok(t, err)
	media := *d.timeline(t, v.Customer.ID)[2].Media
	media.Hash, media.Size, err = d.SaveFile(strings.NewReader("bytes of zyxfile"), 100)
	ok(t, err)
	media.Mime, media.Name = "image/png", "zyxfile.png"
	ok(t, d.MediaReady(ctx, media))
	return v
}

// forgot lets the index catch up: nothing is left for it.
func (d *desk) forgot(t *testing.T) {
	t.Helper()
	d.indexed(t)
	equal(t, "left over", must(row(ctx, d, one[int], "select count(*) from leftover"))(t), 0)
}

// Of an erased customer no word is left in any file, and the rest of the desk is
// as it was: the others' words, the counts, the log.
func TestEraseLeavesNothing(t *testing.T) {
	d := openDesk(t)
	d.receive(t, d.text("other", "stays"))
	v := d.told(t)
	d.send(t, Result{State: "sent"})
	d.indexed(t)
	equal(t, "found", len(must(d.Search(ctx, &d.li, Query{Text: "zyxsaid"}))(t).Hits), 1)
	before := must(row(ctx, d, one[int], "select count(*) from message"))(t)

	d.clock.advance(time.Second)
	ok(t, d.Erase(ctx, &d.admin, v.Customer.ID))
	if _, err := d.Store.Conversation(ctx, &d.admin, v.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("it is shown still: %v", err)
	}
	equal(t, "ended ones that are shown", len(must(d.EndedConversations(ctx, &d.admin, 0))(t)), 0)
	equal(t, "mentions", len(must(d.Mentions(ctx, &d.li))(t)), 0)
	if last := must(d.Changes(ctx, 0, 1000))(t); !last[len(last)-1].Conversation.Customer.Erased {
		t.Error("the browsers are not told")
	}
	ok(t, d.Tidy(ctx))
	d.forgot(t)
	f := must(d.Search(ctx, &d.admin, Query{Text: "zyxsaid"}))(t)
	equal(t, "hits", len(f.Hits)+len(f.Customers), 0)
	equal(t, "of others", len(must(d.Search(ctx, &d.admin, Query{Text: "stays"}))(t).Hits), 1)
	equal(t, "rows", must(row(ctx, d, one[int], "select count(*) from message"))(t), before+1) // and that it ended
	equal(t, "audit", d.deedsOf(t, AuditQuery{Nouns: []string{"customer"}}), "customer.erase customer.memo customer.remark")

	again := d.receive(t, d.text("zyxopenid2", "hello"))
	if again.Customer.ID == v.Customer.ID {
		t.Error("who comes again is not somebody new")
	}
	ok(t, d.Erase(ctx, &d.admin, again.Customer.ID))
	ok(t, d.Tidy(ctx))
	d.forgot(t)
	ok(t, d.Close())
	equal(t, "left", strings.Join(lies(t, d.Dir(), planted), ", "), "")
	if len(lies(t, d.Dir(), []string{"stays"})) == 0 {
		t.Error("this test looks at nothing")
	}
}

// What is being sent is waited for; a crash in between loses nothing, and what
// others have of the same file stays.
func TestEraseGoesOn(t *testing.T) {
	d := openDesk(t)
	v := d.told(t)
	list := must(d.ClaimReplies(ctx, 1))(t)
	file := d.timeline(t, v.Customer.ID)[2].Media
	kept := must(d.AddMedia(ctx, Media{Account: d.account, Kind: "image", Hash: must(d.Media(ctx, file.ID))(t).Hash, Name: "twice"}))(t)
	ok(t, d.Erase(ctx, &d.admin, v.Customer.ID))
	ok(t, d.Tidy(ctx))
	equal(t, "still to do", must(row(ctx, d, one[int], "select count(*) from customer where erasing > 0"))(t), 1)
	ok(t, d.Close())
	d.Store = openAt(t, d.Dir(), d.clock)
	ok(t, d.Sent(ctx, list[0].ID, Result{State: "sent"}))
	ok(t, d.Tidy(ctx))
	equal(t, "still to do", must(row(ctx, d, one[int], "select count(*) from customer where erasing > 0"))(t), 0)
	if _, err := os.Stat(d.FilePath(kept.Hash)); err != nil {
		t.Error("a file that another message has is gone")
	}
	d.forgot(t)
	ok(t, d.Close())
	words := slices.DeleteFunc(slices.Clone(planted), func(s string) bool { return s == "zyxfile" })
	equal(t, "left", strings.Join(lies(t, d.Dir(), words), ", "), "")
}

// A file that was saved and whose row is still to come is not removed under it.
func TestFreshFilesStay(t *testing.T) {
	d := openDesk(t)
	v := d.told(t)
	ok(t, d.Erase(ctx, &d.admin, v.Customer.ID))
	hash, _, err := d.SaveFile(strings.NewReader("bytes of zyxfile"), 100)
	ok(t, err)
	ok(t, d.Tidy(ctx))
	must(d.AddMedia(ctx, Media{Account: d.account, Kind: "image", Hash: hash}))(t)
	ok(t, d.Tidy(ctx))
	if _, err := os.Stat(d.FilePath(hash)); err != nil {
		t.Error(err)
	}
	// What comes for a medium that is erased meanwhile goes again.
	late, _, err := d.SaveFile(strings.NewReader("too late"), 100)
	ok(t, err)
	ok(t, d.MediaReady(ctx, Media{ID: 99, Hash: late}))
	ok(t, d.Tidy(ctx))
	if _, err := os.Stat(d.FilePath(late)); !errors.Is(err, os.ErrNotExist) {
		t.Error("a file of nobody stays:", err)
	}
}

// Messages go when they are as old as is wanted, files sooner; the conversation
// and its counts stay.
func TestRetention(t *testing.T) {
	d := openDesk(t)
	v := d.told(t)
	d.send(t, Result{State: "sent"})
	file := must(d.Media(ctx, d.timeline(t, v.Customer.ID)[2].Media.ID))(t)
	d.clock.advance(40 * 24 * time.Hour)
	young := d.receive(t, d.text("young", "fresh"))
	for _, c := range []Retention{{10, 0, 0}, {180, -1, 0}, {180, 0, 241}} {
		refused(t, d.SetRetention(ctx, Actor{}, c), "bad_retention")
	}
	ok(t, d.Retain(ctx))
	equal(t, "kept for ever", d.timeline(t, v.Customer.ID)[1].Type, "text")

	ok(t, d.SetRetention(ctx, Actor{}, Retention{180, 2, 1}))
	ok(t, d.Retain(ctx))
	ok(t, d.Tidy(ctx))
	m := d.timeline(t, v.Customer.ID)[2]
	equal(t, "its file", m.Type+" "+m.Media.State+" "+m.Media.Error, "image lost retention")
	if _, err := os.Stat(d.FilePath(file.Hash)); !errors.Is(err, os.ErrNotExist) {
		t.Error("the file is there:", err)
	}
	past := must(d.Customer(ctx, &d.li, v.Customer.ID))(t).Past[0].Messages
	ok(t, d.SetRetention(ctx, Actor{}, Retention{180, 1, 1}))
	ok(t, d.Retain(ctx))
	d.forgot(t)
	equal(t, "messages that were said", must(d.Customer(ctx, &d.li, v.Customer.ID))(t).Past[0].Messages, past)
	equal(t, "of the last", must(d.Store.Conversation(ctx, &d.li, v.ID))(t).Last.Text, "")
	equal(t, "found", len(must(d.Search(ctx, &d.li, Query{Text: "zyxsaid"}))(t).Hits), 0)
	equal(t, "the young one", d.timeline(t, young.Customer.ID)[0].Type, "text")
	ok(t, d.Close())
	equal(t, "left", strings.Join(lies(t, d.Dir(), []string{"zyxsaid", "zyxanswer", "zyxraw", "zyxnote", "zyxfile.png bytes"}), ", "), "")
}
