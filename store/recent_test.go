package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestRecent(t *testing.T) {
	d := openDesk(t)
	other := d.addAccount(t, "wxfedcba0987654321")
	serial := 0
	send := func(typ, body string, media int64, state string) {
		t.Helper()
		serial++
		v := d.open(t, fmt.Sprint("o", serial), &d.li)
		draft := d.draft("")
		draft.Type, draft.Body, draft.MediaID = typ, json.RawMessage(body), media
		_, _, _, err := d.Reply(ctx, &d.li, v.ID, draft)
		ok(t, err)
		d.send(t, Result{State: state})
	}
	recent := func(typ string) string {
		t.Helper()
		var list []string
		for _, r := range must(d.Recent(ctx, d.account, typ))(t) {
			media := int64(0)
			if r.Media != nil {
				media = r.Media.ID
			}
			equal(t, "type", r.Type, typ)
			list = append(list, fmt.Sprint(string(r.Body), media))
		}
		return strings.Join(list, " ")
	}
	media := must(d.AddMedia(ctx, Media{Account: d.account, Kind: "image"}))(t).ID
	equal(t, "at first", recent("msgmenu"), "")
	send("msgmenu", `{"a":1}`, 0, "sent")
	send("msgmenu", `{"a":2}`, 0, "unknown")
	send("msgmenu", `{"a":1}`, 0, "sent")
	send("msgmenu", `{"a":3}`, 0, "failed")
	send("image", `{}`, media, "sent")
	send("text", `{"content":"a"}`, 0, "sent")
	equal(t, "different ones that did not fail, the newest first", recent("msgmenu"), `{"a":1}0 {"a":2}0`)
	equal(t, "with its file", recent("image"), fmt.Sprint("{}", media))
	equal(t, "texts", recent("text"), "")
	equal(t, "of another account", len(must(d.Recent(ctx, other, "msgmenu"))(t)), 0)
	for i := range recentMost + 1 {
		send("wxcard", fmt.Sprintf(`{"i":%d}`, i), 0, "sent")
	}
	list := must(d.Recent(ctx, d.account, "wxcard"))(t)
	equal(t, "at most", len(list), recentMost)
	equal(t, "the newest", string(list[0].Body), `{"i":10}`)
}
