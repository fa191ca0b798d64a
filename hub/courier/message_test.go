package courier

import (
	"os"
	"strings"
	"testing"

	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

// demo is a file of the sandbox's demo data.
func demo(t testing.TB, name string) []byte {
	t.Helper()
	return must(os.ReadFile("../wechat/sandbox/demo/" + name))(t)
}

// Every type of reply as it leaves, byte for byte: in raw UTF-8, without \u.
func TestRepliesAsTheyLeave(t *testing.T) {
	for name, c := range map[string]struct{ typ, body, want string }{
		"text":    {"text", `{"content":"看 <a href=\"https://e.com/?a=1&b=2\">这里</a>\n👍🏽 /::)"}`, `{"content":"看 <a href=\"https://e.com/?a=1&b=2\">这里</a>\n👍🏽 /::)"}`},
		"image":   {"image", `{}`, `{"media_id":"MEDIA"}`},
		"voice":   {"voice", `{"transcript":"这是给自己看的"}`, `{"media_id":"MEDIA"}`},
		"video":   {"video", `{"title":"开箱 <1>","description":"a & b"}`, `{"media_id":"MEDIA","thumb_media_id":"THUMB","title":"开箱 <1>","description":"a & b"}`},
		"film":    {"video", `{"title":"","description":""}`, `{"media_id":"MEDIA","thumb_media_id":"THUMB"}`},
		"music":   {"music", `{"title":"雨","description":"","musicurl":"https://e.com/a.mp3?x=1&y=2","hqmusicurl":""}`, `{"title":"雨","musicurl":"https://e.com/a.mp3?x=1&y=2","hqmusicurl":"https://e.com/a.mp3?x=1&y=2","thumb_media_id":"THUMB"}`},
		"music 2": {"music", `{"title":"","description":"","musicurl":"https://e.com/a.mp3","hqmusicurl":"https://e.com/b.mp3"}`, `{"musicurl":"https://e.com/a.mp3","hqmusicurl":"https://e.com/b.mp3","thumb_media_id":"THUMB"}`},
		"news":    {"news", `{"title":"九折","description":"","url":"https://e.com/?a=1&b=<2>","picurl":"https://e.com/p.jpg"}`, `{"articles":[{"title":"九折","description":"","url":"https://e.com/?a=1&b=<2>","picurl":"https://e.com/p.jpg"}]}`},
		"msgmenu": {"msgmenu", `{"head_content":"满意吗？","list":[{"id":"101","content":"<满意>"},{"id":"102","content":"不"}],"tail_content":""}`, `{"head_content":"满意吗？","list":[{"id":"101","content":"<满意>"},{"id":"102","content":"不"}]}`},
		"wxcard":  {"wxcard", `{"card_id":"pFS7F","title":"给自己看的"}`, `{"card_id":"pFS7F"}`},
		"page":    {"miniprogrampage", `{"title":"订单 & 物流","appid":"wx1234567890abcdef","pagepath":"pages/o?a=1&b=2"}`, `{"title":"订单 & 物流","appid":"wx1234567890abcdef","pagepath":"pages/o?a=1&b=2","thumb_media_id":"THUMB"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.run()
			v, draft := d.customer(0), store.Draft{Type: c.typ, Body: []byte(c.body)}
			files := map[string]struct{ media, thumb string }{"image": {media: "image"}, "voice": {media: "voice"},
				"video": {"video", "thumb"}, "music": {thumb: "thumb"}, "miniprogrampage": {thumb: "image"}}[c.typ]
			data := map[string][]byte{"image": demo(t, "photo-lampshade.jpg"), "voice": demo(t, "voice.amr"),
				"video": demo(t, "unboxing.mp4"), "thumb": demo(t, "video-unboxing.jpg")}
			ids := map[string]string{}
			var media, thumb store.Media
			if files.media != "" {
				media = d.medium(files.media, data[files.media])
			}
			if files.thumb != "" {
				thumb = d.medium(files.thumb, data[files.thumb])
			}
			draft.MediaID, draft.ThumbID = media.ID, thumb.ID
			m := d.settled(d.send(v, draft))
			for name, f := range map[string]struct {
				of  store.Media
				typ string
			}{"MEDIA": {media, files.media}, "THUMB": {thumb, files.thumb}} {
				if ids[name] = must(d.store.Upload(ctx, d.account(0).ID, f.of.Hash, f.typ))(t); f.typ != "" && ids[name] == "" {
					t.Fatalf("no upload as %s: %s %s", f.typ, m.State, m.ErrMsg)
				}
			}
			want := `{"touser":"` + v.Customer.OpenID + `","msgtype":"` + c.typ + `","` + c.typ + `":` + c.want +
				`,"customservice":{"kf_account":"` + m.KFAccount + `"}}`
			d.mu.Lock()
			got := string(d.sent)
			d.mu.Unlock()
			for name, id := range ids {
				want = strings.ReplaceAll(want, name, id)
			}
			equal(t, "what left", got, want)
			if c.typ != "wxcard" && c.typ != "miniprogrampage" { // for which the account needs more
				equal(t, "state", m.State, "sent")
			}
		})
	}
}

// film makes a reply with a film and its cover.
func (d *desk) film() store.Draft {
	return store.Draft{Type: "video", Body: []byte(`{"title":"Lamp"}`), MediaID: d.medium("video", demo(d, "unboxing.mp4")).ID,
		ThumbID: d.medium("thumb", demo(d, "video-unboxing.jpg")).ID}
}

func TestFilesAreUploadedOncePerType(t *testing.T) {
	d := newDesk(t)
	d.run()
	v, cover := d.customer(0), demo(t, "video-unboxing.jpg")
	for _, c := range []struct {
		name    string
		draft   store.Draft
		uploads int
	}{
		{"film and cover", d.film(), 2},
		{"the same again", d.film(), 2}, // other rows, the same bytes
		{"the cover as a picture", store.Draft{Type: "image", Body: []byte("{}"), MediaID: d.file(cover).ID}, 3},
		{"and as the cover of music", store.Draft{Type: "music", Body: []byte(`{"musicurl":"https://e.com/a.mp3"}`), ThumbID: d.medium("thumb", cover).ID}, 3},
	} {
		equal(t, c.name+": state", d.settled(d.send(v, c.draft)).State, "sent")
		equal(t, c.name+": uploads", d.count(uploadPath), c.uploads)
	}
	errcode(40007, 1)(d, v) // WeChat does not say which of the two is gone
	equal(t, "state", d.settled(d.send(v, d.film())).State, "sent")
	equal(t, "uploads", d.count(uploadPath), 5)
	equal(t, "delivered", len(d.sandbox.Received(v.Customer.OpenID)), 5)
}

func TestCoversAreMadeToFit(t *testing.T) {
	d := newDesk(t)
	d.run()
	for name, data := range map[string][]byte{"a large JPEG": jpegOf(900, 600), "a PNG": pngOf(noise(300, 200)), "a GIF": gifOf(30, 20)} {
		draft := d.film()
		draft.ThumbID = d.medium("thumb", data).ID
		m := d.settled(d.send(d.customer(0), draft)) // the sandbox takes JPEG up to 64 KB
		equal(t, name+": "+m.ErrMsg, m.State, "sent")
	}
}

// A body that is broken, or that lacks its files, is not tried again.
func TestRepliesThatCannotBeMade(t *testing.T) {
	d := newDesk(t)
	d.run()
	v := d.customer(0)
	for _, typ := range []string{"voice", "video", "music", "miniprogrampage"} {
		m := d.settled(d.send(v, store.Draft{Type: typ, Body: []byte("{}")}))
		equal(t, typ+": state", m.State, "failed")
		equal(t, typ+": reason", m.ErrMsg, "the reply has no file")
		equal(t, typ+": attempts", m.Attempts, 1)
	}
	equal(t, "calls", d.count(sendPath), 0)
}

// What may happen on the way of a reply with two files: budget and word are as
// for any other, and a file that did not get through is no message that may have
// arrived.
func TestOutcomeOfFiles(t *testing.T) {
	on := func(f sandbox.Fault) func(*desk, store.Conversation) { f.On = uploadPath; return fault(f) }
	for name, c := range map[string]struct {
		before func(*desk, store.Conversation)
		want   end
		loads  int
	}{
		"all is well":                 {nil, end{"sent", 0, 1, 1, 4, false}, 2},
		"the upload: -1 once":         {on(sandbox.Fault{Kind: "errcode", Code: -1}), end{"sent", 0, 1, 1, 4, false}, 3},
		"the upload: 502 once":        {on(sandbox.Fault{Kind: "bad_gateway"}), end{"sent", 0, 1, 1, 4, false}, 3},
		"the upload: cut once":        {on(sandbox.Fault{Kind: "cut"}), end{"sent", 0, 1, 1, 4, false}, 3},
		"the upload: stale token":     {on(sandbox.Fault{Kind: "errcode", Code: 42001}), end{"sent", 0, 1, 1, 4, false}, 3},
		"the upload: 502 for ever":    {on(sandbox.Fault{Kind: "bad_gateway", Times: -1}), end{"failed", 0, 0, 0, 5, false}, 4},
		"the upload: size":            {on(sandbox.Fault{Kind: "errcode", Code: 40006}), end{"failed", 40006, 0, 0, 5, false}, 1},
		"the upload: voice too long":  {on(sandbox.Fault{Kind: "errcode", Code: 45007}), end{"failed", 45007, 0, 0, 5, false}, 1},
		"the upload: calls of a day":  {on(sandbox.Fault{Kind: "errcode", Code: 45009}), end{"failed", 45009, 0, 0, 5, false}, 1},
		"a file is gone":              {errcode(40007, 1), end{"sent", 0, 1, 2, 4, false}, 4},
		"a file is gone for ever":     {errcode(40007, -1), end{"failed", 40007, 0, 2, 5, false}, 4},
		"the message: 502":            {fault(sandbox.Fault{Kind: "bad_gateway", Accept: true}), end{"unknown", 0, 1, 1, 4, false}, 2},
		"the message: -1 once":        {errcode(-1, 1), end{"sent", 0, 1, 2, 4, false}, 2},
		"the copy is not here either": {func(d *desk, _ store.Conversation) { ok(d, os.RemoveAll(d.store.Dir()+"/media")) }, end{"failed", 0, 0, 0, 5, false}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			v := d.customer(0)
			m := d.send(v, d.film())
			if c.before != nil {
				c.before(d, v)
			}
			d.run()
			m = d.settled(m)
			got := end{m.State, m.ErrCode, len(d.sandbox.Received(v.Customer.OpenID)), d.count(sendPath), d.conversation(v).Grants.Message.Left, false}
			equal(t, "end", got, c.want)
			equal(t, "uploads", d.count(uploadPath), c.loads)
		})
	}
}
