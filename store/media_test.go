package store

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// names lists media by WeChat's id.
func names(list []Media) string {
	var out []string
	for _, m := range list {
		out = append(out, fmt.Sprintf("%s#%d", m.Source, m.Attempts))
	}
	return strings.Join(out, " ")
}

func TestClaimMedia(t *testing.T) {
	d := openDesk(t)
	equal(t, "nothing is wanted", must(d.NextMedia(ctx))(t), -1)
	for i := range 3 {
		in := d.push("o1", "in", "image")
		in.Media = &Wanted{Kind: "image", Source: fmt.Sprint("m", i)}
		d.receive(t, in)
	}
	claim := func(limit int) []Media { return must(d.ClaimMedia(ctx, limit, 60_000))(t) }
	equal(t, "due", must(d.NextMedia(ctx))(t), 0)
	first := claim(2)
	equal(t, "the oldest", names(first), "m0#1 m1#1")
	equal(t, "the next", names(claim(2)), "m2#1")
	equal(t, "while they are fetched", names(claim(2)), "")
	equal(t, "due when the lease ends", must(d.NextMedia(ctx))(t), d.now()+60_000)

	ok(t, d.MediaReady(ctx, Media{ID: first[0].ID, Hash: strings.Repeat("a", 64), Mime: "image/png", Size: 9, Width: 2, Height: 3, Name: "n"}))
	told := func() int64 { newest, _, err := d.LastEvent(ctx); ok(t, err); return newest }
	before := told()
	ok(t, d.MediaRetry(ctx, first[1].ID, d.now()+4000, "broken"))
	equal(t, "events of the first failure", told()-before, 1)
	ok(t, d.MediaRetry(ctx, first[1].ID, d.now()+5000, "busy"))
	equal(t, "events of further ones", told()-before, 1)
	ok(t, d.MediaRetry(ctx, first[1].ID, d.now()+5000, "disk_full"))
	ok(t, d.MediaRetry(ctx, first[1].ID, d.now()+5000, "disk_full"))
	equal(t, "events when the disk is full", told()-before, 2)
	ok(t, d.MediaRetry(ctx, first[1].ID, d.now()+5000, "busy"))
	equal(t, "events when it no longer is", told()-before, 3)
	d.clock.advance(5 * time.Second)
	equal(t, "at the time set", names(claim(2)), "m1#2")
	ok(t, d.MediaLost(ctx, first[1].ID, "expired"))
	d.clock.advance(55 * time.Second)
	equal(t, "the one nobody spoke of again", names(claim(2)), "m2#2") // its fetcher crashed
	ok(t, d.MediaLost(ctx, must(d.Media(ctx, 3))(t).ID, "too_large"))
	equal(t, "nothing is wanted", must(d.NextMedia(ctx))(t), -1)

	var got []string
	for _, m := range d.timeline(t, d.of(t, "o1").Customer.ID) {
		got = append(got, fmt.Sprint(m.Media.State, " ", m.Media.Error, m.Media.Mime))
	}
	equal(t, "as messages show them", strings.Join(got, ", "), "ready image/png, lost expired, lost too_large")
}

func TestClaimMediaAtOnce(t *testing.T) {
	d := openDesk(t)
	for i := range 10 {
		in := d.push("o1", "in", "image")
		in.Media = &Wanted{Kind: "image", Source: fmt.Sprint("m", i)}
		d.receive(t, in)
	}
	got := make([]int, 8)
	each(8, func(i int) {
		list, err := d.ClaimMedia(ctx, 3, 1000)
		if got[i] = len(list); err != nil {
			t.Error(err)
		}
	})
	sum := 0
	for _, n := range got {
		sum += n
	}
	equal(t, "claimed", sum, 10)
}

// A medium that is shown twice, or as thumb, tells of itself everywhere.
func TestMediaChangesAreSeenWhereTheyShow(t *testing.T) {
	d := openDesk(t)
	in := d.push("o1", "in", "video")
	in.Media, in.Thumb = &Wanted{Kind: "video", Source: "m1"}, &Wanted{Kind: "thumb", Source: "m2"}
	v := d.receive(t, in)
	m := d.timeline(t, v.Customer.ID)[0]
	other := d.receive(t, d.text("o2", "forwarded"))
	ok(t, d.write(ctx, func(t *tx) error {
		return t.exec("update message set media_id = $1 where customer_id = $2", m.Thumb.ID, other.Customer.ID)
	}))
	since := d.newest(t)
	ok(t, d.MediaReady(ctx, Media{ID: m.Thumb.ID, Hash: strings.Repeat("b", 64)}))
	changes := must(d.Changes(ctx, since, 10))(t)
	equal(t, "events", len(changes), 2)
	equal(t, "thumb", changes[0].Message.Thumb.State, "ready")
	equal(t, "media", changes[1].Message.Media.State, "ready")
	equal(t, "conversation", changes[1].Conversation.ID, other.ID)
}

func TestOwnMedia(t *testing.T) {
	d := openDesk(t)
	m := must(d.AddMedia(ctx, Media{Account: d.account, Kind: "image", Hash: strings.Repeat("c", 64), Mime: "image/jpeg", Size: 5, Name: "照片.jpg"}))(t)
	ok(t, d.MediaURL(ctx, m.ID, "https://mmbiz"))
	got := must(d.Media(ctx, m.ID))(t)
	m.WxURL = "https://mmbiz"
	equal(t, "medium", got, m)
	equal(t, "not to be fetched", names(must(d.ClaimMedia(ctx, 10, 1))(t)), "")
}
