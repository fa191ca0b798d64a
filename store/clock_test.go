package store

import (
	"testing"
	"time"
)

// What got its time from a clock that was far ahead is due when the clock is right.
func TestClockWasAhead(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	picture := d.push("o2", "in", "image")
	picture.Media = &Wanted{Kind: "image", Source: "m1"}
	d.receive(t, picture)
	d.clock.advance(24 * time.Hour)
	m := d.say(t, &d.li, v.ID, "hello")
	must(d.ClaimReplies(ctx, 1))(t)
	ok(t, d.Sent(ctx, m.ID, Result{State: "pending", ErrCode: -1, RetryAt: d.now() + 1000}))
	wanted := must(d.ClaimMedia(ctx, 1, 60_000))(t)
	ok(t, d.MediaRetry(ctx, wanted[0].ID, d.now()+5000, "busy"))
	equal(t, "replies before their time", len(must(d.ClaimReplies(ctx, 9))(t)), 0)
	equal(t, "media before their time", len(must(d.ClaimMedia(ctx, 9, 0))(t)), 0)

	d.clock.advance(-24 * time.Hour)
	equal(t, "next reply", must(d.NextReply(ctx))(t), 0)
	equal(t, "replies", contents(must(d.ClaimReplies(ctx, 9))(t)), "hello")
	equal(t, "next medium", must(d.NextMedia(ctx))(t), 0)
	equal(t, "media", len(must(d.ClaimMedia(ctx, 9, 0))(t)), 1)
}
