package sandbox

import (
	"encoding/hex"
	"strings"
	"time"

	"crypto/rand"

	"kfdesk/hub/wechat"
)

const (
	xiaoli = "xiaoli@hemu_life"
	jiayi  = "jiayi@hemu_life"
	azhe   = "azhe@hemu_life"

	demoMiniProgram = "wx81be05d7c3f92a46"
	demoAddress     = "杭州市上城区湖滨路 28 号"
)

// Demo is the shop that a sandbox begins with. Its secrets are made anew each
// time; Seed keeps the first.
func Demo() DemoSet {
	return DemoSet{
		Account: Account{
			AppID: "wx4f8a2c61d9e07b35", Secret: randomHex(16), OriginalID: "gh_7f2c0e91ab34",
			WechatID: "hemu_life", Name: "禾木生活馆", Avatar: sample("account.jpg"), Voice: true,
			Token: alnum(24), AESKey: alnum(43), Mode: wechat.Safe,
			Menu: []Button{
				{"全部商品", "view", "https://hemu.example/shop"},
				{"联系客服", "click", "KF"},
				{"我的订单", "click", "ORDERS"},
			},
			MiniPrograms: demoMiniPrograms(), Cards: demoCards(),
		},
		KF: []DemoKF{
			{xiaoli, "小李", sample("agent-xiaoli.jpg"), "lixiaolin_88", "lixiaolin", "李晓琳"},
			{jiayi, "佳怡", sample("agent-jiayi.jpg"), "jiayi_chen", "chenjiayi", "陈佳怡"},
			{azhe, "阿哲", sample("agent-azhe.jpg"), "azhe_zhou", "zhouzhe", "周哲"},
		},
		Users:    []DemoUser{ming(), nana(), chen(), zhou(), rain(), owner(), {OpenID: "oSbx_xinpengyou_0000000000z4", Name: "新朋友"}},
		Articles: demoArticles(),
	}
}

func ming() DemoUser {
	return DemoUser{OpenID: "oSbx_aming_000000000000007Q1", Name: "阿明", Following: true, Script: []Line{
		{Ago: 26 * time.Minute, Do: "follow", Scene: "hubin_poster"},
		{Ago: 25 * time.Minute, Do: "click", Key: "KF"},
		{Ago: 24 * time.Minute, Do: "text", Text: "你们家的书桌能定做 1 米 6 吗/:?"},
		{Ago: 23 * time.Minute, Do: "image", Sample: "thumb-desk.jpg"},
		{Ago: 22 * time.Minute, Do: "voice", Sample: "voice.amr", Text: "书桌的长度能改吗，我想做一米六的"},
		{Ago: 20 * time.Minute, From: xiaoli, Do: "claim"},
		{Ago: 19 * time.Minute, From: xiaoli, Do: "text", Text: "可以的，桌面最长做到 1 米 8，工期 20 天左右/::) 尺寸和木色您看下这个："},
		{Ago: 18 * time.Minute, From: xiaoli, Do: "news", Sample: "cover-desk.jpg", Title: "书桌定制，从选木头开始", Description: "填三个尺寸，半小时内报价", URL: "https://hemu.example/a/desk"},
	}}
}

func nana() DemoUser {
	return DemoUser{OpenID: "oSbx_nana_0000000000000009xQ", Name: "娜娜", Following: true, Remark: "王女士（落地灯）", VIP: 3, Tags: []string{"售后", "换新"}, Script: []Line{
		{Ago: 11 * 24 * time.Hour, Do: "follow"},
		{Ago: 11*24*time.Hour - time.Minute, Do: "text", Text: "落地灯的灯罩是什么材质？"},
		{Ago: 11*24*time.Hour - 2*time.Minute, From: xiaoli, Do: "claim"},
		{Ago: 11*24*time.Hour - 3*time.Minute, From: xiaoli, Do: "text", Text: "您好，灯罩是麻布的，本色和浅灰两种，直径 38 厘米。"},
		{Ago: 11*24*time.Hour - 9*time.Minute, Do: "text", Text: "好，我下单本色"},
		{Ago: 11*24*time.Hour - 10*time.Minute, From: xiaoli, Do: "text", Text: "收到，谢谢支持/:rose"},
		{Ago: 11*24*time.Hour - 20*time.Minute, From: xiaoli, Do: "end"},
		{Ago: 6 * time.Minute, Do: "scan", Scene: "hubin_poster"},
		{Ago: 5 * time.Minute, Do: "text", Text: "你好/::)"},
		{Ago: 4 * time.Minute, Do: "text", Text: "昨天刚收到的落地灯，拆开发现灯罩底下裂了一条"},
		{Ago: 4*time.Minute - 20*time.Second, Do: "image", Sample: "photo-lampshade.jpg"},
	}}
}

func chen() DemoUser {
	return DemoUser{OpenID: "oSbx_chen_0000000000000007Tf", Name: "陈先生", Following: true, Remark: "陈先生（云栖店）", VIP: 1, Script: []Line{
		{Ago: 40 * 24 * time.Hour, Do: "follow"},
		{Ago: 13 * time.Minute, Do: "text", Text: "在吗？地毯边上有点脱线，能处理吗"},
	}}
}

func zhou() DemoUser {
	return DemoUser{OpenID: "oSbx_zhou_000000000000000p3L", Name: "周老师", Following: true, Tags: []string{"定制"}, Script: []Line{
		{Ago: 60 * 24 * time.Hour, Do: "follow"},
		{Ago: 47*time.Hour + 30*time.Minute, Do: "text", Text: "书桌的尺寸图能发我一份吗"},
		{Ago: 47*time.Hour + 28*time.Minute, From: jiayi, Do: "claim"},
		{Ago: 47*time.Hour + 27*time.Minute, From: jiayi, Do: "text", Text: "您好，这就发您。"},
		{Ago: 47*time.Hour + 26*time.Minute, From: jiayi, Do: "image", Sample: "cover-desk.jpg"},
		{Ago: 47*time.Hour + 25*time.Minute, From: jiayi, Do: "text", Text: "桌面 140×70 厘米，高 74 厘米"},
		{Ago: 47*time.Hour + 20*time.Minute, From: jiayi, Do: "note", Text: "等他量完房间再回"},
		{Ago: 30 * time.Hour, From: jiayi, Do: "text", Text: "尺寸合适的话，我帮您留一块整板"},
	}}
}

func owner() DemoUser {
	return DemoUser{OpenID: "oSbx_laobanniang_0000000Zr8c", Name: "老板娘（VIP 2）", Following: true, VIP: 2, Tags: []string{"批发", "发票"}, Script: []Line{
		{Ago: 200 * 24 * time.Hour, Do: "follow"},
		{Ago: 5 * 24 * time.Hour, Do: "text", Text: "发票抬头能改吗"},
		{Ago: 5*24*time.Hour - 3*time.Minute, From: jiayi, Do: "claim"},
		{Ago: 5*24*time.Hour - 4*time.Minute, From: jiayi, Do: "text", Text: "可以，把新抬头和税号发我，今天内重开。"},
		{Ago: 5*24*time.Hour - 30*time.Minute, Do: "text", Text: "云栖路禾木生活馆有限公司，税号晚点发你"},
		{Ago: 5*24*time.Hour - 40*time.Minute, From: jiayi, Do: "text", Text: "好的，有任何问题随时找我们"},
		{Ago: 5*24*time.Hour - 45*time.Minute, From: jiayi, Do: "end"},
	}}
}

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// alnum is made of letters and digits, as callback tokens and AES keys are.
func alnum(n int) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '-':
			return 'a'
		case '_':
			return 'Z'
		}
		return r
	}, randomText(n))
}
