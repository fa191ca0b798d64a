package courier

import (
	"cmp"
	"context"
	"encoding/json"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// compose makes custom/send's message of a reply's row, whose body is written in
// WeChat's own words. Files are uploaded on the way.
func (c *Courier) compose(ctx context.Context, a store.Account, m store.Message, openid string) (wechat.Message, error) {
	out := wechat.Message{ToUser: openid, MsgType: m.Type, KFAccount: m.KFAccount}
	var err error
	switch m.Type {
	case "text":
		out.Text = new(wechat.Text)
		err = bodyOf(m, out.Text)
	case "image":
		out.Image = new(wechat.MediaRef)
		out.Image.MediaID, err = c.mediaID(ctx, a, m.Media, "image")
	case "news":
		out.News = &wechat.News{Articles: make([]wechat.Article, 1)}
		article := &out.News.Articles[0]
		if err = bodyOf(m, article); err == nil && article.PicURL == "" && m.Media != nil {
			article.PicURL, err = c.picURL(ctx, a, m)
		}
	case "voice":
		out.Voice = new(wechat.MediaRef)
		out.Voice.MediaID, err = c.mediaID(ctx, a, m.Media, "voice")
	case "video":
		out.Video = new(wechat.Video)
		if err = bodyOf(m, out.Video); err == nil {
			out.Video.MediaID, err = c.mediaID(ctx, a, m.Media, "video")
		}
		if err == nil {
			out.Video.ThumbMediaID, err = c.mediaID(ctx, a, m.Thumb, "thumb")
		}
	case "music":
		out.Music = new(wechat.Music)
		if err = bodyOf(m, out.Music); err == nil {
			out.Music.HQMusicURL = cmp.Or(out.Music.HQMusicURL, out.Music.MusicURL)
			out.Music.ThumbMediaID, err = c.mediaID(ctx, a, m.Thumb, "thumb")
		}
	case "msgmenu":
		out.MsgMenu = new(wechat.MsgMenu)
		err = bodyOf(m, out.MsgMenu)
	case "wxcard":
		out.WXCard = new(wechat.CardRef)
		err = bodyOf(m, out.WXCard)
	case "miniprogrampage":
		out.MiniProgramPage = new(wechat.MiniProgramPage)
		if err = bodyOf(m, out.MiniProgramPage); err == nil {
			out.MiniProgramPage.ThumbMediaID, err = c.mediaID(ctx, a, m.Thumb, "image")
		}
	case "mpnews":
		out.MPNews = new(wechat.MediaRef)
		err = bodyOf(m, out.MPNews)
	case "mpnewsarticle":
		out.MPNewsArticle = new(wechat.ArticleRef)
		err = bodyOf(m, out.MPNewsArticle)
	default:
		err = unfit("this program cannot send a reply of type " + m.Type)
	}
	return out, err
}

func bodyOf(m store.Message, content any) error {
	if json.Unmarshal(m.Body, content) != nil {
		return unfit("the reply's body cannot be read")
	}
	return nil
}
