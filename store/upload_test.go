package store

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestUploads(t *testing.T) {
	d := openDesk(t)
	hash, other := strings.Repeat("a", 64), d.addAccount(t, "wxfedcba0987654321")
	upload := func(account int64, typ string) string { return must(d.Upload(ctx, account, hash, typ))(t) }
	equal(t, "before", upload(d.account, "image"), "")
	ok(t, d.Uploaded(ctx, d.account, hash, "image", "wx-1", d.now()+2))
	ok(t, d.Uploaded(ctx, d.account, hash, "thumb", "wx-2", d.now()+3))
	ok(t, d.Uploaded(ctx, other, hash, "image", "wx-3", d.now()+3))
	equal(t, "as picture", upload(d.account, "image"), "wx-1")
	equal(t, "as cover", upload(d.account, "thumb"), "wx-2")
	equal(t, "of another official account", upload(other, "image"), "wx-3")
	d.clock.advance(2e6)
	equal(t, "when it is over", upload(d.account, "image"), "")
	ok(t, d.Uploaded(ctx, d.account, hash, "image", "wx-4", d.now()+9))
	equal(t, "uploaded again", upload(d.account, "image"), "wx-4")
}

// WeChat says that a file of a reply is gone, and not which.
func TestUploadsGone(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	film, cover, more := strings.Repeat("a", 64), strings.Repeat("b", 64), strings.Repeat("c", 64)
	draft := Draft{ClientID: "client-1", Type: "video", Body: json.RawMessage("{}"),
		MediaID: must(d.AddMedia(ctx, Media{Account: d.account, Kind: "video", Hash: film}))(t).ID,
		ThumbID: must(d.AddMedia(ctx, Media{Account: d.account, Kind: "thumb", Hash: cover}))(t).ID}
	m, _, _, err := d.Reply(ctx, &d.li, v.ID, draft)
	ok(t, err)
	for hash, typ := range map[string]string{film: "video", cover: "thumb", more: "image"} {
		ok(t, d.Uploaded(ctx, d.account, hash, typ, "wx", d.now()+9))
	}
	equal(t, "forgotten", must(d.UploadsGone(ctx, m.ID))(t), 2)
	equal(t, "forgotten", must(d.UploadsGone(ctx, m.ID))(t), 0)
	equal(t, "another file's", must(d.Upload(ctx, d.account, more, "image"))(t), "wx")
}
