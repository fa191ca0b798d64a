package wechat

import "strconv"

// Reply is a passive reply: the body of the answer to a push. Only the content
// that MsgType names is written. It costs no quota, and there may be one for each
// push.
type Reply struct {
	ToUserName   string // the openid
	FromUserName string // the account's original id
	CreateTime   int64
	MsgType      string

	Content     string // text: 2047 bytes is the last length known to work
	MediaID     string // image, voice, video
	Title       string // video, music
	Description string
	MusicURL    string
	HQMusicURL  string
	Thumb       string // music: ThumbMediaId
	Articles    []Article
	KFAccount   string // transfer_customer_service: the agent, or empty for any
}

// Marshal writes the reply in plain XML; see Callback.SealReply for the rest.
func (r *Reply) Marshal() []byte {
	var w xmlWriter
	w.open("xml")
	w.cdata("ToUserName", r.ToUserName)
	w.cdata("FromUserName", r.FromUserName)
	w.plain("CreateTime", strconv.FormatInt(r.CreateTime, 10))
	w.cdata("MsgType", r.MsgType)
	switch r.MsgType {
	case "text":
		w.cdata("Content", r.Content)
	case "image":
		w.group("Image", Field{"MediaId", r.MediaID})
	case "voice":
		w.group("Voice", Field{"MediaId", r.MediaID})
	case "video":
		w.group("Video", Field{"MediaId", r.MediaID}, Field{"Title", r.Title}, Field{"Description", r.Description})
	case "music":
		w.group("Music", Field{"Title", r.Title}, Field{"Description", r.Description},
			Field{"MusicUrl", r.MusicURL}, Field{"HQMusicUrl", r.HQMusicURL}, Field{"ThumbMediaId", r.Thumb})
	case "news":
		w.plain("ArticleCount", strconv.Itoa(len(r.Articles)))
		w.open("Articles")
		for _, a := range r.Articles {
			w.group("item", Field{"Title", a.Title}, Field{"Description", a.Description},
				Field{"PicUrl", a.PicURL}, Field{"Url", a.URL})
		}
		w.close("Articles")
	case "transfer_customer_service":
		if r.KFAccount != "" {
			w.group("TransInfo", Field{"KfAccount", r.KFAccount})
		}
	}
	w.close("xml")
	return w.Bytes()
}

// ParseReply reads a passive reply, as the platform does.
func ParseReply(plain []byte) (*Reply, error) {
	root, err := parseTree(plain)
	if err != nil {
		return nil, err
	}
	r := &Reply{
		ToUserName:   root.textOf("ToUserName"),
		FromUserName: root.textOf("FromUserName"),
		MsgType:      root.textOf("MsgType"),
		Content:      root.textOf("Content"),
		MusicURL:     root.textOf("Music>MusicUrl"),
		HQMusicURL:   root.textOf("Music>HQMusicUrl"),
		Thumb:        root.textOf("Music>ThumbMediaId"),
		KFAccount:    root.textOf("TransInfo>KfAccount"),
	}
	r.CreateTime, err = strconv.ParseInt(root.textOf("CreateTime"), 10, 64)
	if err != nil || r.ToUserName == "" || r.FromUserName == "" || r.MsgType == "" {
		return nil, ErrMalformed
	}
	for _, outer := range []string{"Image", "Voice", "Video", "Music"} {
		if root.find(outer) != nil {
			r.MediaID = root.textOf(outer + ">MediaId")
			r.Title, r.Description = root.textOf(outer+">Title"), root.textOf(outer+">Description")
		}
	}
	if list := root.find("Articles"); list != nil {
		for _, item := range list.kids {
			r.Articles = append(r.Articles, Article{
				Title: item.textOf("Title"), Description: item.textOf("Description"),
				URL: item.textOf("Url"), PicURL: item.textOf("PicUrl"),
			})
		}
	}
	return r, nil
}
