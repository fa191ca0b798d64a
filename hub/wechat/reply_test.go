package wechat

import (
	"reflect"
	"testing"
)

func TestReplyGolden(t *testing.T) {
	common := Reply{ToUserName: "oDesk_user_00000000000000001", FromUserName: "gh_0123456789ab", CreateTime: 1735689601}
	with := func(typ string, fill func(*Reply)) Reply {
		r := common
		r.MsgType = typ
		fill(&r)
		return r
	}
	article := Article{Title: "标题", Description: "<摘要>", URL: "https://example.com/?a=1&b=2", PicURL: "https://example.com/p.jpg"}
	for name, r := range map[string]Reply{
		"text":  with("text", func(r *Reply) { r.Content = "您好 ]]> <a href=\"https://e.com/?a=1&b=2\">x</a>\n再见" }),
		"image": with("image", func(r *Reply) { r.MediaID = "media_id" }),
		"voice": with("voice", func(r *Reply) { r.MediaID = "media_id" }),
		"video": with("video", func(r *Reply) { r.MediaID, r.Title, r.Description = "media_id", "标题", "描述" }),
		"music": with("music", func(r *Reply) {
			r.Title, r.Description, r.MusicURL, r.HQMusicURL, r.Thumb = "标题", "描述", "https://e.com/a.mp3", "https://e.com/b.mp3", "thumb_id"
		}),
		"news":     with("news", func(r *Reply) { r.Articles = []Article{article, article} }),
		"transfer": with("transfer_customer_service", func(r *Reply) {}),
		"transfer_to": with("transfer_customer_service", func(r *Reply) {
			r.KFAccount = "test1@test"
		}),
	} {
		got := r.Marshal()
		golden(t, "testdata/reply/"+name+".xml", got)
		back, err := ParseReply(got)
		if err != nil || !reflect.DeepEqual(*back, r) {
			t.Errorf("%s came back as %+v, %v", name, back, err)
		}
	}
	vector := with("transfer_customer_service", func(r *Reply) {})
	if got := string(vector.Marshal()); got != vectors[1].plain {
		t.Errorf("vector B: %s", got)
	}
}

func TestParseReplyRefuses(t *testing.T) {
	for _, body := range []string{"", "success", `{"errcode":0}`, "<html></html>", "<xml><MsgType>text</MsgType></xml>"} {
		if r, err := ParseReply([]byte(body)); err == nil {
			t.Errorf("%q: %+v", body, r)
		}
	}
}
