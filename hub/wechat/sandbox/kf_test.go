package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/wechat"
)

func TestKFAccounts(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	add := func(account, nick string) error { return w.client.AddKF(ctx, w.token, account, nick) }
	invite := func(account, wx string) error { return w.client.InviteKF(ctx, w.token, account, wx) }
	avatar := func(account, file string, data []byte) error {
		return w.client.UploadKFAvatar(ctx, w.token, account, file, bytes.NewReader(data), int64(len(data)))
	}
	steps := []struct {
		name string
		err  error
		want int
	}{
		{"added", add("a@test", "Ann"), 0},
		{"again", add("a@test", "Ann"), 65406},
		{"prefix of eleven", add("abcdefghijk@test", "x"), 65404},
		{"odd character", add("a-b@test", "x"), 65404},
		{"suffix of another account", add("b@other", "x"), 65404},
		{"no suffix", add("b", "x"), 65404},
		{"no nickname", add("b@test", " "), 65403},
		{"nickname of sixteen", add("b@test", strings.Repeat("字", 16)), 0},
		{"nickname of seventeen", add("c@test", strings.Repeat("字", 17)), 65403},
		{"renamed", w.client.UpdateKF(ctx, w.token, "b@test", "Ben"), 0},
		{"renamed, unknown", w.client.UpdateKF(ctx, w.token, "z@test", "Ben"), 65401},
		{"avatar", avatar("a@test", "a.jpg", sample("agent-azhe.jpg")), 0},
		{"avatar that is no JPG", avatar("a@test", "a.png", []byte("\x89PNG\r\n\x1a\n")), 40005},
		{"avatar of 5 MB", avatar("a@test", "a.jpg", padded("agent-azhe.jpg", 5<<20)), 40009},
		{"avatar of nobody", avatar("z@test", "a.jpg", sample("agent-azhe.jpg")), 65401},
		{"invited: no WeChat id", invite("a@test", "13800000000"), 65409},
		{"invited", invite("a@test", "ann_wx"), 0},
		{"invited again", invite("a@test", "other_wx"), 65411},
		{"same person for another account", invite("b@test", "ann_wx"), 65408},
		{"invited for nobody", invite("z@test", "zoe_wx"), 65401},
	}
	for _, s := range steps {
		if got := code(t, s.err); got != s.want {
			t.Errorf("%s: errcode %d, want %d", s.name, got, s.want)
		}
	}
	list, err := w.client.KFList(ctx, w.token)
	w.must(err)
	if len(list) != 2 || list[0].ID != "1001" || list[0].InviteStatus != "waiting" || list[0].WX != "" || list[1].Nick != "Ben" {
		t.Errorf("list: %+v", list)
	}
	var picture bytes.Buffer
	if _, err := w.client.Fetch(ctx, list[0].AvatarURL, &picture, 1<<20); err != nil || !bytes.Equal(picture.Bytes(), sample("agent-azhe.jpg")) {
		t.Errorf("avatar: %d bytes, %v", picture.Len(), err)
	}
	if !w.AnswerInvite(w.account.AppID, "a@test", true) || w.AnswerInvite(w.account.AppID, "a@test", true) {
		t.Error("an invitation can be accepted once")
	}
	if got := code(t, invite("a@test", "other_wx")); got != 65412 {
		t.Errorf("bound: errcode %d", got)
	}
	if got := code(t, invite("b@test", "ann_wx")); got != 65407 {
		t.Errorf("person bound elsewhere: errcode %d", got)
	}
	w.must(invite("b@test", "ben_wx"))
	w.Advance(24 * time.Hour)
	w.token, _ = w.stable(false)
	list, err = w.client.KFList(ctx, w.token)
	w.must(err)
	if list[0].WX != "ann_wx" || list[1].InviteStatus != "expired" {
		t.Errorf("list: %+v", list)
	}
	w.must(invite("b@test", "ben_wx"))
	w.must(w.client.DelKF(ctx, w.token, "a@test"))
	if got := code(t, w.client.DelKF(ctx, w.token, "a@test")); got != 65401 {
		t.Errorf("deleted twice: errcode %d", got)
	}
	if got := w.raw("GET", "/customservice/kfaccount/del?kf_account=b%40test&access_token="+w.token, ""); got != 0 {
		t.Errorf("deleted by GET: errcode %d", got)
	}
}

func TestKFLimits(t *testing.T) {
	w := newWorld(t)
	for n := range 100 {
		w.must(w.AddKF(w.account.AppID, fmt.Sprintf("k%d@test", n), "x", "", nil))
	}
	if got := code(t, w.client.AddKF(t.Context(), w.token, "more@test", "x")); got != 65405 {
		t.Errorf("the 101st: errcode %d", got)
	}
	for n := range 5 {
		w.must(w.AddAccount(Account{AppID: fmt.Sprint("wx", n), Secret: "s", WechatID: "o"}))
		w.must(w.AddKF(fmt.Sprint("wx", n), "k@o", "x", "busy_person", nil))
	}
	if got := code(t, w.client.InviteKF(t.Context(), w.token, "k1@test", "busy_person")); got != 65410 {
		t.Errorf("a sixth account of one person: errcode %d", got)
	}
	w.account.NoKF = true
	w.must(w.AddAccount(w.account))
	if _, err := w.client.KFList(t.Context(), w.token); code(t, err) != 65400 {
		t.Errorf("switched off: %v", err)
	}
}

func TestSessions(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	c := w.callback(nil)
	w.must(w.AddKF(w.account.AppID, "a@test", "Ann", "ann_wx", nil))
	w.must(w.AddKF(w.account.AppID, "b@test", "Ben", "ben_wx", nil))
	w.must(w.AddKF(w.account.AppID, "c@test", "Cat", "", nil))
	w.SetOnline(w.account.AppID, "b@test", true)
	create := func(kf string) int { return code(t, w.client.CreateSession(ctx, w.token, kf, w.openid)) }
	end := func(kf string) int { return code(t, w.client.CloseSession(ctx, w.token, kf, w.openid)) }
	for _, s := range []struct {
		name string
		got  int
		want int
	}{
		{"nobody is bound", create("c@test"), 65402},
		{"offline", create("a@test"), 65415},
		{"no session", end("b@test"), 65413},
		{"created", create("b@test"), 0},
		{"again", create("b@test"), 0},
		{"another agent serves", create("a@test"), 65414},
		{"another agent ends", end("a@test"), 65414},
	} {
		if s.got != s.want {
			t.Errorf("%s: errcode %d, want %d", s.name, s.got, s.want)
		}
	}
	online, err := w.client.OnlineKFList(ctx, w.token)
	if err != nil || len(online) != 1 || online[0].AcceptedCase != 1 {
		t.Errorf("online: %+v %v", online, err)
	}
	if !w.SetSession(w.openid, "a@test") {
		t.Error("not switched")
	}
	list, err := w.client.Sessions(ctx, w.token, "a@test")
	if err != nil || len(list) != 1 || list[0].OpenID != w.openid {
		t.Errorf("sessions: %+v %v", list, err)
	}
	w.said("in a session")
	if got := end("a@test"); got != 0 {
		t.Errorf("ended: errcode %d", got)
	}
	if s, err := w.client.Session(ctx, w.token, w.openid); err != nil || s.KFAccount != "" {
		t.Errorf("after the end: %+v %v", s, err)
	}
	w.settle()
	var events []string
	for _, a := range c.arrivals() {
		if a.push.MsgType == "event" {
			events = append(events, a.push.Event)
		}
	}
	if got := strings.Join(events, " "); got != "kf_create_session kf_switch_session kf_close_session" {
		t.Errorf("events: %s", got)
	}
	records, _, err := w.client.Records(ctx, w.token, start.Add(-time.Hour), start.Add(time.Hour), 1, 100)
	if err != nil || len(records) != 1 || records[0].Opcode != wechat.OpAgentReceived || records[0].Worker != "a@test" {
		t.Errorf("records: %+v %v", records, err)
	}
}

func TestChatRecords(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.must(w.AddKF(w.account.AppID, "a@test", "Ann", "", nil))
	w.said("hello")
	for n := range 3 {
		w.must(w.client.Send(ctx, w.token, wechat.Message{ToUser: w.openid, MsgType: "text", KFAccount: "a@test",
			Text: &wechat.Text{Content: fmt.Sprint("line ", n)}}))
	}
	var texts []string
	next := int64(1)
	for {
		list, after, err := w.client.Records(ctx, w.token, start, start.Add(time.Hour), next, 2)
		w.must(err)
		for _, r := range list {
			texts = append(texts, r.Text)
		}
		if next = after; len(list) < 2 {
			break
		}
	}
	if got := strings.Join(texts, ","); got != "line 0,line 1,line 2" {
		t.Errorf("records: %s", got)
	}
	if _, _, err := w.client.Records(ctx, w.token, start, start.Add(25*time.Hour), 1, 2); code(t, err) != 65417 {
		t.Errorf("25 hours: %v", err)
	}
	if _, _, err := w.client.Records(ctx, w.token, start, start, 0, 2); code(t, err) != 65416 {
		t.Errorf("msgid 0: %v", err)
	}
}

func TestPassiveReplies(t *testing.T) {
	for _, mode := range []wechat.Mode{wechat.Plain, wechat.Compatible, wechat.Safe} {
		for _, tc := range []struct {
			name    string
			reply   wechat.Reply
			verdict string
			shown   string
		}{
			{"text", wechat.Reply{MsgType: "text", Content: "one moment"}, "reply", "text"},
			{"news", wechat.Reply{MsgType: "news", Articles: []wechat.Article{{Title: "t"}}}, "reply", "news"},
			{"two articles to a text", wechat.Reply{MsgType: "news", Articles: []wechat.Article{{}, {}}}, "invalid", ""},
			{"picture that does not exist", wechat.Reply{MsgType: "image", MediaID: "x"}, "invalid", ""},
			{"odd type", wechat.Reply{MsgType: "poem"}, "invalid", ""},
			{"to somebody else", wechat.Reply{MsgType: "text", Content: "x", ToUserName: "oOther"}, "invalid", ""},
			{"hand-over", wechat.Reply{MsgType: "transfer_customer_service"}, "reply", ""},
		} {
			t.Run(string(mode)+" "+tc.name, func(t *testing.T) {
				w := newWorld(t)
				w.account.Mode = mode
				cb := consoleSide(t, w.account)
				w.callback(func(_ int, rw http.ResponseWriter, a arrival) {
					r := tc.reply
					r.FromUserName, r.CreateTime = a.push.ToUserName, a.push.CreateTime
					if r.ToUserName == "" {
						r.ToUserName = a.push.FromUserName
					}
					out := r.Marshal()
					if mode != wechat.Plain {
						out, _ = cb.SealReply(cb.Ciphers[0], out, start.Unix(), a.query.Nonce)
					}
					rw.Write(out)
				})
				w.said("hello")
				w.settle()
				if got := w.lastPush().Verdict; got != tc.verdict || w.faultNotice() != (got == "invalid") {
					t.Errorf("verdict %q, notice %v", got, w.faultNotice())
				}
				shown := ""
				for _, d := range w.Received(w.openid) {
					shown = d.Type
				}
				if shown != tc.shown {
					t.Errorf("the phone shows %q", shown)
				}
				if count, _, _ := w.client.Waiting(t.Context(), w.token); (count == 1) != (tc.name == "hand-over") {
					t.Errorf("%d waiting", count)
				}
				if u, _ := w.User(w.openid); u.Message.Left != 5 {
					t.Error("a passive reply used the window")
				}
			})
		}
	}
}

func TestPlainReplyInSafeModeIsInvalid(t *testing.T) {
	w := newWorld(t)
	w.callback(func(_ int, rw http.ResponseWriter, a arrival) {
		r := wechat.Reply{MsgType: "text", Content: "x", ToUserName: a.push.FromUserName, FromUserName: a.push.ToUserName, CreateTime: 1}
		rw.Write(r.Marshal())
	})
	w.said("hello")
	w.settle()
	if got := w.lastPush().Verdict; got != "invalid" {
		t.Errorf("verdict %q", got)
	}
}

func TestFollowers(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	stranger, err := w.AddUser(User{Name: "Ben"})
	w.must(err)
	w.must(w.Follow(stranger.OpenID, "123123"))
	w.must(w.client.UpdateRemark(ctx, w.token, w.openid, "VIP"))
	if got := code(t, w.client.UpdateRemark(ctx, w.token, w.openid, strings.Repeat("字", 30))); got == 0 {
		t.Error("a remark of 30 characters was taken")
	}
	tag, err := w.client.CreateTag(ctx, w.token, "big")
	w.must(err)
	w.must(w.client.AddTag(ctx, w.token, int64(tag.ID), w.openid))
	info, err := w.client.UserInfo(ctx, w.token, w.openid)
	if err != nil || info.Subscribe != 1 || info.Remark != "VIP" || len(info.TagIDs) != 1 || info.SubscribeScene != "ADD_SCENE_SEARCH" {
		t.Errorf("%+v %v", info, err)
	}
	info, err = w.client.UserInfo(ctx, w.token, stranger.OpenID)
	if err != nil || info.QRScene != 123123 || info.QRSceneStr != "" || info.SubscribeScene != "ADD_SCENE_QR_CODE" {
		t.Errorf("%+v %v", info, err)
	}
	w.must(w.Unfollow(stranger.OpenID))
	infos, err := w.client.UserInfos(ctx, w.token, []string{w.openid, stranger.OpenID})
	if err != nil || len(infos) != 2 || infos[1].Subscribe != 0 || infos[1].SubscribeTime != 0 {
		t.Errorf("%+v %v", infos, err)
	}
	if _, err := w.client.UserInfo(ctx, w.token, "oNobody"); code(t, err) != 40003 {
		t.Error(err)
	}
	if page, err := w.client.Followers(ctx, w.token, ""); err != nil || len(page.OpenIDs) != 1 {
		t.Errorf("%+v %v", page, err)
	}
	w.must(w.client.AddBlacklist(ctx, w.token, w.openid))
	w.said("hello")
	if got := w.send("hi"); got != 43019 {
		t.Errorf("blacklisted: errcode %d", got)
	}
	resp, err := http.Get(w.api.URL + "/cgi-bin/user/info?openid=" + w.openid + "&access_token=" + w.token)
	w.must(err)
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); bytes.Contains(body, []byte("nickname")) || bytes.Contains(body, []byte("Ann")) {
		t.Errorf("the name leaves the phone: %s", body)
	}
}
