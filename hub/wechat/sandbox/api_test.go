package sandbox

import (
	"bytes"
	"cmp"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/wechat"
)

// raw posts a body as it is and returns the answer's errcode.
func (w *world) raw(method, path, body string) int {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.api.URL+path, strings.NewReader(body))
	w.must(err)
	resp, err := w.api.Client().Do(req)
	w.must(err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	w.must(err)
	o, fault := parseObject(data, false)
	if fault != nil || resp.StatusCode != http.StatusOK {
		w.t.Fatalf("%d %s", resp.StatusCode, data)
	}
	return int(o.num("errcode", 0))
}

func (w *world) sendRaw(body string) int {
	w.t.Helper()
	return w.raw("POST", pathSend+"?access_token="+w.token, body)
}

func TestOrderOfChecks(t *testing.T) {
	w := newWorld(t)
	w.said("hello")
	to := `"touser":"` + w.openid + `"`
	const text = `"msgtype":"text","text":{"content":"hi"}`
	stranger, err := w.AddUser(User{Name: "Ben"})
	w.must(err)
	blocked, err := w.AddUser(User{Name: "Cat", Following: true, Blocked: true})
	w.must(err)
	cases := []struct {
		name string
		path string
		body string
		want int
	}{
		{"no token before all else", pathSend, "", 41001},
		{"odd token", pathSend + "?access_token=x", "", 40014},
		{"unknown token", pathSend + "?access_token=" + strings.Repeat("x", 136), "{", 40001},
		{"empty body", "", "", 44002},
		{"not JSON", "", `{"touser":`, 47001},
		{"trailing comma", "", `{` + to + `,` + text + `,}`, 47001},
		{"array", "", `[]`, 47001},
		{"escape", "", `{"touser":"x","msgtype":"text","text":{"content":"\u4f60"}}`, 47002},
		{"escaped backslash is no escape", "", `{` + to + `,"msgtype":"text","text":{"content":"\\u4f60"}}`, 0},
		{"unknown user", "", `{"touser":"oNobody","msgtype":"none"}`, 40003},
		{"user before type", "", `{"touser":"` + stranger.OpenID + `","msgtype":"none"}`, 45015},
		{"blacklist", "", `{"touser":"` + blocked.OpenID + `","msgtype":"none"}`, 43019},
		{"type", "", `{` + to + `,"msgtype":"link","link":{}}`, 40008},
		{"keys are case-sensitive", "", `{` + to + `,"msgtype":"text","Text":{"content":"hi"}}`, 44004},
		{"content before sender", "", `{` + to + `,"msgtype":"text","text":{},"customservice":{"kf_account":"x@test"}}`, 44004},
		{"sender", "", `{` + to + `,` + text + `,"customservice":{"kf_account":"x@test"}}`, 65401},
		{"accepted", "", `{` + to + `,` + text + `,"unknown":1}`, 0},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			w := w.in(t)
			path := tc.path
			if path == "" {
				path = pathSend + "?access_token=" + w.token
			}
			if got := w.raw("POST", path, tc.body); got != tc.want {
				t.Errorf("errcode %d, want %d", got, tc.want)
			}
		})
	}
	if got := w.raw("GET", pathSend+"?access_token="+w.token, ""); got != 43002 {
		t.Errorf("GET: %d", got)
	}
}

func TestUnverifiedAccount(t *testing.T) {
	w := newWorld(t)
	w.account.Unverified = true
	w.must(w.AddAccount(w.account))
	if got := w.sendRaw(""); got != 48001 {
		t.Errorf("errcode %d", got)
	}
}

func TestContents(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	upload := func(typ, name, file string) string {
		data := sample(file)
		r, err := w.client.UploadMedia(ctx, w.token, typ, name, bytes.NewReader(data), int64(len(data)))
		w.must(err)
		return r.MediaID
	}
	image, voice := upload("image", "a.jpg", "thumb-desk.jpg"), upload("voice", "a.amr", "voice.amr")
	video, thumb := upload("video", "a.mp4", "unboxing.mp4"), upload("thumb", "t.jpg", "thumb-desk.jpg")
	for _, x := range []Article{
		{ID: "A1", Title: "Desks"}, {ID: "A3", Title: "Gone", Deleted: true}, {ID: "A4", Title: "Group", More: []Article{{Title: "Two"}}},
		{ID: "M1", Title: "Old", Old: true}, {ID: "M2", Title: "Old group", Old: true, More: []Article{{Title: "Two"}}},
	} {
		x.Cover = sample("cover-desk.jpg")
		w.must(w.AddArticle(w.account.AppID, x))
	}
	long := func(n int) string { return strings.Repeat("字", n) }
	item := func(n, size int) (list []wechat.MenuItem) {
		for range n {
			list = append(list, wechat.MenuItem{ID: "1", Content: strings.Repeat("字", size)})
		}
		return list
	}
	text := func(s string) wechat.Message {
		return wechat.Message{MsgType: "text", Text: &wechat.Text{Content: s}}
	}
	news := func(list ...wechat.Article) wechat.Message {
		return wechat.Message{MsgType: "news", News: &wechat.News{Articles: list}}
	}
	menu := func(list []wechat.MenuItem) wechat.Message {
		return wechat.Message{MsgType: "msgmenu", MsgMenu: &wechat.MsgMenu{Head: "h", List: list}}
	}
	page := func(appid, thumb string) wechat.Message {
		return wechat.Message{MsgType: "miniprogrampage", MiniProgramPage: &wechat.MiniProgramPage{Title: "t", AppID: appid, PagePath: "p", ThumbMediaID: thumb}}
	}
	ref := func(typ, id string) wechat.Message {
		m := wechat.Message{MsgType: typ}
		switch typ {
		case "image":
			m.Image = &wechat.MediaRef{MediaID: id}
		case "voice":
			m.Voice = &wechat.MediaRef{MediaID: id}
		case "mpnews":
			m.MPNews = &wechat.MediaRef{MediaID: id}
		case "mpnewsarticle":
			m.MPNewsArticle = &wechat.ArticleRef{ArticleID: id}
		case "wxcard":
			m.WXCard = &wechat.CardRef{CardID: id}
		}
		return m
	}
	film := func(v wechat.Video) wechat.Message {
		v.MediaID, v.ThumbMediaID = cmp.Or(v.MediaID, video), cmp.Or(v.ThumbMediaID, thumb)
		return wechat.Message{MsgType: "video", Video: &v}
	}
	music := func(m wechat.Music) wechat.Message {
		m.MusicURL, m.ThumbMediaID = cmp.Or(m.MusicURL, "https://e.com/a.mp3"), cmp.Or(m.ThumbMediaID, thumb)
		return wechat.Message{MsgType: "music", Music: &m}
	}
	cases := []struct {
		name string
		m    wechat.Message
		want int
	}{
		{"2048 bytes", text(strings.Repeat("a", 2048)), 0},
		{"2049 bytes", text(strings.Repeat("a", 2049)), 45002},
		{"682 characters", text(strings.Repeat("字", 682)), 0},
		{"683 characters", text(strings.Repeat("字", 683)), 45002},
		{"link", text(`<a href="https://e.com/?a=1&b=2">x</a>`), 0},
		{"link without href", text(`<a class="x">x</a>`), 40213},
		{"link without end", text(`<a href="https://e.com">x`), 40213},
		{"link without text", text(`<a href="https://e.com"> </a>`), 40214},
		{"mini program link", text(`<a href="https://e.com" data-miniprogram-appid="nonsense">x</a>`), 45086},
		{"linked mini program", text(`<a href="https://e.com" data-miniprogram-appid="wxabcdefabcdefabcd" data-miniprogram-path="p">x</a>`), 0},
		{"mini program of others", text(`<a href="https://e.com" data-miniprogram-appid="wx0000000000000000">x</a>`), 40166},
		{"no text", text(""), 44004},
		{"image", ref("image", image), 0},
		{"no media id", ref("image", ""), 41006},
		{"a voice is no image", ref("image", voice), 40007},
		{"unknown media", ref("image", "nothing"), 40007},
		{"voice", ref("voice", voice), 0},
		{"video", wechat.Message{MsgType: "video", Video: &wechat.Video{MediaID: video, ThumbMediaID: thumb}}, 0},
		{"video without thumb", wechat.Message{MsgType: "video", Video: &wechat.Video{MediaID: video}}, 41006},
		{"voice as a film", film(wechat.Video{MediaID: voice}), 40007},
		{"title of a film", film(wechat.Video{Title: long(65)}), 45003},
		{"words on a film", film(wechat.Video{Title: long(64), Description: long(121)}), 45004},
		{"music", music(wechat.Music{}), 0},
		{"music without a link", wechat.Message{MsgType: "music", Music: &wechat.Music{ThumbMediaID: thumb}}, 44004},
		{"music without a picture", wechat.Message{MsgType: "music", Music: &wechat.Music{MusicURL: "https://e.com/a.mp3"}}, 41006},
		{"title of music", music(wechat.Music{Title: long(65)}), 45003},
		{"words on music", music(wechat.Music{Description: long(121)}), 45004},
		{"link of music", music(wechat.Music{MusicURL: "https://e.com/" + strings.Repeat("a", 1011)}), 45005},
		{"one article", news(wechat.Article{Title: "t", URL: "https://e.com"}), 0},
		{"two articles", news(wechat.Article{Title: "a"}, wechat.Article{Title: "b"}), 45008},
		{"no article", news(), 44003},
		{"nothing in the article", news(wechat.Article{}), 44003},
		{"title", news(wechat.Article{Title: strings.Repeat("字", 65)}), 45003},
		{"description", news(wechat.Article{Description: strings.Repeat("字", 121)}), 45004},
		{"url", news(wechat.Article{URL: strings.Repeat("a", 1025)}), 45005},
		{"picurl", news(wechat.Article{PicURL: strings.Repeat("a", 1025)}), 45006},
		{"picurl is no link", news(wechat.Article{PicURL: "file:///etc/passwd"}), 40191},
		{"published article", ref("mpnewsarticle", "A1"), 0},
		{"no such article", ref("mpnewsarticle", "A2"), 53600},
		{"deleted article", ref("mpnewsarticle", "A3"), 53600},
		{"group of articles", ref("mpnewsarticle", "A4"), 45008},
		{"material is no published article", ref("mpnewsarticle", "M1"), 53600},
		{"old material", ref("mpnews", "M1"), 0},
		{"old group", ref("mpnews", "M2"), 45008},
		{"a picture is no article", ref("mpnews", image), 40007},
		{"ten entries", menu(item(10, 60)), 0},
		{"eleven entries", menu(item(11, 1)), 45098},
		{"long entry", menu(item(1, 61)), 45099},
		{"menu of more than 2048 bytes", wechat.Message{MsgType: "msgmenu", MsgMenu: &wechat.MsgMenu{Head: long(680), List: item(1, 3)}}, 45002},
		{"menu without entries", menu(nil), 44004},
		{"empty entry", menu(item(1, 0)), 44004},
		{"card", ref("wxcard", "pTestCard"), 0},
		{"card of others", ref("wxcard", "pOther"), 40053},
		{"mini program", page("wxabcdefabcdefabcd", image), 0},
		{"mini program that is not linked", page("wx0000000000000000", image), 40166},
		{"no page of a mini program", wechat.Message{MsgType: "miniprogrampage",
			MiniProgramPage: &wechat.MiniProgramPage{Title: "t", AppID: "wxabcdefabcdefabcd", ThumbMediaID: image}}, 40165},
		{"mini program with a thumb", page("wxabcdefabcdefabcd", thumb), 40007},
		{"mini program without picture", page("wxabcdefabcdefabcd", "nothing"), 40007},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			w := w.in(t)
			w.said("open the window")
			before := len(w.Received(w.openid))
			tc.m.ToUser = w.openid
			if got := code(t, w.client.Send(t.Context(), w.token, tc.m)); got != tc.want {
				t.Errorf("errcode %d, want %d", got, tc.want)
			}
			arrived := len(w.Received(w.openid)) - before
			if (arrived == 1) != (tc.want == 0) {
				t.Errorf("%d messages arrived", arrived)
			}
		})
	}
}

// What no client of ours would write.
func TestContentsOfAnotherType(t *testing.T) {
	w := newWorld(t)
	w.said("hello")
	for content, want := range map[string]int{
		`"news","news":{"articles":{"title":"t"}}`:                            45162,
		`"msgmenu","msgmenu":{"list":{"id":"1","content":"c"}}`:               45162,
		`"msgmenu","msgmenu":{"list":[{"id":101,"content":"a number"}]}`:      45162,
		`"msgmenu","msgmenu":{"list":[{"content":"an entry without an id"}]}`: 45162,
		`"link","link":{"title":"t"}`:                                         40008,
		`"wxcard","wxcard":{}`:                                                40053,
	} {
		if got := w.sendRaw(`{"touser":"` + w.openid + `","msgtype":` + content + `}`); got != want {
			t.Errorf("%s: errcode %d, want %d", content, got, want)
		}
	}
}

func TestMenusAreForVerifiedServiceAccounts(t *testing.T) {
	w := newWorld(t)
	w.account.Kind = "test"
	w.must(w.AddAccount(w.account))
	w.said("hello")
	if got := w.sendRaw(`{"touser":"` + w.openid + `","msgtype":"msgmenu","msgmenu":{"list":[{"id":"1","content":"c"}]}}`); got != 40200 {
		t.Errorf("errcode %d", got)
	}
}

func TestTextArrivesByteForByte(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Record = true })
	w.said("hello")
	const text = "<a href=\"https://e.com/?a=1&b=2\">x</a>\n\"quote\" \\ /::) 😀"
	if got := w.send(text); got != 0 {
		t.Fatalf("errcode %d", got)
	}
	d := w.Received(w.openid)[0]
	if d.Text() != text || bytes.Contains(d.Raw, []byte(`\u`)) {
		t.Errorf("arrived %q in %s", d.Text(), d.Raw)
	}
}

func TestMessageCarriesTheAgent(t *testing.T) {
	w := newWorld(t)
	w.must(w.AddKF(w.account.AppID, "li@test", "Li", "", sample("agent-xiaoli.jpg")))
	w.said("hello")
	sent := make(chan error, 1)
	go func() {
		sent <- w.client.Send(t.Context(), w.token, wechat.Message{ToUser: w.openid, MsgType: "text", Text: &wechat.Text{Content: "hi"}, KFAccount: "li@test"})
	}()
	got, err := w.Await(t.Context(), w.openid, 1)
	w.must(err)
	w.must(<-sent)
	if got[0].KFAccount != "li@test" || got[0].Nick != "Li" || got[0].Text() != "hi" {
		t.Errorf("arrived: %+v", got)
	}
	w.must(w.client.UpdateKF(t.Context(), w.token, "li@test", "Other"))
	var e Entry
	for _, e = range w.History(w.openid) {
		if e.Dir == "account" {
			break
		}
	}
	if e.KFAccount != "li@test" || e.Nick != "Li" || e.Avatar == "" {
		t.Errorf("entry %+v", e)
	}
}

func TestTyping(t *testing.T) {
	w := newWorld(t)
	typing := func(command string) int {
		return code(t, w.client.Typing(t.Context(), w.token, w.openid, command))
	}
	steps := []struct {
		before  func()
		command string
		want    int
	}{
		{nil, "Typing", 45015},
		{func() { w.said("hello") }, "Typing", 0},
		{nil, "Typing", 45081},
		{nil, "Nonsense", 45072},
		{nil, "CancelTyping", 0},
		{nil, "Typing", 0},
		{func() { w.Advance(15 * time.Second) }, "Typing", 0},
		{func() { w.send("hi") }, "Typing", 0}, // a message takes the notice away
		{func() { w.Advance(31 * time.Second) }, "Typing", 45080},
	}
	for i, s := range steps {
		if s.before != nil {
			s.before()
		}
		if got := typing(s.command); got != s.want {
			t.Errorf("step %d: errcode %d, want %d", i, got, s.want)
		}
	}
}
