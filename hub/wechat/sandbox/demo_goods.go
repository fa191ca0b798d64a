package sandbox

import "time"

// What the demo's shop has at WeChat: mini programs, coupons, articles, and the
// ready actions of the phone page.

func demoMiniPrograms() []MiniProgram {
	return []MiniProgram{{demoMiniProgram, "禾木小店"}, {"wx2d90c4e7ab5813f6", "禾木云展厅"}}
}

func demoCards() []Card {
	return []Card{
		{"pHemu_buchang_50", "售后补偿券 ¥50", "满 200 可用"},
		{"pHemu_laoke_90", "老客户回访券 9 折", "不限金额，领取后 30 天内可用"},
	}
}

// demoArticles are four that can be sent, a group and a deleted one that
// cannot, and old material of both sorts.
func demoArticles() []Article {
	const day = 24 * time.Hour
	desk, lamp := sample("cover-desk.jpg"), sample("cover-lamp.jpg")
	article := func(ago time.Duration, id, title, digest, content, path string, cover []byte) Article {
		return Article{Ago: ago, ID: id, Title: title, Author: "禾木", Digest: digest, Content: content, URL: "https://hemu.example/a/" + path, Cover: cover}
	}
	group := article(31*day, "hemu_article_fair", "春季家居节：全场灯具九折", "三天，线上线下同价", "<p>三天，线上线下同价。</p>", "fair", lamp)
	group.More = []Article{
		article(0, "", "旧书桌，可以折价换新", "七成新以上，最高抵 600 元", "<p>七成新以上，最高抵 600 元。</p>", "swap", desk),
		article(0, "", "到店路线和停车", "湖滨店地下两层可以停车", "<p>湖滨店地下两层可以停车。</p>", "route", sample("thumb-desk.jpg")),
	}
	deleted := article(44*day, "hemu_article_gone", "年货节活动说明", "活动已经结束", "<p>活动已经结束。</p>", "newyear", desk)
	deleted.Deleted = true
	old := article(900*day, "hemu_material_oil", "木蜡油怎么上", "一年一次，薄薄一层", "<p>一年一次，薄薄一层。</p>", "oil", desk)
	oldGroup := article(1000*day, "hemu_material_three", "开业三周年", "谢谢一直在的你们", "<p>谢谢一直在的你们。</p>", "three", lamp)
	oldGroup.More = []Article{article(0, "", "三周年抽奖名单", "恭喜这 20 位", "<p>恭喜这 20 位。</p>", "draw", desk)}
	old.Old, oldGroup.Old = true, true
	return []Article{
		article(2*day, "hemu_article_desk", "书桌定制，从选木头开始", "填三个尺寸，半小时内报价", "<p>白蜡木、黑胡桃、樱桃木，各有各的脾气。</p>", "desk", desk),
		article(9*day, "hemu_article_lamp", "落地灯保养手册", "灯罩怎么洗，灯泡怎么选", "<p>麻布灯罩用软毛刷。</p>", "lamp", lamp),
		article(17*day, "hemu_article_shade", "布艺灯罩怎么清洁？三步搞定", "别用水冲，先除尘", "<p>别用水冲，先除尘。</p>", "shade", sample("photo-lampshade.jpg")),
		article(25*day, "hemu_article_light", "书桌前的一盏灯：高度、色温和位置", "灯在左手边，4000 K 左右", "<p>灯在左手边，4000 K 左右。</p>", "light", sample("thumb-desk.jpg")),
		group, deleted, old, oldGroup,
	}
}

// Samples are ready actions, one or more of each kind, for the phone page.
func Samples() []Action {
	return []Action{
		{Do: "image", Sample: "photo-lampshade.jpg"},
		{Do: "image", Sample: "thumb-desk.jpg"},
		{Do: "voice", Sample: "voice.amr", Recognition: "书桌的长度能改吗，我想做一米六的", Wide: true},
		{Do: "video", Sample: "unboxing.mp4"},
		{Do: "shortvideo", Sample: "unboxing.mp4"},
		{Do: "location", Lat: 30.259244, Lng: 120.162399, Scale: 16, Label: demoAddress},
		{Do: "link", Title: "小户型书桌怎么选", Description: "进深 60 还是 70，量完这三处再下单。", URL: "https://hemu.example/a/choose"},
		{Do: "file", Sample: "room.txt", Title: "房间尺寸.txt"},
		{Do: "sticker"},
		{Do: "miniprogrampage", Title: "禾木小店：麻布灯罩 38cm", AppID: demoMiniProgram, Path: "pages/item/index?id=38", Sample: "cover-lamp.jpg"},
		{Do: "follow", Scene: "hubin_poster"},
		{Do: "scan", Scene: "hubin_poster"},
		{Do: "tap", MenuID: "101", Text: "满意"},
		{Do: "view", Key: "https://hemu.example/shop"},
		{Do: "location_select", Key: "SHOP", Lat: 30.259244, Lng: 120.162399, Label: demoAddress},
		{Do: "scancode_push", Key: "SCAN", Result: "https://hemu.example/t/38"},
		{Do: "pic_weixin", Key: "PHOTO"},
		{Do: "location_report", Lat: 30.259244, Lng: 120.162399},
		{Do: "view_miniprogram", Key: "pages/index/index"},
		{Do: "scancode_waitmsg", Key: "SCAN_WAIT", Result: "https://hemu.example/t/38"},
		{Do: "pic_sysphoto", Key: "PHOTO"},
		{Do: "pic_photo_or_album", Key: "PHOTO"},
		{Do: "event", Type: "ENTER"},
		{Do: "user_info_modified", Key: "205"},
		{Do: "user_authorization_revoke", Key: "205"},
		{Do: "user_authorization_cancellation"},
	}
}
