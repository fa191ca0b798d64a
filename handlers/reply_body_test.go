package handlers

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"kfdesk/store"
)

// filesOf uploads a file of each kind.
func filesOf(t *testing.T, d *desk) map[string]int64 {
	t.Helper()
	ids := map[string]int64{}
	for kind, b := range samples(t) {
		ids[kind] = id(d.upload(t, "li", uploadOf(kind), b).ok(t, 201), "media", "id")
	}
	return ids
}

// longs are texts of so many characters.
func longs(n int) string { return strings.Repeat("长", n) }

func TestBodiesOfReplies(t *testing.T) {
	d := newDesk(t)
	files := filesOf(t, d)
	const link, app = `"musicurl":"https://e.com/a.mp3"`, `"title":"订单","appid":"wx1234567890abcdef","pagepath":"pages/order?id=1&a=2"`
	for name, tt := range map[string]struct {
		typ, body, media, thumb string
		stored, shown           string
	}{
		"voice":            {"voice", `{}`, "voice", "", `{"transcript":""}`, ""},
		"voice, no body":   {"voice", ``, "voice", "", `{"transcript":""}`, ""},
		"transcript":       {"voice", `{"transcript":" ` + longs(500) + `\n"}`, "voice", "", `{"transcript":"` + longs(500) + `"}`, longs(80)},
		"film":             {"video", `{"title":" a\nb ","description":" c\u0000\nd "}`, "video", "thumb", `{"title":"a b","description":"c\nd"}`, "a b"},
		"film, no words":   {"video", ``, "video", "thumb", `{"title":"","description":""}`, ""},
		"longest words":    {"video", `{"title":"` + longs(64) + `","description":"` + longs(120) + `"}`, "video", "thumb", `{"title":"` + longs(64) + `","description":"` + longs(120) + `"}`, longs(64)},
		"music":            {"music", `{"title":"雨 <声>",` + link + `}`, "", "thumb", `{"title":"雨 <声>","description":"",` + link + `,"hqmusicurl":""}`, "雨 <声>"},
		"music, two":       {"music", `{` + link + `,"hqmusicurl":" http://e.com/b.mp3 "}`, "", "thumb", `{"title":"","description":"",` + link + `,"hqmusicurl":"http://e.com/b.mp3"}`, ""},
		"menu":             {"msgmenu", `{"head_content":"满意吗？","list":[{"content":" 满\n意 "},{"id":"no","content":"不"}],"tail_content":"谢谢"}`, "", "", `{"head_content":"满意吗？","list":[{"id":"101","content":"满 意"},{"id":"no","content":"不"}],"tail_content":"谢谢"}`, "满意吗？"},
		"numbers taken":    {"msgmenu", `{"list":[{"content":"a"},{"id":"101","content":"b"},{"content":"c"}]}`, "", "", `{"head_content":"","list":[{"id":"102","content":"a"},{"id":"101","content":"b"},{"id":"103","content":"c"}],"tail_content":""}`, "a"},
		"card":             {"wxcard", `{"card_id":" pFS7F-_1 ","title":"九折"}`, "", "", `{"card_id":"pFS7F-_1","title":"九折"}`, "九折"},
		"mini program":     {"miniprogrampage", `{` + app + `}`, "", "image", `{` + app + `}`, "订单"},
		"files not needed": {"wxcard", `{"card_id":"p"}`, "image", "thumb", `{"card_id":"p","title":""}`, "p"},
	} {
		draft := object{"client_id": "client-of-" + d.number(), "type": tt.typ, "media": files[tt.media], "thumb": files[tt.thumb]}
		if tt.body != "" {
			draft["body"] = json.RawMessage(tt.body)
		}
		got := d.call(t, "li", "POST", d.open(t, "o-"+name)+"/messages", draft).ok(t, 201)
		var want any
		if err := json.Unmarshal([]byte(tt.stored), &want); err != nil {
			t.Fatal(name, err)
		}
		if stored := dig(got, "message", "body"); fmt.Sprint(stored) != fmt.Sprint(want) {
			t.Errorf("%s: stored %v", name, stored)
		}
		if shown := dig(got, "conversation", "last", "text"); shown != tt.shown {
			t.Errorf("%s: the list shows %v", name, shown)
		}
		media, thumb := files[tt.media], files[tt.thumb]
		if tt.typ == "wxcard" {
			media, thumb = 0, 0
		}
		if id(got, "message", "media", "id") != media || id(got, "message", "thumb", "id") != thumb {
			t.Errorf("%s: files %v %v", name, dig(got, "message", "media"), dig(got, "message", "thumb"))
		}
	}
}

func TestBodiesThatWeChatWouldRefuse(t *testing.T) {
	d := newDesk(t)
	files := filesOf(t, d)
	entries := func(n int) string { return strings.TrimSuffix(strings.Repeat(`{"content":"a"},`, n), ",") }
	const link, app = `"musicurl":"https://e.com/a.mp3"`, `"appid":"wx1234567890abcdef","pagepath":"p"`
	path := d.open(t, "o1")
	for name, tt := range map[string]struct{ typ, body, media, thumb, code, field string }{
		"voice without a file":      {"voice", `{}`, "", "", "empty", "media"},
		"a picture as voice":        {"voice", `{}`, "image", "", "no_media", "media"},
		"long transcript":           {"voice", `{"transcript":"` + longs(501) + `"}`, "voice", "", "too_long", "transcript"},
		"film without a file":       {"video", `{}`, "", "thumb", "empty", "media"},
		"film without a cover":      {"video", `{}`, "video", "", "empty", "thumb"},
		"a picture as cover":        {"video", `{}`, "video", "image", "no_media", "thumb"},
		"cover and film swapped":    {"video", `{}`, "thumb", "video", "no_media", "media"},
		"long title":                {"video", `{"title":"` + longs(65) + `"}`, "video", "thumb", "too_long", "title"},
		"long description":          {"video", `{"description":"` + longs(121) + `"}`, "video", "thumb", "too_long", "description"},
		"music without a cover":     {"music", `{` + link + `}`, "", "", "empty", "thumb"},
		"music without an address":  {"music", `{"title":"a"}`, "", "thumb", "empty", "musicurl"},
		"music by another way":      {"music", `{"musicurl":"ftp://e.com/a.mp3"}`, "", "thumb", "bad_body", "musicurl"},
		"a script as music":         {"music", `{` + link + `,"hqmusicurl":"javascript:alert(1)"}`, "", "thumb", "bad_body", "hqmusicurl"},
		"long address":              {"music", `{"musicurl":"https://e.com/` + strings.Repeat("a", 1011) + `"}`, "", "thumb", "too_long", "musicurl"},
		"menu without entries":      {"msgmenu", `{"head_content":"a"}`, "", "", "empty", "list"},
		"an empty entry":            {"msgmenu", `{"list":[{"content":" "}]}`, "", "", "empty", "list"},
		"eleven entries":            {"msgmenu", `{"list":[` + entries(11) + `]}`, "", "", "bad_body", "list"},
		"the same id twice":         {"msgmenu", `{"list":[{"id":"1","content":"a"},{"id":"1","content":"b"}]}`, "", "", "bad_body", "list"},
		"long entry":                {"msgmenu", `{"list":[{"content":"` + longs(61) + `"}]}`, "", "", "too_long", "list"},
		"long menu":                 {"msgmenu", `{"head_content":"` + longs(682) + `","tail_content":"ab","list":[{"content":"a"}]}`, "", "", "too_long", "head_content"},
		"no card":                   {"wxcard", `{"title":"a"}`, "", "", "empty", "card_id"},
		"a card in Chinese":         {"wxcard", `{"card_id":"卡"}`, "", "", "bad_body", "card_id"},
		"long card":                 {"wxcard", `{"card_id":"` + strings.Repeat("a", 65) + `"}`, "", "", "too_long", "card_id"},
		"mini program, no title":    {"miniprogrampage", `{` + app + `}`, "", "image", "empty", "title"},
		"mini program, long title":  {"miniprogrampage", `{"title":"` + longs(65) + `",` + app + `}`, "", "image", "too_long", "title"},
		"mini program, no picture":  {"miniprogrampage", `{"title":"a",` + app + `}`, "", "", "empty", "thumb"},
		"mini program, small cover": {"miniprogrampage", `{"title":"a",` + app + `}`, "", "thumb", "no_media", "thumb"},
		"appid of another form":     {"miniprogrampage", `{"title":"a","appid":"wx123","pagepath":"p"}`, "", "image", "bad_body", "appid"},
		"no page":                   {"miniprogrampage", `{"title":"a","appid":"wx1234567890abcdef"}`, "", "image", "empty", "pagepath"},
		"a page with a space":       {"miniprogrampage", `{"title":"a","appid":"wx1234567890abcdef","pagepath":"a b"}`, "", "image", "bad_body", "pagepath"},
		"long page":                 {"miniprogrampage", `{"title":"a","appid":"wx1234567890abcdef","pagepath":"` + strings.Repeat("a", 1025) + `"}`, "", "image", "too_long", "pagepath"},
	} {
		t.Run(name, func(t *testing.T) {
			draft := object{"client_id": "client-of-" + d.number(), "type": tt.typ, "body": json.RawMessage(tt.body), "media": files[tt.media], "thumb": files[tt.thumb]}
			detail := d.call(t, "li", "POST", path+"/messages", draft).refused(t, 422, tt.code)
			if detail["field"] != tt.field || tt.code == "too_long" && detail["most"] == nil {
				t.Errorf("detail %v", detail)
			}
		})
	}
	if v, err := d.Store.NewestConversation(t.Context(), 1, "o1"); err != nil || v.Grants.Message.Left != 5 {
		t.Errorf("a refusal spent budget: %+v, %v", v.Grants.Message, err)
	}
	for _, typ := range []string{"music", "msgmenu", "wxcard", "miniprogrampage"} {
		d.call(t, "li", "POST", path+"/messages", object{"client_id": "client-of-" + d.number(), "type": typ, "thumb": files["thumb"]}).refused(t, 400, "bad_json")
		d.call(t, "li", "POST", path+"/messages", d.draft(typ, object{"titel": ""})).refused(t, 400, "bad_json")
	}
}

// What customers sent may be larger, longer and of other kinds than WeChat takes
// from us: forwarding it is refused before anything is spent.
func TestFilesThatWeChatWouldNotTakeBack(t *testing.T) {
	d := newDesk(t)
	files := filesOf(t, d)
	path := d.open(t, "o1")
	for name, tt := range map[string]struct {
		media  store.Media
		status int
		code   string
	}{
		"a film of QuickTime": {store.Media{Kind: "video", Mime: "video/quicktime", Size: 9}, 415, "unsupported_media"},
		"a large film":        {store.Media{Kind: "video", Mime: "video/mp4", Size: 10<<20 + 1}, 413, "too_large"},
		"the largest film":    {store.Media{Kind: "video", Mime: "video/mp4", Size: 10 << 20, Duration: 600_000}, 201, ""},
		"a wide voice":        {store.Media{Kind: "voice", Mime: "audio/amr-wb", Size: 9}, 415, "unsupported_media"},
		"a large voice":       {store.Media{Kind: "voice", Mime: "audio/mpeg", Size: 2<<20 + 1}, 413, "too_large"},
		"a long voice":        {store.Media{Kind: "voice", Mime: "audio/amr", Size: 9, Duration: 60_001}, 422, "too_long_voice"},
		"the longest voice":   {store.Media{Kind: "voice", Mime: "audio/amr", Size: 9, Duration: 60_000}, 201, ""},
	} {
		tt.media.Account, tt.media.Hash = 1, strings.Repeat("a", 64)
		m, err := d.Store.AddMedia(t.Context(), tt.media)
		if err != nil {
			t.Fatal(err)
		}
		draft := object{"client_id": "client-of-" + d.number(), "type": m.Kind, "media": m.ID, "thumb": files["thumb"]}
		got := d.call(t, "li", "POST", path+"/messages", draft)
		if tt.code == "" {
			got.ok(t, tt.status)
			continue
		}
		got.refused(t, tt.status, tt.code)
		if left := dig(d.call(t, "li", "GET", path, nil).ok(t, 200), "conversation", "grants", "message", "left"); left.(float64) < 3 {
			t.Errorf("%s: %v are left", name, left)
		}
	}
}
