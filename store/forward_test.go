package store

import (
	"fmt"
	"strings"
	"testing"
)

// A file of one official account goes out in another one as a row of its own,
// of the same bytes; only who sees both may do that.
func TestForward(t *testing.T) {
	d := openDesk(t)
	other := d.addAccount(t, "wxfedcba0987654321")
	in := d.push("o1", "in", "image")
	in.Media = &Wanted{Kind: "image", Source: "m1"}
	media := *d.timeline(t, d.receive(t, in).Customer.ID)[0].Media
	far := d.text("o2", "hello")
	far.Account = other
	again, err := d.Receive(ctx, far)
	equal(t, "again", again, false)
	ok(t, err)
	d.addKF(t, other, "li@other")
	ok(t, d.Bind(ctx, Actor{}, d.li.ID, other, "li@other"))
	d.li = d.agent(t, d.li.ID)
	there := must(d.Claim(ctx, &d.li, must(d.NewestConversation(ctx, other, "o2"))(t).ID))(t)
	here := d.open(t, "o3", &d.li)

	forward := func(a *Agent, v Conversation) (Message, error) {
		draft := d.draft("")
		draft.Type, draft.Body, draft.MediaID = "image", []byte("{}"), media.ID
		m, _, _, err := d.Reply(ctx, a, v.ID, draft)
		return m, err
	}
	count := func() int { t.Helper(); return must(row(ctx, d, one[int], "select count(*) from media"))(t) }
	_, err = forward(&d.li, there)
	refused(t, err, "no_media") // it is not fetched yet
	media.Hash, media.Mime, media.Size, media.Width, media.Height = strings.Repeat("a", 64), "image/png", 10, 3, 4
	ok(t, d.MediaReady(ctx, media))

	m, err := forward(&d.li, here)
	ok(t, err)
	equal(t, "in its own account it is the same row", fmt.Sprint(m.Media.ID, count()), fmt.Sprint(media.ID, 1))
	m, err = forward(&d.li, there)
	ok(t, err)
	copied := must(d.Media(ctx, m.Media.ID))(t)
	equal(t, "rows", count(), 2)
	equal(t, "the copy", fmt.Sprint(copied.Account, copied.Kind, copied.State, copied.Hash, copied.Mime, copied.Size, copied.Width, copied.Height, copied.Source),
		fmt.Sprint(other, "image", "ready", media.Hash, media.Mime, media.Size, media.Width, media.Height, ""))

	// An agent who no longer sees where it came from.
	ok(t, d.Unbind(ctx, Actor{}, d.li.ID, d.account))
	d.li = d.agent(t, d.li.ID)
	_, err = forward(&d.li, there)
	refused(t, err, "no_media")
	equal(t, "rows", count(), 2)
}
