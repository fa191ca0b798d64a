package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kfdesk/hub/wechat"
	"kfdesk/hub/wechat/sandbox"
)

// line is the newest line of a phone, whole.
func (d *play) line(openid string) sandbox.Entry {
	d.t.Helper()
	answer, err := http.Get(d.URL + "/phone/api/state?openid=" + openid)
	must(d.t, err)
	defer answer.Body.Close()
	var state sandbox.State
	must(d.t, json.NewDecoder(answer.Body).Decode(&state))
	return state.History[len(state.History)-1]
}

// What is spoken into the phone page comes to the agent as AMR, however the
// button is used; what is thrown away does not.
func TestPhoneRecordsAVoice(t *testing.T) {
	parallel(t)
	d := newPlay(t)
	phone := newPage(t, "phone", d.URL, look{})
	phone.open("/phone#" + demoChen)
	phone.grant("microphone")
	phone.see(".wx-me")
	phone.click("#acts .lab-grid button >> " + phone.word("phone.type.voice"))
	spoken := func(seconds string) {
		phone.until("being recorded", "document.querySelector('.lab-voice time')?.textContent >= '"+seconds+"'")
	}
	const button = ".lab-voice .btn:first-child"
	phone.click(button)
	spoken("0:01")
	phone.click(".lab-voice .btn-icon") // thrown away
	phone.until("idle", "document.querySelector('.lab-voice').dataset.stage === 'idle'")
	phone.gone(`.wx-me[data-type="voice"]`)

	phone.fill("#lab-pane [name=recognition]", "地毯脱线")
	phone.click(button)
	spoken("0:01")
	phone.click(button)
	phone.see(`.wx-me[data-type="voice"]`)
	line := d.line(demoChen)
	if !strings.Contains(string(line.Body), "地毯脱线") || line.Seconds < 1 {
		t.Errorf("on the phone: %s, %d s", line.Body, line.Seconds)
	}
	answer, err := http.Get(d.URL + "/phone/api/files/" + line.File)
	must(t, err)
	defer answer.Body.Close()
	if kind := answer.Header.Get("Content-Type"); kind != "audio/amr" {
		t.Errorf("recorded as %s", kind)
	}

	// The encoder fails: told, kept, sent by the next try.
	phone.reload() // its worker has been started
	phone.see(".wx-me")
	phone.click("#acts .lab-grid button >> " + phone.word("phone.type.voice"))
	phone.breakWorkers()
	phone.click(button)
	spoken("0:01")
	phone.click(button)
	phone.see("#lab-pane [role=alert] >> " + phone.word("phone.voice.unpacked"))
	phone.accessible("phone, voice that was not packed")
	phone.mendWorkers()
	phone.click("#lab-pane .btn >> " + phone.word("phone.voice.retry"))
	phone.until("the voice after all", `document.querySelectorAll('.wx-me[data-type="voice"]').length === 2`)
	phone.gone("#lab-pane [role=alert]")

	phone.keepDown(button, func() { spoken("0:01") })
	phone.until("one voice more", `document.querySelectorAll('.wx-me[data-type="voice"]').length === 3`)
	p := d.agent("chenjiayi")
	p.click(".view >> " + p.word("inbox.view.waiting"))
	p.click(".conv >> 陈先生")
	p.until("all at the agent's", "document.querySelectorAll('#stream .msg-in .bubble-voice').length === 3")
}

// A place is picked on the map, and its numbers can be changed.
func TestPhonePicksAPlace(t *testing.T) {
	parallel(t)
	d := newPlay(t)
	phone := newPage(t, "phone", d.URL, look{})
	phone.open("/phone#" + demoChen)
	phone.see(".wx-me")
	phone.click("#acts .lab-grid button >> " + phone.word("phone.type.location"))
	phone.click("form .lab-map") // its middle
	phone.until("the middle", `Math.abs(document.querySelector('#lab-pane [name="lat"]').value - 30.2495) < 0.0005 && Math.abs(document.querySelector('#lab-pane [name="lng"]').value - 120.15364) < 0.0005`)
	phone.fill("#lab-pane [name=label]", "湖中间")
	phone.click("#lab-pane .btn-primary")
	phone.see(`.wx-me[data-type="location"] >> 湖中间`)
	phone.see(`.wx-me[data-type="location"] .map-pin`)
	phone.fill("#lab-pane [name=lat]", "30.265")
	phone.click("#lab-pane .btn-primary")
	phone.see(`.wx-me[data-type="location"] >> 30.265`)
	phone.until("a pin that is not cut off", `(() => {
		const card = [...document.querySelectorAll('.wx-me[data-type="location"]')].at(-1);
		const [pin, map] = ['.map-pin', '.lab-map'].map((part) => card.querySelector(part).getBoundingClientRect());
		return pin.top >= map.top && pin.bottom <= map.bottom;
	})()`)
	phone.fill("#lab-pane [name=lat]", "31.5")
	phone.click("#lab-pane .btn-primary")
	phone.see(`.wx-me[data-type="location"] >> 31.5`)
}

// A film of one's own gets the picture that its first frame is.
func TestPhoneSendsAFilm(t *testing.T) {
	parallel(t)
	d := newPlay(t)
	phone := newPage(t, "phone", d.URL, look{})
	phone.open("/phone#" + demoChen)
	phone.see(".wx-me")
	phone.click("#acts .lab-grid button >> " + phone.word("phone.type.shortvideo"))
	phone.choose("#lab-pane [type=file]", "../hub/wechat/sandbox/demo/unboxing.mp4")
	phone.see(`.wx-me[data-type="shortvideo"] .pic-len >> 0:03`)
	phone.until("the first frame", `document.querySelector('.wx-me[data-type="shortvideo"] .wx-video img')?.naturalWidth === 240`)
	phone.click(`.wx-me[data-type="shortvideo"] .wx-video`)
	phone.until("it plays", "document.querySelector('.wx-film')?.currentTime > 0")
}

// between lets the platform alone do something while the console is down.
func (d *play) between(do func(*sandbox.Sandbox, *wechat.Client, string)) {
	d.t.Helper()
	d.stop()
	box, err := sandbox.New(sandbox.Options{Dir: filepath.Join(d.args[len(d.args)-1], "sandbox", "wechat")})
	must(d.t, err)
	api := httptest.NewServer(box.API())
	box.SetBase(api.URL)
	client := &wechat.Client{Base: api.URL}
	account, _ := box.Account(sandbox.Demo().Account.AppID)
	token, _, err := client.StableToken(d.t.Context(), account.AppID, account.Secret, false)
	must(d.t, err)
	do(box, client, token)
	api.Close()
	must(d.t, box.Close())
	d.start()
}

// Every type that an account can send is drawn; voices and films play, an entry
// of a menu can be tapped twice and opens the minute only.
func TestPhoneDrawsEveryType(t *testing.T) {
	parallel(t)
	d := newPlay(t)
	appid := sandbox.Demo().Account.MiniPrograms[0].AppID
	d.between(func(box *sandbox.Sandbox, client *wechat.Client, token string) {
		sendEveryType(t, box, client, token, appid)
	})
	phone := newPage(t, "phone", d.URL, look{})
	phone.open("/phone#" + demoChen)
	for _, what := range []string{
		`[data-type="text"] img.emo`, `[data-type="text"] a[href="https://e.com/?a=1&b=2"]`, `[data-type="text"] .wx-link[title^="禾木小店"]`,
		`[data-type="text"] button.wx-link >> 点这里`,
		`[data-type="image"] img.wx-pic`, `[data-type="voice"] >> 7″`, `[data-type="voice"] >> 2″`, `[data-type="video"] .pic-len >> 0:03`,
		`[data-type="video"] >> 开箱`, `[data-type="music"] a[href="https://music.example/rain.mp3"]`, `[data-type="news"] >> 书桌`,
		`[data-type="mpnews"] >> 木蜡油怎么上`, `[data-type="mpnewsarticle"] >> 落地灯保养手册`, `[data-type="mpnewsarticle"] img`,
		`[data-type="msgmenu"] button >> 满意`, `[data-type="wxcard"] >> 售后补偿券 ¥50`, `[data-type="miniprogrampage"] >> 禾木小店`,
	} {
		phone.see(".wx-msg" + what)
	}
	for i := range 4 { // from the newest to the oldest
		eval[bool](phone, fmt.Sprintf("(document.querySelector('.wx-flow').scrollTop = -%d, true)", i*500))
		phone.seen(fmt.Sprintf("phone-sent-%d", i+1))
	}
	for _, nth := range []string{"0", "1"} { // AMR, then MP3
		eval[bool](phone, `(document.querySelectorAll('.wx-msg[data-type="voice"] button')[`+nth+`].click(), true)`)
		phone.until("voice "+nth+" is heard", `document.querySelectorAll('.wx-msg[data-type="voice"] button')[`+nth+`].classList.contains('is-on')`)
		phone.until("voice "+nth+" has ended", `!document.querySelector('.wx-voice.is-on')`)
	}
	phone.gone(`.toast >> ` + phone.word("phone.voice_failed"))
	phone.gone(".wx-dot")

	for n := range 2 {
		phone.click(`[data-type="msgmenu"] button >> 满意`)
		phone.until("a tap", fmt.Sprintf(`[...document.querySelectorAll('.wx-me')].filter((one) => one.textContent.trim() === '满意').length === %d`, n+1))
	}
	if line := d.line(demoChen); !strings.Contains(string(line.Body), `"menu_id":"101"`) {
		t.Errorf("the tap: %s", line.Body)
	}
	for _, u := range d.users() {
		if u.OpenID == demoChen && (u.Action.Cause != "menu" || u.Action.Left != 3 || u.Action.Until-u.Action.Since != 60_000 || u.Message.Left != 0) {
			t.Errorf("windows: %+v %+v", u.Message, u.Action)
		}
	}
}

func demoFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("../hub/wechat/sandbox/demo/" + name)
	must(t, err)
	return data
}

func (d *play) users() []sandbox.UserView {
	d.t.Helper()
	answer, err := http.Get(d.URL + "/phone/api/state")
	must(d.t, err)
	defer answer.Body.Close()
	var state sandbox.State
	must(d.t, json.NewDecoder(answer.Body).Decode(&state))
	return state.Users
}

func sendEveryType(t testing.TB, box *sandbox.Sandbox, client *wechat.Client, token, appid string) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	upload := func(kind, name string, data []byte) string {
		r, err := client.UploadMedia(ctx, token, kind, name, bytes.NewReader(data), int64(len(data)))
		must(t, err)
		return r.MediaID
	}
	picture, thumb := upload("image", "a.jpg", demoFile(t, "cover-desk.jpg")), upload("thumb", "t.jpg", demoFile(t, "thumb-desk.jpg"))
	silence := bytes.Repeat(append([]byte{0xff, 0xf3, 0x44, 0xc4}, make([]byte, 92)...), 83)
	sends := []wechat.Message{
		{MsgType: "text", Text: &wechat.Text{Content: "您好/::) <a href=\"https://e.com/?a=1&b=2\">看这里</a> <a href=\"https://e.com/\" data-miniprogram-appid=\"" + appid + "\" data-miniprogram-path=\"pages/index/index\">打开小店</a> <A HREF='weixin://bizmsgmenu?msgmenuid=7&amp;msgmenucontent=好的'>点这里</A>"}},
		{MsgType: "image", Image: &wechat.MediaRef{MediaID: picture}},
		{MsgType: "voice", Voice: &wechat.MediaRef{MediaID: upload("voice", "a.amr", demoFile(t, "voice.amr"))}},
		{MsgType: "voice", Voice: &wechat.MediaRef{MediaID: upload("voice", "a.mp3", silence)}},
		{MsgType: "video", Video: &wechat.Video{MediaID: upload("video", "a.mp4", demoFile(t, "unboxing.mp4")), ThumbMediaID: thumb, Title: "开箱", Description: "一刀就开"}},
		{MsgType: "music", Music: &wechat.Music{Title: "雨打竹叶", Description: "禾木生活馆", MusicURL: "https://music.example/rain.mp3", ThumbMediaID: thumb}},
		{MsgType: "news", News: &wechat.News{Articles: []wechat.Article{{Title: "书桌", Description: "定制", URL: "https://hemu.example/a/desk"}}}},
		{MsgType: "mpnews", MPNews: &wechat.MediaRef{MediaID: "hemu_material_oil"}},
		{MsgType: "mpnewsarticle", MPNewsArticle: &wechat.ArticleRef{ArticleID: "hemu_article_lamp"}},
		{MsgType: "wxcard", WXCard: &wechat.CardRef{CardID: "pHemu_buchang_50"}},
		{MsgType: "miniprogrampage", MiniProgramPage: &wechat.MiniProgramPage{Title: "我的订单 7731", AppID: appid, PagePath: "pages/order/index", ThumbMediaID: picture}},
		{MsgType: "msgmenu", MsgMenu: &wechat.MsgMenu{Head: "您对这次服务满意吗？", List: []wechat.MenuItem{{ID: "101", Content: "满意"}, {ID: "102", Content: "不满意"}}, Tail: "谢谢您"}},
	}
	for i, m := range sends {
		// The last message leaves an allowance of nothing.
		if i%5 == 2 {
			_, err := box.Text(demoChen, "嗯")
			must(t, err)
		}
		m.ToUser, m.KFAccount = demoChen, "jiayi@hemu_life"
		must(t, client.Send(ctx, token, m))
	}
}
