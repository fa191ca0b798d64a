package wechat

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMessageGolden(t *testing.T) {
	const to = "oDesk_user_00000000000000001"
	messages := []Message{
		{MsgType: "text", KFAccount: "test1@test", Text: &Text{"您好，订单已发出。\n/::) <a href=\"https://example.com/a?b=1&c=2\">文字</a> 👍🏽"}},
		{MsgType: "image", Image: &MediaRef{"MEDIA_ID"}},
		{MsgType: "voice", Voice: &MediaRef{"MEDIA_ID"}},
		{MsgType: "video", Video: &Video{"MEDIA_ID", "THUMB_MEDIA_ID", "TITLE", "DESCRIPTION"}},
		{MsgType: "music", Music: &Music{"TITLE", "DESCRIPTION", "https://example.com/a.mp3", "https://example.com/a-hq.mp3", "THUMB_MEDIA_ID"}},
		{MsgType: "news", KFAccount: "test1@test", News: &News{[]Article{{"Happy Day", "Is Really A Happy Day", "https://example.com/", "https://example.com/p.jpg"}}}},
		{MsgType: "mpnews", MPNews: &MediaRef{"MEDIA_ID"}},
		{MsgType: "mpnewsarticle", MPNewsArticle: &ArticleRef{"ARTICLE_ID"}},
		{MsgType: "msgmenu", MsgMenu: &MsgMenu{"您对本次服务是否满意呢?", []MenuItem{{"101", "满意"}, {"102", "不满意"}}, "欢迎再次光临"}},
		{MsgType: "wxcard", WXCard: &CardRef{"123dsdajkasd231jhksad"}},
		{MsgType: "miniprogrampage", AI: true, BusinessID: "1", MiniProgramPage: &MiniProgramPage{"标题", "wx1234567890abcdef", "pages/index/index?foo=bar", "MEDIA_ID"}},
	}
	for _, m := range messages {
		m.ToUser = to
		got, err := m.JSON()
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "testdata/send/"+m.MsgType+".json", got)
	}
}

// TestNoEscapes: nothing goes out as \u, and what an agent typed goes out as typed.
func TestNoEscapes(t *testing.T) {
	for in, want := range map[string]string{
		`<a href="https://e.com/?a=1&b=2">x</a>`: `<a href="https://e.com/?a=1&b=2">x</a>`,
		"a\u2028b\u2029c":                        "a\nb\nc",
		"a\x00\x01\b\f\x1fb":                     "ab",
		"tab\tnew\r\nline":                       "tab\tnew\r\nline",
		"broken \xff utf-8":                      "broken \uFFFD utf-8",
		`back\slash "quoted" \n \b`:              `back\slash "quoted" \n \b`,
		"😀\u007f\u200d":                          "😀\u007f\u200d",
		strings.Repeat("字", 682) + "ab":          strings.Repeat("字", 682) + "ab",
	} {
		m := Message{ToUser: "o", MsgType: "text", Text: &Text{in}}
		body, err := m.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(body, []byte(`\u`)) || bytes.ContainsFunc(body, func(r rune) bool { return r < 0x20 }) || !utf8.Valid(body) {
			t.Errorf("%q goes out as %s", in, body)
		}
		var back struct{ Text Text }
		if err := json.Unmarshal(body, &back); err != nil || back.Text.Content != want {
			t.Errorf("%q arrives as %q, %v", in, back.Text.Content, err)
		}
	}
	full := Message{MsgType: "text", Text: &Text{strings.Repeat("字", 682) + "ab"}}
	if len(full.Text.Content) != MaxText {
		t.Fatal("the longest text is not the longest")
	}
}

func TestMessageWithoutContent(t *testing.T) {
	for _, m := range []Message{{}, {MsgType: "text"}, {MsgType: "image", Text: &Text{"x"}}, {MsgType: "link"}} {
		_, err := m.JSON()
		var refusal *Error
		if !errors.As(err, &refusal) || refusal.Code != 40008 || Classify(err) != Refused {
			t.Errorf("%+v: %v", m, err)
		}
	}
}
