package wechat

import "context"

const (
	pathSend   = "/cgi-bin/message/custom/send"
	pathTyping = "/cgi-bin/message/custom/typing"
)

// MaxText is the most bytes of UTF-8 that custom/send takes as a text.
const MaxText = 2048

// Message is a custom/send message. MsgType names the one content that is sent.
type Message struct {
	ToUser     string
	MsgType    string
	KFAccount  string // the sender that the customer sees; empty for the account itself
	AI         bool   // adds the line that says so
	BusinessID string // sub-merchant

	Text            *Text
	Image           *MediaRef
	Voice           *MediaRef
	Video           *Video
	Music           *Music
	News            *News
	MPNews          *MediaRef
	MPNewsArticle   *ArticleRef
	MsgMenu         *MsgMenu
	WXCard          *CardRef
	MiniProgramPage *MiniProgramPage
}

// The contents of a Message.
type (
	Text struct {
		Content string `json:"content"`
	}
	MediaRef struct {
		MediaID string `json:"media_id"`
	}
	Video struct {
		MediaID      string `json:"media_id"`
		ThumbMediaID string `json:"thumb_media_id,omitempty"`
		Title        string `json:"title,omitempty"`
		Description  string `json:"description,omitempty"`
	}
	Music struct {
		Title        string `json:"title,omitempty"`
		Description  string `json:"description,omitempty"`
		MusicURL     string `json:"musicurl"`
		HQMusicURL   string `json:"hqmusicurl"`
		ThumbMediaID string `json:"thumb_media_id"`
	}
	// News takes exactly one article.
	News struct {
		Articles []Article `json:"articles"`
	}
	Article struct {
		Title       string `json:"title"`
		Description string `json:"description"`
		URL         string `json:"url"`
		PicURL      string `json:"picurl"`
	}
	ArticleRef struct {
		ArticleID string `json:"article_id"`
	}
	MsgMenu struct {
		Head string     `json:"head_content,omitempty"`
		List []MenuItem `json:"list"`
		Tail string     `json:"tail_content,omitempty"`
	}
	MenuItem struct {
		ID      string `json:"id"`
		Content string `json:"content"`
	}
	CardRef struct {
		CardID string `json:"card_id"`
	}
	MiniProgramPage struct {
		Title        string `json:"title"`
		AppID        string `json:"appid"`
		PagePath     string `json:"pagepath"`
		ThumbMediaID string `json:"thumb_media_id"`
	}
)

// content is the part of the message that MsgType names.
func (m *Message) content() (any, bool) {
	switch m.MsgType {
	case "text":
		return m.Text, m.Text != nil
	case "image":
		return m.Image, m.Image != nil
	case "voice":
		return m.Voice, m.Voice != nil
	case "video":
		return m.Video, m.Video != nil
	case "music":
		return m.Music, m.Music != nil
	case "news":
		return m.News, m.News != nil
	case "mpnews":
		return m.MPNews, m.MPNews != nil
	case "mpnewsarticle":
		return m.MPNewsArticle, m.MPNewsArticle != nil
	case "msgmenu":
		return m.MsgMenu, m.MsgMenu != nil
	case "wxcard":
		return m.WXCard, m.WXCard != nil
	case "miniprogrampage":
		return m.MiniProgramPage, m.MiniProgramPage != nil
	}
	return nil, false
}

// JSON is the body of the call. WeChat refuses or shows \u escapes, so the text
// goes out as it is and what cannot go out so is taken out of it. A message
// without the content that its type names is refused as WeChat would.
func (m *Message) JSON() ([]byte, error) {
	content, ok := m.content()
	if !ok {
		return nil, &Error{Code: 40008, Msg: "invalid message type", Path: pathSend}
	}
	var o object
	o.value("touser", m.ToUser)
	o.value("msgtype", m.MsgType)
	o.value(m.MsgType, content)
	if m.KFAccount != "" {
		o.value("customservice", struct {
			KFAccount string `json:"kf_account"`
		}{m.KFAccount})
	}
	if m.AI {
		o.value("aimsgcontext", struct {
			IsAI int `json:"is_ai_msg"`
		}{1})
	}
	o.text("businessid", m.BusinessID)
	return o.json(), nil
}

// Send is custom/send. The answer brings no message id: all there is to know is
// Classify of the error.
func (c *Client) Send(ctx context.Context, token string, m Message) error {
	body, err := m.JSON()
	if err != nil {
		return err
	}
	return c.call(ctx, jsonRequest(pathSend, authorised(token, nil), body), nil)
}

// Typing is custom/typing. command is "Typing" or "CancelTyping".
func (c *Client) Typing(ctx context.Context, token, openid, command string) error {
	return c.post(ctx, token, pathTyping, struct {
		ToUser  string `json:"touser"`
		Command string `json:"command"`
	}{openid, command}, nil)
}
