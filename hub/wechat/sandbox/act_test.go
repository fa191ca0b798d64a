package sandbox

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"kfdesk/hub/wechat"
)

func TestEveryActionReachesTheConsole(t *testing.T) {
	cases := []struct {
		action Action
		kind   string // direction and type as the console reads it
		grant  string
		body   string // part of the push's body
		xml    string // part of its XML
	}{
		{Action{Do: "text", Text: "你好"}, "in text", "message", `{"content":"你好"}`, "<Content><![CDATA[你好]]></Content>"},
		{Action{Do: "tap", Text: "满意", MenuID: "101"}, "in text", "menu", `"menu_id":"101"`, "<bizmsgmenuid>101</bizmsgmenuid>"},
		{Action{Do: "image", Sample: "thumb-desk.jpg"}, "in image", "message", "{}", "/mmbiz/"},
		{Action{Do: "voice", Sample: "voice.amr", Recognition: "hi", Wide: true}, "in voice", "message", `"recognition":"hi"`, "<MediaId16K>"},
		{Action{Do: "video", Sample: "unboxing.mp4"}, "in video", "message", "{}", "<ThumbMediaId>"},
		{Action{Do: "shortvideo", Sample: "unboxing.mp4"}, "in shortvideo", "message", "{}", "<MsgType><![CDATA[shortvideo]]>"},
		{Action{Do: "location", Lat: 23.134521, Lng: 113.358803, Scale: 20, Label: "here"}, "in location", "message", `"lat":23.134521,"lng":113.358803`, "<Location_X>23.134521</Location_X>"},
		{Action{Do: "link", Title: "t", Description: "d", URL: "https://e.com"}, "in link", "message", `"url":"https://e.com"`, "<Url>"},
		{Action{Do: "file", Sample: "room.txt"}, "in file", "message", `"title":"room.txt"`, "<FileTotalLen>"},
		{Action{Do: "sticker"}, "in sticker", "message", "【收到不支持的消息类型，暂无法显示】", ""},
		{Action{Do: "miniprogrampage", Title: "t", AppID: "wx1", Path: "p", Sample: "cover-lamp.jpg"}, "in miniprogrampage", "message", `"path":"p"`, "<ThumbUrl>"},
		{Action{Do: "message", Type: "redpacket"}, "in unknown", "message", `"msg_type":"redpacket"`, ""},
		{Action{Do: "scan", Scene: "7"}, "event scan", "scan", `"scene":"7"`, "<Event><![CDATA[SCAN]]>"},
		{Action{Do: "click", Key: "KF"}, "event click", "menu", `"key":"KF"`, "<Event><![CDATA[CLICK]]>"},
		{Action{Do: "view", Key: "https://e.com/"}, "event view", "", `"key":"https://e.com/"`, ""},
		{Action{Do: "view_miniprogram", Key: "p"}, "event view_miniprogram", "", "", ""},
		{Action{Do: "scancode_push", Key: "6", Result: "2"}, "event scancode_push", "menu", `"scan_result":"2"`, "<ScanCodeInfo><ScanType><![CDATA[qrcode]]>"},
		{Action{Do: "scancode_waitmsg", Key: "6", Result: "2"}, "event scancode_waitmsg", "menu", "", ""},
		{Action{Do: "pic_sysphoto", Key: "6"}, "event pic_sysphoto", "", `"count":1`, "<PicMd5Sum>"},
		{Action{Do: "pic_photo_or_album", Key: "6"}, "event pic_photo_or_album", "", "", ""},
		{Action{Do: "pic_weixin", Key: "6"}, "event pic_weixin", "", "", ""},
		{Action{Do: "location_select", Key: "6", Label: "l"}, "event location_select", "", `"label":"l"`, "<SendLocationInfo>"},
		{Action{Do: "location_report", Lat: 1, Lng: 2}, "event location", "", `"lat":1`, "<Latitude>1.000000</Latitude>"},
		{Action{Do: "user_info_modified"}, "event user_info_modified", "", "", "<OpenID>"},
		{Action{Do: "user_authorization_revoke", Key: "205"}, "event user_authorization_revoke", "", `"revoke":"205"`, ""},
		{Action{Do: "user_authorization_cancellation"}, "event user_authorization_cancellation", "", "", ""},
		{Action{Do: "event", Type: "ENTER"}, "event unknown_event", "", `"event":"ENTER"`, ""},
		{Action{Do: "unfollow"}, "event unsubscribe", "", "", "<EventKey>"},
	}
	for _, tc := range cases {
		t.Run(tc.action.Do, func(t *testing.T) {
			w := newWorld(t)
			w.account.Voice = true
			c := w.callback(nil)
			tc.action.OpenID = w.openid
			id, err := w.Act(tc.action)
			w.must(err)
			w.settle()
			got := c.arrivals()
			if len(got) != 1 || got[0].err != nil {
				t.Fatalf("arrivals: %+v", got)
			}
			p := got[0].push
			dir, typ := p.Kind()
			if dir+" "+typ != tc.kind || !strings.Contains(string(p.Body()), tc.body) || !bytes.Contains(got[0].plain, []byte(tc.xml)) {
				t.Errorf("%s %s %s\n%s", dir, typ, p.Body(), got[0].plain)
			}
			if id != p.MsgID || (dir == "in") != (id != "") {
				t.Errorf("MsgId %q in the push, %q returned", p.MsgID, id)
			}
			u, _ := w.User(w.openid)
			if grant := u.Message.Cause + u.Action.Cause; grant != tc.grant {
				t.Errorf("opened %q, want %q", grant, tc.grant)
			}
			// What the console will think of the push agrees with the windows here.
			kind, _ := p.Grant()
			if (kind == "message") != (u.Message.Left > 0) || (kind == "action") != (u.Action.Left > 0) {
				t.Errorf("the console sees %q, the platform %+v %+v", kind, u.Message, u.Action)
			}
		})
	}
}

func TestMediaOfAPushCanBeFetched(t *testing.T) {
	w := newWorld(t)
	c := w.callback(nil)
	_, err := w.Image(w.openid, "a.jpg", sample("photo-lampshade.jpg"))
	w.must(err)
	_, err = w.Act(Action{OpenID: w.openid, Do: "video", Sample: "unboxing.mp4", Thumb: sample("thumb-desk.jpg")})
	w.must(err)
	w.settle()
	image, video := c.arrivals()[0].push, c.arrivals()[1].push
	var buf bytes.Buffer
	if _, err := w.client.Fetch(t.Context(), image.PicURL, &buf, 1<<20); err != nil || !bytes.Equal(buf.Bytes(), sample("photo-lampshade.jpg")) {
		t.Errorf("PicUrl: %d bytes, %v", buf.Len(), err)
	}
	for id, file := range map[string]string{image.MediaID: "photo-lampshade.jpg", video.MediaID: "unboxing.mp4", video.ThumbMediaID: "thumb-desk.jpg"} {
		if data, _, errcode := w.download(id); errcode != 0 || !bytes.Equal(data, sample(file)) {
			t.Errorf("%s: errcode %d, %d bytes", file, errcode, len(data))
		}
	}
}

func TestFollow(t *testing.T) {
	cases := []struct {
		action Action
		key    string
		ticket bool
	}{
		{Action{Do: "follow"}, "", false},
		{Action{Do: "follow", Scene: "desk_a"}, "qrscene_desk_a", true},
		{Action{Do: "scan", Scene: "desk_a"}, "qrscene_desk_a", true}, // a scan by a stranger
		{Action{Do: "follow", Paid: true, Key: "42"}, "last_trade_no_42", false},
	}
	for _, tc := range cases {
		w := newWorld(t)
		c := w.callback(nil)
		u, err := w.AddUser(User{Name: "Ben"})
		w.must(err)
		tc.action.OpenID = u.OpenID
		_, err = w.Act(tc.action)
		w.must(err)
		w.settle()
		p := c.arrivals()[0].push
		if p.Event != "subscribe" || p.EventKey != tc.key || (p.Ticket != "") != tc.ticket {
			t.Errorf("%+v: %s %q %q", tc.action, p.Event, p.EventKey, p.Ticket)
		}
		if err := w.Follow(u.OpenID, ""); !errors.Is(err, ErrFollowing) {
			t.Errorf("followed twice: %v", err)
		}
	}
}

func TestActionsThatCannotBe(t *testing.T) {
	w := newWorld(t)
	stranger, err := w.AddUser(User{Name: "Ben"})
	w.must(err)
	cases := []struct {
		action Action
		want   error
	}{
		{Action{OpenID: "oNobody", Do: "text", Text: "x"}, errUser},
		{Action{OpenID: stranger.OpenID, Do: "text", Text: "x"}, ErrNotFollowing},
		{Action{OpenID: w.openid, Do: "dance"}, ErrAction},
		{Action{OpenID: w.openid, Do: "text"}, ErrAction},
		{Action{OpenID: w.openid, Do: "image", File: []byte("no picture")}, ErrFile},
		{Action{OpenID: w.openid, Do: "voice", Sample: "thumb-desk.jpg"}, ErrFile},
		{Action{OpenID: w.openid, Do: "image", Sample: "../seed.go"}, ErrFile},
	}
	for _, tc := range cases {
		if _, err := w.Act(tc.action); !errors.Is(err, tc.want) {
			t.Errorf("%+v: %v", tc.action, err)
		}
	}
	if n := w.Counts().Pushes; n != 0 {
		t.Errorf("%d pushes", n)
	}
}

func TestMsgIDsGrowAndAreWide(t *testing.T) {
	w := newWorld(t)
	last := ""
	for range 100 {
		id := w.said("x")
		if len(id) < 17 || id <= last {
			t.Fatalf("%s after %s", id, last)
		}
		last = id
	}
}

func TestPhoneKeepsOnlySoMuch(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Record = true })
	c := w.callback(nil)
	const n = 3 * historyCap
	for range n {
		w.said("x")
		w.must(w.client.Send(t.Context(), w.token, wechat.Message{ToUser: w.openid, MsgType: "text", Text: &wechat.Text{Content: "y"}}))
	}
	w.settle()
	if got := len(w.History(w.openid)); got != historyCap {
		t.Errorf("%d lines on the phone", got)
	}
	w.mu.Lock()
	if got := len(w.st.Log); got > logCap {
		t.Errorf("%d lines in the log", got)
	}
	w.mu.Unlock()
	counts := w.Counts()
	if len(w.Received(w.openid)) != n || counts.Accepted != n || counts.Pushes != n || len(c.arrivals()) != n {
		t.Errorf("received %d, %+v", len(w.Received(w.openid)), counts)
	}
}
